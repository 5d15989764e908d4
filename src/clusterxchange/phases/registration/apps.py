"""Makes this phase known: its lives, what follows them, its sentences, its jobs."""

from importlib import import_module

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """registration: from a form to accepted."""

    name = "clusterxchange.phases.registration"
    label = "registration"

    def ready(self) -> None:
        """Register what this phase declares."""
        for module in ("notices", "states", "follows"):
            import_module(f"{self.name}.{module}")
