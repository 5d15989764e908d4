"""One exchange played by the real operations, step by step, as far as it is wanted.

The demonstration tells its cases with it, and the tests bring theirs to a state with it: nothing sets a state by hand.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import HP, PO, PR, VP, H, V
from clusterxchange.foundation.files import PDF
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import Commitment, Exchange, FinancialAgreement
from clusterxchange.phases.exchange_building.rules import plan_between
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.models import ActivityReport, EvidenceItem, Payment
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow import engine
from clusterxchange.workflow.notices import nobody_is_told

ZONE = ZoneInfo("Europe/Brussels")
SATURDAY = 5
IN_A_PDF = str.maketrans({"(": "\\(", ")": "\\)", "\\": "\\\\", "ł": "l", "Ł": "L"})
LATIN = 256
PAPER = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
WORDS_OF_PAPERS = {
    "outward": "Boarding pass, outward journey",
    "return": "Boarding pass, return journey",
    "stay": "Invoice of the hotel",
    "presence": "Confirmation by the host organisation",
}
STEPS = (
    "proposed", "matched", "drafted", "agreed", "validated", "commitment_signed", "ready", "running", "ended",
    "reported", "due", "ordered", "released", "paid", "closed",
)  # fmt: skip


def paper(*lines: str) -> bytes:
    """Write a page with some lines on it; letters that western Europe does not use lose their marks."""
    plain = [
        "".join(one if ord(one) < LATIN else unicodedata.normalize("NFKD", one) for one in line.translate(IN_A_PDF))
        for line in lines
    ]
    written = " ".join(f"({line}) Tj 0 -28 Td" for line in plain)
    stream = f"BT /F1 16 Tf 72 740 Td {written} ET".encode("latin-1", "ignore")
    return (
        b"%%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%%%EOF\n"
    ) % (len(stream), stream)


@dataclass(frozen=True)
class Stay:
    """When a stay is, and what is done there. Both days are inside it."""

    first_day: date
    last_day: date
    activity: str = "Trials on the loom and talks with the team"
    objective: str = "See how recycled yarn runs on a fast loom, and plan common trials."


class Seen(TypedDict):
    """Which text somebody had before them."""

    version: str
    text_sha256: str


def seen(document: Commitment | FinancialAgreement) -> Seen:
    """Give what a page of an agreement carries unseen: version and fingerprint."""
    return Seen(version=str(document.version), text_sha256=document.text_sha256)


@dataclass
class Story:
    """Two participations, the people who act for them, and how far their exchange has come."""

    visitor_participation: Participation
    host_participation: Participation
    visitor: Actor
    host: Actor
    visitor_contact: Actor
    host_contact: Actor
    coordinator: Actor
    begins_at: datetime
    stay: Stay
    format: str = "physical"
    message: str = "We would like to see how you set up your looms, and bring our fibre tests along."
    told: list[str] = field(default_factory=list)
    at: datetime = field(init=False)
    proposal: Proposal = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the clock of the story."""
        self.at = self.begins_at

    @property
    def is_physical(self) -> bool:
        """Whether somebody travels."""
        return self.format == "physical"

    @property
    def exchange(self) -> Exchange:
        """The exchange as it stands now."""
        return Exchange.objects.get(proposal=self.proposal)

    @property
    def commitment(self) -> Commitment:
        """The latest version of the Commitment to Quality as it stands now."""
        found: Commitment = self.exchange.commitments.latest("version")
        return found

    @property
    def agreement(self) -> FinancialAgreement:
        """The latest financial agreement as it stands now."""
        found: FinancialAgreement = self.exchange.financial_agreements.latest("version")
        return found

    @property
    def payment(self) -> Payment:
        """The payment as it stands now."""
        return Payment.objects.get(exchange=self.exchange)

    def report(self, side: str) -> ActivityReport:
        """Give the report of one side as it stands now."""
        return ActivityReport.objects.get(exchange=self.exchange, side=side)

    def tell(self, until: str) -> "Story":
        """Play every step that has not been played yet, up to the one named."""
        for step in STEPS[: STEPS.index(until) + 1]:
            if step not in self.told:
                play: Callable[[], None] = getattr(self, f"_{step}")
                play()
                self.told.append(step)
        return self

    def tell_at_once(self, until: str) -> "Story":
        """Play up to a step in one transaction, of which nobody is told: who must act is written once, at its end."""
        with nobody_is_told(), engine.unit_of_work(SYSTEM, self.at) as work:
            self.tell(until)
            work.at = self.at
        return self

    def _later(self, **delta: int) -> datetime:
        self.at += timedelta(**delta)
        return self.at

    def _proposed(self) -> None:
        self.proposal = matching.send_proposal(
            sender=self.visitor_participation,
            partner=self.host_participation,
            message=self.message,
            format=self.format,
            actor=self.visitor,
            at=self.at,
        )

    def _matched(self) -> None:
        matching.accept_proposal(self.proposal, actor=self.host, at=self._later(days=1))

    def _drafted(self) -> None:
        exchange_building.edit_commitment(
            self.commitment, values=self.text(), actor=self.visitor, at=self._later(hours=5), capacity=V
        )

    def text(self) -> dict[str, Any]:
        """Give the columns of a text that can be agreed."""
        commitment = self.commitment
        plan = plan_between(self.stay.first_day, self.stay.last_day, ())
        for row in plan:
            # A weekend inside the stay is free.
            if date.fromisoformat(row["day"]).weekday() < SATURDAY:
                row["activity"] = self.stay.activity
        return {
            "place": commitment.place or "Online",
            "first_day": self.stay.first_day,
            "last_day": self.stay.last_day,
            "objectives_visitor": self.stay.objective,
            "objectives_host": "Learn what the visitor measures, and offer it to own customers.",
            "purposes": ["learn_from_actors"],
            "activities": ["sharing_knowledge"],
            "description": "The visitor works with the host's team, in the workshop and at the table.",
            "plan": plan,
            "outcomes": [{"outcome": "A plan for common trials", "indicator": "Written down and dated"}],
            "working_language": "en",
            "confidentiality": commitment.confidentiality or "What is seen stays between the two organisations.",
            "insurance": commitment.insurance or "The visitor is insured by its own organisation.",
            "declares_no_internship": True,
            "declares_different_countries": True,
            "declares_first_visit": True,
        }

    def _agreed(self) -> None:
        commitment = self.commitment
        for actor, capacity in ((self.visitor, V), (self.host, H)):
            exchange_building.agree_commitment(
                commitment, **seen(commitment), actor=actor, at=self._later(hours=2), capacity=capacity
            )

    def _validated(self) -> None:
        commitment = self.commitment
        for actor, capacity in ((self.visitor_contact, VP), (self.host_contact, HP)):
            exchange_building.validate_commitment(
                commitment, **seen(commitment), actor=actor, at=self._later(hours=3), capacity=capacity
            )

    def _commitment_signed(self) -> None:
        commitment = self.commitment
        for actor, capacity in ((self.visitor, V), (self.host, H), (self.visitor_contact, VP), (self.host_contact, HP)):
            exchange_building.sign_commitment(
                commitment,
                **seen(commitment),
                is_authenticated=True,
                actor=actor,
                at=self._later(hours=2),
                capacity=capacity,
            )

    def _ready(self) -> None:
        if not self.is_physical:
            return
        self.give_bank_details()
        agreement = self.agreement
        exchange_building.offer_agreement(agreement, actor=self.visitor_contact, at=self._later(hours=1), capacity=VP)
        for actor, capacity in ((self.visitor, V), (self.visitor_contact, VP)):
            exchange_building.sign_agreement(
                agreement,
                **seen(agreement),
                is_authenticated=True,
                actor=actor,
                at=self._later(hours=1),
                capacity=capacity,
            )

    def give_bank_details(self) -> None:
        """Let the visitor say where the lump sum goes; the account is one of the examples of the IBAN registry."""
        exchange_building.give_bank_details(
            self.agreement,
            account_holder=self.exchange.visiting_organisation.legal_name,
            tax_status="registered_for_vat",
            iban="ES9121000418450200051332",
            de_minimis_cents=0,
            actor=self.visitor,
            at=self._later(hours=1),
            capacity=V,
        )

    def _running(self) -> None:
        self.at = max(self.at, datetime.combine(self.stay.first_day, time(9, 30), ZONE))
        for actor, capacity in ((self.visitor, V), (self.host, H)):
            exchange_building.confirm_start(self.exchange, actor=actor, at=self._later(minutes=20), capacity=capacity)

    def _ended(self) -> None:
        self.at = max(self.at, datetime.combine(self.stay.last_day, time(17, 0), ZONE))
        for actor, capacity in ((self.visitor, V), (self.host, H)):
            exchange_building.confirm_end(self.exchange, actor=actor, at=self._later(minutes=20), capacity=capacity)

    def _reported(self) -> None:
        self._later(days=2)
        if self.is_physical:
            wanted = EvidenceItem.objects.filter(exchange=self.exchange).values_list("item", flat=True)
            files = {item: CheckedFile(self._paper(item), PDF, f"{item}.pdf") for item in wanted}
            finalisation.upload_evidence_together(
                self.exchange, files=files, actor=self.visitor, at=self._later(hours=1)
            )
        days = self.commitment.working_days
        same: dict[str, Any] = {
            "actual_first_day": self.stay.first_day,
            "actual_last_day": self.stay.last_day,
            "actual_days": days,
        }
        finalisation.submit_report(
            self.report("V"),
            actor=self.visitor,
            at=self._later(hours=1),
            **same,
            activities_done="Four lots were run, two of them at full speed.",
            objectives=[
                {"objective": self.stay.objective, "reached": 4, "sentence": "Two of four lots ran at full speed."}
            ],
            outcomes={"contacts": 4, "meetings": 6},
            ratings={
                "host": 5,
                "visitor_partnership": 4,
                "host_partnership": 4,
                "tool": 4,
                "information": 4,
                "funding": 4,
            },
            recommends=True,
            bank_details_are_right=True,
        )
        finalisation.submit_report(
            self.report("H"),
            actor=self.host,
            at=self._later(hours=1),
            **same,
            presence_confirmed=True,
            benefits="The tests of the visitor showed where our looms stop.",
            follow_up="A common trial in autumn.",
            ratings={"visitor": 5, "host_partnership": 4, "tool": 4, "information": 4},
        )

    def _paper(self, item: str) -> bytes:
        exchange, stay = self.exchange, self.stay
        return paper(
            WORDS_OF_PAPERS[item],
            f"{exchange.visiting_organisation.legal_name} at {exchange.host_organisation.legal_name}",
            f"{stay.first_day.isoformat()} to {stay.last_day.isoformat()}",
            f"Exchange {exchange.reference}",
        )

    def _due(self) -> None:
        items = EvidenceItem.objects.filter(exchange=self.exchange, state="UPLOADED").values_list("item", flat=True)
        if items:
            finalisation.accept_evidence_together(
                self.exchange, items=list(items), actor=self.visitor_contact, at=self._later(days=1)
            )
        finalisation.validate_report(self.report("V"), actor=self.visitor_contact, at=self._later(hours=1), capacity=VP)
        finalisation.validate_report(self.report("H"), actor=self.host_contact, at=self._later(hours=1), capacity=HP)

    def _ordered(self) -> None:
        if self.is_physical:
            finalisation.order_payment(self.payment, actor=self.visitor_contact, at=self._later(days=1), capacity=PO)

    def _released(self) -> None:
        if self.is_physical:
            finalisation.release_payment(self.payment, actor=self.coordinator, at=self._later(days=1), capacity=PR)

    def _paid(self) -> None:
        if self.is_physical:
            finalisation.confirm_paid(
                self.payment,
                transfer_reference="Transfer 0417",
                actor=self.visitor_contact,
                at=self._later(days=1),
                capacity=PO,
            )

    def _closed(self) -> None:
        if self.is_physical:
            finalisation.confirm_receipt(self.payment, actor=self.visitor, at=self._later(days=1), capacity=V)
