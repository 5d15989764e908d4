"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from clusterxchange.scheme.current import install_editions
from tests.cast import Cast, make_cast
from tests.remembered import remembered

COUNTED = {
    "state_matrix_outcomes": "state matrix: {} outcomes",
    "route_matrix_requests": "route matrix: {} requests, nothing shown that must not be",
    "stranger_requests": "strangers: {} requests for what is of a case in any of its states, nothing found",
    "lists_compared": "strangers: {} lists and counts, none changed by the case of others",
    "catalogues_compared": "strangers: {} catalogues, in which nothing of an exchange is said",
    "auditor_requests": "auditors: {} requests, nothing read but what an audit covers, nothing done",
}


@pytest.fixture(autouse=True)
def speaks_english_again() -> Iterator[None]:
    """Forget in which language the last page was: only the next request would choose anew."""
    yield
    translation.deactivate()


@pytest.fixture
def cast(db: None) -> Cast:  # noqa: ARG001 -- asks for the database
    """Everybody, before anything has happened."""
    return remembered("cast", make_cast)


@pytest.fixture
def committed(transactional_db: None) -> Cast:  # noqa: ARG001 -- asks for the database
    """Everybody, seen by other connections as well."""
    install_editions()  # what has emptied the database before has removed them
    return make_cast()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the matrices have compared, whoever compared it."""
    for name, words in COUNTED.items():
        count = sum(
            int(str(value))
            for report in terminalreporter.getreports("passed")
            for counted, value in report.user_properties
            if counted == name
        )
        if count:
            terminalreporter.write_line(words.format(count))
