"""What every test may ask for."""

import pytest

from tests.cast import Cast, make_cast
from tests.remembered import remembered


@pytest.fixture
def cast(db: None) -> Cast:  # noqa: ARG001 -- asks for the database
    """Everybody, before anything has happened."""
    return remembered("cast", make_cast)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many outcomes of the state matrix were compared, whoever compared them."""
    outcomes = sum(
        int(str(value))
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "state_matrix_outcomes"
    )
    if outcomes:
        terminalreporter.write_line(f"state matrix: {outcomes} outcomes")
