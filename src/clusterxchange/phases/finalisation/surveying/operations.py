"""Surveys are opened by the tool when their day has come, and answered by the side that was asked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.finalisation import queries
from clusterxchange.phases.finalisation.models import FollowUpSurvey
from clusterxchange.scheme import terms
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import engine
from clusterxchange.workflow.deadlines import Done
from clusterxchange.workflow.registry import opens_when_due

TERM = "follow_up_survey"


@opens_when_due
def open_surveys(at: datetime) -> list[Done]:
    """Ask both sides of each exchange whose closing is half a year ago, once."""
    opened = []
    for edition in Edition.objects.order_by("pk"):
        scheme: Scheme | None = None
        for exchange in _unasked(edition):
            scheme = scheme or scheme_of_edition(edition.pk, at)
            if exchange.closed_at is None or terms.due_at(scheme, TERM, exchange.closed_at) > at:
                # They come in the order of their closing, so nobody after this one is asked yet.
                break
            _open_both(exchange, terms.due_at(scheme, TERM, at), at)
            opened.append(Done(TERM, str(exchange.reference), str(A.OPEN_SURVEY)))
    return opened


def _unasked(edition: Edition) -> Iterator[Exchange]:
    closed = Exchange.objects.filter(edition=edition, state=ExchangeState.CLOSED, follow_up_surveys=None)
    return closed.order_by("closed_at", "pk").iterator(chunk_size=100)


def _open_both(exchange: Exchange, closes_at: datetime, at: datetime) -> None:
    sides: tuple[tuple[str, dict[str, Any]], ...] = (
        (queries.VISITOR, {"visiting_organisation_id": exchange.visiting_organisation_id}),
        (queries.HOST, {"host_organisation_id": exchange.host_organisation_id}),
    )
    for side, organisation in sides:
        survey = FollowUpSurvey(exchange=exchange, side=side, closes_at=closes_at, **organisation)
        engine.begin(survey, A.OPEN_SURVEY, actor=SYSTEM, at=at)


def answer_survey(
    survey: FollowUpSurvey,
    *,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    **answers: Any,  # noqa: ANN401 -- a mark, yes or no, and codes
) -> FollowUpSurvey:
    """Keep the answers of one side; the names are those of the columns.

    :raises Refused: survey_incomplete.
    """
    engine.move(survey, A.ANSWER_SURVEY, actor=actor, at=at, capacity=capacity, inputs=answers)
    return survey
