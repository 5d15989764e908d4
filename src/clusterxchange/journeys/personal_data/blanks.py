"""What stands in a column once it says nothing of anybody any more, and the files that went with it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import CharField, Field, ForeignKey, JSONField, Model, QuerySet, TextField
from django.db.models.fields import NOT_PROVIDED

from clusterxchange.foundation import files
from clusterxchange.foundation.models import StoredFile


class CannotBeBlank(Exception):
    """The column must hold something, so its row has to go as a whole."""


def blank_of(field: "Field[Any, Any]") -> object:
    """Give what the column holds once it is blank.

    :raises CannotBeBlank: it can't be.
    """
    if field.null:
        return None
    if isinstance(field, ForeignKey) or field.unique:
        raise CannotBeBlank(str(field))
    if field.default is not NOT_PROVIDED:
        return field.get_default()
    if isinstance(field, JSONField):
        return {}
    if isinstance(field, CharField | TextField):
        return ""
    raise CannotBeBlank(str(field))


def blank(rows: QuerySet[Any], fields: Iterable["Field[Any, Any]"]) -> int:
    """Blank some columns of some rows, and remove the files to which nothing points any more; give how many rows."""
    chosen = list(fields)
    if not chosen:
        return 0
    keys = list(rows.values_list("pk", flat=True))
    held = rows.model._default_manager.filter(pk__in=keys)
    stored = list(stored_files(held, chosen))
    changed: int = held.update(**{field.name: blank_of(field) for field in chosen})
    for file in stored:
        files.discard(file)
    return changed


def stored_files(rows: QuerySet[Any], fields: Iterable["Field[Any, Any]"]) -> Iterator[StoredFile]:
    """Give the files to which some columns lead."""
    columns = [field.name for field in fields if leads_to_a_file(field)]
    keys = {value for row in rows.values_list(*columns) for value in row if value} if columns else set()
    yield from StoredFile.objects.filter(pk__in=keys).order_by("pk")


def leads_to_a_file(field: "Field[Any, Any]") -> bool:
    """Whether the column names a file."""
    related: type[Model] | str | None = field.related_model
    return related is StoredFile
