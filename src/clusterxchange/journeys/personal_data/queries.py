"""What is there of a person: rows, cases, files, and who has opened what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet

from clusterxchange.access.actions import Action
from clusterxchange.journeys.personal_data.declarations import DECLARATIONS, Declaration
from clusterxchange.journeys.personal_data.kinds import Erasure, Kind
from clusterxchange.journeys.personal_data.models import ForgottenCase
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import PartnershipPerson
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.registration.models import (
    OPEN_APPLICATION_STATES,
    Application,
    Participation,
    ParticipationState,
)
from clusterxchange.phases.registration.queries import EXCHANGE_IS_OVER, reader_in_words
from clusterxchange.workflow import registry
from clusterxchange.workflow.models import Entry
from clusterxchange.workflow.sentences import state_label

MOST_OPENINGS = 50
SIDES = ("visitor_participation", "host_participation")


def rows_of(declaration: Declaration, account: Account) -> QuerySet[Any]:
    """Give the rows of a table that are about a person."""
    return _reached(declaration.model._default_manager.order_by("pk"), declaration.people, account)


def _reached(rows: QuerySet[Any], paths: Iterable[str], account: Account) -> QuerySet[Any]:
    """Give the rows from which one of the paths leads to a person.

    Each path is a question of its own, which the database answers from the person's few rows. One question with all
    paths joins every case with every other before it looks at the person.
    """
    about = Q(pk__in=())
    for path in paths:
        about |= Q(pk__in=rows.model._default_manager.filter(**{path: account.pk}).values("pk"))
    return rows.filter(about)


def held_of(account: Account) -> list[tuple[Declaration, int]]:
    """Give the tables that hold something of a person, with the number of rows."""
    counted = ((one, rows_of(one, account).count()) for one in DECLARATIONS if one.people)
    return [(declaration, number) for declaration, number in counted if number]


def exchanges_of(account: Account) -> QuerySet[Exchange]:
    """Give the exchanges in which a person speaks for one of the sides."""
    paths = [f"{side}__application__representative__account" for side in SIDES]
    return _reached(Exchange.objects.order_by("pk"), paths, account)


def day_of_forgetting(exchange: Exchange) -> date:
    """Give the day on which nothing personal is kept of an exchange any more: years after it was over."""
    over = exchange.closed_at or exchange.state_since
    year = over.year + settings.YEARS_OF_CASES
    return date(year, over.month, min(over.day, 28))


def kept_cases(account: Account) -> QuerySet[Exchange]:
    """Give the exchanges of a person of which the law keeps something."""
    return exchanges_of(account).exclude(pk__in=ForgottenCase.objects.values("exchange"))


def kept_cases_of(accounts: Iterable[int]) -> dict[int, list[Exchange]]:
    """Give, for each of several people of whom the law keeps something, the exchanges."""
    found: dict[int, list[Exchange]] = {}
    wanted = list(accounts)
    for side in SIDES:
        path = f"{side}__application__representative__account"
        rows = Exchange.objects.filter(**{f"{path}__in": wanted}).annotate(person=F(path))
        for one in rows.exclude(pk__in=ForgottenCase.objects.values("exchange")).order_by("pk"):
            found.setdefault(one.person, []).append(one)
    return found


def kept_until(account: Account) -> date | None:
    """Give the day until which something is kept of a person after their erasure; None where nothing is."""
    return max((day_of_forgetting(one) for one in kept_cases(account)), default=None)


@dataclass(frozen=True)
class Kept:
    """What stays of a person after their erasure."""

    kind: Kind
    cases: int


def kept_kinds(account: Account) -> list[Kept]:
    """Give the kinds of data that stay, with the number of cases."""
    cases = set(kept_cases(account).values_list("pk", flat=True))
    found: dict[Kind, set[int]] = {}
    for one in DECLARATIONS:
        if one.case is None or not cases:
            continue
        for kind in one.holds:
            if kind.erasure is Erasure.WITH_THE_CASE:
                rows = rows_of(one, account).filter(**{f"{one.case}__in": cases})
                found.setdefault(kind, set()).update(rows.values_list(one.case, flat=True))
    return [Kept(kind, len(numbers)) for kind, numbers in found.items() if numbers]


@dataclass(frozen=True)
class InTheWay:
    """Something that a person must end or hand over before they can be forgotten."""

    title: str
    when: str
    url: str
    state: str = "yours"


def in_the_way(account: Account) -> list[InTheWay]:
    """Give what still goes on with a person: registrations, participations, exchanges, offices."""
    found = [
        InTheWay(office.partnership.acronym, str(PartnershipPerson.Role(office.role).label),
                 f"/partnerships/{office.partnership.slug}/own/")
        for office in PartnershipPerson.objects.filter(account=account).select_related("partnership").order_by("pk")
    ]  # fmt: skip
    things: list[tuple[str, Iterable[Any]]] = [
        ("application", Application.objects.filter(representative__account=account, state__in=OPEN_APPLICATION_STATES)),
        (
            "participation",
            Participation.objects.filter(application__representative__account=account).exclude(
                state=ParticipationState.WITHDRAWN
            ),
        ),
        ("exchange", exchanges_of(account).exclude(state__in=EXCHANGE_IS_OVER)),
    ]
    for kind, rows in things:
        machine = registry.machine_named(kind)
        found += [
            InTheWay(one.reference, str(state_label(kind, one.state)), machine.address(one))
            for one in sorted(rows, key=lambda row: int(row.pk))
        ]
    return found


# Who has opened what


@dataclass(frozen=True)
class Opening:
    """Somebody has opened a paper or the bank details of a person."""

    at: datetime
    who: str
    is_bank: bool


def openings_of(account: Account) -> list[Opening]:
    """Give who else opened a person's curriculum vitae or bank details, the latest first."""
    mine = Q(representative__account=account)
    applications = Application.objects.filter(mine)
    references = [
        *applications.values_list("reference", flat=True),
        *Participation.objects.filter(application__in=applications).values_list("reference", flat=True),
        *(one.organisation.reference for one in account.representations.select_related("organisation")),
    ]
    visits = exchanges_of(account).filter(visitor_participation__application__representative__account=account)
    papers = Q(action=Action.OPEN_CURRICULUM_VITAE, subject__in=[one for one in references if one])
    bank = Q(action=Action.OPEN_BANK_DETAILS, case__in=list(visits.values_list("reference", flat=True)))
    entries = list(Entry.objects.filter(papers | bank).exclude(actor=str(account.pk)).order_by("-n")[:MOST_OPENINGS])
    readers = Account.objects.in_bulk({int(one.actor) for one in entries if one.actor.isdigit()})
    words = {str(pk): reader_in_words(reader) for pk, reader in readers.items()}
    return [Opening(one.at, words.get(one.actor, ""), one.action == Action.OPEN_BANK_DETAILS) for one in entries]
