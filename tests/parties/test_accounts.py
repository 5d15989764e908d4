"""Signing up, the second factor of people with an office, and when somebody was last here."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings

from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import PartnershipPerson
from clusterxchange.scheme.current import install_editions
from tests.cast import PASSWORD, TOTP_SECRET, Cast, give_second_factor, make_cast


@pytest.fixture(autouse=True)
def _without_earlier_attempts() -> None:
    """Forget what was counted against too many mails and codes in other tests."""
    cache.clear()


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def sign_up(client: Client, language: str = "en") -> Account:
    client.cookies["django_language"] = language
    client.post("/sign-up/", {"email": "Mira@Cast.example", "password1": "kettle and a long loom"})
    return Account.objects.get(email="mira@cast.example")


@pytest.mark.django_db
def test_signing_up_keeps_the_language_of_the_page_and_the_moment(client: Client) -> None:
    account = sign_up(client, "pl")

    assert account.language == "pl"
    assert account.joined_at is not None
    assert (account.first_name, account.last_name) == ("", "")


@pytest.mark.django_db
def test_signing_up_asks_for_address_and_one_password_only(client: Client) -> None:
    form = client.get("/sign-up/").context["form"]

    assert [name for name in form.fields if name in {"email", "password1", "password2", "first_name"}] == [
        "email",
        "password1",
    ]


@pytest.mark.django_db
def test_the_address_is_confirmed_by_a_link(client: Client) -> None:
    account = sign_up(client)

    link = next(word for word in mail.outbox[0].body.split() if "/confirm-email/" in word)
    client.post("/" + link.split("/", 3)[3])
    assert EmailAddress.objects.get(user=account).verified


def test_a_contact_point_without_a_second_factor_is_led_to_set_it_up_first(client: Client, cast: Cast) -> None:
    Authenticator.objects.filter(user=cast.chiara.account).delete()
    client.force_login(cast.chiara.account)

    for path in ("/desk/", "/registration/", "/partnerships/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/account/two-factor/totp/activate/")
    assert client.get("/sign-out/").status_code == 200
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("name", ["edda", "aurel", "cosima"])
def test_each_office_needs_it(client: Client, cast: Cast, name: str) -> None:
    account = getattr(cast, name).account
    Authenticator.objects.filter(user=account).delete()
    client.force_login(account)

    assert client.get("/registration/").status_code == 302


def test_participants_need_none(client: Client, cast: Cast) -> None:
    client.force_login(cast.ana.account)

    assert client.get("/registration/").status_code == 200


def test_signing_in_asks_for_the_code_and_then_opens_the_pages(client: Client, cast: Cast) -> None:
    first = client.post("/sign-in/", {"login": cast.chiara.account.email, "password": PASSWORD})
    assert first["Location"].startswith("/account/two-factor/authenticate/")
    assert client.get("/registration/").wsgi_request.user.is_anonymous

    client.post(first["Location"], {"code": code(TOTP_SECRET)})
    assert client.get("/registration/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_session_from_before_the_office_is_led_to_set_it_up_and_then_goes_on(client: Client) -> None:
    install_editions()  # a flush has removed them
    cast = make_cast()
    client.post("/sign-in/", {"login": cast.nuno.account.email, "password": PASSWORD})
    assert client.get("/registration/").status_code == 200
    PartnershipPerson.objects.create(partnership=cast.loom, account=cast.nuno.account, role="contact_point")
    assert client.get("/registration/").status_code == 302

    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/two-factor/totp/activate/")
    client.post("/account/two-factor/totp/activate/", {"code": code(page.context["form"].secret)})
    assert Authenticator.objects.filter(user=cast.nuno.account, type="totp").exists()
    assert client.get("/registration/").status_code == 200


def test_a_session_that_knows_the_password_only_uses_the_second_factor_first(client: Client, cast: Cast) -> None:
    client.post("/sign-in/", {"login": cast.nuno.account.email, "password": PASSWORD})
    PartnershipPerson.objects.create(partnership=cast.loom, account=cast.nuno.account, role="contact_point")
    give_second_factor(cast.nuno.account)

    answer = client.get("/registration/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/two-factor/reauthenticate/")


def test_the_secrets_of_second_factors_lie_sealed(cast: Cast) -> None:
    RecoveryCodes.activate(cast.chiara.account)
    kept = [str(one.data) for one in Authenticator.objects.filter(user=cast.chiara.account)]
    assert len(kept) == 2
    assert all(TOTP_SECRET not in one for one in kept)
    assert sum("gAAAA" in one for one in kept) == 2, "both begin as everything sealed does"


def test_each_code_for_an_emergency_lets_its_owner_in_once(client: Client, cast: Cast) -> None:
    one, other, *_rest = RecoveryCodes.activate(cast.chiara.account).get_unused_codes()
    entered = {"login": cast.chiara.account.email, "password": PASSWORD}
    answers = []
    for typed in (one, one, other):
        first = client.post("/sign-in/", entered)
        answers.append(client.post(first["Location"], {"code": typed}).status_code)
        client.post("/sign-out/")
    assert answers == [302, 422, 302]


@pytest.mark.django_db
@override_settings(ACCOUNT_RATE_LIMITS={"signup": "1/m/ip"})
def test_too_many_attempts_are_answered_by_a_page_of_ours(client: Client) -> None:
    answers = [client.post("/sign-up/", {"email": "", "password1": ""}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 429]
    assert "Wait a few minutes, then try again." in answers[1].content.decode()


def test_a_visit_is_noted_at_most_once_an_hour(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = cast.ana.account
    start = account.last_seen_at
    assert start is not None
    client.force_login(account)
    for minutes, expected in ((59, start), (61, start + timedelta(minutes=61)), (90, start + timedelta(minutes=61))):
        at = start + timedelta(minutes=minutes)
        monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda at=at: at)
        client.get("/registration/")
        account.refresh_from_db()
        assert account.last_seen_at == expected
