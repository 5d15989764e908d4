"""Makes this phase known: its lives, what follows them, its sentences, its jobs."""

from importlib import import_module

from django.apps import AppConfig


class FinalisationConfig(AppConfig):
    """finalisation: reports, evidence, payment."""

    name = "clusterxchange.phases.finalisation"
    label = "finalisation"

    def ready(self) -> None:
        """Register what this phase declares."""
        for module in ("notices", "states", "banking.life", "surveying.operations", "surveying.life", "follows"):
            import_module(f"{self.name}.{module}")
