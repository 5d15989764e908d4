"""The file by which a bank carries out many transfers on one day: pain.001.001.09 of ISO 20022, from plain values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sepaxml
from lxml import etree  # type: ignore[import-untyped]  # -- the package brings no types
from sepaxml import SepaTransfer
from text_unidecode import unidecode

FORMAT = "pain.001.001.09"
NAMESPACE = {"p": f"urn:iso:std:iso:20022:tech:xsd:{FORMAT}"}
LONGEST_NAME, LONGEST_PURPOSE = 70, 140
# What every bank of SEPA takes; whatever else stands in a name becomes a space.
NOT_TAKEN_BY_BANKS = re.compile(r"[^A-Za-z0-9/?:().,'+ -]+")


class BankFileIsNotValid(Exception):
    """The file would not be one that a bank takes; it says at which line."""


@dataclass(frozen=True)
class Payer:
    """Whose account pays."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True)
class Transfer:
    """One payment to one account; the reference comes back on the bank's statement."""

    reference: str
    name: str
    iban: str
    cents: int
    purpose: str
    bic: str = ""


def plain(text: str, longest: int) -> str:
    """Write a name in the letters that every bank takes, without two or leading slashes."""
    taken = NOT_TAKEN_BY_BANKS.sub(" ", unidecode(text))
    return " ".join(re.sub(r"/{2,}", "/", taken).lstrip("/").split())[:longest].strip()


def control_sum(transfers: Sequence[Transfer]) -> int:
    """Add up the transfers, in cents."""
    return sum(one.cents for one in transfers)


def bank_file(payer: Payer, transfers: Sequence[Transfer], *, execution_on: date, message: str, at: datetime) -> bytes:
    """Write the file. The same transfers under the same message give the same bytes.

    :raises BankFileIsNotValid: the schema of the format does not allow it.
    """
    if any(one.cents <= 0 for one in transfers):
        raise BankFileIsNotValid("a transfer of nothing")
    written = SepaTransfer(
        {
            "name": plain(payer.name, LONGEST_NAME),
            "IBAN": payer.iban,
            **({"BIC": payer.bic} if payer.bic else {}),
            "batch": True,
            "currency": "EUR",
        },
        schema=FORMAT,
        clean=False,
    )
    for one in transfers:
        written.add_payment(
            {
                "name": plain(one.name, LONGEST_NAME),
                "IBAN": one.iban,
                **({"BIC": one.bic} if one.bic else {}),
                "amount": one.cents,
                "execution_date": execution_on,
                "description": plain(one.purpose, LONGEST_PURPOSE),
                "endtoend_id": one.reference,
            }
        )
    document = etree.fromstring(written.export(validate=False))
    _name(document, message, at)
    if not schema().validate(document):
        raise BankFileIsNotValid(str(schema().error_log.last_error))
    content: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8")
    return content


def _name(document: Any, message: str, at: datetime) -> None:  # noqa: ANN401 -- lxml brings no types
    # The package gives each file a name by chance and the time of the machine: a file made anew would be another one.
    for path, text in (
        (".//p:GrpHdr/p:MsgId", message),
        (".//p:PmtInf/p:PmtInfId", message),
        (".//p:GrpHdr/p:CreDtTm", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
    ):
        document.find(path, NAMESPACE).text = text
    for bank in document.iterfind(".//p:FinInstnId", NAMESPACE):
        if not len(bank):
            # An account in SEPA is found by its IBAN alone; the rules of SEPA want this word where no BIC is given.
            other = etree.SubElement(bank, f"{{{NAMESPACE['p']}}}Othr")
            etree.SubElement(other, f"{{{NAMESPACE['p']}}}Id").text = "NOTPROVIDED"


@cache
def schema() -> Any:  # noqa: ANN401 -- lxml brings no types
    """Give the schema of the format, read once."""
    return etree.XMLSchema(etree.parse(Path(sepaxml.__file__).parent / "schemas" / f"{FORMAT}.xsd"))
