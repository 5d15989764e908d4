"""Which rules hold: the version of an edition in force at a moment, or the one that a case keeps."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import models, transaction

from clusterxchange.scheme.document import Scheme, edition_rules_of, scheme_of, sha256_of
from clusterxchange.scheme.editions import (
    BRUSSELS,
    DEFAULT_EDITION,
    EDITION_CODES,
    VersionDays,
    document_of,
    first_moment,
)
from clusterxchange.scheme.models import Edition, EditionVersion

VERSIONS_KEPT = 32
_read: ContextVar[dict[tuple[Any, ...], Scheme] | None] = ContextVar("rules_read", default=None)


class DocumentChanged(RuntimeError):
    """Say that a stored document is not the one that its SHA-256 was taken of."""


class NoRulesInForce(LookupError):
    """Say that an edition has no version in force at a moment."""


def version_in_force(edition_code: str, at: datetime) -> EditionVersion:
    """Give the version of an edition that holds at a moment, without its document.

    :raises NoRulesInForce: when none does yet.
    """
    version = (
        EditionVersion.objects.defer("document")
        .filter(edition__code=edition_code, effective_from__lte=at)
        .order_by("-effective_from", "-number")
        .first()
    )
    if version is None:
        raise NoRulesInForce(edition_code)
    return version


def scheme_for(edition_code: str, at: datetime) -> Scheme:
    """Give the rules of an edition that hold at a moment.

    :raises NoRulesInForce: when none do yet.
    """
    version = version_in_force(edition_code, at)
    return _parsed(version.sha256, version.pk)


def scheme_of_edition(edition_id: int, at: datetime) -> Scheme:
    """Give the rules that hold at a moment, for an edition known by its row.

    :raises NoRulesInForce: when none do yet.
    """

    def read() -> Scheme:
        return scheme_for(Edition.objects.values_list("code", flat=True).get(pk=edition_id), at)

    return _once(("edition", edition_id, at), read)


def scheme_version(version_id: int) -> Scheme:
    """Give the rules that a case keeps.

    :raises EditionVersion.DoesNotExist: when there is no such version.
    """

    def read() -> Scheme:
        return _parsed(EditionVersion.objects.values_list("sha256", flat=True).get(pk=version_id), version_id)

    return _once(("version", version_id), read)


@contextmanager
def rules_are_read_once() -> Iterator[None]:
    """Keep what is read of the rules until the outermost block ends: within one transaction they do not change."""
    if _read.get() is not None:
        yield
        return
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def _once(key: tuple[Any, ...], read: Callable[[], Scheme]) -> Scheme:
    known = _read.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return known[key]


def open_edition(at: datetime) -> Edition | None:
    """Give the open edition whose validity holds the day of a moment in Brussels, None where there is none."""
    day = at.astimezone(BRUSSELS).date()
    return Edition.objects.filter(is_open=True, valid_from__lte=day, valid_to__gte=day).first()


def scheme_where_no_edition_is_named(subject: models.Model, at: datetime) -> Scheme:
    """Give the rules for what belongs to no edition: those of the open one, else of the one that comes with the tool.

    :raises NoRulesInForce: when none hold yet.
    """
    del subject
    edition = open_edition(at)
    return scheme_for(edition.code if edition is not None else DEFAULT_EDITION, at)


def days_of_versions() -> dict[str, list[VersionDays]]:
    """Give by the code of each edition the day of every version with the days that it names, earliest first."""
    found: dict[str, list[VersionDays]] = {}
    rows = EditionVersion.objects.order_by("effective_from", "number")
    for code, begins, names in rows.values_list("edition__code", "effective_from", "document__edition"):
        found.setdefault(code, []).append((begins.astimezone(BRUSSELS).date(), edition_rules_of(names)))
    return found


def versions_to_begin(at: datetime) -> list[EditionVersion]:
    """Give the further versions whose moment has come, earliest first, for `begin_version`."""
    waiting = EditionVersion.objects.filter(number__gt=1, in_force_at=None, effective_from__lte=at)
    return list(waiting.defer("document").select_related("edition").order_by("effective_from", "number"))


def begin_version(version: EditionVersion, at: datetime) -> None:
    """Let the edition's row say what the version that now holds says of its name and days."""
    rules = scheme_version(version.pk).edition
    edition = version.edition
    edition.name, edition.is_open = rules.name, rules.is_open
    edition.valid_from, edition.valid_to = rules.valid_from, rules.valid_to
    edition.save(update_fields=["name", "valid_from", "valid_to", "is_open"])
    EditionVersion.objects.filter(pk=version.pk).update(in_force_at=at)


def install_editions(
    codes: Iterable[str] = EDITION_CODES,
    *,
    editions: models.Manager[Any] | None = None,
    versions: models.Manager[Any] | None = None,
) -> list[str]:
    """Add the editions that come with the tool, and say which were not there; those that are there stay as they are.

    A migration hands in the managers of its own time.
    """
    return [code for code in codes if _install(code, editions or Edition.objects, versions or EditionVersion.objects)]


@transaction.atomic
def _install(code: str, editions: models.Manager[Any], versions: models.Manager[Any]) -> bool:
    document = document_of(code)
    rules = scheme_of(document).edition
    edition, _ = editions.get_or_create(
        code=code,
        defaults={
            "name": rules.name,
            "valid_from": rules.valid_from,
            "valid_to": rules.valid_to,
            "is_open": rules.is_open,
        },
    )
    begins = first_moment(rules.valid_from)
    _, was_added = versions.get_or_create(
        edition=edition,
        number=1,
        defaults={
            "effective_from": begins,
            "document": document,
            "sha256": sha256_of(document),
            "created_at": begins,
        },
    )
    return bool(was_added)


@lru_cache(maxsize=VERSIONS_KEPT)
def _parsed(sha256: str, version_id: int) -> Scheme:
    # The hash is part of the key, so that a row that takes the place of another is read anew.
    scheme = scheme_of(EditionVersion.objects.values_list("document", flat=True).get(pk=version_id))
    if scheme.sha256 != sha256:
        raise DocumentChanged(sha256)
    return scheme
