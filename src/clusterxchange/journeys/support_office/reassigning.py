"""A case, or everything that is open, goes to another partnership: what would go, and what stands against it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.capacities import HP, VP, Capacity
from clusterxchange.journeys.people.models import OPEN_REQUESTS, JoinRequest
from clusterxchange.parties.partnerships.models import Budget, Partnership
from clusterxchange.phases.exchange_building.models import (
    CommitmentState,
    Exchange,
    FinancialAgreement,
    FinancialAgreementState,
)
from clusterxchange.phases.finalisation.models import Payment, PaymentState
from clusterxchange.phases.registration.models import (
    OPEN_APPLICATION_STATES,
    Application,
    ApplicationState,
    Participation,
    ParticipationState,
)
from clusterxchange.phases.registration.queries import EXCHANGE_IS_OVER
from clusterxchange.workflow.tables import Refusal

# A text that names the partnership waits for signatures under that name.
WAITS_FOR_SIGNATURES = (CommitmentState.VALIDATED, CommitmentState.SIGNING)
MONEY_ON_ITS_WAY = (PaymentState.ORDERED, PaymentState.RELEASED)
COLUMN_OF_SIDE = {VP: "visitor_partnership", HP: "host_partnership"}


def is_over(case: Application | Participation | Exchange) -> bool:
    """Whether a case has ended, so that nobody looks after it any more."""
    if isinstance(case, Exchange):
        return case.state in EXCHANGE_IS_OVER
    if isinstance(case, Participation):
        return case.state == ParticipationState.WITHDRAWN
    return case.state not in OPEN_APPLICATION_STATES


def partnership_of(case: Application | Participation | Exchange, side: Capacity) -> Partnership | None:
    """Give the partnership that looks after a case, of an exchange that of one side."""
    found: Partnership | None = getattr(case, COLUMN_OF_SIDE[side] if isinstance(case, Exchange) else "partnership")
    return found


def reason_against_other(partnership: Partnership | None, other: Partnership | None, edition_id: int) -> Refusal | None:
    """Say why a partnership cannot take something over."""
    if other is None:
        return Refusal("partnership_missing", field="partnership")
    if partnership is not None and other.pk == partnership.pk:
        return Refusal("partnership_is_the_same", {"partnership": other.acronym}, field="partnership")
    if not other.is_open or other.edition_id != edition_id:
        return Refusal("partnership_is_closed", {"partnership": other.acronym}, field="partnership")
    return None


def held_cents(exchange: Exchange) -> tuple[int, int]:
    """Give what the agreements of an exchange have reserved and committed of its partnership's budget."""
    found = list(FinancialAgreement.objects.filter(exchange=exchange))
    return sum(one.reserved_cents for one in found), sum(one.committed_cents for one in found)


def reasons_against_exchange(exchange: Exchange, side: Capacity) -> Iterator[Refusal]:
    """Say what of an exchange must be finished first by the partnership that has it."""
    named = {"reference": exchange.reference}
    agreements = FinancialAgreement.objects.filter(exchange=exchange, state=FinancialAgreementState.OFFERED)
    is_signed_now = exchange.commitments.filter(state__in=WAITS_FOR_SIGNATURES).exists()
    if is_signed_now or (side is VP and agreements.exists()):
        yield Refusal("text_waits_for_signatures", named)
    if side is VP and Payment.objects.filter(exchange=exchange, state__in=MONEY_ON_ITS_WAY).exists():
        yield Refusal("payment_is_on_its_way", named)


@dataclass(frozen=True)
class Going:
    """How many cases of one kind would go."""

    title: Promise
    number: int


@dataclass(frozen=True)
class OpenCases:
    """What is open with a partnership."""

    partnership: Partnership

    @cached_property
    def applications(self) -> list[Application]:
        """Registrations that are not decided, drafts begun with it included."""
        own = Q(partnership=self.partnership, state__in=OPEN_APPLICATION_STATES)
        own |= Q(wished_partnership=self.partnership, state=ApplicationState.DRAFT)
        return list(Application.objects.filter(own).order_by("pk"))

    @cached_property
    def participations(self) -> list[Participation]:
        """Participations that have not ended."""
        found = Participation.objects.filter(partnership=self.partnership)
        return list(found.exclude(state=ParticipationState.WITHDRAWN).order_by("pk"))

    @cached_property
    def sides(self) -> list[tuple[Exchange, Capacity]]:
        """Exchanges that are not over, each with the side on which it stands; both where it has both."""
        found = Exchange.objects.exclude(state__in=EXCHANGE_IS_OVER).order_by("pk")
        return [
            (one, side)
            for one in found.filter(Q(visitor_partnership=self.partnership) | Q(host_partnership=self.partnership))
            for side, column in COLUMN_OF_SIDE.items()
            if getattr(one, f"{column}_id") == self.partnership.pk
        ]

    @cached_property
    def requests(self) -> list[JoinRequest]:
        """Requests to join an organisation that it answers."""
        found = JoinRequest.objects.filter(partnership=self.partnership, state__in=OPEN_REQUESTS)
        return list(found.order_by("pk"))

    @cached_property
    def cents(self) -> tuple[int, int]:
        """What is reserved and committed for the exchanges that it pays."""
        held = [held_cents(exchange) for exchange, side in self.sides if side is VP]
        return sum(reserved for reserved, _committed in held), sum(committed for _reserved, committed in held)

    def going(self) -> list[Going]:
        """Give how many cases of each kind would go."""
        as_visitor = sum(1 for _exchange, side in self.sides if side is VP)
        return [
            Going(_("Registrations"), len(self.applications)),
            Going(_("Participations"), len(self.participations)),
            Going(_("Exchanges, visitor’s side"), as_visitor),
            Going(_("Exchanges, host’s side"), len(self.sides) - as_visitor),
            Going(_("Requests to join an organisation"), len(self.requests)),
        ]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open."""
        return not any(one.number for one in self.going())

    def refusals(self, other: Partnership | None) -> list[Refusal]:
        """Give everything that stands against handing all of it to another partnership."""
        if self.is_empty and other is None:
            return []
        against = reason_against_other(self.partnership, other, self.partnership.edition_id)
        if against is not None or other is None:
            return [against] if against is not None else []
        found = [one for exchange, side in self.sides for one in reasons_against_exchange(exchange, side)]
        budget = Budget.objects.filter(partnership=other).first()
        if sum(self.cents) > (budget.free_cents if budget is not None else 0):
            found.append(Refusal("no_free_budget_there", {"partnership": other.acronym}))
        return found


def case_named(reference: str) -> Application | Participation | Exchange | None:
    """Give the case that has a reference."""
    model = {"APP": Application, "PAR": Participation, "EXC": Exchange}.get(reference.partition("-")[0])
    found: Any = model._default_manager.filter(reference=reference).first() if model is not None else None
    return found  # type: ignore[no-any-return]  # -- one of the three
