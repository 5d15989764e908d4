"""What can be done with a list of the catalogue: map, comparison, file, favourites, saved searches."""

import csv
import io
import re
from datetime import datetime, timedelta
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from procrastinate.contrib.django.models import ProcrastinateJob

from clusterxchange.foundation import clock
from clusterxchange.parties.partnerships.models import PartnershipPerson
from clusterxchange.phases.matching import jobs, operations, queries
from clusterxchange.phases.matching.models import SavedSearch
from clusterxchange.phases.matching.views import catalogue
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import MailPreferences, Notice
from tests.cast import ALCOI, signed_in
from tests.phases.matching.conftest import Match, bring_host
from tests.phases.matching.test_pages import references_in, text_of

pytestmark = pytest.mark.usefixtures("now")
CATALOGUE = "/matching/catalogue/"
SEARCHES = "/matching/searches/"


def bytes_of(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response)


def test_the_map_has_a_number_for_each_country_and_a_list_that_says_the_same(match: Match) -> None:
    _person, other = bring_host(match.cast, "boris")
    other.organisation.country = "PL"
    other.organisation.save()
    client = signed_in(match.cast.ana)

    text = text_of(client, f"{CATALOGUE}?view=map")

    assert re.findall(r'<text class="count"[^>]*>(\d+)</text>', text) == ["1", "1"]
    assert re.findall(r'href="\?country=(\w+)">(\w+)</a><span class="muted">(\d+) organisation<', text) == [
        ("PL", "Poland", "1"),
        ("PT", "Portugal", "1"),
    ]
    assert text.count('<circle class="home"') == 1
    assert "No organisation has all of this" in text_of(client, f"{CATALOGUE}?view=map&country=SE")


def test_two_or_three_stand_side_by_side_and_no_more(match: Match) -> None:
    others = [bring_host(match.cast, name)[1] for name in ("boris", "berta", "bela")]
    client, address = signed_in(match.cast.ana), f"{CATALOGUE}compare/"
    chosen = [match.host, *others]

    for count in (2, 3):
        asked = [one.reference or "" for one in chosen[:count]]
        text = client.get(address, {"with": asked}).content.decode()
        assert re.findall(r'<th scope="col" data-ref="([^"]+)"', text) == asked
        assert "Guimarães" in text
        assert re.search(r"<td>7\d\d km</td>", text)
        assert "working days together" in text
    both = f"{address}?with={chosen[0].reference}&with={chosen[1].reference}"
    header, *lines = csv.reader(io.StringIO(bytes_of(client, f"{both}&as=csv").decode("utf-8-sig")))
    assert header == ["What is compared", "Tecelagem Orvalhinho, Lda.", "Boris Têxteis, Lda."]
    assert ["Town", "Guimarães", "Porto"] in lines
    assert bytes_of(client, f"{both}&as=xlsx").startswith(b"PK")
    assert client.get(f"{both}&as=exe").status_code == 404
    for count in (0, 1, 4):
        refused = client.get(address, {"with": [one.reference or "" for one in chosen[:count]]})
        assert (refused.status_code, 'data-error="two_or_three"' in refused.content.decode()) == (422, True)
    # Neither another visitor nor what does not exist stands in Ana's catalogue.
    for unknown in (match.zoes_visit.reference, "PAR-2026-999999", "'"):
        assert client.get(address, {"with": [match.host.reference or "", unknown or ""]}).status_code == 404


def test_a_file_holds_what_is_on_screen_and_no_formula(match: Match) -> None:
    _person, hidden = bring_host(match.cast, "boris")
    Participation.objects.filter(pk=hidden.pk).update(shown_by_name=False)
    firm = match.host.organisation
    firm.description = "=HYPERLINK(1)"
    firm.save()
    _borja, spanish = bring_host(match.cast, "borja", ALCOI)
    client = signed_in(match.cast.ana)

    header, *rows = csv.reader(io.StringIO(bytes_of(client, f"{CATALOGUE}file/?as=csv").decode("utf-8-sig")))

    assert header[:2] == ["Reference", "Name"]
    assert {row[0] for row in rows} == {match.host.reference, hidden.reference, spanish.reference}
    by_reference = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert by_reference[hidden.reference or ""]["Name"] == f"Organisation {hidden.organisation_id}"
    assert "Boris" not in str(rows)
    assert by_reference[match.host.reference or ""]["What the organisation does"] == "'=HYPERLINK(1)"
    assert "two different ones" in by_reference[spanish.reference or ""]["Does not fit"]
    narrowed = csv.reader(io.StringIO(bytes_of(client, f"{CATALOGUE}file/?country=ES&as=csv").decode("utf-8-sig")))
    assert [row[0] for row in narrowed][1:] == [spanish.reference]
    book = ZipFile(io.BytesIO(bytes_of(client, f"{CATALOGUE}file/?as=xlsx")))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert (sheet.count("<row "), "<f>" in sheet, "Orvalhinho" in sheet) == (4, False, True)
    assert client.get(f"{CATALOGUE}file/?as=exe").status_code == 404


def test_texts_of_an_organisation_without_its_name_show_no_address_anywhere(match: Match) -> None:
    _person, other = bring_host(match.cast, "boris")
    firm = match.host.organisation
    firm.description = firm.offers = firm.keywords = (
        "Looms, bram@cast.example, www.orvalhinho.example, +351 253 000 111"
    )
    firm.save()
    hidden = Participation.objects.filter(pk=match.host.pk)
    hidden.update(shown_by_name=False, offer="Ring 00351253000111 on 14.04.2026 at 09.00-12.30")
    client = signed_in(match.cast.ana)
    profile = f"/matching/organisations/{match.host.reference}/"
    both = f"{CATALOGUE}compare/?with={match.host.reference}&with={other.reference}"

    shown = [text_of(client, address) for address in (CATALOGUE, profile, both)]
    shown.append(bytes_of(client, f"{CATALOGUE}file/?as=csv").decode())

    for text in shown:
        assert "Looms, [address left out]" in text
        for address in ("bram@cast", "orvalhinho.example", "253 000", "253000"):
            assert address not in text, address
    hidden.update(shown_by_name=True)
    assert "www.orvalhinho.example" in text_of(client, profile)


def test_a_file_that_does_not_hold_all_says_so(match: Match, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_host(match.cast, "boris")
    client = signed_in(match.cast.ana)
    address = f"{CATALOGUE}file/?as=csv"
    assert "Only the first" not in bytes_of(client, address).decode()

    monkeypatch.setattr(catalogue, "ROWS_OF_A_FILE", 1)

    *rows, last = csv.reader(io.StringIO(bytes_of(client, address).decode("utf-8-sig")))
    assert last == ["Only the first 1 organisations stand here. Narrow the catalogue to get the others."]
    assert len(rows) == 2


def test_a_favourite_is_saved_in_its_row_and_the_page_keeps_its_place(match: Match) -> None:
    client = signed_in(match.cast.ana)
    here = f"{CATALOGUE}?country=PT#{match.host.reference}"
    text = text_of(client, f"{CATALOGUE}?country=PT")
    assert f'name="next" value="{escape(here)}"' in text
    assert 'data-action="save_organisation"' in text

    answer = client.post(
        f"/matching/organisations/{match.host.reference}/save-organisation/",
        {"for": match.visit.reference, "next": here},
    )

    assert (answer.status_code, answer["Location"]) == (302, here)
    assert 'data-action="remove_saved_organisation"' in text_of(client, f"{CATALOGUE}?country=PT")


def test_a_saved_search_tells_once_who_is_new_until_its_mails_are_stopped(match: Match, now: datetime) -> None:
    client = signed_in(match.cast.ana)
    page = text_of(client, f"{CATALOGUE}?country=PT&q=boris")
    assert 'data-action="save_search"' in page
    saved = client.post(f"{CATALOGUE}save-search/", {"for": match.visit.reference, "filters": "country=PT&q=boris"})
    assert (saved.status_code, saved["Location"]) == (302, SEARCHES)
    search = SavedSearch.objects.get()
    assert "boris, Portugal" in text_of(client, SEARCHES)

    tomorrow = now + timedelta(days=1, hours=1)
    tell_everybody(tomorrow)
    assert told() == []

    bring_host(match.cast, "boris")
    bring_host(match.cast, "berta")
    tell_everybody(tomorrow + timedelta(hours=2))
    assert told() == []  # at most once a day
    for _again in range(2):
        tell_everybody(tomorrow + timedelta(days=1, hours=2))

    (notice,) = told()
    sent = mail_of(notice)
    assert sent.to == ["ana@cast.example"]
    assert sent.subject.startswith("New in a search that you have saved: Boris Têxteis, Lda. (")
    assert "Berta" not in str(sent.body)
    assert f"/matching/catalogue/?country=PT&q=boris&for={match.visit.reference}" in sent.body
    assert "stop when you switch them off" in sent.body

    switched = client.post(f"{SEARCHES}{search.pk}/switch-search-mails/")
    assert switched.status_code == 302
    bring_host(match.cast, "boriska")
    tell_everybody(now + timedelta(days=10))
    assert told() == [notice]
    # What came up meanwhile is not told once mails are wanted again.
    client.post(f"{SEARCHES}{search.pk}/switch-search-mails/", {"mails": "on"})
    tell_everybody(now + timedelta(days=20))
    assert told() == [notice]


def test_new_in_a_search_is_also_who_is_active_again_or_has_come_to_fit(match: Match, now: datetime) -> None:
    _boris, other = bring_host(match.cast, "boris")
    save(match, now, "country=PT")
    save(match, now, "q=knitting")
    tell_everybody(now + timedelta(days=1))
    Participation.objects.filter(pk=other.pk).update(state="INACTIVE")
    tell_everybody(now + timedelta(days=2))
    assert told() == []

    Participation.objects.filter(pk=other.pk).update(state="ACTIVE")
    firm = match.host.organisation
    firm.description = "Weaving and knitting."
    firm.save()
    tell_everybody(now + timedelta(days=3))

    names = sorted(notice.params["names"] for notice in told())
    assert names == ["Boris Têxteis, Lda.", "Tecelagem Orvalhinho, Lda."]


def test_only_who_still_speaks_for_the_organisation_is_told_and_only_as_they_like_it(
    match: Match, now: datetime
) -> None:
    cast = match.cast
    save(match, now, "q=boris")
    for person in (cast.chiara, cast.cosima):
        operations.save_search(match.visit, filters="q=boris", known=[], actor=person.actor, at=now)
    PartnershipPerson.objects.filter(account=cast.cosima.account).delete()
    MailPreferences.objects.create(account=cast.chiara.account, is_digest=True, digest_hour=7)
    MailPreferences.objects.create(account=cast.ana.account, wants_news=False)
    bring_host(cast, "boris")

    tell_everybody(now + timedelta(days=1))

    (held,) = told()
    assert (held.account, held.held_until) == (cast.chiara.account, now + timedelta(days=1, hours=22))


def test_each_search_is_looked_at_by_a_job_of_its_own_and_told_once(match: Match, now: datetime) -> None:
    for filters in ("country=PT", "q=boris"):
        operations.save_search(match.visit, filters=filters, known=[], actor=match.cast.ana.actor, at=now)
    clock.set_clock(now + timedelta(days=2))

    jobs.tell_of_new_results(0)

    waiting = ProcrastinateJob.objects.filter(task_name__endswith=".look_at_search").values_list("args", flat=True)
    searches = SavedSearch.objects.order_by("pk").values_list("pk", flat=True)
    assert sorted(one["search_id"] for one in waiting) == list(searches)
    for number in (*searches, *searches):
        jobs.look_at_search(number)
    (notice,) = told()
    assert notice.params["names"] == "Tecelagem Orvalhinho, Lda."


def save(match: Match, at: datetime, filters: str) -> None:
    operations.save_search(match.visit, filters=filters, actor=match.cast.ana.actor, at=at)


def told() -> list[Notice]:
    return list(Notice.objects.filter(action="tell_of_new_results"))


def tell_everybody(at: datetime) -> None:
    for search in queries.searches_to_look_at(at - jobs.BETWEEN_MAILS):
        jobs.tell_of(search, at)


def test_a_saved_search_is_its_owners_alone_and_can_be_taken_back_after_it_was_removed(match: Match) -> None:
    client = signed_in(match.cast.ana)
    client.post(f"{CATALOGUE}save-search/", {"for": match.visit.reference, "filters": "country=PT"})
    client.post(f"{CATALOGUE}save-search/", {"for": match.visit.reference, "filters": "country=PT"})
    search = SavedSearch.objects.get()

    for person in (match.cast.bram, match.cast.zoe, match.cast.chiara):
        other = signed_in(person)
        assert "You have saved no search yet" in text_of(other, SEARCHES)
        assert other.post(f"{SEARCHES}{search.pk}/remove-saved-search/").status_code == 404
    with pytest.raises(NotAllowed):
        operations.remove_saved_search(search, actor=match.cast.bram.actor, at=search.created_at)
    removed = client.post(f"{SEARCHES}{search.pk}/remove-saved-search/")
    page = text_of(client, removed["Location"])
    assert SavedSearch.objects.count() == 0
    assert '<input type="hidden" name="filters" value="country=PT">' in page
    client.post(f"{CATALOGUE}save-search/", {"for": match.visit.reference, "filters": "country=PT"})
    assert SavedSearch.objects.count() == 1


@pytest.mark.parametrize("filters", ["", "country=XX", "q=%21%21", "after=x", "q=" + "x" * 200])
def test_a_search_that_narrows_nothing_is_not_saved(match: Match, filters: str) -> None:
    answer = signed_in(match.cast.ana).post(
        f"{CATALOGUE}save-search/", {"for": match.visit.reference, "filters": filters}
    )

    assert answer.status_code == 422
    assert 'data-refusal="nothing_to_save"' in answer.content.decode()
    assert SavedSearch.objects.count() == 0


def test_there_is_a_most_of_saved_searches(match: Match, now: datetime) -> None:
    for number in range(operations.SEARCHES_AT_MOST):
        operations.save_search(match.visit, filters=f"q=word{number}", actor=match.cast.ana.actor, at=now)

    with pytest.raises(Refused, match="too_many_saved_searches"):
        operations.save_search(match.visit, filters="q=one+more", actor=match.cast.ana.actor, at=now)


def test_the_page_of_searches_asks_as_often_with_three_as_with_one(match: Match, now: datetime) -> None:
    client, numbers = signed_in(match.cast.ana), []
    text_of(client, SEARCHES)
    for filters in ("country=PT", "country=ES", "q=loom"):
        operations.save_search(match.visit, filters=filters, actor=match.cast.ana.actor, at=now)
        with CaptureQueriesContext(connection) as asked:
            text_of(client, SEARCHES)
        numbers.append(len(asked))

    assert numbers[0] == numbers[2]


def test_nothing_of_the_catalogue_can_be_reached_before_acceptance(match: Match) -> None:
    addresses = (
        CATALOGUE,
        f"{CATALOGUE}?view=map",
        f"{CATALOGUE}?for={match.visit.reference}",
        f"{CATALOGUE}file/?as=csv",
        f"{CATALOGUE}file/?as=xlsx&for={match.visit.reference}",
        f"{CATALOGUE}compare/?with={match.host.reference}&with={match.visit.reference}",
        SEARCHES,
        "/matching/best/",
        f"/matching/organisations/{match.host.reference}/",
    )
    for person in (match.cast.nuno, match.cast.edda, match.cast.aurel):
        for address in addresses[:-1] if person is not match.cast.nuno else addresses:
            answer = signed_in(person).get(address)
            assert answer.status_code in {403, 404}, address
            assert "Orvalhinho" not in answer.content.decode()
    for address in addresses:
        assert Client().get(address).status_code == 302
    registration.withdraw_participation(match.visit, actor=match.cast.ana.actor, at=match.visit.state_since)
    for address in addresses[:-2]:
        assert signed_in(match.cast.ana).get(address).status_code in {403, 404}, address


def test_a_participant_finds_only_the_other_role_and_nobody_elses_side(match: Match) -> None:
    ana, bram = signed_in(match.cast.ana), signed_in(match.cast.bram)

    assert references_in(text_of(ana, CATALOGUE)) == [match.host.reference]
    assert set(references_in(text_of(bram, CATALOGUE))) == {match.visit.reference, match.zoes_visit.reference}
    assert ana.get(f"{CATALOGUE}?for={match.host.reference}").status_code == 404
