"""The second phase: two organisations find each other."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Name this part for Django."""

    name = "clusterxchange.phases.matching"
    label = "matching"
