"""A copy of all that is held of a person: one JSON file, and the files themselves, in a ZIP file."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from clusterxchange.foundation.models import StoredFile
from clusterxchange.journeys.personal_data.blanks import leads_to_a_file, stored_files
from clusterxchange.journeys.personal_data.declarations import DECLARATIONS, Declaration
from clusterxchange.journeys.personal_data.queries import openings_of, rows_of
from clusterxchange.parties.accounts.models import Account

LIST = "data.json"


def export_of(account: Account, at: datetime) -> bytes:
    """Give the ZIP file. What waits for the scanner or is harmful is named in the list, and left out."""
    held: dict[str, Any] = {}
    papers: dict[int, StoredFile] = {}
    for declaration in DECLARATIONS:
        fields = exported_fields(declaration)
        rows = list(rows_of(declaration, account)) if declaration.people and fields else []
        if rows:
            held[declaration.label] = [{field.name: _said(row, field) for field in fields} for row in rows]
            for file in stored_files(rows_of(declaration, account), fields):
                papers[file.pk] = file
    told = {
        "made_at": at.isoformat(),
        "of": account.email,
        "held": held,
        "opened_by_others": [
            {"at": one.at.isoformat(), "who": one.who, "what": "bank details" if one.is_bank else "curriculum vitae"}
            for one in openings_of(account)
        ],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(LIST, json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        for file in papers.values():
            if file.may_be_opened:
                archive.writestr(_path(file), file.unsealed())
    return out.getvalue()


def exported_fields(declaration: Declaration) -> list[Any]:
    """Give the fields of a table that a copy shows."""
    return declaration.fields(kind for kind in declaration.holds if kind.is_exported)


def _said(row: Model, field: Any) -> object:  # noqa: ANN401 -- any field of any table
    if leads_to_a_file(field):
        file = getattr(row, field.name)
        return None if file is None else {"file": _path(file), "may_be_opened": file.may_be_opened}
    value = getattr(row, field.attname)
    return "" if isinstance(value, bytes | memoryview) else value


def _path(file: StoredFile) -> str:
    return f"files/{file.pk}-{file.name.removesuffix('.sealed')}"
