"""Two hundred hostile strings are typed into every field for words: they come back as words, wherever they come back.

Looked at are pages, mails, documents, calendars and spreadsheets. The short form fills some forms and
looks at a life as two people do; LONG=1 fills every form of every page twice, and looks as everybody.
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import os
import random
import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from lxml import etree, html  # type: ignore[import-untyped]  # -- the package brings no types

from clusterxchange.access.capacities import HP, VP, V
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.journeys.partnerships import operations as partnerships
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import MemberCluster, Partnership
from clusterxchange.phases.exchange_building import operations as building
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.rules import reveals_an_address
from clusterxchange.workflow import thread
from clusterxchange.workflow.mails import digest_of, mail_of
from clusterxchange.workflow.models import Notice
from tests.bring import begin_story
from tests.cast import Cast
from tests.drills.forms_of_pages import Field, Form, as_filled, forms_of
from tests.drills.hostile_strings import EVALUATED, INJECTED, KEPT, MARKED, STRINGS, WITH_MARKUP
from tests.drills.test_requests import signed_in
from tests.drills.world import World, browser_of
from tests.matrices import test_routes as matrix

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800)]
IS_LONG = os.environ.get("LONG") == "1"
PAGES, FORMS, TIMES = (2_500, 10_000, 2) if IS_LONG else (60, 8, 1)
ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href", "poster", "srcdoc"}
RUNS = re.compile(r"(javascript|vbscript|data):", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x20]")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HEADERS_OF_MAILS = {
    "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
    "content-language", "reply-to",
}  # fmt: skip
ACTIVE = (b"/JavaScript", b"/Launch", b"/OpenAction")


@dataclass
class Search:
    """What was looked at, how often words of ours were found there as words, and what was more than words."""

    looked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    hits: list[str] = field(default_factory=list)

    def note(self, kind: str, where: str, text: str, hits: list[str]) -> None:
        self.looked[kind] += 1
        self.found[kind] += len(set(MARKED.findall(text)))
        hits = [*hits, *(["evaluated"] if EVALUATED in text else [])]
        self.hits += [f"{kind} {where}: {hit}" for hit in hits]

    def answer(self, where: str, answer: HttpResponse) -> None:
        """Look at an answer by its kind."""
        content = b"".join(answer) if answer.streaming else answer.content
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if answer.status_code >= 500 or INJECTED in answer.headers:
            self.hits.append(f"{answer.status_code} {where} {dict(answer.headers)}")
        if kind == "application/pdf":
            self.document(where, content)
        elif kind == "text/csv":
            self.cells(where, content.decode("utf-8-sig"))
        elif content.startswith(b"PK"):
            self.workbook(where, content)
        elif kind == "text/calendar":
            text = content.decode()
            self.note("calendars", where, text, [one for one in text.splitlines() if one.startswith(INJECTED)])
        elif kind == "text/html" and content:
            self.page(where, content.decode())

    def page(self, where: str, text: str) -> None:
        """Read a page as a browser does, and look for what a browser would carry out."""
        hits = [f"unescaped {one!r}" for one in WITH_MARKUP if one in text]
        document = html.fromstring(text)
        for element in document.iter(etree.Element):
            hits += [f"<{element.tag}>"] if element.tag == "zq" or MARKED.search(element.tag) else []
            if element.tag in {"script", "style"} and MARKED.search(element.text or ""):
                hits += [f"in <{element.tag}>"] if element.get("type") != "application/json" else []
            for name, value in element.attrib.items():
                leads = CONTROLS.sub("", value)
                if name.startswith("on") or (name in ADDRESSES and RUNS.match(leads) and MARKED.search(leads)):
                    hits.append(f"{name}={value!r} of <{element.tag}>")
        self.note("pages", where, text, hits)

    def cells(self, where: str, text: str) -> None:
        rows = list(csv.reader(io.StringIO(text, newline="")))
        hits = [f"formula {cell!r}" for row in rows for cell in row if cell.startswith(FORMULA) and MARKED.search(cell)]
        self.note("CSV", where, text, hits)

    def workbook(self, where: str, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheets = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")]
        text = "".join(sheets)
        self.note("XLSX", where, text, ["a formula"] * len(re.findall(r"<f>|<hyperlink|externalLink", text)))

    def document(self, where: str, content: bytes) -> None:
        order = ["pdftotext", "-", "-"]
        text = subprocess.run(order, input=content, capture_output=True, check=True).stdout.decode()
        self.note("documents", where, text, [f"active {one!r}" for one in ACTIVE if one in content])

    def mail(self, where: str, sent: Any) -> None:  # noqa: ANN401 -- Django's mails share no type
        """Read a mail as a server does, and look for headers and addresses that nobody gave it."""
        read = email.message_from_bytes(sent.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
        hits = sorted({name.lower() for name in read.keys()} - HEADERS_OF_MAILS)  # noqa: SIM118 -- a mail is no dict
        hits += ["an address"] if "evil" in f"{read['To']} {read['Cc']} {read['Bcc']}" else []
        body = read.get_body(("plain",))
        self.note(
            "mails", where, f"{read['Subject']} {body.get_content() if body else ''}", [f"header {one}" for one in hits]
        )

    def mails_since(self, last: int) -> None:
        """Look at every mail that waits to be sent, and at all that went at once."""
        for notice in Notice.objects.filter(pk__gt=last).select_related("account"):
            self.mail(f"{notice.action} {notice.topic}", mail_of(notice))
        for sent in mail.outbox:
            self.mail(str(sent.subject), sent)
        mail.outbox.clear()

    def told(self) -> str:
        kinds = ", ".join(
            f"{self.looked[kind]} {kind} ({self.found[kind]} of ours in them)" for kind in sorted(self.looked)
        )
        return f"{kinds}: {len(self.hits)} hits"


class Words:
    """Gives the strings one after the other, so that each is typed somewhere."""

    def __init__(self, strings: tuple[str, ...], seed: int) -> None:
        drawn = list(strings)
        random.Random(seed).shuffle(drawn)
        self.given: set[str] = set()
        self.strings: Iterator[str] = cycle(drawn)
        self.most = len(drawn)

    def next(self, longest: int = 0) -> str:
        """Give the next one that fits."""
        for _number in range(self.most):
            one = next(self.strings)
            if not longest or len(one) <= longest:
                self.given.add(one)
                return one
        return "zq1"[: longest or None]

    def many(self, count: int) -> str:
        return "\n".join(self.next() for _number in range(count))

    def begins_with(self, beginning: str, holding: str = "") -> str:
        """Give the next one that begins in this way and has something in it."""
        return next(one for one in iter(self.next, None) if one.startswith(beginning) and holding in one)

    def without_address(self) -> str:
        """Give one that may be written before two have agreed."""
        return next(one for one in iter(self.next, None) if not reveals_an_address(one))


# A life


@dataclass
class HostileStory(Story):
    """An exchange in which everybody writes harm wherever words are asked for."""

    words: Words = field(default_factory=lambda: Words(KEPT, 2))

    def text(self) -> dict[str, Any]:
        """Give a text that can be agreed, of hostile words."""
        text = super().text()
        for row in text["plan"]:
            row["activity"] = self.words.next() if row.get("activity") else ""
        return text | {
            "place": self.words.next(200), "objectives_visitor": self.words.many(30),
            "objectives_host": self.words.many(30), "description": self.words.many(60),
            "outcomes": [{"outcome": self.words.next(), "indicator": self.words.next()} for _number in range(5)],
            "confidentiality": self.words.many(30), "insurance": self.words.many(30),
        }  # fmt: skip

    def talk(self) -> None:
        """Let the two, and their partnership, write where they write to each other."""
        commitment, words, at = self.commitment, self.words, self.at
        for part in ("place_and_dates", "objectives"):
            building.comment_on_part(commitment, part=part, text=words.many(5), actor=self.visitor, at=at, capacity=V)
        building.ask_for_help(commitment, question=words.many(5), actor=self.visitor, at=at, capacity=V)
        building.answer_help(commitment, answer=words.many(5), actor=self.visitor_contact, at=at, capacity=VP)
        thread.say_something(self.exchange, text=words.many(5), actor=self.host, at=at)

    def report_again(self) -> None:
        """Let both reports be returned with questions, and be handed in with hostile words."""
        words, commitment, at = self.words, self.commitment, self.at
        for side, contact, capacity in (("V", self.visitor_contact, VP), ("H", self.host_contact, HP)):
            finalisation.return_report(
                self.report(side), questions=words.many(5), actor=contact, at=at, capacity=capacity
            )
        same: dict[str, Any] = {
            "actual_first_day": commitment.first_day, "actual_last_day": commitment.last_day,
            "actual_days": commitment.working_days, "at": at,
        }  # fmt: skip
        marks = dict.fromkeys(("host", "visitor_partnership", "host_partnership", "tool", "information", "funding"), 4)
        finalisation.submit_report(
            self.report("V"), actor=self.visitor, **same, activities_done=words.many(20),
            objectives=[{"objective": self.commitment.objectives_visitor, "reached": 4, "sentence": words.next()}],
            outcomes={"contacts": 4, "meetings": 6}, ratings=marks, recommends=True, bank_details_are_right=True,
        )  # fmt: skip
        finalisation.submit_report(
            self.report("H"), actor=self.host, **same, presence_confirmed=True, benefits=words.many(20),
            follow_up=words.many(20), ratings=dict.fromkeys(("visitor", "host_partnership", "tool", "information"), 4),
        )  # fmt: skip


def rename(cast: Cast, words: Words) -> None:
    """Call everybody by hostile names: the forms in which people give them are looked at below."""
    assert cast.ana.organisation is not None
    assert cast.bram.organisation is not None
    # What stands in subjects of mails and in the first cells of lists.
    names = {
        cast.ana.organisation.pk: words.begins_with("zq", "\n"),
        cast.bram.organisation.pk: words.begins_with("\n="),
    }
    for organisation in Organisation.objects.filter(pk__in=names):
        organisation.legal_name = names[organisation.pk]
        for name, longest in (("street", 120), ("city", 60), ("keywords", 120), ("offers", 120)):
            setattr(organisation, name, words.next(longest))
        organisation.description = words.many(20)
        organisation.save()
    for account in Account.objects.filter(email__endswith="@cast.example"):
        account.first_name, account.last_name = words.next(60), words.next(60)
        account.save()
    Account.objects.filter(pk=cast.ana.account.pk).update(first_name=words.begins_with("＝"))
    for partnership in Partnership.objects.filter(acronym__in=["LOOM", "SELVEDGE"]):
        partnership.title, partnership.objectives = words.next(120), words.many(10)
        partnership.save()
    for member in MemberCluster.objects.all():
        member.name = words.next(120)
        member.save()


def pages_of(story: Story, cast: Cast) -> list[str]:
    """Give the addresses under which something of the exchange, its people and their organisations is shown."""
    one = f"/exchanges/{story.exchange.reference}/"
    own = [
        "", "thread/", "calendar/", "travel-sheet/", "commitment/", "commitment/document/", "financial-agreement/",
        "financial-agreement/document/", "financial-agreement/bank-details/", "report/visitor/", "report/host/",
        "report/visitor/certificate/", "report/host/certificate/", "evidence/", "payment/", "payment/account/",
        "commitment/parts/place-and-dates/", "commitment/parts/objectives/",
    ]  # fmt: skip
    lists = [
        reverse(f"figures:{name}")
        for name in ("exchanges", "exchanges_as_csv", "exchanges_as_xlsx", "away", "away_as_csv", "away_as_xlsx",
                     "figures_as_pdf", "realised_as_xlsx", "realised_as_pdf")
    ]  # fmt: skip
    people = [
        reverse("registration:application", args=[one.application.reference])
        for one in (story.visitor_participation, story.host_participation)
    ]
    return [
        *(f"{one}{end}" for end in own), *lists, *people, "/desk/", "/desk/queue.csv", "/desk/queue.xlsx",
        "/desk/queue.csv?show=waiting", "/desk/queue.xlsx?show=waiting", "/exchanges/", "/matching/catalogue/",
        "/matching/saved/", "/partnerships/",
        f"/partnerships/{cast.loom.slug}/", "/search/?q=zq", "/my-data/",
    ]  # fmt: skip


def test_a_life_of_hostile_words_is_shown_mailed_printed_and_listed_as_words(cast: Cast, tmp_path: Path) -> None:
    del tmp_path
    first, search = begin_story(cast), Search()
    words = Words(KEPT, 2)
    rename(cast, words)
    story = HostileStory(
        first.visitor_participation, first.host_participation, first.visitor, first.host, first.visitor_contact,
        first.host_contact, first.coordinator, first.begins_at, first.stay,
        message=words.without_address(), words=words,
    )  # fmt: skip
    story.tell("drafted")
    story.talk()
    partnerships.ask_partnership(
        cast.loom, name=words.next(120), email="asks@mill.example", text=words.many(10), language="en", at=story.at
    )
    people = [cast.ana, cast.chiara]
    people += [cast.edda, cast.bram, cast.dov, cast.cosima, cast.aurel] if IS_LONG else []

    def look(*ends: str) -> None:
        clock.set_clock(story.at + timedelta(minutes=5))
        for person in people:
            browser = signed_in(person)
            for address in pages_of(story, cast):
                if address.partition("?")[0].endswith(ends) or IS_LONG:
                    search.answer(f"{address} as {person.account.email}", browser.get(address))  # type: ignore[arg-type]  # -- the test client's answer is one

    story.tell("running")
    look(".csv", ".xlsx")
    story.tell("reported")
    story.report_again()
    story.tell("closed")
    matching.start_conversation(
        sender=story.visitor_participation, partner=story.host_participation, text=words.many(20), actor=story.visitor,
        at=story.at,
    )  # fmt: skip
    look("")
    search.mails_since(0)
    search.mail("a digest", digest_of(list(Notice.objects.filter(account=cast.chiara.account)[:20])))

    print(f"\n{len(words.given)} strings in one life; {search.told()}")
    assert search.hits == []
    assert {kind for kind, count in search.found.items() if count} == {
        "pages", "mails", "documents", "CSV", "XLSX", "calendars",
    }  # fmt: skip
    assert len(words.given) == len(KEPT)


# Forms. In the long form they stand in a world that lasts, so nothing else may come after.


def forms_with_words(world: World) -> list[tuple[str, Form]]:
    """Give each form with a field for words once, with somebody before whom it stands."""
    browsers = world.browsers()
    found: dict[tuple[str, str, tuple[str, ...]], tuple[str, Form]] = {}
    for account, address in random.Random(1).sample(world.pages, len(world.pages))[:PAGES]:
        answer = matrix.answer_to(browsers[account], "get", address)
        if answer.streaming or answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        for form in forms_of(answer.content.decode(), address):
            if any(one.is_for_words for one in form.fields):
                names = tuple(one.name for one in form.fields)
                found.setdefault((form.address, form.method, names), (account, form))
        if len(found) >= FORMS:
            break
    return list(found.values())


def test_what_is_typed_into_any_form_comes_back_as_words(world: World) -> None:
    cache.clear()
    mail.outbox.clear()
    words, search, outcomes, fields = Words(STRINGS, 1), Search(), Counter[str](), Counter[str]()
    forms = forms_with_words(world)

    for account, form in forms * TIMES:
        last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with transaction.atomic():
            browser = browser_of(world.accounts[account])

            def typed(one: Field, name: str = form.address) -> str:
                fields[f"{name} {one.name}"] += 1
                return words.next(one.longest)

            data = as_filled(form, typed, {})
            answer: HttpResponse = getattr(browser, form.method)(form.address, data)
            outcomes[{2: "shown", 3: "taken", 4: "refused"}.get(answer.status_code // 100, "failed")] += 1
            search.answer(f"{form.method} {form.address} as {account}", answer)
            if answer.status_code in {302, 303}:
                for address in dict.fromkeys((answer["Location"], form.page, "/desk/")):
                    if address.startswith("/"):
                        search.answer(
                            f"{address} after {form.address} as {account}", matrix.answer_to(browser, "get", address)
                        )
                search.mails_since(last)
            transaction.set_rollback(True)
    cache.clear()

    print(
        f"\n{len(words.given)} strings in {len(fields)} fields of {len(forms)} forms ({dict(outcomes)}); "
        f"{search.told()}"
    )
    assert search.hits == []
    assert outcomes["taken"] >= len(forms) // 8
    assert search.found["pages"]
