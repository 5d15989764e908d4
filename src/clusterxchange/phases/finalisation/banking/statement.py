"""What a bank says of the transfers that it was given: camt.053 and pain.002 of ISO 20022, read as plain values.

A file from outside is read: neither entities nor anything from the network, within bounds, and a line that cannot be
read says so instead of being guessed.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # -- the package brings no types

from clusterxchange.foundation.files import FileRefused
from clusterxchange.phases.finalisation.models import PaymentState

LARGEST = 5 * 1024 * 1024
MOST_LINES = 2000
LONGEST_TEXT = 140
AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2})0*)?\Z")
STATEMENT, REPORT = "BkToCstmrStmt", "CstmrPmtStsRpt"
NOT_GIVEN = frozenset({"", "NOTPROVIDED", "NOTPROVIDD"})
# Codes of ISO 20022: what is booked for good, what was carried out, what came back.
BOOKED, REJECTED, RETURNED_FAMILY = "BOOK", "RJCT", frozenset({"RRTN", "RPCR"})
SETTLED = frozenset({"ACSC", "ACCC"})


class Kind(StrEnum):
    """What a line says."""

    PAID = "paid"
    RETURNED = "returned"
    NOT_BOOKED = "not_booked"
    CREDIT = "credit"
    ON_THE_WAY = "on_the_way"


class Outcome(StrEnum):
    """What becomes of a line: the first two change a payment, all others are set apart."""

    PAID = "paid"
    RETURNED = "returned"
    NOT_BOOKED = "not_booked"
    CREDIT = "credit"
    ON_THE_WAY = "on_the_way"
    WITHOUT_REFERENCE = "without_reference"
    UNKNOWN_REFERENCE = "unknown_reference"
    DOUBLED = "doubled"
    OTHER_CURRENCY = "other_currency"
    AMOUNT_NOT_READABLE = "amount_not_readable"
    PARTIAL = "partial"
    TOO_MUCH = "too_much"
    NOT_RELEASED = "not_released"
    BEFORE_RELEASE = "before_release"
    DAY_IS_AHEAD = "day_is_ahead"
    CONFIRMED_ALREADY = "confirmed_already"


APPLIED = frozenset({Outcome.PAID, Outcome.RETURNED})


@dataclass(frozen=True)
class Line:
    """One transaction of a statement. `needs_amount` is false where the format may leave the amount out."""

    number: int
    kind: Kind
    reference: str
    cents: int | None
    currency: str
    booked_on: date | None
    bank_reference: str = ""
    reason: str = ""
    needs_amount: bool = True

    @property
    def fingerprint(self) -> str:
        """Give what stays the same when a bank sends the same line again in another file."""
        parts = (self.kind, self.reference, self.cents, self.currency, self.booked_on, self.bank_reference)
        return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


@dataclass(frozen=True)
class Statement:
    """A whole file. `rejected` names a message of ours that the bank has refused as a whole."""

    format: str
    message: str
    account: str
    lines: tuple[Line, ...]
    rejected: str = ""
    reason: str = ""
    said_on: date | None = None


@dataclass(frozen=True)
class Known:
    """What is known of the payment that a line names."""

    state: str
    cents: int
    currency: str
    released_on: date | None


def read_statement(content: bytes) -> Statement:
    """Read a file of the bank.

    :raises FileRefused: file_empty, file_too_large, statement_not_readable, statement_of_another_format,
        statement_has_too_many_lines.
    """
    if not content.strip():
        raise FileRefused("file_empty")
    if len(content) > LARGEST:
        raise FileRefused("file_too_large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise FileRefused("statement_not_readable") from None
    if root.getroottree().docinfo.doctype:
        raise FileRefused("statement_not_readable")
    body = next((one for name in (STATEMENT, REPORT) if (one := root.find(f"{{*}}{name}")) is not None), None)
    if body is None:
        raise FileRefused("statement_of_another_format")
    read = _statement if etree.QName(body).localname == STATEMENT else _report
    found: Statement = read(body)
    if len(found.lines) > MOST_LINES:
        raise FileRefused("statement_has_too_many_lines")
    return found


def _text(element: Any, *paths: str) -> str:  # noqa: ANN401 -- lxml brings no types
    """Give the first text that is there, at paths without prefixes."""
    for path in paths:
        found = element.findtext("/".join(f"{{*}}{step}" for step in path.split("/")))
        if found and found.strip():
            return str(found).strip()[:LONGEST_TEXT]
    return ""


def _all(element: Any, path: str) -> list[Any]:  # noqa: ANN401 -- as above
    return list(element.iterfind("/".join(f"{{*}}{step}" for step in path.split("/"))))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def cents_of(text: str) -> int | None:
    """Read an amount to the cent; None where it is none, or finer than a cent."""
    found = AMOUNT.match(text)
    return None if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _amount(element: Any, *paths: str) -> tuple[int | None, str] | None:  # noqa: ANN401 -- as above
    for path in paths:
        for found in _all(element, path):
            return cents_of((found.text or "").strip()), str(found.get("Ccy") or "")[:3]
    return None


# camt.053: what was booked


def _statement(body: Any) -> Statement:  # noqa: ANN401 -- as above
    accounts = {_text(one, "Acct/Id/IBAN", "Acct/Id/Othr/Id").replace(" ", "") for one in _all(body, "Stmt")}
    if len(accounts) != 1:
        # A file of several accounts belongs to several people.
        raise FileRefused("statement_of_several_accounts")
    lines = [line for one in _all(body, "Stmt") for entry in _all(one, "Ntry") for line in _entry(entry)]
    return Statement(
        "camt.053",
        _text(body, "GrpHdr/MsgId"),
        accounts.pop(),
        tuple(replace(line, number=number) for number, line in enumerate(lines, start=1)),
        said_on=_day(_text(body, "GrpHdr/CreDtTm")),
    )


def _entry(entry: Any) -> Iterator[Line]:  # noqa: ANN401 -- as above
    details = _all(entry, "NtryDtls/TxDtls")
    whole = _amount(entry, "Amt") or (None, "")
    for one in details or [entry]:
        given = _amount(one, "Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
        cents, currency = given or (whole if len(details) <= 1 else (None, whole[1]))
        yield Line(
            number=0,
            kind=_kind_of_entry(entry, one),
            reference=_reference(_text(one, "Refs/EndToEndId")),
            cents=cents,
            currency=currency,
            booked_on=_day(_text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")),
            bank_reference=_text(one, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef", "NtryRef"),
            reason=_text(one, "RtrInf/AddtlInf", "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        )


def _reference(text: str) -> str:
    return "" if text.upper() in NOT_GIVEN else text.upper()


def _kind_of_entry(entry: Any, details: Any) -> Kind:  # noqa: ANN401 -- as above
    if _text(entry, "Sts/Cd", "Sts") != BOOKED:
        return Kind.NOT_BOOKED
    if (_text(details, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "DBIT":
        return Kind.PAID
    came_back = (
        _text(entry, "RvslInd").lower() in {"true", "1"}
        or details.find("{*}RtrInf") is not None
        or {_text(one, "BkTxCd/Domn/Fmly/SubFmlyCd") for one in (entry, details)} & RETURNED_FAMILY
    )
    return Kind.RETURNED if came_back else Kind.CREDIT


# pain.002: what became of an order


def _report(body: Any) -> Statement:  # noqa: ANN401 -- as above
    said_on = _day(_text(body, "GrpHdr/CreDtTm"))
    lines = [
        _transaction(one, said_on) for order in _all(body, "OrgnlPmtInfAndSts") for one in _all(order, "TxInfAndSts")
    ]
    refused = [
        (_text(one, *names), _text(one, "StsRsnInf/AddtlInf", "StsRsnInf/Rsn/Cd"))
        for path, status, names in (
            ("OrgnlGrpInfAndSts", "GrpSts", ("OrgnlMsgId",)),
            ("OrgnlPmtInfAndSts", "PmtInfSts", ("OrgnlPmtInfId",)),
        )
        for one in _all(body, path)
        if _text(one, status) == REJECTED
    ]
    rejected, reason = refused[0] if refused and not lines else ("", "")
    return Statement(
        "pain.002",
        _text(body, "GrpHdr/MsgId"),
        "",
        tuple(replace(line, number=number) for number, line in enumerate(lines, start=1)),
        rejected,
        reason or REJECTED,
        said_on,
    )


def _transaction(one: Any, said_on: date | None) -> Line:  # noqa: ANN401 -- as above
    status = _text(one, "TxSts")
    cents, currency = _amount(one, "OrgnlTxRef/Amt/InstdAmt") or (None, "")
    kinds = {REJECTED: Kind.RETURNED, **dict.fromkeys(SETTLED, Kind.PAID)}
    return Line(
        number=0,
        kind=kinds.get(status, Kind.ON_THE_WAY),
        reference=_reference(_text(one, "OrgnlEndToEndId")),
        cents=cents,
        currency=currency,
        booked_on=_day(_text(one, "AccptncDtTm")) or said_on,
        bank_reference=_text(one, "AcctSvcrRef", "StsId"),
        reason=_text(one, "StsRsnInf/AddtlInf", "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry"),
        needs_amount=cents is not None,
    )


# What becomes of a line


def judge(line: Line, known: Known | None, today: date) -> Outcome:
    """Say what becomes of a line, given the payment that it names as it stands when the line is reached."""
    if line.kind in {Kind.NOT_BOOKED, Kind.CREDIT, Kind.ON_THE_WAY}:
        return Outcome(line.kind.value)
    if not line.reference:
        return Outcome.WITHOUT_REFERENCE
    if known is None:
        return Outcome.UNKNOWN_REFERENCE
    return _amount_against(line, known) or _day_against(line, known, today) or _state_against(line, known)


def _amount_against(line: Line, known: Known) -> Outcome | None:
    if not line.needs_amount:
        return None
    if line.currency != known.currency:
        return Outcome.OTHER_CURRENCY
    if line.cents is None:
        return Outcome.AMOUNT_NOT_READABLE
    if line.cents == known.cents:
        return None
    return Outcome.PARTIAL if line.cents < known.cents else Outcome.TOO_MUCH


def _day_against(line: Line, known: Known, today: date) -> Outcome | None:
    if line.booked_on is not None and line.booked_on > today:
        return Outcome.DAY_IS_AHEAD
    # What was booked before this release belongs to an earlier try.
    is_earlier = known.released_on is not None and (line.booked_on is None or line.booked_on < known.released_on)
    return Outcome.BEFORE_RELEASE if is_earlier else None


def _state_against(line: Line, known: Known) -> Outcome:
    wanted: Mapping[Kind, Mapping[str, Outcome]] = {
        Kind.PAID: {
            PaymentState.RELEASED: Outcome.PAID,
            PaymentState.PAID: Outcome.DOUBLED,
            PaymentState.CONFIRMED: Outcome.DOUBLED,
        },
        Kind.RETURNED: {
            PaymentState.RELEASED: Outcome.RETURNED,
            PaymentState.PAID: Outcome.RETURNED,
            PaymentState.RETURNED: Outcome.DOUBLED,
            PaymentState.CONFIRMED: Outcome.CONFIRMED_ALREADY,
        },
    }
    return wanted[line.kind].get(known.state, Outcome.NOT_RELEASED)


def after(known: Known, outcome: Outcome) -> Known:
    """Give what is known of a payment after a line was applied."""
    states = {Outcome.PAID: PaymentState.PAID, Outcome.RETURNED: PaymentState.RETURNED}
    return replace(known, state=states[outcome]) if outcome in states else known
