"""What people asked about their own data, how it stands, and until when the law keeps the rest of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Cast

from clusterxchange.access.actions import Action
from clusterxchange.journeys.personal_data.models import DataCopy, Erasure, ForgottenCase
from clusterxchange.journeys.personal_data.queries import day_of_forgetting, kept_cases_of
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.workflow.models import Entry

# An erasure, a copy, a consent that was taken back; and a case that was forgotten when its years were over.
SORTS = ("erasure", "copy", "consent", "case")


@dataclass(frozen=True)
class DataRequest:
    """One request: whose it was, or which case went by itself; what the law keeps of an erased person, until when."""

    sort: str
    at: datetime
    person: Account | None
    is_erased: bool
    exchange: Exchange | None
    kept: int
    until: date | None


def requests_of(sort: str) -> QuerySet[Any]:
    """Give the requests of one sort, or of all: sort, moment, and the number of the account or the exchange."""
    if not sort:
        first, *others = (_rows(one) for one in SORTS)
        found = first.union(*others, all=True)
    else:
        found = _rows(sort)
    return found.order_by("-at", "sort", "number")


def _rows(sort: str) -> QuerySet[Any]:
    rows: QuerySet[Any]
    number: Any = F("account_id")
    match sort:
        case "erasure":
            rows = Erasure.objects.all()
        case "copy":
            rows = DataCopy.objects.all()
        case "consent":
            rows = Entry.objects.filter(action=Action.WITHDRAW_STORY_CONSENT)
            number = Cast("actor", BigIntegerField())
        case _:
            rows, number = ForgottenCase.objects.all(), F("exchange_id")
    return rows.order_by().annotate(sort=Value(sort), number=number).values_list("sort", "at", "number")


def read_requests(rows: Iterable[tuple[str, datetime, int]]) -> list[DataRequest]:
    """Say of each request whose it was and how it stands; people and cases are read once for all of them."""
    listed = list(rows)
    numbers = {number for sort, _at, number in listed if sort != "case"}
    people = Account.objects.in_bulk(numbers)
    erased = set(Erasure.objects.filter(account__in=numbers).values_list("account", flat=True))
    cases = Exchange.objects.in_bulk({number for sort, _at, number in listed if sort == "case"})
    kept = kept_cases_of(number for sort, _at, number in listed if sort == "erasure")
    found = []
    for sort, at, number in listed:
        held = kept.get(number, []) if sort == "erasure" else []
        until = max((day_of_forgetting(one) for one in held), default=None)
        person, exchange = (None, cases.get(number)) if sort == "case" else (people.get(number), None)
        found.append(DataRequest(sort, at, person, number in erased, exchange, len(held), until))
    return found


def overdue_cases(today: date) -> int:
    """Count the cases of erased people that should have been forgotten by now."""
    held = kept_cases_of(Erasure.objects.values_list("account", flat=True))
    return len({one.pk for cases in held.values() for one in cases if day_of_forgetting(one) < today})
