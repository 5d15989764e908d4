"""The public directory of partnerships and their profiles."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.parties.partnerships.models import PlannedEvent
from tests.cast import MONDAY, Cast, make_partnership


@pytest.fixture(autouse=True)
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda: MONDAY)


def test_everybody_can_read_the_directory(client: Client, cast: Cast) -> None:
    page = client.get("/partnerships/").content.decode()

    assert all(acronym in page for acronym in (cast.loom.acronym, cast.selvedge.acronym, "KILN"))


@pytest.mark.database
@pytest.mark.parametrize(
    ("question", "there", "absent"),
    [
        ("ecosystem=textiles", {"LOOM", "SELVEDGE"}, {"KILN"}),
        ("country=DK", {"KILN"}, {"LOOM", "SELVEDGE"}),
        ("ecosystem=textiles&country=PT", {"SELVEDGE"}, {"LOOM", "KILN"}),
    ],
)
@pytest.mark.usefixtures("cast")
def test_filters_in_the_address_narrow_the_directory(
    client: Client, question: str, there: set[str], absent: set[str]
) -> None:
    rows = {row["acronym"] for row in client.get(f"/partnerships/?{question}").context["rows"]}

    assert there <= rows
    assert not absent & rows


@pytest.mark.usefixtures("cast")
def test_filters_that_fit_nobody_offer_the_way_back(client: Client) -> None:
    page = client.get("/partnerships/?ecosystem=tourism&country=DK").content.decode()

    assert "No partnership fits these filters" in page
    assert "Show all partnerships" in page


@pytest.mark.database
@pytest.mark.parametrize("acronym", ["LOOM", "loom"])
@pytest.mark.usefixtures("cast")
def test_a_profile_stands_at_the_acronym_however_it_is_written(client: Client, acronym: str) -> None:
    page = client.get(f"/partnerships/{acronym}/").content.decode()

    assert "LOOM together" in page
    assert "Fils de Llevant" in page
    assert "Textiles" in page


@pytest.mark.usefixtures("cast")
def test_what_is_not_known_is_said_to_be_not_published(client: Client) -> None:
    facts = dict(client.get("/partnerships/LOOM/").context["facts"])

    assert facts["Planned exchanges"] == "Not published"
    assert facts["Start"] == "Not published"
    assert facts["Number of partners"] == "1"


def test_a_profile_shows_what_was_published(client: Client, cast: Cast) -> None:
    loom = cast.loom
    loom.starts_on, loom.duration_months, loom.planned_exchanges = MONDAY.date(), 24, 50
    loom.objectives, loom.website = "To waste less fibre.", "https://loom.example"
    loom.save()
    PlannedEvent.objects.create(partnership=loom, title="Day of the open mill", target_group="Spinners")

    page = client.get("/partnerships/LOOM/").content.decode()
    for text in ("2 March 2026", "24 months", "50", "To waste less fibre.", "Day of the open mill", "Spinners"):
        assert text in page
    assert 'href="https://loom.example"' in page


@pytest.mark.usefixtures("cast")
def test_an_unknown_acronym_is_a_404(client: Client) -> None:
    assert client.get("/partnerships/NOBODY/").status_code == 404


def test_a_closed_partnership_offers_no_registration(client: Client, cast: Cast) -> None:
    cast.loom.is_open = False
    cast.loom.save()

    page = client.get("/partnerships/LOOM/").content.decode()
    assert "takes no registrations at the moment" in page
    assert "Start a registration" not in page


def test_the_directory_asks_the_database_the_same_number_of_times_however_long_it_is(
    client: Client, cast: Cast
) -> None:
    counts = []
    for extra in range(3):
        with CaptureQueriesContext(connection) as asked:
            client.get("/partnerships/")
        counts.append(len(asked))
        make_partnership(cast.edition, f"EXTRA{extra}", "ES", ["textiles"], member=f"Cluster {extra}")
    assert counts[1] == counts[2]
