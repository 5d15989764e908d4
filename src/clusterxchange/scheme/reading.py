"""Reading a document strictly: every value is checked, nothing unknown is accepted, an error names the path."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import inf

from django.utils.translation import gettext as _


class InvalidDocument(ValueError):
    """Say which place of the document is wrong, and how."""

    def __init__(self, path: str, problem: str) -> None:
        """Keep the path apart from the problem, for whoever shows it at a field."""
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Part:
    """An object inside the document, together with where it stands."""

    path: str
    content: Mapping[str, object]

    @classmethod
    def of(cls, value: object, path: str) -> "Part":
        """Take a value that must be an object."""
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise InvalidDocument(path, _("must be an object"))
        return cls(path, value)

    def at(self, name: str) -> str:
        """Name the path of one of the values."""
        return f"{self.path}.{name}" if self.path else name

    def only(self, *names: str, optional: tuple[str, ...] = ()) -> "Part":
        """Refuse a name that is missing or not known."""
        for name in names:
            if name not in self.content:
                raise InvalidDocument(self.at(name), _("is missing"))
        for name in self.content:
            if name not in names and name not in optional:
                raise InvalidDocument(self.at(name), _("is not known"))
        return self

    def value(self, name: str) -> object:
        """Give the value as it stands."""
        if name not in self.content:
            raise InvalidDocument(self.at(name), _("is missing"))
        return self.content[name]

    def text(self, name: str) -> str:
        """Give a text that is not empty."""
        return text_of(self.value(name), self.at(name))

    def integer(self, name: str, *, at_least: int = 0, at_most: int | None = None) -> int:
        """Give a whole number within its bounds, both included."""
        return integer_of(self.value(name), self.at(name), at_least=at_least, at_most=at_most)

    def number(self, name: str, *, at_least: float = 0.0) -> float:
        """Give a number that is not below its bound."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not at_least <= value < inf:
            raise InvalidDocument(
                self.at(name), _("must be a number of at least %(least)s") % {"least": f"{at_least:g}"}
            )
        return float(value)

    def boolean(self, name: str) -> bool:
        """Give true or false."""
        value = self.value(name)
        if not isinstance(value, bool):
            raise InvalidDocument(self.at(name), _("must be true or false"))
        return value

    def day(self, name: str) -> date:
        """Give a date."""
        return day_of(self.value(name), self.at(name))

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """Give a text out of a closed list."""
        value = self.text(name)
        if value not in allowed:
            raise InvalidDocument(self.at(name), _("must be one of: %(known)s") % {"known": ", ".join(allowed)})
        return value

    def part(self, name: str) -> "Part":
        """Give an object."""
        return Part.of(self.value(name), self.at(name))

    def named_parts(self, name: str) -> dict[str, "Part"]:
        """Give an object of objects."""
        part = self.part(name)
        return {key: Part.of(value, part.at(key)) for key, value in part.content.items()}

    def sequence(self, name: str) -> list[object]:
        """Give a list."""
        return sequence_of(self.value(name), self.at(name))

    def parts(self, name: str) -> list["Part"]:
        """Give a list of objects."""
        return [Part.of(value, f"{self.at(name)}[{place}]") for place, value in enumerate(self.sequence(name))]

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of texts, each of them once."""
        values = tuple(text_of(value, f"{self.at(name)}[{place}]") for place, value in enumerate(self.sequence(name)))
        if len(set(values)) != len(values):
            raise InvalidDocument(self.at(name), _("must not name anything twice"))
        return values

    def texts_out_of(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """Give a list of texts, each of them once and out of a closed list."""
        values = self.texts(name)
        if not set(values) <= set(allowed):
            raise InvalidDocument(self.at(name), _("must be out of: %(known)s") % {"known": ", ".join(allowed)})
        return values

    def integers(self, name: str, *, at_least: int, at_most: int) -> tuple[int, ...]:
        """Give a list of whole numbers within their bounds."""
        return tuple(
            integer_of(value, f"{self.at(name)}[{place}]", at_least=at_least, at_most=at_most)
            for place, value in enumerate(self.sequence(name))
        )

    def integers_by_name(self, name: str) -> dict[str, int]:
        """Give an object of whole numbers."""
        part = self.part(name)
        return {key: part.integer(key) for key in part.content}

    def texts_by_name(self, name: str) -> dict[str, str]:
        """Give an object of texts."""
        part = self.part(name)
        return {key: part.text(key) for key in part.content}


def read_document(written: bytes | str) -> object:
    """Read a document as it stands in a file, or in one that somebody hands in.

    :raises InvalidDocument: for what is no JSON, or names something twice in one object.
    """
    try:
        return json.loads(written, object_pairs_hook=_named_once)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidDocument):
            raise
        raise InvalidDocument("document", _("must be written as JSON")) from error


def _named_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise InvalidDocument(next(name for name in names if names.count(name) > 1), _("must not stand twice"))
    return found


def text_of(value: object, path: str) -> str:
    """Take a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidDocument(path, _("must be a text"))
    return value


def integer_of(value: object, path: str, *, at_least: int, at_most: int | None = None) -> int:
    """Take a whole number within its bounds, both included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidDocument(path, _("must be a whole number"))
    if value < at_least:
        raise InvalidDocument(path, _("must be at least %(least)s") % {"least": at_least})
    if at_most is not None and value > at_most:
        raise InvalidDocument(path, _("must be at most %(most)s") % {"most": at_most})
    return value


def day_of(value: object, path: str) -> date:
    """Take a date written as YYYY-MM-DD."""
    text = text_of(value, path)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidDocument(path, _("must be a date such as 2026-03-02")) from error


def sequence_of(value: object, path: str) -> list[object]:
    """Take a list."""
    if not isinstance(value, list | tuple):
        raise InvalidDocument(path, _("must be a list"))
    return list(value)
