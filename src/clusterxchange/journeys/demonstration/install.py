"""Sets the demonstration up in an empty database, once."""

import json
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from clusterxchange.journeys.demonstration.cases import make_cases
from clusterxchange.journeys.demonstration.people import accounts_file, make_people
from clusterxchange.parties.accounts.models import Account
from clusterxchange.scheme.current import rules_are_read_once
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow.notices import nobody_is_told

JOINED = datetime(2026, 1, 2, 9, 0, tzinfo=ZoneInfo("Europe/Brussels"))


class DatabaseIsNotEmpty(Exception):
    """Somebody has accounts in this database: nothing is mixed with them."""


@transaction.atomic
def install() -> None:
    """Make people, partnerships, organisations and their cases.

    :raises DatabaseIsNotEmpty: there are accounts already.
    """
    if Account.objects.exists():
        raise DatabaseIsNotEmpty
    edition = Edition.objects.get(code="demonstration")
    make_people(edition, JOINED)
    with nobody_is_told(), rules_are_read_once():
        make_cases(edition)


def write_accounts(data: Path) -> Path:
    """Write the nine accounts for whoever tries the demonstration, readable by its owner alone."""
    path = data / "demo-accounts.json"
    draft = path.with_suffix(".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(accounts_file(), file, ensure_ascii=False, indent=1)
    draft.replace(path)
    return path
