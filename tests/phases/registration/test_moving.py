"""Choosing or assigning a partnership, and moving to another one (scheme.md section 4, states.md PARTICIPATION)."""

import pytest
from django.test import Client

from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Budget, Partnership
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.workflow import mails
from clusterxchange.workflow.engine import NotAllowed, NotDone, Refused
from clusterxchange.workflow.models import Entry, Notice, Obligation
from clusterxchange.workflow.obligations import differences
from tests.bring import bring_exchange_to, bring_participation
from tests.cast import MONDAY, Cast, Person
from tests.phases.registration.conftest import start, submit


def code_of(refused: pytest.ExceptionInfo[NotDone]) -> str:
    return refused.value.refusal.code


def page_of(client: Client, person: Person, address: str) -> str:
    client.force_login(person.account)
    return client.get(address).content.decode()


# Assigning: LOOM works in textiles, has a member in Spain, and Ana's cluster is that member: 3 + 2 + 1.
def test_the_applicant_is_told_on_the_page_and_by_mail_why_a_partnership_was_assigned(
    cast: Cast, client: Client
) -> None:
    application = submit(cast.ana)

    assert (application.partnership, application.partnership_was_assigned) == (cast.loom, True)
    assert application.assignment == {"partnership": "LOOM", "reasons": ["sector", "member", "country"]}
    reason = (
        "LOOM was assigned to Teixits Almarge, S.L.: field and country are the same, and the applicant’s cluster is "
        "a member."
    )
    assert reason in page_of(client, cast.ana, f"/registration/applications/{application.reference}/")
    notice = Notice.objects.get(account=cast.ana.account, action="assign_partnership")
    assert reason in mails.mail_of(notice).body
    entry = Entry.objects.get(action="assign_partnership")
    assert (entry.actor, entry.capacity, entry.case) == ("system", "SYS", application.reference)
    assert entry.payload.body == {"partnership": "LOOM", "reasons": ["sector", "member", "country"]}


def test_the_reason_stands_in_the_language_of_the_reader(cast: Cast) -> None:
    submit(cast.ana)
    cast.ana.account.language = "pl"
    cast.ana.account.save()

    mail = mails.mail_of(Notice.objects.get(account=cast.ana.account, action="assign_partnership"))

    assert mail.extra_headers["Content-Language"] == "pl"
    assert "%(" not in f"{mail.subject} {mail.body}"


def test_whoever_has_chosen_is_told_of_no_assignment(cast: Cast) -> None:
    application = submit(cast.ana, partnership_choice="chosen", wished_partnership=cast.selvedge)

    assert (application.partnership, application.partnership_was_assigned) == (cast.selvedge, False)
    assert application.assignment == {}
    assert not Notice.objects.filter(action="assign_partnership").exists()


def test_where_nothing_fits_the_support_office_is_asked_and_the_applicant_told(cast: Cast, client: Client) -> None:
    Organisation.objects.update(ecosystems=["tourism"], cluster_name="Another")
    Partnership.objects.filter(acronym="LOOM").update(is_open=False)
    application = submit(Person(cast.ana.account, Organisation.objects.get(pk=cast.ana.organisation.pk)))  # type: ignore[union-attr]  # -- Ana has one

    assert application.partnership is None
    assert Obligation.objects.get(action="move_application", closed_at__isnull=True).capacity == "SO"
    shown = page_of(client, cast.ana, f"/registration/applications/{application.reference}/")
    assert "the support office finds one" in shown


def test_a_visitor_is_not_assigned_where_the_money_or_the_planned_exchanges_are_used_up(cast: Cast) -> None:
    Budget.objects.filter(partnership=cast.loom).update(reserved_cents=1_000_000, free_cents=0)
    assert submit(cast.ana).partnership == cast.selvedge


def test_each_visit_claimed_takes_one_of_the_planned_exchanges(cast: Cast) -> None:
    Partnership.objects.filter(pk=cast.loom.pk).update(planned_exchanges=1)
    taken = bring_participation(cast, cast.zoe, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    operations.claim_visit(taken, MONDAY)

    assert submit(cast.ana).partnership == cast.selvedge


def test_the_page_lists_partnerships_with_why_they_fit_the_best_first(cast: Cast, client: Client) -> None:
    application = start(cast.ana)
    Partnership.objects.filter(acronym="KILN").update(is_open=False)
    Budget.objects.filter(partnership=cast.selvedge).update(reserved_cents=1_000_000, free_cents=0)

    shown = page_of(client, cast.ana, f"/registration/applications/{application.reference}/sections/partnership/")

    assert "Fits: your field; your cluster is a member; a member in your country" in shown
    assert "No free exchange at the moment" in shown
    assert shown.index("LOOM") < shown.index("SELVEDGE")
    assert "KILN" not in shown


def test_a_partnership_that_has_closed_in_the_meantime_takes_nobody(cast: Cast) -> None:
    application = start(cast.ana, partnership_choice="chosen", wished_partnership=cast.loom)
    Partnership.objects.filter(pk=cast.loom.pk).update(is_open=False)
    fresh = Application.objects.get(pk=application.pk)

    with pytest.raises(Refused) as refused:
        operations.submit_application(fresh, actor=cast.ana.actor, at=MONDAY, declares_true=True)
    assert code_of(refused) == "partnership_is_closed"


# Moving


@pytest.fixture
def asked(cast: Cast) -> Participation:
    """Ana's participation with LOOM, asking to move to SELVEDGE."""
    found = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    return operations.move_participation(
        found, partnership=cast.selvedge, reason="It is closer to us.", actor=cast.ana.actor, at=MONDAY
    )


def test_the_partnership_that_is_asked_takes_the_organisation_over(cast: Cast, asked: Participation) -> None:
    assert (asked.partnership, asked.move_asked_to) == (cast.loom, cast.selvedge)
    waits = Obligation.objects.get(action="move_participation", closed_at__isnull=True)
    assert (waits.capacity, waits.partnership) == ("HP", cast.selvedge)
    with pytest.raises(NotAllowed):
        operations.move_participation(asked, partnership=cast.selvedge, reason="No.", actor=cast.zoe.actor, at=MONDAY)

    operations.move_participation(asked, partnership=cast.selvedge, reason="Welcome.", actor=cast.dov.actor, at=MONDAY)

    assert (asked.partnership, asked.move_asked_to, asked.state) == (cast.selvedge, None, "ACTIVE")
    told = Notice.objects.filter(action="move_participation", topic="happened").order_by("-pk")
    assert {cast.ana.account, cast.chiara.account} <= {one.account for one in told}
    assert differences(MONDAY) == []


def test_the_partnership_that_is_asked_hands_nobody_on_to_a_third(cast: Cast, asked: Participation) -> None:
    kiln = Partnership.objects.get(acronym="KILN")
    with pytest.raises(Refused) as refused:
        operations.move_participation(asked, partnership=kiln, reason="There.", actor=cast.dov.actor, at=MONDAY)
    assert code_of(refused) == "partnership_was_not_asked"


def test_the_partnership_that_is_asked_declines_and_sees_it_no_longer(
    cast: Cast, client: Client, asked: Participation
) -> None:
    there = f"/registration/participations/{asked.reference}/"
    shown = page_of(client, cast.dov, there)
    assert "It is closer to us." in shown
    assert 'data-action="decline_move"' in shown
    assert 'data-action="move_participation"' in shown
    assert 'data-action="reserve_participation"' not in shown
    assert f"/registration/applications/{asked.application.reference}/" not in shown

    assert client.post(f"{there}decline-move/").headers["Location"] == "/desk/"

    asked.refresh_from_db()
    assert (asked.partnership, asked.move_asked_to) == (cast.loom, None)
    assert client.get(there).status_code == 404
    assert Notice.objects.filter(action="decline_move", account=cast.ana.account).exists()
    assert not Obligation.objects.filter(action="move_participation", closed_at__isnull=True).exists()
    assert differences(MONDAY) == []


def test_the_organisation_takes_its_request_back_and_others_do_not(
    cast: Cast, client: Client, asked: Participation
) -> None:
    with pytest.raises(NotAllowed):
        operations.decline_move(asked, actor=cast.chiara.actor, at=MONDAY)
    assert "Stay with your partnership" in page_of(client, cast.ana, f"/registration/participations/{asked.reference}/")
    operations.decline_move(asked, actor=cast.ana.actor, at=MONDAY)
    with pytest.raises(Refused) as refused:
        operations.decline_move(asked, actor=cast.ana.actor, at=MONDAY)
    assert code_of(refused) == "move_not_asked"


def test_the_support_office_moves_at_once(cast: Cast) -> None:
    found = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")

    operations.move_participation(
        found, partnership=cast.selvedge, reason="Agreed by phone.", actor=cast.edda.actor, at=MONDAY
    )

    assert (found.partnership, found.move_asked_to) == (cast.selvedge, None)
    assert differences(MONDAY) == []


def test_nobody_moves_to_a_partnership_that_has_closed(cast: Cast, asked: Participation) -> None:
    Partnership.objects.filter(pk=cast.selvedge.pk).update(is_open=False)
    closed = Partnership.objects.get(pk=cast.selvedge.pk)
    with pytest.raises(Refused) as refused:
        operations.move_participation(asked, partnership=closed, reason="Come.", actor=cast.dov.actor, at=MONDAY)
    assert code_of(refused) == "partnership_is_closed"


@pytest.mark.parametrize("name", ["ana", "edda"])
def test_nobody_moves_once_a_commitment_to_quality_is_signed(cast: Cast, name: str) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    with pytest.raises(Refused) as refused:
        operations.move_participation(
            story.visitor_participation, partnership=cast.selvedge, reason="Closer.",
            actor=getattr(cast, name).actor, at=story.at,
        )  # fmt: skip
    assert code_of(refused) == "commitment_is_signed"
