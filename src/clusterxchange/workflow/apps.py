"""How things move."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """Consents, obligations, the journal, notices."""

    name = "clusterxchange.workflow"
    label = "workflow"
