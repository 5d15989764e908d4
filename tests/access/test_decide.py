"""Who may do what, read from the one table; states.md names the capacities, scheme.md the conflicts of interest."""

from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace

import pytest

from clusterxchange.access import decide
from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import CONTACT_POINT, COORDINATOR, NOBODY, PAYER, SYSTEM, Actor
from clusterxchange.access.capacities import AG, HP, PO, PR, SO, SYS, VP, Capacity, H, V
from clusterxchange.access.table import PERMISSIONS, RELATIONS

ALMARGE, ORVALHINHO, KROGSAGER = 11, 12, 13
LOOM, SELVEDGE = 21, 22
ANA, BRAM, CHIARA, COSIMA, PIA = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Exchange:
    """The four columns through which everybody reaches an exchange and all below it."""

    visiting_organisation_id: int = ALMARGE
    host_organisation_id: int = ORVALHINHO
    visitor_partnership_id: int = LOOM
    host_partnership_id: int = SELVEDGE
    audits: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(all=list))


@dataclass(frozen=True)
class Payment:
    """A payment, ordered or not yet."""

    exchange: Exchange = field(default_factory=Exchange)
    ordered_by_id: int | None = None


@dataclass(frozen=True)
class Application:
    """An application that stands with a partnership, or with none yet."""

    organisation_id: int = ALMARGE
    partnership_id: int | None = LOOM
    started_by_partnership_id: int | None = None
    first_reader_id: int | None = None
    move_asked_to_id: int | None = None


def speaker(account: int, *organisations: int) -> Actor:
    return Actor(account_id=account, organisations=frozenset(organisations))


def officer(account: int, partnership: int, *roles: str, organisation: int | None = None) -> Actor:
    return Actor(
        account_id=account,
        organisations=frozenset() if organisation is None else frozenset({organisation}),
        partnerships=MappingProxyType({partnership: frozenset(roles)}),
    )


ana, bram, zoe = speaker(ANA, ALMARGE), speaker(BRAM, ORVALHINHO), speaker(9, KROGSAGER)
chiara, cosima, pia = (
    officer(CHIARA, LOOM, CONTACT_POINT),
    officer(COSIMA, LOOM, COORDINATOR),
    officer(PIA, LOOM, PAYER),
)
dov = officer(6, SELVEDGE, CONTACT_POINT)
edda, aurel = Actor(account_id=7, support_office=True), Actor(account_id=8, agency=True)


@pytest.mark.parametrize(
    ("actor", "capacities"),
    [
        (ana, {V}),
        (bram, {H}),
        (speaker(10, ALMARGE, ORVALHINHO), {V, H}),
        (chiara, {VP, PO}),
        (cosima, {VP, PR}),
        (pia, {PO, PR}),
        (dov, {HP}),
        (edda, {SO}),
        (aurel, {AG}),
        (SYSTEM, {SYS}),
        (zoe, set()),
        (NOBODY, set()),
    ],
)
def test_a_person_holds_the_capacities_of_those_for_whom_they_speak(actor: Actor, capacities: set[Capacity]) -> None:
    assert decide.capacities_of(actor, "exchange", Exchange()) == capacities


PROPOSAL = SimpleNamespace(
    visitor_participation=SimpleNamespace(organisation_id=ALMARGE, partnership_id=LOOM),
    host_participation=SimpleNamespace(organisation_id=ORVALHINHO, partnership_id=SELVEDGE),
    sender_organisation_id=ALMARGE,
)
BELOW = SimpleNamespace(exchange=Exchange())
VISITORS_REPORT = Exchange(host_organisation_id=0, host_partnership_id=0)
HOSTS_REPORT = Exchange(visiting_organisation_id=0, visitor_partnership_id=0)


# An organisation's application may ask for both roles, so it stands in both capacities there.
@pytest.mark.parametrize(
    ("kind", "thing", "of_ana", "of_bram", "of_chiara", "of_dov"),
    [
        ("application", Application(), {V, H}, set(), {VP}, set()),
        ("participation", Application(), {V, H}, set(), {VP}, set()),
        ("participation", Application(move_asked_to_id=SELVEDGE), {V, H}, set(), {VP}, {HP}),
        ("organisation", SimpleNamespace(pk=ALMARGE), {V}, set(), set(), set()),
        ("invitation", SimpleNamespace(organisation_id=ALMARGE, account_id=BRAM), {V}, {H}, set(), set()),
        (
            "join_request",
            SimpleNamespace(organisation_id=ALMARGE, asking_organisation_id=ORVALHINHO, partnership_id=LOOM),
            {V},
            {H},
            {VP},
            set(),
        ),
        ("proposal", PROPOSAL, {V}, {H}, {VP}, {HP}),
        ("exchange", Exchange(), {V}, {H}, {VP, PO}, {HP}),
        ("commitment", BELOW, {V}, {H}, {VP, PO}, {HP}),
        ("financial_agreement", BELOW, {V}, {H}, {VP, PO}, {HP}),
        ("activity_report", VISITORS_REPORT, {V}, set(), {VP, PO}, set()),
        ("activity_report", HOSTS_REPORT, set(), {H}, set(), {HP}),
        ("evidence", BELOW, {V}, {H}, {VP, PO}, {HP}),
        ("payment", BELOW, {V}, {H}, {VP, PO}, {HP}),
    ],
)
def test_each_party_stands_on_its_own_side_of_each_kind_of_thing(
    kind: str,
    thing: object,
    of_ana: set[Capacity],
    of_bram: set[Capacity],
    of_chiara: set[Capacity],
    of_dov: set[Capacity],
) -> None:
    found = [decide.capacities_of(actor, kind, thing) for actor in (ana, bram, chiara, dov)]

    assert found == [of_ana, of_bram, of_chiara, of_dov]


# states.md: "one partnership may be both: two capacities, two acts".
def test_one_partnership_on_both_sides_acts_in_two_capacities() -> None:
    exchange = Exchange(host_partnership_id=LOOM)
    commitment = SimpleNamespace(exchange=exchange)

    assert decide.acting_capacities(chiara, "commitment", A.SIGN_COMMITMENT, commitment) == (VP, HP)
    assert decide.acting_capacities(dov, "commitment", A.SIGN_COMMITMENT, commitment) == ()


# states.md: "PO a contact point or payer, PR the coordinator or a payer".
def test_contact_points_order_payments_coordinators_release_them_and_payers_do_either() -> None:
    payment = Payment()

    assert [decide.may(actor, "payment", A.ORDER_PAYMENT, payment) for actor in (chiara, cosima, pia)] == [
        True,
        False,
        True,
    ]
    assert [decide.may(actor, "payment", A.RELEASE_PAYMENT, payment) for actor in (chiara, cosima, pia)] == [
        False,
        True,
        True,
    ]


# states.md, PAYMENT: "not the one who ordered".
def test_whoever_ordered_a_payment_does_not_release_it() -> None:
    payment = Payment(ordered_by_id=PIA)

    assert decide.denial(pia, "payment", A.RELEASE_PAYMENT, payment) == "same_person_released"
    assert decide.denial(cosima, "payment", A.RELEASE_PAYMENT, payment) is None
    assert decide.denial(chiara, "payment", A.RELEASE_PAYMENT, payment) == "not_allowed"


# states.md, APPLICATION: "not one's own organisation".
@pytest.mark.parametrize(
    "action",
    [A.OPEN_APPLICATION, A.HOLD_APPLICATION, A.ASK_AGENCY, A.ACCEPT_APPLICATION, A.REFUSE_APPLICATION],
)
def test_nobody_assesses_the_application_of_their_own_organisation(action: A) -> None:
    application = Application()
    both = officer(CHIARA, LOOM, CONTACT_POINT, organisation=ALMARGE)

    assert decide.denial(both, "application", action, application) == "own_organisation_assessed"
    assert decide.denial(chiara, "application", action, application) is None
    assert decide.denial(ana, "application", action, application) == "not_allowed"


def test_an_application_without_a_partnership_is_assessed_by_nobody_and_moved_by_the_support_office() -> None:
    application = Application(partnership_id=None)

    assert not decide.may(chiara, "application", A.OPEN_APPLICATION, application)
    assert decide.may(edda, "application", A.MOVE_APPLICATION, application)


# states.md, PROPOSAL: "the other side" accepts and declines, "sender" withdraws.
def test_the_other_side_answers_a_proposal_and_only_the_sender_withdraws_it() -> None:
    for answer in (A.ACCEPT_PROPOSAL, A.DECLINE_PROPOSAL):
        assert not decide.may(ana, "proposal", answer, PROPOSAL)
        assert decide.may(bram, "proposal", answer, PROPOSAL)
    assert decide.may(ana, "proposal", A.WITHDRAW_PROPOSAL, PROPOSAL)
    assert not decide.may(bram, "proposal", A.WITHDRAW_PROPOSAL, PROPOSAL)


def test_an_invitation_to_somebody_who_is_not_there_yet_is_withdrawn_by_its_sender() -> None:
    invitation = SimpleNamespace(
        visitor_participation=SimpleNamespace(organisation_id=ALMARGE, partnership_id=LOOM),
        host_participation=None,
        sender_organisation_id=ALMARGE,
    )

    assert decide.may(ana, "proposal", A.WITHDRAW_PROPOSAL, invitation)
    assert not decide.may(bram, "proposal", A.SEE, invitation)


def test_an_accepted_proposal_shows_the_other_sides_person_and_nothing_more() -> None:
    disclosures = [SimpleNamespace(to_organisation_id=ALMARGE), SimpleNamespace(to_organisation_id=KROGSAGER)]
    participation = SimpleNamespace(
        organisation_id=ORVALHINHO, partnership_id=SELVEDGE, move_asked_to_id=None,
        disclosures=SimpleNamespace(all=lambda: disclosures),
    )  # fmt: skip

    assert decide.may(ana, "participation", A.SEE_PERSON, participation)
    assert decide.may(ana, "participation", A.OPEN_CURRICULUM_VITAE, participation)
    assert not decide.may(ana, "participation", A.SEE, participation)
    assert not decide.may(chiara, "participation", A.SEE_PERSON, participation)


# A payer pays: what they need for that, and no report, evidence or text of the case.
@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("exchange", True),
        ("payment", True),
        ("financial_agreement", True),
        ("commitment", False),
        ("evidence", False),
        ("activity_report", False),
    ],
)
def test_a_payer_sees_the_money_of_a_case_and_not_its_papers(kind: str, seen: bool) -> None:  # noqa: FBT001 -- a column of the table above
    own = vars(Exchange()) if kind in {"exchange", "activity_report"} else {}
    thing = SimpleNamespace(**own, exchange=Exchange())

    assert decide.may(pia, kind, A.SEE, thing) is seen


# states.md, PARTICIPATION: "V/H asks, the receiving partnership accepts (SO: at once)".
def test_the_partnership_that_is_asked_to_take_over_answers_and_does_nothing_else() -> None:
    asked = Application(move_asked_to_id=SELVEDGE)

    assert [
        action
        for action in A
        if decide.may(
            dov, "participation", action, SimpleNamespace(**vars(asked), disclosures=SimpleNamespace(all=list))
        )
    ] == [A.MOVE_PARTICIPATION, A.DECLINE_MOVE, A.SEE]


# Whoever asks to join learns nothing of the organisation before it answers.
def test_whoever_asks_to_join_an_organisation_sees_nothing_of_it() -> None:
    request = SimpleNamespace(organisation_id=ALMARGE, asking_organisation_id=ORVALHINHO, partnership_id=LOOM)

    assert decide.may(bram, "join_request", A.ASK_TO_JOIN, request)
    assert not decide.may(bram, "join_request", A.SEE, request)
    assert not decide.may(bram, "join_request", A.CONFIRM_JOIN_REQUEST, request)
    assert not decide.may(bram, "organisation", A.SEE, SimpleNamespace(pk=ALMARGE))


def test_nobody_may_do_nothing_at_all() -> None:
    thing = SimpleNamespace(
        **vars(Exchange()),
        **vars(Application()),
        exchange=Exchange(),
        visitor_participation=None,
        host_participation=None,
        sender_organisation_id=None,
        ordered_by_id=None,
        account_id=None,
        asking_organisation_id=ALMARGE,
        disclosures=SimpleNamespace(all=list),
    )

    allowed = [
        (kind, action)
        for kind in PERMISSIONS
        for action in A
        for actor in (NOBODY, Actor(account_id=99))
        if decide.may(actor, kind, action, thing)
    ]

    assert allowed == []


def test_the_agency_acts_on_exceptions_only_and_otherwise_reads() -> None:
    own = {(kind, action) for kind, rows in PERMISSIONS.items() for action, row in rows.items() if AG in row.capacities}

    assert own == {
        ("application", A.APPROVE_EXCEPTION),
        ("application", A.REFUSE_EXCEPTION),
        ("commitment", A.OPEN_DOCUMENT),
        ("exchange", A.OPEN_VERIFICATION_PACK),
        *((kind, A.SEE) for kind in PERMISSIONS if kind not in {"entry", "abuse_report"}),
    }


def test_what_the_table_does_not_name_nobody_may() -> None:
    assert decide.denial(SYSTEM, "payment", A.SIGN_COMMITMENT, Payment()) == "not_allowed"
    assert decide.denial(ana, "payment", A.SIGN_COMMITMENT, Payment()) == "not_allowed"


def test_every_capacity_that_the_table_names_is_held_by_somebody() -> None:
    without = [
        f"{capacity} of {action} on {kind}"
        for kind, rows in PERMISSIONS.items()
        for action, row in rows.items()
        for capacity in row.capacities - {SYS}
        if capacity not in RELATIONS[kind]
    ]

    assert without == []


def test_capacities_come_in_the_fixed_order() -> None:
    everybody = Actor(
        account_id=1,
        organisations=frozenset({ALMARGE, ORVALHINHO}),
        partnerships=MappingProxyType(
            {LOOM: frozenset({CONTACT_POINT}), SELVEDGE: frozenset({CONTACT_POINT, COORDINATOR})}
        ),
    )

    assert decide.acting_capacities(everybody, "exchange", A.CANCEL_EXCHANGE, Exchange()) == (V, H, VP, HP)
