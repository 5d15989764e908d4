"""What tests of a partnership's pages may ask for."""

from datetime import datetime

import pytest

from tests.cast import MONDAY


@pytest.fixture(autouse=True)
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda: MONDAY)


@pytest.fixture
def monday() -> datetime:
    return MONDAY
