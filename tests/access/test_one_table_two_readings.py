"""A list shows exactly what a page would show: the permission table's two readings agree on real rows."""

from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import NOBODY, PARTNERSHIP_ROLES, SYSTEM, Actor
from clusterxchange.access.table import PERMISSIONS, RELATIONS
from clusterxchange.foundation.scoping import visible
from tests.access.rows import MODELS, World, make_world

KINDS = tuple(MODELS)
# What an organisation has a part in; a partnership's data, plans for the programme and the journal are others' own.
NO_CASES = {
    "partnership", "match_plan", "abuse_report", "edition_draft", "announcement", "payment_batch", "bank_statement",
    "entry", "office_change",
}  # fmt: skip
CASES = tuple(kind for kind in KINDS if kind not in NO_CASES)
roles = st.frozensets(st.sampled_from(sorted(PARTNERSHIP_ROLES)), min_size=1)


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    """Draw whom a person speaks for, by the places of the parties in the world."""
    return {
        "account": draw(st.none() | st.integers(0, 2)),
        "organisations": draw(st.frozensets(st.integers(0, 2))),
        "partnerships": draw(st.dictionaries(st.integers(0, 2), roles)),
        "support_office": draw(st.booleans()),
        "agency": draw(st.booleans()),
    }


def actor_of(world: World, person: dict[str, Any]) -> Actor:
    account = person["account"]
    return Actor(
        account_id=None if account is None else world.accounts[account].pk,
        organisations=frozenset(world.organisations[number].pk for number in person["organisations"]),
        partnerships=MappingProxyType(
            {world.partnerships[number].pk: held for number, held in person["partnerships"].items()}
        ),
        support_office=person["support_office"],
        agency=person["agency"],
    )


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 -- asks for the database
    return make_world()


def readings_differ(kind: str, rows: list[Any], actor: Actor) -> list[str]:
    found = []
    for action in (*PERMISSIONS[kind], next(action for action in Action if action not in PERMISSIONS[kind])):
        one_by_one = [row.pk for row in rows if decide.may(actor, kind, action, row)]
        as_a_list = sorted(
            visible(MODELS[kind]._default_manager.all(), kind, actor, action).values_list("pk", flat=True)
        )
        if one_by_one != as_a_list:
            found.append(f"{action}: pages give {one_by_one}, lists {as_a_list}")
    return found


def test_the_world_has_rows_of_every_kind_that_the_table_knows(world: World) -> None:
    assert set(KINDS) == set(PERMISSIONS) == set(RELATIONS)
    assert {kind: len(world.rows(kind)) for kind in KINDS} == {
        "application": 9,
        "participation": 6,
        "proposal": 12,
        "conversation": 6,
        "abuse_report": 6,
        "programme": 3,
        "match_plan": 3,
        "exchange": 6,
        "commitment": 6,
        "financial_agreement": 6,
        "activity_report": 12,
        "evidence": 6,
        "payment": 6,
        "follow_up_survey": 12,
        "payment_batch": 3,
        "bank_statement": 3,
        "organisation": 3,
        "invitation": 3,
        "join_request": 3,
        "edition_draft": 3,
        "announcement": 3,
        "partnership": 3,
        "entry": 3,
        "office_change": 3,
    }


@pytest.mark.parametrize("actor", [NOBODY, SYSTEM], ids=["nobody", "the tool"])
def test_lists_and_pages_agree_for_nobody_and_for_the_tool_itself(world: World, actor: Actor) -> None:
    assert {kind: found for kind in KINDS if (found := readings_differ(kind, world.rows(kind), actor))} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_lists_and_pages_agree_for_whoever_speaks_for_whomever(world: World, kind: str) -> None:
    rows = world.rows(kind)

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(person=people())
    def agree(person: dict[str, Any]) -> None:
        assert readings_differ(kind, rows, actor_of(world, person)) == []

    agree()


@pytest.mark.database
def test_a_stranger_sees_nothing_where_others_see_their_own(world: World) -> None:
    alder, stranger = world.organisations[0], Actor(account_id=world.accounts[2].pk, organisations=frozenset({-1}))
    ana = Actor(account_id=world.accounts[0].pk, organisations=frozenset({alder.pk}))

    for kind in CASES:
        every = MODELS[kind]._default_manager.all()
        assert list(visible(every, kind, stranger)) == []
        assert 0 < visible(every, kind, ana).count() < every.count()


@pytest.mark.database
def test_a_list_that_can_hold_nothing_for_somebody_is_not_asked_of_the_database(
    world: World,
    django_assert_num_queries: Any,  # noqa: ANN401 -- the fixture gives a way to count
) -> None:
    ana = Actor(organisations=frozenset({world.organisations[0].pk}))

    with django_assert_num_queries(0):
        for kind in KINDS:
            assert list(visible(MODELS[kind]._default_manager.all(), kind, NOBODY)) == []
        for kind in NO_CASES:
            assert list(visible(MODELS[kind]._default_manager.all(), kind, ana)) == []


@pytest.mark.database
def test_the_offices_see_every_case_and_the_support_office_journal_and_reports_too(world: World) -> None:
    del world
    for office, hidden in ((Actor(support_office=True), set()), (Actor(agency=True), {"entry", "abuse_report"})):
        for kind in set(KINDS) - hidden:
            every = MODELS[kind]._default_manager.all()
            assert visible(every, kind, office).count() == every.count() > 0


@pytest.mark.database
def test_a_thing_disclosed_twice_over_stands_in_a_list_once(world: World) -> None:
    organisations = frozenset(organisation.pk for organisation in world.organisations)
    ana = Actor(account_id=world.accounts[0].pk, organisations=organisations)

    seen = list(visible(MODELS["participation"]._default_manager.all(), "participation", ana, Action.SEE_PERSON))

    assert sorted(one.pk for one in seen) == [row.pk for row in world.rows("participation")]
