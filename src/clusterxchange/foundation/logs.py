"""Lines of the log: which request a message belongs to, as plain text or as one JSON object a line.

What somebody typed or is called stands in no line: of an error only its kind, its place and its words are told, of an
address no part that opens something to whoever holds it.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from types import TracebackType

from django.http import HttpRequest
from django.urls import Resolver404, resolve

request_id: ContextVar[str] = ContextVar("request_id", default="")
# What a record may carry beside its message.
CARRIED = ("method", "path", "status", "milliseconds", "account")
# Values stand in quotation marks or brackets in the words of an error.
VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\([^()]*=[^()]*\)|=\([^()]*\)")
# The parts of our addresses that let in whoever has them: invitations, calendars, a new password, an address confirmed.
SECRET_PARTS = frozenset({"token", "key"})
LEFT_OUT = "…"
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithRequest(logging.Filter):
    """Write onto each record which request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        record.request_id = request_id.get() or "-"
        return True


class RefusedRequests(logging.Filter):
    """Tell of a request that was refused by its kind alone: what a stranger makes up is no fault of the tool."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, such a one without what was sent and without a place."""
        if record.name.startswith("django.security.") and record.exc_info:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.msg, record.args, record.exc_info = "A request was refused.", (), None
        return True


class AddressesWithoutSecrets(logging.Filter):
    """Tell of the request that a message is about by its address without its secrets."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(path_told(request) if one == request.path else one for one in record.args)
        return True


class TextLine(logging.Formatter):
    """Write a record as a line to read."""

    def formatException(self, ei: Raised) -> str:  # noqa: N802 -- the name is the library's
        """Give where an error arose, without values."""
        return told(ei[1])


class JsonLine(logging.Formatter):
    """Write a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
            **{name: getattr(record, name) for name in CARRIED if hasattr(record, name)},
        }
        if record.exc_info:
            line["traceback"] = told(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def path_told(request: HttpRequest) -> str:
    """Give the path of a request without its secrets; of one that leads nowhere, and may be a secret one, its start."""
    try:
        found = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        first, *more = request.path.strip("/").split("/")
        return f"/{first}/{LEFT_OUT}" if more else request.path
    path = request.path
    for name in SECRET_PARTS & found.kwargs.keys():
        path = path.replace(str(found.kwargs[name]), LEFT_OUT)
    return path


def told(error: BaseException | None) -> str:
    """Give an error and what led to it, each with its place; a database quotes rows, so none of its words is kept."""
    return "\n".join(line for one in reversed(list(_led_to(error))) for line in _lines_of(one))


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _lines_of(error: BaseException) -> Iterator[str]:
    yield "Traceback (most recent call last):"
    yield from (line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
    kind = type(error)
    yield f"{kind.__module__}.{kind.__qualname__}: {_words_of(error)}"


def _words_of(error: BaseException) -> str:
    of_database = getattr(error, "diag", None) or getattr(error.__cause__, "diag", None)
    if of_database is not None:
        named = (of_database.sqlstate, of_database.table_name, of_database.column_name, of_database.constraint_name)
        return " ".join(str(one) for one in named if one)
    return VALUE.sub("…", str(error)).replace("\n", " ")
