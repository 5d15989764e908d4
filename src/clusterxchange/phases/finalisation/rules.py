"""What is due after a stay, and when everything is settled: plain functions of plain values."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256

from clusterxchange.phases.finalisation.models import ActivityReportState, EvidenceState, PaymentState
from clusterxchange.scheme import calendars
from clusterxchange.scheme.amounts import AmountWorking, lump_sum_after_the_stay
from clusterxchange.scheme.document import Scheme

WHOLE = 100
DONE_REPORTS = frozenset({ActivityReportState.VALIDATED, ActivityReportState.WAIVED})
DONE_EVIDENCE = frozenset({EvidenceState.ACCEPTED, EvidenceState.WAIVED})
DONE_PAYMENTS = frozenset({PaymentState.CONFIRMED, PaymentState.WAIVED})
SHOWN_EVIDENCE = frozenset({EvidenceState.QUARANTINED, EvidenceState.UPLOADED, EvidenceState.ACCEPTED})
BY_PROGRESS = (
    EvidenceState.WANTED,
    EvidenceState.ASKED_AGAIN,
    EvidenceState.QUARANTINED,
    EvidenceState.UPLOADED,
    EvidenceState.ACCEPTED,
    EvidenceState.WAIVED,
)


def days_spent(*, reported: int | None, agreed: int, confirmed_by_host: int | None) -> int:
    """Give the days that count: what the visitor reported, never more than the host confirmed.

    A visitor's report that was waived says nothing, so the agreed days stand.
    """
    said = agreed if reported is None else reported
    return said if confirmed_by_host is None else min(said, confirmed_by_host)


def amount_due(
    scheme: Scheme, *, full_cents: int, agreed_cents: int, days: int, kilometres: float, force_majeure: bool
) -> AmountWorking:
    """Compute again what is due, now that the days really spent are known."""
    return lump_sum_after_the_stay(
        scheme,
        full_cents=full_cents,
        agreed_cents=agreed_cents,
        days=days,
        kilometres=kilometres,
        force_majeure=force_majeure,
    )


def visit_is_used_up(scheme: Scheme, *, days: int, cents: int) -> bool:
    """Whether the stay uses up the one visit: it lasted long enough, or it is paid all the same."""
    return days >= scheme.durations.minimum_working_days or cents > 0


def travel_is_shown(states: Sequence[str]) -> bool:
    """Whether one journey at least is shown by evidence; where all were waived there is nothing to show."""
    return any(state in SHOWN_EVIDENCE for state in states) or all(state == EvidenceState.WAIVED for state in states)


def evidence_is_settled(states: Iterable[str]) -> bool:
    """Whether every piece of evidence was accepted or waived."""
    return all(state in DONE_EVIDENCE for state in states)


def exchange_is_settled(reports: Sequence[str], payment: str) -> bool:
    """Whether both reports are done and nothing is left to pay."""
    return len(reports) > 1 and all(state in DONE_REPORTS for state in reports) and payment in DONE_PAYMENTS


def state_of_all(states: Iterable[str]) -> str:
    """Give the state of the piece of evidence that is least far, which stands for all of them."""
    found = set(states)
    return next((str(state) for state in BY_PROGRESS if state in found), "")


def longest_count(scheme: Scheme, country: str, first: date, last: date, admitted: Iterable[date]) -> int:
    """Count the days of a stay that can be full working days: the host country's, and those that were admitted."""
    working = set(calendars.working_days(scheme, country, first, last))
    return len(working | {day for day in admitted if first <= day <= last})


def due_since(ended_at: datetime | None, complete_at: datetime) -> datetime:
    """Give the moment from which the term of payment counts: the later of the end and the completion."""
    return complete_at if ended_at is None else max(ended_at, complete_at)


def execution_day(scheme: Scheme, country: str, released_on: date) -> date:
    """Give the day on which the bank carries out what was released: the next working day."""
    return calendars.add_working_days(scheme, country, released_on, 1)


def objectives_of(text: str) -> list[str]:
    """Give the objectives of a commitment one by one: a line each."""
    return [line.strip(" \t-•*") for line in text.splitlines() if line.strip(" \t-•*")]


def place_in_draw(seed: str, reference: str) -> str:
    """Give by what an exchange is put into the order of a draw: the SHA-256 of seed, colon and reference."""
    return sha256(f"{seed}:{reference}".encode()).hexdigest()


def drawn(seed: str, references: Iterable[str], percent: int) -> list[str]:
    """Draw a part of some exchanges, rounded up, first drawn first; whoever knows seed and list draws the same."""
    ordered = sorted(references, key=lambda reference: place_in_draw(seed, reference))
    return ordered[: -(-len(ordered) * percent // WHOLE)]
