"""The rows of an imported list: which columns there are, what is wrong with a row, whom it names."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.tables import Table, is_formula
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.registration import queries
from clusterxchange.phases.registration.models import ImportedFile
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.eligibility import eligible
from clusterxchange.workflow.sentences import Text

NAME_LENGTH, LINE_LENGTH, TEXT_LENGTH, MOST_PLACES = 80, 200, 3000, 99
ROLES = {"visit": ("asks_visit",), "host": ("asks_host",), "both": ("asks_visit", "asks_host")}
YES = {"yes": True, "no": False, "": False}
EXCEL_BEGINS = date(1899, 12, 30)
SERIAL_OF_A_DAY = re.compile(r"\d{5}")
FORMATS = ("physical", "virtual", "both")
MEMBERSHIPS = ("yes", "unprofiled", "business-network", "no")


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell."""

    column: str
    code: str
    typed: str = ""


class CellFault(Exception):
    """The cell cannot be read; the code says why."""


def short(length: int) -> Callable[[str, Scheme], str]:
    """Read a line of at most so many characters."""

    def read(cell: str, scheme: Scheme) -> str:
        del scheme
        if len(cell) > length:
            raise CellFault("cell_too_long")
        return cell

    return read


def one_of(codes: Callable[[Scheme], Iterable[str]]) -> Callable[[str, Scheme], str]:
    """Read one code of a list."""

    def read(cell: str, scheme: Scheme) -> str:
        wanted = cell.strip().lower().replace(" ", "_")
        found = next((code for code in codes(scheme) if code.lower() == wanted), None)
        if found is None:
            raise CellFault("cell_not_on_the_list")
        return found

    return read


def some_of(name: str) -> Callable[[str, Scheme], list[str]]:
    """Read several codes of a list, with spaces or signs between them."""

    def read(cell: str, scheme: Scheme) -> list[str]:
        one = one_of(lambda rules: rules.code_lists[name])
        return [one(part, scheme) for part in re.split(r"[|,;/\s]+", cell) if part]

    return read


def _email(cell: str, scheme: Scheme) -> str:
    del scheme
    try:
        validate_email(cell)
    except ValidationError:
        raise CellFault("cell_no_email") from None
    return cell.lower()


def _website(cell: str, scheme: Scheme) -> str:
    del scheme
    address = cell if "://" in cell else f"https://{cell}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise CellFault("cell_no_website") from None
    if len(address) > LINE_LENGTH:
        raise CellFault("cell_too_long")
    return address


def _number(cell: str, scheme: Scheme) -> int:
    del scheme
    if not cell.isdecimal() or not 1 <= int(cell) <= MOST_PLACES:
        raise CellFault("cell_no_number")
    return int(cell)


def _day(cell: str, scheme: Scheme) -> str:
    del scheme
    if SERIAL_OF_A_DAY.fullmatch(cell):
        # A workbook keeps a day as a number of days.
        return (EXCEL_BEGINS + timedelta(days=int(cell))).isoformat()
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise CellFault("cell_no_day") from None


def _language(cell: str, scheme: Scheme) -> str:
    return one_of(lambda _rules: dict(settings.LANGUAGES))(cell, scheme)


def _participating(scheme: Scheme) -> list[str]:
    return [code for code, country in scheme.countries.items() if country.participates]


def _country(cell: str, scheme: Scheme) -> str:
    if len(cell) == 2 and cell.upper() not in _participating(scheme):  # noqa: PLR2004 -- a country code
        raise CellFault("cell_country_not_participating")
    return one_of(_participating)(cell, scheme)


@dataclass(frozen=True)
class Column:
    """A column of the list: how it is read, what it is for, an example."""

    name: str
    label: Text
    read: Callable[[str, Scheme], Any]
    example: str
    required: bool = False


COMMON = (
    Column("email", _("E-mail address of the person"), _email, "ines.vidal@nowawic.example", required=True),
    Column("first_name", _("First name"), short(NAME_LENGTH), "Inês", required=True),
    Column("last_name", _("Last name"), short(NAME_LENGTH), "Vidal", required=True),
    Column("legal_name", _("Legal name of the organisation"), short(LINE_LENGTH), "Nowawic, Lda.", required=True),
    Column("country", _("Country of the organisation, two letters"), _country, "PT", required=True),
    Column(
        "organisation_type",
        _("Type: sme, cluster_organisation, scaling_up_support, large_company, public_authority, training_provider"),
        one_of(lambda scheme: scheme.code_lists["organisation_types"]),
        "sme",
        required=True,
    ),
    Column("role", _("Role: visit, host or both"), one_of(lambda _scheme: ROLES), "visit", required=True),
    Column("language", _("Language of the mails, for example en or pl"), _language, "en"),
    Column("position", _("Position in the organisation"), short(120), "Head of development"),
    Column("phone", _("Telephone"), short(40), "+351 000 000 000"),
    Column("city", _("Town"), short(100), "Guimarães"),
    Column("website", _("Website"), _website, "nowawic.example"),
    Column("vat_number", _("VAT number"), short(30), ""),
    Column(
        "cluster_membership", _("Member of a cluster: yes, unprofiled, business-network or no"),
        one_of(lambda _scheme: MEMBERSHIPS), "yes",
    ),
    Column("cluster_name", _("Name of the cluster"), short(LINE_LENGTH), "Fios do Norte"),
)  # fmt: skip
OF_PARTICIPANTS = (
    Column("ecosystems", _("Industrial ecosystems, with a comma between them"), some_of("ecosystems"), "textiles"),
    Column("description", _("What the organisation does"), short(2000), "We weave technical cloth."),
    Column("motivation", _("Motivation"), short(TEXT_LENGTH), "We want to see another line."),
    Column("learn", _("What a visitor wants to learn"), short(TEXT_LENGTH), "How recycled yarn runs."),
    Column("offer", _("What a host offers"), short(TEXT_LENGTH), ""),
    Column("places", _("Visitors at a time"), _number, ""),
    Column("working_languages", _("Working languages, two letters each"), some_of("languages"), "en"),
    Column("purposes", _("Purposes, as codes"), some_of("purposes"), "learn_from_actors"),
    Column("activities", _("Types of activity, as codes"), some_of("activity_types"), "sharing_knowledge"),
    Column("days_wished", _("Working days wished"), _number, "4"),
    Column("format", _("Format: physical, virtual or both"), one_of(lambda _scheme: FORMATS), "physical"),
    Column("available_from", _("First day available, as 2026-05-04"), _day, "2026-05-04"),
    Column("available_to", _("Last day available"), _day, "2026-06-26"),
    Column("has_visited", _("The one visit is used: yes or no"), one_of(lambda _scheme: ("yes", "no")), "no"),
)
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    ImportedFile.Kind.INVITATIONS: COMMON,
    ImportedFile.Kind.PARTICIPANTS: (*COMMON, *OF_PARTICIPANTS),
}

FAULTS: Mapping[str, Text] = {
    "cell_missing": _("This is needed."),
    "cell_too_long": _("This is too long."),
    "cell_not_on_the_list": _("This is none of the codes that the column takes."),
    "cell_country_not_participating": _("This country does not take part in this edition."),
    "cell_no_email": _("This is no e-mail address, for example name@nowawic.example."),
    "cell_no_website": _("This is no address on the web, for example nowawic.example."),
    "cell_no_number": _("Write a whole number from 1 to 99."),
    "cell_no_day": _("Write the day as 2026-05-04."),
    "cell_is_formula": _("This is a formula. Write the value itself."),
    "role_not_open_to_type": _("This type of organisation cannot take part in this role."),
    "cluster_needed": _("In this role the organisation needs a cluster profiled on the platform."),
    "days_in_wrong_order": _("The last day comes before the first."),
    "named_twice": _("An earlier row names the same."),
    "organisation_is_registered": _("An organisation with this name is registered already."),
    "works_for_an_office": _("This person works for a partnership or an office: invite somebody of the organisation."),
    "column_missing": _("The list has no such column."),
    "column_unknown": _("No such column is known: it is left out."),
}


@dataclass
class Row:
    """One row: its number in the file, what it holds, what is wrong with it."""

    number: int
    cells: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """Give what is stored until the list is confirmed."""
        return {**self.without_values(), "cells": self.cells}

    def without_values(self) -> dict[str, Any]:
        """Give what stays afterwards: the number, the organisation and the faults."""
        return {
            "number": self.number,
            "name": self.cells.get("legal_name", "")[:LINE_LENGTH],
            "faults": [[fault.column, fault.code, fault.typed[:NAME_LENGTH]] for fault in self.faults],
        }


@dataclass(frozen=True)
class Invited:
    """Somebody for whom an account and an organisation are made."""

    email: str
    first_name: str
    last_name: str
    legal_name: str
    language: str = "en"
    message: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    has_visited: bool = False


def columns_in(kind: str, table: Table) -> tuple[list[str], list[Fault]]:
    """Match the header with the columns; give what is missing or unknown."""
    known = {column.name for column in COLUMNS[kind]}
    names = [fold(cell).replace(" ", "_").rstrip("*").strip("_") for cell in table.header]
    found = [
        Fault(cell, "column_unknown")
        for cell, name in zip(table.header, names, strict=True)
        if cell and name not in known
    ]
    lacking = [column.name for column in COLUMNS[kind] if column.required and column.name not in names]
    return names, [*[Fault(name, "column_missing") for name in lacking], *found]


def checked(kind: str, table: Table, scheme: Scheme) -> list[Row]:
    """Read every row and say what is wrong with it; what stands in the database already counts too."""
    names, _faults = columns_in(kind, table)
    rows = [
        Row(number, {name: cell for name, cell in zip(names, cells, strict=False) if name})
        for number, cells in table.rows
    ]
    return _checked(kind, rows, scheme)


def checked_again(imported: ImportedFile, scheme: Scheme) -> list[Row]:
    """Read the kept rows once more: something may have changed since the upload."""
    return _checked(imported.kind, [Row(row["number"], dict(row["cells"])) for row in imported.rows], scheme)


def _checked(kind: str, rows: list[Row], scheme: Scheme) -> list[Row]:
    emails: set[str] = set()
    organisations: set[str] = set()
    for row in rows:
        _read(kind, row, scheme)
        if not row.faults:
            _judge(row, scheme)
        for column, seen in (("email", emails), ("legal_name", organisations)):
            same = fold(str(row.values.get(column) or ""))
            if same and same in seen:
                row.faults.append(Fault(column, "named_twice", row.cells.get(column, "")))
            seen.add(same)
    return rows


def _read(kind: str, row: Row, scheme: Scheme) -> None:
    for column in COLUMNS[kind]:
        cell = row.cells.get(column.name, "").strip()
        if is_formula(cell):
            row.faults.append(Fault(column.name, "cell_is_formula", cell))
        elif not cell:
            if column.required:
                row.faults.append(Fault(column.name, "cell_missing"))
        else:
            try:
                row.values[column.name] = column.read(cell, scheme)
            except CellFault as fault:
                row.faults.append(Fault(column.name, str(fault), cell))


def _judge(row: Row, scheme: Scheme) -> None:
    values = row.values
    for wanted in ("visit", "host") if values["role"] == "both" else (values["role"],):
        verdict = eligible(
            scheme,
            organisation_type=values["organisation_type"],
            country=values["country"],
            role=wanted,
            membership=values.get("cluster_membership") or "yes",
            agency_approval=wanted == "host",
        )
        if {"type_may_not_visit", "type_may_not_host"} & set(verdict.refusals):
            row.faults.append(Fault("role", "role_not_open_to_type", row.cells["role"]))
        elif verdict.refusals:
            row.faults.append(Fault("cluster_membership", "cluster_needed", row.cells.get("cluster_membership", "")))
    if values.get("available_to", "9999") < values.get("available_from", ""):
        row.faults.append(Fault("available_to", "days_in_wrong_order", row.cells["available_to"]))
    if queries.organisations_named(values["legal_name"]):
        row.faults.append(Fault("legal_name", "organisation_is_registered", row.cells["legal_name"]))
    account = Account.objects.filter(email=values["email"]).first()
    if account and (account.is_support_office or account.is_agency or account.partnership_roles.exists()):
        row.faults.append(Fault("email", "works_for_an_office", row.cells["email"]))


def person_of(row: Row) -> Invited:
    """Give whom a row without a fault names, with the answers of the registration that it holds."""
    values = dict(row.values)
    own = {name: values.pop(name, "") for name in ("email", "first_name", "last_name", "legal_name", "language")}
    role, used = values.pop("role"), values.pop("has_visited", "no")
    first, last = values.pop("available_from", ""), values.pop("available_to", "")
    answers = {**values, "legal_name": own["legal_name"], "based_in": values["country"]}
    answers |= {column: column in ROLES[role] for column in ("asks_visit", "asks_host")}
    if first and last:
        answers["windows"] = [{"from": first, "to": last}]
    language = own.pop("language") or settings.LANGUAGE_CODE
    return Invited(**own, language=language, answers=answers, has_visited=YES[used])
