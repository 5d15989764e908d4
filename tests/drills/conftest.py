"""What several drills ask for."""

import os

import pytest

from tests.bring import bring_exchange_to
from tests.drills.world import World, world_of_cast, world_of_matrix
from tests.matrices.test_routes import things

# A case of which every address has something to show.
__all__ = ["things"]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Give one exchange, and with LONG=1 all that there can be."""
    if os.environ.get("LONG") == "1":
        return world_of_matrix(request.getfixturevalue("things"))
    cast = request.getfixturevalue("cast")
    return world_of_cast(bring_exchange_to(cast, "ended"), cast)
