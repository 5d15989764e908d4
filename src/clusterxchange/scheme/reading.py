"""Reading a document strictly: every value is checked, nothing unknown is accepted, an error names the path."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


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
            raise InvalidDocument(path, "must be an object")
        return cls(path, value)

    def at(self, name: str) -> str:
        """Name the path of one of the values."""
        return f"{self.path}.{name}" if self.path else name

    def only(self, *names: str, optional: tuple[str, ...] = ()) -> "Part":
        """Refuse a name that is missing or not known."""
        for name in names:
            if name not in self.content:
                raise InvalidDocument(self.at(name), "is missing")
        for name in self.content:
            if name not in names and name not in optional:
                raise InvalidDocument(self.at(name), "is not known")
        return self

    def value(self, name: str) -> object:
        """Give the value as it stands."""
        if name not in self.content:
            raise InvalidDocument(self.at(name), "is missing")
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
        if isinstance(value, bool) or not isinstance(value, int | float) or value < at_least:
            raise InvalidDocument(self.at(name), f"must be a number of at least {at_least:g}")
        return float(value)

    def boolean(self, name: str) -> bool:
        """Give true or false."""
        value = self.value(name)
        if not isinstance(value, bool):
            raise InvalidDocument(self.at(name), "must be true or false")
        return value

    def day(self, name: str) -> date:
        """Give a date."""
        return day_of(self.value(name), self.at(name))

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """Give a text out of a closed list."""
        value = self.text(name)
        if value not in allowed:
            raise InvalidDocument(self.at(name), f"must be one of: {', '.join(allowed)}")
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
            raise InvalidDocument(self.at(name), "must not name anything twice")
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


def text_of(value: object, path: str) -> str:
    """Take a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidDocument(path, "must be a text")
    return value


def integer_of(value: object, path: str, *, at_least: int, at_most: int | None = None) -> int:
    """Take a whole number within its bounds, both included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidDocument(path, "must be a whole number")
    if value < at_least:
        raise InvalidDocument(path, f"must be at least {at_least}")
    if at_most is not None and value > at_most:
        raise InvalidDocument(path, f"must be at most {at_most}")
    return value


def day_of(value: object, path: str) -> date:
    """Take a date written as YYYY-MM-DD."""
    text = text_of(value, path)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidDocument(path, "must be a date such as 2026-03-02") from error


def sequence_of(value: object, path: str) -> list[object]:
    """Take a list."""
    if not isinstance(value, list | tuple):
        raise InvalidDocument(path, "must be a list")
    return list(value)
