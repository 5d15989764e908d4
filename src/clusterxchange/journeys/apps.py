"""What spans phases."""

from importlib import import_module

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """Name this part for Django, and make its sentences and lives known."""

    name = "clusterxchange.journeys"
    label = "journeys"

    def ready(self) -> None:
        """Register what this part declares."""
        for module in ("partnerships.notices", "partnerships.life", "support_office.notices", "support_office.life"):
            import_module(f"{self.name}.{module}")
