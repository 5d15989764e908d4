"""The scanner that says of a file whether it does harm: clamd, where one is configured."""

import logging
import socket
import struct
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from clusterxchange.foundation.models import StoredFile

PATIENCE_SECONDS = 10
CHUNK, LONGEST_ANSWER = 64 * 1024, 4096
BEGIN, END = b"zINSTREAM\0", struct.pack("!I", 0)

log = logging.getLogger(__name__)
_followers: list[Callable[[datetime], object]] = []


class ScannerNotReady(Exception):
    """The scanner did not answer, or not in a way that can be relied on; nothing is known of the file."""


def is_configured() -> bool:
    """Say whether files are scanned here at all."""
    return bool(settings.SCANNER_ADDRESS)


def is_clean(content: bytes) -> bool:
    """Ask the scanner about a content.

    :raises ScannerNotReady: there was no verdict.
    """
    try:
        with _connection(settings.SCANNER_ADDRESS) as wire:
            wire.sendall(BEGIN)
            for start in range(0, len(content), CHUNK):
                piece = content[start : start + CHUNK]
                wire.sendall(struct.pack("!I", len(piece)) + piece)
            wire.sendall(END)
            answer = _read_all(wire)
    except (OSError, ValueError) as reason:
        raise ScannerNotReady from reason
    verdict = answer.rstrip(b"\0\r\n")
    if verdict == b"stream: OK":
        return True
    if verdict.startswith(b"stream: ") and verdict.endswith(b" FOUND"):
        return False
    raise ScannerNotReady(verdict.decode("ascii", "replace"))


def _connection(address: str) -> socket.socket:
    if address.startswith("/"):
        wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        wire.settimeout(PATIENCE_SECONDS)
        wire.connect(str(Path(address)))
        return wire
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE_SECONDS)


def _read_all(wire: socket.socket) -> bytes:
    answer = b""
    while len(answer) < LONGEST_ANSWER and not answer.endswith(b"\0"):
        piece = wire.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer


def judge(row: StoredFile, content: bytes, at: datetime) -> bool:
    """Write the scanner's verdict into a row, unsaved; give whether there was one."""
    try:
        clean = is_clean(content)
    except ScannerNotReady as reason:
        log.warning("The scanner is not ready, so a file stays in quarantine: %s", reason.__cause__ or reason)
        return False
    row.state = StoredFile.State.CLEAN if clean else StoredFile.State.REJECTED
    row.scanned_at = at
    return True


def waiting_files() -> Iterable[StoredFile]:
    """Give the files in quarantine, the oldest first."""
    return StoredFile.objects.filter(state=StoredFile.State.QUARANTINED).order_by("pk")


def follows_verdicts(follower: Callable[[datetime], object]) -> Callable[[datetime], object]:
    """Call the function after each round of scanning. It looks itself for what has a verdict, so none is lost."""
    _followers.append(follower)
    return follower


def follow_verdicts(at: datetime) -> None:
    """Let everything that waits for a verdict go on from those that are there."""
    for follower in _followers:
        follower(at)


def scan_waiting_files(at: datetime) -> int:
    """Ask again about each file in quarantine; give how many got a verdict. It stops at the first silence."""
    judged = 0
    for waiting in waiting_files() if is_configured() else ():
        with transaction.atomic():
            row = StoredFile.objects.select_for_update().get(pk=waiting.pk)
            if row.state != StoredFile.State.QUARANTINED:
                continue
            if not judge(row, row.unsealed(), at):
                return judged
            row.save(update_fields=["state", "scanned_at"])
            judged += 1
    return judged
