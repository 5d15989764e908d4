"""Brings generated organisations into the tables: copied beside them at once, then spread over them in the database."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import connection, models, transaction

from benchmarks.pages.organisations import OF_ORGANISATION, OF_PARTICIPATION
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.matching import keeping
from clusterxchange.phases.registration.models import Application, Participation

STAGED = (*OF_ORGANISATION, *OF_PARTICIPATION, "opens", "closes")


def load(rows: Iterable[Mapping[str, Any]], pattern: Participation) -> None:
    """Let each organisation be accepted as the pattern was; all that is not generated is as the pattern has it."""
    with transaction.atomic():
        _stage(rows)
        # Row by row the triggers would write each entry three times; all of them are written at once below.
        _execute("set local session_replication_role = replica")
        _spread(Organisation, pattern.organisation, OF_ORGANISATION, {})
        _spread(Application, pattern.application, OF_PARTICIPATION, {"organisation_id": "organisations_organisation"})
        columns = {"organisation_id": "organisations_organisation", "application_id": "registration_application"}
        _spread(Participation, pattern, OF_PARTICIPATION, columns)
        _execute(
            "insert into registration_availabilitywindow (participation_id, first_day, last_day) "
            "select numbers.registration_participation, opens, closes from generated join numbers using (number)"
        )
        _execute("set local session_replication_role = origin")
        # The planner knows nothing of rows that are not committed, and may choose a way that takes minutes.
        _execute("analyze")
        everybody = "(select array_agg(registration_participation) from numbers)"
        for written in ("write_catalogue_entries", "note_ranking_changes"):
            _execute(f"select {written}('{{}}', {everybody})")
    keeping.keep_words_and_counts()
    _execute("analyze")


def tidy_up() -> None:
    """Let the database do at once what it does by itself in the hours after many rows were written."""
    _execute("vacuum (analyze)")


def _stage(rows: Iterable[Mapping[str, Any]]) -> None:
    organisation, participation = Organisation._meta, Participation._meta
    typed = {name: organisation.get_field(name) for name in OF_ORGANISATION}
    typed |= {name: participation.get_field(name) for name in OF_PARTICIPATION}
    columns = ", ".join(f'"{name}" {field.db_type(connection)}' for name, field in typed.items())
    _execute("drop table if exists numbers, generated")
    _execute(f"create temporary table generated (number serial, {columns}, opens date, closes date)")
    _execute(
        "create temporary table numbers (number int primary key, organisations_organisation bigint, "
        "registration_application bigint, registration_participation bigint)"
    )
    names = ", ".join(f'"{name}"' for name in STAGED)
    with connection.cursor() as cursor, cursor.copy(f"copy generated ({names}) from stdin") as copy:
        for row in rows:
            copy.write_row([_cell(row[name]) for name in STAGED])
    _execute("insert into numbers (number) select number from generated")


def _cell(value: Any) -> Any:  # noqa: ANN401 -- whatever a column holds
    return json.dumps(value) if isinstance(value, list) else value.isoformat() if isinstance(value, date) else value


def _spread(
    model: type[models.Model], pattern: models.Model, generated: Iterable[str], related: Mapping[str, str]
) -> None:
    """Write a row of a table for each generated organisation, with numbers of its own."""
    table, taken = model._meta.db_table, set(generated)
    names = [field.column or "" for field in model._meta.concrete_fields if field.column != "id"]
    _execute(f"update numbers set {table} = nextval(pg_get_serial_sequence('{table}', 'id'))")  # noqa: S608 -- our tables
    values = [
        "null" if name == "reference" else f"numbers.{related[name]}" if name in related
        else f'generated."{name}"' if name in taken else f'pattern."{name}"'
        for name in names
    ]  # fmt: skip
    columns = ", ".join(f'"{name}"' for name in names)
    _execute(
        f"insert into {table} (id, {columns}) select numbers.{table}, {', '.join(values)} "  # noqa: S608 -- as above
        f"from generated join numbers using (number), {table} as pattern where pattern.id = {pattern.pk}"
    )
    letters = getattr(model, "REFERENCE_LETTERS", "")
    if letters:
        _execute(
            f"update {table} set reference = '{letters}-2026-' || lpad(id::text, 6, '0') "  # noqa: S608 -- as above
            f"where id in (select {table} from numbers)"
        )


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
