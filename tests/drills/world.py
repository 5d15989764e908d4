"""What there is to ask for: people before their browsers, pages with something on them, and names that lead somewhere.

The world of the matrix has a thing for every address, and takes a while to make; that of the cast is one exchange.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allauth.account.internal.flows.login import record_authentication
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, get_resolver, reverse

from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.accounts.models import Account
from tests.cast import Cast
from tests.matrices import test_routes as matrix
from tests.matrices.test_routes import Browser, Things, routes_of

PEOPLE = ("ana", "bram", "chiara", "cosima", "dov", "edda", "aurel", "zoe", "nuno")


@dataclass(frozen=True)
class World:
    """The accounts of some people, who may ask for which page, and what things are called."""

    accounts: Mapping[str, Account | None]
    pages: list[tuple[str, str]]
    names: list[str]

    def browsers(self) -> dict[str, Browser]:
        """Let everybody sign in."""
        return {name: browser_of(account) for name, account in self.accounts.items()}


def browser_of(account: Account | None) -> Browser:
    """Give a browser as it is just after signing in with both factors."""
    browser, client = Browser(), Client()
    if account is None:
        return browser
    client.force_login(account)
    request = RequestFactory().get("/")
    request.session = client.session
    for method in ("password", "mfa"):
        record_authentication(request, account, method)
    request.session.save()
    browser.cookies = client.cookies
    return browser


def screens_of(story: Story, cast: Cast) -> list[str]:
    """Give every address that needs no name, or that of the exchange, of what led to it, or of a partnership."""
    named: Mapping[str, Mapping[str, object]] = {
        "/exchanges/": {"reference": story.exchange.reference},
        "/registration/": {"reference": story.visitor_participation.application.reference},
        "/matching/": {"reference": story.proposal.reference},
        "/organisations/": {"reference": story.exchange.host_organisation.reference},
        "/partnerships/": {"slug": cast.loom.slug},
    }
    found = []
    for name in routes_of(get_resolver()):
        for begins, known in named.items():
            for given in ({}, known):
                try:
                    address = reverse(name, kwargs=dict(given))
                except NoReverseMatch:
                    continue
                if not given or address.startswith(begins):
                    found.append(address)
    return list(dict.fromkeys(found))


def world_of_cast(story: Story, cast: Cast) -> World:
    """Give one exchange, of which everybody asks for everything."""
    accounts = {name: getattr(cast, name).account for name in PEOPLE}
    pages = [(name, address) for address in screens_of(story, cast) for name in (*PEOPLE, matrix.NOBODY)]
    names = [str(story.exchange.reference), str(story.proposal.reference), str(story.exchange.pk), cast.loom.slug]
    return World({**accounts, matrix.NOBODY: None}, pages, names)


def world_of_matrix(things: Things) -> World:
    """Give the case of the matrix, of which every address has something to show."""
    accounts = {name: matrix.account_of(name) for name in matrix.ACCOUNTS if name != matrix.NOBODY}
    pages = [(line.account, reverse(line.route, kwargs=things[line.thing])) for line in matrix.lines()]
    names = sorted({value for named in things.values() for value in named.values()})
    return World({**accounts, matrix.NOBODY: None}, pages, names)
