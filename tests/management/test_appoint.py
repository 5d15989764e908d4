"""Somebody is given a role in an office on the command line: the first people, and in an emergency."""

import json
from contextlib import nullcontext
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from clusterxchange.foundation import clock
from clusterxchange.journeys.offices.models import OfficeChange
from clusterxchange.management import command_line
from clusterxchange.parties.accounts.models import Account
from clusterxchange.workflow.jobs import send_notice
from clusterxchange.workflow.models import Entry, Notice
from tests.cast import MONDAY, Cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _database_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "prepared_django", nullcontext)
    clock.set_clock(MONDAY)


def answer_of(capsys: pytest.CaptureFixture[str], *words: str, code: int = command_line.YES) -> dict[str, Any]:
    assert command_line.main(["appoint", *words, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def roles_of(account: Account) -> tuple[bool, bool]:
    found = Account.objects.get(pk=account.pk)
    return found.is_support_office, found.is_agency


@pytest.mark.parametrize(("role", "held"), [("support-office", (True, False)), ("agency", (False, True))])
def test_whoever_has_confirmed_the_address_has_the_role_at_once_and_the_journal_has_it(
    cast: Cast, capsys: pytest.CaptureFixture[str], role: str, held: tuple[bool, bool]
) -> None:
    answer = answer_of(capsys, "Nuno@cast.example", "--role", role)

    change = OfficeChange.objects.get()
    assert answer == {"ok": True, "reference": change.reference, "email": "nuno@cast.example", "role": role}
    assert roles_of(cast.nuno.account) == held
    entry = Entry.objects.latest("n")
    assert (entry.action, entry.actor, entry.subject, entry.after) == (
        "appoint_person", "system", change.reference, "CONFIRMED",
    )  # fmt: skip


def test_it_says_in_a_sentence_what_it_did(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["appoint", cast.nuno.account.email, "--role", "agency"]) == command_line.YES

    reference = OfficeChange.objects.get().reference
    assert capsys.readouterr().out == (
        f"nuno@cast.example has the role agency now ({reference}). The second factor comes next.\n"
    )


def test_the_person_and_the_support_office_are_told_by_mail(cast: Cast) -> None:
    assert command_line.main(["appoint", cast.nuno.account.email, "--role", "support-office"]) == command_line.YES

    for notice in Notice.objects.order_by("pk"):
        send_notice(notice.pk)
    assert sorted(one.to[0] for one in mail.outbox) == ["edda@cast.example", "nuno@cast.example"]
    assert all("Nuno Valadim joins the support office" in str(one.body) for one in mail.outbox)


def test_the_person_meets_the_second_factor_at_the_next_page(cast: Cast) -> None:
    assert command_line.main(["appoint", cast.nuno.account.email, "--role", "support-office"]) == command_line.YES

    assert signed_in(cast.nuno).get("/support/")["location"].startswith("/account/two-factor/")


@pytest.mark.parametrize(
    ("email", "code", "sentence"),
    [
        (
            "nobody@cast.example",
            "nobody_has_address",
            "Nobody has an account with this address. The person opens one and confirms the address first.",
        ),
        (
            "nuno@cast.example",
            "address_not_confirmed",
            "The person has not confirmed this address yet. They follow the link in their mail first.",
        ),
        (
            "aurel@cast.example",
            "holds_a_role_already",
            "Aurel Dumbravan has a role in an office already, and nobody has two.",
        ),
    ],
)
def test_whoever_cannot_be_appointed_is_refused_in_a_sentence_and_nothing_is_written(
    cast: Cast, capsys: pytest.CaptureFixture[str], email: str, code: str, sentence: str
) -> None:
    EmailAddress.objects.filter(user=cast.nuno.account).update(verified=False)
    entries = Entry.objects.count()

    assert answer_of(capsys, email, "--role", "support-office", code=command_line.NO) == {"ok": False, "error": code}
    assert command_line.main(["appoint", email, "--role", "support-office"]) == command_line.NO

    assert capsys.readouterr().out == f"{sentence}\n"
    assert roles_of(cast.nuno.account) == (False, False)
    assert roles_of(cast.aurel.account) == (False, True)
    assert (Entry.objects.count(), OfficeChange.objects.count()) == (entries, 0)


@pytest.mark.parametrize("words", [["nuno@cast.example"], ["nuno@cast.example", "--role", "coordinator"]])
def test_without_a_role_of_an_office_it_is_misuse(words: list[str]) -> None:
    assert command_line.main(["appoint", *words]) == command_line.MISUSE
