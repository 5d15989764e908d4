"""The pages of an exchange, each by the party who acts."""

import html
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusterxchange.access.capacities import HP, VP, V
from clusterxchange.documents.presentation import presented
from clusterxchange.journeys.demonstration.story import PAPER, Stay, Story
from clusterxchange.parties.partnerships.models import PartnershipPerson
from clusterxchange.phases.exchange_building import operations
from clusterxchange.workflow.models import Consent, Entry
from tests.bring import bring_exchange_to
from tests.cast import PASSWORD, Cast, Person
from tests.documents import examples
from tests.documents.test_typesetting import texts_of
from tests.phases.exchange_building.browsing import Browser, Page

pytestmark = pytest.mark.django_db
Moment = Callable[[Story], str]


def text_of(content: bytes, tmp_path: Path) -> str:
    path = tmp_path / "document.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True).stdout


def content_of(page: Page) -> bytes:
    return bytes(page.response.content)


@pytest.mark.parametrize(
    "path",
    ["", "commitment/", "commitment/document/", "financial-agreement/", "thread/", "commitment/edit-commitment/"],
)
def test_a_stranger_gets_the_same_404_as_for_an_unknown_exchange(
    cast: Cast, browser: Browser, at_the_moment_of: Moment, path: str
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "matched"))

    seen, unknown = browser.get(cast.zoe, f"{base}{path}"), browser.get(cast.zoe, f"/exchanges/EXC-2026-999999/{path}")

    assert (seen.status, unknown.status) == (404, 404)
    assert seen.response.content == unknown.response.content


def test_the_four_and_the_offices_see_the_exchange_in_their_list(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "matched"))

    for person in (cast.ana, cast.bram, cast.chiara, cast.dov, cast.edda, cast.aurel):
        assert base in browser.get(person, "/exchanges/").text
        assert browser.get(person, base).status == 200
    assert base not in browser.get(cast.zoe, "/exchanges/").text


def test_the_host_and_its_partnership_do_not_see_the_money(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "validated"))

    for person in (cast.bram, cast.dov):
        assert browser.get(person, f"{base}financial-agreement/").status == 404
        assert "data-cents" not in browser.get(person, base).text
    assert browser.get(cast.ana, base).marks("data-cents") == ["39000"]


def test_the_whole_text_is_written_on_one_page_and_saved_by_one_submission(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "matched")
    path = f"{at_the_moment_of(story)}commitment/edit-commitment/"
    form = browser.get(cast.ana, path, first_day="2026-04-14", last_day="2026-04-16").form("edit_commitment")
    plan = {name: "Work at the loom" for name in form.names if name.endswith("_activity")}
    ticks = {name: "on" for name in form.names if name.startswith("declares_")}

    sent = browser.post(
        cast.ana, form.address,
        {**form.values, **plan, **ticks, "outcome_1": "A table of readings", "description": "Trials"},
    )  # fmt: skip

    assert sent.status == 302
    assert len(plan) == 6
    assert story.commitment.working_days == 3
    page = browser.get(cast.ana, f"{path.removesuffix('edit-commitment/')}")
    assert page.status == 200
    assert page.form("agree_commitment").address


def test_a_part_of_its_own_leaves_the_other_parts_as_they_are(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    base = at_the_moment_of(story)

    sent = browser.send(
        cast.bram, f"{base}commitment/parts/objectives/", "edit_commitment", objectives_host="Learn about meters"
    )

    assert sent.status == 302
    assert story.commitment.objectives_host == "Learn about meters"
    assert story.commitment.working_days == 3
    assert story.commitment.declares_no_internship


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-04-16", "2026-04-14", "end_before_start"),
        ("2026-04-14", "2026-05-14", "over_one_month"),
        ("2026-04-14", "2026-04-15", "under_three_working_days"),
        ("2050-04-14", "2050-04-18", "calendar_unknown"),
    ],
)
def test_days_that_no_stay_can_have_are_refused_at_the_field_and_the_rest_is_kept(
    cast: Cast, browser: Browser, at_the_moment_of: Moment, first: str, last: str, code: str
) -> None:
    story = bring_exchange_to(cast, "matched")
    path = f"{at_the_moment_of(story)}commitment/edit-commitment/"

    sent = browser.send(cast.ana, path, "edit_commitment", first_day=first, last_day=last, description="Kept as typed")

    assert sent.status == 422
    assert f'id="id_last_day_error" data-error="{code}"' in sent.text
    assert "Kept as typed" in sent.text
    assert story.commitment.first_day is None


def test_a_purpose_that_is_not_in_the_list_is_refused_by_its_code(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "matched"))

    sent = browser.send(
        cast.ana, f"{base}commitment/parts/purposes-and-activities/", "edit_commitment", purposes=["internship"]
    )

    assert sent.status == 422
    assert "purpose_not_allowed" in sent.marks("data-error")


def test_two_who_edit_the_same_part_both_keep_what_they_typed(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    path = f"{at_the_moment_of(story)}commitment/parts/objectives/"
    form = browser.get(cast.ana, path).form("edit_commitment")
    browser.send(cast.bram, path, "take_part_over")
    browser.send(cast.bram, path, "edit_commitment", objectives_host="What Bram typed")

    late = browser.post(cast.ana, form.address, {**form.values, "objectives_host": "What Ana typed"})

    assert late.status == 409
    assert late.refusal() == "text_has_changed"
    assert "What Bram typed" in late.text
    assert "What Ana typed" in late.text
    again = late.form("edit_commitment")
    assert browser.post(cast.ana, again.address, again.values).status == 302
    assert story.commitment.objectives_host == "What Ana typed"


def test_an_edit_takes_the_agreement_of_both_back(cast: Cast, browser: Browser, at_the_moment_of: Moment) -> None:
    story = bring_exchange_to(cast, "drafted")
    base = at_the_moment_of(story)
    assert browser.send(cast.ana, f"{base}commitment/", "agree_commitment").status == 302

    browser.send(cast.bram, f"{base}commitment/parts/place-and-dates/", "edit_commitment", place="Hall 2")

    assert not Consent.objects.filter(action="agree_commitment", revoked_at__isnull=True).exists()
    assert browser.get(cast.ana, f"{base}commitment/").form("agree_commitment").address


def test_agreeing_to_a_text_that_has_changed_since_is_refused(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "drafted"))
    form = browser.get(cast.ana, f"{base}commitment/").form("agree_commitment")
    browser.send(cast.bram, f"{base}commitment/parts/place-and-dates/", "edit_commitment", place="Hall 2")

    late = browser.post(cast.ana, form.address, form.values)

    assert (late.status, late.refusal()) == (409, "text_has_changed")


def test_agreeing_too_early_says_what_is_missing(cast: Cast, browser: Browser, at_the_moment_of: Moment) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "matched"))

    page = browser.post(cast.ana, f"{base}commitment/agree-commitment/", {"version": "1"})

    assert (page.status, page.refusal()) == (409, "text_incomplete")
    assert "Action plan" in page.text


def test_only_contact_points_correct_the_distance_and_give_a_reason(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "drafted")
    path = f"{at_the_moment_of(story)}commitment/parts/distance/"

    without = browser.send(cast.chiara, path, "edit_commitment", distance_km="640", distance_reason="")
    with_reason = browser.send(
        cast.chiara, path, "edit_commitment", distance_km="640", distance_reason="The mill lies elsewhere"
    )
    organisation = browser.post(cast.ana, path, {"distance_km": "100", "distance_reason": "No", "parts": "distance"})

    assert without.status == 422
    assert "reason_missing" in without.marks("data-error")
    assert with_reason.status == 302
    assert story.commitment.distance_km == 640
    assert organisation.status in {302, 403}
    assert story.commitment.distance_km == 640


def test_the_four_read_which_day_counts_although_it_is_no_working_day_before_they_sign(
    cast: Cast, browser: Browser, at_the_moment_of: Moment, tmp_path: Path
) -> None:
    # 25 April is a Saturday and a holiday in Portugal.
    story = bring_exchange_to(cast, "drafted", stay=Stay(date(2026, 4, 23), date(2026, 4, 25)))
    plan = [{**row, "activity": "Open house"} for row in story.text()["plan"]]
    for values, actor, capacity in (
        ({"plan": plan}, story.visitor, V),
        ({"admitted_days": {"2026-04-25": "The mill shows its looms."}}, story.host_contact, HP),
    ):
        operations.edit_commitment(story.commitment, values=values, actor=actor, at=story.at, capacity=capacity)
    path = f"{at_the_moment_of(story.tell('validated'))}commitment/"

    page = browser.get(cast.ana, path)
    document = text_of(content_of(browser.get(cast.ana, f"{path}document/")), tmp_path)

    assert page.form("sign_commitment").address
    for words in (page.text, " ".join(document.split())):
        assert "Saturday, 25 April 2026: The mill shows its looms." in words
    assert "Days that count although they are no working days" in page.text


def test_the_text_that_is_signed_holds_what_the_documents_are_tried_with(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    story.give_bank_details()
    operations.offer_agreement(story.agreement, actor=story.visitor_contact, at=story.at, capacity=VP)
    added = {"text_sha256", "signatures"}

    assert set(story.commitment.text) == set(examples.commitment()) - added
    assert set(story.agreement.text) == set(examples.financial_agreement()) - added


def test_a_signature_needs_the_password_again(cast: Cast, browser: Browser, at_the_moment_of: Moment) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "validated"))

    wrong = browser.send(cast.ana, f"{base}commitment/", "sign_commitment", password="not mine")
    right = browser.send(cast.ana, f"{base}commitment/", "sign_commitment", password=PASSWORD)

    assert wrong.status == 422
    assert 'id="id_password_error" data-error="password_wrong"' in wrong.text
    assert right.status == 302
    assert Consent.objects.filter(action="sign_commitment").count() == 1


def test_a_stale_signing_page_is_refused(cast: Cast, browser: Browser, at_the_moment_of: Moment) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "validated"))
    form = browser.get(cast.ana, f"{base}commitment/").form("sign_commitment")

    late = browser.post(cast.ana, form.address, {**form.values, "version": "7", "password": PASSWORD})
    other = browser.post(cast.ana, form.address, {**form.values, "text_sha256": "0" * 64, "password": PASSWORD})

    assert (late.status, late.refusal()) == (409, "text_has_changed")
    assert (other.status, other.refusal()) == (409, "text_has_changed")


def test_a_copy_signed_by_hand_is_kept_with_the_signature_once_both_ticks_are_set(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "validated"))

    def scan() -> SimpleUploadedFile:
        return SimpleUploadedFile("signed.pdf", PAPER, "application/pdf")

    without = browser.send(cast.bram, f"{base}commitment/", "sign_commitment", password=PASSWORD, scan=scan())
    ticks = {"scan_shows_this_text": "on", "scan_is_signed_by_me": "on"}
    ticked = browser.send(cast.bram, f"{base}commitment/", "sign_commitment", password=PASSWORD, scan=scan(), **ticks)

    assert without.status == 422
    assert "scan_not_confirmed" in without.marks("data-error")
    assert ticked.status == 302
    consent = Consent.objects.get(action="sign_commitment")
    assert consent.scan is not None
    assert consent.scan.content_type == "application/pdf"


def test_the_document_is_a_draft_first_and_carries_all_signatures_in_the_end(
    cast: Cast, browser: Browser, at_the_moment_of: Moment, tmp_path: Path
) -> None:
    story = bring_exchange_to(cast, "drafted")
    path = f"{at_the_moment_of(story)}commitment/document/"
    draft = browser.get(cast.ana, path)
    story.tell("commitment_signed")
    final = browser.get(cast.bram, path)

    assert draft.response["Content-Type"] == "application/pdf"
    assert draft.response["X-Content-Type-Options"] == "nosniff"
    assert draft.response["Content-Disposition"].startswith("inline")
    assert "Draft" in text_of(content_of(draft), tmp_path)
    text = text_of(content_of(final), tmp_path)
    assert "Draft" not in text
    assert "Not signed yet" not in text
    for name in ("Ana Sorribes", "Bram Teixeira", "Chiara Bellandi", "Dov Amaral"):
        assert name in text
    assert story.commitment.text_sha256[:4] in text
    assert Entry.objects.filter(action="open_document").count() == 2


def test_bank_details_are_checked_at_the_field_and_masked_on_the_page(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "commitment_signed"))
    path = f"{base}financial-agreement/"
    answers = {"account_holder": "Teixits Almarge, S.L.", "tax_status": "registered_for_vat", "de_minimis_eur": "0"}

    wrong = browser.send(cast.ana, path, "give_bank_details", **answers, iban="ES9121000418450200051333")
    right = browser.send(cast.ana, path, "give_bank_details", **answers, iban="ES91 2100 0418 4502 0005 1332")

    assert wrong.status == 422
    assert 'id="id_iban_error" data-error="iban_invalid"' in wrong.text
    assert right.status == 302
    page = browser.get(cast.ana, path)
    assert "ES91" not in page.text
    assert "•••• 1332" in page.text
    assert "ES9121000418450200051332" in browser.get(cast.ana, f"{path}bank-details/").text
    assert Entry.objects.filter(action="open_bank_details").count() == 1
    assert browser.get(cast.edda, f"{path}bank-details/").status == 403


def test_the_financial_agreement_shows_its_working_and_is_signed_by_both(
    cast: Cast, browser: Browser, at_the_moment_of: Moment, tmp_path: Path
) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    story.give_bank_details()
    path = f"{at_the_moment_of(story)}financial-agreement/"

    assert browser.send(cast.chiara, path, "offer_agreement").status == 302
    page = browser.get(cast.ana, path)
    assert page.marks("data-cents") == ["39000"]
    assert "EUR 780.00" in page.text
    assert "The stay has fewer than 5 working days." in page.text
    assert browser.send(cast.ana, path, "sign_agreement", password=PASSWORD).status == 302
    assert browser.send(cast.chiara, path, "sign_agreement", password=PASSWORD).status == 302

    assert story.exchange.state == "READY"
    text = text_of(content_of(browser.get(cast.ana, f"{path}document/")), tmp_path)
    assert "390.00" in text
    assert "Not signed yet" not in text


def test_the_page_of_the_financial_agreement_shows_what_is_signed(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    story.give_bank_details()
    operations.offer_agreement(story.agreement, actor=story.visitor_contact, at=story.at, capacity=VP)
    path = f"{at_the_moment_of(story)}financial-agreement/"
    shown = presented(story.agreement.text, "en")
    # The account stands masked on the page; it opens on one of its own, which the journal notes.
    for name in ("account_holder", "iban", "bic", "language", "de_minimis"):
        del shown[name]

    page = " ".join(html.unescape(browser.get(cast.ana, path).text).split())

    written = {line.strip() for text in texts_of(shown) for line in text.splitlines() if line.strip()}
    assert {line for line in written if line not in page} == set()
    assert "Computed by the rules of: Demonstration edition, version 1." in page
    assert str(shown["commitment_sha256"]) in page
    assert "Portugal" in page


def test_the_money_is_not_signed_before_the_text(cast: Cast, browser: Browser, at_the_moment_of: Moment) -> None:
    story = bring_exchange_to(cast, "validated")
    story.give_bank_details()
    path = f"{at_the_moment_of(story)}financial-agreement/"
    browser.send(cast.chiara, path, "offer_agreement")

    page = browser.post(
        cast.ana, f"{path}sign-agreement/",
        {"password": PASSWORD, "version": "1", "text_sha256": story.agreement.text_sha256},
    )  # fmt: skip

    assert (page.status, page.refusal()) == (409, "commitment_not_signed")


def test_signing_the_money_is_nobodys_turn_before_it_is_offered(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    path = f"{at_the_moment_of(story)}financial-agreement/"

    def signers() -> str:
        return browser.get(cast.ana, path).text.partition('class="sign-rows"')[2].partition("</ul>")[0]

    assert "Not yet" in signers()
    assert "Your turn" not in signers()
    story.give_bank_details()
    at_the_moment_of(story)
    browser.send(cast.chiara, path, "offer_agreement")
    assert signers().count("Your turn") == 1


def test_the_start_is_confirmed_on_the_first_day_and_not_before(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "ready")
    base = at_the_moment_of(story)

    early = browser.post(cast.ana, f"{base}confirm-start/", {})
    closed = browser.get(cast.ana, base)

    assert (early.status, early.refusal()) == (409, "before_first_day")
    assert 'data-action="confirm_start" data-refusal="before_first_day"' in closed.text


def test_an_exchange_that_is_not_signed_says_which_agreement_is_missing(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "matched")
    base = at_the_moment_of(story)
    first = browser.post(cast.ana, f"{base}confirm-start/", {})
    story.tell("commitment_signed")
    second = browser.post(cast.ana, f"{base}confirm-start/", {})

    assert (first.status, first.refusal()) == (409, "commitment_not_signed")
    assert (second.status, second.refusal()) == (409, "financial_agreement_not_signed")


@pytest.mark.parametrize(
    ("person", "path", "action"),
    [
        ("chiara", "commitment/", "agree-commitment"),
        ("ana", "commitment/", "validate-commitment"),
        ("edda", "commitment/", "sign-commitment"),
        ("bram", "", "interrupt-exchange"),
        ("edda", "", "cancel-exchange"),
    ],
)
def test_what_is_not_theirs_to_do_is_refused_as_not_allowed(
    cast: Cast, browser: Browser, at_the_moment_of: Moment, person: str, path: str, action: str
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "drafted"))
    who: Person = getattr(cast, person)

    page = browser.post(who, f"{base}{path}{action}/", {})

    assert (page.status, page.refusal()) == (403, "not_allowed")


def test_the_four_speak_in_one_thread(cast: Cast, browser: Browser, at_the_moment_of: Moment) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "matched"))

    for person in (cast.ana, cast.bram, cast.chiara, cast.dov):
        assert browser.post(person, f"{base}thread/", {"text": f"Said by {person.account.first_name}"}).status == 302

    page = browser.get(cast.dov, base)
    assert all(f"Said by {name}" in page.text for name in ("Ana", "Bram", "Chiara", "Dov"))


@pytest.mark.parametrize(
    "step", ["matched", "drafted", "agreed", "validated", "commitment_signed", "ready", "running", "ended"]
)
def test_every_page_of_every_step_opens_with_its_marks(
    cast: Cast, browser: Browser, at_the_moment_of: Moment, step: str
) -> None:
    story = bring_exchange_to(cast, step)
    base = at_the_moment_of(story)

    for person in (cast.ana, cast.bram, cast.chiara, cast.dov, cast.edda):
        for path in ("", "commitment/", "financial-agreement/"):
            page = browser.get(person, f"{base}{path}")
            if person in (cast.bram, cast.dov) and path == "financial-agreement/":
                continue
            assert page.status == 200, (person.account.email, path)
            assert page.marks("data-ref")[0] == story.exchange.reference
            assert page.marks("data-state")[0]


@pytest.mark.parametrize("step", ["drafted", "agreed", "validated", "running"])
def test_no_page_uses_an_id_twice(cast: Cast, browser: Browser, at_the_moment_of: Moment, step: str) -> None:
    PartnershipPerson.objects.create(partnership=cast.selvedge, account=cast.chiara.account, role="contact_point")
    base = at_the_moment_of(bring_exchange_to(cast, step))

    for person in (cast.ana, cast.bram, cast.chiara):
        for path in ("", "commitment/", "commitment/edit-commitment/"):
            ids = browser.get(person, f"{base}{path}").marks("id")
            assert sorted(ids) == sorted(set(ids)), (person.account.email, path)
