"""Who has the ball, on the desk of each party, through a whole exchange (states.md read from outside)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import STEPS, Story
from tests.bring import begin_story, bring_exchange_to
from tests.cast import Cast, Person

pytestmark = pytest.mark.django_db

READERS = ("ana", "bram", "chiara", "cosima", "dov")
# For each step: whose turn Ana, Bram, Chiara, Cosima and Dov see. y yours, t theirs, n nobody's.
# What a reader may not see, they do not wait for: Bram and Dov learn nothing of the money.
BALLS = {
    "proposed": "tynnn",
    "matched": "yynnn",
    "drafted": "yynnn",
    "agreed": "ttyyy",
    "validated": "yyyyy",
    "commitment_signed": "ynnnn",
    "ready": "yynnn",
    "running": "yynnn",
    "ended": "yynnn",
    "reported": "ttyyy",
    "due": "tnynn",
    "ordered": "tnnyn",
    "released": "tnynn",
    "paid": "ynnnn",
    "closed": "nnnnn",
}
WORDS = {"y": "yours", "t": "theirs", "n": "nobody"}
NEXT_STEP = re.compile(r'<section class="next-step[^>]*data-ball="(\w+)" data-turn="([A-Z_ ]*)" data-due="([\d-]*)"')


def desk_of(person: Person) -> str:
    client = Client()
    client.force_login(person.account)
    page = client.get("/desk/")
    assert page.status_code == 200
    return page.content.decode()


def at_the_moment_of(story: Story) -> None:
    clock.set_clock(max(story.at, clock.now()) + timedelta(seconds=30))


@pytest.mark.timeout(300)
def test_everybody_sees_who_has_the_ball_after_each_step(cast: Cast) -> None:
    story = begin_story(cast)
    clock.set_clock(story.begins_at)
    assert tuple(BALLS) == STEPS
    for step in STEPS:
        story.tell(step)
        at_the_moment_of(story)
        seen = {}
        for name in READERS:
            text = desk_of(getattr(cast, name))
            [(ball, turn, _due)] = NEXT_STEP.findall(text)
            assert bool(turn) == (ball != "nobody"), (step, name)
            assert text.count("button primary") == (ball == "yours"), (step, name)
            seen[name] = ball
        assert seen == {name: WORDS[letter] for name, letter in zip(READERS, BALLS[step], strict=True)}, step
        assert "EXC-" not in desk_of(cast.zoe)


def test_the_four_phases_follow_the_exchange(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    clock.set_clock(story.at)
    page = desk_of(cast.ana)
    assert "Your exchange with Tecelagem Orvalhinho, Lda." in page
    assert "Ready to start" in page
    assert "14 April 2026 to 16 April 2026" in page
    assert 'data-cents="39000"' in page
    assert "EUR 780.00" in page
    story.tell("closed")
    at_the_moment_of(story)
    page = desk_of(cast.ana)
    assert page.count('<li class="done">') >= 4
    assert "Closed on" in page


def test_what_begins_later_is_awaited_from_its_day_and_not_since_then(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    clock.set_clock(story.at)
    assert "From 14 April 2026" in desk_of(cast.ana)
    clock.set_clock(story.at.replace(month=4, day=15))
    assert "Since 14 April 2026" in desk_of(cast.ana)


def test_the_host_sees_neither_amount_nor_account(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ordered")
    clock.set_clock(story.at)
    page = desk_of(cast.bram)
    assert "Your exchange with Teixits Almarge, S.L." in page
    assert "data-cents" not in page
    for word in ("bank details", "account", "orders the payment", "ordered the payment"):
        assert word not in page.partition("<main")[2].partition("</main>")[0], word


def test_a_sentence_that_ends_with_a_name_has_one_full_stop(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    clock.set_clock(story.at)
    assert ".." not in desk_of(cast.ana).partition("<main")[2].partition("</main>")[0]


def test_the_desk_of_an_exchange_asks_seldom(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended")
    clock.set_clock(story.at)
    client = Client()
    client.force_login(cast.ana.account)
    # The list for newcomers asks as well, until it is put away.
    client.post("/desk/put-first-steps-away/")
    client.get("/desk/")
    with CaptureQueriesContext(connection) as counted:
        client.get("/desk/")
    assert len(counted) <= 28
