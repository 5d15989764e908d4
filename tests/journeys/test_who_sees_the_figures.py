"""Who finds what behind the figures: a list shows nobody what the pages behind it refuse."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.organisations.models import Representative
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import Cast, Person, make_officer, signed_in

pytestmark = pytest.mark.django_db
ANAS_NUMBER, BRAMS_NUMBER = "+34 611 111 111", "+351 922 222 222"
AWAY = "/figures/away"


@pytest.fixture
def under_way(cast: Cast) -> Story:
    for person, number in ((cast.ana, ANAS_NUMBER), (cast.bram, BRAMS_NUMBER)):
        Representative.objects.filter(account=person.account).update(phone=number)
    story = bring_exchange_to(cast, "running")
    clock.set_clock(story.at)
    return story


@pytest.fixture
def payer(cast: Cast) -> Person:
    return make_officer("pia", "Pia", "Montserrat", cast.loom, "payer")


def whole_of(person: Person, address: str) -> str:
    """Give all that an address says, a workbook as the text of its parts."""
    answer: Any = signed_in(person).get(address)
    assert answer.status_code == 200, (person.account.email, address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not content.startswith(b"PK"):
        return str(content.decode())
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def numbers_seen(person: Person, query: str = "") -> set[str]:
    """Give the telephone numbers that somebody reads; page and files must agree."""
    said = [whole_of(person, f"{AWAY}{form}{query}") for form in ("/", ".csv", ".xlsx")]
    assert all("Ana Sorribes" in one and "Bram Teixeira" in one for one in said)
    [seen] = {frozenset(number for number in (ANAS_NUMBER, BRAMS_NUMBER) if number in one) for one in said}
    return set(seen)


@pytest.mark.usefixtures("under_way")
def test_a_telephone_number_of_somebody_on_a_visit_is_read_by_whom_the_person_is_disclosed_to(
    cast: Cast, payer: Person
) -> None:
    assert numbers_seen(cast.edda) == {ANAS_NUMBER, BRAMS_NUMBER}
    assert numbers_seen(cast.chiara) == {ANAS_NUMBER}
    assert numbers_seen(cast.cosima) == {ANAS_NUMBER}
    assert numbers_seen(cast.aurel) == set()
    assert numbers_seen(payer) == set()


def test_no_telephone_number_is_given_as_of_a_past_day(under_way: Story, cast: Cast) -> None:
    clock.set_clock(under_way.at + timedelta(days=1))
    day = f"?as_of={under_way.at.date().isoformat()}"

    for person in (cast.edda, cast.chiara):
        assert numbers_seen(person, day) == set()


@pytest.mark.usefixtures("under_way")
def test_who_is_where_is_kept_by_no_browser(cast: Cast) -> None:
    for form in ("/", ".csv", ".xlsx"):
        assert "no-store" in signed_in(cast.chiara).get(f"{AWAY}{form}")["Cache-Control"]


def cells_of(person: Person, address: str, table: str) -> list[Any]:
    page: Any = signed_in(person).get(address)
    found = next(one for one in page.context["tables"] if one.id == table)
    return [cell for _label, cells in found.rows for cell in cells if cell.value]


def test_who_only_pays_counts_registrations_and_ratings_and_opens_neither(cast: Cast, payer: Person) -> None:
    clock.set_clock(bring_exchange_to(cast, "closed").at)
    for address, table, what in (
        ("/figures/", "funnel", "registrations"),
        ("/figures/ratings/", "ratings", "ratings"),
    ):
        theirs, others = (cells_of(person, address, table) for person in (payer, cast.chiara))

        assert [cell.value for cell in theirs] == [cell.value for cell in others]
        assert not any(what in cell.url for cell in theirs)
        assert any(what in cell.url for cell in others)
        for form in ("/", ".csv", ".xlsx"):
            assert signed_in(payer).get(f"/figures/behind/{what}{form}").status_code == 404
            assert signed_in(cast.chiara).get(f"/figures/behind/{what}{form}").status_code == 200


def test_who_only_pays_still_opens_exchanges_money_and_targets(cast: Cast, payer: Person) -> None:
    story = bring_exchange_to(cast, "closed")
    clock.set_clock(story.at)

    assert str(story.exchange.reference) in whole_of(payer, "/figures/exchanges/")
    assert str(story.exchange.reference) in whole_of(payer, "/figures/behind/money/?part=paid")
    assert "LOOM" in whole_of(payer, "/figures/behind/money/?part=planned")
    assert signed_in(payer).get("/figures/behind/targets/").status_code == 200


def overdue_to(person: Person) -> set[str]:
    """Give the references of what somebody finds overdue; page and file must agree."""
    page: Any = signed_in(person).get("/figures/overdue/")
    lines = list(csv.reader(whole_of(person, "/figures/overdue.csv").splitlines()))[1:]
    assert [line[0] for line in lines] == [one.reference for one in page.context["rows"]]
    return {line[0] for line in lines}


def test_who_only_pays_finds_payments_overdue_and_no_registrations(cast: Cast, payer: Person) -> None:
    story = bring_exchange_to(cast, "due")
    application = bring_application_to(
        cast, cast.zoe, "submitted", partnership=cast.loom, officer=cast.chiara.actor, at=story.at
    )
    clock.set_clock(story.at + timedelta(days=90))
    payment = story.payment

    assert {application.reference, payment.reference} <= overdue_to(cast.chiara)
    assert payment.reference in overdue_to(payer)
    assert application.reference not in overdue_to(payer)


def test_a_payer_of_one_partnership_who_looks_after_another_opens_the_lists_of_that_one(
    cast: Cast, payer: Person
) -> None:
    clock.set_clock(bring_exchange_to(cast, "closed").at)
    cast.selvedge.people.create(account=payer.account, role="contact_point")
    behind = "/figures/behind/registrations/"

    assert signed_in(payer).get(behind).status_code == 404
    assert signed_in(payer).get(f"{behind}?partnership=selvedge").status_code == 200
    assert signed_in(payer).get(f"{behind}?partnership=loom").status_code == 404
