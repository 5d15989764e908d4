"""The list of best matches: there at once, with reasons; saved and hidden partners; what is written down of it."""

import re
from datetime import date, datetime
from html import unescape

import pytest
from django.test import Client

from clusterxchange.access.actor import Actor
from clusterxchange.phases.matching import keeping, operations, ranking
from clusterxchange.phases.matching.engine import Participant, conditions_of
from clusterxchange.phases.matching.models import PartnerMark, ShownList
from clusterxchange.phases.matching.rules import common_windows
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.models import Entry
from tests.bring import bring_application_to
from tests.cast import Cast, Person, Place, make_speaker, signed_in
from tests.phases.matching.conftest import Match, bring_host
from tests.phases.matching.test_pages import profile_of, references_in, text_of

pytestmark = pytest.mark.usefixtures("now")
BEST = "/matching/best/"


def mark(client: Client, partner: Participation, action: str, **sent: str) -> str:
    response = client.post(f"{profile_of(partner)}{action}/", sent)
    assert response.status_code == 302
    return str(response["Location"])


def test_the_first_page_after_acceptance_has_a_list_before_any_job_has_run(match: Match) -> None:
    ines = make_speaker("ines", "Ines Vidal", "Novelos, S.L.", Place("ES", "Vigo", "ES11", 42.2, -8.7), cluster="Fils")
    client = signed_in(ines)
    assert client.get(BEST).status_code == 403

    bring_application_to(
        match.cast, ines, "accepted", partnership=match.cast.loom, officer=match.cast.chiara.actor, role="visit"
    )

    text = text_of(client, BEST)
    assert references_in(text) == [match.host.reference]
    assert len(re.findall(r'data-reason="\w+" data-term="[\d.]+"', text)) >= 3
    assert "Both work in: Textiles." in text
    assert "nothing is compared across languages yet" in text


def test_a_card_has_three_reasons_and_what_does_not_fit_also_where_little_fits(match: Match) -> None:
    Participation.objects.filter(pk=match.visit.pk).update(
        working_languages=["pl"], purposes=["explore_growth"], activities=["market_research"], learn="x"
    )
    organisation = match.visit.organisation
    organisation.ecosystems, organisation.nace = ["health"], "86"
    organisation.keywords = organisation.offers = ""
    organisation.save()

    text = text_of(signed_in(match.cast.ana), BEST)

    fits = re.findall(r'<li data-reason="(\w+)" data-term="([\d.]+)"', text)
    assert len(fits) == 3
    assert fits[0][0] == "dates"
    assert fits[-1] == ("format", "0.0000")
    assert 'class="not" data-reason="sector" data-term="0.0000"' in text
    assert "the two have no industrial ecosystem in common." in text


def test_the_conditions_of_every_exchange_are_true_of_the_two() -> None:
    visitor = Participant(reference="v", organisation=1, role="visit", country="ES", format="physical")
    host = Participant(reference="h", organisation=2, role="host", country="PT", format="virtual", places_left=3)

    found = {reason.code: reason.there for reason in conditions_of(visitor, host)}

    assert found == {"countries": ("ES", "PT"), "places": ("3",), "roles": ()}


def test_a_card_names_the_days_on_which_both_are_available() -> None:
    ana = [(date(2026, 4, 1), date(2026, 6, 30))]
    bram = [
        (date(2026, 3, 1), date(2026, 4, 10)),
        (date(2026, 6, 30), date(2026, 7, 5)),
        (date(2026, 8, 1), date(2026, 8, 2)),
    ]

    assert common_windows(ana, bram) == [
        (date(2026, 4, 1), date(2026, 4, 10)),
        (date(2026, 6, 30), date(2026, 6, 30)),
    ]
    assert common_windows(bram, ana) == common_windows(ana, bram)


def test_whom_ana_hides_is_gone_until_she_undoes_it_and_nobody_else_is_told(match: Match) -> None:
    _boris, other = bring_host(match.cast, "boris")
    client = signed_in(match.cast.ana)
    before = references_in(text_of(client, BEST))
    journal = Entry.objects.count()

    back = mark(client, match.host, "hide-organisation", next=f"{BEST}?for={match.visit.reference}&page=1")
    page = text_of(client, back)

    assert references_in(page) == [other.reference]
    assert 'data-action="show_organisation_again"' in page
    assert "Hidden, 1" in page
    assert match.host.reference in references_in(text_of(client, "/matching/catalogue/"))
    assert match.visit.reference in references_in(text_of(signed_in(match.cast.bram), BEST))
    chiaras = text_of(signed_in(match.cast.chiara), f"{BEST}?for={match.visit.reference}")
    assert match.host.reference not in references_in(chiaras)
    assert Entry.objects.count() == journal

    undo = page.partition("show_organisation_again")[2].partition("</form>")[0]
    fields = dict(re.findall(r'<input type="hidden" name="(for|next)" value="([^"]+)">', undo))
    undone = mark(client, match.host, "show-organisation-again", **{name: unescape(fields[name]) for name in fields})
    assert undone == f"{BEST}?for={match.visit.reference}&page=1"
    assert references_in(text_of(client, BEST)) == before


def test_whom_ana_saves_stands_among_her_saved_ones_until_she_removes_it(match: Match) -> None:
    client = signed_in(match.cast.ana)

    mark(client, match.host, "save-organisation", next=BEST)
    mark(client, match.host, "save-organisation", next=BEST)

    assert PartnerMark.objects.get().mark == "saved"
    assert "Saved, 1" in text_of(client, BEST)
    assert references_in(text_of(client, "/matching/saved/")) == [match.host.reference]
    assert 'data-action="remove_saved_organisation"' in text_of(client, "/matching/saved/")
    assert references_in(text_of(signed_in(match.cast.bram), "/matching/saved/")) == []

    mark(client, match.host, "remove-saved-organisation", next="/matching/saved/")
    assert references_in(text_of(client, "/matching/saved/")) == []


def test_after_a_mark_nobody_is_led_out_of_the_tool(match: Match) -> None:
    client = signed_in(match.cast.ana)

    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/matching/", "/sign-out/", ""):
        assert mark(client, match.host, "save-organisation", next=elsewhere) == profile_of(match.host)


def test_only_those_who_speak_for_a_participant_mark_partners_for_it(match: Match, now: datetime) -> None:
    cast = match.cast

    def tried(actor: Actor, partner: Participation = match.host) -> None:
        operations.hide_organisation(match.visit, partner=partner, actor=actor, at=now)

    for person in (cast.chiara, cast.zoe, cast.edda):
        with pytest.raises(NotAllowed):
            tried(person.actor)
    with pytest.raises(Refused) as refused:
        tried(cast.ana.actor, match.zoes_visit)
    assert refused.value.refusal.code == "roles_do_not_complete"
    tried(cast.ana.actor)
    assert PartnerMark.objects.count() == 1

    chiara, nuno = signed_in(cast.chiara), signed_in(cast.nuno)
    assert chiara.post(f"{profile_of(match.host)}hide-organisation/").status_code == 403
    assert nuno.post(f"{profile_of(match.host)}hide-organisation/").status_code == 404
    assert signed_in(cast.zoe).get(f"/matching/saved/?for={match.visit.reference}").status_code == 404


def test_the_same_data_give_the_same_order(match: Match) -> None:
    for name in ("boris", "berta", "abel"):
        bring_host(match.cast, name)
    client = signed_in(match.cast.ana)

    first = references_in(text_of(client, BEST))
    ranking._SNAPSHOTS.clear()

    assert len(first) == 4
    assert references_in(text_of(client, BEST)) == first


def test_each_list_is_written_down_with_positions_and_the_version_of_the_ranking(
    match: Match, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clusterxchange.phases.matching.catalogue.ROWS_OF_A_PAGE", 1)
    _boris, _other = bring_host(match.cast, "boris")
    client = signed_in(match.cast.ana)

    first, second = (references_in(text_of(client, f"{BEST}?page={number}")) for number in (1, 2))
    text_of(signed_in(match.cast.chiara), f"{BEST}?for={match.visit.reference}")

    version = ranking.version_of(scheme_of_edition(match.visit.edition_id, now))
    rows = ShownList.objects.order_by("pk").values_list(
        "participation", "first_position", "references", "version", "to_contact_point"
    )
    assert list(rows) == [
        (match.visit.pk, 1, first, version, False),
        (match.visit.pk, 2, second, version, False),
        (match.visit.pk, 1, first, version, True),
    ]


def test_the_lists_kept_beforehand_bear_the_version_that_is_written_down(match: Match, now: datetime) -> None:
    keeping.keep_best_of_all(at=now)

    kept = match.visit.matching_profile
    assert kept.best_version == ranking.version_of(scheme_of_edition(match.visit.edition_id, now))


def test_anybody_reads_what_the_ranking_compares_and_how_much_each_part_counts() -> None:
    text = text_of(Client(), f"{BEST}how-it-is-ranked/")

    # Weights of the demonstration's edition, largest first: sectors 25, wishes 15, offers 15 of 100.
    shares = [int(share) for share in re.findall(r"<td>(\d+) per cent</td>", text)]
    assert shares == [25, 15, 15, 10, 10, 5, 5, 5, 5, 5]
    assert "Your side counts 70 per cent, the other side 30 per cent." in text


def names_without(cast: Cast) -> list[Person]:
    return [cast.nuno, cast.edda, cast.aurel]


def test_before_acceptance_nothing_of_others_is_reached_by_any_address_of_the_lists(match: Match) -> None:
    for address in (BEST, "/matching/saved/", "/matching/catalogue/"):
        for person in names_without(match.cast):
            text = text_of(signed_in(person), address, 403)
            assert str(match.host.reference) not in text
            assert "Orvalhinho" not in text
        assert Client().get(address).status_code == 302
