"""Where the web server listens. Read before all other settings, since addresses in mails depend on it."""

from __future__ import annotations

from clusterxchange.config import environment

PORT = environment.number("PORT", 8000, "The port of the web server; 0 takes any free one.")
HOST = environment.text("HOST", "127.0.0.1", "The network address that the web server listens on.")
WEB_PROCESSES = environment.number("WEB_PROCESSES", 2, "How many processes answer requests.")
WEB_THREADS = environment.number("WEB_THREADS", 2, "How many requests one of these processes works on at a time.")
WEB_WAITING = environment.number(
    "WEB_WAITING", 100, "How many more requests one of these processes lets wait; others are asked to come back later."
)
