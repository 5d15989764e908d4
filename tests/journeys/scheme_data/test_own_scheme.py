"""Another scheme on the same tool: other countries, two signatures, no money (docs/how-to/run-your-own-scheme.md)."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from clusterxchange.access.capacities import VP, H, V
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Stay, Story, seen
from clusterxchange.journeys.scheme_data import operations
from clusterxchange.journeys.scheme_data.places import with_value
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import ExchangeState, FinancialAgreement
from clusterxchange.phases.exchange_building.queries import signatures_of
from clusterxchange.phases.finalisation.models import EvidenceItem, PaymentState
from clusterxchange.scheme.current import open_edition
from clusterxchange.scheme.document import scheme_of
from clusterxchange.scheme.editions import document_of
from clusterxchange.scheme.models import Edition
from clusterxchange.scheme.public_holidays import public_holidays
from clusterxchange.scheme.reading import InvalidDocument
from clusterxchange.workflow import obligations
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed
from clusterxchange.workflow.models import Consent, Obligation
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, Person, Place, make_account, make_officer, make_partnership, make_speaker
from tests.scheme.changed import changed_document

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "run-your-own-scheme.md"
TUESDAY = MONDAY + timedelta(days=1)
CHUR = Place("CH", "Chur", "Graubünden", 46.8508, 9.5320)
TROMSO = Place("NO", "Tromsø", "Troms", 69.6492, 18.9553)
# Tuesday to Thursday; no public holiday in Norway.
STAY = Stay(date(2026, 4, 14), date(2026, 4, 16))


def own_document() -> dict[str, Any]:
    """Make the file of the how-to: what it shows is laid over the edition that comes with the tool."""
    text = HOW_TO.read_text(encoding="utf-8")
    changes = json.loads(text.partition("```json\n")[2].partition("```")[0])
    codes = [country["code"] for country in changes["countries"]]
    changes["holidays"] = public_holidays(codes)
    return {**document_of("demonstration"), **changes}


@pytest.fixture
def own_scheme(cast: Cast) -> Edition:
    """Close the demonstration and open the scheme of the how-to, with two people of the support office."""
    clock.set_clock(MONDAY)
    ludo = Person(make_account("ludo", "Ludo", "Marchetti", is_support_office=True))
    closing = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)
    document = with_value(closing.document, "edition.is_open", value=False)
    operations.edit_version(closing, document=document, changed=["edition.is_open"], actor=cast.edda.actor, at=MONDAY)
    operations.propose_version(
        closing, effective_on=TUESDAY.date(), reason="It is over.", actor=cast.edda.actor, at=MONDAY
    )
    operations.approve_version(closing, actor=ludo.actor, at=MONDAY)
    own = operations.import_version(own_document(), actor=cast.edda.actor, at=MONDAY)
    operations.propose_version(own, reason="A scheme of our own.", actor=cast.edda.actor, at=MONDAY)
    operations.approve_version(own, actor=ludo.actor, at=MONDAY)
    run_due(TUESDAY)
    clock.set_clock(TUESDAY)
    return Edition.objects.get(code="peaks-and-fjords")


def story_in(cast: Cast, edition: Edition) -> Story:
    """Let a visitor from Chur and a host in Tromsø be accepted, each by a partnership of the scheme."""
    alps, fjords = (
        make_partnership(edition, acronym, country, ["textiles"], member=member)
        for acronym, country, member in (("ALPS", "CH", "Webstuhl Alpen"), ("FJORD", "NO", "Nordvev"))
    )
    Budget.objects.all().delete()
    lena = make_officer("lena", "Lena", "Caduff", alps, "contact_point")
    olav = make_officer("olav", "Olav", "Strandvik", fjords, "contact_point")
    urs = make_speaker("urs", "Urs Battaglia", "Weberei Calanda AG", CHUR, cluster="Webstuhl Alpen")
    siri = make_speaker("siri", "Siri Nordgaard", "Vevstua Nord AS", TROMSO, cluster="Nordvev")
    at = TUESDAY + timedelta(hours=1)
    visit = bring_application_to(
        cast, urs, "accepted", partnership=alps, officer=lena.actor, role="visit", at=at
    ).participations.get()
    host = bring_application_to(
        cast, siri, "accepted", partnership=fjords, officer=olav.actor, role="host", at=at
    ).participations.get()
    return Story(
        visitor_participation=visit, host_participation=host, visitor=urs.actor, host=siri.actor,
        visitor_contact=lena.actor, host_contact=olav.actor, coordinator=lena.actor,
        begins_at=TUESDAY + timedelta(days=1), stay=STAY,
    )  # fmt: skip


def sign(story: Story) -> None:
    commitment = story.commitment
    for actor, capacity in ((story.visitor, V), (story.host, H)):
        exchange_building.sign_commitment(
            commitment, **seen(commitment), is_authenticated=True, actor=actor, at=story.at, capacity=capacity
        )


def test_an_exchange_of_the_own_scheme_goes_from_registration_to_closed(cast: Cast, own_scheme: Edition) -> None:
    assert open_edition(TUESDAY) == own_scheme
    story = story_in(cast, own_scheme)
    assert story.visitor_participation.edition == own_scheme

    story.tell("validated")
    # Two signatures are asked for, and no more.
    asked = Obligation.objects.filter(action="sign_commitment", closed_at=None, is_watch=False)
    assert {one.capacity for one in asked} == {"V", "H"}
    with pytest.raises(NotAllowed):
        exchange_building.sign_commitment(
            story.commitment, **seen(story.commitment), is_authenticated=True, actor=story.visitor_contact,
            at=story.at, capacity=VP,
        )  # fmt: skip
    sign(story)

    # No money: no agreement on it, no budget, and the exchange is ready at once.
    assert story.exchange.state == ExchangeState.READY
    assert not FinancialAgreement.objects.exists()
    assert Consent.objects.filter(action="sign_commitment").count() == 2
    story.told += ["commitment_signed", "ready"]
    story.tell("ended")
    assert story.payment.state == PaymentState.WAIVED
    assert not EvidenceItem.objects.exists()
    story.tell("due")
    assert story.exchange.state == ExchangeState.CLOSED
    assert story.exchange.counted_for == story.visitor_participation.partnership
    assert story.payment.amount_cents == 0
    assert obligations.differences(story.at) == []


def test_the_page_and_the_document_have_two_signatures(cast: Cast, own_scheme: Edition) -> None:
    story = story_in(cast, own_scheme).tell("validated")
    client = Client()
    client.force_login(story.visitor_participation.organisation.representatives.get().account)

    page = client.get(f"/exchanges/{story.exchange.reference}/commitment/").content.decode()

    assert 'data-action="sign_commitment"' in page
    assert [row["capacity"] for row in story.commitment.text["parties"]] == ["V", "H", "VP", "HP"]
    lines = signatures_of(story.commitment, story.commitment.text)
    assert [line["capacity"] for line in lines] == ["V", "H"]


@pytest.mark.parametrize("signatures", [[], ["V"], ["V", "VP"], ["V", "H", "SO"]])
def test_a_text_is_signed_by_the_two_organisations_at_least(signatures: list[str]) -> None:
    document = changed_document("agreement", {"signatures": signatures, "pays": True})

    with pytest.raises(InvalidDocument) as refused:
        scheme_of(document)

    assert refused.value.path == "agreement.signatures"


def test_where_nothing_is_said_all_four_sign_and_stays_are_paid_for() -> None:
    assert "agreement" not in document_of("demonstration")
    agreement = scheme_of(document_of("demonstration")).agreement

    assert (sorted(agreement.signatures), agreement.pays) == (["H", "HP", "V", "VP"], True)


def test_the_own_scheme_has_no_country_of_the_other_one() -> None:
    own, other = scheme_of(own_document()), scheme_of(document_of("demonstration"))

    assert {code for code in own.countries if own.participates(code)} == {"CH", "LI", "NO"}
    assert not any(other.participates(code) for code in ("CH", "LI", "NO"))
    assert datetime(2026, 3, 3, tzinfo=UTC).date() == own.edition.valid_from
