"""Makes the lives of invitations and of requests to join known, with their sentences."""

from importlib import import_module

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """people: who speaks for an organisation."""

    name = "clusterxchange.journeys.people"
    label = "people"

    def ready(self) -> None:
        """Register what this part declares."""
        for module in ("notices", "states", "follows"):
            import_module(f"{self.name}.{module}")
