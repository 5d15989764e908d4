"""Sealing anew, with the newest key, whatever an older one has sealed; afterwards the older keys are needed no more.

It may be stopped at any moment and begun again, and the tool may run meanwhile: what the newest key opens is left
alone, and a value that somebody has changed in between is not written over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, models, transaction

from clusterxchange.foundation.encrypted import EncryptedText, box
from clusterxchange.foundation.models import SEALED, StoredFile

BATCH = 500
FILES, SECOND_FACTORS = "files", "mfa.Authenticator.data"
# What an app with codes, and codes for an emergency, are made of.
SEALED_OF_FACTORS = ("secret", "seed")


@dataclass
class Rotation:
    """What became of the sealed values of one column, or of the sealed files."""

    where: str
    sealed_anew: int = 0
    left_alone: int = 0
    # By the number of their row: no key of the installation opens them.
    unreadable: list[int] = field(default_factory=list)


def rotate_keys() -> list[Rotation]:
    """Seal every column and file anew; give what was found, column by column."""
    columns = [_rotate_column(model, column) for model, column in sealed_columns()]
    return [*columns, _rotate_second_factors(), _rotate_files()]


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Give each column that holds sealed text."""
    for model in apps.get_models():
        for one in model._meta.local_concrete_fields:
            if isinstance(one, EncryptedText):
                yield model, str(one.column)


def _rotate_column(model: type[models.Model], column: str) -> Rotation:
    quoted = connection.ops.quote_name
    table, name, key = quoted(model._meta.db_table), quoted(column), quoted(str(model._meta.pk.column))
    read = f"select {key}, {name} from {table} where {key} > %s and {name} <> '' order by {key} limit {BATCH}"  # noqa: S608 -- names of our own models
    write = f"update {table} set {name} = %s where {key} = %s and {name} = %s"  # noqa: S608 -- as above
    found, after = Rotation(f"{model._meta.label}.{column}"), 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(read, [after])
            rows = cursor.fetchall()
            if not rows:
                return found
            for number, sealed in rows:
                anew = _sealed_anew(str(sealed).encode(), found, number)
                if anew is not None:
                    cursor.execute(write, [anew.decode(), number, sealed])
                    found.sealed_anew += cursor.rowcount
            after = rows[-1][0]


def _rotate_second_factors() -> Rotation:
    found, authenticators = Rotation(SECOND_FACTORS), apps.get_model("mfa", "Authenticator")._default_manager
    for number in authenticators.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = authenticators.select_for_update().filter(pk=number).first()
            sealed = {name: row.data[name] for name in SEALED_OF_FACTORS if name in row.data} if row else {}
            anew = {name: _sealed_anew(value.encode(), found, number) for name, value in sealed.items()}
            changed = {name: value.decode() for name, value in anew.items() if value is not None}
            if changed:
                row.data |= changed
                row.save(update_fields=["data"])
                found.sealed_anew += len(changed)
    return found


def _rotate_files() -> Rotation:
    found = Rotation(FILES)
    for number in StoredFile.objects.filter(content_type=SEALED).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = StoredFile.objects.select_for_update().filter(pk=number).first()
            if row is not None:
                _rotate_file(row, found)
    return found


def _rotate_file(row: StoredFile, found: Rotation) -> None:
    with row.content.open("rb") as content:
        anew = _sealed_anew(content.read(), found, row.pk)
    if anew is None:
        return
    storage, before = row.content.storage, str(row.content.name)
    row.sha256, row.size = hashlib.sha256(anew).hexdigest(), len(anew)
    row.content.save(row.place, ContentFile(anew), save=False)
    row.save(update_fields=["sha256", "size", "content"])
    found.sealed_anew += 1
    # What the transaction takes back must not be gone from storage.
    transaction.on_commit(lambda: storage.delete(before))


def _sealed_anew(sealed: bytes, found: Rotation, number: int) -> bytes | None:
    try:
        Fernet(settings.FIELD_KEYS[0]).decrypt(sealed)
    except InvalidToken:
        try:
            return box().rotate(sealed)
        except InvalidToken:
            found.unreadable.append(number)
            return None
    found.left_alone += 1
    return None
