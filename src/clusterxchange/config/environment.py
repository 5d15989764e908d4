"""Typed readers of the environment, each setting with its sentence for docs/reference/settings.md."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Setting:
    """One name that an operator may set, as the settings page shows it."""

    name: str
    kind: str
    default: str
    description: str


REGISTERED: dict[str, Setting] = {}
YES = {"1", "yes", "true", "on"}
NO = {"0", "no", "false", "off", ""}


def _register(name: str, kind: str, default: str, description: str) -> str:
    REGISTERED[name] = Setting(name, kind, default, description)
    return os.environ.get(name, "").strip() or default


def text(name: str, default: str, description: str) -> str:
    """Read a text; an empty value counts as not set."""
    return _register(name, "text", default, description)


def secret(name: str, default: str, description: str) -> str:
    """Read a text whose default must not be printed anywhere, or the file that NAME_FILE names."""
    _register(name, "secret", "", description)
    if given := os.environ.get(name, "").strip():
        return given
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as unreadable:
        message = f"{name}_FILE names {path}, which can't be read."
        raise ImproperlyConfigured(message) from unreadable


def folder(name: str, default: str, description: str) -> Path:
    """Read the path of a folder, absolute from here on."""
    return Path(_register(name, "folder", default, description)).absolute()


def file(name: str, default: str, description: str) -> Path:
    """Read the path of a file, absolute from here on."""
    return Path(_register(name, "file", default, description)).absolute()


def number(name: str, default: int, description: str) -> int:
    """Read a whole number."""
    value = _register(name, "number", str(default), description)
    try:
        return int(value)
    except ValueError:
        message = f"{name} must be a whole number, not {value!r}."
        raise ImproperlyConfigured(message) from None


def flag(name: str, description: str, *, default: bool) -> bool:
    """Read a yes or no."""
    value = _register(name, "yes or no", "yes" if default else "no", description).lower()
    if value in YES:
        return True
    if value in NO:
        return False
    message = f"{name} must be yes or no, not {value!r}."
    raise ImproperlyConfigured(message)


def choice(name: str, default: str, among: Iterable[str], description: str) -> str:
    """Read one of the given words."""
    words = tuple(among)
    value = _register(name, " or ".join(words), default, description)
    if value not in words:
        message = f"{name} must be one of {', '.join(words)}, not {value!r}."
        raise ImproperlyConfigured(message)
    return value


def listing(name: str, default: str, description: str) -> list[str]:
    """Read words separated by commas."""
    return [
        word.strip()
        for word in _register(name, "words separated by commas", default, description).split(",")
        if word.strip()
    ]
