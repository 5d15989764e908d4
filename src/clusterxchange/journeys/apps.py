"""What spans phases."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """Name this part for Django."""

    name = "clusterxchange.journeys"
    label = "journeys"
