"""The capacities in which somebody acts on a thing (states.md)."""

from enum import StrEnum


class Capacity(StrEnum):
    """A side of a case. One partnership may hold two of them: two capacities, two acts."""

    V = "V"
    H = "H"
    VP = "VP"
    HP = "HP"
    PO = "PO"
    PR = "PR"
    SO = "SO"
    AG = "AG"
    SYS = "SYS"

    @property
    def word(self) -> str:
        """The whole word of this capacity, as pages and references mark it."""
        return WORDS[self]


WORDS = {
    Capacity.V: "VISITING_ORGANISATION",
    Capacity.H: "HOST_ORGANISATION",
    Capacity.VP: "VISITOR_PARTNERSHIP",
    Capacity.HP: "HOST_PARTNERSHIP",
    Capacity.PO: "PAYMENT_ORDERER",
    Capacity.PR: "PAYMENT_RELEASER",
    Capacity.SO: "SUPPORT_OFFICE",
    Capacity.AG: "AGENCY",
    Capacity.SYS: "SYSTEM",
}

V, H, VP, HP, PO, PR, SO, AG, SYS = Capacity
ORDER = tuple(Capacity)
