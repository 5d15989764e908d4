"""What carries everything and knows no word of the programme."""

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Files, mail, money, folded text, encrypted fields, the clock."""

    name = "clusterxchange.foundation"
    label = "foundation"
