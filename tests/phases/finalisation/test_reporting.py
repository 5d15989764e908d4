"""What goes with a report: answers saved on the way, a story that may be taken back, presence shown by a code."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.finalisation.models import PresenceCode
from clusterxchange.phases.finalisation.reporting import operations
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Entry, Notice
from tests.bring import bring_exchange_to
from tests.cast import Cast
from tests.phases.finalisation.conftest import Sign, visitor_answers
from tests.phases.finalisation.test_pages import Moved, page, photo

IN_BACKGROUND = {"headers": {"HX-Request": "true"}}


def test_what_was_typed_so_far_is_there_again_on_another_device_whether_right_or_not(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    address = f"/exchanges/{ended.exchange.reference}/report/visitor/"
    typed = {
        "actual_first_day": "2026-04-15",
        "actual_days": "many",
        "activities_done": "Four lots, so far.",
        "outcomes": ["markets"],
        "rating_host": "5",
        "recommends": "no",
        "iban": "ES9121000418450200051332",
    }

    saved = sign_in(cast.ana).post(f"{address}save-report/", typed, **IN_BACKGROUND)  # type: ignore[arg-type]  # -- headers
    shown = page(sign_in(cast.ana).get(address))

    assert (saved.status_code, "Saved" in page(saved)) == (200, True)
    for value in ("Four lots, so far.", 'value="2026-04-15"', 'value="many"'):
        assert value in shown
    assert 'value="markets" id="id_outcomes_' in shown.replace("checked", "")
    report = ended.report("V")
    assert (report.state, report.activities_done) == ("OPEN", "")
    assert "iban" not in report.draft
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(body::text, '') from workflow_entrypayload")
        assert "9121000418450200051332" not in cursor.fetchone()[0]


def test_a_report_that_was_sent_keeps_no_draft(ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved) -> None:
    at_the_time_of(ended)
    base, ana = f"/exchanges/{ended.exchange.reference}/", sign_in(cast.ana)
    ana.post(f"{base}report/visitor/save-report/", {"activities_done": "Draft."})
    files = {"outward": SimpleUploadedFile("hotel.jpg", photo(), content_type="image/jpeg")}
    ana.post(f"{base}evidence/upload-evidence/", files)

    assert ana.post(f"{base}report/visitor/submit-report/", visitor_answers()).status_code == 302
    assert ended.report("V").draft == {}
    late = ana.post(f"{base}report/visitor/save-report/", {"activities_done": "Too late."}, **IN_BACKGROUND)  # type: ignore[arg-type]  # -- headers
    assert (late.status_code, "Saved" in page(late), page(late) != "") == (422, False, True)


def test_only_the_writer_saves_and_whoever_is_signed_out_is_told_in_the_background(
    ended: Story, cast: Cast, sign_in: Sign, client: object, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    address = f"/exchanges/{ended.exchange.reference}/report/visitor/save-report/"

    codes = [sign_in(one).post(address, {}, **IN_BACKGROUND).status_code for one in (cast.chiara, cast.bram, cast.zoe)]  # type: ignore[arg-type]  # -- headers

    assert codes == [403, 404, 404]
    assert client.post(address, {}, headers={"HX-Request": "true"}).status_code == 401  # type: ignore[attr-defined]  # -- Django's client


# The story


def test_consent_to_publish_a_story_can_be_withdrawn_and_others_are_told(
    reported: Story, cast: Cast, sign_in: Sign
) -> None:
    clock.set_clock(reported.at)
    report = reported.report("V")
    type(report).objects.filter(pk=report.pk).update(success_story="We saved a third of the fibre.")
    address, ana = f"/exchanges/{reported.exchange.reference}/report/visitor/story/", sign_in(cast.ana)
    offered = {"photo": SimpleUploadedFile("loom.jpg", photo()), "description": "The loom"}

    assert ana.post(address, offered).status_code == 302
    assert "We saved a third" not in page(sign_in(cast.edda).get(address))
    assert ana.post(f"{address}give-story-consent/").status_code == 302
    edda = page(sign_in(cast.edda).get(address))
    assert ("We saved a third" in edda, 'alt="The loom"' in edda) == (True, True)

    before = Notice.objects.count()
    assert ana.post(f"{address}withdraw-story-consent/").status_code == 302
    assert "We saved a third" not in page(sign_in(cast.edda).get(address))
    assert Notice.objects.count() > before
    picture = f"{address}photos/{report.story_photos.get().pk}/"
    assert [sign_in(one).get(picture).status_code for one in (cast.ana, cast.edda, cast.zoe)] == [200, 404, 404]
    assert sign_in(cast.chiara).post(f"{address}give-story-consent/").status_code == 403


def test_a_story_that_nobody_wrote_cannot_be_published(ended: Story) -> None:
    with pytest.raises(NotDone) as refused:
        operations.give_story_consent(ended.report("V"), actor=ended.visitor, at=ended.at)

    assert refused.value.refusal.code == "story_missing"


# Presence


def test_the_host_confirms_arrival_and_departure_by_the_code_that_the_visitor_shows(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    story = bring_exchange_to(cast, "running")
    at_the_time_of(story)
    address, ana, bram = f"/exchanges/{story.exchange.reference}/presence/", sign_in(cast.ana), sign_in(cast.bram)

    for moment in ("arrival", "departure"):
        assert ana.post(f"{address}make-presence-code/").status_code == 302
        code = PresenceCode.objects.get(moment=moment).code
        assert f'data-presence-code="{code}"' in page(ana.get(address))
        assert code not in page(bram.get(address))
        wrong = bram.post(f"{address}confirm-presence/", {"code": f"{(int(code) + 1) % 10**6:06d}"})
        assert (wrong.status_code, 'data-error="presence_code_wrong"' in page(wrong)) == (422, True)
        assert bram.post(f"{address}confirm-presence/", {"code": f"{code[:3]} {code[3:]}"}).status_code == 302

    again = bram.post(f"{address}confirm-presence/", {"code": "123456"})
    assert (again.status_code, 'data-refusal="presence_not_now"' in page(again)) == (409, True)
    assert Entry.objects.filter(action="confirm_presence").count() == 2


def test_a_code_is_over_after_half_an_hour_and_after_five_wrong_tries(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running")
    shown = operations.make_presence_code(story.exchange, actor=story.visitor, at=story.at)

    def tried(code: str, at_minutes: int) -> str:
        at = story.at + timedelta(minutes=at_minutes)
        try:
            operations.confirm_presence(story.exchange, code=code, actor=story.host, at=at)
        except NotDone as reason:
            return reason.refusal.code
        return "confirmed"

    assert tried(shown.code, 31) == "presence_code_over"
    assert [tried("x", 1) for _ in range(5)] == ["presence_code_wrong"] * 5
    assert tried(shown.code, 2) == "presence_code_over"
    anew = operations.make_presence_code(story.exchange, actor=story.visitor, at=story.at)
    assert tried(anew.code, 30) == "confirmed"


def test_there_is_no_code_before_the_first_day_and_only_the_visitor_makes_one(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")

    with pytest.raises(NotDone) as early:
        operations.make_presence_code(story.exchange, actor=story.visitor, at=story.at)
    with pytest.raises(NotDone) as other:
        operations.make_presence_code(story.exchange, actor=story.host, at=story.at)

    assert (early.value.refusal.code, other.value.refusal.code) == ("presence_not_now", "not_allowed")


def test_both_codes_fill_in_the_hosts_report(cast: Cast, sign_in: Sign, at_the_time_of: Moved) -> None:
    story = bring_exchange_to(cast, "running")
    for _moment in range(2):
        shown = operations.make_presence_code(story.exchange, actor=story.visitor, at=story.at)
        operations.confirm_presence(story.exchange, code=shown.code, actor=story.host, at=story.at)
    story.tell("ended")
    at_the_time_of(story)

    shown_page = page(sign_in(cast.bram).get(f"/exchanges/{story.exchange.reference}/report/"))

    box = shown_page.split('name="presence_confirmed"')[1].split(">")[0]
    assert "checked" in box
