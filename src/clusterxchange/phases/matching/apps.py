"""Makes this phase known: its lives, what follows them, its sentences, its jobs."""

from importlib import import_module

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """matching: from the catalogue to a match."""

    name = "clusterxchange.phases.matching"
    label = "matching"

    def ready(self) -> None:
        """Register what this phase declares."""
        for module in ("notices", "states", "follows"):
            import_module(f"{self.name}.{module}")
