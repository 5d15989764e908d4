"""What happens by itself once its time has come: in order, once, and by the clock that is handed in."""

from datetime import datetime, timedelta

import pytest

from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow import deadlines
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Notice, Obligation
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast

pytestmark = pytest.mark.django_db


def done_at(at: datetime) -> list[tuple[str, str]]:
    return [(one.term, one.what) for one in deadlines.run_due(at)]


def told(topic: str) -> list[str]:
    return sorted(Notice.objects.filter(topic=topic).values_list("account__first_name", flat=True))


@pytest.fixture
def submitted(cast: Cast) -> Application:
    """An application whose 15 working days have begun on Monday 2 March 2026."""
    return bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)


def test_before_anything_is_due_nothing_happens(submitted: Application) -> None:
    assert done_at(MONDAY + timedelta(days=5)) == []
    assert submitted.state == "SUBMITTED"


@pytest.mark.database
def test_a_reminder_goes_once_to_those_who_must_act(submitted: Application) -> None:
    at = MONDAY + timedelta(days=10)
    assert done_at(at) == [("assessment", "reminded")]
    assert told("reminder") == ["Chiara", "Cosima"]
    assert done_at(at) == []
    assert Notice.objects.filter(topic="reminder", reference=submitted.reference).count() == 2


def test_whoever_comes_late_reminds_once_and_not_for_each_day_missed(submitted: Application) -> None:
    assert done_at(MONDAY + timedelta(days=20)) == [("assessment", "reminded")]
    assert Obligation.objects.get(reference=submitted.reference, closed_at=None).reminders_sent == 2


def test_the_end_of_an_assessment_is_told_to_the_support_office_once(submitted: Application) -> None:
    at = MONDAY + timedelta(days=25)
    assert done_at(at) == [("assessment", "reminded"), ("assessment", "escalated")]
    assert told("overdue") == ["Edda"]
    mail = mail_of(Notice.objects.get(topic="overdue"))
    name, reference = submitted.organisation.legal_name, submitted.reference
    assert mail.subject == f"Overdue: LOOM opens the registration of {name} and assesses it ({reference})"
    assert "Ask LOOM what is in the way. The last day for it was 23 March 2026." in mail.body
    assert done_at(at) == []
    assert done_at(at + timedelta(days=30)) == []
    submitted.refresh_from_db()
    assert submitted.state == "SUBMITTED"


@pytest.mark.database
def test_a_proposal_expires_after_its_reminder(cast: Cast) -> None:
    story = bring_exchange_to(cast, "proposed", at_once=False)
    assert done_at(story.at + timedelta(days=8)) == [("proposal", "reminded")]
    assert ("proposal", "expire_proposal") in done_at(story.at + timedelta(days=16))
    assert Proposal.objects.get().state == "EXPIRED"
    assert not Obligation.objects.filter(kind="proposal", closed_at=None).exists()


def test_an_offer_of_the_money_is_late_only_by_what_passed_since_the_account_was_given(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated", at_once=False)
    story.at += timedelta(days=21)
    story.give_bank_details()
    offer = Obligation.objects.get(action="offer_agreement", closed_at=None)
    assert offer.since == story.at
    assert offer.due_at is not None
    assert offer.due_at > story.at + timedelta(days=7)


def test_late_bank_details_are_told_to_the_contact_point_and_not_to_the_hosts_side(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated", at_once=False)
    assert ("financial_agreement", "escalated") in done_at(story.at + timedelta(days=14))
    overdue = Notice.objects.filter(topic="overdue", action="give_bank_details")
    assert sorted(overdue.values_list("account__first_name", flat=True)) == ["Chiara", "Cosima"]


def test_an_exchange_ends_by_itself_with_the_agreed_last_day(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running", at_once=False)
    done_at(datetime.fromisoformat("2026-04-21T23:30:00+02:00"))
    assert story.exchange.state == "RUNNING"
    done = done_at(datetime.fromisoformat("2026-04-25T08:00:00+02:00"))
    assert ("confirm_end", "confirm_end") in done
    assert story.exchange.state == "ENDED"


def test_a_receipt_that_nobody_confirms_counts_after_14_days(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid", at_once=False)
    done_at(story.at + timedelta(days=13))
    assert story.payment.state == "PAID"
    assert ("receipt", "confirm_receipt") in done_at(story.at + timedelta(days=16))
    assert story.payment.state == "CONFIRMED"
    assert story.exchange.state == "CLOSED"


@pytest.mark.database
def test_what_fell_due_first_is_done_first(cast: Cast) -> None:
    story = bring_exchange_to(cast, "proposed", at_once=False)
    done = done_at(story.at + timedelta(days=400))
    terms = [term for term, _what in done]
    assert terms.index("proposal") < terms.index("no_sign_in")
    assert done.index(("proposal", "reminded")) < done.index(("proposal", "expire_proposal"))


def test_a_whole_year_at_once_ends_and_a_second_run_finds_nothing(cast: Cast) -> None:
    story = bring_exchange_to(cast, "agreed", at_once=False)
    at = story.at + timedelta(days=700)
    assert done_at(at)
    assert done_at(at) == []
