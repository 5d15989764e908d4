"""Strings planted in a life, and looked for wherever they must not be: logs, mails, lists, strangers, faults."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from clusterxchange.foundation.logs import JsonLine, TextLine
from clusterxchange.journeys.personal_data.export import export_of
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.phases.exchange_building.models import FinancialAgreement
from clusterxchange.workflow.models import Entry
from tests.bring import begin_story
from tests.cast import PASSWORD, TOTP_SECRET, Cast, Person
from tests.drills.test_requests import signed_in

PHONE, HOLDER, WRONG = "+34 611 987 654", "Zafra Holder Ninety-One", "a wrong password of 2026"
IBAN, ANOTHER_IBAN = "ES9121000418450200051332", "ES7921000813610123456789"
NUMBER = "X-7745-ALMARGE"
LISTS = ("journeys:queue_as_csv", "journeys:queue_as_xlsx", "figures:exchanges_as_csv", "figures:exchanges_as_xlsx",
         "figures:figures_as_csv", "figures:away_as_csv")  # fmt: skip


class Kept(logging.Handler):
    """Keeps every line that the installation would write, in both of its forms."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.forms = (TextLine(settings.LOGGING["formatters"]["line"]["fmt"], style="{"), JsonLine())

    def emit(self, record: logging.LogRecord) -> None:
        record.request_id = "-"
        self.lines += [form.format(record) for form in self.forms]


@pytest.fixture
def log() -> Iterator[Kept]:
    kept, names = Kept(), ("", "django.request", "clusterxchange")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(kept)
    yield kept
    logging.getLogger().removeHandler(kept)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def found_in(text: str, planted: dict[str, str]) -> list[str]:
    """Name the planted strings that stand in a text, however it spaces them."""
    plain = re.sub(r"[\s\u00a0]+", "", text)
    return [name for name, value in planted.items() if re.sub(r"\s+", "", value) in plain]


def unpacked(content: bytes) -> str:
    """Give the words of a file, of a packed one as well."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8", "replace")


def sign_in_by_hand(person: Person) -> Client:
    """Sign in with a wrong password and then the right one, as people do."""
    person.account.set_password(PASSWORD)
    person.account.save()
    client = Client(raise_request_exception=False)
    for password in (WRONG, PASSWORD):
        client.post("/sign-in/", {"login": person.account.email, "password": password})
    return client


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_nothing_that_was_planted_in_a_life_is_found_where_it_must_not_be(cast: Cast, log: Kept) -> None:
    visitor = Representative.objects.get(account=cast.ana.account)
    visitor.phone = PHONE
    visitor.save(update_fields=["phone"])
    story = begin_story(cast)
    story.tell("ready")
    owner = sign_in_by_hand(cast.ana)
    given = owner.post(
        reverse("exchange_building:bank_details", args=[story.exchange.reference]),
        {"account_holder": HOLDER, "iban": ANOTHER_IBAN, "tax_status": "registered_for_vat"},
    )
    story.tell("paid")
    owner.post("/account/password/reset/", {"email": cast.ana.account.email})
    links = [link for one in mail.outbox for link in re.findall(r"/account/password/reset/key/(\S+?)/", str(one.body))]
    planted = {
        "bank account": IBAN, "bank account given later": ANOTHER_IBAN, "account holder": HOLDER, "phone": PHONE,
        "password": PASSWORD, "wrong password": WRONG, "secret of the app": TOTP_SECRET,
        "session": str(owner.session.session_key), "mark of origin": owner.cookies["csrftoken"].value,
        "link to a new password": links[0],
    }  # fmt: skip
    secrets = {name: value for name, value in planted.items() if name != "link to a new password"}
    assert given.status_code < 500
    assert FinancialAgreement.objects.latest("pk").iban in {IBAN, ANOTHER_IBAN}
    assert Authenticator.objects.filter(user=cast.edda.account).exists()

    looked = {
        "the log": "\n".join(log.lines),
        "the journal": "\n".join(str(row) for row in Entry.objects.values()),
        "a copy for the host": unpacked(export_of(cast.bram.account, story.at)).replace(cast.bram.account.email, ""),
        "a copy for a stranger": unpacked(export_of(cast.zoe.account, story.at)),
    }
    assert len(log.lines) > 20
    own = found_in(unpacked(export_of(cast.ana.account, story.at)), planted)
    assert {"bank account", "phone"} <= set(own)  # looking for them finds them where they may be
    for name in LISTS:
        for person in (cast.chiara, cast.aurel, cast.edda):
            answer = signed_in(person).get(reverse(name))
            if answer.status_code == 200:
                looked[f"{name} of {person.account.email}"] = unpacked(b"".join(answer))
    assert len([name for name in looked if " of " in name]) >= len(LISTS)
    leaks = {where: found_in(text, planted) for where, text in looked.items()}
    for number, one in enumerate(mail.outbox):
        leaks[f"mail {number} {one.subject} to {one.to}"] = found_in(f"{one.subject}\n{one.body}", secrets)
    for person in (cast.zoe, cast.nuno):
        for route in ("exchange", "bank_details", "financial_agreement"):
            answer = signed_in(person).get(reverse(f"exchange_building:{route}", args=[story.exchange.reference]))
            assert answer.status_code == 404
            leaks[f"{route} to {person.account.email}"] = found_in(answer.content.decode(), planted)

    print(
        f"\n{len(planted)} strings looked for in {len(log.lines)} lines, {len(mail.outbox)} mails, {len(leaks)} places"
    )
    assert {where: names for where, names in leaks.items() if names} == {}


@pytest.mark.django_db
def test_a_fault_tells_neither_page_nor_log_what_was_typed(cast: Cast, log: Kept) -> None:
    owner, address = sign_in_by_hand(cast.nuno), "planted@mill.example"
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(
            "alter table account_emailaddress add constraint nobody_plants check (email !~ 'planted') not valid"
        )
    try:
        int(NUMBER)
    except ValueError:
        logging.getLogger("clusterxchange").exception("A fault")

    answer = owner.post("/account/email/", {"action_add": "", "email": address})

    told = "\n".join(log.lines)
    assert answer.status_code == 500
    assert "nobody_plants" in told
    assert "builtins.ValueError: invalid literal" in told
    planted = {"address": address, "own address": cast.nuno.account.email, "number": NUMBER, "password": PASSWORD}
    assert found_in(answer.content.decode(), planted) == []
    assert found_in(told, planted) == []
