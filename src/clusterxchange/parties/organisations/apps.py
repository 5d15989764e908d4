"""Organisations."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Organisations and their representatives."""

    name = "clusterxchange.parties.organisations"
    label = "organisations"
