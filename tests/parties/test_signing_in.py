"""Signing in: guessing is slowed down, the owner still gets in, nobody learns who has an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts import guessing
from clusterxchange.parties.accounts.models import KnownDevice, SignInTry
from clusterxchange.parties.accounts.proven import HOLDS_FOR, was_proven_lately
from tests.bring import bring_exchange_to
from tests.cast import PASSWORD, Cast, Person
from tests.counted_passwords import HASHERS, LOOKED_AT


@pytest.fixture(autouse=True)
def _counting(settings: Any) -> Iterator[None]:  # noqa: ANN401 -- the fixture gives every setting
    settings.PASSWORD_HASHERS = HASHERS
    cache.clear()
    LOOKED_AT.clear()
    yield
    cache.clear()


def give_password(person: Person) -> None:
    person.account.set_password(PASSWORD)
    person.account.save()
    LOOKED_AT.clear()


def sign_in(client: Client, email: str, password: str) -> Any:  # noqa: ANN401 -- an answer of the test client
    return client.post("/sign-in/", {"login": email, "password": password})


@pytest.mark.django_db
def test_five_wrong_passwords_are_looked_at_and_then_none_not_even_the_right_one(cast: Cast) -> None:
    give_password(cast.nuno)
    email = cast.nuno.account.email

    answers = [sign_in(Client(), email, f"guess number {number}") for number in range(20)]
    right = sign_in(Client(), email.upper(), PASSWORD)

    assert [f"guess number {number}" for number in range(5)] == LOOKED_AT
    assert {one.status_code for one in answers} == {422}
    assert right.status_code == 422
    assert 'data-error="too_many_login_attempts"' in right.content.decode()


@pytest.mark.django_db
def test_tries_count_together_in_every_process_of_the_server(cast: Cast) -> None:
    give_password(cast.nuno)
    for number in range(9):
        # The package's own limit is kept in the memory of one process; the next guess may come to another one.
        cache.clear()
        assert sign_in(Client(), cast.nuno.account.email, f"guess number {number}").status_code == 422

    assert [f"guess number {number}" for number in range(5)] == LOOKED_AT


@pytest.mark.django_db
def test_the_owner_gets_in_on_a_device_that_is_known_while_others_guess(cast: Cast) -> None:
    give_password(cast.nuno)
    email, own = cast.nuno.account.email, Client()
    assert sign_in(own, email, PASSWORD).status_code == 302
    own.post("/sign-out/")
    for number in range(9):
        sign_in(Client(), email, f"guess number {number}")

    assert sign_in(own, email, PASSWORD).status_code == 302
    stranger = Client()
    stranger.cookies[guessing.COOKIE] = "made:up"
    assert sign_in(stranger, email, PASSWORD).status_code == 422
    assert sign_in(Client(), cast.zoe.account.email, "wrong").status_code == 422


@pytest.mark.django_db
def test_whoever_holds_a_session_guesses_a_password_under_a_text_no_more_often_than_at_the_sign_in_page(
    cast: Cast,
) -> None:
    story = bring_exchange_to(cast, "validated", at_once=False)
    clock.set_clock(story.at)
    give_password(cast.ana)
    for number in range(9):
        sign_in(Client(), cast.ana.account.email, f"guess number {number}")
    LOOKED_AT.clear()
    taken = Client()
    taken.force_login(cast.ana.account)
    path = f"/exchanges/{story.exchange.reference}/commitment/sign-commitment/"
    text = {"version": "1", "text_sha256": story.commitment.text_sha256}

    answers = [taken.post(path, {**text, "password": f"guess number {number}"}) for number in range(9)]
    right = taken.post(path, {**text, "password": PASSWORD})

    assert [f"guess number {number}" for number in range(5)] == LOOKED_AT
    assert {one.status_code for one in answers} == {422}
    assert 'data-error="too_many_passwords"' in right.content.decode()
    SignInTry.objects.update(at=clock.real_now() - guessing.WITHIN - timedelta(seconds=1))
    assert taken.post(path, {**text, "password": PASSWORD}).status_code == 302


def ask_for_a_code(client: Client, email: str) -> str:
    """Ask for a code to sign in with; give what the mail says."""
    mail.outbox.clear()
    answer = client.post("/sign-in/code/", {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/code/enter/")
    [letter] = mail.outbox
    assert letter.to == [email]
    return str(letter.body)


def code_in(letter: str) -> str:
    [found] = re.findall(r"^([A-Z0-9-]{6,})$", letter, re.MULTILINE)
    return str(found)


@pytest.mark.django_db
def test_a_code_from_a_mail_lets_its_owner_in_without_a_password(cast: Cast) -> None:
    browser = Client()
    code = code_in(ask_for_a_code(browser, cast.nuno.account.email))

    assert Client().post("/sign-in/code/enter/", {"code": code}).status_code == 302
    answer = browser.post("/sign-in/code/enter/", {"code": code.lower()})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert browser.session["_auth_user_id"] == str(cast.nuno.account.pk)


@pytest.mark.django_db
def test_three_wrong_codes_end_it_and_the_right_one_comes_too_late(cast: Cast) -> None:
    browser = Client()
    code = code_in(ask_for_a_code(browser, cast.nuno.account.email))

    answers = [browser.post("/sign-in/code/enter/", {"code": "WRONG1"}) for _try in range(3)]
    assert [one.status_code for one in answers] == [422, 422, 302]
    browser.post("/sign-in/code/enter/", {"code": code})
    assert "_auth_user_id" not in browser.session


@pytest.mark.django_db
def test_an_address_without_an_account_gets_the_same_page_and_a_mail_that_says_so() -> None:
    browser = Client()
    letter = ask_for_a_code(browser, "nobody.here@cast.example")
    assert "which has no account" in letter
    assert browser.get("/sign-in/code/enter/").status_code == 200
    assert browser.post("/sign-in/code/enter/", {"code": "ABC123"}).status_code == 422


@pytest.mark.django_db
def test_after_a_code_from_a_mail_the_second_factor_is_asked_as_after_a_password(cast: Cast) -> None:
    account = cast.chiara.account
    browser = Client()
    code = code_in(ask_for_a_code(browser, account.email))

    answer = browser.post("/sign-in/code/enter/", {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, "/account/two-factor/authenticate/")
    assert "_auth_user_id" not in browser.session


@pytest.mark.django_db
def test_the_known_device_of_somebody_else_brings_no_more_tries(cast: Cast) -> None:
    give_password(cast.nuno)
    give_password(cast.zoe)
    device = Client()
    sign_in(device, cast.zoe.account.email, PASSWORD)
    device.post("/sign-out/")
    LOOKED_AT.clear()
    for number in range(9):
        sign_in(Client(), cast.nuno.account.email, f"guess number {number}")

    assert sign_in(device, cast.nuno.account.email, PASSWORD).status_code == 422
    assert len(LOOKED_AT) == 5


@pytest.mark.django_db
def test_after_a_quarter_of_an_hour_the_tries_are_forgotten(cast: Cast) -> None:
    email = cast.nuno.account.email
    for _number in range(5):
        assert guessing.begin_try(email, "") is not None
    assert guessing.begin_try(email, "") is None
    SignInTry.objects.update(at=clock.real_now() - guessing.WITHIN - timedelta(seconds=1))

    assert guessing.begin_try(email, "") is not None
    assert SignInTry.objects.count() == 1
    assert email not in str(list(SignInTry.objects.values()))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "passwords", "hashed"),
    [
        ("/sign-in/", {"password": "wrong password"}, 1),
        ("/account/password/reset/", {}, 0),
        ("/sign-up/", {"password1": PASSWORD}, 1),
    ],
)
def test_an_address_that_nobody_has_is_answered_with_the_same_page_and_the_same_work(
    cast: Cast, path: str, passwords: dict[str, str], hashed: int
) -> None:
    give_password(cast.nuno)
    once = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|"x-csrftoken": "[^"]*"')

    def told(email: str) -> dict[str, object]:
        LOOKED_AT.clear()
        mail.outbox.clear()
        client = Client()
        answer = client.post(path, {"login": email, "email": email} | passwords)
        page = answer.content
        if answer.status_code == 302:
            page += client.get(answer.headers["Location"]).content
        return {
            "status": answer.status_code,
            "to": answer.headers.get("Location"),
            "cookies": sorted(answer.cookies),
            "page": once.sub(b"", page).replace(email.encode(), b""),
            "hashed": len(LOOKED_AT),
            "mails": [one.to == [email] for one in mail.outbox],
        }

    known, unknown = told(cast.nuno.account.email), told("nobody@cast.example")
    assert known == unknown
    assert known["hashed"] == hashed


@pytest.mark.django_db
def test_a_person_with_a_second_factor_is_told_apart_by_nobody_who_lacks_the_password(cast: Cast) -> None:
    give_password(cast.edda)

    answers = [sign_in(Client(), email, "wrong password") for email in (cast.edda.account.email, "nobody@cast.example")]

    assert [one.status_code for one in answers] == [422, 422]
    assert LOOKED_AT == ["wrong password"] * 2


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_the_same_moment_are_no_way_round() -> None:
    barrier, begun = Barrier(12), []

    def guess() -> None:
        barrier.wait()
        begun.append(guessing.begin_try("somebody@cast.example", "") is not None)
        connection.close()

    threads = [Thread(target=guess) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(begun) == [False] * 7 + [True] * 5


@pytest.mark.django_db
def test_a_new_device_is_told_to_its_owner_and_the_first_and_known_ones_are_not(cast: Cast) -> None:
    give_password(cast.nuno)
    email, first = cast.nuno.account.email, Client()

    sign_in(first, email, PASSWORD)
    first.post("/sign-out/")
    sign_in(first, email, PASSWORD)
    assert mail.outbox == []
    sign_in(Client(), email, PASSWORD)

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([email], "A new device signed in to your account")
    assert "/account/sessions/" in str(letter.body)
    assert KnownDevice.objects.count() == 2


@pytest.mark.django_db
def test_another_address_is_told_to_the_old_one(cast: Cast) -> None:
    old = EmailAddress.objects.get(user=cast.nuno.account)
    new = EmailAddress.objects.create(user=cast.nuno.account, email="new@cast.example", verified=True)

    email_changed.send(
        type(cast.nuno.account), request=None, user=cast.nuno.account, from_email_address=old, to_email_address=new
    )

    assert [(one.to, one.subject) for one in mail.outbox] == [([old.email], "Your account has another address now")]


@pytest.mark.django_db
def test_one_session_ends_all_others(cast: Cast) -> None:
    give_password(cast.nuno)
    here, there = Client(), Client()
    for client in (here, there):
        sign_in(client, cast.nuno.account.email, PASSWORD)
    assert there.get("/my-data/").status_code == 200

    listed = here.get("/account/sessions/").content.decode()
    here.post("/account/sessions/")

    assert listed.count("Here and now") == 1
    assert "Sign out everywhere else" in listed
    assert (here.get("/my-data/").status_code, there.get("/my-data/").status_code) == (200, 302)
    assert Client().get("/account/sessions/").status_code == 302


@pytest.mark.django_db
def test_another_address_asks_once_more_who_it_is_after_a_quarter_of_an_hour(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.nuno.account)
    request = RequestFactory().get("/")
    request.session, request.user = client.session, cast.nuno.account
    record_authentication(request, cast.nuno.account, "password")
    request.session.save()

    at = clock.real_now()
    assert was_proven_lately(request, at)
    assert not was_proven_lately(request, at + HOLDS_FOR)
    assert client.get("/account/email/").status_code == 200
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= HOLDS_FOR.total_seconds() + 1
    session.save()
    asked = client.get("/account/email/")
    assert (asked.status_code, asked.headers["Location"]) == (
        302,
        "/account/reauthenticate/?next=%2Faccount%2Femail%2F",
    )
