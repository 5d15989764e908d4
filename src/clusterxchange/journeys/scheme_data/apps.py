"""Makes the life of a drafted version known, with its sentences."""

from importlib import import_module

from django.apps import AppConfig


class SchemeDataConfig(AppConfig):
    """scheme_data: how the rules of an edition change."""

    name = "clusterxchange.journeys.scheme_data"
    label = "scheme_data"

    def ready(self) -> None:
        """Register what this part declares."""
        for module in ("notices", "states"):
            import_module(f"{self.name}.{module}")
