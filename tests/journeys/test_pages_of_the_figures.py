"""What stands on the pages of the figures beside the numbers: files, footnotes, and what a number is of."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clusterxchange.foundation import clock
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.workflow import deadlines
from tests.bring import bring_exchange_to
from tests.cast import Cast, Person, signed_in

pytestmark = pytest.mark.django_db
# scheme.md section 3: "Kosovo carries the EU's standard footnote".
FOOTNOTE = "* This designation is without prejudice to positions on status"


def said_at(person: Person, address: str) -> str:
    answer = signed_in(person).get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def table_at(person: Person, address: str, name: str) -> dict[str, list[Any]]:
    page: Any = signed_in(person).get(address)
    return dict(next(one for one in page.context["tables"] if one.id == name).rows)


@pytest.mark.parametrize("page", ["", "countries/", "ratings/"])
def test_every_page_of_tables_gives_them_as_files_with_what_was_chosen(cast: Cast, page: str) -> None:
    story = bring_exchange_to(cast, "closed")
    clock.set_clock(story.at)

    said = said_at(cast.edda, f"/figures/{page}?partnership=loom")

    for form in ("csv", "xlsx", "pdf"):
        assert f'href="/figures/figures.{form}?partnership=loom"' in said
    listed: Any = signed_in(cast.edda).get("/figures/figures.csv?partnership=loom")
    text = b"".join(listed.streaming_content).decode()
    for line in ("From where to where,Spain to Portugal,Exchanges,1\r\n", "Ratings,", "Half a year later,"):
        assert line in text


def test_targets_of_an_earlier_day_are_said_to_be_those_of_today(cast: Cast) -> None:
    Partnership.objects.filter(pk=cast.loom.pk).update(targets={"sme": 25})
    story = bring_exchange_to(cast, "closed")
    clock.set_clock(story.at + timedelta(days=1))
    earlier = f"as_of={story.at.date().isoformat()}"

    for address in ("/figures/?", "/figures/behind/targets/?type=sme&"):
        assert "The targets are those of today." not in said_at(cast.chiara, address)
        assert "The targets are those of today." in said_at(cast.chiara, f"{address}{earlier}")


def test_who_was_asked_half_a_year_later_and_who_has_answered_are_numbers_with_their_lists(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed")
    at = story.at + timedelta(days=190)
    deadlines.run_due(at)
    clock.set_clock(at)
    theirs, others = (table_at(one, "/figures/ratings/", "half-a-year-later") for one in (cast.chiara, cast.edda))

    assert [theirs[row][0].value for row in ("Were asked", "Have answered")] == [2, 0]
    assert [others[row][0].value for row in ("Were asked", "Have answered")] == [2, 0]
    assert theirs["Were asked"][0].url == ""
    listed = said_at(cast.edda, others["Were asked"][0].url)
    assert listed.count(f'href="/exchanges/{story.exchange.reference}/"') == 2
    assert "Who was asked" in listed


def test_kosovo_carries_its_footnote_wherever_the_figures_name_it(cast: Cast, tmp_path: Path) -> None:
    story = bring_exchange_to(cast, "running")
    Exchange.objects.filter(pk=story.exchange.pk).update(to_country="XK")
    clock.set_clock(story.at)

    for address in ("countries/", "away/", "exchanges/?to=XK"):
        said = said_at(cast.edda, f"/figures/{address}")
        assert "Kosovo*" in said, address
        assert said.count(FOOTNOTE) == 1, address
    assert FOOTNOTE not in said_at(cast.edda, "/figures/exchanges/?from=ES")
    assert FOOTNOTE[2:] in printed(cast.edda, "/figures/figures.pdf", tmp_path)


def test_the_funders_report_carries_the_footnote_on_kosovo_where_it_names_it(cast: Cast, tmp_path: Path) -> None:
    story = bring_exchange_to(cast, "closed")
    clock.set_clock(story.at)
    assert FOOTNOTE[2:] not in printed(cast.edda, "/figures/realised.pdf", tmp_path)
    Exchange.objects.filter(pk=story.exchange.pk).update(to_country="XK")

    said = printed(cast.edda, "/figures/realised.pdf", tmp_path)

    assert "Spain → Kosovo*" in said
    assert FOOTNOTE[2:] in said


def printed(person: Person, address: str, folder: Path) -> str:
    path = folder / "printed.pdf"
    path.write_bytes(signed_in(person).get(address).content)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s+", " ", text)
