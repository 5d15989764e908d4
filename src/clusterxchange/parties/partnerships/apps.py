"""Partnerships."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    """Partnerships, their people, member clusters and budgets."""

    name = "clusterxchange.parties.partnerships"
    label = "partnerships"
