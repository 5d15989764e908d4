"""Tell Django about the documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Register the documents under their own label."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "clusterxchange.documents"
    label = "documents"
