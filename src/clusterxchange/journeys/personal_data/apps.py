"""What the tool holds of a person, and what becomes of it."""

from importlib import import_module

from django.apps import AppConfig


class PersonalDataConfig(AppConfig):
    """personal_data: declarations, export, erasure, retention."""

    name = "clusterxchange.journeys.personal_data"
    label = "personal_data"

    def ready(self) -> None:
        """Register what this part says."""
        import_module(f"{self.name}.notices")
