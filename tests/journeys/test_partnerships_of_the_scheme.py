"""A partnership joins, is suspended, leaves with what is open; one case goes to another partnership."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.access.capacities import HP, VP
from clusterxchange.foundation import clock
from clusterxchange.journeys.partnerships import operations as partnerships
from clusterxchange.journeys.support_office.partnerships import (
    admit_partnership,
    end_partnership,
    reassign_case,
    resume_partnership,
    suspend_partnership,
)
from clusterxchange.parties.partnerships.models import Budget, Partnership, PartnershipInvitation
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.phases.registration.queries import open_partnerships
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import obligations
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.models import Entry, Notice, Obligation
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import ALCOI, MONDAY, Cast, make_officer, make_partnership, make_speaker, signed_in

LATER = MONDAY + timedelta(days=1)
LIST = "/support/partnerships/"
WHY = "LOOM ends in June."


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


def kiln() -> Partnership:
    return Partnership.objects.get(acronym="KILN")


def budget_of(partnership: Partnership) -> tuple[int, int, int, int]:
    """Give what is reserved, committed, free and planned, in cents."""
    held = Budget.objects.get(partnership=partnership)
    return held.reserved_cents, held.committed_cents, held.free_cents, held.planned_cents


def refused(cast: Cast) -> Application:
    """Let LOOM refuse Zoe."""
    found = bring_application_to(cast, cast.zoe, "opened", partnership=cast.loom, officer=cast.chiara.actor)
    return registration.refuse_application(found, reason="Too early.", actor=cast.chiara.actor, at=LATER)


def state_of(partnership: Partnership) -> str:
    return Partnership.objects.get(pk=partnership.pk).state


def test_a_partnership_joins_closed_and_its_coordinator_is_invited(cast: Cast) -> None:
    made = admit_partnership(
        acronym="ATELIER 9", title="Ateliers of the coast", country="PT", email="Rita@atelier.example", language="pt",
        actor=cast.edda.actor, at=LATER,
    )  # fmt: skip

    assert (made.slug, made.edition, made.state, made.coordinating_country) == (
        "atelier-9",
        cast.edition,
        "CLOSED",
        "PT",
    )
    assert budget_of(made) == (0, 0, 0, 0)
    invited = PartnershipInvitation.objects.get(partnership=made)
    assert (invited.email, invited.roles) == ("rita@atelier.example", ["coordinator"])
    assert [one.action for one in Entry.objects.filter(subject=str(made.pk)).order_by("n")] == [
        "admit_partnership",
        "appoint_coordinator",
    ]


def test_an_acronym_stands_once_in_an_edition_and_only_the_support_office_admits(cast: Cast) -> None:
    given = {"acronym": "loom", "title": "Again", "country": "ES", "email": "a@b.example"}

    answer = signed_in(cast.edda).post(f"{LIST}admit-partnership/", given)

    assert answer.status_code == 422
    assert 'data-error="acronym_taken"' in answer.content.decode()
    assert 'value="Again"' in answer.content.decode()
    with pytest.raises(NotAllowed):
        admit_partnership(**{**given, "acronym": "NEW"}, language="en", actor=cast.cosima.actor, at=LATER)
    assert not Partnership.objects.filter(acronym="NEW").exists()


def test_a_suspended_partnership_takes_nothing_new_until_the_support_office_lets_it_again(cast: Cast) -> None:
    suspend_partnership(cast.loom, reason="An audit goes on.", actor=cast.edda.actor, at=LATER)

    assert state_of(cast.loom) == "SUSPENDED"
    assert cast.loom not in open_partnerships(cast.edition)
    with pytest.raises(Refused, match="partnership_is_suspended"):
        partnerships.open_partnership(cast.loom, actor=cast.cosima.actor, at=LATER)
    told = Notice.objects.filter(action="suspend_partnership")
    assert {one.account for one in told} == {cast.chiara.account, cast.cosima.account}
    assert {one.params["letter"] for one in told} == {"An audit goes on."}
    with pytest.raises(WrongState):
        suspend_partnership(cast.loom, reason="Again.", actor=cast.edda.actor, at=LATER)

    resume_partnership(cast.loom, actor=cast.edda.actor, at=LATER)

    assert state_of(cast.loom) == "OPEN"
    with pytest.raises(WrongState):
        resume_partnership(cast.loom, actor=cast.edda.actor, at=LATER)


def test_one_that_was_closed_stays_closed_after_its_suspension(cast: Cast) -> None:
    partnerships.close_partnership(cast.loom, actor=cast.cosima.actor, at=MONDAY)
    suspend_partnership(cast.loom, reason="An audit.", actor=cast.edda.actor, at=LATER)
    answer = signed_in(cast.cosima).post("/partnerships/loom/own/registrations/", {"wanted": "open"})
    assert answer.status_code == 409
    assert 'data-refusal="partnership_is_suspended"' in answer.content.decode()

    resume_partnership(cast.loom, actor=cast.edda.actor, at=LATER)

    assert state_of(cast.loom) == "CLOSED"


def test_everything_open_goes_along_when_a_partnership_leaves_and_what_is_over_stays(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    over = refused(cast)
    nadia = make_speaker("nadia", "Nadia Roca", "Filatures Nadal, S.L.", ALCOI, cluster="Fils de Llevant")
    waiting = bring_application_to(cast, nadia, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    kim = make_officer("kim", "Kim", "Dahl", kiln(), "contact_point")
    before = budget_of(cast.loom)
    # 390.00 for three days in Portugal are committed.
    assert before == (0, 39_000, 961_000, 1_000_000)

    end_partnership(cast.loom, other=kiln(), reason=WHY, actor=cast.edda.actor, at=story.at)

    exchange = Exchange.objects.get(pk=story.exchange.pk)
    assert (exchange.visitor_partnership, exchange.host_partnership) == (kiln(), cast.selvedge)
    assert Application.objects.get(pk=waiting.pk).partnership == kiln()
    assert Application.objects.get(pk=over.pk).partnership == cast.loom
    assert Participation.objects.get(role="visit").partnership == kiln()
    assert (budget_of(cast.loom), budget_of(kiln())) == ((0, 0, 1_000_000, 1_000_000), (0, 39_000, 961_000, 1_000_000))
    assert state_of(cast.loom) == "ENDED"
    assert not Obligation.objects.filter(partnership=cast.loom, closed_at=None).exists()
    assert obligations.differences(story.at) == []
    assert obligations.mine(kim.actor).filter(action="open_application", reference=waiting.reference).exists()


def test_applicants_participants_and_both_contact_points_are_told_once_with_the_reason(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    kim = make_officer("kim", "Kim", "Dahl", kiln(), "contact_point")
    at = story.at + timedelta(hours=1)

    end_partnership(cast.loom, other=kiln(), reason=WHY, actor=cast.edda.actor, at=at)

    told = Notice.objects.filter(at=at)
    people = {cast.ana, cast.bram, cast.dov, cast.chiara, cast.cosima, kim}
    assert {one.account for one in told} >= {person.account for person in people}
    assert {one.params.get("letter") for one in told.filter(action="reassign_case")} == {WHY}
    actions = Entry.objects.filter(at=at).order_by("n").values_list("kind", "action")
    assert list(actions) == [
        ("participation", "reassign_case"),
        ("exchange", "reassign_case"),
        ("partnership", "end_partnership"),
    ]


def test_a_partnership_without_anything_open_leaves_without_another(cast: Cast) -> None:
    end_partnership(kiln(), other=None, reason=WHY, actor=cast.edda.actor, at=LATER)

    assert state_of(kiln()) == "ENDED"
    with pytest.raises(WrongState):
        end_partnership(kiln(), other=None, reason=WHY, actor=cast.edda.actor, at=LATER)
    with pytest.raises(WrongState):
        suspend_partnership(kiln(), reason=WHY, actor=cast.edda.actor, at=LATER)


def test_nothing_goes_where_the_other_has_too_little_money(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    Budget.objects.filter(partnership=kiln()).update(planned_cents=38_999, free_cents=38_999)

    with pytest.raises(Refused, match="no_free_budget_there"):
        end_partnership(cast.loom, other=kiln(), reason=WHY, actor=cast.edda.actor, at=story.at)

    assert Exchange.objects.get(pk=story.exchange.pk).visitor_partnership == cast.loom
    assert budget_of(cast.loom) == (0, 39_000, 961_000, 1_000_000)
    assert state_of(cast.loom) == "OPEN"


def test_a_text_that_waits_for_signatures_is_signed_first(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")

    for leaving, side in ((cast.loom, VP), (cast.selvedge, HP)):
        with pytest.raises(Refused, match="text_waits_for_signatures"):
            end_partnership(leaving, other=kiln(), reason=WHY, actor=cast.edda.actor, at=story.at)
        with pytest.raises(Refused, match="text_waits_for_signatures"):
            reassign_case(story.exchange, partnership=kiln(), side=side, reason=WHY, actor=cast.edda.actor, at=story.at)


def test_a_payment_on_its_way_is_waited_for_on_the_side_that_pays(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ordered")

    with pytest.raises(Refused, match="payment_is_on_its_way"):
        reassign_case(story.exchange, partnership=kiln(), reason=WHY, actor=cast.edda.actor, at=story.at)

    reassign_case(story.exchange, partnership=kiln(), side=HP, reason=WHY, actor=cast.edda.actor, at=story.at)
    exchange = Exchange.objects.get(pk=story.exchange.pk)
    assert (exchange.visitor_partnership, exchange.host_partnership) == (cast.loom, kiln())
    reports = {one.visitor_partnership or one.host_partnership for one in exchange.activity_reports.all()}
    assert reports == {cast.loom, kiln()}


def test_whoever_looked_after_a_case_sees_it_no_more_and_whoever_does_now_sees_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    kim = make_officer("kim", "Kim", "Dahl", kiln(), "contact_point")
    page = f"/exchanges/{story.exchange.reference}/"
    assert signed_in(cast.dov).get(page).status_code == 200
    assert signed_in(kim).get(page).status_code == 404

    reassign_case(story.exchange, partnership=kiln(), side=HP, reason=WHY, actor=cast.edda.actor, at=story.at)

    assert signed_in(cast.dov).get(page).status_code == 404
    assert signed_in(kim).get(page).status_code == 200
    assert obligations.differences(story.at) == []


def test_a_registration_goes_in_any_open_state_and_keeps_it(cast: Cast) -> None:
    held = bring_application_to(cast, cast.ana, "opened", partnership=cast.loom, officer=cast.chiara.actor)
    registration.hold_application(held, questions="Which loom?", actor=cast.chiara.actor, at=LATER)

    reassign_case(held, partnership=kiln(), reason=WHY, actor=cast.edda.actor, at=LATER)

    held.refresh_from_db()
    assert (held.partnership, held.state) == (kiln(), "ON_HOLD")
    over = refused(cast)
    with pytest.raises(WrongState):
        reassign_case(over, partnership=kiln(), reason=WHY, actor=cast.edda.actor, at=LATER)


@pytest.mark.parametrize(
    ("acronym", "reason", "code"),
    [("LOOM", WHY, "partnership_is_the_same"), ("KILN", " ", "reason_missing"), ("", WHY, "partnership_missing")],
)
def test_a_case_goes_only_to_another_one_and_for_a_reason(cast: Cast, acronym: str, reason: str, code: str) -> None:
    held = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    other = Partnership.objects.filter(acronym=acronym).first()

    with pytest.raises(Refused, match=code):
        reassign_case(held, partnership=other, reason=reason, actor=cast.edda.actor, at=LATER)


def test_a_partnership_of_an_earlier_edition_stays_in_the_hands_of_the_office(cast: Cast) -> None:
    earlier = Edition.objects.get(code="second")
    old = make_partnership(earlier, "LOOM", "ES", ["textiles"], member="Fils de Llevant")
    edda, query = signed_in(cast.edda), "?edition=second"

    names = [row["partnership"] for row in edda.get(LIST).context["rows"]]
    assert (old in names, cast.loom in names) == (False, True)
    shown = edda.get(f"{LIST}{query}")
    assert [row["partnership"] for row in shown.context["rows"]] == [old]
    assert f'<option value="second" selected>{earlier.name}</option>' in shown.content.decode()
    assert f'href="{LIST}loom/suspend-partnership/{query}"' in shown.content.decode()
    # The address by its acronym leads to LOOM of the open edition.
    assert "/partnerships/loom/own/" not in shown.content.decode()
    assert edda.get(f"{LIST}?edition=nothing").status_code == 404
    assert edda.get(f"{LIST}kiln/suspend-partnership/{query}").status_code == 404

    suspended = edda.post(f"{LIST}loom/suspend-partnership/{query}", {"reason": WHY})
    assert (suspended["location"], state_of(old), state_of(cast.loom)) == (f"{LIST}{query}", "SUSPENDED", "OPEN")
    resumed = edda.post(f"{LIST}loom/resume-partnership/{query}")
    assert (resumed["location"], state_of(old)) == (f"{LIST}{query}", "OPEN")
    ended = edda.post(f"{LIST}loom/end-partnership/{query}", {"reason": WHY})
    assert (ended["location"], state_of(old), state_of(cast.loom)) == (f"{LIST}{query}", "ENDED", "OPEN")


def test_without_an_open_edition_the_newest_with_partnerships_is_listed(cast: Cast) -> None:
    Edition.objects.update(is_open=False)

    page = signed_in(cast.edda).get(LIST)

    assert {row["partnership"].acronym for row in page.context["rows"]} == {"LOOM", "SELVEDGE", "KILN"}
    assert "admit-partnership" not in page.content.decode()


def test_the_search_tells_two_partnerships_of_one_acronym_apart(cast: Cast) -> None:
    make_partnership(Edition.objects.get(code="second"), "LOOM", "ES", ["textiles"], member="Fils de Llevant")

    def addresses(client: Client) -> list[str]:
        page = client.get("/support/search/?q=loom&kind=partnerships")
        return [one.url for one in page.context["rows"]]

    assert addresses(signed_in(cast.edda)) == ["/partnerships/loom/own/", f"{LIST}?edition=second"]
    assert addresses(signed_in(cast.aurel)) == ["/partnerships/loom/own/", "/partnerships/?edition=second"]


def test_a_closed_partnership_takes_nothing_over(cast: Cast) -> None:
    held = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    suspend_partnership(kiln(), reason=WHY, actor=cast.edda.actor, at=LATER)

    with pytest.raises(Refused, match="partnership_is_closed"):
        reassign_case(held, partnership=kiln(), reason=WHY, actor=cast.edda.actor, at=LATER)
    with pytest.raises(Refused, match="partnership_is_closed"):
        end_partnership(cast.loom, other=kiln(), reason=WHY, actor=cast.edda.actor, at=LATER)


def test_nobody_but_the_support_office_suspends_ends_or_reassigns(cast: Cast) -> None:
    held = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    for person in (cast.ana, cast.chiara, cast.cosima, cast.aurel, cast.zoe):
        with pytest.raises(NotAllowed):
            suspend_partnership(cast.loom, reason=WHY, actor=person.actor, at=LATER)
        with pytest.raises(NotAllowed):
            end_partnership(cast.loom, other=kiln(), reason=WHY, actor=person.actor, at=LATER)
        with pytest.raises(NotAllowed):
            reassign_case(held, partnership=kiln(), reason=WHY, actor=person.actor, at=LATER)
        for address in (LIST, f"{LIST}loom/end-partnership/", f"/support/cases/{held.reference}/reassign-case/"):
            assert signed_in(person).get(address).status_code == 404
    assert state_of(cast.loom) == "OPEN"


def test_the_pages_show_what_would_go_before_it_goes(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    clock.set_clock(story.at)
    edda, address = signed_in(cast.edda), f"{LIST}loom/end-partnership/"

    asked = edda.get(address)
    chosen = edda.get(address, {"partnership": "kiln"})
    unsaid = edda.post(address, {"partnership": "kiln", "reason": ""})
    done = edda.post(address, {"partnership": "kiln", "reason": WHY})

    assert [(str(one.title), one.number) for one in chosen.context["going"]] == [
        ("Registrations", 0),
        ("Participations", 1),
        ("Exchanges, visitor’s side", 1),
        ("Exchanges, host’s side", 0),
        ("Requests to join an organisation", 0),
    ]
    assert 'data-action="end_partnership"' not in asked.content.decode()
    assert '<form class="form" method="post" data-action="end_partnership"' in chosen.content.decode()
    assert "390.00" in chosen.content.decode()
    assert unsaid.status_code == 422
    assert done["location"] == LIST
    assert "Has left the scheme" in edda.get(LIST).content.decode()


def test_what_stands_against_it_is_said_on_the_page(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    clock.set_clock(story.at)
    edda, address = signed_in(cast.edda), f"{LIST}loom/end-partnership/"

    page = edda.get(address, {"partnership": "kiln"}).content.decode()
    tried = edda.post(address, {"partnership": "kiln", "reason": WHY})

    assert 'data-action="end_partnership" data-refusal="text_waits_for_signatures"' in page
    assert tried.status_code == 409


def test_a_case_is_handed_over_from_its_own_page(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    clock.set_clock(story.at)
    edda, own = signed_in(cast.edda), f"/exchanges/{story.exchange.reference}/"
    address = f"/support/cases/{story.exchange.reference}/reassign-case/"
    assert f'href="{address}"' in edda.get(own).content.decode()
    assert f'href="{address}"' not in signed_in(cast.chiara).get(own).content.decode()

    same = edda.post(address, {"side": "VP", "partnership": "loom", "reason": WHY})
    done = edda.post(address, {"side": "HP", "partnership": "kiln", "reason": WHY})

    assert same.status_code == 422
    assert 'data-error="partnership_is_the_same"' in same.content.decode()
    assert WHY in same.content.decode()
    assert done["location"] == own
    assert edda.get("/support/cases/EXC-2026-999999/reassign-case/").status_code == 404
    assert edda.get("/support/cases/nonsense/reassign-case/").status_code == 404


def test_the_list_asks_the_database_as_often_for_three_as_for_six(cast: Cast) -> None:
    edda = signed_in(cast.edda)

    def number_of_queries() -> int:
        edda.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            assert edda.get(LIST).status_code == 200
        return len(asked)

    three = number_of_queries()
    for name in ("ANVIL", "BELLOWS", "TONGS"):
        make_partnership(cast.edition, name, "DK", ["construction"], member="Smeder")
    assert number_of_queries() == three
