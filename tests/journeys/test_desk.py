"""The desk of a participant and the work queue of whoever handles cases."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.workflow import obligations
from clusterxchange.workflow.models import Obligation
from tests.bring import bring_application_to, bring_participation
from tests.cast import MONDAY, Cast, Person

pytestmark = pytest.mark.django_db
# A term ends at midnight: here in Brussels, after that first Monday.
MIDNIGHT = MONDAY + timedelta(hours=15)


@pytest.fixture(autouse=True)
def clock_of_the_demonstration(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """A week after everything of the tests has begun."""
    clock.set_clock(MONDAY + timedelta(days=7))


def page_of(person: Person, address: str = "/desk/", **query: str) -> str:
    client = Client()
    client.force_login(person.account)
    page = client.get(address, query)
    assert page.status_code == 200, page.status_code
    return page.content.decode()


def queries_of(person: Person, address: str) -> int:
    client = Client()
    client.force_login(person.account)
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def submit_for(cast: Cast, person: Person) -> None:
    bring_application_to(cast, person, "submitted", partnership=cast.loom, officer=cast.chiara.actor)


@pytest.mark.parametrize(
    "address", ["/desk/", "/desk/palette/", "/desk/queue.csv", "/desk/tasks/1/", "/search/", "/support/"]
)
def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next={address}"


def test_the_palette_offers_what_waits_for_its_reader_and_for_nobody_else(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    (due,) = Obligation.objects.filter(capacity="VP", closed_at=None)

    assert page_of(cast.chiara, "/desk/palette/").strip() == (
        f'<li data-waits><a href="/desk/tasks/{due.pk}/"><span>Open the registration</span>'
        f'<span class="muted small-text">{application.reference}</span></a></li>'
    )
    for person in (cast.ana, cast.dov, cast.edda, cast.zoe):
        assert "data-waits" not in page_of(person, "/desk/palette/")


def palette_of(person: Person) -> list[str]:
    """Give the pages to which the palette leads, on any page."""
    palette = page_of(person, "/how-to-take-part/").partition('id="palette"')[2].partition("</ul>")[0]
    return re.findall(r'<a href="([^"]+)"', palette)


def test_the_palette_leads_to_every_page_of_a_person_and_of_an_office_once(cast: Cast) -> None:
    office = palette_of(cast.edda)
    assert {
        "/desk/", "/support/", "/support/health/", "/support/journal/", "/support/disputes/", "/support/scheme/",
        "/support/data-requests/", "/support/partnerships/", "/desk/preferences/", "/my-data/",
    } <= set(office)  # fmt: skip
    assert len(office) == len(set(office))
    assert {"/support/scheme/", "/support/checks/"} <= set(palette_of(cast.aurel))
    assert "/support/health/" not in palette_of(cast.aurel)
    assert {"/partnerships/loom/own/", "/matching/proposals/"} <= set(palette_of(cast.chiara))
    assert {"/organisations/", "/matching/proposals/", "/desk/preferences/"} <= set(palette_of(cast.ana))


def test_the_list_of_keys_names_the_one_that_ticks_a_row(cast: Cast) -> None:
    keys = page_of(cast.chiara, "/desk/").partition('id="shortcuts"')[2].partition("</ul>")[0]
    assert "<span>Tick the row, where rows have a box</span><span><kbd>x</kbd></span>" in keys


def test_a_newcomer_sees_the_one_thing_to_do(cast: Cast) -> None:
    page = page_of(cast.nuno)
    assert 'data-ball="yours"' in page
    assert '<a href="/registration/" class="button primary">Start the registration</a>' in page
    assert page.count("button primary") == 1
    assert "Nothing waits for you" not in page


def test_an_applicant_is_told_to_submit_and_later_whom_to_wait_for(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    assert 'data-turn="VISITING_ORGANISATION"' in page_of(cast.ana)
    assert "Almarge" not in page_of(cast.zoe)


def test_after_submitting_the_ball_is_with_the_partnership_until_a_day(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    page = page_of(cast.ana)
    assert 'data-ball="theirs"' in page
    assert 'data-turn="VISITOR_PARTNERSHIP"' in page
    assert "LOOM" in page
    assert "What you wait for" in page
    assert "Teixits Almarge, S.L. submitted the registration." in page


def test_an_accepted_participant_without_a_partner_is_led_to_the_best_matches(cast: Cast) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    page = page_of(cast.ana)
    assert '<a href="/matching/best/" class="button primary">' in page
    assert "Accepted on 2 March 2026" in page
    assert "Nothing waits for you" not in page
    assert "contact point: Chiara Bellandi" in page


def test_the_contact_point_gets_a_queue_and_the_other_partnership_an_empty_one(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    page = page_of(cast.chiara)
    assert "Work queue" in page
    assert page.count("data-ref=") == 1
    assert "Teixits Almarge, S.L." in page
    assert 'data-due="2026-03-23"' in page
    other = page_of(cast.dov)
    assert "data-ref=" not in other
    assert "Nothing waits for you" in other
    assert "Almarge" not in other


def test_rows_stand_by_when_they_are_due(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    for days, title in ((-3, "Overdue"), (1, "This week"), (30, "Later")):
        Obligation.objects.filter(is_watch=False).update(due_at=MIDNIGHT + timedelta(days=7 + days))
        page = page_of(cast.chiara)
        titles = [one for one in ("Overdue", "This week", "Later") if f'<h2 class="queue-day">{one}</h2>' in page]
        assert titles == [title]
    Obligation.objects.filter(is_watch=False).update(due_at=MIDNIGHT + timedelta(days=4))
    page = page_of(cast.chiara)
    assert "1 thing is overdue; begin with Teixits Almarge, S.L." in page
    assert "Overdue by 3 days" in page


def test_filters_by_kind_show_their_own_rows_and_an_unknown_place_is_not_there(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    assert "data-ref=" in page_of(cast.chiara, show="registrations")
    assert "data-ref=" not in page_of(cast.chiara, show="payments")
    client = Client()
    client.force_login(cast.chiara.account)
    assert client.get("/desk/", {"after": "soon"}).status_code == 404
    assert client.get("/desk/", {"after": "2026-03-02T09:00:00_1"}).status_code == 404


def more_rows(count: int) -> None:
    """Let the one obligation of the queue stand there several times, as if its subject had several."""
    first = Obligation.objects.get(is_watch=False, closed_at=None)
    for number in range(count):
        first.pk = None
        first._state.adding = True
        first.term = f"copy_{number}"
        first.due_at = MONDAY + timedelta(days=8, hours=number)
        first.save()


def test_the_queue_pages_by_place_and_shows_each_row_once(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    more_rows(30)
    client = Client()
    client.force_login(cast.chiara.account)
    seen, address = 0, "/desk/"
    pages = 0
    while address:
        text = client.get(address).content.decode()
        seen += text.count("data-ref=")
        pages += 1
        following = text.partition('rel="next" href="')[2].partition('"')[0]
        address = following.replace("&amp;", "&")
    assert (seen, pages) == (31, 2)
    assert ">31<" in text


@pytest.mark.parametrize("address", ["/desk/", "/desk/?show=registrations", "/desk/?show=waiting"])
def test_the_queue_asks_as_often_for_1_3_and_25_rows(cast: Cast, address: str) -> None:
    submit_for(cast, cast.ana)
    reader = cast.edda if address.endswith("waiting") else cast.chiara
    counts = {queries_of(reader, address)}
    more_rows(2)
    counts.add(queries_of(reader, address))
    first = Obligation.objects.filter(term="copy_0").get()
    for number in range(22):
        first.pk, first._state.adding, first.term = None, True, f"more_{number}"
        first.save()
    counts.add(queries_of(reader, address))
    assert len(counts) == 1


def test_the_desk_asks_as_often_for_one_case_as_for_three(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    counts = {queries_of(cast.ana, "/desk/")}
    more_rows(2)
    counts.add(queries_of(cast.ana, "/desk/"))
    assert len(counts) == 1


def test_the_queue_as_a_file_has_the_filter_on_screen_and_nothing_that_a_spreadsheet_carries_out(cast: Cast) -> None:
    Organisation.objects.filter(pk__in=cast.ana.actor.organisations).update(legal_name='=HYPERLINK("x")')
    submit_for(cast, cast.ana)
    client = Client()
    client.force_login(cast.chiara.account)
    answer = client.get("/desk/queue.csv")
    text = answer.getvalue().decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Reference,Case,")
    assert "\"'=HYPERLINK(" in lines[1]
    assert "attachment" in answer["Content-Disposition"]
    empty = client.get("/desk/queue.csv", {"show": "payments"})
    assert len(empty.getvalue().decode().splitlines()) == 1


def test_a_participant_has_no_queue_to_take_away(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ana.account)
    assert client.get("/desk/queue.csv").status_code == 404


def test_a_task_leads_to_its_page_and_only_for_whom_it_is_theirs(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    task = obligations.mine(cast.chiara.actor).get()
    client = Client()
    client.force_login(cast.chiara.account)
    assert client.get(f"/desk/tasks/{task.pk}/")["Location"] == f"/registration/applications/{task.reference}/"
    assert f"/desk/tasks/{task.pk}/" in page_of(cast.chiara, "/desk/palette/")
    for stranger in (cast.ana, cast.dov, cast.edda, cast.zoe):
        client.force_login(stranger.account)
        assert client.get(f"/desk/tasks/{task.pk}/").status_code == 404


@pytest.mark.database
def test_search_finds_by_reference_and_by_a_part_of_the_name_only_what_the_reader_may_see(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    reference = obligations.mine(cast.chiara.actor).get().reference
    for reader in (cast.ana, cast.chiara, cast.edda, cast.aurel):
        for words in (reference, reference.lower(), "almarge", "ALMARGE teixits"):
            assert f'data-ref="{reference}"' in page_of(reader, "/search/", q=words)
    for stranger in (cast.zoe, cast.dov, cast.nuno):
        page = page_of(stranger, "/search/", q=reference)
        assert "data-ref" not in page
        assert "Nothing found" in page


def test_the_overview_is_for_the_support_office_and_the_agency(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    reference = obligations.mine(cast.chiara.actor).get().reference
    for reader in (cast.edda, cast.aurel):
        assert "Submitted" in page_of(reader, "/support/")
        assert f'data-ref="{reference}"' in page_of(reader, "/support/search/", q="almarge")
    client = Client()
    for other in (cast.ana, cast.chiara, cast.nuno):
        client.force_login(other.account)
        assert client.get("/support/").status_code == 404


def test_the_overview_shows_what_is_overdue_with_others(cast: Cast) -> None:
    submit_for(cast, cast.ana)
    assert "Nothing is overdue" in page_of(cast.edda, "/support/")
    Obligation.objects.update(due_at=MIDNIGHT + timedelta(days=1))
    page = page_of(cast.edda, "/support/")
    assert "Overdue by 6 days" in page


def test_navigation_follows_what_a_person_does(cast: Cast) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    assert 'href="/matching/best/"' in page_of(cast.ana).partition("<main")[0]
    assert 'href="/registration/"' in page_of(cast.nuno).partition("<main")[0]
    assert 'href="/support/"' in page_of(cast.edda).partition("<main")[0]
    for person in (cast.ana, cast.nuno, cast.edda, cast.chiara):
        header = page_of(person).partition("<main")[0]
        assert header.count('aria-current="page"') == 1
