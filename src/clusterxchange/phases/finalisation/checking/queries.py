"""What is read of random checks."""

from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet

from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.finalisation.models import CheckedExchange, RandomCheck
from clusterxchange.scheme.editions import BRUSSELS


def checks() -> QuerySet[RandomCheck]:
    """Give the checks, the latest first, each with how many were drawn and how many are still to be looked at."""
    found = RandomCheck.objects.select_related("edition", "drawn_by").annotate(
        drawn=Count("exchanges"), to_look_at=Count("exchanges", filter=Q(exchanges__finding=""))
    )
    return found.order_by("-pk")


def checked_in(check: RandomCheck) -> QuerySet[CheckedExchange]:
    """Give the exchanges that were drawn, first drawn first."""
    related = ("exchange__visiting_organisation", "exchange__visitor_partnership", "exchange__payment")
    return CheckedExchange.objects.filter(random_check=check).select_related(*related).order_by("place")


def closed_between(edition_id: int, first_day: date, last_day: date) -> QuerySet[Exchange]:
    """Give the exchanges of an edition that were closed on some days of Brussels."""
    begin = datetime.combine(first_day, time.min, BRUSSELS)
    end = datetime.combine(last_day + timedelta(days=1), time.min, BRUSSELS)
    found = Exchange.objects.filter(edition_id=edition_id, state=ExchangeState.CLOSED)
    return found.filter(closed_at__gte=begin, closed_at__lt=end).order_by("reference")


def is_drawn_already(edition_id: int, first_day: date, last_day: date) -> bool:
    """Whether a sample of one of these days was drawn: nobody draws again until it suits."""
    drawn = RandomCheck.objects.filter(edition_id=edition_id)
    return drawn.filter(first_day__lte=last_day, last_day__gte=first_day).exists()
