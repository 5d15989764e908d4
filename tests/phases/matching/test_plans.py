"""A plan for the whole programme: suggestions that the support office confirms, with whom it leaves out."""

import csv
import io
from datetime import datetime

import pytest
from django.test import Client

from clusterxchange.access.actor import SYSTEM
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.matching import jobs, operations
from clusterxchange.phases.matching.models import Conversation, MatchPlan, PlannedPair, Proposal
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow import obligations
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.models import Entry, Notice
from tests.cast import signed_in
from tests.phases.matching.conftest import Match, bring_host
from tests.phases.matching.group import bring_visitor
from tests.phases.matching.test_pages import text_of

pytestmark = pytest.mark.usefixtures("now")
LIST = "/matching/plans/"


def make(match: Match, now: datetime) -> MatchPlan:
    found = operations.ask_for_plan(match.cast.edition, actor=match.cast.edda.actor, at=now)
    return operations.make_plan(found, actor=SYSTEM, at=now)


def test_a_plan_keeps_to_places_and_says_whom_it_leaves_without_a_partner(match: Match, now: datetime) -> None:
    bring_visitor(match.cast, "carla")

    found = make(match, now)

    # Three visitors, one host with two places: one of the three is left.
    assert (found.state, found.pairs.count()) == ("MADE", 2)
    assert (found.figures["planned"], found.figures["visitors"]) == (2, 3)
    countries = found.figures["unmatched_by_country"]
    assert (countries["DK"][1], countries["ES"][1]) == (1, 2)
    assert countries["DK"][0] + countries["ES"][0] == 1
    assert found.figures["unmatched_by_type"] == {"sme": [1, 3]}
    # Nothing has happened to anybody.
    assert Proposal.objects.count() == 0
    told = Notice.objects.filter(kind="match_plan").values_list("account__email", flat=True)
    assert list(told) == ["edda@cast.example"]


def test_a_plan_says_what_it_would_cost_at_most_and_is_taken_away_as_files(match: Match, now: datetime) -> None:
    bring_visitor(match.cast, "carla")
    match.cast.loom.amounts = {"PT": 50_000}
    match.cast.loom.save()

    found = make(match, now)

    # Two stays in Portugal at the EUR 500 of LOOM, which pays less than the EUR 780 of the edition.
    assert found.figures["most_cents"] == 100_000
    edda, address = signed_in(match.cast.edda), f"{LIST}{found.reference}/"
    assert "at most EUR 1,000.00 would be paid" in text_of(edda, address)
    header, *pairs = rows_of(edda, f"{address}?as=csv")
    assert header == ["Visiting organisation", "Host organisation", "How well they fit", "Reasons", "Proposal"]
    assert [row[1] for row in pairs] == ["Tecelagem Orvalhinho, Lda."] * 2
    assert "Both work in: Textiles." in pairs[0][3]
    _header, *left_out = rows_of(edda, f"{address}?as=csv&rows=left-out")
    assert ["Type of organisation", "Small or medium-sized enterprise", "1", "3"] in left_out
    assert b"".join(edda.get(f"{address}?as=xlsx")).startswith(b"PK")
    assert edda.get(f"{address}?as=exe").status_code == 404
    assert signed_in(match.cast.chiara).get(f"{address}?as=csv").status_code == 404


def rows_of(client: Client, address: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(client.get(address)).decode("utf-8-sig"))))


def test_a_budget_pays_for_so_many_exchanges(match: Match, now: datetime) -> None:
    # One exchange at the highest amount of EUR 1,100, and not quite a second one.
    Budget.objects.filter(partnership=match.cast.loom).update(planned_cents=219_999, free_cents=219_999)

    assert make(match, now).pairs.count() == 1


def test_who_has_met_already_or_was_hidden_is_not_planned_again(match: Match, now: datetime) -> None:
    cast = match.cast
    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=cast.ana.actor, at=now
    )
    operations.decline_proposal(proposal, reason="dates_do_not_fit", actor=cast.bram.actor, at=now)
    operations.hide_organisation(match.zoes_visit, partner=match.host, actor=cast.zoe.actor, at=now)

    assert make(match, now).pairs.count() == 0


def test_a_confirmed_pair_is_suggested_to_both_and_becomes_a_match_when_both_agree(match: Match, now: datetime) -> None:
    cast = match.cast
    Participation.objects.filter(pk=match.host.pk).update(places=1)
    pair = make(match, now).pairs.get()
    person = cast.ana if pair.visitor_participation == match.visit else cast.zoe

    proposal = operations.confirm_planned_pair(pair, message="You both weave.", actor=cast.edda.actor, at=now)

    assert (proposal.state, proposal.suggested_by, proposal.sender_organisation) == ("SUGGESTED", None, None)
    assert Conversation.objects.count() == 1
    asked = obligations.open_in_case("proposal", proposal.pk).values_list("action", "capacity")
    assert sorted(asked) == [("accept_suggestion", "H"), ("accept_suggestion", "V")]
    told = Notice.objects.filter(kind="proposal", topic="your_turn").values_list("account__email", flat=True)
    assert sorted(told) == sorted([person.account.email, "bram@cast.example"])
    assert "The support office" in text_of(signed_in(cast.bram), f"/matching/proposals/{proposal.reference}/")
    entry = Entry.objects.get(action="confirm_suggestion")
    assert (entry.capacity, entry.case) == ("SO", proposal.reference)
    assert obligations.differences(now) == []
    with pytest.raises(Refused) as again:
        operations.confirm_planned_pair(pair, message="", actor=cast.edda.actor, at=now)
    assert again.value.refusal.code == "suggested_already"

    operations.accept_suggestion(proposal, actor=person.actor, at=now)
    operations.accept_suggestion(proposal, actor=cast.bram.actor, at=now)
    proposal.refresh_from_db()
    assert proposal.state == "ACCEPTED"


def test_a_pair_against_which_a_rule_stands_by_now_is_refused_by_its_code(match: Match, now: datetime) -> None:
    pair = make(match, now).pairs.first()
    assert pair is not None
    Participation.objects.filter(pk=match.host.pk).update(state="RESERVED")

    with pytest.raises(Refused) as refused:
        operations.confirm_planned_pair(pair, message="", actor=match.cast.edda.actor, at=now)

    assert refused.value.refusal.code == "partner_not_available"
    assert PlannedPair.objects.filter(proposal=None).count() == 2


def test_nobody_but_the_support_office_plans_or_confirms(match: Match, now: datetime) -> None:
    pair = make(match, now).pairs.first()
    assert pair is not None
    for person in (match.cast.chiara, match.cast.aurel, match.cast.ana):
        with pytest.raises(NotAllowed):
            operations.ask_for_plan(match.cast.edition, actor=person.actor, at=now)
        with pytest.raises(NotAllowed):
            operations.confirm_planned_pair(pair, message="", actor=person.actor, at=now)


def test_edda_asks_on_the_page_a_job_works_it_out_and_she_confirms_a_pair(match: Match) -> None:
    edda = signed_in(match.cast.edda)
    assert edda.post(f"{LIST}ask-for-plan/").status_code == 302
    # A second plan may be asked for while the first is being worked out.
    assert edda.post(f"{LIST}ask-for-plan/").status_code == 302
    found = MatchPlan.objects.earliest("pk")
    assert "The plan is being worked out" in text_of(edda, f"{LIST}{found.reference}/")

    jobs.make_plan(found.pk)

    page = text_of(edda, f"{LIST}{found.reference}/")
    assert "2 exchanges for 2 visiting organisations with a free visit." in page
    assert page.count("data-pair=") == 2
    assert "Both work in: Textiles." in page
    pair = PlannedPair.objects.first()
    assert pair is not None
    done = edda.post(f"{LIST}{found.reference}/pairs/{pair.pk}/confirm-planned-pair/", {"message": "You both weave."})
    assert done.status_code == 302
    assert "Suggested to both" in text_of(edda, f"{LIST}{found.reference}/")
    assert Proposal.objects.get().message == "You both weave."
    other = PlannedPair.objects.get(proposal=None)
    refused = edda.post(
        f"{LIST}{found.reference}/pairs/{other.pk}/confirm-planned-pair/", {"message": "Write to bram@cast.example"}
    )
    assert refused.status_code == 422
    assert 'data-error="address_in_message"' in refused.content.decode()
    assert f'id="id_{other.pk}_message"' in refused.content.decode()
    assert "Write to bram@cast.example" in refused.content.decode()
    text_of(signed_in(match.cast.aurel), f"{LIST}{found.reference}/")
    text_of(signed_in(match.cast.chiara), f"{LIST}{found.reference}/", 404)


def test_a_plan_is_of_visits_so_it_leaves_out_whose_visit_is_taken(match: Match, now: datetime) -> None:
    _boris, _other = bring_host(match.cast, "boris")
    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message="Hello", format="physical", actor=match.cast.ana.actor, at=now
    )
    operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=now)

    found = make(match, now)

    # Ana could still meet somebody virtually, since her organisation wishes both formats.
    assert [pair.visitor_participation for pair in found.pairs.all()] == [match.zoes_visit]
    assert (found.figures["planned"], found.figures["visitors"]) == (1, 1)
