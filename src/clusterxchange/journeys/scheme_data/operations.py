"""What the support office does with the rules of an edition; each a single transaction."""

import copy
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.journeys.scheme_data.guards import check_document
from clusterxchange.journeys.scheme_data.models import EditionDraft, EditionDraftState
from clusterxchange.journeys.scheme_data.states import EDITION_DRAFT
from clusterxchange.parties.accounts.models import Account
from clusterxchange.scheme.models import Edition, EditionVersion
from clusterxchange.scheme.public_holidays import with_calendars
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import WrongState
from clusterxchange.workflow.tables import Refusal


def start_version(edition: Edition, *, actor: Actor, at: datetime) -> EditionDraft:
    """Begin a new version as a copy of the latest one."""
    base = edition.versions.latest("number")
    return _begin(edition, base, base.document, actor, at)


def import_version(document: Mapping[str, Any], *, actor: Actor, at: datetime) -> EditionDraft:
    """Begin a version, or the first one of an edition that is not there yet, from a document that was handed in.

    Its public holidays are those of its countries; what is missing comes from the maintained calendar.

    :raises InvalidDocument: naming the path of the first place that is wrong.
    """
    document = with_calendars(document)
    check_document(document, at)
    edition = Edition.objects.filter(code=document["edition"]["code"]).first()
    base = edition.versions.latest("number") if edition is not None else None
    return _begin(edition, base, document, actor, at)


def _begin(
    edition: Edition | None, base: EditionVersion | None, document: Mapping[str, Any], actor: Actor, at: datetime
) -> EditionDraft:
    author = Account.objects.get(pk=actor.account_id or 0)
    draft = EditionDraft(edition=edition, base=base, document=copy.deepcopy(dict(document)), drafted_by=author)
    engine.begin(draft, Action.START_VERSION, actor=actor, at=at)
    return draft


def edit_version(
    draft: EditionDraft, *, document: Mapping[str, Any], changed: Iterable[str], actor: Actor, at: datetime
) -> EditionDraft:
    """Keep a changed document of which only the places named differ, and the public holidays that they call for.

    :raises InvalidDocument: naming the path of the first place that is wrong.
    :raises NotDone: when the actor did not draft it, or it is decided on already.
    """
    document = with_calendars(document)
    check_document(document, at)
    with engine.unit_of_work(actor, at):
        engine.lock(EDITION_DRAFT, draft)
        engine.record(draft, Action.EDIT_VERSION, actor=actor, at=at, payload={"places": sorted(changed)})
        if draft.state != EditionDraftState.DRAFT:
            raise WrongState(Refusal("wrong_state", {"state": draft.state}))
        draft.document = document
        draft.save(update_fields=["document"])
    return draft


def propose_version(
    draft: EditionDraft,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    effective_on: date | None = None,
    capacity: Capacity | None = None,
) -> None:
    """Ask somebody else of the support office to approve it, to hold from a day on."""
    inputs = {"effective_on": effective_on, "reason": reason}
    engine.move(draft, Action.PROPOSE_VERSION, actor=actor, at=at, capacity=capacity, inputs=inputs)


def approve_version(draft: EditionDraft, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> None:
    """Let it hold from its day on."""
    engine.move(draft, Action.APPROVE_VERSION, actor=actor, at=at, capacity=capacity)


def return_version(
    draft: EditionDraft, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> None:
    """Give it back to who wrote it, with a reason."""
    engine.move(draft, Action.RETURN_VERSION, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})


def withdraw_version(draft: EditionDraft, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> None:
    """Give it up."""
    engine.move(draft, Action.WITHDRAW_VERSION, actor=actor, at=at, capacity=capacity)
