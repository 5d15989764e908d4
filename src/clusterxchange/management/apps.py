"""The package as a whole as an application: its commands, templates, static files and catalogues."""

from django.apps import AppConfig


class ManagementConfig(AppConfig):
    """Django finds `management/commands`, `templates`, `static` and `locale` beside this folder."""

    name = "clusterxchange"
    label = "management"
    verbose_name = "Management"
