"""How the tests of exchange building open pages: as somebody of the cast, at the moment of the story."""

from collections.abc import Callable

import pytest

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from tests.documents.stamps import elsewhere, service  # noqa: F401 -- what tests ask for by its name
from tests.phases.exchange_building.browsing import Browser


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def at_the_moment_of() -> Callable[[Story], str]:
    """Set the clock to where a story stands, and give the address of its exchange."""

    def set_clock(story: Story) -> str:
        clock.set_clock(story.at)
        return f"/exchanges/{story.exchange.reference}/"

    return set_clock
