"""Half a year after the closing both sides are asked once what came of the exchange."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.finalisation.models import FollowUpSurvey
from clusterxchange.phases.finalisation.surveying import operations
from clusterxchange.workflow import deadlines, journal, obligations
from clusterxchange.workflow.deadlines import Done
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.models import Notice
from tests.bring import bring_exchange_to
from tests.cast import Cast
from tests.phases.finalisation.conftest import Sign
from tests.phases.finalisation.test_pages import form, page

BRUSSELS = ZoneInfo("Europe/Brussels")
ANSWERS: dict[str, Any] = {"worth": 4, "in_contact": True, "outcomes": ["contacts", "agreements"], "recommends": True}


@pytest.fixture
def closed(cast: Cast) -> Story:
    """The exchange of Ana and Bram, closed in the spring of 2026."""
    return bring_exchange_to(cast, "closed")


def day_of_the_questions(story: Story) -> datetime:
    """Give the first moment after the last day of the half year: that day is still within the term."""
    closed_at = story.exchange.closed_at
    assert closed_at is not None
    closed_on = closed_at.astimezone(BRUSSELS)
    assert (closed_on.year, closed_on.month < 6) == (2026, True)
    return datetime(2026, closed_on.month + 6, closed_on.day, tzinfo=BRUSSELS) + timedelta(days=1)


def asked(story: Story) -> datetime:
    """Let the half year pass."""
    at = day_of_the_questions(story)
    deadlines.run_due(at)
    return at


def survey(story: Story, side: str) -> FollowUpSurvey:
    return FollowUpSurvey.objects.get(exchange=story.exchange, side=side)


def test_both_sides_are_asked_on_the_day_after_half_a_year_and_not_before(closed: Story) -> None:
    day = day_of_the_questions(closed)
    opened = Done("follow_up_survey", str(closed.exchange.reference), "open_survey")

    assert opened not in deadlines.run_due(day - timedelta(seconds=1))
    assert not FollowUpSurvey.objects.exists()

    assert opened in deadlines.run_due(day)
    assert [one.state for one in FollowUpSurvey.objects.order_by("side")] == ["OPEN", "OPEN"]


def test_each_side_is_asked_once_and_by_one_mail(closed: Story, cast: Cast) -> None:
    at = asked(closed)
    deadlines.run_due(at)
    deadlines.run_due(at + timedelta(days=100))

    for person, side in ((cast.ana, "V"), (cast.bram, "H")):
        told = Notice.objects.filter(account=person.account, kind="follow_up_survey")
        assert [(one.topic, one.asked, one.subject_id) for one in told] == [
            ("your_turn", "answer_survey", survey(closed, side).pk)
        ]
    assert (
        not Notice.objects.filter(kind="follow_up_survey")
        .exclude(account__in=(cast.ana.account, cast.bram.account))
        .exists()
    )


def test_nobody_waits_in_the_closed_exchange_itself(closed: Story) -> None:
    at = asked(closed)

    assert not obligations.open_in_case("exchange", closed.exchange.pk).exists()
    assert closed.exchange.state == "CLOSED"
    assert obligations.differences(at) == []


def test_each_side_answers_for_itself_and_only_once(closed: Story, cast: Cast) -> None:
    at = asked(closed)
    with pytest.raises(NotAllowed):
        operations.answer_survey(survey(closed, "V"), actor=closed.host, at=at, **ANSWERS)
    with pytest.raises(NotAllowed):
        operations.answer_survey(survey(closed, "V"), actor=cast.chiara.actor, at=at, **ANSWERS)

    operations.answer_survey(survey(closed, "V"), actor=closed.visitor, at=at, **ANSWERS)

    answered = survey(closed, "V")
    assert (answered.state, answered.worth, answered.outcomes) == ("ANSWERED", 4, ["contacts", "agreements"])
    assert survey(closed, "H").state == "OPEN"
    with pytest.raises(WrongState):
        operations.answer_survey(answered, actor=closed.visitor, at=at, **ANSWERS)
    assert journal.check().ok


def test_an_answer_that_is_missing_is_asked_for(closed: Story) -> None:
    at = asked(closed)

    with pytest.raises(Refused) as refused:
        operations.answer_survey(survey(closed, "V"), actor=closed.visitor, at=at, **{**ANSWERS, "in_contact": None})

    assert (refused.value.refusal.code, refused.value.refusal.field) == ("survey_incomplete", "in_contact")


def test_what_nobody_answers_closes_after_another_half_year_without_a_word(closed: Story) -> None:
    at = asked(closed)
    told = Notice.objects.filter(kind="follow_up_survey").count()

    deadlines.run_due(at + timedelta(days=170))
    assert survey(closed, "V").state == "OPEN"
    deadlines.run_due(at + timedelta(days=190))

    assert {one.state for one in FollowUpSurvey.objects.all()} == {"CLOSED"}
    assert Notice.objects.filter(kind="follow_up_survey").count() == told


def test_the_page_asks_four_questions_and_then_shows_the_answers(closed: Story, cast: Cast, sign_in: Sign) -> None:
    clock.set_clock(asked(closed))
    base, ana = f"/exchanges/{closed.exchange.reference}/survey/", sign_in(cast.ana)
    typed = {"worth": "4", "in_contact": "yes", "outcomes": ["contacts"], "recommends": "no"}

    shown = form(ana.get(f"{base}visitor/"), "answer_survey")
    assert all(f'name="{name}"' in shown for name in typed)
    missing = ana.post(f"{base}visitor/answer-survey/", {**typed, "worth": ""})
    assert (missing.status_code, 'id="id_worth_error"' in page(missing)) == (422, True)
    assert ana.post(f"{base}visitor/answer-survey/", typed).status_code == 302

    assert "4 of 5" in page(ana.get(f"{base}visitor/"))
    assert ana.get(f"{base}host/").status_code == 404
    for person in (cast.bram, cast.chiara, cast.zoe):
        assert sign_in(person).get(f"{base}visitor/").status_code == 404
    assert sign_in(cast.edda).get(f"{base}visitor/").status_code == 200
    assert sign_in(cast.edda).post(f"{base}visitor/answer-survey/", typed).status_code == 403


def test_partnership_and_support_office_see_how_many_said_what(closed: Story, cast: Cast, sign_in: Sign) -> None:
    at = asked(closed)
    operations.answer_survey(survey(closed, "V"), actor=closed.visitor, at=at, **ANSWERS)
    clock.set_clock(at + timedelta(hours=1))

    for person in (cast.chiara, cast.edda):
        shown = page(sign_in(person).get("/figures/ratings/"))
        assert "1 of 2 asked have answered." in shown
        assert "Teixits" not in shown
