"""The pages of matching, as people of the cast see them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from clusterxchange.phases.matching import operations
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.models import Entry
from tests.bring import bring_participation
from tests.cast import ALCOI, Person, signed_in
from tests.phases.matching.conftest import Match, bring_host
from tests.phases.matching.group import bring_visitor

pytestmark = pytest.mark.usefixtures("now")
ANSWERS = {"format": "physical", "message": "We spin, you weave."}


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def references_in(text: str) -> list[str]:
    return re.findall(r'<article class="match-card" data-ref="([^"]+)"', text)


def found_in(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]


def profile_of(participation: Participation) -> str:
    return f"/matching/organisations/{participation.reference}/"


def test_ana_finds_bram_with_reasons_that_add_up_to_the_score(match: Match) -> None:
    text = text_of(signed_in(match.cast.ana), "/matching/best/")

    assert references_in(text) == [match.host.reference]
    score = float(found_in(r'data-score="([\d.]+)"', text))
    terms = [float(term) for term in re.findall(r'data-term="([\d.]+)"', text)]
    assert round(sum(terms), 4) == score
    assert len(terms) >= 3
    assert "Both work in: Textiles." in text
    assert text.count("button primary") == 1


def test_a_host_of_the_same_country_is_greyed_with_the_reason_and_comes_last(match: Match) -> None:
    _borja, spanish = bring_host(match.cast, "borja", ALCOI)

    for address in ("/matching/best/", "/matching/catalogue/"):
        text = text_of(signed_in(match.cast.ana), address)
        assert set(references_in(text)) == {match.host.reference, spanish.reference}
        assert text.count('data-excluded="same_country"') == 1
        assert "An exchange needs two different ones." in text


def reserve(match: Match, at: datetime) -> None:
    registration.reserve_participation(match.host, reason="A match is in mind.", actor=match.cast.dov.actor, at=at)


def leave_alone(match: Match, at: datetime) -> None:
    registration.mark_low_active(match.host, at=at)


def leave_proposals_unanswered(match: Match, at: datetime) -> None:
    for number in range(5):
        person, visit = bring_visitor(match.cast, f"carla{number}")
        operations.send_proposal(
            sender=visit, partner=match.host, message="Hello", format="physical", actor=person.actor, at=at
        )
    run_due(at + timedelta(days=16))


def fill_the_places(match: Match, at: datetime) -> None:
    for name in ("carla", "celia"):
        person, visit = bring_visitor(match.cast, name)
        seen = operations.send_proposal(
            sender=visit, partner=match.host, message="Hello", format="virtual", actor=person.actor, at=at
        )
        operations.accept_proposal(seen, actor=match.cast.bram.actor, at=at)


def use_the_visit(match: Match, at: datetime) -> None:
    boris, other = bring_host(match.cast, "boris")
    Participation.objects.filter(pk=match.visit.pk).update(format="physical")
    proposal = operations.send_proposal(
        sender=match.visit, partner=other, message="Hello", format="physical", actor=match.cast.ana.actor, at=at
    )
    operations.accept_proposal(proposal, actor=boris.actor, at=at)


NOT_AVAILABLE = "This organisation is not open to proposals at present."


@pytest.mark.parametrize(
    ("bring", "code", "sentence", "badge"),
    [
        (reserve, "partner_not_available", NOT_AVAILABLE, "Reserved by its partnership"),
        (leave_alone, "partner_not_available", NOT_AVAILABLE, "No sign-in for a long time"),
        (leave_proposals_unanswered, "partner_not_available", NOT_AVAILABLE, "Leaves proposals unanswered"),
        (fill_the_places, "no_place_left", "The host organisation has no place left at present.", ""),
        (use_the_visit, "visit_already_used", "The visiting organisation has used its one visit", ""),
    ],
)
def test_whom_one_cannot_propose_to_is_shown_greyed_with_the_sentence_on_each_page(
    match: Match, now: datetime, bring: Callable[[Match, datetime], None], code: str, sentence: str, badge: str
) -> None:
    bring(match, now)
    ana = signed_in(match.cast.ana)

    for address in ("/matching/best/", "/matching/catalogue/"):
        text = text_of(ana, address)
        row = text.partition(f'data-ref="{match.host.reference}"')[2].partition("</article>")[0]
        assert f'data-excluded="{code}"' in row, address
        assert sentence in row, address
        assert badge in row, address
        assert "Write to them" not in row, address
    profile = text_of(ana, profile_of(match.host))
    assert badge in profile
    # Without a visit a virtual exchange can still be proposed there.
    assert (f'data-refusal="{code}"' in profile) == (sentence in profile) == (bring is not use_the_visit)


def test_only_accepted_participants_and_contact_points_see_the_lists(match: Match) -> None:
    cast = match.cast
    for address in ("/matching/best/", "/matching/catalogue/"):
        for person in (cast.nuno, cast.edda, cast.aurel):
            assert 'data-refusal="not_allowed"' in text_of(signed_in(person), address, 403)
        for person in (cast.ana, cast.bram, cast.zoe, cast.chiara, cast.dov):
            text_of(signed_in(person), address)
        assert Client().get(address).status_code == 302


def test_a_withdrawn_participant_is_in_no_list_and_has_no_profile(match: Match) -> None:
    client = signed_in(match.cast.ana)
    text_of(client, profile_of(match.host))

    registration.withdraw_participation(match.host, actor=match.cast.bram.actor, at=match.host.state_since)

    assert references_in(text_of(client, "/matching/catalogue/")) == []
    text_of(client, profile_of(match.host), 404)


@pytest.mark.database
def test_the_catalogue_is_found_through_by_folded_words_and_filters_in_the_address(match: Match) -> None:
    _lodz, hosts = bring_host(match.cast, "łódka")
    client = signed_in(match.cast.ana)

    assert references_in(text_of(client, "/matching/catalogue/?q=LODKA+texteis")) == [hosts.reference]
    assert references_in(text_of(client, "/matching/catalogue/?q=lodka+nothing")) == []
    assert (
        len(references_in(text_of(client, "/matching/catalogue/?country=PT&ecosystem=textiles&format=physical"))) == 2
    )
    assert references_in(text_of(client, "/matching/catalogue/?country=PL")) == []
    chips = text_of(client, "/matching/catalogue/?q=lodka&country=PT")
    assert chips.count('class="chip"') == 2
    assert "1 of 2 organisations" in chips
    # What no list offers counts for nothing.
    assert len(references_in(text_of(client, "/matching/catalogue/?country=XX&format=never"))) == 2


def test_who_is_shown_by_number_is_not_found_by_name(match: Match) -> None:
    Participation.objects.filter(pk=match.host.pk).update(shown_by_name=False)
    client = signed_in(match.cast.ana)

    everybody = text_of(client, "/matching/catalogue/")

    assert "Orvalhinho" not in everybody
    assert f"Organisation {match.host.organisation_id}" in everybody
    assert references_in(text_of(client, "/matching/catalogue/?q=Orvalhinho")) == []
    assert references_in(text_of(client, "/matching/catalogue/?q=Guimaraes")) == [match.host.reference]
    assert "Orvalhinho" not in text_of(client, profile_of(match.host))
    assert "Orvalhinho" not in text_of(client, "/matching/best/")


def test_a_long_catalogue_goes_on_where_the_page_ended(match: Match, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.phases.matching.search.ROWS_OF_A_PAGE", 2)
    others = [bring_host(match.cast, name)[1] for name in ("abel", "zita")]
    client = signed_in(match.cast.ana)

    first = text_of(client, "/matching/catalogue/")
    address = found_in(r'rel="next" href="([^"]+)"', first).replace("&amp;", "&")
    second = text_of(client, f"/matching/catalogue/{address}")

    assert references_in(first) == [others[0].reference, match.host.reference]
    assert references_in(second) == [others[1].reference]
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    "address", ["/matching/best/", "/matching/saved/", "/matching/catalogue/", "/matching/proposals/"]
)
def test_a_list_of_three_needs_no_more_queries_than_a_list_of_one(match: Match, address: str, now: datetime) -> None:
    client = signed_in(match.cast.ana)

    def propose(partner: Participation) -> None:
        operations.send_proposal(
            sender=match.visit, partner=partner, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
        )
        operations.save_organisation(match.visit, partner=partner, actor=match.cast.ana.actor, at=now)

    propose(match.host)
    text_of(client, address)
    with CaptureQueriesContext(connection) as one:
        text_of(client, address)
    for name in ("berta", "boris"):
        propose(bring_host(match.cast, name)[1])
    text_of(client, address)  # whoever is new is read once in each process
    with CaptureQueriesContext(connection) as three:
        text_of(client, address)

    assert len(three) == len(one)


def test_ana_sends_a_proposal_from_the_profile_and_bram_accepts_it_on_its_page(match: Match) -> None:
    ana, bram = signed_in(match.cast.ana), signed_in(match.cast.bram)
    profile = text_of(ana, f"{profile_of(match.host)}")
    assert 'data-action="send_proposal"' in profile
    assert "bram@cast.example" not in profile

    sent = ana.post(f"{profile_of(match.host)}send-proposal/", ANSWERS)

    proposal = Proposal.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/matching/proposals/{proposal.reference}/")
    page = text_of(bram, sent["Location"])
    assert f'data-machine="proposal" data-ref="{proposal.reference}" data-state="SENT"' in page
    assert 'data-turn="HOST_ORGANISATION"' in page
    assert 'data-action="accept_proposal"' in page
    assert "ana@cast.example" not in page

    accepted = bram.post(f"{sent['Location']}accept-proposal/", {"capacity": "H"})

    assert accepted.status_code == 302
    page = text_of(ana, sent["Location"])
    assert "bram@cast.example" in page
    assert re.search(r'href="/exchanges/EXC-2026-\d{6}/"', page)
    assert "bram@cast.example" in text_of(ana, profile_of(match.host))


def test_an_empty_message_is_told_at_its_field_and_the_rest_is_kept(match: Match) -> None:
    response = signed_in(match.cast.ana).post(
        f"{profile_of(match.host)}send-proposal/", {"format": "virtual", "message": " "}
    )

    text = response.content.decode()
    assert response.status_code == 422
    assert 'data-error="message_missing" id="id_message_error"' in text or re.search(
        r'id="id_message_error"[^>]*data-error="message_missing"', text
    )
    assert re.search(r'value="virtual"[^>]*checked', text)
    assert "<title>Error:" in text


def test_what_stands_against_a_proposal_is_said_before_and_after_trying(match: Match) -> None:
    _borja, spanish = bring_host(match.cast, "borja", ALCOI)
    client = signed_in(match.cast.ana)

    assert '<p class="closed" data-action="send_proposal" data-refusal="same_country">' in text_of(
        client, profile_of(spanish)
    )
    response = client.post(f"{profile_of(spanish)}send-proposal/", ANSWERS)

    assert response.status_code == 409
    assert 'data-refusal="same_country" data-action="send_proposal"' in response.content.decode()
    assert "We spin, you weave." in response.content.decode()


def test_zoe_and_nuno_do_not_find_the_proposal_that_ana_opens(match: Match, now: datetime) -> None:
    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
    )
    address = f"/matching/proposals/{proposal.reference}/"

    for person in (match.cast.ana, match.cast.bram, match.cast.chiara, match.cast.dov, match.cast.edda):
        text_of(signed_in(person), address)
    for person in (match.cast.zoe, match.cast.nuno):
        client = signed_in(person)
        text_of(client, address, 404)
        assert client.post(f"{address}accept-proposal/").status_code == 404
        assert client.post(f"{address}thread/", {"text": "Hello"}).status_code == 404


def test_a_contact_point_sees_the_proposal_but_does_not_answer_it(match: Match, now: datetime) -> None:
    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
    )
    dov = signed_in(match.cast.dov)

    response = dov.post(f"/matching/proposals/{proposal.reference}/accept-proposal/", {"capacity": "H"})
    said = dov.post(f"/matching/proposals/{proposal.reference}/thread/", {"text": "I can help with the dates."})

    assert response.status_code == 403
    assert 'data-refusal="not_allowed"' in response.content.decode()
    assert said.status_code == 302
    assert "I can help with the dates." in text_of(
        signed_in(match.cast.ana), f"/matching/proposals/{proposal.reference}/"
    )


def test_bram_declines_with_a_reason_and_a_wrong_one_is_told_at_its_field(match: Match, now: datetime) -> None:
    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
    )
    bram, address = signed_in(match.cast.bram), f"/matching/proposals/{proposal.reference}/decline-proposal/"

    refused = bram.post(address, {"text": "In May we have time."})
    assert refused.status_code == 422
    assert "In May we have time." in refused.content.decode()
    assert bram.post(address, {"reason": "dates_do_not_fit", "text": "In May we have time."}).status_code == 302

    assert "In May we have time." in text_of(signed_in(match.cast.ana), f"/matching/proposals/{proposal.reference}/")
    assert bram.post(address, {"reason": "other"}).status_code == 409


def test_the_cv_opens_only_after_the_match_and_each_opening_is_written_down(match: Match, now: datetime) -> None:
    cast, address = match.cast, f"{profile_of(match.host)}curriculum-vitae/"
    ana = signed_in(cast.ana)
    assert ana.get(address).status_code == 403
    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=cast.ana.actor, at=now
    )
    operations.accept_proposal(proposal, actor=cast.bram.actor, at=now)

    opened = ana.get(address)

    assert (opened.status_code, opened["X-Content-Type-Options"]) == (200, "nosniff")
    assert opened["Content-Disposition"].startswith("attachment")
    assert opened["Content-Security-Policy"].startswith("sandbox")
    entry = Entry.objects.get(action="open_curriculum_vitae")
    assert (entry.kind, entry.case, entry.capacity) == ("participation", match.host.reference, "V")
    assert signed_in(cast.zoe).get(address).status_code == 403
    assert signed_in(cast.nuno).get(address).status_code == 404


def test_a_contact_point_suggests_a_partner_from_a_profile(match: Match) -> None:
    chiara = signed_in(match.cast.chiara)
    chooser = text_of(chiara, "/matching/best/")
    assert f'href="?for={match.visit.reference}"' in chooser
    assert references_in(text_of(chiara, f"/matching/best/?for={match.visit.reference}")) == [match.host.reference]
    text_of(chiara, f"/matching/best/?for={match.host.reference}", 404)
    assert 'data-action="suggest_match"' in text_of(chiara, profile_of(match.host))

    made = chiara.post(
        f"{profile_of(match.host)}suggest-match/",
        {"side": match.visit.reference, "format": "physical", "message": "You both weave."},
    )

    proposal = Proposal.objects.get()
    assert (made.status_code, proposal.state, proposal.message) == (302, "SUGGESTED", "You both weave.")
    assert 'data-action="accept_suggestion"' in text_of(signed_in(match.cast.bram), made["Location"])
    refused = chiara.post(f"{profile_of(match.host)}send-proposal/", ANSWERS)
    assert refused.status_code == 403


def test_a_person_with_both_roles_switches_between_them(match: Match) -> None:
    own_host = bring_participation(
        match.cast, match.cast.ana, partnership=match.cast.loom, officer=match.cast.chiara.actor, role="host"
    )
    client = signed_in(match.cast.ana)

    assert references_in(text_of(client, "/matching/best/")) == [match.host.reference]
    text = text_of(client, f"/matching/best/?for={own_host.reference}")

    assert references_in(text) == [match.zoes_visit.reference]
    assert escape("As a host organisation") in text


def test_ana_invites_a_partner_who_is_not_registered(match: Match) -> None:
    client = signed_in(match.cast.ana)
    assert 'data-action="invite_partner"' in text_of(client, "/matching/invite/")
    wrong = client.post("/matching/invite/", {"name": "Bela", "email": "bela", "format": "physical"})
    known = client.post("/matching/invite/", {"name": "Bram", "email": "bram@cast.example", "format": "physical"})

    made = client.post("/matching/invite/", {"name": "Bela", "email": "bela@cast.example", "format": "physical"})

    assert (wrong.status_code, known.status_code, made.status_code) == (422, 422, 302)
    assert 'data-error="partner_is_registered"' in known.content.decode()
    page = text_of(client, made["Location"])
    assert 'data-state="INVITED"' in page
    assert client.post(f"{made['Location']}withdraw-proposal/").status_code == 302
    assert Proposal.objects.get().state == "WITHDRAWN"
    assert signed_in(match.cast.nuno).get("/matching/invite/").status_code == 403


def test_the_list_of_proposals_begins_with_what_waits_for_the_reader(match: Match, now: datetime) -> None:
    operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
    )

    def groups(person: Person) -> list[str]:
        return re.findall(r'class="queue-day">([^<]+)', text_of(signed_in(person), "/matching/proposals/"))

    assert groups(match.cast.bram) == ["Waiting for your answer"]
    assert groups(match.cast.ana) == ["Waiting for an answer"]
    assert groups(match.cast.zoe) == []
