"""The first phase: an organisation applies and is assessed."""

from django.apps import AppConfig


class RegistrationConfig(AppConfig):
    """Name this part for Django."""

    name = "clusterxchange.phases.registration"
    label = "registration"
