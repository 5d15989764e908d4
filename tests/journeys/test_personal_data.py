"""What is held of a person: all of it declared, shown, handed out, and forgotten when it should be."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.apps import apps
from django.db import connection
from django.db.models import CharField, JSONField, TextField
from django.test import Client, RequestFactory

from clusterxchange.access.actions import Action
from clusterxchange.foundation.encrypted import EncryptedText
from clusterxchange.foundation.models import StoredFile
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.journeys.personal_data import operations, queries
from clusterxchange.journeys.personal_data.blanks import CannotBeBlank, blank_of
from clusterxchange.journeys.personal_data.declarations import BY_LABEL, DECLARATIONS
from clusterxchange.journeys.personal_data.export import export_of, exported_fields
from clusterxchange.journeys.personal_data.kinds import Erasure
from clusterxchange.journeys.personal_data.models import ForgottenCase
from clusterxchange.parties.accounts.consents import PRIVACY, VERSIONS
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import PublicQuestion
from clusterxchange.phases.exchange_building.models import Exchange, FinancialAgreement
from clusterxchange.phases.finalisation.models import EvidenceItem, Payment
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow import engine, journal
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.models import Notice
from tests.bring import bring_exchange_to
from tests.cast import CURRICULUM_VITAE, MONDAY, Cast, Person

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "clusterxchange"
ELSEWHERE = {
    "account.EmailAddress",
    "account.EmailConfirmation",
    "mfa.Authenticator",
    "sessions.Session",
    "socialaccount.SocialAccount",
    "socialaccount.SocialApp",
    "socialaccount.SocialToken",
    "usersessions.UserSession",
}
# The version of the text on handling personal data, and what the page is made of. Who changes one changes both.
TEXT_OF_PRIVACY = ("2026-11", "959cca183c4d9172")


# What is declared


def test_each_field_of_each_table_is_declared_once() -> None:
    ours = {one._meta.label for one in apps.get_models() if one.__module__.startswith("clusterxchange.")}
    faults = {}
    for label in sorted(ours | ELSEWHERE):
        there = sorted(field.name for field in apps.get_model(label)._meta.concrete_fields)
        told = BY_LABEL.get(label)
        declared = sorted(
            [*(told.other if told else ()), *(n for names in (told.holds if told else {}).values() for n in names)]
        )
        if there != declared:
            faults[label] = sorted(set(there) ^ set(declared)) or declared

    assert faults == {}
    assert sorted(BY_LABEL) == sorted(ours | ELSEWHERE)
    assert len(BY_LABEL) == len(DECLARATIONS)


def test_whatever_is_to_be_forgotten_can_be() -> None:
    faults = []
    for one in DECLARATIONS:
        for kind in one.holds:
            if (
                one.rows_go
                or kind.erasure is Erasure.NUMBER_STAYS
                or one.label == "accounts.Account"
                or not (one.people or one.case)
            ):
                continue
            for field in one.fields([kind]):
                try:
                    blank_of(field)
                except CannotBeBlank:
                    faults.append(f"{one.label}.{field.name}")
    assert faults == []


@pytest.mark.django_db
def test_each_way_from_a_row_leads_to_an_account_or_a_case(cast: Cast) -> None:
    for one in DECLARATIONS:
        queries.rows_of(one, cast.ana.account).count()
        if one.case:
            one.model._default_manager.filter(**{one.case: 1}).count()

    assert {one.label for one in DECLARATIONS if one.case and not one.people} == set()


def test_the_text_that_people_take_note_of_has_a_new_version_when_it_changes() -> None:
    page = PACKAGE / "journeys" / "templates" / "journeys" / "privacy.html"
    assert (VERSIONS[PRIVACY], hashlib.sha256(page.read_bytes()).hexdigest()[:16]) == TEXT_OF_PRIVACY


# A copy


def opened(archive: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        told = json.loads(found.read("data.json"))
        return told, {name: found.read(name) for name in found.namelist() if name != "data.json"}


@pytest.mark.django_db
def test_a_copy_holds_every_field_of_every_row_that_is_about_a_person_and_of_nobody_else(cast: Cast) -> None:
    bring_exchange_to(cast, "paid", at_once=False)

    told, papers = opened(export_of(cast.ana.account, MONDAY))

    assert told["of"] == "ana@cast.example"
    missing = []
    for one in DECLARATIONS:
        fields = exported_fields(one)
        rows = queries.rows_of(one, cast.ana.account).count() if one.people and fields else 0
        given = told["held"].get(one.label, [])
        if len(given) != rows or any(set(row) != {field.name for field in fields} for row in given):
            missing.append(one.label)
    assert missing == []
    assert {
        "accounts.Account", "accounts.GivenConsent", "account.EmailAddress", "organisations.Representative",
        "registration.Application", "matching.Proposal", "workflow.Consent", "workflow.Notice",
        "exchange_building.Commitment", "exchange_building.FinancialAgreement", "finalisation.ActivityReport",
        "finalisation.EvidenceItem", "finalisation.Payment",
    } <= set(told["held"])  # fmt: skip
    (agreement,) = told["held"]["exchange_building.FinancialAgreement"]
    assert agreement["iban"] == FinancialAgreement.objects.get().iban
    assert CURRICULUM_VITAE in papers.values()
    assert "password" not in json.dumps(told["held"]["accounts.Account"])
    others, _ = opened(export_of(cast.zoe.account, MONDAY))
    assert "exchange_building.Commitment" not in others["held"]
    assert "Ana" not in json.dumps(others)


# Erasure

MARK = "zq{:02d}plantedword"


def plant(person: Person) -> list[str]:
    """Write a word of its own into every text that is about a person and goes at once."""
    words: list[str] = []
    for one in DECLARATIONS:
        if not one.people or one.label == "accounts.Account":
            continue
        rows = queries.rows_of(one, person.account)
        for field in one.fields(kind for kind in one.holds if kind.erasure is Erasure.AT_ONCE):
            word = MARK.format(len(words))
            if isinstance(field, JSONField):
                planted: object = [word] if isinstance(field.get_default(), list) else {"planted": word}
            elif isinstance(field, TextField) or (isinstance(field, CharField) and (field.max_length or 0) > len(word)):
                planted = word
            else:
                continue
            if field.choices or field.unique or not rows.exists():
                continue
            rows.update(**{field.name: planted})
            words.append(word)
    Account.objects.filter(pk=person.account.pk).update(first_name=MARK.format(98), last_name=MARK.format(99))
    return [*words, MARK.format(98), MARK.format(99), "ana@cast.example"]


def everything_in_the_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
        names = [name for (name,) in cursor.fetchall()]
        found = []
        for name in names:
            cursor.execute(f"select coalesce(string_agg(r::text, chr(10)), '') from public.\"{name}\" r")  # noqa: S608 -- names of our tables
            found.append(cursor.fetchone()[0])
    return "\n".join(found)


def end_of_story(cast: Cast) -> Story:
    """Play the exchange to its end, let the visitor leave the programme, and give who is left to forget."""
    story = bring_exchange_to(cast, "closed", at_once=False)
    story.visitor_participation.refresh_from_db()
    registration.withdraw_participation(story.visitor_participation, actor=cast.ana.actor, at=story.at)
    return story


@pytest.mark.django_db
def test_erasure_leaves_nothing_of_a_person_but_what_the_law_keeps_with_its_day(cast: Cast) -> None:
    story = end_of_story(cast)
    words = plant(cast.ana)
    assert len(words) >= 50
    there = everything_in_the_database()
    assert [word for word in words if word not in there] == []
    kept_before = FinancialAgreement.objects.get().iban
    exchange = Exchange.objects.get()

    done = operations.erase_person(cast.ana.account, story.at)

    left = everything_in_the_database()
    assert [word for word in words if word in left] == []
    assert exchange.closed_at is not None
    assert done.kept_until == exchange.closed_at.date().replace(year=exchange.closed_at.year + 5)
    assert FinancialAgreement.objects.get().iban == kept_before
    account = Account.objects.get(pk=cast.ana.account.pk)
    assert (account.is_active, account.has_usable_password(), account.full_name) == (False, False, "")
    assert cast.ana.account.representations.get().ended_at == story.at
    assert cast.ana.account.representations.get().curriculum_vitae is None
    assert journal.check().ok


@pytest.mark.django_db
def test_nobody_is_erased_while_something_goes_on_with_them(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")

    with pytest.raises(Refused) as refused:
        operations.erase_person(cast.ana.account, story.at)
    for person in (cast.edda, cast.chiara):
        with pytest.raises(Refused):
            operations.erase_person(person.account, story.at)
    operations.erase_person(cast.nuno.account, story.at)

    assert refused.value.refusal.code == "erasure_waits"
    assert [one.title for one in queries.in_the_way(cast.ana.account)] == [
        story.visitor_participation.reference,
        Exchange.objects.get().reference,
    ]
    assert Account.objects.get(pk=cast.ana.account.pk).email == "ana@cast.example"


# How long


@pytest.mark.django_db
def test_an_exchange_is_forgotten_five_years_after_it_was_closed_and_its_pages_still_open(cast: Cast) -> None:
    story = end_of_story(cast)
    exchange = Exchange.objects.get()
    assert exchange.closed_at is not None
    assert FinancialAgreement.objects.get().iban
    files = set(StoredFile.objects.values_list("sha256", flat=True))
    day = exchange.closed_at.replace(year=exchange.closed_at.year + 5)

    before = operations.forget_what_is_over(day - timedelta(days=1))
    done = operations.forget_what_is_over(day)
    again = operations.forget_what_is_over(day)

    assert (before["cases"], done["cases"], again["cases"]) == (0, 1, 0)
    assert ForgottenCase.objects.get().exchange == exchange
    agreement, payment = FinancialAgreement.objects.get(), Payment.objects.get()
    sealed = [field.name for field in FinancialAgreement._meta.fields if isinstance(field, EncryptedText)]
    assert {getattr(agreement, name) for name in sealed} == {""}
    assert (agreement.amount_cents, payment.iban, payment.amount_cents) == (39000, "", 39000)
    assert not EvidenceItem.objects.exclude(file=None, original=None).exists()
    gone = files - set(StoredFile.objects.values_list("sha256", flat=True))
    assert gone
    assert journal.check().ok
    client = signed_in(cast.chiara)
    for page in ("", "financial-agreement/", "commitment/", "payment/", "evidence/", "report/"):
        assert client.get(f"/exchanges/{story.exchange.reference}/{page}").status_code == 200, page


@pytest.mark.django_db
def test_questions_and_mails_go_after_a_year(cast: Cast) -> None:
    PublicQuestion.objects.create(name="Ines", email="ines@asks.example", text="When?", language="en", at=MONDAY)
    Notice.objects.create(
        account=cast.ana.account, topic="happened", kind="exchange", subject_id=1, reference="", action="see", path="/",
        at=MONDAY,
    )  # fmt: skip

    assert operations.forget_what_is_over(MONDAY + timedelta(days=359))["questions"] == 0
    done = operations.forget_what_is_over(MONDAY + timedelta(days=366))

    assert (done["questions"], done["mails"]) == (1, 1)
    assert not PublicQuestion.objects.exists()


# The page


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.account)
    request = RequestFactory().get("/")
    request.session = client.session
    for method in ("password", "mfa"):
        record_authentication(request, person.account, method, reauthenticated=True)
    request.session.save()
    return client


@pytest.mark.django_db
def test_a_person_sees_who_opened_their_papers_takes_a_copy_and_is_erased(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready", at_once=False)
    agreement = FinancialAgreement.objects.get()
    engine.record(agreement, Action.OPEN_BANK_DETAILS, actor=cast.cosima.actor, at=story.at)
    client = signed_in(cast.ana)

    page = client.get("/my-data/").content.decode()
    copy = client.post("/my-data/export/")
    refused = client.post("/my-data/erase/", {"confirmed": "on"})
    unticked = client.post("/my-data/erase/", {})

    assert "Bank details: Cosima Ferrant, LOOM" in page
    assert "How personal data is handled" in page
    assert "version 2026-11" in page
    assert re.fullmatch(r'attachment; filename="my-data-[\d-]{10}.zip"', copy.headers["Content-Disposition"])
    assert opened(copy.content)[0]["of"] == "ana@cast.example"
    assert (refused.status_code, unticked.status_code) == (409, 422)
    assert 'data-refusal="erasure_waits"' in refused.content.decode()
    assert Client().get("/my-data/").status_code == 302

    newcomer = signed_in(cast.nuno)
    gone = newcomer.post("/my-data/erase/", {"confirmed": "on"})
    assert (gone.status_code, gone.headers["Location"]) == (302, "/")
    assert newcomer.get("/my-data/").status_code == 302
    assert Account.objects.get(pk=cast.nuno.account.pk).email == f"erased-{cast.nuno.account.pk}@erased.invalid"


@pytest.mark.django_db
def test_a_copy_and_an_erasure_ask_once_more_who_it_is(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.nuno.account)

    for answer in (client.post("/my-data/export/"), client.get("/my-data/erase/")):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/reauthenticate/")
