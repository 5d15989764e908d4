"""A case of the cast after its end, and a browser without scripts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from tests.bring import bring_exchange_to
from tests.cast import Cast, Person

Sign = Callable[[Person], Client]


@pytest.fixture
def ended(cast: Cast) -> Story:
    """The exchange of Ana and Bram on the evening of its last day."""
    return bring_exchange_to(cast, "ended")


@pytest.fixture
def reported(cast: Cast) -> Story:
    """The exchange of Ana and Bram with both reports and all evidence handed in."""
    return bring_exchange_to(cast, "reported")


@pytest.fixture
def due(cast: Cast) -> Story:
    """The exchange of Ana and Bram with its payment due."""
    return bring_exchange_to(cast, "due")


@pytest.fixture
def sign_in() -> Sign:
    """Give a browser in which somebody of the cast is signed in, with the second factor behind them."""

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person.account)
        return client

    return signed_in


@pytest.fixture
def at_the_time_of() -> Callable[[Story], datetime]:
    """Move the clock of the pages to where a story stands."""

    def moved(story: Story) -> datetime:
        return clock.set_clock(story.at)

    return moved


def visitor_answers(**changed: object) -> dict[str, Any]:
    """Give what Ana types into her report, named as the fields of the form."""
    typed = {
        "actual_first_day": "2026-04-14",
        "actual_last_day": "2026-04-16",
        "actual_days": "3",
        "activities_done": "Four lots were run, two of them at full speed.",
        "objective_1_rating": "4",
        "objective_1_sentence": "Two of four lots ran at full speed.",
        "outcomes": ["contacts", "markets"],
        "count_contacts": "4",
        "rating_host": "5",
        "rating_visitor_partnership": "4",
        "rating_host_partnership": "4",
        "rating_tool": "3",
        "rating_information": "4",
        "rating_funding": "4",
        "recommends": "yes",
        "bank_details_are_right": "on",
    }
    return {name: value for name, value in {**typed, **changed}.items() if value is not None}


def host_answers(**changed: object) -> dict[str, Any]:
    """Give what Bram types into his report."""
    typed = {
        "presence_confirmed": "on",
        "actual_days": "3",
        "benefits": "The tests of the visitor showed where our looms stop.",
        "rating_visitor": "5",
        "rating_host_partnership": "4",
        "rating_tool": "4",
        "rating_information": "4",
    }
    return {name: value for name, value in {**typed, **changed}.items() if value is not None}
