"""Whether and when a person is written to, as they like it. What they must do always comes."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clusterxchange.workflow.models import MailPreferences, Notice

ZONE = ZoneInfo("Europe/Brussels")


def is_wanted(notice: Notice, preferences: MailPreferences | None) -> bool:
    """Whether the person wants this mail; a letter that somebody wrote to them comes in any case."""
    if preferences is None or notice.params.get("letter"):
        return True
    if notice.topic == Notice.Topic.HAPPENED:
        return preferences.wants_news
    return preferences.wants_messages if notice.topic == Notice.Topic.MESSAGE else True


def held_until(preferences: MailPreferences | None, at: datetime) -> datetime | None:
    """Give the moment before which nothing goes to the person; None where it goes at once."""
    if preferences is None:
        return None
    moment = at
    if preferences.is_digest:
        moment = _next_at(preferences.digest_hour, at)
    begin, end = preferences.quiet_from, preferences.quiet_until
    if begin is not None and end is not None and begin != end and _is_quiet(moment, begin, end):
        moment = _next_at(end, moment)
    return moment if moment > at else None


def _is_quiet(moment: datetime, begin: int, end: int) -> bool:
    hour = moment.astimezone(ZONE).hour
    return begin <= hour < end if begin < end else hour >= begin or hour < end


def _next_at(hour: int, at: datetime) -> datetime:
    """Give the next time at which it is that hour, at the earliest this very moment."""
    here = at.astimezone(ZONE)
    day = here.date()
    wanted = datetime.combine(day, time(hour), ZONE)
    if wanted < here:
        wanted = datetime.combine(day + timedelta(days=1), time(hour), ZONE)
    return wanted.astimezone(at.tzinfo)


def preferences_of(account_ids: Iterable[int]) -> dict[int, MailPreferences]:
    """Give the preferences of those who have any."""
    return MailPreferences.objects.in_bulk(set(account_ids))
