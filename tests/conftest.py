"""What every test may ask for."""

import pytest

from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:  # noqa: ARG001 -- asks for the database
    """Everybody, before anything has happened."""
    return make_cast()
