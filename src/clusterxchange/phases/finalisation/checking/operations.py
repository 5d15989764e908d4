"""Random checks: drawn once for some days, and one finding for each exchange drawn."""

from datetime import date, datetime

from django.utils import timezone

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import SO, VP, V
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation import rules
from clusterxchange.phases.finalisation.checking import queries
from clusterxchange.phases.finalisation.models import CheckedExchange, Finding, Payment, PaymentState, RandomCheck
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.tables import Refusal


def draw_sample(
    edition: Edition, *, first_day: date, last_day: date, percent: int, seed: str, actor: Actor, at: datetime
) -> RandomCheck:
    """Draw a part of the exchanges that were closed on some days; visitors and partnerships drawn are told.

    :raises NotAllowed: not the support office.
    :raises Refused: day_is_ahead, days_drawn_already, nothing_to_draw.
    """
    if not actor.support_office:
        raise NotAllowed(Refusal("not_allowed"))
    if last_day >= timezone.localtime(at).date():
        raise Refused(Refusal("day_is_ahead", field="last_day"))
    with engine.unit_of_work(actor, at):
        Edition.objects.select_for_update().get(pk=edition.pk)
        if queries.is_drawn_already(edition.pk, first_day, last_day):
            raise Refused(Refusal("days_drawn_already", field="first_day"))
        closed = {str(one.reference): one for one in queries.closed_between(edition.pk, first_day, last_day)}
        if not closed:
            raise Refused(Refusal("nothing_to_draw", field="first_day"))
        check = RandomCheck.objects.create(
            edition=edition,
            first_day=first_day,
            last_day=last_day,
            percent=percent,
            seed=seed,
            drawn_from=list(closed),
            drawn_by_id=actor.account_id or 0,
            drawn_at=at,
        )
        for place, reference in enumerate(rules.drawn(seed, closed, percent), start=1):
            CheckedExchange.objects.create(random_check=check, exchange=closed[reference], place=place)
            payload = {"check": check.pk, "seed": seed, "place": place}
            engine.record(
                closed[reference], A.DRAW_FOR_CHECK, actor=actor, at=at, capacity=SO, payload=payload, tells={V, VP}
            )
    return check


def record_finding(
    checked: CheckedExchange,
    *,
    finding: Finding,
    words: str,
    actor: Actor,
    at: datetime,
    recovery_cents: int | None = None,
) -> CheckedExchange:
    """Keep what the check of an exchange found, once; what is to be paid back is asked back in the same moment.

    :raises NotAllowed: not the support office.
    :raises Refused: finding_is_kept, words_missing, recovery_missing, recovery_above_payment, nothing_was_paid.
    """
    with engine.unit_of_work(actor, at):
        kept = CheckedExchange.objects.select_related("exchange").select_for_update(of=("self",)).get(pk=checked.pk)
        payload = {"check": kept.random_check_id, "finding": str(finding)}
        engine.record(kept.exchange, A.RECORD_FINDING, actor=actor, at=at, capacity=SO, payload=payload, tells={V, VP})
        if kept.finding:
            raise Refused(Refusal("finding_is_kept"))
        if finding is not Finding.IN_ORDER and not words.strip():
            raise Refused(Refusal("words_missing", field="words"))
        if finding is Finding.RECOVER:
            kept.recovery_cents = _ask_back(kept, words, recovery_cents, actor, at)
        kept.finding, kept.words = finding, words.strip()
        kept.found_by_id, kept.found_at = actor.account_id, at
        kept.save()
    return kept


def _ask_back(checked: CheckedExchange, words: str, cents: int | None, actor: Actor, at: datetime) -> int:
    payment = Payment.objects.filter(exchange=checked.exchange, state=PaymentState.CONFIRMED).first()
    if payment is None:
        raise Refused(Refusal("nothing_was_paid", field="finding"))
    if not cents:
        raise Refused(Refusal("recovery_missing", field="recovery_eur"))
    finalisation.demand_recovery(payment, reason=words.strip(), recovery_cents=cents, actor=actor, at=at, capacity=SO)
    return cents
