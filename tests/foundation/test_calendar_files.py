"""Calendar files as another parser reads them (RFC 5545)."""

from datetime import UTC, date, datetime

import pytest
import vobject

from clusterxchange.foundation.calendar_files import Entry, Method, calendar_file

AT = datetime(2026, 3, 20, 9, 42, tzinfo=UTC)
ENTRY = Entry(
    name="EXC-2026-000007@clusterxchange.example",
    sequence=2,
    first_day=date(2026, 4, 14),
    last_day=date(2026, 4, 16),
    title="Teixits Almarge, S.L. visits Tecelagem Orvalhinho, Lda.; łódź",
    place="Rua do Tear Velho 18, Guimarães",
    text="https://clusterxchange.example/exchanges/EXC-2026-000007/",
    address="https://clusterxchange.example/exchanges/EXC-2026-000007/",
)


def read(method: Method, invited: str = "ana@cast.example") -> vobject.base.Component:
    content = calendar_file(ENTRY, method, organiser="no-reply@clusterxchange.example", invited=invited, at=AT)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return vobject.readOne(content.decode(), validate=True)


def test_an_invitation_names_whole_days_and_its_last_day_is_inside() -> None:
    calendar = read(Method.REQUEST)
    event = calendar.vevent

    assert calendar.method.value == "REQUEST"
    assert (event.uid.value, event.sequence.value) == ("EXC-2026-000007@clusterxchange.example", "2")
    # The end of whole days is the first day that is free again (RFC 5545, section 3.6.1).
    assert (event.dtstart.value, event.dtend.value) == (date(2026, 4, 14), date(2026, 4, 17))
    assert (event.summary.value, event.location.value) == (ENTRY.title, ENTRY.place)
    assert event.organizer.value == "mailto:no-reply@clusterxchange.example"
    assert event.attendee.value == "mailto:ana@cast.example"
    assert event.status.value == "CONFIRMED"
    assert event.dtstamp.value == AT


def test_a_cancellation_keeps_the_name_and_has_no_reminder() -> None:
    calendar = read(Method.CANCEL)

    assert (calendar.method.value, calendar.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert calendar.vevent.uid.value == ENTRY.name
    assert "valarm" not in calendar.vevent.contents


@pytest.mark.parametrize("typed", ["Line\nBEGIN:VEVENT\nEND:VEVENT", "a,b;c\\d", 'quoted "place"'])
def test_what_people_type_stays_text(typed: str) -> None:
    content = calendar_file(
        Entry(**{**vars(ENTRY), "place": typed}), Method.PUBLISH, organiser="o@x.example", invited="", at=AT
    )
    event = vobject.readOne(content.decode(), validate=True).vevent

    assert event.location.value == typed
    assert "attendee" not in event.contents
