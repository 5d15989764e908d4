"""Makes this phase known: its lives, what follows them, its sentences, its jobs."""

from importlib import import_module

from django.apps import AppConfig


class ExchangeBuildingConfig(AppConfig):
    """exchange building: the Commitment to Quality and the financial agreement."""

    name = "clusterxchange.phases.exchange_building"
    label = "exchange_building"

    def ready(self) -> None:
        """Register what this phase declares."""
        for module in ("notices", "states", "follows"):
            import_module(f"{self.name}.{module}")
