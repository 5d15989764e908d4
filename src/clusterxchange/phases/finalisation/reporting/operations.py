"""What goes with a report, each a single transaction with its line in the journal."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import SO, VP
from clusterxchange.foundation.files import discard, store
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.exchange_building.states import EXCHANGE
from clusterxchange.phases.finalisation import queries
from clusterxchange.phases.finalisation.cleaning import CannotBeRead
from clusterxchange.phases.finalisation.models import (
    ActivityReport,
    ActivityReportState,
    PresenceCode,
    PresenceMoment,
    StoryPhoto,
)
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.phases.finalisation.states import ACTIVITY_REPORT
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import NotDone, Refused, WrongState
from clusterxchange.workflow.tables import Refusal

OPEN_TO_ITS_WRITER = frozenset({ActivityReportState.OPEN, ActivityReportState.RETURNED})
MOST_PHOTOS = 6
CODE_DIGITS, CODE_LIVES, MOST_WRONG_TRIES = 6, timedelta(minutes=30), 5
# In which states of the exchange each moment can be confirmed.
WHEN = {
    PresenceMoment.ARRIVAL: frozenset({ExchangeState.READY, ExchangeState.RUNNING}),
    PresenceMoment.DEPARTURE: frozenset({ExchangeState.RUNNING, ExchangeState.ENDED}),
}


def save_report(report: ActivityReport, *, typed: Mapping[str, Any], actor: Actor, at: datetime) -> ActivityReport:
    """Keep what was typed so far, right or not; nobody but the writer's side sees it."""
    with engine.unit_of_work(actor, at):
        engine.lock(ACTIVITY_REPORT, report)
        engine.record(report, A.SAVE_REPORT, actor=actor, at=at, payload={"answers": sorted(typed)})
        if report.state not in OPEN_TO_ITS_WRITER:
            raise WrongState(Refusal("wrong_state", {"state": report.state}))
        report.draft = {**report.draft, **typed}
        report.save(update_fields=["draft"])
    return report


# The success story


def add_story_photo(
    report: ActivityReport, *, photo: CheckedFile, description: str, actor: Actor, at: datetime
) -> StoryPhoto:
    """Add a photo; it is kept without place and camera data, and the original is not kept.

    :raises Refused: too_many_photos, file_is_damaged.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(ACTIVITY_REPORT, report)
        engine.record(report, A.ADD_STORY_PHOTO, actor=actor, at=at)
        if report.story_photos.count() >= MOST_PHOTOS:
            raise Refused(Refusal("too_many_photos", field="photo"))
        try:
            shown = photo.shown
        except CannotBeRead as reason:
            raise Refused(Refusal(reason.code, field="photo")) from None
        kept = store(shown, photo.name, photo.content_type, at)
        return StoryPhoto.objects.create(report=report, file=kept, description=description.strip(), added_at=at)


def remove_story_photo(photo: StoryPhoto, *, actor: Actor, at: datetime) -> None:
    """Take a photo away, with its file."""
    with engine.unit_of_work(actor, at):
        engine.lock(ACTIVITY_REPORT, photo.report)
        engine.record(photo.report, A.REMOVE_STORY_PHOTO, actor=actor, at=at)
        file = photo.file
        photo.delete()
        discard(file)


def give_story_consent(report: ActivityReport, *, actor: Actor, at: datetime) -> ActivityReport:
    """Allow the story to be published.

    :raises Refused: story_missing.
    """
    return _decide_on_the_story(report, A.GIVE_STORY_CONSENT, actor=actor, at=at, may_be_published=True)


def withdraw_story_consent(report: ActivityReport, *, actor: Actor, at: datetime) -> ActivityReport:
    """Take the consent back, at any time; whoever has published the story is told to take it down."""
    return _decide_on_the_story(report, A.WITHDRAW_STORY_CONSENT, actor=actor, at=at, may_be_published=False)


def _decide_on_the_story(
    report: ActivityReport, action: A, *, actor: Actor, at: datetime, may_be_published: bool
) -> ActivityReport:
    with engine.unit_of_work(actor, at):
        engine.lock(ACTIVITY_REPORT, report)
        engine.acting_capacity(ACTIVITY_REPORT, report, action, actor, None)
        if report.story_may_be_published == may_be_published:
            return report
        engine.record(report, action, actor=actor, at=at, tells=(VP, SO))
        if may_be_published and not report.success_story.strip():
            raise Refused(Refusal("story_missing"))
        report.story_may_be_published, report.story_consent_changed_at = may_be_published, at
        report.save(update_fields=["story_may_be_published", "story_consent_changed_at"])
    return report


# Presence shown by a code


def moment_now(exchange: Exchange, at: datetime) -> PresenceMoment | None:
    """Give the moment that can be confirmed now; None before the stay, and once both are."""
    kept = queries.presence_of(exchange)
    first_day = exchange.commitment.first_day if exchange.commitment is not None else None
    if first_day is None or timezone.localtime(at).date() < first_day:
        return None
    for moment in PresenceMoment:
        is_open = moment not in kept or kept[moment].confirmed_at is None
        if is_open and exchange.state in WHEN[moment]:
            return moment
    return None


def make_presence_code(exchange: Exchange, *, actor: Actor, at: datetime) -> PresenceCode:
    """Make the code that the visitor shows now; an earlier one that was not used is over.

    :raises Refused: presence_not_now.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(EXCHANGE, exchange)
        moment = moment_now(exchange, at)
        engine.record(exchange, A.MAKE_PRESENCE_CODE, actor=actor, at=at, payload={"moment": str(moment)})
        if moment is None:
            raise Refused(Refusal("presence_not_now"))
        code = "".join(str(secrets.randbelow(10)) for _ in range(CODE_DIGITS))
        made, _is_new = PresenceCode.objects.update_or_create(
            exchange=exchange, moment=moment, defaults={"code": code, "made_at": at, "wrong_tries": 0}
        )
    return made


def confirm_presence(exchange: Exchange, *, code: str, actor: Actor, at: datetime) -> PresenceCode:
    """Confirm arrival or departure by the code that the visitor shows; it counts once.

    :raises Refused: presence_not_now, presence_code_over, presence_code_wrong.
    """
    wrong: Refusal | None = None
    with engine.unit_of_work(actor, at):
        engine.lock(EXCHANGE, exchange)
        engine.acting_capacity(EXCHANGE, exchange, A.CONFIRM_PRESENCE, actor, None)
        moment = moment_now(exchange, at)
        if moment is None:
            raise Refused(Refusal("presence_not_now"))
        shown = PresenceCode.objects.select_for_update().filter(exchange=exchange, moment=moment).first()
        if shown is None or at - shown.made_at > CODE_LIVES or shown.wrong_tries >= MOST_WRONG_TRIES:
            raise Refused(Refusal("presence_code_over", field="code"))
        if hmac.compare_digest(shown.code.encode(), "".join(code.split()).encode()):
            engine.record(exchange, A.CONFIRM_PRESENCE, actor=actor, at=at, payload={"moment": str(moment)})
            shown.confirmed_at, shown.confirmed_by_id = at, actor.account_id
        else:
            # A wrong try counts, so it is kept although it is refused.
            shown.wrong_tries += 1
            wrong = Refusal("presence_code_wrong", field="code")
        shown.save()
    if wrong is not None:
        raise NotDone(wrong)
    return shown
