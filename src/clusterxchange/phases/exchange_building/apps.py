"""The third phase: four parties agree and sign."""

from django.apps import AppConfig


class ExchangeBuildingConfig(AppConfig):
    """Name this part for Django."""

    name = "clusterxchange.phases.exchange_building"
    label = "exchange_building"
