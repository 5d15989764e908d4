"""What the support office says to everybody for some days; whoever has read it puts it away."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.journeys.models import Announcement, AnnouncementRead
from clusterxchange.phases.exchange_building import guards
from clusterxchange.workflow import engine, registry
from clusterxchange.workflow.engine import Refused, WrongState
from clusterxchange.workflow.tables import Refusal

AUDIENCE = Announcement.Audience


def publish_announcement(
    *, text_en: str, text_pl: str, audience: str, first_day: date, last_day: date, actor: Actor, at: datetime
) -> Announcement:
    """Put a text on the desks of an audience, from the first to the last day, both included.

    :raises NotAllowed: for everybody but the support office.
    :raises Refused: the last day comes before the first one, or is over.
    """
    with engine.unit_of_work(actor, at):
        if last_day < first_day:
            raise Refused(Refusal("announcement_ends_before", field="last_day"))
        if last_day < guards.today(at):
            raise Refused(Refusal("announcement_is_over", field="last_day"))
        made = Announcement(
            text_en=text_en, text_pl=text_pl, audience=audience, first_day=first_day, last_day=last_day,
            published_by_id=actor.account_id or 0, at=at,
        )  # fmt: skip
        engine.acting_capacity(registry.machine_of(made), made, Action.PUBLISH_ANNOUNCEMENT, actor, None)
        made.save()
        engine.record(made, Action.PUBLISH_ANNOUNCEMENT, actor=actor, at=at, payload={"audience": audience})
    return made


def withdraw_announcement(announcement: Announcement, *, actor: Actor, at: datetime) -> Announcement:
    """Take an announcement off every desk.

    :raises WrongState: it was withdrawn already.
    """
    with engine.unit_of_work(actor, at):
        kept = Announcement.objects.select_for_update().get(pk=announcement.pk)
        if kept.withdrawn_at is not None:
            raise WrongState(Refusal("wrong_state", {"state": kept.state}))
        kept.withdrawn_at = at
        engine.record(kept, Action.WITHDRAW_ANNOUNCEMENT, actor=actor, at=at)
        kept.save(update_fields=["withdrawn_at"])
    return kept


def dismiss_announcement(announcement: Announcement, *, actor: Actor, at: datetime) -> None:
    """Put an announcement away from one's own desk; the journal keeps nothing of that.

    :raises NotAllowed: the support office only looks at the tool as this person does.
    """
    with engine.unit_of_work(actor, at):
        AnnouncementRead.objects.get_or_create(
            announcement=announcement, account_id=actor.account_id or 0, defaults={"at": at}
        )


def announcements_for(actor: Actor, at: datetime) -> "QuerySet[Announcement]":
    """Give what stands on somebody's desk now, the newest first, without what they have put away."""
    day = guards.today(at)
    meant = Q(audience=AUDIENCE.EVERYBODY)
    if actor.organisations:
        meant |= Q(audience=AUDIENCE.ORGANISATIONS)
    if actor.partnerships:
        meant |= Q(audience=AUDIENCE.PARTNERSHIPS)
    found = Announcement.objects.filter(meant, withdrawn_at=None, first_day__lte=day, last_day__gte=day)
    return found.exclude(readings__account_id=actor.account_id or 0).order_by("-at", "-pk")


def on_desk(actor: Actor, at: datetime, language: str) -> list[dict[str, Any]]:
    """Give the announcements of a desk in the reader's language, or in English where there is no other text."""
    shown = []
    for one in announcements_for(actor, at):
        is_polish = language == "pl" and bool(one.text_pl)
        text, written = (one.text_pl, "pl") if is_polish else (one.text_en, "en")
        shown.append({"number": one.pk, "text": text, "language": "" if written == language else written})
    return shown
