"""How Django finds the rules of the scheme."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class SchemeConfig(AppConfig):
    """Name the application that keeps editions and their versions."""

    name = "clusterxchange.scheme"
    label = "scheme"
    verbose_name = gettext_lazy("Rules of the scheme")
    default_auto_field = "django.db.models.BigAutoField"
