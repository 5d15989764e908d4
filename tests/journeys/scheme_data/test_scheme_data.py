"""The rules of an edition on pages: written by one person of the support office, approved by another.

Section 9: the support office edits scheme data; "a signed case keeps the rules that it was signed under".
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from clusterxchange.access.capacities import V
from clusterxchange.foundation import clock
from clusterxchange.journeys.scheme_data import operations
from clusterxchange.journeys.scheme_data.models import EditionDraft
from clusterxchange.journeys.scheme_data.parts import PARTS
from clusterxchange.journeys.scheme_data.places import with_value
from clusterxchange.journeys.scheme_data.touched import who_is_touched
from clusterxchange.phases.exchange_building import operations as building
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.registration import operations as registration
from clusterxchange.scheme.current import open_edition, scheme_for
from clusterxchange.scheme.document import scheme_of
from clusterxchange.scheme.editions import document_of
from clusterxchange.scheme.models import Edition, EditionVersion
from clusterxchange.scheme.reading import InvalidDocument
from clusterxchange.workflow import notices, obligations
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.jobs import send_notice
from clusterxchange.workflow.models import Entry, Notice, Obligation
from tests.bring import begin_story, bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, Person, make_account, signed_in
from tests.scheme.changed import changed_document

SCHEME = "/support/scheme/"
DEMONSTRATION = f"{SCHEME}editions/demonstration/"
APRIL = date(2026, 4, 1)
PORTUGAL = "amounts.full_cents_by_host_country.PT"
WHY = "The agency has raised the amount."


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


@pytest.fixture
def ludo(cast: Cast) -> Person:  # noqa: ARG001 -- after the cast
    """The second person of the support office."""
    return Person(make_account("ludo", "Ludo", "Marchetti", is_support_office=True))


def draft_with(cast: Cast, path: str, value: object) -> EditionDraft:
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)
    document = with_value(draft.document, path, value)
    return operations.edit_version(draft, document=document, changed=[path], actor=cast.edda.actor, at=MONDAY)


def approved(cast: Cast, ludo: Person, path: str, value: object, *, on: date = APRIL) -> EditionDraft:
    draft = draft_with(cast, path, value)
    operations.propose_version(draft, effective_on=on, reason=WHY, actor=cast.edda.actor, at=MONDAY)
    operations.approve_version(draft, actor=ludo.actor, at=MONDAY + timedelta(hours=1))
    return draft


def amount_on(at: datetime) -> int:
    return scheme_for("demonstration", at).amounts.full_cents_by_host_country["PT"]


def answers_of(part: str, draft: EditionDraft, client: Client) -> dict[str, Any]:
    """Give what the form of a part would send if nothing were changed."""
    form = client.get(f"{SCHEME}drafts/{draft.reference}/parts/{part}/").context["form"]
    return {
        name: value
        for name, field in form.fields.items()
        if (value := form[name].value()) not in (None, False) and not field.disabled
    }


def test_an_amount_changes_from_its_day_on_once_a_second_person_has_approved(cast: Cast, ludo: Person) -> None:
    edda, second = signed_in(cast.edda), signed_in(ludo)
    answer = edda.post(f"{DEMONSTRATION}start-version/")
    draft = EditionDraft.objects.get()
    own = f"{SCHEME}drafts/{draft.reference}/"
    assert answer["location"] == own

    typed = answers_of("amounts", draft, edda) | {PORTUGAL: "900.00"}
    assert edda.post(f"{own}parts/amounts/", typed)["location"] == own
    assert ("Full amount by host country: Portugal", "EUR 780.00", "EUR 900.00") in edda.get(own).context[
        "case"
    ].sections[1].context["differences"]
    edda.post(f"{own}propose-version/", {"effective_on": "2026-04-01", "reason": WHY})
    assert (
        scheme_for("demonstration", datetime(2026, 4, 2, tzinfo=UTC)).amounts.full_cents_by_host_country["PT"] == 78000
    )
    assert edda.post(f"{own}approve-version/").status_code == 409
    second.post(f"{own}approve-version/")

    # 1 April begins in Brussels at 22:00 UTC of the day before.
    before = datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC)
    assert amount_on(before) == 78000
    after = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    assert amount_on(after) == 90000
    version = EditionVersion.objects.get(edition=cast.edition, number=2)
    assert (version.drafted_by, version.approved_by) == (cast.edda.account, ludo.account)
    assert [entry.action for entry in Entry.objects.filter(kind="edition_draft").order_by("n")] == [
        "start_version", "edit_version", "propose_version", "approve_version",
    ]  # fmt: skip


def test_whoever_drafted_a_version_does_not_approve_it(cast: Cast) -> None:
    draft = draft_with(cast, PORTUGAL, 90000)
    operations.propose_version(draft, effective_on=APRIL, reason=WHY, actor=cast.edda.actor, at=MONDAY)

    with pytest.raises(NotAllowed) as refused:
        operations.approve_version(draft, actor=cast.edda.actor, at=MONDAY)

    assert refused.value.refusal.code == "same_person_drafted"
    assert EditionVersion.objects.filter(edition=cast.edition).count() == 1


def test_nobody_but_who_drafted_it_changes_or_proposes_it(cast: Cast, ludo: Person) -> None:
    draft = draft_with(cast, PORTUGAL, 90000)

    for who in (ludo, cast.aurel):
        with pytest.raises(NotAllowed):
            operations.edit_version(draft, document=draft.document, changed=[], actor=who.actor, at=MONDAY)
        with pytest.raises(NotAllowed):
            operations.propose_version(draft, effective_on=APRIL, reason=WHY, actor=who.actor, at=MONDAY)


def test_the_second_person_has_it_on_the_work_queue_and_the_first_has_not(cast: Cast, ludo: Person) -> None:
    draft = draft_with(cast, PORTUGAL, 90000)
    operations.propose_version(draft, effective_on=APRIL, reason=WHY, actor=cast.edda.actor, at=MONDAY)

    assert [one.action for one in obligations.mine(ludo.actor)] == ["approve_version"]
    assert list(obligations.mine(cast.edda.actor)) == []
    assert str(draft.reference) in signed_in(ludo).get("/desk/").content.decode()
    assert [notice.account for notice in Notice.objects.filter(kind="edition_draft")] == [ludo.account]


def test_a_returned_version_says_why_and_is_written_on(cast: Cast, ludo: Person) -> None:
    draft = draft_with(cast, PORTUGAL, 90000)
    operations.propose_version(draft, effective_on=APRIL, reason=WHY, actor=cast.edda.actor, at=MONDAY)
    operations.return_version(draft, reason="Nine hundred is not agreed.", actor=ludo.actor, at=MONDAY)

    page = signed_in(cast.edda).get(f"{SCHEME}drafts/{draft.reference}/")

    assert "Nine hundred is not agreed." in page.content.decode()
    assert 'data-action="propose_version"' in page.content.decode()


def test_whose_exchange_is_touched_is_listed_on_the_page_and_in_a_file(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    draft = draft_with(cast, PORTUGAL, 90000)
    page = signed_in(cast.edda).get(f"{SCHEME}drafts/{draft.reference}/").content.decode()
    assert f'data-ref="{story.exchange.reference}"' in page
    assert "EUR 780.00 becomes EUR 900.00" in page

    listed: Any = signed_in(cast.edda).get(f"{SCHEME}drafts/{draft.reference}/touched.csv")
    lines = b"".join(listed.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert str(story.exchange.reference) in lines[1]


def test_a_frozen_text_is_not_touched(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    draft = draft_with(cast, PORTUGAL, 90000)
    page = signed_in(cast.edda).get(f"{SCHEME}drafts/{draft.reference}/").content.decode()

    assert f'data-ref="{story.exchange.reference}"' not in page
    assert "1 keeps its version." in page


def test_an_amount_of_another_country_touches_nobody(cast: Cast) -> None:
    bring_exchange_to(cast, "matched")
    draft = draft_with(cast, "amounts.full_cents_by_host_country.DK", 90000)

    page = signed_in(cast.edda).get(f"{SCHEME}drafts/{draft.reference}/").content.decode()

    assert "Nobody: no case that goes on is under these rules." in page


# Ana visits from Spain, Bram hosts in Portugal: text and terms of an exchange count the holidays of both.
@pytest.mark.parametrize(
    ("stage", "path", "value", "touched"),
    [
        ("matched", "holidays.PT.2026.04-13", "Day of the loom", {"exchange": 1}),
        ("matched", "holidays.DK.2026.04-13", "Day of the loom", {}),
        ("proposed", "proposals.open_per_visitor", 6, {"participation": 1, "proposal": 1}),
        ("proposed", "proposals.unanswered_before_hidden", 6, {"participation": 1, "proposal": 1}),
        ("matched", "proposals.overlap_working_days", 4, {"participation": 2}),
        ("matched", "code_lists.cancellation_reasons", ["other"], {"exchange": 1}),
        ("validated", "code_lists.cancellation_reasons", ["other"], {}),
        ("proposed", "code_lists.proposal_decline_reasons", ["other"], {"proposal": 1}),
    ],
)
def test_holidays_bounds_of_proposals_and_code_lists_touch_those_who_use_them(
    cast: Cast, stage: str, path: str, value: object, touched: dict[str, int]
) -> None:
    bring_exchange_to(cast, stage)
    before = scheme_data_of(cast)

    found = who_is_touched(cast.edition, before, with_value(before, path, value), "en")

    assert {one.kind: one.count for one in found if one.count} == touched


# Ana and Bram are accepted and one of them has asked the other, or an exchange is being built; Zoe has a draft. All of
# these go on under the rules in force, and each part of the rules is there for some of them.
@pytest.mark.parametrize(
    ("stage", "path", "value", "touched"),
    [
        ("proposed", "edition.valid_to", "2029-12-31", {"application": 1, "participation": 2, "proposal": 1}),
        ("matched", "edition.name", "Trial edition", {"application": 1, "participation": 2, "exchange": 1}),
        ("proposed", "countries[0].has_iban", False, {}),
        ("proposed", "terms.by_name.proposal.length", 10, {"proposal": 1}),
        ("proposed", "terms.by_name.proposal.reminders", [], {"proposal": 1}),
        ("matched", "amounts.maximum_cents", 120_000, {"application": 1, "participation": 2, "exchange": 1}),
        ("matched", "evidence.virtual", [], {"application": 1, "participation": 2, "exchange": 1}),
        ("matched", "report.highest_rating", 6, {"application": 1, "participation": 2, "exchange": 1}),
        ("proposed", "checklist", [], {"application": 1, "participation": 2, "proposal": 1}),
        ("proposed", "registration.motivation_characters", 9, {"application": 1, "participation": 2, "proposal": 1}),
        ("proposed", "eligibility.size_classes", [], {"application": 1, "participation": 2, "proposal": 1}),
        ("proposed", "assignment.shared_sector", 9, {"application": 1, "participation": 2, "proposal": 1}),
        ("proposed", "hint_words.en", ["job"], {"application": 1, "participation": 2, "proposal": 1}),
        (
            "proposed",
            "mail_texts",
            {"open_application": {"en": "Please look."}},
            {"application": 1, "participation": 2, "proposal": 1},
        ),
    ],
)
def test_every_part_of_the_rules_says_whom_it_touches(
    cast: Cast, stage: str, path: str, value: object, touched: dict[str, int]
) -> None:
    bring_exchange_to(cast, stage)
    bring_application_to(cast, cast.zoe, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    before = scheme_data_of(cast)

    found = who_is_touched(cast.edition, before, with_value(before, path, value), "en")

    assert {one.kind: one.count for one in found if one.count} == touched


# Ana is in Spain with LOOM, Bram in Portugal with SELVEDGE.
def test_what_holds_for_a_country_touches_both_sides_that_have_to_do_with_it(cast: Cast) -> None:
    bring_exchange_to(cast, "matched")
    before = scheme_data_of(cast)
    number = [row["code"] for row in before["countries"]].index("ES")

    found = who_is_touched(cast.edition, before, with_value(before, f"countries[{number}].time_zone", "UTC"), "en")

    assert {one.kind for one in found if one.count} == {"participation", "exchange"}


def test_the_hour_of_reminders_touches_every_term_that_runs(cast: Cast) -> None:
    bring_exchange_to(cast, "proposed")
    bring_application_to(cast, cast.zoe, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    before = scheme_data_of(cast)

    found = who_is_touched(cast.edition, before, with_value(before, "terms.reminder_hour", 6), "en")

    # The proposal waits for its answer, Zoe's registration for its assessment; both sides have to sign in.
    assert {one.kind: one.count for one in found if one.count} == {"application": 1, "participation": 2, "proposal": 1}


def test_the_term_of_a_dispute_touches_what_was_reported(cast: Cast) -> None:
    story = begin_story(cast)
    talk = matching.start_conversation(
        sender=story.visitor_participation, partner=story.host_participation, text="May we ask?",
        actor=story.visitor, at=story.at,
    )  # fmt: skip
    matching.report_abuse(talk, reason="unwanted", actor=story.host, at=story.at)
    before = scheme_data_of(cast)

    found = who_is_touched(cast.edition, before, with_value(before, "terms.by_name.dispute.length", 5), "en")

    assert {one.kind: [case.url for case in one.cases()] for one in found if one.count} == {
        "abuse_report": ["/matching/abuse-reports/"]
    }


def test_a_signed_text_that_is_being_amended_is_frozen_under_the_new_rules(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    before = scheme_data_of(cast)
    after = with_value(before, PORTUGAL, 90000)
    [signed] = who_is_touched(cast.edition, before, after, "en")
    assert (signed.count, signed.kept) == (0, 1)

    building.amend_commitment(story.commitment, actor=story.visitor, at=story.at, capacity=V)

    [amended] = who_is_touched(cast.edition, before, after, "en")
    assert (amended.count, amended.kept) == (1, 0)


def test_a_list_of_the_registration_touches_whoever_is_not_decided_on(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    before = scheme_data_of(cast)

    [found] = who_is_touched(cast.edition, before, with_value(before, "code_lists.titles", ["dr"]), "en")

    assert [case.reference for case in found.cases()] == [application.reference]


def scheme_data_of(cast: Cast) -> dict[str, Any]:
    document: dict[str, Any] = EditionVersion.objects.filter(edition=cast.edition).latest("number").document
    return document


def test_a_changed_term_is_counted_from_its_day_on(cast: Cast, ludo: Person) -> None:
    at = datetime(2026, 3, 25, 9, 0, tzinfo=UTC)
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor, at=at)
    standing = Obligation.objects.filter(term="assessment", is_watch=False)
    # 15 working days in Spain after 25 March: 3 April is Good Friday, so the last one is 16 April.
    assert standing.get().due_at == datetime(2026, 4, 16, 22, 0, tzinfo=UTC)
    approved(cast, ludo, "terms.by_name.assessment.length", 20)

    run_due(datetime(2026, 4, 1, 8, 0, tzinfo=UTC))

    # Five working days more: 17, 20, 21, 22 and 23 April.
    assert standing.get().due_at == datetime(2026, 4, 23, 22, 0, tzinfo=UTC)
    assert obligations.differences(datetime(2026, 4, 1, 8, 0, tzinfo=UTC)) == []


def test_an_edition_is_closed_from_the_day_of_the_version_on_and_only_once(cast: Cast, ludo: Person) -> None:
    approved(cast, ludo, "edition.is_open", value=False)
    evening, morning = datetime(2026, 3, 31, 20, 0, tzinfo=UTC), datetime(2026, 4, 1, 8, 0, tzinfo=UTC)

    assert run_due(evening) == []
    assert open_edition(evening) == cast.edition
    assert [(done.ref, done.what) for done in run_due(morning)] == [("demonstration", "version_in_force")]
    assert open_edition(morning) is None
    assert run_due(morning) == []


def test_a_closed_edition_takes_no_new_registration_and_goes_on_with_those_begun_as_its_page_says(
    cast: Cast, ludo: Person
) -> None:
    begun = bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    approved(cast, ludo, "edition.is_open", value=False)
    morning = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
    run_due(morning)

    with pytest.raises(Refused) as refused:
        registration.start_application(organisation=cast.bram.organisation, actor=cast.bram.actor, at=morning)
    assert refused.value.refusal.code == "no_open_edition"
    registration.submit_application(
        begun, declares_true=True, declares_first_visit=True, declares_no_double_funding=True, declares_privacy=True,
        actor=cast.ana.actor, at=morning,
    )  # fmt: skip
    assert begun.state == "SUBMITTED"
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=morning)
    page = signed_in(cast.edda).get(f"{SCHEME}drafts/{draft.reference}/parts/dates/").content.decode()
    assert "Open: registrations can be started; what is started goes on after it closes" in page


def test_the_old_rules_may_hold_again(cast: Cast, ludo: Person) -> None:
    approved(cast, ludo, PORTUGAL, 90000)
    draft = draft_with(cast, PORTUGAL, 78000)
    operations.propose_version(draft, effective_on=date(2026, 5, 1), reason=WHY, actor=cast.edda.actor, at=MONDAY)
    operations.approve_version(draft, actor=ludo.actor, at=MONDAY)

    assert (
        scheme_for("demonstration", datetime(2026, 5, 2, tzinfo=UTC)).sha256
        == scheme_for("demonstration", MONDAY).sha256
    )


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (MONDAY.date(), "effective_day_passed"),
        (None, "effective_day_passed"),
        (date(2026, 4, 1), "effective_day_taken"),
        (date(2031, 1, 1), "effective_day_after_the_end"),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(cast: Cast, ludo: Person, on: date | None, code: str) -> None:
    approved(cast, ludo, PORTUGAL, 90000)
    draft = draft_with(cast, PORTUGAL, 95000)

    given = {"reason": WHY} | ({"effective_on": on.isoformat()} if on else {})
    answer = signed_in(cast.edda).post(f"{SCHEME}drafts/{draft.reference}/propose-version/", given)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'data-error="{code}"' in page
    assert WHY in page


def test_a_version_that_changes_nothing_is_not_proposed(cast: Cast) -> None:
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)

    with pytest.raises(Refused) as refused:
        operations.propose_version(draft, effective_on=APRIL, reason=WHY, actor=cast.edda.actor, at=MONDAY)

    assert refused.value.refusal.code == "nothing_changed"


def test_of_two_drafts_the_second_is_not_approved_over_the_first(cast: Cast, ludo: Person) -> None:
    other = draft_with(cast, PORTUGAL, 95000)
    operations.propose_version(other, effective_on=APRIL, reason=WHY, actor=cast.edda.actor, at=MONDAY)
    approved(cast, ludo, PORTUGAL, 90000)

    with pytest.raises(Refused) as refused:
        operations.approve_version(other, actor=ludo.actor, at=MONDAY)

    assert refused.value.refusal.code == "another_version_approved"


# The bad input: each is refused with the field named, and what else was typed is kept.
@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("amounts", PORTUGAL, "-1"),
        ("amounts", PORTUGAL, "1100.01"),
        ("terms", "terms.by_name.assessment.length", "0"),
        ("terms", "terms.by_name.assessment.reminders", "soon"),
        ("weights", "matching.weights.sector", "0.9"),
        ("dates", "edition.valid_to", "2025-12-31"),
        ("dates", "edition.valid_to", "2047-01-01"),
        ("stay", "halving.divisor", "0"),
        ("clauses", "clauses.financial_agreement[0].text.en", "Paid in {weeks}."),
        ("countries", "countries[0].time_zone", "Europe/Atlantis"),
        ("holidays", "holidays.ES", "2026-02-30 No day"),
        ("code-lists", "code_lists.ecosystems", "digital\ndigital"),
        ("code-lists", "code_lists.organisation_types", "sme\nuniversity"),
    ],
)
def test_what_cannot_be_is_refused_at_the_field(cast: Cast, part: str, field: str, value: str) -> None:
    edda = signed_in(cast.edda)
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)
    typed = answers_of(part, draft, edda) | {field: value}

    answer = edda.post(f"{SCHEME}drafts/{draft.reference}/parts/{part}/", typed)

    assert answer.status_code == 422
    named = "matching.weights" if part == "weights" else field
    assert f'id="id_{named}_error"' in answer.content.decode()
    assert answer.context["form"][field].value() == value
    draft.refresh_from_db()
    assert draft.document == document_of("demonstration")


def test_an_edition_that_is_extended_gets_the_public_holidays_of_its_new_years(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    draft = draft_with(cast, "holidays.AT.2026", {"04-13": "Day of the loom"})
    own = f"{SCHEME}drafts/{draft.reference}/"

    typed = answers_of("dates", draft, edda) | {"edition.valid_to": "2033-06-30"}
    assert edda.post(f"{own}parts/dates/", typed)["location"] == own

    held = EditionDraft.objects.get().document["holidays"]
    # A term that starts on the last day may run into 2035.
    assert {code: max(years) for code, years in held.items()} == dict.fromkeys(held, "2035")
    assert held["AT"]["2034"]["10-26"] == "National Day"
    assert held["AT"]["2026"] == {"04-13": "Day of the loom"}


def test_a_mistake_that_shows_in_another_part_names_that_part(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    draft = draft_with(cast, "agreement", {"signatures": ["V", "H"], "pays": False})
    document = with_value(draft.document, "amounts.full_cents_by_host_country", {})
    operations.edit_version(draft, document=document, changed=["amounts"], actor=cast.edda.actor, at=MONDAY)

    typed = {"agreement.pays": "on"}
    answer = edda.post(f"{SCHEME}drafts/{draft.reference}/parts/agreements/", typed)

    assert answer.status_code == 422
    assert "Amounts: must have an amount, since a lump sum is paid for an exchange." in answer.content.decode()


@pytest.mark.parametrize("part", [part.name for part in PARTS])
def test_saving_a_part_unchanged_changes_nothing(cast: Cast, part: str) -> None:
    edda = signed_in(cast.edda)
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)

    answer = edda.post(f"{SCHEME}drafts/{draft.reference}/parts/{part}/", answers_of(part, draft, edda))

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.document == document_of("demonstration")


@pytest.mark.parametrize(
    ("part", "path", "typed", "kept"),
    [
        ("registration", "eligibility.third_country_days", "200", 200),
        ("registration", "eligibility.size_classes[0].people_under", "12", 12),
        ("registration", "registration.motivation_characters", "2500", 2500),
        ("registration", "hint_words.en", "job*\n\nwage", ["job*", "wage"]),
        ("stay", "durations.consecutive.virtual", "on", True),
        ("terms", "terms.reminder_hour", "7", 7),
        ("terms", "terms.by_name.report.then_after", "25", 25),
    ],
)
def test_a_figure_is_changed_on_its_page_and_nothing_else_with_it(
    cast: Cast, part: str, path: str, typed: str, kept: object
) -> None:
    edda = signed_in(cast.edda)
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)
    before = draft.document

    answer = edda.post(f"{SCHEME}drafts/{draft.reference}/parts/{part}/", answers_of(part, draft, edda) | {path: typed})

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.document == with_value(before, path, kept)


def test_an_hour_that_no_day_has_is_refused_at_its_field(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)

    typed = answers_of("terms", draft, edda) | {"terms.reminder_hour": "24"}
    answer = edda.post(f"{SCHEME}drafts/{draft.reference}/parts/terms/", typed)

    assert answer.status_code == 422
    assert 'id="id_terms.reminder_hour_error"' in answer.content.decode()


def test_a_country_is_added_with_its_calendar_and_never_twice(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    draft = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)
    own = f"{SCHEME}drafts/{draft.reference}/new-country/"
    switzerland = {"code": "CH", "time_zone": "Europe/Zurich", "has_iban": "on", "in_sepa": "on"}

    assert edda.post(own, switzerland).status_code == 302
    draft.refresh_from_db()
    assert scheme_of(draft.document).participates("CH")
    assert draft.document["holidays"]["CH"]["2026"]["01-01"] == "New Year's Day"
    again = edda.post(own, switzerland)
    assert again.status_code == 422
    assert 'id="id_code_error"' in again.content.decode()


def test_what_is_downloaded_can_be_taken_in_again(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    file = edda.get(f"{DEMONSTRATION}versions/1/file/").content
    assert json.loads(file) == document_of("demonstration")

    changed = json.loads(file)
    changed["amounts"]["full_cents_by_host_country"]["PT"] = 90000
    answer = import_file(edda, json.dumps(changed))

    draft = EditionDraft.objects.get()
    assert answer["location"] == f"{SCHEME}drafts/{draft.reference}/"
    assert draft.base == EditionVersion.objects.get(edition=cast.edition)


def import_file(client: Client, content: str | bytes) -> Any:  # noqa: ANN401 -- an answer of the test client
    written = content.encode() if isinstance(content, str) else content
    return client.post(f"{SCHEME}import-version/", {"file": SimpleUploadedFile("edition.json", written)})


def new_edition(**names: object) -> dict[str, Any]:
    document = document_of("demonstration")
    document["edition"] = {
        "code": "third", "name": "Third edition", "valid_from": "2031-01-01", "valid_to": "2031-12-31", "is_open": True,
    } | names  # fmt: skip
    return document


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (changed_document(PORTUGAL, -1), PORTUGAL),
        (changed_document("countries[1].code", "AT"), "countries[1].code"),
        (changed_document("terms.by_name.report.length", 0), "terms.by_name.report.length"),
        (changed_document("matching.weights.sector", 0.3), "matching.weights"),
        (new_edition(valid_from="2030-12-01"), "edition.valid_from"),
        (new_edition(valid_from="2031-02-01"), "edition.valid_from"),
        (new_edition(valid_from="2025-06-01", valid_to="2026-02-01"), "edition.valid_to"),
        (new_edition(valid_to="2052-01-01"), "edition.valid_to"),
        ([], ""),
    ],
)
def test_a_file_is_checked_as_on_disk_and_the_place_is_named(cast: Cast, document: object, place: str) -> None:
    answer = import_file(signed_in(cast.edda), json.dumps(document))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="id_file_error" data-error="document_is_wrong"' in page
    assert f"{place}: " in page
    assert not EditionDraft.objects.exists()


def test_a_country_twice_in_the_amounts_of_a_file_is_named(cast: Cast) -> None:
    written = json.dumps(document_of("demonstration"))
    doubled = written.replace('"PT": 78000', '"PT": 78000, "PT": 90000')
    assert doubled != written

    answer = import_file(signed_in(cast.edda), doubled)

    assert "PT: must not stand twice." in answer.content.decode()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"NaN"])
def test_what_is_no_edition_is_refused_with_a_sentence(cast: Cast, content: bytes) -> None:
    answer = import_file(signed_in(cast.edda), content)

    assert answer.status_code == 422
    assert 'id="id_file_error"' in answer.content.decode()


def test_a_new_edition_holds_from_its_own_first_day(cast: Cast, ludo: Person) -> None:
    draft = operations.import_version(new_edition(), actor=cast.edda.actor, at=MONDAY)
    operations.propose_version(draft, reason="The programme goes on.", actor=cast.edda.actor, at=MONDAY)
    operations.approve_version(draft, actor=ludo.actor, at=MONDAY)

    assert Edition.objects.get(code="third").valid_from == date(2031, 1, 1)
    found = open_edition(datetime(2031, 6, 1, tzinfo=UTC))
    assert found is not None
    assert found.code == "third"


def taken_in(cast: Cast, ludo: Person, **names: object) -> Edition:
    draft = operations.import_version(new_edition(**names), actor=cast.edda.actor, at=MONDAY)
    operations.propose_version(draft, reason="The programme goes on.", actor=cast.edda.actor, at=MONDAY)
    operations.approve_version(draft, actor=ludo.actor, at=MONDAY)
    return Edition.objects.get(code="third")


# The demonstration is open until 2030; a version that closes it from a day on leaves it open until the day before.
@pytest.mark.parametrize(
    ("closed_from", "opens_on", "problem"),
    [
        (date(2026, 5, 1), "2026-03-03", "overlaps Demonstration edition, which ends on 2026-04-30"),
        (date(2026, 5, 1), "2026-04-30", "overlaps Demonstration edition, which ends on 2026-04-30"),
        (date(2026, 4, 1), "2026-05-01", "leaves a gap: no edition would hold from 2026-04-01"),
    ],
)
def test_a_new_edition_opens_neither_beside_one_that_is_closed_later_nor_long_after_it(
    cast: Cast, ludo: Person, closed_from: date, opens_on: str, problem: str
) -> None:
    approved(cast, ludo, "edition.is_open", value=False, on=closed_from)

    with pytest.raises(InvalidDocument) as refused:
        operations.import_version(new_edition(valid_from=opens_on), actor=cast.edda.actor, at=MONDAY)

    assert (refused.value.path, refused.value.problem) == ("edition.valid_from", problem)


def test_a_new_edition_opens_on_the_day_on_which_the_other_closes(cast: Cast, ludo: Person) -> None:
    approved(cast, ludo, "edition.is_open", value=False, on=date(2026, 5, 1))
    third = taken_in(cast, ludo, valid_from="2026-05-01")
    run_due(datetime(2026, 5, 1, 8, 0, tzinfo=UTC))

    assert open_edition(datetime(2026, 5, 1, 8, 0, tzinfo=UTC)) == third


@pytest.mark.parametrize(
    ("opens_on", "code"),
    [
        (date(2026, 3, 31), "editions_overlap"),
        (date(2026, 4, 1), None),
        (date(2026, 4, 2), "editions_leave_a_gap"),
    ],
)
def test_the_day_of_a_version_that_opens_an_edition_is_looked_at_beside_the_others(
    cast: Cast, ludo: Person, opens_on: date, code: str | None
) -> None:
    third = taken_in(cast, ludo, valid_from="2026-03-03", is_open=False)
    approved(cast, ludo, "edition.is_open", value=False, on=APRIL)
    draft = operations.start_version(third, actor=cast.edda.actor, at=MONDAY)
    opened = with_value(draft.document, "edition.is_open", value=True)
    operations.edit_version(draft, document=opened, changed=["edition.is_open"], actor=cast.edda.actor, at=MONDAY)

    given = {"effective_on": opens_on.isoformat(), "reason": WHY}
    answer = signed_in(cast.edda).post(f"{SCHEME}drafts/{draft.reference}/propose-version/", given)

    assert (answer.status_code, f'data-error="{code}"' in answer.content.decode()) == (
        (422, True) if code else (302, False)
    )


def test_an_edition_is_not_extended_into_the_next_one(cast: Cast, ludo: Person) -> None:
    taken_in(cast, ludo)
    draft = draft_with(cast, "edition.valid_to", "2031-06-30")

    with pytest.raises(Refused) as refused:
        operations.propose_version(draft, effective_on=APRIL, reason=WHY, actor=cast.edda.actor, at=MONDAY)

    assert refused.value.refusal.code == "editions_overlap"


def test_a_mail_text_of_the_edition_stands_in_the_mail_that_asks(cast: Cast, ludo: Person) -> None:
    text = "Please look at the membership first."
    approved(cast, ludo, "mail_texts", {"accept_application": {"en": text}})
    later = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
    application = bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    registration.submit_application(
        application, declares_true=True, declares_first_visit=True, declares_no_double_funding=True,
        declares_privacy=True, actor=cast.ana.actor, at=later,
    )  # fmt: skip
    registration.open_application(application, actor=cast.chiara.actor, at=later)
    asked = Obligation.objects.get(action="accept_application", closed_at=None, is_watch=False)
    notices.remind(asked, later)
    mail.outbox.clear()
    send_notice(Notice.objects.filter(asked="accept_application").latest("pk").pk)

    assert text in mail.outbox[0].body


def test_the_agency_reads_and_changes_nothing(cast: Cast) -> None:
    draft = draft_with(cast, PORTUGAL, 90000)
    aurel = signed_in(cast.aurel)

    for address in (SCHEME, DEMONSTRATION, f"{DEMONSTRATION}versions/1/", f"{SCHEME}drafts/{draft.reference}/"):
        assert aurel.get(address).status_code == 200
    assert aurel.post(f"{DEMONSTRATION}start-version/").status_code == 403
    assert aurel.get(f"{SCHEME}drafts/{draft.reference}/parts/amounts/").status_code == 403


def test_others_learn_nothing_of_it(cast: Cast) -> None:
    draft = draft_with(cast, PORTUGAL, 90000)
    addresses = (
        SCHEME,
        DEMONSTRATION,
        f"{DEMONSTRATION}versions/1/parts/amounts/",
        f"{SCHEME}drafts/{draft.reference}/",
    )

    for address in addresses:
        for person in (cast.zoe, cast.chiara, cast.cosima):
            assert signed_in(person).get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_the_list_asks_as_often_with_three_drafts_as_with_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    edda = signed_in(cast.edda)
    draft_with(cast, PORTUGAL, 90000)
    edda.get(SCHEME)
    with CaptureQueriesContext(connection) as counted:
        edda.get(SCHEME)
    for cents in (91000, 92000):
        draft_with(cast, PORTUGAL, cents)
    with django_assert_num_queries(len(counted)):
        edda.get(SCHEME)
