"""Makes the life of a change in an office known, with its sentences."""

from importlib import import_module

from django.apps import AppConfig


class OfficesConfig(AppConfig):
    """offices: who works for the support office and the agency."""

    name = "clusterxchange.journeys.offices"
    label = "offices"

    def ready(self) -> None:
        """Register what this part declares."""
        for module in ("notices", "states"):
            import_module(f"{self.name}.{module}")
