"""Bank details, rights to sign and addresses change only after the person has said once more who they are."""

import json
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from clusterxchange.access.capacities import PO, V
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.accounts.proven import HOLDS_FOR
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.jobs import tell_of_another_account
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.workflow.engine import NotDone
from tests.bring import bring_exchange_to
from tests.cast import PASSWORD, Cast, Person

pytestmark = pytest.mark.django_db
# One of the examples of the IBAN registry, and another one.
GERMAN, FRENCH = "DE89370400440532013000", "FR1420041010050500013M02606"
REFERENCE = ("EXC-2026-000001",)
ASKED: dict[str, tuple[str | int, ...]] = {
    "account_email": (),
    "account_set_password": (),
    "socialaccount_connections": (),
    "exchange_building:bank_details": REFERENCE,
    "exchange_building:give_bank_details": REFERENCE,
    "exchange_building:delegate_signature": REFERENCE,
    "finalisation:payment_account": REFERENCE,
    "finalisation:correct_bank_details": REFERENCE,
    "banking:bank_file": (1,),
    "banking:outside_sepa_as_csv": (1,),
    "banking:outside_sepa_as_xlsx": (1,),
    "banking:paying_account": (1,),
    "offices:confirm_office_change": ("OFF-2026-000001",),
}


def signed_in_long_ago(person: Person) -> Client:
    """Give a browser whose person said a little too long ago who they are."""
    client = Client()
    client.force_login(person.account)
    request = RequestFactory().get("/")
    request.session, request.user = client.session, person.account
    record_authentication(request, person.account, "password")
    for record in request.session["account_authentication_methods"]:
        record["at"] -= HOLDS_FOR.total_seconds() + 1
    request.session.save()
    return client


def kept_of(client: Client) -> str:
    """Give all that the table of sessions holds of a browser, as the text that it was before it was packed."""
    row = Session.objects.get(pk=client.session.session_key)
    return json.dumps(row.get_decoded()) + row.session_data


def say_who(client: Client, asked: Any) -> Any:  # noqa: ANN401 -- answers of the test client
    """Give the password where it is asked, and open the page to which that leads."""
    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/account/reauthenticate/?next=")
    done = client.post(asked.headers["Location"], {"password": PASSWORD})
    assert done.status_code == 302
    return client.get(done.headers["Location"])


def set_clock_to(story: Story) -> str:
    clock.set_clock(story.at)
    return f"/exchanges/{story.exchange.reference}/"


def test_every_step_that_asks_once_more_stands_here_and_no_other() -> None:
    assert set(ASKED) == settings.ASKS_ONCE_MORE


@pytest.mark.parametrize("name", ASKED)
def test_whoever_said_who_they_are_too_long_ago_is_asked_before_the_step(cast: Cast, name: str) -> None:
    path = reverse(name, args=ASKED[name])
    client = signed_in_long_ago(cast.ana)

    for answer in (client.get(path), client.post(path, {"typed": "by hand"})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/reauthenticate/?next=")
    assert "by hand" not in kept_of(client)


def test_an_account_that_was_typed_too_late_is_kept_nowhere_and_asked_for_again(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    path = f"{set_clock_to(story)}financial-agreement/give-bank-details/"
    typed = {
        "account_holder": "Teixits Almarge, S.L.",
        "tax_status": "registered_for_vat",
        "de_minimis_eur": "0",
        "iban": GERMAN,
        "capacity": "V",
    }
    ana = signed_in_long_ago(cast.ana)

    asked = ana.post(path, typed)
    kept = kept_of(ana)
    back = say_who(ana, asked)

    assert GERMAN not in kept
    assert "Almarge" not in kept
    assert story.agreement.bank_details_given_at is None
    assert back.status_code == 200
    assert "What you had typed before you were asked was not kept." in back.content.decode()
    assert 'name="iban"' in back.content.decode()
    assert "was not kept" not in ana.get(path).content.decode()
    assert ana.post(path, typed).status_code == 302
    assert story.agreement.iban == GERMAN


def test_a_report_with_another_account_asks_once_more_and_keeps_all_but_the_account(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended")
    path = f"{set_clock_to(story)}report/visitor/"
    typed = {"activities_done": "We ran four lots.", "iban": GERMAN, "account_holder": "Teixits Almarge, S.L."}
    ana = signed_in_long_ago(cast.ana)

    asked = ana.post(f"{path}submit-report/", typed)
    kept = kept_of(ana)
    back = say_who(ana, asked)

    assert GERMAN not in kept
    assert "We ran four lots." in back.content.decode()
    assert GERMAN not in back.content.decode()
    assert story.payment.iban == ""
    assert ana.post(f"{path}submit-report/", typed).status_code in {409, 422}


def test_a_report_without_another_account_is_not_asked_for_more(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended")
    path = f"{set_clock_to(story)}report/visitor/submit-report/"

    answer = signed_in_long_ago(cast.ana).post(path, {"activities_done": "We ran four lots."})

    assert answer.status_code in {409, 422}


# Who is told of another account and of another address


def letters_sent() -> list[tuple[str, str]]:
    """Send what waits to be told of another account; give where each mail went and what it said."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select args from procrastinate_jobs where task_name like '%%tell_of_another_account' order by id"
        )
        waiting = [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]
    mail.outbox.clear()
    for args in waiting:
        tell_of_another_account(**args)
    return [(one.to[0], str(one.body)) for one in mail.outbox]


def give(story: Story, iban: str) -> None:
    operations.give_bank_details(
        story.agreement,
        account_holder="Teixits Almarge, S.L.",
        tax_status="registered_for_vat",
        iban=iban,
        de_minimis_cents=0,
        actor=story.visitor,
        at=story.at,
        capacity=V,
    )


def move_address(account: Account, address: str) -> None:
    """Let somebody's mails go to another address from now on."""
    account.email = address
    account.save(update_fields=["email"])


def test_another_account_is_told_to_the_address_from_which_the_first_one_was_given(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    give(story, GERMAN)
    move_address(cast.ana.account, "elsewhere@cast.example")

    give(story, GERMAN)
    assert letters_sent() == []
    give(story, FRENCH)
    told = letters_sent()

    assert [address for address, _text in told] == ["ana@cast.example", "elsewhere@cast.example"]
    for _address, text in told:
        assert f"Another account was given for the payment of {story.exchange.reference}. It ends in 2606." in text
        assert "If this was not you, change your password" in text
        assert FRENCH not in text


def test_an_account_that_is_refused_is_told_to_nobody(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    give(story, GERMAN)

    with pytest.raises(NotDone):
        give(story, f"{GERMAN[:-1]}1")

    assert letters_sent() == []


def test_another_account_after_the_money_came_back_is_told_as_well(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid")
    finalisation.return_payment(
        story.payment, reason="Account closed", transfer_reference="R 12", actor=story.visitor_contact,
        at=story.at, capacity=PO,
    )  # fmt: skip
    move_address(cast.ana.account, "elsewhere@cast.example")

    finalisation.correct_bank_details(
        story.payment, account_holder="Teixits Almarge", iban=GERMAN, actor=story.visitor, at=story.at, capacity=V
    )

    assert [address for address, _text in letters_sent()] == ["ana@cast.example", "elsewhere@cast.example"]


def test_who_changes_the_address_on_the_page_is_told_at_the_old_one(cast: Cast) -> None:
    client = Client()
    client.post("/sign-in/", {"login": cast.ana.account.email, "password": PASSWORD})
    client.post("/account/email/", {"action_add": "", "email": "new@cast.example"})
    link = next(word for word in mail.outbox[-1].body.split() if "/confirm-email/" in word)
    client.post("/" + link.split("/", 3)[3])
    mail.outbox.clear()

    client.post("/account/email/", {"action_primary": "", "email": "new@cast.example"})

    assert EmailAddress.objects.get(user=cast.ana.account, primary=True).email == "new@cast.example"
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["ana@cast.example"], "Your account has another address now")
    ]
