"""Questions from outside: kept, mailed to the contact points, answered once; wrong and hostile ones refused."""

import pytest
from django.core import mail
from django.test import Client, override_settings

from clusterxchange.parties.partnerships.models import PartnershipPerson, PublicQuestion
from clusterxchange.workflow.jobs import send_notice
from clusterxchange.workflow.models import Notice
from tests.cast import Cast, signed_in

ASK = "/partnerships/loom/question/"
QUESTION = {
    "name": "Ines Valadao",
    "email": "ines@asks.example",
    "organisation": "Fiação do Vale, Lda.",
    "text": "May we visit in May?\nWe are four people.",
}


def sent() -> list[mail.EmailMessage]:
    for notice in Notice.objects.order_by("pk"):
        send_notice(notice_id=notice.pk)
        send_notice(notice_id=notice.pk)
    return list(mail.outbox)


def test_a_question_is_kept_and_mailed_to_contact_point_and_coordinator(client: Client, cast: Cast) -> None:
    answer = client.post(ASK, QUESTION, follow=True)

    assert answer.redirect_chain == [(f"{ASK}sent/", 302)]
    assert "Waiting for an answer of LOOM" in answer.content.decode()
    kept = PublicQuestion.objects.get()
    assert (kept.partnership, kept.name, kept.email) == (cast.loom, "Ines Valadao", "ines@asks.example")
    mails = sent()
    assert sorted(one.to[0] for one in mails) == [cast.chiara.account.email, cast.cosima.account.email]
    for one in mails:
        assert one.subject == "A question to LOOM from Ines Valadao (LOOM)"
        assert "We are four people." in one.body
        assert "ines@asks.example" in one.body
        assert "/partnerships/loom/questions/" in one.body


def test_a_partnership_without_people_is_answered_for_by_the_support_office(client: Client, cast: Cast) -> None:
    PartnershipPerson.objects.filter(partnership=cast.loom).delete()

    client.post(ASK, QUESTION)

    assert [one.to for one in sent()] == [[cast.edda.account.email]]


def test_the_support_office_is_asked_in_the_same_way(client: Client, cast: Cast) -> None:
    assert client.post("/help/question/", QUESTION)["location"] == "/help/question/sent/"

    assert [one.to for one in sent()] == [[cast.edda.account.email]]
    edda = signed_in(cast.edda)
    assert "Ines Valadao" in edda.get("/support/questions/").content.decode()
    assert signed_in(cast.chiara).get("/support/questions/").status_code == 404


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"email": "nobody"}, "email", "invalid"),
        ({"email": "a@b.example\r\nBcc: all@b.example"}, "email", "invalid"),
        ({"name": "Ines\r\nBcc: all@b.example"}, "name", "not_one_line"),
        ({"name": "Ines\x85Bcc: all@b.example"}, "name", "not_one_line"),
        ({"organisation": "Vale\nSubject: prize"}, "organisation", "not_one_line"),
        ({"name": "I" * 121}, "name", "max_length"),
        ({"text": " \n "}, "text", "required"),
        ({"text": "?" * 2001}, "text", "max_length"),
        ({"text": "\x00"}, "text", "null_characters_not_allowed"),
    ],
)
def test_a_wrong_question_is_named_at_its_field_and_the_rest_is_kept(
    client: Client, change: dict[str, str], field: str, code: str
) -> None:
    answer = client.post(ASK, {**QUESTION, **change})
    text = answer.content.decode()

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text
    assert f'data-error="{code}"' in text
    assert "<title>Error: " in text
    if field != "organisation":
        assert "Fiação do Vale, Lda." in text
    assert not PublicQuestion.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("name", ["Ωμέγα Παπαδοπούλου", "Łucja 🧵", "שרה", "<b>Ines</b> & co", "e\u0301lan"])
def test_names_of_every_script_arrive_as_they_were_written(client: Client, name: str) -> None:
    client.post(ASK, {**QUESTION, "name": name})

    assert all(name in one.subject and name in one.body for one in sent())
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("cast")
@override_settings(ACCOUNT_RATE_LIMITS={"ask_question": "2/m/ip"})
def test_nobody_asks_without_end_from_one_place(client: Client) -> None:
    statuses = [client.post(ASK, {**QUESTION, "text": f"Question {number}"}).status_code for number in range(4)]

    assert statuses == [302, 302, 429, 429]
    assert PublicQuestion.objects.count() == 2


def test_a_partnership_gets_thirty_questions_in_an_hour_at_most(client: Client, cast: Cast) -> None:
    statuses = [client.post(ASK, QUESTION).status_code for _number in range(31)]

    assert statuses == [302] * 30 + [429]
    assert client.post("/partnerships/selvedge/question/", QUESTION).status_code == 302
    del cast


def test_a_question_is_marked_as_answered_by_the_own_people_alone(client: Client, cast: Cast) -> None:
    client.post(ASK, QUESTION)
    kept = PublicQuestion.objects.get()
    address = f"/partnerships/questions/{kept.pk}/answered/"
    for stranger in (cast.dov, cast.ana, cast.edda):
        assert signed_in(stranger).post(address).status_code == 404
    chiara = signed_in(cast.chiara)
    assert "mailto:ines@asks.example" in chiara.get("/partnerships/loom/questions/").content.decode()

    assert chiara.post(address).status_code == 302
    assert signed_in(cast.cosima).post(address).status_code == 302

    kept.refresh_from_db()
    assert kept.answered_by == cast.chiara.account
    assert "No question waits" in chiara.get("/partnerships/loom/questions/").content.decode()


def test_the_work_queue_says_how_many_questions_wait_and_where(client: Client, cast: Cast) -> None:
    one = "1 question from outside waits for an answer"
    client.post(ASK, QUESTION)
    client.post("/help/question/", QUESTION)
    chiara, edda = signed_in(cast.chiara), signed_in(cast.edda)

    assert f'<a href="/partnerships/loom/questions/">{one}</a>' in chiara.get("/desk/").content.decode()
    assert f'<a href="/support/questions/">{one}</a>' in edda.get("/desk/").content.decode()
    assert "from outside" not in signed_in(cast.dov).get("/desk/").content.decode()

    for number in PublicQuestion.objects.filter(partnership=cast.loom).values_list("pk", flat=True):
        chiara.post(f"/partnerships/questions/{number}/answered/")
    assert "from outside" not in chiara.get("/desk/").content.decode()


@pytest.mark.usefixtures("cast")
def test_a_partnership_that_is_not_there_is_not_asked(client: Client) -> None:
    assert client.get("/partnerships/nobody/question/").status_code == 404
    assert client.post("/partnerships/nobody/question/", QUESTION).status_code == 404
