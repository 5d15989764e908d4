"""How a party is named in a sentence: the organisation's or the partnership's own name, an office by its title."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.capacities import AG, HP, PO, PR, SO, SYS, VP, Capacity, H, V
from clusterxchange.workflow.sentences import Text

CAPACITY_LABELS: dict[Capacity, Text] = {
    V: _("Visiting organisation"),
    H: _("Host organisation"),
    VP: _("Visitor's partnership"),
    HP: _("Host's partnership"),
    PO: _("Orders payments"),
    PR: _("Releases payments"),
    SO: _("Support office"),
    AG: _("Agency"),
    SYS: _("The tool"),
}


def capacity_label(capacity: str) -> str:
    """Give the whole words for a capacity in the reader's language."""
    return str(CAPACITY_LABELS[Capacity(capacity)])
