"""Invitations that calendars understand (RFC 5545, RFC 5546): the same entry keeps its name, each change counts up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from icalendar import Alarm, Calendar, Event, vCalAddress

CALENDAR: Final = "text/calendar"
PRODUCT: Final = "-//ClusterXchange//Exchanges//EN"
A_DAY: Final = timedelta(days=1)


class Method(StrEnum):
    """What a calendar shall do with the entry."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Entry:
    """Whole days in a calendar. `name` never changes, `sequence` is higher in each later version; both days count."""

    name: str
    sequence: int
    first_day: date
    last_day: date
    title: str
    place: str
    text: str
    address: str


def calendar_file(entry: Entry, method: Method, *, organiser: str, invited: str, at: datetime) -> bytes:
    """Return the file for one reader; `organiser` and `invited` are mail addresses, `invited` may be empty."""
    event = Event()
    event.add("uid", entry.name)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", entry.first_day)
    event.add("dtend", entry.last_day + A_DAY)
    event.add("summary", entry.title)
    if entry.place:
        event.add("location", entry.place)
    event.add("description", entry.text)
    event.add("url", entry.address)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    if invited:
        attendee = vCalAddress(f"mailto:{invited}")
        attendee.params["role"], attendee.params["partstat"] = "REQ-PARTICIPANT", "NEEDS-ACTION"
        event.add("attendee", attendee)
    if method is not Method.CANCEL:
        event.add_component(_reminder(entry.title))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def calendar_of(entries: Iterable[Entry], *, title: str, at: datetime) -> bytes:
    """Return a whole calendar to which a program may subscribe; what is no longer in it disappears there."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", Method.PUBLISH.value)
    calendar.add("x-wr-calname", title)
    for entry in entries:
        event = Event()
        event.add("uid", entry.name)
        event.add("dtstamp", at)
        event.add("dtstart", entry.first_day)
        event.add("dtend", entry.last_day + A_DAY)
        event.add("summary", entry.title)
        if entry.place:
            event.add("location", entry.place)
        event.add("description", entry.text)
        event.add("url", entry.address)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _reminder(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -A_DAY)
    return alarm
