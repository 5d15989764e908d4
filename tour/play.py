"""One exchange from sign-up to closed, each party for itself, with what is forbidden tried on the way."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tour.page import Form, Page
from tour.person import Counts, File, Person

PASSWORD = "tour-tour-2026-abroad"  # noqa: S105 -- of invented people, in a scratch demonstration
PAPER = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
HERE = Path(__file__).parent
BANK_FILE, STATEMENT_FILE = "bank-file.xml", "statement.xml"
# What the bank says when it has carried out the one transfer.
STATEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>TOUR-1</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>1</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>
<AcctSvcrRef>TOUR-0417</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
PARTIES = ("visiting_organisation", "host_organisation", "visitor_partnership", "host_partnership", "support_office")
REGISTRATION_FORM = {"start_application", "edit_application"}
NOT_FOUND = 404
SECONDS_FOR_SIGNATURES = 60
# Addresses of cases; profiles in the catalogue are for every accepted participant.
CASE = re.compile(r"/(APP|PRO|EXC)-\d+-\d+/")


class Unexpected(AssertionError):
    """The tool answered otherwise than the scheme says."""


@dataclass
class Log:
    """What has been done, refused and counted."""

    counts: Counts = field(default_factory=Counts)
    steps: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    parties: dict[str, str] = field(default_factory=dict)
    is_trying: bool = False

    def note(self, person: Person, action: str, page: Page, seconds: float, *, counted: bool) -> None:
        """Keep one submission."""
        path = urllib.parse.urlsplit(page.url).path
        self.steps.append({
            "n": len(self.steps) + 1, "who": person.name, "what": action, "url": path, "status": page.status,
            "state": page.state, "seconds": round(seconds, 3),
        })  # fmt: skip
        if counted and not self.is_trying and action not in REGISTRATION_FORM:
            self.counts.add(self.parties.get(person.name, person.name))


@dataclass(frozen=True)
class Newcomer:
    """Somebody who signs up during the tour."""

    email: str
    first_name: str
    last_name: str
    legal_name: str
    country: str
    city: str
    region: str
    language: str
    cluster: str
    partnership: str


def valid_by_pdfsig(path: Path) -> int:
    """Count the signatures of parties that poppler's reader calls valid; time stamps are none of them."""
    told = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    entries = re.split(r"Signature #\d+:", told)[1:]
    return sum("ETSI.CAdES.detached" in one and "Signature is Valid." in one for one in entries)


def expect(wanted: object, found: object, what: str) -> None:
    """Go on only if the tool answered as the scheme says.

    :raises Unexpected: it did not.
    """
    if wanted != found:
        message = f"{what}: expected {wanted!r}, found {found!r}"
        raise Unexpected(message)


class Play:
    """One exchange with its people."""

    def __init__(
        self, base: str, accounts: Mapping[str, Mapping[str, Any]], log: Log, expected: Mapping[str, Any]
    ) -> None:
        """Begin with nobody signed in."""
        self.base, self.accounts, self.log, self.expected = base, accounts, log, expected
        self.exchange = ""

    # People

    def person(self, party: str, name: str) -> Person:
        """Give somebody a browser of their own."""
        self.log.parties[name] = party
        return Person(name, self.base, self.log.note)

    def officer(self, party: str, email: str) -> Person:
        """Sign somebody of the demonstration in."""
        somebody = self.person(party, email.split("@", maxsplit=1)[0])
        account = self.accounts[email]
        page = somebody.sign_in(email, account["password"], account["totp_secret"])
        expect("/desk/", urllib.parse.urlsplit(page.url).path, f"{email} comes to the desk")
        return somebody

    def sign_up(self, party: str, newcomer: Newcomer) -> Person:
        """Sign somebody new up, with the address confirmed by the link of a mail."""
        somebody = self.person(party, newcomer.first_name.lower())
        somebody.email = newcomer.email
        somebody.send(somebody.open("/sign-up/").only_form(), {"email": newcomer.email, "password1": PASSWORD})
        link = next(one for mail in somebody.mails() for one in mail["links"] if "confirm-email" in one)
        page = somebody.send(somebody.open(link).only_form())
        expect("/desk/", urllib.parse.urlsplit(page.url).path, f"{newcomer.email} comes to the desk")
        return somebody

    # Registration

    def register(self, somebody: Person, newcomer: Newcomer, role: str, windows: tuple[str, str]) -> Page:
        """Fill the registration in, section by section, and submit it."""
        page = somebody.act(somebody.open("/registration/"), "start_application")
        address = page.url
        if role == "visit":
            self.refused(
                somebody, page, "submit_application", 409, "answers_missing", at=f"{address}submit-application/"
            )
        for name, answers in self.answers(newcomer, role, windows).items():
            files = {"curriculum_vitae": File("cv.pdf", PAPER)} if name == "you" else {}
            page = somebody.act(somebody.open(f"{address}sections/{name}/"), "edit_application", answers, files)
            expect([], page.codes, f"section {name}")
        page = somebody.open(f"{address}check/")
        declarations = {name: True for name in page.form("submit_application").kinds if name.startswith("declares_")}
        if role == "visit":
            self.refused(somebody, page, "submit_application", 422, "declaration_missing")
        page = somebody.act(page, "submit_application", declarations)
        expect("SUBMITTED", page.state, "registration")
        return page

    def answers(self, newcomer: Newcomer, role: str, windows: tuple[str, str]) -> dict[str, dict[str, Any]]:
        """Give what the newcomer writes in each section."""
        motivation = {
            "motivation": "We lose a third of the fibre in carding and want to see another line.",
            "purposes": ["learn_from_actors"],
            "activities": ["sharing_knowledge"],
        }
        motivation |= (
            {"learn": "How recycled yarn runs on a fast loom."}
            if role == "visit"
            else {"offer": "Days at the loom with our team.", "places": "2"}
        )
        return {
            "you": {
                "first_name": newcomer.first_name, "last_name": newcomer.last_name, "position": "Head of development",
                "phone": "+34 000 000 777", "based_in": newcomer.country, "nationality": newcomer.country,
                "language_1": newcomer.language, "level_1": "C2", "language_2": "en", "level_2": "B2",
                "works_for_organisation": True,
            },
            "organisation": {
                "role": role, "organisation_type": "sme", "legal_name": newcomer.legal_name, "street": "Mill Lane 4",
                "registration_number": "B 1234", "postcode": "03801", "city": newcomer.city,
                "region": newcomer.region, "country": newcomer.country,
            },
            "profile": {
                "website": f"https://{newcomer.first_name.lower()}.example", "ecosystems": ["textiles"], "nace": "13",
                "description": "We weave technical cloth from recycled yarn.", "keywords": "recycled yarn, weaving",
            },
            "cluster-and-size": {
                "people": "22", "turnover_eur": "3100000", "balance_eur": "2000000", "cluster_membership": "yes",
                "cluster_name": newcomer.cluster, "cluster_since": "2017",
            },
            "motivation": motivation,
            "preferences": {
                "working_languages": ["en"], "days_wished": "3", "format": "both", "window_1_from": windows[0],
                "window_1_to": windows[1],
            },
            "partnership": {"partnership": newcomer.partnership, "visibility": "name"},
        }  # fmt: skip

    def assess(self, officer: Person, address: str) -> Page:
        """Open, check and accept a registration."""
        page = officer.act(officer.open(address), "open_application")
        expect("UNDER_ASSESSMENT", page.state, "opened registration")
        passed = {name: "pass" for name in page.form("accept_application").kinds if name.startswith("item_")}
        officer.act(page, "accept_application", passed)
        page = officer.open(address)  # the decision leads on to the next registration
        expect("ACCEPTED", page.state, "assessed registration")
        return page

    # What is forbidden

    def refused(
        self, somebody: Person, page: Page, action: str, status: int, code: str,
        values: Mapping[str, Any] | None = None, *, at: str = "", hidden: Mapping[str, str] | None = None,
    ) -> Page:  # fmt: skip
        """Try what the scheme forbids, and see it refused with its code and nothing changed."""
        before = page.state
        if at:
            form = Form(
                action,
                urllib.parse.urljoin(page.url, at),
                {"csrfmiddlewaretoken": [token_of(page)]},
                {"csrfmiddlewaretoken": "hidden"},
                {},
            )
            for name in hidden or {}:
                form.kinds[name] = "hidden"
        else:
            form = page.form(action)
        self.log.is_trying = True
        try:
            answer = somebody.send(form, {**(values or {}), **(hidden or {})})
        finally:
            self.log.is_trying = False
        self.log.refusals.append(
            {
                "tried": f"{somebody.name}: {action}",
                "status": answer.status,
                "code": code if code in answer.codes else (answer.codes or [""])[0],
            }
        )
        expect(status, answer.status, f"{action} tried by {somebody.name} ({code}; {answer.codes})")
        if status != NOT_FOUND:
            if code not in answer.codes:
                message = f"{action} tried by {somebody.name}: expected {code}, found {answer.codes}"
                raise Unexpected(message)
            if before and answer.state:
                expect(before, answer.state, f"state after {action} was refused")
        return answer

    def hidden_from(self, stranger: Person, address: str) -> None:
        """See that an address is unknown to somebody who has no part in it."""
        page = stranger.open(address)
        expect(NOT_FOUND, page.status, f"{stranger.name} at {address}")
        self.log.refusals.append(
            {"tried": f"{stranger.name}: {urllib.parse.urlsplit(address).path}", "status": page.status, "code": ""}
        )

    # The clock

    def move_clock(self, moment: str) -> None:
        """Move the demonstration's clock forward."""
        data = urllib.parse.urlencode({"now": moment}).encode()
        with urllib.request.urlopen(urllib.parse.urljoin(self.base, "/demo/clock/"), data=data, timeout=30) as answer:  # noqa: S310 -- the server under test
            json.load(answer)


def token_of(page: Page) -> str:
    """Give the mark of origin of a page's forms.

    :raises LookupError: the page has no form.
    """
    for one in page.root.all("input", name="csrfmiddlewaretoken"):
        return one.attributes["value"]
    message = f"no form in {page.url}"
    raise LookupError(message)


def part(address: str, name: str) -> str:
    """Give the address of a part of an exchange."""
    return f"{address}{name}/"


class Exchange(Play):
    """A whole exchange, from two sign-ups to closed."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 -- handed on
        visitor: Newcomer,
        host: Newcomer,
        format: str,  # noqa: A002 -- the scheme's word
        windows: tuple[str, str],
    ) -> None:
        """Say who plays."""
        super().__init__(*arguments)
        self.newcomers, self.format, self.windows = (visitor, host), format, windows

    def play(self, folder: Path) -> str:
        """Play everything; give the reference of the exchange. Both agreements are kept in the folder."""
        new_visitor, new_host = self.newcomers
        self.visitor = self.sign_up("visiting_organisation", new_visitor)
        self.host = self.sign_up("host_organisation", new_host)
        self.visitor_contact = self.officer("visitor_partnership", "visitor.contact@demo.example")
        self.host_contact = self.officer("host_partnership", "host.contact@demo.example")
        self.coordinator = self.officer("visitor_partnership", "visitor.coordinator@demo.example")
        self.support = self.officer("support_office", "support@demo.example")
        self.stranger = self.officer("stranger", "stranger@demo.example")
        self.registration()
        self.matching()
        self.commitment(folder)
        if self.is_physical:
            self.financial_agreement(folder)
        self.stay()
        self.reports()
        if self.is_physical:
            self.payment()
        page = self.visitor.open(self.exchange)
        expect("CLOSED", page.state, "the exchange at its end")
        self.keep_certificate(folder)
        expect([], page.turn, "whose turn it is at the end")
        for address in sorted(set().union(*(one.visited for one in self.everybody()))):
            if CASE.search(address):
                self.hidden_from(self.stranger, address)
        return page.reference

    def everybody(self) -> list[Person]:
        """Give the people who had a part in the exchange."""
        return [self.visitor, self.host, self.visitor_contact, self.host_contact, self.coordinator]

    @property
    def is_physical(self) -> bool:
        """Whether somebody travels."""
        return self.format == "physical"

    def registration(self) -> None:
        """Both register and are accepted."""
        new_visitor, new_host = self.newcomers
        page = self.register(self.visitor, new_visitor, "visit", self.windows)
        address = page.url
        if self.is_physical:
            expect(self.expected["assessment_due"], page.due, "the last day of the assessment")
            self.hidden_from(self.stranger, address)
            self.hidden_from(self.host_contact, address)
            self.refused(
                self.visitor, page, "accept_application", 403, "not_allowed", at=f"{address}accept-application/"
            )
            self.refused(
                self.visitor_contact,
                self.visitor_contact.open(address),
                "accept_application",
                409,
                "wrong_state",
                at=f"{address}accept-application/",
            )
        self.assess(self.visitor_contact, address)
        page = self.register(self.host, new_host, "host", self.windows)
        self.assess(self.host_contact, page.url)

    def matching(self) -> None:
        """The visitor finds the host and proposes; the host accepts."""
        best = self.visitor.open("/matching/best/")
        expect(200, best.status, "best partners")
        if not best.root.all(data_score="") or not best.root.all(data_reason="", data_term=""):
            message = "the best partners have no score or no reasons"
            raise Unexpected(message)
        name = self.newcomers[1].legal_name
        found = self.visitor.open(f"/matching/catalogue/?q={urllib.parse.quote(name.split()[1].strip(','))}")
        page = self.visitor.open(found.link("/matching/organisations/"))
        self.refused(
            self.visitor, page, "send_proposal", 422, "message_missing", {"format": self.format, "message": ""}
        )
        if self.is_physical:
            self.impossible_partners(found)
        page = self.visitor.act(
            page, "send_proposal", {"format": self.format, "message": "May we come for three days?"}
        )
        expect("SENT", page.state, "the proposal")
        proposal = page.url
        self.hidden_from(self.stranger, proposal)
        self.refused(self.visitor, page, "accept_proposal", 403, "not_allowed", at=f"{proposal}accept-proposal/")
        self.refused(self.host, self.host.open(proposal), "decline_proposal", 422, "required", {"reason": []})
        page = self.host.act(self.host.open(proposal), "accept_proposal")
        expect("ACCEPTED", page.state, "the proposal")
        self.exchange = page.link("/exchanges/EXC-")
        self.exchange = re.sub(r"(/exchanges/EXC-\d+-\d+/).*", r"\1", self.exchange)
        self.refused(self.host, page, "accept_proposal", 409, "wrong_state", at=f"{proposal}accept-proposal/")

    def impossible_partners(self, found: Page) -> None:
        """Try a partner at home, and one whose windows do not meet the visitor's."""
        own = urllib.parse.parse_qs(urllib.parse.urlsplit(found.link("/matching/organisations/")).query)["for"][0]
        for country, code in (("ES", "same_country"), ("BE", "windows_do_not_overlap")):
            listed = self.visitor.open(f"/matching/catalogue/?for={own}&country={country}")
            row = next(one for one in listed.root.all(data_excluded=code))
            card: Any = row
            while card is not None and "data-ref" not in card.attributes:
                card = card.parent
            reference = (
                card.attributes["data-ref"] if card is not None else row.all(data_ref="")[0].attributes["data-ref"]
            )
            page = self.visitor.open(f"/matching/organisations/{reference}/?for={own}")
            self.refused(
                self.visitor, page, "send_proposal", 409, code,
                at=f"/matching/organisations/{reference}/send-proposal/",
                hidden={"side": own, "format": "physical", "message": "May we come?"},
            )  # fmt: skip

    # Exchange building

    def text_of(self, page: Page) -> dict[str, Any]:
        """Give what the visitor writes into the Commitment to Quality."""
        fields = page.form("edit_commitment").kinds
        return {
            **{name: "Trials on the loom" for name in fields if name.endswith("_activity")},
            **{name: True for name in fields if name.startswith("declares_")},
            "first_day": self.expected["first_day"],
            "last_day": self.expected["last_day"],
            "outcome_1": "A plan for common trials",
            "indicator_1": "Written down and dated",
            **({} if self.is_physical else {"place": "Online"}),
        }

    def commitment(self, folder: Path) -> None:
        """Both write and agree, both contact points validate, four sign."""
        address = part(self.exchange, "commitment")
        money = part(self.exchange, "financial-agreement")
        page = self.visitor.open(address)
        self.hidden_from(self.stranger, address)
        self.refused(
            self.visitor,
            page,
            "agree_commitment",
            409,
            "text_incomplete",
            at=f"{address}agree-commitment/",
            hidden={"version": "1", "text_sha256": ""},
        )
        self.refused(
            self.visitor,
            page,
            "sign_commitment",
            409,
            "not_agreed_by_both",
            at=f"{address}sign-commitment/",
            hidden={"password": PASSWORD},
        )
        self.refused(
            self.visitor,
            self.visitor.open(self.exchange),
            "confirm_start",
            409,
            "commitment_not_signed",
            at=f"{self.exchange}confirm-start/",
        )
        days = urllib.parse.urlencode({"first_day": self.expected["first_day"], "last_day": self.expected["last_day"]})
        page = self.visitor.open(f"{address}edit-commitment/?{days}")
        text = self.text_of(page)
        if self.is_physical:
            self.refused(
                self.visitor, page, "edit_commitment", 422, "end_before_start", {**text, "last_day": "2026-04-10"}
            )
            self.refused(
                self.visitor, page, "edit_commitment", 422, "over_one_month", {**text, "last_day": "2026-05-29"}
            )
            short = {
                **text,
                **{name: "" for name in text if name.startswith("plan_2026-04-16")},
                "last_day": "2026-04-15",
            }
            self.refused(self.visitor, page, "edit_commitment", 422, "under_three_working_days", short)
        page = self.visitor.act(page, "edit_commitment", text)
        expect("DRAFTING", page.state, "the commitment after an edit")
        stale = page.form("agree_commitment")
        page = self.visitor.act(self.visitor.open(address), "agree_commitment")
        if self.is_physical:
            self.refused(
                self.host,
                self.host.open(address),
                "agree_commitment",
                409,
                "text_has_changed",
                at=f"{address}agree-commitment/",
                hidden={"version": stale.values["version"][0], "capacity": "H", "text_sha256": "0" * 64},
            )
        page = self.host.act(self.host.open(address), "agree_commitment")
        expect("SUBMITTED", page.state, "the commitment after both agreed")
        self.refused(
            self.host,
            page,
            "sign_commitment",
            409,
            "not_validated_by_both",
            at=f"{address}sign-commitment/",
            hidden={"password": PASSWORD},
        )
        self.visitor_contact.act(self.visitor_contact.open(address), "validate_commitment")
        page = self.host_contact.act(self.host_contact.open(address), "validate_commitment")
        expect("SIGNING", page.state, "the commitment after both validated")
        if self.is_physical:
            self.refused(
                self.visitor_contact,
                self.visitor_contact.open(money),
                "offer_agreement",
                409,
                "bank_details_missing",
                at=f"{money}offer-agreement/",
            )
        self.refused(
            self.visitor,
            self.visitor.open(address),
            "sign_commitment",
            422,
            "password_wrong",
            {"password": "not the password"},
        )
        for somebody, password in self.four():
            page = somebody.act(somebody.open(address), "sign_commitment", {"password": password})
            if somebody is self.visitor:
                self.refused(
                    self.visitor,
                    self.visitor.open(address),
                    "sign_commitment",
                    409,
                    "already_signed",
                    at=f"{address}sign-commitment/",
                    hidden=self.signing(page, PASSWORD),
                )
        expect("SIGNED", page.state, "the commitment after four signatures")
        self.keep(self.visitor, page.link("commitment/document/"), folder / f"commitment-{self.format}.pdf", 4)

    def four(self) -> list[tuple[Person, str]]:
        """Give the four who sign, with their passwords."""
        demo = self.accounts["visitor.contact@demo.example"]["password"]
        return [
            (self.visitor, PASSWORD),
            (self.host, PASSWORD),
            (self.visitor_contact, demo),
            (self.host_contact, demo),
        ]

    def signing(self, page: Page, password: str) -> dict[str, str]:
        """Give what a signing form would send once more."""
        return {"password": password, "version": page.main.attributes.get("data-version", "1")}

    def keep(self, somebody: Person, address: str, path: Path, signatures: int) -> None:
        """Download a document once its signatures stand in it."""
        until = time.monotonic() + SECONDS_FOR_SIGNATURES
        while True:
            page = somebody.open(address)
            expect(200, page.status, f"the document {address}")
            if not page.body.startswith(b"%PDF-"):
                message = f"{address} is no PDF"
                raise Unexpected(message)
            found = page.body.count(b"/ETSI.CAdES.detached")
            if found == signatures or time.monotonic() > until:
                break
            time.sleep(0.5)
        expect(signatures, found, f"the signatures in {address}")
        path.write_bytes(page.body)
        if shutil.which("pdfsig"):
            expect(signatures, valid_by_pdfsig(path), f"the signatures in {path.name} that pdfsig calls valid")

    def keep_certificate(self, folder: Path) -> None:
        """Download the visitor's certificate of participation once a job has made it."""
        until = time.monotonic() + SECONDS_FOR_SIGNATURES
        while not (found := self.visitor.open(self.exchange).links("/certificate/")) and time.monotonic() < until:
            time.sleep(0.5)
        expect(1, len(found), "certificates of participation that the visitor may open")
        self.keep(self.visitor, found[0], folder / f"certificate-{self.format}.pdf", 1)

    def financial_agreement(self, folder: Path) -> None:
        """The visitor gives an account, the partnership offers, both sign."""
        address = part(self.exchange, "financial-agreement")
        page = self.visitor.open(address)
        if self.expected["amount_cents"] not in page.cents():
            message = f"the financial agreement shows {page.cents()}"
            raise Unexpected(message)
        account = {"iban": "ES9121000418450200051332", "tax_status": "registered_for_vat", "de_minimis_eur": "0"}
        self.refused(
            self.visitor,
            page,
            "give_bank_details",
            422,
            "iban_invalid",
            {**account, "iban": "ES9121000418450200051333"},
        )
        self.refused(
            self.visitor,
            self.visitor.open(self.exchange),
            "confirm_start",
            409,
            "financial_agreement_not_signed",
            at=f"{self.exchange}confirm-start/",
        )
        self.visitor.act(self.visitor.open(address), "give_bank_details", account)
        page = self.visitor_contact.act(self.visitor_contact.open(address), "offer_agreement")
        expect("OFFERED", page.state, "the financial agreement")
        self.hidden_from(self.host, address)
        for somebody, password in self.four()[0::2]:
            page = somebody.act(somebody.open(address), "sign_agreement", {"password": password})
        expect("SIGNED", page.state, "the financial agreement")
        self.keep(self.visitor, page.link("financial-agreement/document/"), folder / "financial-agreement.pdf", 2)

    # The stay and after

    def stay(self) -> None:
        """Both confirm start and end, on their days."""
        page = self.visitor.open(self.exchange)
        expect("READY", page.state, "the exchange before the stay")
        self.refused(self.visitor, page, "confirm_start", 409, "before_first_day", at=f"{self.exchange}confirm-start/")
        self.move_clock(f"{self.expected['first_day']}T10:00:00+02:00")
        for somebody in (self.visitor, self.host):
            page = somebody.act(somebody.open(self.exchange), "confirm_start")
        expect("RUNNING", page.state, "the exchange during the stay")
        self.move_clock(f"{self.expected['last_day']}T18:00:00+02:00")
        for somebody in (self.visitor, self.host):
            page = somebody.act(somebody.open(self.exchange), "confirm_end")
        if self.is_physical:
            expect("ENDED", page.state, "the exchange after the stay")

    def reports(self) -> None:
        """Evidence, both reports, and their validation."""
        address, evidence, money = (part(self.exchange, name) for name in ("report", "evidence", "payment"))
        if self.is_physical:
            page = self.visitor.open(address)
            expect(self.expected["report_due"], page.due, "the last day of the report")
            self.refused(
                self.visitor, page, "submit_report", 409, "evidence_missing", at=f"{address}visitor/submit-report/"
            )
            self.refused(
                self.visitor_contact,
                self.visitor_contact.open(money),
                "order_payment",
                409,
                "report_missing",
                at=f"{money}order-payment/",
            )
        page = self.visitor.open(evidence)
        wanted = page.form("upload_evidence").files
        self.visitor.act(page, "upload_evidence", {}, {name: File(f"{name}.pdf", PAPER) for name in wanted})
        page = self.visitor.open(address)
        form = page.form("submit_report")
        marks = {name: "4" for name in form.kinds if name.startswith("rating_") or name.endswith("_rating")}
        told = {name: "Two of four lots ran at full speed." for name in form.kinds if name.endswith("_sentence")}
        days = {
            "actual_first_day": self.expected["first_day"],
            "actual_last_day": self.expected["last_day"],
            "actual_days": "3",
        }
        more: dict[str, Any] = {"activities_done": "Four lots were run.", "recommends": "yes"}
        if "bank_details_are_right" in form.kinds:
            more["bank_details_are_right"] = True
        page = self.visitor.send(form, {**marks, **told, **days, **more})
        expect("SUBMITTED", page.state, f"the visitor's report {page.codes}")
        form = self.host.open(address).form("submit_report")
        marks = {name: "4" for name in form.kinds if name.startswith("rating_")}
        page = self.host.send(
            form, {**marks, "presence_confirmed": True, "actual_days": "3", "benefits": "We saw where looms stop."}
        )
        expect("SUBMITTED", page.state, f"the host's report {page.codes}")
        page = self.visitor_contact.act(self.visitor_contact.open(f"{address}visitor/"), "validate_report")
        expect("VALIDATED", page.state, "the visitor's report")
        if self.is_physical:
            self.refused(
                self.visitor_contact,
                self.visitor_contact.open(money),
                "order_payment",
                409,
                "evidence_missing",
                at=f"{money}order-payment/",
            )
        checking = self.visitor_contact.open(evidence)
        # Ticked beforehand is only what the contact point has opened.
        every = checking.form("accept_evidence").choices["items"]
        self.visitor_contact.act(checking, "accept_evidence", {"items": every})
        page = self.host_contact.act(self.host_contact.open(f"{address}host/"), "validate_report")
        expect("VALIDATED", page.state, "the host's report")

    def pay_by_file(self) -> None:
        """Take the bank file, and bring back the statement that the bank would write."""
        batch = self.batch_address()
        self.coordinator.act(self.coordinator.open(batch), "make_bank_file")
        file = self.coordinator.open(f"{batch}file/").body.decode()
        euros = f"{self.expected['amount_cents'] // 100}.{self.expected['amount_cents'] % 100:02d}"
        for said in (f"<EndToEndId>{self.exchange_reference}</EndToEndId>", f">{euros}</InstdAmt>"):
            if said not in file:
                message = f"the bank file does not say {said}"
                raise Unexpected(message)
        (HERE / BANK_FILE).write_text(file, encoding="utf-8")
        account = re.search(r"<DbtrAcct>.*?<IBAN>(\w+)</IBAN>", file, re.DOTALL)
        written = STATEMENT.format(
            account=account[1] if account else "",
            amount=euros,
            day=self.expected["last_day"],
            reference=self.exchange_reference,
        )
        (HERE / STATEMENT_FILE).write_text(written, encoding="utf-8")
        page = self.visitor_contact.act(
            self.visitor_contact.open("/payments/statements/"),
            "keep_statement",
            {},
            {"file": File("statement.xml", written.encode())},
        )
        page = self.visitor_contact.act(page, "import_statement")
        expect("IMPORTED", page.state, "the statement")

    @property
    def exchange_reference(self) -> str:
        """The reference by which the bank knows the payment."""
        return self.exchange.strip("/").rsplit("/", 1)[-1]

    def batch_address(self) -> str:
        """Find the batch in which the payment is."""
        links = [one.attributes.get("href") or "" for one in self.coordinator.open("/payments/batches/").root.all("a")]
        for link in links:
            if not re.fullmatch(r"/payments/batches/\d+/", link):
                continue
            rows = self.coordinator.open(link).root.all("tr", **{"data-ref": self.exchange_reference})
            if list(rows):
                return link
        message = "no batch holds the payment"
        raise Unexpected(message)

    def payment(self) -> None:
        """Ordered by one, released by another, paid, received."""
        address = part(self.exchange, "payment")
        page = self.visitor_contact.open(address)
        expect("DUE", page.state, "the payment")
        if self.expected["amount_cents"] not in page.cents():
            message = f"the payment shows {page.cents()}"
            raise Unexpected(message)
        page = self.visitor_contact.act(page, "order_payment")
        self.refused(self.visitor_contact, page, "release_payment", 403, "not_allowed", at=f"{address}release-payment/")
        self.hidden_from(self.host, address)
        page = self.coordinator.act(self.coordinator.open(address), "release_payment")
        expect("RELEASED", page.state, "the payment")
        self.refused(
            self.coordinator, page, "release_payment", 409, "already_in_batch", at=f"{address}release-payment/"
        )
        self.pay_by_file()
        expect("PAID", self.visitor_contact.open(address).state, "the payment")
        page = self.visitor.act(self.visitor.open(address), "confirm_receipt")
        expect("CONFIRMED", page.state, "the payment")
