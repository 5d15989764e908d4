"""Claims about what goes on beside signing: reminding, delegating, signing elsewhere, a text that has changed."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusterxchange.access.capacities import HP, VP, H, V
from clusterxchange.documents.verdicts import verdict_on
from clusterxchange.journeys.demonstration.story import Story, seen
from clusterxchange.phases.exchange_building import operations, rules
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Notice
from tests.bring import bring_exchange_to
from tests.cast import PASSWORD, Cast, Person
from tests.documents.elsewhere import own_signer, sign_elsewhere, signed_elsewhere
from tests.operations.scenes import Scene, with_a_colleague
from tests.phases.exchange_building.browsing import Browser

pytestmark = pytest.mark.django_db
Moment = Callable[[Story], str]


@pytest.fixture
def story(cast: Cast) -> Story:
    return bring_exchange_to(cast, "validated")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(NotDone) as caught:
        call()
    return caught.value.refusal.code


def sign(story: Story, actor: object, capacity: object, **more: object) -> None:
    text = story.commitment
    operations.sign_commitment(
        text, **seen(text), is_authenticated=True, actor=actor, at=story.at, capacity=capacity, **more,  # type: ignore[arg-type]  # -- whatever a test hands over
    )  # fmt: skip


# Reminding


def test_whoever_waits_reminds_the_others_once_a_day_and_never_themselves(story: Story) -> None:
    def remind() -> int:
        return operations.remind_signers(story.commitment, actor=story.host, at=story.at, capacity=H)

    assert remind() == 3
    told = Notice.objects.filter(topic="reminder", action="sign_commitment")
    assert sorted(one.account.email for one in told) == [
        "ana@cast.example", "chiara@cast.example", "cosima@cast.example", "dov@cast.example",
    ]  # fmt: skip
    story.at += timedelta(hours=23, minutes=59)
    assert code_of(remind) == "reminded_today"
    story.at += timedelta(minutes=1)
    assert remind() == 3


def test_nobody_is_reminded_of_what_is_signed_by_the_others(story: Story) -> None:
    for actor, capacity in ((story.visitor, V), (story.visitor_contact, VP), (story.host_contact, HP)):
        sign(story, actor, capacity)

    assert (
        code_of(lambda: operations.remind_signers(story.commitment, actor=story.host, at=story.at))
        == "nobody_to_remind"
    )


# Delegation


def test_a_colleague_signs_only_by_right_given_and_the_document_says_so(
    cast: Cast, story: Story, tmp_path: Path
) -> None:
    colleague = with_a_colleague(Scene(cast, story))
    carme = Person(colleague).actor
    assert code_of(lambda: sign(story, carme, V)) == "no_right_to_sign"

    operations.delegate_signature(story.commitment, colleague=colleague.pk, actor=story.visitor, at=story.at)
    story.at += timedelta(hours=1)
    sign(story, carme, V)
    write_signatures("commitment", story.commitment.pk)

    document = story.commitment.document
    assert document is not None
    path = tmp_path / "signed.pdf"
    path.write_bytes(document.file.content.read())
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "Carme Boix" in text
    assert "By right of Ana Sorribes, given on 5 March 2026" in text, text[-1500:]


def test_a_right_that_was_taken_back_is_none_and_what_was_signed_before_holds(cast: Cast, story: Story) -> None:
    colleague = with_a_colleague(Scene(cast, story))
    carme = Person(colleague).actor
    text = story.commitment
    operations.delegate_signature(text, colleague=colleague.pk, actor=story.visitor, at=story.at)
    assert (
        code_of(lambda: operations.delegate_signature(text, colleague=colleague.pk, actor=story.visitor, at=story.at))
        == "has_the_right_already"
    )
    assert code_of(
        lambda: operations.revoke_delegation(text, colleague=colleague.pk, actor=carme, at=story.at)
    ) == "no_right_to_sign"  # fmt: skip

    operations.revoke_delegation(text, colleague=colleague.pk, actor=story.visitor, at=story.at)

    assert code_of(lambda: sign(story, carme, V)) == "no_right_to_sign"


def test_only_a_colleague_can_be_given_the_right(cast: Cast, story: Story) -> None:
    def give(person: Person) -> str:
        return code_of(
            lambda: operations.delegate_signature(
                story.commitment, colleague=person.account.pk, actor=story.visitor, at=story.at
            )
        )

    assert {give(person) for person in (cast.bram, cast.zoe, cast.nuno, cast.ana)} == {"not_a_colleague"}


# Signing elsewhere


def test_a_copy_signed_with_ones_own_certificate_counts_as_ones_signature_and_the_rest_follows(story: Story) -> None:
    sign(story, story.visitor, V)
    write_signatures("commitment", story.commitment.pk)
    operations.take_pen(story.commitment, actor=story.host, at=story.at, capacity=H)
    copy = signed_elsewhere(story.commitment, "H", "Bram Teixeira", story.at, qualified=True)

    operations.hand_in_signed_copy(
        story.commitment, copy=copy, is_authenticated=True, actor=story.host, at=story.at, capacity=H
    )
    for actor, capacity in ((story.visitor_contact, VP), (story.host_contact, HP)):
        sign(story, actor, capacity)
    write_signatures("commitment", story.commitment.pk)

    document = story.commitment.document
    assert document is not None
    assert (story.commitment.state, document.is_complete) == ("SIGNED", True)
    verdict = verdict_on(document.file.content.read())
    assert [(one.capacity, one.level, one.valid) for one in verdict.signatures] == [
        ("V", "simple", True), ("H", "qualified_as_claimed", True), ("VP", "simple", True), ("HP", "simple", True),
    ]  # fmt: skip


def test_the_last_signature_may_come_from_elsewhere_and_the_pack_says_what_it_is_worth(story: Story) -> None:
    for actor, capacity in ((story.visitor, V), (story.visitor_contact, VP), (story.host_contact, HP)):
        sign(story, actor, capacity)
    write_signatures("commitment", story.commitment.pk)
    operations.take_pen(story.commitment, actor=story.host, at=story.at, capacity=H)
    copy = signed_elsewhere(story.commitment, "H", "TEIXEIRA Bram", story.at)
    operations.hand_in_signed_copy(
        story.commitment, copy=copy, is_authenticated=True, actor=story.host, at=story.at, capacity=H
    )
    assert story.exchange.state == "AGREED"
    assert not story.commitment.document.is_complete  # type: ignore[union-attr]  # -- it was signed just now
    write_signatures("commitment", story.commitment.pk)

    pack = operations.open_verification_pack(story.exchange, actor=story.host, at=story.at)

    from tests.phases.exchange_building.test_verification_pack import files_of, json_in  # noqa: PLC0415 -- only here

    (document,) = json_in(files_of(pack), "manifest.json")["documents"]
    assert {one["capacity"]: (one["level"], one["person"], one["given_by"]) for one in document["signatures"]} == {
        "V": ("simple", "Ana Sorribes", "Ana Sorribes"),
        "VP": ("simple", "Chiara Bellandi", "Chiara Bellandi"),
        "HP": ("simple", "Dov Amaral", "Dov Amaral"),
        "H": ("advanced", "TEIXEIRA Bram", "Bram Teixeira"),
    }


def test_while_somebody_has_the_pen_nobody_else_signs_and_after_an_hour_everybody_can(story: Story) -> None:
    operations.take_pen(story.commitment, actor=story.host, at=story.at, capacity=H)
    assert code_of(lambda: sign(story, story.visitor, V)) == "pen_is_held"
    assert (
        code_of(lambda: operations.take_pen(story.commitment, actor=story.visitor, at=story.at, capacity=V))
        == "pen_is_held"
    )
    story.at += timedelta(hours=1)
    copy = signed_elsewhere(story.commitment, "H", "Bram Teixeira", story.at)

    sign(story, story.visitor, V)

    write_signatures("commitment", story.commitment.pk)
    assert code_of(
        lambda: operations.hand_in_signed_copy(
            story.commitment, copy=copy, is_authenticated=True, actor=story.host, at=story.at, capacity=H
        )
    ) == "pen_not_held"  # fmt: skip


def test_the_pen_can_be_given_back_and_is_not_given_before_the_file_bears_what_was_signed(story: Story) -> None:
    sign(story, story.visitor, V)

    def take() -> object:
        return operations.take_pen(story.commitment, actor=story.host, at=story.at, capacity=H)

    assert code_of(take) == "document_missing"
    write_signatures("commitment", story.commitment.pk)
    take()

    operations.return_pen(story.commitment, actor=story.host, at=story.at, capacity=H)

    sign(story, story.visitor_contact, VP)


# The pages


def test_the_pages_lead_through_signing_elsewhere_and_tell_at_the_field_what_was_wrong(
    cast: Cast, story: Story, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = f"{at_the_moment_of(story)}commitment/"
    taken = browser.send(cast.bram, base, "take_pen")
    assert taken.response["Content-Disposition"].startswith('attachment; filename="to-be-signed-')
    file = bytes(taken.response.content)
    assert browser.get(cast.ana, base).form("sign_commitment").address == ""

    wrong = browser.send(
        cast.bram, base, "hand_in_signed_copy", password=PASSWORD,
        copy=SimpleUploadedFile("signed.pdf", file, "application/pdf"),
    )  # fmt: skip
    assert (wrong.status, "not_this_document" in wrong.marks("data-error")) == (422, True)

    copy = sign_elsewhere(file, "H", own_signer("Bram Teixeira", story.at - timedelta(days=1)))
    sent = browser.send(
        cast.bram, base, "hand_in_signed_copy", password=PASSWORD,
        copy=SimpleUploadedFile("signed.pdf", copy, "application/pdf"),
    )  # fmt: skip
    assert sent.status == 302
    page = browser.get(cast.ana, base).text
    assert "which was not checked against a list of trust" in page
    assert browser.get(cast.ana, base).form("sign_commitment").address


def test_a_copy_that_does_not_bear_every_signature_is_called_not_final(
    cast: Cast, story: Story, browser: Browser, at_the_moment_of: Moment
) -> None:
    sign(story, story.visitor, V)
    write_signatures("commitment", story.commitment.pk)
    base = f"{at_the_moment_of(story)}commitment/document/"
    assert 'filename="not-final-commitment' in browser.get(cast.bram, base).response["Content-Disposition"]
    for actor, capacity in ((story.host, H), (story.visitor_contact, VP), (story.host_contact, HP)):
        sign(story, actor, capacity)
    write_signatures("commitment", story.commitment.pk)
    assert 'filename="commitment' in browser.get(cast.bram, base).response["Content-Disposition"]


def test_a_signature_to_a_text_that_has_changed_is_refused_and_the_page_shows_what_changed(
    cast: Cast, story: Story, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = f"{at_the_moment_of(story)}commitment/"
    form = browser.get(cast.bram, base).form("sign_commitment")
    operations.decline_signature(
        story.commitment, reason_code="content_changed", actor=story.visitor, at=story.at, capacity=V
    )
    description = "The visitor works with the host's team, in the dye house and at the table."
    operations.edit_commitment(
        story.commitment, values={"description": description}, actor=story.visitor, at=story.at, capacity=V
    )
    story.told = [step for step in story.told if step not in {"agreed", "validated"}]
    story.tell("validated")
    story.at += timedelta(minutes=5)
    at_the_moment_of(story)

    page = browser.post(cast.bram, form.address, {**form.values, "password": PASSWORD})

    assert (page.status, page.refusal()) == (409, "text_has_changed")
    assert "What has changed since you opened the page" in page.text
    assert "<del>workshop</del><ins>dye house</ins>" in page.text
    again = page.form("sign_commitment")
    assert browser.post(cast.bram, again.address, {**again.values, "password": PASSWORD}).status == 302


def test_two_versions_are_compared_word_by_word(
    cast: Cast, story: Story, browser: Browser, at_the_moment_of: Moment
) -> None:
    operations.decline_signature(
        story.commitment, reason_code="content_changed", actor=story.visitor, at=story.at, capacity=V
    )
    operations.edit_commitment(
        story.commitment, values={"place": "The dye house"}, actor=story.visitor, at=story.at, capacity=V
    )
    base = f"{at_the_moment_of(story)}commitment/"
    assert "compare=1" in browser.get(cast.dov, base).text

    page = browser.get(cast.dov, base, compare="1").text

    assert "<del>Mill</del>" in page
    assert "<ins>The</ins>" in page


def test_a_day_that_is_admitted_instead_of_another_is_seen_in_the_comparison() -> None:
    was, now = ({"admitted_days": {day: "Open house"}} for day in ("2026-04-25", "2026-04-26"))

    (found,) = rules.differences_between(was, now)

    assert found.part == "admitted_days"
    assert [text for kind, text in found.pieces if kind == rules.NEW] == ["26"]


def test_the_one_who_represents_the_organisation_lets_a_colleague_sign_on_the_page(
    cast: Cast, story: Story, browser: Browser, at_the_moment_of: Moment
) -> None:
    colleague = with_a_colleague(Scene(cast, story))
    base = f"{at_the_moment_of(story)}commitment/"

    assert browser.send(cast.ana, base, "delegate_signature", colleague=str(colleague.pk)).status == 302
    assert browser.send(cast.ana, base, "revoke_delegation", colleague=str(colleague.pk)).status == 302
    assert browser.get(cast.bram, base).form("delegate_signature").address == ""
