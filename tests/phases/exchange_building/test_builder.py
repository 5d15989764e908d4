"""Claims about writing together: a part is held while somebody writes, nothing is lost, both see what the other did."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from clusterxchange.access.capacities import VP, H, V
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.models import PartComment
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.hints import hint_words_in
from clusterxchange.workflow import obligations
from clusterxchange.workflow.engine import NotAllowed, NotDone
from clusterxchange.workflow.models import Message, Notice, Obligation
from tests.bring import bring_exchange_to
from tests.cast import Cast
from tests.phases.exchange_building.browsing import Browser

pytestmark = pytest.mark.django_db
Moment = Callable[[Story], str]


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(NotDone) as caught:
        call()
    return caught.value.refusal.code


def test_the_declarations_are_a_part_that_is_open_until_all_are_made(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    path = f"{at_the_moment_of(story)}commitment/"
    assert "Parts: 8 of 8 written" in browser.get(cast.ana, path).text

    operations.edit_commitment(
        story.commitment, values={"declares_no_internship": False}, actor=cast.ana.actor, at=story.at, capacity=V
    )
    assert "Parts: 7 of 8 written" in browser.get(cast.ana, path).text


# A part is held


def test_a_part_is_held_while_somebody_writes_it_and_the_other_may_take_it_over(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    path = f"{at_the_moment_of(story)}commitment/parts/objectives/"
    anas = browser.get(cast.ana, path).form("edit_commitment")

    page = browser.get(cast.bram, path)
    assert "Ana Sorribes is editing since" in page.text
    assert page.form("edit_commitment").address == ""
    assert "Ana Sorribes is editing since" in browser.get(cast.bram, path.removesuffix("parts/objectives/")).text

    assert browser.send(cast.bram, path, "take_part_over").status == 302
    assert browser.send(cast.bram, path, "edit_commitment", objectives_host="What Bram typed").status == 302
    late = browser.post(cast.ana, anas.address, {**anas.values, "objectives_host": "What Ana typed"})
    assert (late.status, late.refusal()) == (409, "text_has_changed")
    assert "What Bram typed" in late.text
    assert "What Ana typed" in late.text


def test_whoever_saves_into_a_part_that_another_holds_is_told_and_keeps_what_was_typed(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    base = f"{at_the_moment_of(story)}commitment/"
    form = browser.get(cast.ana, f"{base}edit-commitment/").form("edit_commitment")
    browser.get(cast.bram, f"{base}parts/objectives/")

    page = browser.post(cast.ana, form.address, {**form.values, "objectives_host": "What Ana typed"})

    assert (page.status, page.refusal()) == (409, "part_is_held")
    assert "What Ana typed" in page.text
    other = browser.post(cast.ana, form.address, {**form.values, "place": "Hall 2"})
    assert other.status == 302
    assert story.commitment.place == "Hall 2"


def test_a_hold_ends_after_ten_minutes_or_when_the_part_is_saved(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")

    def hold(who: str, minutes: int) -> str:
        actor = getattr(cast, who).actor
        at = story.at + timedelta(minutes=minutes)
        row = operations.hold_part(story.commitment, part="objectives", actor=actor, at=at)
        return row.held_by.full_name if row is not None and row.held_by is not None else ""

    assert [hold("ana", 0), hold("bram", 9), hold("bram", 10), hold("ana", 11)] == [
        "",
        "Ana Sorribes",
        "",
        "Bram Teixeira",
    ]
    operations.edit_commitment(
        story.commitment, values={"objectives_host": "Learn"}, actor=cast.bram.actor,
        at=story.at + timedelta(minutes=12), capacity=H,
    )  # fmt: skip
    assert hold("ana", 13) == ""
    with pytest.raises(NotAllowed):
        hold("zoe", 14)


def test_two_write_different_parts_at_once_and_both_are_kept(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    base = f"{at_the_moment_of(story)}commitment/parts/"
    anas = browser.get(cast.ana, f"{base}objectives/").form("edit_commitment")
    brams = browser.get(cast.bram, f"{base}place-and-dates/").form("edit_commitment")

    assert browser.post(cast.ana, anas.address, {**anas.values, "objectives_visitor": "See the looms"}).status == 302
    assert browser.post(cast.bram, brams.address, {**brams.values, "place": "Hall 3"}).status == 302

    assert (story.commitment.objectives_visitor, story.commitment.place) == ("See the looms", "Hall 3")


# What both sides see


def test_the_list_of_parts_says_who_changed_what_and_who_has_not_seen_it(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    base = f"{at_the_moment_of(story)}commitment/"
    browser.send(cast.ana, f"{base}parts/objectives/", "edit_commitment", objectives_visitor="See the looms")

    page = browser.get(cast.dov, base).text
    assert "Changed by Ana Sorribes" in page
    assert page.count("Host organisation has not seen this yet") >= 1
    browser.get(cast.bram, base)
    assert "has not seen this yet" not in browser.get(cast.dov, base).text


def test_the_plan_counts_its_working_days_as_it_is_typed_and_keeps_nothing(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    base = f"{at_the_moment_of(story)}commitment/"
    form = browser.get(cast.ana, f"{base}parts/plan/").form("edit_commitment")

    def counted(**typed: str) -> str:
        return browser.post(cast.ana, f"{base}count-working-days/", {**form.values, **typed}).text.strip()

    assert counted().startswith("<strong>3 working days</strong>: 14 April 2026")
    # A day counts with a morning and an afternoon (scheme.md section 6).
    assert counted(**{"plan_2026-04-15_morning_activity": ""}).startswith("<strong>2 working days</strong>")
    assert story.commitment.working_days == 3


def test_the_distance_has_its_line_on_the_map_and_the_draft_shows_the_terms_and_the_profiles(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = f"{at_the_moment_of(bring_exchange_to(cast, 'drafted'))}commitment/"

    page = browser.get(cast.ana, base).text
    assert 'aria-label="Map with a line from Alcoi to Guimarães"' in page
    assert '<path class="arc" d="M' in page
    assert "Terms" in page
    form = browser.get(cast.ana, f"{base}parts/objectives/").text
    assert "How recycled yarn runs on a fast loom." in form


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("An internship of three days", ["internship"]),
        ("Ein Praktikant der Firma, und ein placement", ["praktikant", "placement"]),
        ("Student odbędzie staż w przędzalni", ["staz"]),
        ("Zatrudnienie w firmie", ["zatrudnienie"]),
        ("Trials at the loom", []),
    ],
)
def test_hinting_words_are_found_in_every_language_of_the_tool(cast: Cast, text: str, words: list[str]) -> None:
    assert hint_words_in(scheme_of_edition(cast.edition.pk, clock.now()), text) == words


def test_hinting_words_are_pointed_out_while_the_text_is_written(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    base = f"{at_the_moment_of(story)}commitment/"
    assert "hint at an internship" not in browser.get(cast.ana, base).text

    browser.send(
        cast.ana, f"{base}parts/objectives/", "edit_commitment", objectives_visitor="An internship at the mill"
    )

    assert "The text has these words: internship." in browser.get(cast.bram, base).text


# Comments and help


def test_a_part_is_commented_on_by_each_of_the_four_and_by_nobody_else(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    path = f"{at_the_moment_of(story)}commitment/parts/plan/comments/"
    for person in (cast.ana, cast.bram, cast.chiara, cast.dov):
        assert browser.send(person, path, "comment_on_part", text=f"{person.account.first_name} was here").status == 302

    page = browser.get(cast.bram, path).text
    assert all(f"{name} was here" in page for name in ("Ana", "Bram", "Chiara", "Dov"))
    assert browser.post(cast.aurel, path, {"text": "No"}).status == 403
    assert browser.post(cast.zoe, path, {"text": "No"}).status == 404
    assert browser.post(cast.ana, path, {"text": ""}).status == 422
    assert PartComment.objects.count() == 4
    told = Notice.objects.filter(action="comment_on_part").values_list("account__email", flat=True)
    assert sorted(told) == ["ana@cast.example"] * 3 + ["bram@cast.example"] * 3


def test_help_that_is_asked_for_is_an_obligation_of_ones_own_contact_point_with_a_term(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    base = f"{at_the_moment_of(story)}commitment/"

    assert browser.send(cast.ana, base, "ask_for_help", question="May we come on a Sunday?").status == 302

    (asked,) = Obligation.objects.filter(action="edit_commitment", closed_at=None)
    assert (asked.capacity, asked.term, asked.due_at is not None) == ("VP", "validation", True)
    assert obligations.differences(story.at) == []
    assert Notice.objects.filter(account=cast.chiara.account, topic="your_turn", action="edit_commitment").exists()
    assert browser.get(cast.dov, base).form("answer_help").address == ""
    assert code_of(
        lambda: operations.ask_for_help(story.commitment, question="Again?", actor=story.visitor, at=story.at)
    ) == "help_is_asked_for"  # fmt: skip

    assert browser.send(cast.chiara, base, "answer_help", answer="Yes, as a free day.").status == 302

    assert not Obligation.objects.filter(action="edit_commitment", closed_at=None).exists()
    assert list(Message.objects.values_list("text", flat=True)) == ["May we come on a Sunday?", "Yes, as a free day."]


def test_a_contact_point_who_corrects_the_text_has_answered_and_another_sides_is_not_asked(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")
    operations.ask_for_help(story.commitment, question="Is it so far?", actor=story.visitor, at=story.at)
    assert code_of(
        lambda: operations.answer_help(story.commitment, answer="No.", actor=story.host_contact, at=story.at)
    ) == "help_is_not_asked_for"  # fmt: skip

    operations.edit_commitment(
        story.commitment, values={"distance_km": 640, "distance_reason": "By road"}, actor=story.visitor_contact,
        at=story.at, capacity=VP,
    )  # fmt: skip

    assert story.commitment.help_asked_at is None


def test_nobody_asks_for_help_with_a_text_that_is_not_written_any_more(cast: Cast) -> None:
    story = bring_exchange_to(cast, "agreed")

    assert code_of(
        lambda: operations.ask_for_help(
            story.commitment, question="Why?", actor=story.visitor, at=story.at, capacity=V
        )
    ) == "wrong_state"  # fmt: skip
