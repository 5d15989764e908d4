"""The journal: append-only, chained by hash in the database, readable without any personal text.

Each entry holds the digest of a payload that stands in a row of its own and can be erased.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model, QuerySet

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.access.rules import Thing
from clusterxchange.workflow.models import DayHead, Entry, EntryPayload
from clusterxchange.workflow.tables import Machine

# The database fills in what is empty here: number, predecessor and hash.
APPEND = """
insert into workflow_entry
  (n, at, actor, capacity, kind, subject, "case", action, before, after, payload_digest, previous, hash)
values (0, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '') returning n
"""
FIRST_PREVIOUS = "0" * 64
MOMENT = "%Y-%m-%dT%H:%M:%S.%f"
TEXT_COLUMNS = ("actor", "capacity", "kind", "subject", "case", "action", "before", "after", "payload_digest")
SECRET_INPUTS = frozenset({"iban", "account_number", "bic", "bank_address", "account_holder", "password", "code"})


@dataclass(frozen=True)
class Draft:
    """An entry before it has its place in the chain."""

    at: datetime
    actor: str
    capacity: Capacity
    kind: str
    subject: str
    case: str
    action: Action
    before: str
    after: str
    body: str


@dataclass(frozen=True)
class Finding:
    """What a check of the journal found: `first_bad` is the number of the first entry that does not fit."""

    entries: int
    head: str
    first_bad: int | None
    end_proven: bool

    @property
    def ok(self) -> bool:
        """Whether every entry fits."""
        return self.first_bad is None


def draft(  # noqa: PLR0913 -- one argument for each column
    machine: Machine,
    subject: Thing,
    action: Action,
    actor: Actor,
    capacity: Capacity,
    at: datetime,
    *,
    before: str,
    after: str,
    payload: Mapping[str, Any],
) -> Draft:
    """Put together what happened; names and texts go into the payload, bank details nowhere."""
    return Draft(
        at=at,
        actor="system" if actor.account_id is None else str(actor.account_id),
        capacity=capacity,
        kind=machine.name,
        subject=str(getattr(subject, "reference", "") or subject.pk),
        case=str(getattr(machine.root_of(subject), "reference", "")),
        action=action,
        before=before or "",
        after=after,
        body=canonical({key: plain(value) for key, value in payload.items() if key not in SECRET_INPUTS}),
    )


def plain(value: object) -> object:
    """Give what stands for a value in a payload."""
    if isinstance(value, Model):
        return {"row": value._meta.label_lower, "pk": value.pk}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    return value


def canonical(body: Mapping[str, Any]) -> str:
    """Write a payload so that the same content always gives the same text."""
    return json.dumps(
        body, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )


def digest_of(salt: str, body: str) -> str:
    """Give the digest that stands in the entry for its payload."""
    return hashlib.sha256(f"{salt}|{body}".encode()).hexdigest()


def write(drafts: Iterable[Draft]) -> None:
    """Append the entries; the database gives each its number, its predecessor's hash and its own."""
    with connection.cursor() as cursor:
        for one in drafts:
            salt = secrets.token_hex(16)
            cursor.execute(
                APPEND,
                (
                    one.at,
                    one.actor,
                    one.capacity,
                    one.kind,
                    one.subject,
                    one.case,
                    one.action,
                    one.before,
                    one.after,
                    digest_of(salt, one.body),
                ),
            )
            (n,) = cursor.fetchone()
            EntryPayload.objects.create(entry_id=n, salt=salt, body=json.loads(one.body))


def hash_of(entry: Entry) -> str:
    """Recompute the hash of an entry from its columns, independently of the database's trigger."""
    moment = entry.at.astimezone(UTC).strftime(MOMENT)
    columns = (
        entry.previous,
        str(entry.n),
        moment,
        entry.actor,
        entry.capacity,
        entry.kind,
        entry.subject,
        entry.case,
        entry.action,
        entry.before,
        entry.after,
        entry.payload_digest,
    )
    return hashlib.sha256("|".join(columns).encode()).hexdigest()


def is_whole(entry: Entry) -> bool:
    """Tell whether an entry has the hash of its columns, and its payload, where it is still there, the digest named."""
    payload = getattr(entry, "payload", None)
    changed = payload is not None and digest_of(payload.salt, canonical(payload.body)) != entry.payload_digest
    return hash_of(entry) == entry.hash and not changed


def check(anchor: tuple[int, str] | None = None) -> Finding:
    """Walk the whole chain. With an anchor (number and hash of a known entry) a cut tail is found as well.

    A payload that was erased is no fault; one that was changed is.
    """
    previous, expected, head = FIRST_PREVIOUS, 1, ""
    anchored = anchor is None
    for entry in _entries():
        if entry.n != expected or entry.previous != previous or not is_whole(entry):
            return Finding(expected - 1, head, expected, end_proven=False)
        if anchor is not None and entry.n == anchor[0]:
            if entry.hash != anchor[1]:
                return Finding(expected - 1, head, expected, end_proven=False)
            anchored = True
        previous, head, expected = entry.hash, entry.hash, expected + 1
    if not anchored:
        return Finding(expected - 1, head, expected, end_proven=False)
    return Finding(expected - 1, head, None, end_proven=anchor is not None)


def _entries() -> Iterator[Entry]:
    return Entry.objects.select_related("payload").order_by("n").iterator(chunk_size=2000)


def head() -> tuple[int, str]:
    """Give number and hash of the last entry."""
    last = Entry.objects.order_by("-n").values_list("n", "hash").first()
    return last or (0, FIRST_PREVIOUS)


def keep_day_head(at: datetime) -> DayHead:
    """Note the last entry there was when a day (UTC) was first looked at; later looks change nothing."""
    day = at.astimezone(UTC).date()
    n, last = head()
    return DayHead.objects.get_or_create(day=day, defaults={"n": n, "hash": last})[0]


def extract_of(case: str, kinds: Iterable[str]) -> dict[str, Any]:
    """Give what a verification pack holds of the journal: the entries of a case, oldest first, and the days' heads.

    Of a payload only that of a written signature goes along, which names the file by its SHA-256.
    """
    entries = list(Entry.objects.filter(case=case, kind__in=kinds).select_related("payload").order_by("n"))
    first = entries[0].n if entries else 0
    return {
        "entries": [_extracted(entry) for entry in entries],
        "day_heads": [
            {"day": head.day.isoformat(), "n": head.n, "hash": head.hash}
            for head in DayHead.objects.filter(n__gte=first).order_by("day")
        ],
    }


def _extracted(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {
        "n": entry.n,
        "at": entry.at.astimezone(UTC).strftime(MOMENT),
        **{name: getattr(entry, name) for name in (*TEXT_COLUMNS, "previous", "hash")},
    }
    payload = getattr(entry, "payload", None)
    if entry.action == Action.WRITE_SIGNATURE and payload is not None:
        found["payload"] = {"salt": payload.salt, "body": payload.body}
    return found


def entries_of(case: str) -> QuerySet[Entry]:
    """Give the entries of a case, newest first."""
    return Entry.objects.filter(case=case).select_related("payload").order_by("-n")
