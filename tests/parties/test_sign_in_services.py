"""Signing in by a service of one's organisation, tried with a provider that others wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth import get_user
from django.core import mail
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.test import Client

from clusterxchange.foundation.sign_in_services import SignInService, read_sign_in_services
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.accounts.proven import HOLDS_FOR
from clusterxchange.parties.accounts.services import ServiceAdapter
from tests.cast import PASSWORD, Cast, Person
from tests.parties.foreign_service import WAY, agree_there, foreign_service, refuse_there, set_out

PAGE = "/account/services/"
NEW, SAME_ADDRESS, UNCONFIRMED, BARE = "person-1", "person-2", "person-3", "person-4"


@pytest.fixture(scope="module")
def running() -> Iterator[SignInService]:
    with foreign_service(
        {"sub": NEW, "email": "lena@mill.example", "email_verified": True, "given_name": "Lena", "family_name": "Vogt",
         "birthdate": "1980-01-01"},
        {"sub": SAME_ADDRESS, "email": "nuno@cast.example", "email_verified": True, "name": "Somebody Else"},
        {"sub": UNCONFIRMED, "email": "mira@mill.example", "email_verified": False, "name": "Mira Sol"},
        {"sub": BARE},
    ) as service:  # fmt: skip
        yield service


@pytest.fixture
def service(running: SignInService, settings: Any) -> SignInService:  # noqa: ANN401 -- the fixture gives every setting
    settings.SIGN_IN_SERVICES = (running,)
    return running


def whose(client: Client) -> str:
    request = HttpRequest()
    request.session = client.session
    return str(getattr(get_user(request), "email", ""))


def by_service(client: Client, sub: str, **given: str) -> Any:  # noqa: ANN401 -- an answer of the test client
    return client.get(agree_there(set_out(client, **given), sub))


def open_account(client: Client) -> Account:
    """Open Lena's account by the service."""
    by_service(client, NEW)
    client.post(f"{PAGE}open-account/", {"email": "lena@mill.example"})
    return Account.objects.get(email="lena@mill.example")


def with_password(person: Person) -> Client:
    person.account.set_password(PASSWORD)
    person.account.save()
    client = Client()
    client.post("/sign-in/", {"login": person.account.email, "password": PASSWORD})
    mail.outbox.clear()
    return client


@pytest.mark.django_db
def test_who_is_new_agrees_before_an_account_is_opened_and_signs_in_by_the_service_from_then_on(
    service: SignInService,
) -> None:
    client = Client()
    assert "Sign in with Mill Login" in client.get("/sign-in/").content.decode()
    target = set_out(client, next="/my-data/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
    assert target.startswith(f"{service.issuer}/oauth2/authorize?")
    assert (asked["client_id"], asked["code_challenge_method"]) == ("clusterxchange", "S256")
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}

    came = client.get(agree_there(target, NEW))

    assert (came.status_code, came.headers["Location"]) == (302, f"{PAGE}open-account/")
    agreeing = client.get(came.headers["Location"]).content.decode()
    assert "Lena Vogt" in agreeing
    assert "lena@mill.example" in agreeing
    assert not Account.objects.filter(email="lena@mill.example").exists()
    opened = client.post(f"{PAGE}open-account/", {"email": "lena@mill.example"})
    account = Account.objects.get(email="lena@mill.example")
    assert (opened.status_code, opened.headers["Location"]) == (302, "/my-data/")
    assert (account.full_name, account.has_usable_password()) == ("Lena Vogt", False)
    assert account.joined_at is not None
    assert SocialAccount.objects.get().extra_data == {}
    client.post("/sign-out/")
    assert by_service(client, NEW).headers["Location"] == "/desk/"
    assert whose(client) == "lena@mill.example"


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_a_service_that_names_the_address_of_an_account_does_not_open_it(cast: Cast) -> None:
    client = Client()
    by_service(client, SAME_ADDRESS)

    client.post(f"{PAGE}open-account/", {"email": cast.nuno.account.email})

    assert whose(client) == ""
    assert not SocialAccount.objects.exists()
    assert Account.objects.filter(email=cast.nuno.account.email).count() == 1
    assert [(one.to, "account" in str(one.body)) for one in mail.outbox] == [([cast.nuno.account.email], True)]


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_an_address_that_the_service_has_not_confirmed_is_confirmed_by_mail_first() -> None:
    client = Client()
    by_service(client, UNCONFIRMED)

    client.post(f"{PAGE}open-account/", {"email": "mira@mill.example"})

    assert whose(client) == ""
    assert not EmailAddress.objects.get(email="mira@mill.example").verified
    assert [one.to for one in mail.outbox] == [["mira@mill.example"]]


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_a_service_that_tells_no_address_leaves_it_to_the_person() -> None:
    client = Client()
    by_service(client, BARE)

    refused = client.post(f"{PAGE}open-account/", {"email": ""})
    client.post(f"{PAGE}open-account/", {"email": "bare@mill.example"})

    assert refused.status_code == 422
    assert whose(client) == ""
    assert not EmailAddress.objects.get(email="bare@mill.example").verified


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_the_owner_links_a_service_from_within_is_told_and_unlinks_it(cast: Cast) -> None:
    client = with_password(cast.nuno)

    linked = by_service(client, SAME_ADDRESS, process="connect")

    assert (linked.status_code, linked.headers["Location"]) == (302, PAGE)
    assert [(one.to, one.subject) for one in mail.outbox] == [
        ([cast.nuno.account.email], "Your ways to sign in were changed")
    ]
    elsewhere = Client()
    by_service(elsewhere, SAME_ADDRESS)
    assert whose(elsewhere) == cast.nuno.account.email
    mail.outbox.clear()
    page = client.get(PAGE).content.decode()
    assert "Linked since" in page
    assert "Link Mill Login" not in page
    row = SocialAccount.objects.get()
    assert client.post(PAGE, {"service": row.pk}).status_code == 302
    assert not SocialAccount.objects.exists()
    assert [one.subject for one in mail.outbox] == ["Your ways to sign in were changed"]


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_a_service_of_somebody_else_is_neither_linked_nor_unlinked(cast: Cast) -> None:
    lena = open_account(Client())
    client = with_password(cast.nuno)

    by_service(client, NEW, process="connect")
    refused = client.post(PAGE, {"service": SocialAccount.objects.get().pk})

    assert refused.status_code == 422
    assert SocialAccount.objects.get().user == lena
    assert mail.outbox == []


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_the_last_way_to_sign_in_stays_until_there_is_a_password() -> None:
    client = Client()
    account, row = open_account(client), SocialAccount.objects.get()

    refused = client.post(PAGE, {"service": row.pk})
    assert refused.status_code == 422
    assert "Choose a password first" in refused.content.decode()
    assert SocialAccount.objects.filter(pk=row.pk).exists()

    assert client.get("/account/password/set/").status_code == 200
    client.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    account.refresh_from_db()
    assert account.check_password(PASSWORD)
    assert [one.subject for one in mail.outbox if one.to == [account.email]] == ["Your password was changed"]
    by_service(client, NEW)
    assert client.post(PAGE, {"service": row.pk}).status_code == 302
    assert not SocialAccount.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_whoever_decides_for_others_needs_the_second_factor_all_the_same(cast: Cast) -> None:
    SocialAccount.objects.create(user=cast.edda.account, provider="mill-login", uid=NEW)
    client = Client()

    by_service(client, NEW)

    assert whose(client) == ""
    assert client.get("/account/two-factor/authenticate/").status_code == 200
    assert client.get("/desk/").status_code == 302


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_steps_that_ask_once_more_lead_to_the_service_who_has_no_other_way() -> None:
    client = Client()
    open_account(client)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= HOLDS_FOR.total_seconds() + 1
    session.save()

    asked = client.get("/account/email/")
    assert asked.headers["Location"] == f"{PAGE}once-more/?next=%2Faccount%2Femail%2F"
    assert "Sign in with Mill Login" in client.get(asked.headers["Location"]).content.decode()
    assert client.post(f"{WAY}sign-in/", {"process": "connect"}).headers["Location"] == PAGE
    target = set_out(client, process="again", next="/account/email/")
    assert parse_qs(urlsplit(target).query)["prompt"] == ["login"]
    assert client.get(agree_there(target, NEW)).headers["Location"] == "/account/email/"
    assert client.get("/account/email/").status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_an_answer_that_was_not_asked_for_from_this_browser_opens_nothing() -> None:
    client, other = Client(), Client()
    back = agree_there(set_out(client), NEW)

    foreign = other.get(back)
    once, again = client.get(back), client.get(back)

    assert foreign.status_code == 401
    assert once.headers["Location"] == f"{PAGE}open-account/"
    assert again.status_code == 401
    assert other.get(f"{PAGE}open-account/").headers["Location"] == "/sign-in/"
    assert client.get(f"{WAY}back/?state=made-up&code=made-up").status_code == 401


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_who_refuses_at_the_service_is_told_that_nothing_was_changed() -> None:
    client = Client()

    refused = client.get(refuse_there(set_out(client)))

    assert refused.headers["Location"] == f"{PAGE}cancelled/"
    assert "Nothing was changed" in client.get(refused.headers["Location"]).content.decode()


@pytest.mark.django_db
def test_a_service_that_names_two_persons_in_one_answer_is_not_believed(service: SignInService) -> None:
    said = {"userinfo": {"sub": "a"}, "id_token": {"sub": "b"}}
    answer = SocialLogin(user=Account(), account=SocialAccount(provider=service.id, uid="a", extra_data=said))

    with pytest.raises(PermissionDenied, match="two persons"):
        ServiceAdapter().populate_user(HttpRequest(), answer, {})
    assert (
        ServiceAdapter()
        .populate_user(
            HttpRequest(),
            SocialLogin(user=Account(), account=SocialAccount(extra_data={"id_token": {"sub": "b"}})),
            {"email": "lena@mill.example"},
        )
        .email
        == "lena@mill.example"
    )


@pytest.mark.django_db
def test_a_service_that_is_away_is_a_sentence_and_a_way_round(settings: Any) -> None:  # noqa: ANN401 -- as above
    settings.SIGN_IN_SERVICES = (SignInService("mill-login", "Mill Login", "http://127.0.0.1:9", "us", "secret"),)

    answer = Client().post(f"{WAY}sign-in/")

    assert answer.status_code == 503
    assert "Mill Login does not answer at the moment" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("service")
def test_the_way_back_leads_to_no_other_host() -> None:
    client = Client()
    open_account(client)
    client.post("/sign-out/")

    assert by_service(client, NEW, next="https://elsewhere.example/").headers["Location"] == "/desk/"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "no JSON"),
        ('{"id": "a"}', "must be a list of objects"),
        ('[{"id": "a"}]', "must be a list of objects"),
        ('[{"id": "A b", "name": "x", "issuer": "https://i.example", "client_id": "c", "client_secret": ""}]', "an id"),
        ('[{"id": "a", "name": "", "issuer": "https://i.example", "client_id": "c", "client_secret": ""}]', "a name"),
        ('[{"id": "a", "name": "x", "issuer": "i.example", "client_id": "c", "client_secret": ""}]', "its issuer"),
        ('[{"id": "a", "name": "x", "issuer": "http://i.example", "client_id": "c", "client_secret": ""}]', "https://"),
        (
            '[{"id": "a", "name": "x", "issuer": "https://i.example", "client_id": "", "client_secret": ""}]',
            "client_id",
        ),
    ],
)
def test_a_setting_that_names_no_service_stops_the_start_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        read_sign_in_services(text, only_https=True)


def test_services_are_read_as_they_are_named() -> None:
    one = (
        '{"id": "eu-login", "name": "EU Login", "issuer": "https://login.example/oauth2", '
        '"client_id": "c", "client_secret": "s"}'
    )

    (service,) = read_sign_in_services(f"[{one}]", only_https=True)

    assert (service.name, service.issuer) == ("EU Login", "https://login.example/oauth2")
    assert read_sign_in_services("", only_https=True) == ()
    with pytest.raises(ImproperlyConfigured, match="one id twice"):
        read_sign_in_services(f"[{one}, {one}]", only_https=True)
