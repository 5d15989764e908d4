"""How long answers take in this process, from the request to the last byte, and how often the database is asked."""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

# The movable clock of a demonstration is read from the database; in production the clock is the machine's.
CLOCK_OF_A_DEMONSTRATION = "foundation_clocksetting"
NEXT_PAGE = re.compile(r'rel="next" href="([^"]+)"')
WARM_UP = 5


@dataclass(frozen=True)
class Figures:
    """What was measured of one kind of page."""

    milliseconds: Sequence[float]
    queries: int

    def at(self, part: float) -> float:
        """Give the time within which this part of the answers came."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    @property
    def p50(self) -> float:
        """The time of the answer in the middle."""
        return self.at(0.5)

    @property
    def p95(self) -> float:
        """The time within which all but one in twenty came."""
        return self.at(0.95)

    @property
    def mean(self) -> float:
        """What an answer takes in the long run: one over it are the answers a second."""
        return sum(self.milliseconds) / len(self.milliseconds)


def measured(client: Client, addresses: Iterable[str]) -> Figures:
    """Ask for each address in turn; the first few warm up and count for nothing.

    :raises AssertionError: a page did not come.
    """
    asked = list(addresses)
    times, queries = [], 0
    for address in asked[:WARM_UP]:
        _ask(client, address)
    for address in asked:
        began = time.perf_counter()
        _ask(client, address)
        times.append((time.perf_counter() - began) * 1000)
    for address in asked[:: max(1, len(asked) // 40)]:
        with CaptureQueriesContext(connection) as captured:
            _ask(client, address)
        queries = max(queries, sum(CLOCK_OF_A_DEMONSTRATION not in one["sql"] for one in captured))
    return Figures(times, queries)


def _ask(client: Client, address: str) -> str:
    answer = client.get(address)
    text = b"".join(answer) if answer.streaming else answer.content
    if answer.status_code != 200:  # noqa: PLR2004 -- the one status of a page
        message = f"{address} answered {answer.status_code} {answer.headers.get('Location', '')}"
        raise AssertionError(message)
    return text.decode()


def pages_behind(client: Client, address: str, count: int) -> list[str]:
    """Give the addresses of the pages that follow, as far as they go."""
    found: list[str] = []
    path = address.partition("?")[0]
    while len(found) < count and (following := NEXT_PAGE.search(_ask(client, address))) is not None:
        address = f"{path}{unescape(following[1])}"
        found.append(address)
    return found
