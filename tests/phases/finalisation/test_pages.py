"""The pages of reports, evidence and payment: who sees them, what they say, how they answer."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Protocol

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clusterxchange.foundation import clock
from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.demonstration.story import PAPER, Story
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.finalisation.models import EvidenceItem
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to
from tests.cast import Cast
from tests.phases.finalisation.conftest import Sign, host_answers, visitor_answers
from tests.phases.finalisation.test_after_the_end import due_for_five_days, submit_host

Moved = Callable[[Story], datetime]
GPS, ORIENTATION, ROTATED = 34853, 274, 6


class Answered(Protocol):
    """What came back."""

    content: bytes


def page(response: Answered) -> str:
    return unescape(response.content.decode())


def main(response: Answered) -> str:
    """Give the opening tag of `main` with its marks."""
    found = re.search(r"<main[^>]*>", response.content.decode())
    assert found is not None
    return found.group()


def form(response: Answered, action: str) -> str:
    """Give the form of a step, empty where there is none."""
    found = re.search(rf'<form[^>]*data-action="{action}".*?</form>', response.content.decode(), re.DOTALL)
    return found.group() if found else ""


def paper(name: str = "boarding-pass.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PAPER, content_type="application/pdf")


def photo() -> bytes:
    """Make a photo that lies on its side and says where it was taken."""
    picture = Image.new("RGB", (40, 20), "white")
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (41.0, 26.0, 33.0)
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif)
    return target.getvalue()


@pytest.mark.parametrize("end", ["report/", "report/visitor/", "evidence/", "evidence/outward/", "payment/"])
def test_a_stranger_finds_nothing_at_any_of_the_addresses(ended: Story, cast: Cast, sign_in: Sign, end: str) -> None:
    address = f"/exchanges/{ended.exchange.reference}/{end}"

    assert sign_in(cast.zoe).get(address).status_code == 404
    assert sign_in(cast.zoe).get(address.replace("EXC-2026", "EXC-2031")).status_code == 404
    assert sign_in(cast.ana).get(address).status_code == 200


def test_the_host_sees_neither_the_visitors_report_nor_evidence_nor_money(
    ended: Story, cast: Cast, sign_in: Sign
) -> None:
    base, bram = f"/exchanges/{ended.exchange.reference}/", sign_in(cast.bram)

    for end in ("report/visitor/", "evidence/", "evidence/outward/", "payment/", "payment/account/"):
        assert bram.get(base + end).status_code == 404
    assert bram.get(base + "report/").status_code == 200


def test_before_the_end_each_page_says_that_it_comes_later(cast: Cast, sign_in: Sign) -> None:
    story = bring_exchange_to(cast, "running")
    base = f"/exchanges/{story.exchange.reference}/"

    for end in ("report/", "evidence/", "payment/"):
        response = sign_in(cast.ana).get(base + end)
        assert response.status_code == 200
        assert "Not yet" in page(response)
    assert sign_in(cast.bram).get(base + "payment/").status_code == 404
    assert sign_in(cast.zoe).get(base + "report/").status_code == 404


def test_each_side_finds_its_own_report_at_the_one_address(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    address = f"/exchanges/{ended.exchange.reference}/report/"
    ana, bram = sign_in(cast.ana).get(address), sign_in(cast.bram).get(address)

    assert 'data-machine="activity_report"' in main(ana)
    assert f'data-ref="{ended.exchange.reference}"' in main(ana)
    assert 'data-state="OPEN"' in main(ana)
    assert "report/visitor/submit-report/" not in form(ana, "submit_report")  # no journey is shown yet
    assert 'data-action="submit_report" data-refusal="evidence_missing"' in page(ana)
    assert "report/host/submit-report/" in form(bram, "submit_report")
    assert "Final activity reports" in page(sign_in(cast.edda).get(address))


def test_the_visitors_report_is_filled_in_from_what_was_agreed(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    ana, base = sign_in(cast.ana), f"/exchanges/{ended.exchange.reference}/"
    ana.post(f"{base}evidence/upload-evidence/", {"outward": paper()})

    shown = form(ana.get(f"{base}report/"), "submit_report")

    assert 'value="2026-04-14"' in shown
    assert 'value="2026-04-16"' in shown
    assert re.search(r'name="actual_days"[^>]*value="3"|value="3"[^>]*name="actual_days"', shown)
    assert "See how recycled yarn runs on a fast loom" in shown


def test_both_reports_go_through_their_forms(ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved) -> None:
    at_the_time_of(ended)
    base = f"/exchanges/{ended.exchange.reference}/"
    sign_in(cast.ana).post(f"{base}evidence/upload-evidence/", {"outward": paper(), "return": paper()})

    first = sign_in(cast.ana).post(f"{base}report/visitor/submit-report/", visitor_answers())
    second = sign_in(cast.bram).post(f"{base}report/submit-report/", host_answers())

    assert (first.status_code, second.status_code) == (302, 302)
    report = ended.report("V")
    assert report.outcomes == {"contacts": 4, "markets": None}
    assert report.objectives[0]["reached"] == 4
    assert report.ratings["tool"] == 3
    assert report.recommends is True
    assert ended.report("H").presence_confirmed is True


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"actual_last_day": "2026-04-13"}, "actual_last_day", "end_before_start"),
        ({"actual_last_day": "2026-05-20"}, "actual_last_day", "day_is_ahead"),
        ({"actual_days": "4"}, "actual_days", "more_days_than_the_stay_has"),
        ({"actual_days": "many"}, "actual_days", "invalid"),
        ({"activities_done": ""}, "activities_done", "required"),
        ({"bank_details_are_right": None}, "bank_details_are_right", "bank_details_not_confirmed"),
        (
            {"bank_details_are_right": None, "account_holder": "Teixits", "iban": "ES12 3456"},
            "iban",
            "iban_invalid",
        ),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_and_the_rest_is_kept(
    ended: Story,
    cast: Cast,
    sign_in: Sign,
    at_the_time_of: Moved,
    changed: dict[str, str | None],
    field: str,
    code: str,
) -> None:
    at_the_time_of(ended)
    ana, base = sign_in(cast.ana), f"/exchanges/{ended.exchange.reference}/"
    ana.post(f"{base}evidence/upload-evidence/", {"outward": paper()})

    response = ana.post(f"{base}report/visitor/submit-report/", visitor_answers(**changed))

    assert response.status_code == 422
    assert f'data-error="{code}"' in page(response)
    assert f'id="id_{field}_error"' in page(response)
    assert "Two of four lots ran at full speed." in page(response)
    assert "<title>Error: " in page(response)
    assert ended.report("V").state == "OPEN"


def test_a_new_account_in_the_report_stands_beside_the_signed_agreement(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    ana, base = sign_in(cast.ana), f"/exchanges/{ended.exchange.reference}/"
    ana.post(f"{base}evidence/upload-evidence/", {"outward": paper()})
    typed = visitor_answers(bank_details_are_right=None, account_holder="Teixits", iban="DE89 3704 0044 0532 0130 00")

    assert ana.post(f"{base}report/visitor/submit-report/", typed).status_code == 302

    assert ended.payment.account_ending == "3000"
    shown = page(sign_in(cast.cosima).get(f"{base}payment/account/"))
    assert "DE89370400440532013000" in shown
    assert "new account" in page(sign_in(cast.cosima).get(f"{base}payment/"))
    assert "DE89370400440532013000" not in page(sign_in(cast.cosima).get(f"{base}payment/"))
    assert Entry.objects.filter(action="open_bank_details").count() == 1


def test_all_evidence_goes_in_one_form_and_is_accepted_in_one(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    address = f"/exchanges/{ended.exchange.reference}/evidence/"
    ana, chiara = sign_in(cast.ana), sign_in(cast.chiara)
    shown = ana.get(address)
    assert 'data-machine="evidence"' in main(shown)
    assert 'data-state="WANTED"' in main(shown)
    for name in ("outward", "return", "stay", "presence"):
        assert f'name="{name}"' in form(shown, "upload_evidence")
    assert form(chiara.get(address), "upload_evidence") == ""

    files = {name: paper() for name in ("outward", "return", "stay", "presence")}
    assert ana.post(f"{address}upload-evidence/", files).status_code == 302
    assert "checkbox" in form(chiara.get(address), "accept_evidence")
    assert chiara.post(f"{address}accept-evidence/", {"items": ["outward", "return", "stay"]}).status_code == 302

    states = dict(EvidenceItem.objects.filter(exchange=ended.exchange).values_list("item", "state"))
    assert states == {"outward": "ACCEPTED", "return": "ACCEPTED", "stay": "ACCEPTED", "presence": "UPLOADED"}


def test_only_what_the_contact_point_has_opened_is_ticked_beforehand(
    reported: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(reported)
    address, chiara = f"/exchanges/{reported.exchange.reference}/evidence/", sign_in(cast.chiara)

    def ticked() -> list[str]:
        return re.findall(r'value="(\w+)"[^>]* checked', form(chiara.get(address), "accept_evidence"))

    assert ticked() == []

    chiara.get(f"{address}stay/picture/")
    assert ticked() == ["stay"]

    # The next file in its place has not been opened.
    chiara.post(f"{address}stay/ask-again/", {"reason": "The second page is missing."})
    sign_in(cast.ana).post(f"{address}upload-evidence/", {"stay": paper()})
    assert ticked() == []


def test_what_is_tried_with_the_evidence_of_a_closed_exchange_is_refused_by_its_code(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    story = bring_exchange_to(cast, "closed", format="virtual")
    at_the_time_of(story)
    address, ana = f"/exchanges/{story.exchange.reference}/evidence/", sign_in(cast.ana)

    together = ana.post(f"{address}upload-evidence/", {"attendance": paper()})
    alone = ana.post(f"{address}attendance/upload-evidence/", {"file": paper()})

    assert form(ana.get(address), "upload_evidence") == ""
    for one in (together, alone):
        assert (one.status_code, 'data-refusal="exchange_is_closed"' in page(one)) == (409, True)


def test_a_report_and_evidence_for_a_cancelled_exchange_are_refused_by_their_code(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    story = bring_exchange_to(cast, "ready")
    exchange_building.cancel_exchange(story.exchange, reason_code="illness", actor=story.visitor, at=story.at)
    at_the_time_of(story)
    base, ana = f"/exchanges/{story.exchange.reference}/", sign_in(cast.ana)

    tried = [
        ana.post(f"{base}report/submit-report/", visitor_answers()),
        ana.post(f"{base}report/visitor/submit-report/", visitor_answers()),
        sign_in(cast.bram).post(f"{base}report/host/submit-report/", host_answers()),
        ana.post(f"{base}evidence/upload-evidence/", {"outward": paper()}),
    ]

    assert [(one.status_code, 'data-refusal="exchange_is_cancelled"' in page(one)) for one in tried] == [
        (409, True)
    ] * 4
    assert "The exchange was cancelled, so no report" in page(ana.get(f"{base}report/"))
    assert sign_in(cast.zoe).post(f"{base}report/submit-report/", visitor_answers()).status_code == 404


def test_a_report_before_the_end_is_refused_as_too_early(cast: Cast, sign_in: Sign, at_the_time_of: Moved) -> None:
    story = bring_exchange_to(cast, "running")
    at_the_time_of(story)

    tried = sign_in(cast.ana).post(f"/exchanges/{story.exchange.reference}/report/submit-report/", visitor_answers())

    assert (tried.status_code, 'data-refusal="wrong_state"' in page(tried)) == (409, True)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("pass.pdf", b"", "file_empty"),
        ("pass.pdf", b"MZ this is a program", "file_type_not_allowed"),
        ("pass.exe", PAPER, "file_name_does_not_match"),
        ("pass.pdf", PAPER + b" " * (10 * 1024 * 1024), "file_too_large"),
        ("pass.jpg", photo()[:200], "file_is_damaged"),
    ],
)
def test_a_file_that_may_not_come_in_is_refused_at_its_field(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved, name: str, content: bytes, code: str
) -> None:
    at_the_time_of(ended)
    address = f"/exchanges/{ended.exchange.reference}/evidence/upload-evidence/"

    response = sign_in(cast.ana).post(address, {"return": SimpleUploadedFile(name, content), "outward": paper()})

    assert response.status_code == 422
    assert f'data-error="{code}"' in page(response)
    assert 'id="id_return_error"' in page(response)
    assert not EvidenceItem.objects.filter(exchange=ended.exchange).exclude(state="WANTED").exists()


def test_nothing_chosen_is_said_and_a_second_press_is_told(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    ana, address = sign_in(cast.ana), f"/exchanges/{ended.exchange.reference}/evidence/upload-evidence/"

    nothing = ana.post(address, {})
    assert (nothing.status_code, 'data-error="file_missing"' in page(nothing)) == (422, True)

    assert ana.post(address, {"outward": paper()}).status_code == 302
    again = ana.post(address, {"outward": paper()})
    assert (again.status_code, 'data-refusal="wrong_state"' in page(again)) == (409, True)
    other = sign_in(cast.chiara).post(address, {"return": paper()})
    assert (other.status_code, 'data-refusal="not_allowed"' in page(other)) == (403, True)


def test_a_photo_is_turned_upright_and_tells_nobody_where_it_was_taken(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    base = f"/exchanges/{ended.exchange.reference}/evidence/"
    sign_in(cast.ana).post(f"{base}stay/upload-evidence/", {"file": SimpleUploadedFile("hotel.jpg", photo())})

    response = sign_in(cast.chiara).get(f"{base}stay/file/")

    with Image.open(io.BytesIO(response.content)) as seen:
        assert seen.size == (20, 40)
        assert len(seen.getexif()) == 0
    kept = EvidenceItem.objects.get(exchange=ended.exchange, item="stay").original
    assert kept is not None
    assert kept.unsealed() == photo()


def test_a_file_is_handed_out_to_be_saved_and_its_opening_is_in_the_journal(
    reported: Story, cast: Cast, sign_in: Sign
) -> None:
    address = f"/exchanges/{reported.exchange.reference}/evidence/outward/file/"

    response = sign_in(cast.chiara).get(address)

    with pikepdf.open(io.BytesIO(response.content)) as kept:
        assert len(kept.pages) == 1
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert Entry.objects.filter(action="open_evidence", actor=str(cast.chiara.account.pk)).count() == 1
    assert sign_in(cast.edda).get(address).status_code == 403
    assert sign_in(cast.bram).get(address).status_code == 404


def test_a_contact_point_asks_again_with_a_reason_that_the_visitor_reads(
    reported: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(reported)
    base = f"/exchanges/{reported.exchange.reference}/evidence/"
    chiara = sign_in(cast.chiara)

    empty = chiara.post(f"{base}stay/ask-again/", {"reason": ""})
    assert empty.status_code == 422
    assert chiara.post(f"{base}stay/ask-again/", {"reason": "The second page is missing."}).status_code == 302

    assert "The second page is missing." in page(sign_in(cast.ana).get(base))


def test_the_contact_point_sees_the_amount_with_its_working_before_validating(
    reported: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(reported)
    response = sign_in(cast.chiara).get(f"/exchanges/{reported.exchange.reference}/report/")

    assert "report/visitor/validate-report/" in form(response, "validate_report")
    assert 'data-cents="39000"' in page(response)
    assert "fewer than 5" in page(response)


def test_a_payment_goes_from_due_to_received_through_its_page(
    due: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(due)
    address = f"/exchanges/{due.exchange.reference}/payment/"
    shown = sign_in(cast.ana).get(address)
    assert 'data-machine="payment"' in main(shown)
    assert f'data-ref="{due.payment.reference}"' in main(shown)
    assert 'data-cents="39000"' in page(shown)
    assert "Counted from the end of the stay" in page(shown)
    assert "ES9121000418450200051332" not in page(shown)

    ordered = sign_in(cast.chiara).post(f"{address}order-payment/", {"amount_cents": "39000"})
    own = sign_in(cast.chiara).post(f"{address}release-payment/")
    released = sign_in(cast.cosima).post(f"{address}release-payment/")
    again = sign_in(cast.cosima).post(f"{address}release-payment/")
    today = (clock.now() + timedelta(hours=1)).date().isoformat()
    bare = sign_in(cast.chiara).post(f"{address}confirm-paid/", {"paid_on": today})
    paid = sign_in(cast.chiara).post(f"{address}confirm-paid/", {"paid_on": today, "proof": paper("statement.pdf")})
    received = sign_in(cast.ana).post(f"{address}confirm-receipt/")

    assert [one.status_code for one in (ordered, own, released, again, bare, paid, received)] == [
        302, 403, 302, 409, 422, 302, 302,
    ]  # fmt: skip
    assert 'data-refusal="already_in_batch"' in page(again)
    assert "already in batch 1" in page(again)
    assert 'id="id_transfer_reference_error"' in page(bare)
    assert (due.payment.state, due.exchange.state) == ("CONFIRMED", "CLOSED")
    with pikepdf.open(io.BytesIO(sign_in(cast.cosima).get(f"{address}proof/").content)) as proof:
        assert len(proof.pages) == 1


def test_a_photo_that_proves_a_transfer_tells_nobody_where_it_was_taken(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    story = bring_exchange_to(cast, "released")
    today = at_the_time_of(story).date().isoformat()
    address, chiara = f"/exchanges/{story.exchange.reference}/payment/", sign_in(cast.chiara)
    broken = SimpleUploadedFile("transfer.jpg", photo()[:200], content_type="image/jpeg")
    taken = SimpleUploadedFile("transfer.jpg", photo(), content_type="image/jpeg")

    refused = chiara.post(f"{address}confirm-paid/", {"paid_on": today, "proof": broken})
    paid = chiara.post(f"{address}confirm-paid/", {"paid_on": today, "proof": taken})

    assert (refused.status_code, 'data-error="file_is_damaged"' in page(refused)) == (422, True)
    assert paid.status_code == 302
    with Image.open(io.BytesIO(chiara.get(f"{address}proof/").content)) as seen:
        assert seen.size == (20, 40)
        assert len(seen.getexif()) == 0


def test_the_partnership_is_warned_of_fewer_days_and_computes_the_amount_again(cast: Cast, sign_in: Sign) -> None:
    story = due_for_five_days(cast)
    submit_host(story, days=4, deviations="They left on Thursday.")
    clock.set_clock(story.at + timedelta(days=4))
    address, chiara = f"/exchanges/{story.exchange.reference}/payment/", sign_in(cast.chiara)

    warned = chiara.get(address)
    assert f"By these days {format_cents(39_000, 'en')} is due." in page(warned)
    assert "By these days" not in page(sign_in(cast.ana).get(address))
    assert form(warned, "recompute_amount")
    assert chiara.post(f"{address}recompute-amount/").status_code == 302

    again = chiara.post(f"{address}recompute-amount/")
    assert (again.status_code, 'data-refusal="amount_stays"' in page(again)) == (409, True)
    assert "By these days" not in page(chiara.get(address))
    assert story.payment.amount_cents == 39_000


def test_whoever_ordered_reads_why_somebody_else_releases(
    due: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(due)
    address, said = f"/exchanges/{due.exchange.reference}/payment/", "You ordered this payment."
    sign_in(cast.chiara).post(f"{address}order-payment/", {"amount_cents": "39000"})

    assert said in page(sign_in(cast.chiara).get(address))
    assert said not in page(sign_in(cast.cosima).get(address))
    assert form(sign_in(cast.cosima).get(address), "release_payment")


def test_whoever_ordered_hears_who_releases_instead(
    due: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(due)
    cast.loom.people.create(account=cast.chiara.account, role="payer")
    address = f"/exchanges/{due.exchange.reference}/payment/"
    chiara = sign_in(cast.chiara)
    chiara.post(f"{address}order-payment/", {"amount_cents": "39000"})

    response = chiara.post(f"{address}release-payment/")

    assert (response.status_code, 'data-refusal="same_person_released"' in page(response)) == (409, True)


def test_an_amount_typed_into_an_old_page_is_not_ordered(
    due: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(due)
    address = f"/exchanges/{due.exchange.reference}/payment/order-payment/"

    response = sign_in(cast.chiara).post(address, {"amount_cents": "78000"})

    assert (response.status_code, 'data-refusal="amount_above_agreement"' in page(response)) == (409, True)
    assert due.payment.state == "DUE"


def test_money_that_came_back_needs_what_the_bank_said_and_each_field_stands_once(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    story = bring_exchange_to(cast, "released")
    at_the_time_of(story)
    address = f"/exchanges/{story.exchange.reference}/payment/"
    chiara = sign_in(cast.chiara)
    marks = re.findall(r' id="(id_[a-z_]+)"', chiara.get(address).content.decode())
    assert len(marks) == len(set(marks))

    bare = chiara.post(f"{address}return-payment/", {"reason": "Account closed"})
    assert (bare.status_code, 'id="id_return_reference_error"' in page(bare)) == (422, True)
    typed = {"reason": "Account closed", "return_reference": "R 12"}
    assert chiara.post(f"{address}return-payment/", typed).status_code == 302

    assert 'data-action="correct_bank_details"' in page(sign_in(cast.ana).get(address))


def test_a_contact_point_can_do_without_a_file_with_a_reason(
    reported: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(reported)
    address = f"/exchanges/{reported.exchange.reference}/evidence/stay/"

    response = sign_in(cast.chiara).post(f"{address}waive-evidence/", {"waive_reason": "The host paid for the room."})

    assert response.status_code == 302
    assert "The host paid for the room." in page(sign_in(cast.ana).get(address))
