"""Twenty applicants and the partnership that each is assigned, worked out by hand from scheme.md, section 4.

"3 x shared sector + 2 x the applicant's cluster is a member + 1 x country present; closed partnerships and, for
visitors, those without free exchanges drop out; tie -> fewest open applications; nothing -> support office."
"""

from typing import Any, NamedTuple

import pytest

from clusterxchange.scheme.assignment import Assigned, Candidate, assign, visits
from clusterxchange.scheme.editions import built_in

SCHEME = built_in("demonstration")
NOBODY = None


def candidate(
    acronym: str,
    sectors: str,
    clusters: tuple[str, ...],
    countries: str,
    *,
    is_open: bool = True,
    free: int | None = 5,
    waiting: int = 0,
) -> Candidate:
    return Candidate(
        acronym, frozenset(sectors.split()), frozenset(clusters), frozenset(countries.split()), is_open, free, waiting
    )


# The field of all twenty cases.
LOOM = candidate("LOOM", "textiles", ("Fils de Llevant", "Filatures du Nord"), "ES FR", waiting=4)
SELVEDGE = candidate("SELVEDGE", "textiles digital", ("Fios do Norte",), "PT IT", waiting=2)
KILN = candidate("KILN", "construction", ("Ler og Lys", "Glinka"), "DK PL", waiting=0)
HARVEST = candidate("HARVEST", "agri_food", ("Žito",), "HR SI", free=0, waiting=1)
TIDE = candidate("TIDE", "energy_renewables", ("Onda Azul",), "PT ES", is_open=False)
SPARK = candidate("SPARK", "digital electronics", ("Iskra",), "PL SI", free=None, waiting=2)
FIELD = (LOOM, SELVEDGE, KILN, HARVEST, TIDE, SPARK)


class Case(NamedTuple):
    """An applicant, and what is right."""

    why: str
    role: str
    country: str
    sectors: str
    cluster: str
    partnership: str | None
    score: int = 0
    reasons: str = ""


CASES = (
    Case("all three speak for it", "visit", "ES", "textiles", "Fils de Llevant", "LOOM", 6, "sector member country"),
    Case("sector and country", "visit", "IT", "textiles", "", "SELVEDGE", 4, "sector country"),
    # LOOM 3 (sector), SELVEDGE 3 (sector): two wait at SELVEDGE, four at LOOM.
    Case("a tie goes to whom fewer wait for", "visit", "GR", "textiles", "", "SELVEDGE", 3, "sector"),
    # LOOM 3 + 1 = 4 against SELVEDGE 3.
    Case("the country breaks what would be a tie", "visit", "FR", "textiles", "", "LOOM", 4, "sector country"),
    # SELVEDGE 3 + 1 = 4 against LOOM 3 + 2 = 5.
    Case("a cluster outweighs a country", "visit", "PT", "textiles", "Filatures du Nord", "LOOM", 5, "sector member"),
    # KILN 2 + 1 = 3; LOOM 3, SELVEDGE 3: all equal, nobody waits at KILN.
    Case("member and country are worth a sector", "host", "DK", "textiles", "ler og lys", "KILN", 3, "member country"),
    Case("the name of a cluster is compared folded", "host", "SI", "tourism", "ŽITO", "HARVEST", 3, "member country"),
    # HARVEST has no free exchange; SPARK 1 (Slovenia).
    Case("without free exchanges for a visitor", "visit", "SI", "agri_food", "Žito", "SPARK", 1, "country"),
    Case(
        "without free exchanges, but a host", "host", "SI", "agri_food", "Žito", "HARVEST", 6, "sector member country"
    ),
    Case("who does both is a visitor", "both", "HR", "agri_food", "Žito", NOBODY),
    # TIDE (6) is closed. SELVEDGE 1, LOOM 0.
    Case("closed to new applications", "visit", "PT", "energy_renewables", "Onda Azul", "SELVEDGE", 1, "country"),
    Case("closed, also for a host", "host", "PT", "energy_renewables", "Onda Azul", "SELVEDGE", 1, "country"),
    # LOOM 1 and TIDE (closed).
    Case("country alone", "visit", "ES", "tourism", "", "LOOM", 1, "country"),
    Case("cluster alone", "visit", "GR", "tourism", "Fios do Norte", "SELVEDGE", 2, "member"),
    # SELVEDGE 3, SPARK 3: two wait at each; the first by name.
    Case("a tie of waiting goes by name", "visit", "GR", "digital", "", "SELVEDGE", 3, "sector"),
    # SPARK 3 + 1 = 4 against SELVEDGE 3 and KILN 1.
    Case("who has not said how many has some free", "visit", "PL", "digital", "", "SPARK", 4, "sector country"),
    # One shared sector counts once: SELVEDGE 3 (textiles and digital), SPARK 3, LOOM 3: SELVEDGE and SPARK have two.
    Case("two sectors in common count once", "visit", "GR", "textiles digital", "", "SELVEDGE", 3, "sector"),
    # KILN 1, SPARK 1: nobody waits at KILN.
    Case("a tie of countries", "host", "PL", "tourism", "", "KILN", 1, "country"),
    Case("nothing speaks for any", "visit", "GR", "tourism", "Another", NOBODY),
    Case("nothing is known of the applicant", "host", "", "", "", NOBODY),
)


def test_there_are_twenty_cases() -> None:
    assert len(CASES) == 20


@pytest.mark.parametrize("case", CASES, ids=[case.why for case in CASES])
def test_an_applicant_is_assigned_the_partnership_worked_out_by_hand(case: Case) -> None:
    found = assign(
        SCHEME,
        visits=visits(case.role),
        country=case.country,
        ecosystems=case.sectors.split(),
        clusters=[case.cluster] if case.cluster else [],
        candidates=FIELD,
    )

    expected = Assigned(case.partnership, case.score, tuple(case.reasons.split())) if case.partnership else None
    assert found == expected


def test_the_order_in_which_partnerships_are_looked_at_does_not_matter() -> None:
    for case in CASES:
        asked: dict[str, Any] = {
            "visits": visits(case.role), "country": case.country, "ecosystems": case.sectors.split(),
            "clusters": [case.cluster] if case.cluster else [],
        }  # fmt: skip
        assert assign(SCHEME, **asked, candidates=FIELD) == assign(SCHEME, **asked, candidates=reversed(FIELD))
