"""Write the values of a document as its reader expects them: dates, moments, amounts, countries, capacities.

Which value is written how follows from the name of its field; a text that a person wrote is never touched.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django.utils import translation
from django.utils.translation import gettext, ngettext

from clusterxchange.documents.labels import frame_language

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEME_ZONE: Final = zoneinfo.ZoneInfo("Europe/Brussels")
# English documents are written for Europe: 20 April 2026, not April 20, 2026.
LOCALES: Final = {"en": "en_GB"}
FINGERPRINT_GROUP: Final = 4


def presented(data: Mapping[str, object], language: str) -> dict[str, object]:
    """Return a copy of the data in which every value is a text of the document's language."""
    frame = frame_language(language)
    locale = Locale.parse(LOCALES.get(frame, frame), sep="_")
    with translation.override(frame):
        return {key: _presented(key, _rows_by_day(key, value), data, locale) for key, value in data.items()}


def _rows_by_day(key: str, value: object) -> object:
    if key != "admitted_days" or not isinstance(value, Mapping):
        return value
    return [{"day": day, "reason": reason} for day, reason in sorted(value.items())]


def _presented(key: str, value: object, document: Mapping[str, object], locale: Locale) -> object:
    if isinstance(value, Mapping):
        return {str(inner): _presented(str(inner), item, document, locale) for inner, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_presented(key, item, document, locale) for item in value]
    if value is None or value == "":
        return None
    if key in WRITERS:
        return WRITERS[key](value, document, locale)
    return value if isinstance(value, bool) else str(value)


def _date(value: object, _document: Mapping[str, object], locale: Locale) -> str:
    return format_date(_as_date(value), "d MMMM y", locale=locale)


def _weekday_and_date(value: object, _document: Mapping[str, object], locale: Locale) -> str:
    day = _as_date(value)
    name = format_date(day, "EEEE", locale=locale)
    return f"{name[:1].upper()}{name[1:]}, {format_date(day, 'd MMMM y', locale=locale)}"


def _as_date(value: object) -> dt.date:
    if isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value))


def _moment(value: object, _document: Mapping[str, object], locale: Locale) -> str:
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return format_datetime(moment.astimezone(SCHEME_ZONE), "d MMMM y, HH:mm", locale=locale)


def _cents(value: object, document: Mapping[str, object], locale: Locale) -> str:
    amount = format_decimal(Decimal(int(str(value))) / 100, "#,##0.00", locale=locale)
    return gettext("%(currency)s %(amount)s") % {"currency": str(document.get("currency", "EUR")), "amount": amount}


def _kilometres(value: object, _document: Mapping[str, object], locale: Locale) -> str:
    return gettext("%(distance)s km") % {"distance": format_decimal(round(Decimal(str(value))), locale=locale)}


def _working_days(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    count = int(str(value))
    return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}


def _travel_days(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    count = int(str(value))
    return ngettext("%(count)s travel day", "%(count)s travel days", count) % {"count": count}


def _country(value: object, _document: Mapping[str, object], locale: Locale) -> str:
    # The asterisk leads to the footnote that the European Union prints beside this name.
    name = locale.territories.get(str(value), str(value))
    return f"{name}*" if value == "XK" else name


def _capacity(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    words = {
        "V": gettext("Visiting organisation"),
        "H": gettext("Host organisation"),
        "VP": gettext("Visitor's partnership"),
        "HP": gettext("Host's partnership"),
    }
    letters = {
        "VISITING_ORGANISATION": "V",
        "HOST_ORGANISATION": "H",
        "VISITOR_PARTNERSHIP": "VP",
        "HOST_PARTNERSHIP": "HP",
    }
    letter = letters.get(str(value).upper(), str(value))
    return words.get(letter, str(value))


def _half(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    return {"morning": gettext("Morning"), "afternoon": gettext("Afternoon")}.get(str(value).lower(), str(value))


def _format(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    names = {"physical": gettext("Physical exchange"), "virtual": gettext("Virtual exchange")}
    return names.get(str(value).lower(), str(value))


def _language(value: object, _document: Mapping[str, object], locale: Locale) -> str:
    name = locale.languages.get(str(value), str(value))
    return f"{name[:1].upper()}{name[1:]}"


def _fingerprint(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    digits = str(value)
    return " ".join(digits[at : at + FINGERPRINT_GROUP] for at in range(0, len(digits), FINGERPRINT_GROUP))


def _account(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    digits = str(value).replace(" ", "")
    return " ".join(digits[at : at + FINGERPRINT_GROUP] for at in range(0, len(digits), FINGERPRINT_GROUP))


def _de_minimis(value: object, _document: Mapping[str, object], _locale: Locale) -> str:
    if value is True:
        return gettext("The organisation declares that it keeps below the limit of de minimis aid.")
    if value is False:
        return gettext("The organisation does not fall under the rules on de minimis aid.")
    return str(value)


WRITERS: Final[Mapping[str, Callable[[object, Mapping[str, object], Locale], str]]] = {
    "first_day": _date,
    "last_day": _date,
    "day": _weekday_and_date,
    "signed_at": _moment,
    "cap_cents": _cents,
    "amount_cents": _cents,
    "distance_km": _kilometres,
    "working_days": _working_days,
    "travel_days": _travel_days,
    "country": _country,
    "host_country": _country,
    "capacity": _capacity,
    "half": _half,
    "format": _format,
    "language": _language,
    "text_sha256": _fingerprint,
    "commitment_sha256": _fingerprint,
    "iban": _account,
    "de_minimis": _de_minimis,
}
