"""What organisations write to each other before and after they have agreed."""

from datetime import datetime

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.parties.organisations.models import Representative
from clusterxchange.phases.matching import operations
from clusterxchange.phases.matching.models import AbuseReport, Conversation
from clusterxchange.phases.matching.rules import reveals_an_address
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Message, Notice
from tests.cast import CURRICULUM_VITAE, make_account, signed_in
from tests.phases.matching.conftest import Match, bring_host
from tests.phases.matching.test_pages import ANSWERS, profile_of, text_of

pytestmark = pytest.mark.usefixtures("now")
LIST = "/matching/conversations/"


def begin(match: Match, now: datetime, text: str = "May we ask about your looms?") -> Conversation:
    return operations.start_conversation(
        sender=match.visit, partner=match.host, text=text, actor=match.cast.ana.actor, at=now
    )


def address_of(conversation: Conversation) -> str:
    return f"{LIST}{conversation.reference}/"


def post(client: Client, address: str, status: int, **sent: object) -> str:
    response = client.post(address, sent)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def code_of(refused: pytest.ExceptionInfo[Refused]) -> tuple[str, str]:
    return refused.value.refusal.code, refused.value.refusal.field


def test_ana_asks_bram_before_any_proposal_and_he_answers_in_the_same_conversation(match: Match) -> None:
    ana, bram = signed_in(match.cast.ana), signed_in(match.cast.bram)
    assert f'href="{profile_of(match.host)}start-conversation/"' in text_of(ana, profile_of(match.host))

    post(ana, f"{profile_of(match.host)}start-conversation/", 302, text="May we ask about your looms?")

    conversation = Conversation.objects.get()
    page = text_of(bram, address_of(conversation))
    assert f'data-machine="conversation" data-ref="{conversation.reference}" data-state="OPEN"' in page
    assert "May we ask about your looms?" in page
    post(bram, f"{address_of(conversation)}thread/", 302, text="Please do.")
    # A second start leads to the same conversation.
    post(ana, f"{profile_of(match.host)}start-conversation/", 302, text="How many are there?")
    assert Conversation.objects.count() == 1
    assert list(Message.objects.values_list("kind", "capacity", "text")) == [
        ("conversation", "V", "May we ask about your looms?"),
        ("conversation", "H", "Please do."),
        ("conversation", "V", "How many are there?"),
    ]


def test_nobody_learns_the_other_sides_person_before_both_have_agreed(match: Match, now: datetime) -> None:
    Participation.objects.filter(pk=match.host.pk).update(shown_by_name=False)
    conversation = begin(match, now)
    operations.write_message(conversation, text="Please do.", actor=match.cast.bram.actor, at=now)
    ana, bram = signed_in(match.cast.ana), signed_in(match.cast.bram)

    anas, brams = text_of(ana, address_of(conversation)), text_of(bram, address_of(conversation))

    for hidden in ("Bram", "Orvalhinho", "bram@cast.example", "dov@cast.example"):
        assert hidden not in anas, hidden
    assert f"Organisation {match.host.organisation_id}" in anas
    assert f"Organisation {match.host.organisation_id}" in text_of(ana, LIST)
    for hidden in ("Ana Sorribes", "ana@cast.example"):
        assert hidden not in brams, hidden

    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
    )
    operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=now)
    assert "Bram Teixeira" in text_of(ana, address_of(conversation))
    assert "Orvalhinho" in text_of(ana, address_of(conversation))


@pytest.mark.parametrize(
    ("text", "reveals"),
    [
        ("Write to bram@cast.example please", True),
        ("bram (at) cast.example", True),
        ("Call +351 253 000 111", True),
        ("Call 00351253000111 or come by", True),
        ("Ring (0351) 253-000-111", True),
        ("We come from 14.04.2026 to 2026-04-16", False),
        ("We have 40 looms and 1 200 000 metres a year", False),
        ("NACE 13.20, at 9:30 on 14/04/2026", False),
        ("Meet me @ the mill", False),
        ("Looms 09.00-12.30, talks 13:30 – 17:00", False),
        ("Ring 22.34.56.78", True),
    ],
)
def test_what_counts_as_an_address_in_a_message(text: str, reveals: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert reveals_an_address(text) is reveals


def test_an_address_in_a_message_waits_until_both_have_agreed(match: Match, now: datetime) -> None:
    conversation = begin(match, now)
    ana, thread = signed_in(match.cast.ana), f"{address_of(conversation)}thread/"

    text = post(ana, thread, 422, text="Call me: +34 600 000 000")

    assert 'data-error="address_in_message"' in text
    assert "<title>Error: " in text
    assert "Call me: +34 600 000 000" in text
    named = SimpleUploadedFile("ring +34 600 000 000.pdf", CURRICULUM_VITAE)
    assert 'data-error="address_in_message"' in post(ana, thread, 422, text="Our loom", attachment=named)
    assert Message.objects.count() == 1
    sent = ana.post(f"{profile_of(match.host)}send-proposal/", ANSWERS | {"message": "Write to ana@cast.example"})
    assert (sent.status_code, 'data-error="address_in_message"' in sent.content.decode()) == (422, True)

    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
    )
    operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=now)
    post(ana, thread, 302, text="Call me: +34 600 000 000")


def test_several_people_of_each_side_and_their_contact_points_are_in_one_conversation(
    match: Match, now: datetime
) -> None:
    cast = match.cast
    second = make_account("bea", "Bea", "Outeiro")
    Representative.objects.create(account=second, organisation=match.host.organisation, position="Sales", since=now)
    conversation = begin(match, now)
    bea = Client()
    bea.force_login(second)

    post(bea, f"{address_of(conversation)}thread/", 302, text="Bea here.")
    post(signed_in(cast.dov), f"{address_of(conversation)}thread/", 302, text="I can help with the dates.")

    page = text_of(signed_in(cast.ana), address_of(conversation))
    assert "Bea here." in page
    assert "I can help with the dates." in page
    assert "Dov Amaral" in page
    assert f'href="{profile_of(match.host)}?' not in page
    assert '#suggest-match"' in text_of(signed_in(cast.chiara), address_of(conversation))


def test_zoe_and_nuno_do_not_find_the_conversation_and_aurel_does_not_read_it(match: Match, now: datetime) -> None:
    conversation = begin(match, now)
    for person in (match.cast.ana, match.cast.bram, match.cast.chiara, match.cast.dov, match.cast.edda):
        text_of(signed_in(person), address_of(conversation))
        assert str(conversation.reference) in text_of(signed_in(person), LIST)

    aurel = signed_in(match.cast.aurel)
    assert "May we ask" not in text_of(aurel, address_of(conversation))
    post(aurel, f"{address_of(conversation)}thread/", 403, text="Hello")
    for person in (match.cast.zoe, match.cast.nuno):
        text_of(signed_in(person), address_of(conversation), 404)
        post(signed_in(person), f"{address_of(conversation)}thread/", 404, text="Hello")
        assert str(conversation.reference) not in text_of(signed_in(person), LIST)
    assert Client().get(address_of(conversation)).status_code == 302


def test_what_is_new_is_counted_until_it_is_read(match: Match, now: datetime) -> None:
    conversation = begin(match, now)
    operations.write_message(conversation, text="And your mill?", actor=match.cast.ana.actor, at=now)
    bram = signed_in(match.cast.bram)

    before, in_the_menu = text_of(bram, LIST), text_of(bram, "/desk/unread-conversations/")
    text_of(bram, address_of(conversation))
    after, in_the_menu_then = text_of(bram, LIST), text_of(bram, "/desk/unread-conversations/")

    assert "2 new" in before
    assert "Conversations, 1 new" in in_the_menu
    assert "2 new" not in after
    assert "Conversations, 1 new" not in in_the_menu_then
    assert "new" not in text_of(signed_in(match.cast.ana), LIST).partition("<main")[2]


def test_a_message_is_told_by_mail_with_one_link_and_without_any_address(match: Match, now: datetime) -> None:
    conversation = begin(match, now)

    notices = list(Notice.objects.filter(kind="conversation"))
    letter = mail_of(notices[0])

    assert [notice.account.email for notice in notices] == ["bram@cast.example"]
    assert "wrote a message" in letter.subject
    assert letter.body.count("http") == 1
    assert address_of(conversation) in letter.body
    assert "ana@cast.example" not in f"{letter.message()}"
    assert letter.reply_to == []
    assert mail.outbox == []


def test_a_file_comes_in_by_the_door_for_files_and_is_opened_by_those_in_the_conversation_alone(
    match: Match, now: datetime
) -> None:
    conversation = begin(match, now)
    ana, thread = signed_in(match.cast.ana), f"{address_of(conversation)}thread/"

    refused = post(ana, thread, 422, text="See", attachment=SimpleUploadedFile("loom.exe", b"MZ not a paper"))
    post(ana, thread, 302, text="Our loom", attachment=SimpleUploadedFile("loom.pdf", CURRICULUM_VITAE))

    assert 'data-error="file_type_not_allowed"' in refused
    message = Message.objects.latest("pk")
    bram = signed_in(match.cast.bram)
    assert f'href="/messages/{message.pk}/file/"' in text_of(bram, address_of(conversation))
    opened = bram.get(f"/messages/{message.pk}/file/")
    assert (opened.status_code, opened.content) == (200, CURRICULUM_VITAE)
    assert opened["Content-Disposition"].startswith("attachment")
    for person in (match.cast.zoe, match.cast.nuno, match.cast.aurel):
        assert signed_in(person).get(f"/messages/{message.pk}/file/").status_code == 404
    assert bram.get(f"/messages/{Message.objects.earliest('pk').pk}/file/").status_code == 404


def test_whoever_is_blocked_neither_writes_nor_proposes_and_only_the_blocker_takes_it_back(
    match: Match, now: datetime
) -> None:
    conversation, cast = begin(match, now), match.cast

    operations.block_conversation(conversation, actor=cast.bram.actor, at=now)

    for person in (cast.ana, cast.bram):
        with pytest.raises(Refused) as refused:
            operations.write_message(conversation, text="Hello?", actor=person.actor, at=now)
        assert code_of(refused) == ("conversation_blocked", "")
    with pytest.raises(Refused) as refused:
        operations.send_proposal(
            sender=match.visit, partner=match.host, message="Hello", format="physical", actor=cast.ana.actor, at=now
        )
    assert code_of(refused) == ("conversation_blocked", "")
    with pytest.raises(NotAllowed):
        operations.unblock_conversation(conversation, actor=cast.ana.actor, at=now)
    assert Notice.objects.filter(action="block_conversation").count() == 0

    operations.unblock_conversation(conversation, actor=cast.bram.actor, at=now)
    operations.write_message(conversation, text="Hello again", actor=cast.ana.actor, at=now)


def test_a_report_goes_to_the_support_office_which_answers_whoever_has_reported(match: Match, now: datetime) -> None:
    conversation, cast = begin(match, now, "Buy our yarn now"), match.cast
    bram, edda = signed_in(cast.bram), signed_in(cast.edda)

    missing = post(bram, f"{address_of(conversation)}report-abuse/", 422, reason="other", text=" ")
    post(bram, f"{address_of(conversation)}report-abuse/", 302, reason="unwanted", text="Third time.")

    assert 'data-error="abuse_text_missing"' in missing
    report = AbuseReport.objects.get()
    told = Notice.objects.get(kind="abuse_report")
    assert (told.account, told.topic, told.path) == (cast.edda.account, "your_turn", "/matching/abuse-reports/")
    assert "Answer a report of abuse" in text_of(edda, "/desk/")
    for person in (cast.ana, cast.bram, cast.chiara):
        assert "Answer a report of abuse" not in text_of(signed_in(person), "/desk/")
    page = text_of(edda, "/matching/abuse-reports/")
    assert "Third time." in page
    assert "Buy our yarn now" in text_of(edda, address_of(conversation))
    assert "report" not in text_of(signed_in(cast.ana), address_of(conversation)).partition("<main")[2].lower().replace(
        "report abuse", ""
    ).replace("report-abuse", "").replace("report_abuse", "")

    unanswered = post(edda, f"/matching/abuse-reports/{report.pk}/close-abuse-report/", 422, answer="")
    post(edda, f"/matching/abuse-reports/{report.pk}/close-abuse-report/", 302, answer="We have spoken to them.")
    assert "Write what you have found and done." in unanswered
    assert "Answer a report of abuse" not in text_of(edda, "/desk/")
    letter = mail_of(Notice.objects.get(action="close_abuse_report", topic="happened"))
    assert (letter.to, "We have spoken to them." in letter.body) == (["bram@cast.example"], True)
    post(edda, f"/matching/abuse-reports/{report.pk}/close-abuse-report/", 409, answer="Again.")
    for person in (cast.ana, cast.chiara, cast.aurel):
        text_of(signed_in(person), "/matching/abuse-reports/", 403)


def test_a_list_of_three_conversations_needs_no_more_queries_than_a_list_of_one(match: Match, now: datetime) -> None:
    begin(match, now)
    client = signed_in(match.cast.ana)
    text_of(client, LIST)
    with CaptureQueriesContext(connection) as one:
        text_of(client, LIST)
    for name in ("berta", "boris"):
        _person, partner = bring_host(match.cast, name)
        operations.start_conversation(
            sender=match.visit, partner=partner, text="Hello", actor=match.cast.ana.actor, at=now
        )
    with CaptureQueriesContext(connection) as three:
        text_of(client, LIST)

    assert len(three) == len(one)
