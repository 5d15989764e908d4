"""The fourth phase: reports, evidence and payment."""

from django.apps import AppConfig


class FinalisationConfig(AppConfig):
    """Name this part for Django."""

    name = "clusterxchange.phases.finalisation"
    label = "finalisation"
