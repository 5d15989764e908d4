"""What is done to a group exchange and to all of its exchanges, in one transaction or one by one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity, H
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import Commitment, CommitmentState, Exchange, ExchangeState
from clusterxchange.phases.exchange_building.queries import text_of_programme
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Programme
from clusterxchange.workflow import engine
from clusterxchange.workflow.tables import Refusal

BEFORE_THE_END = (ExchangeState.PREPARING, ExchangeState.AGREED, ExchangeState.READY)
BEING_WRITTEN = (CommitmentState.DRAFTING, CommitmentState.CHANGES_REQUESTED)
CONTENT_CHANGED = "content_changed"
DRAFTED, AMENDED, WAITS = "drafted", "amended", "waits"


@dataclass(frozen=True)
class Consequence:
    """What a change of the group means for one of its exchanges."""

    exchange: Exchange
    what: str


@dataclass(frozen=True)
class Result:
    """What came of a consent to one exchange of a group; no refusal where it was given."""

    exchange: Exchange
    refusal: Refusal | None


def exchanges_of(programme: Programme) -> Iterable[Exchange]:
    """Give the exchanges of a group that have not begun, in the order in which their seats were confirmed."""
    rows = Exchange.objects.filter(programme=programme, state__in=BEFORE_THE_END)
    related = (
        "visiting_organisation",
        "host_organisation",
        "visitor_partnership",
        "host_partnership",
        "programme",
        "proposal",
    )
    return rows.select_related(*related).order_by("pk")


def latest_text(exchange: Exchange) -> Commitment:
    """Give the latest version of an exchange's Commitment to Quality."""
    found: Commitment = exchange.commitments.latest("version")
    return found


def consequence_for(exchange: Exchange) -> Consequence:
    """Tell what a change would mean: a draft goes on, a signed text gets an amendment, another one waits."""
    state = latest_text(exchange).state
    if state in BEING_WRITTEN:
        return Consequence(exchange, DRAFTED)
    return Consequence(exchange, AMENDED if state in (CommitmentState.SIGNED, CommitmentState.SIGNING) else WAITS)


def change_programme(
    programme: Programme, *, values: Mapping[str, Any], actor: Actor, at: datetime
) -> list[Consequence]:
    """Change days, place or agenda of a group and carry it into the text of each of its exchanges, all or nothing.

    A text that is being written gets the new days and agenda; one that is signed, or open for signature, a next
    version. One that waits for validation gets them as soon as it is written again.

    :raises NotDone: NotAllowed, or Refused with the rule that the new days break.
    """
    with engine.unit_of_work(actor, at):
        matching.change_programme(programme, values=values, actor=actor, at=at)
        found = [consequence_for(exchange) for exchange in exchanges_of(programme)]
        for one in found:
            matching.note_whether_change_waits(one.exchange.proposal, waits=one.what == WAITS)
            if one.what != WAITS:
                _carry_into(one.exchange, programme, actor, at)
    return found


def _carry_into(exchange: Exchange, programme: Programme, actor: Actor, at: datetime) -> None:
    text = latest_text(exchange)
    if text.state == CommitmentState.SIGNED:
        exchange_building.amend_commitment(text, actor=actor, at=at, capacity=H)
    elif text.state == CommitmentState.SIGNING:
        exchange_building.decline_signature(text, reason_code=CONTENT_CHANGED, actor=actor, at=at, capacity=H)
    exchange_building.edit_commitment(
        latest_text(exchange), values=text_of_programme(programme), actor=actor, at=at, capacity=H
    )


def consent_together(
    programme: Programme,
    action: Action,
    *,
    capacity: Capacity,
    seen: Mapping[str, tuple[str, str]],
    is_authenticated: bool,
    actor: Actor,
    at: datetime,
) -> list[Result]:
    """Agree to, validate or sign the texts chosen, one by one; what is refused for one leaves the others alone.

    `seen` gives version and fingerprint of the text that the person had before them, by the exchange's reference.
    """
    found = []
    for exchange in exchanges_of(programme):
        if exchange.reference not in seen:
            continue
        version, fingerprint = seen[exchange.reference or ""]
        given: dict[str, Any] = {"version": version, "text_sha256": fingerprint}
        if action is Action.SIGN_COMMITMENT:
            given["is_authenticated"] = is_authenticated
        operation = getattr(exchange_building, action.value)
        try:
            operation(latest_text(exchange), **given, actor=actor, at=at, capacity=capacity)
        except engine.NotDone as reason:
            found.append(Result(exchange, reason.refusal))
        else:
            found.append(Result(exchange, None))
    return found
