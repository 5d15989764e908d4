"""The brochures hold what stands in the database at the moment of the download, as accessible files."""

import re
from pathlib import Path

import pytest
from django.test import Client

from clusterxchange.parties.partnerships.models import MemberCluster, PlannedEvent
from tests.cast import MONDAY, Cast, make_partnership
from tests.documents.test_typesetting import judged_by, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_a_monday")]
PARTNERSHIPS, HOSTS_AND_VISITORS = "partnerships", "hosts-and-visitors"


@pytest.fixture
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda: MONDAY)


def downloaded(name: str, language: str = "en") -> bytes:
    answer = Client().get(f"/brochures/{name}/{language}.pdf")
    assert (answer.status_code, answer["content-type"]) == (200, "application/pdf")
    return bytes(answer.content)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_open_partnership_is_in_the_brochure_and_no_closed_one(cast: Cast, tmp_path: Path, language: str) -> None:
    cast.selvedge.is_open = False
    cast.selvedge.save()

    text = text_of(downloaded(PARTNERSHIPS, language), tmp_path)

    assert "LOOM together" in text
    assert "KILN together" in text
    assert "SELVEDGE" not in text


@pytest.mark.parametrize("name", [PARTNERSHIPS, HOSTS_AND_VISITORS])
def test_a_new_partnership_is_in_the_next_download(cast: Cast, tmp_path: Path, name: str) -> None:
    assert "BOBBIN" not in text_of(downloaded(name), tmp_path)

    make_partnership(cast.edition, "BOBBIN", "PL", ["textiles"], member="Kłębek")

    assert "BOBBIN" in text_of(downloaded(name), tmp_path)


def test_what_a_partnership_publishes_is_there_and_what_is_not_known_is_said_so(cast: Cast, tmp_path: Path) -> None:
    loom = cast.loom
    loom.objectives, loom.website, loom.planned_exchanges = "To waste less fibre.", "https://loom.example", 50
    loom.starts_on, loom.duration_months, loom.keywords = MONDAY.date(), 24, ["felt"]
    loom.save()
    MemberCluster.objects.create(partnership=loom, name="Łódź Textile", country="PL", region="Łódzkie", position=2)
    PlannedEvent.objects.create(partnership=loom, title="Day of the open mill", target_group="Spinners")

    text = text_of(downloaded(PARTNERSHIPS), tmp_path)

    for words in (
        "To waste less fibre.", "https://loom.example", "Planned exchanges 50", "2 March 2026", "24 months", "felt",
        "Łódź Textile, Łódzkie, Poland", "Day of the open mill, Spinners", "Contact Not published",
    ):  # fmt: skip
        assert words in text


# scheme.md section 3; lump_sums.json.
def test_hosts_and_visitors_read_who_may_what_and_how_much(cast: Cast, tmp_path: Path) -> None:
    text = text_of(downloaded(HOSTS_AND_VISITORS), tmp_path)

    assert "Cluster organisation Yes Yes In a participating country" in text
    assert "Public authority No Yes Member of a cluster" in text
    assert "Portugal EUR 780.00 EUR 390.00" in text.replace("\xa0", " ")
    assert "Denmark EUR 1,100.00 EUR 550.00" in text.replace("\xa0", " ")
    assert "within 15 working days" in text
    assert "UNSCR 1244/1999" in text
    assert cast.loom.acronym in text


def test_amounts_in_polish_are_written_as_the_language_does(cast: Cast, tmp_path: Path) -> None:
    text = text_of(downloaded(HOSTS_AND_VISITORS, "pl"), tmp_path).replace("\xa0", " ")

    assert "Portugalia 780,00 EUR 390,00 EUR" in text
    assert cast.loom.acronym in text


@pytest.mark.parametrize("name", [PARTNERSHIPS, HOSTS_AND_VISITORS])
@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.usefixtures("cast")
def test_a_brochure_is_accessible_and_fit_for_the_archive(tmp_path: Path, name: str, language: str) -> None:
    pdf = downloaded(name, language)
    facts, meta = judged_by("pdfinfo", pdf, tmp_path), judged_by("pdfinfo", pdf, tmp_path, "-meta")

    assert re.search(r"Tagged:\s+yes", facts)
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta
    assert "<pdfaid:part>2</pdfaid:part>" in meta
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in meta


def test_what_partnerships_write_is_never_read_as_markup(cast: Cast, tmp_path: Path) -> None:
    cast.loom.objectives = '#panic("no") *bold* = Heading $x$ \\ @ref <label> 🧵'
    cast.loom.save()

    text = text_of(downloaded(PARTNERSHIPS), tmp_path)

    assert '#panic("no") *bold* = Heading $x$' in text


def test_without_a_partnership_the_brochure_says_so(tmp_path: Path) -> None:
    assert "0 partnerships of clusters" in text_of(downloaded(PARTNERSHIPS), tmp_path)


@pytest.mark.parametrize("path", ["partnerships/xx.pdf", "nothing/en.pdf", "partnerships/de.pdf"])
def test_an_unknown_brochure_is_a_404(client: Client, path: str) -> None:
    assert client.get(f"/brochures/{path}").status_code == 404


def test_the_page_of_brochures_leads_to_each_in_each_language(client: Client) -> None:
    page = client.get("/brochures/").content.decode()

    assert re.findall(r'href="(/brochures/[^"]+)"', page)[:4] == [
        "/brochures/partnerships/en.pdf",
        "/brochures/partnerships/pl.pdf",
        "/brochures/hosts-and-visitors/en.pdf",
        "/brochures/hosts-and-visitors/pl.pdf",
    ]
