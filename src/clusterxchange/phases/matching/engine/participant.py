"""What the ranking knows of a participant: what was said about the organisation and its wishes, no person."""

from dataclasses import dataclass, field
from datetime import date

from clusterxchange.phases.matching.engine.text import Text
from clusterxchange.phases.matching.engine.vectors import Vector

VISIT, HOST = "visit", "host"
PHYSICAL, VIRTUAL, BOTH = "physical", "virtual", "both"


@dataclass(frozen=True, kw_only=True)
class Participant:
    """One organisation in one role. `places_left` counts for hosts, `visit_is_free` for visitors."""

    reference: str
    organisation: int
    role: str
    country: str
    organisation_type: str = ""
    partnership: int = 0
    cluster: str = ""
    ecosystems: frozenset[str] = frozenset()
    nace: str = ""
    offers: Text = field(default_factory=Text)
    seeks: Text = field(default_factory=Text)
    offers_vector: Vector | None = None
    seeks_vector: Vector | None = None
    wished_countries: tuple[str, ...] = ()
    wished_types: frozenset[str] = frozenset()
    wished_ecosystems: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    windows: tuple[tuple[date, date], ...] = field(default=())
    days_wished: int | None = None
    format: str = BOTH
    is_available: bool = True
    places_left: int = 1
    visit_is_free: bool = True


def formats_shared(one: Participant, other: Participant) -> tuple[str, ...]:
    """Give the formats that both wish, the physical one first; the physical one alone where they share none."""
    shared = tuple(name for name in (PHYSICAL, VIRTUAL) if {one.format, other.format} <= {name, BOTH, ""})
    return shared or (PHYSICAL,)
