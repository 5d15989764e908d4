"""Another scheme on the same tool: other countries, two signatures, no money (docs/how-to/run-your-own-scheme.md)."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import VP, H, V
from clusterxchange.documents.brochures import brochure_data
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Stay, Story, seen
from clusterxchange.journeys.manual.reading import MANUALS
from clusterxchange.journeys.manual.views import manual_in
from clusterxchange.journeys.partnerships import operations as partnerships
from clusterxchange.journeys.scheme_data import operations
from clusterxchange.journeys.scheme_data.models import EditionDraft
from clusterxchange.journeys.scheme_data.places import with_value
from clusterxchange.journeys.support_office.partnerships import admit_partnership
from clusterxchange.parties.partnerships.models import MemberCluster, PartnershipInvitation
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import ExchangeState, FinancialAgreement
from clusterxchange.phases.exchange_building.queries import signatures_of
from clusterxchange.phases.finalisation.models import EvidenceItem, PaymentState
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import open_edition, scheme_for, scheme_of_edition
from clusterxchange.scheme.document import scheme_of
from clusterxchange.scheme.editions import document_of
from clusterxchange.scheme.models import Edition
from clusterxchange.scheme.reading import InvalidDocument
from clusterxchange.workflow import obligations
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed
from clusterxchange.workflow.models import Consent, Obligation
from tests.bring import answers
from tests.cast import MONDAY, Cast, Person, Place, give_second_factor, make_account, make_speaker, signed_in
from tests.scheme.changed import changed_document

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "run-your-own-scheme.md"
TUESDAY = MONDAY + timedelta(days=1)
CHUR = Place("CH", "Chur", "Graubünden", 46.8508, 9.5320)
TROMSO = Place("NO", "Tromsø", "Troms", 69.6492, 18.9553)
# Tuesday to Thursday; no public holiday in Norway.
STAY = Stay(date(2026, 4, 14), date(2026, 4, 16))


SME_OF_CHUR = {
    "type": "sme", "country": "CH", "membership": "yes", "person": "national", "visited": "no",
    "ecosystem": "textiles", "host": "NO",
}  # fmt: skip


def own_document(latest: dict[str, Any]) -> dict[str, Any]:
    """Make the file of the how-to: the parts that it shows are changed in the latest version, the others are left."""
    text = HOW_TO.read_text(encoding="utf-8")
    return {**latest, **json.loads(text.partition("```json\n")[2].partition("```")[0])}


@pytest.fixture
def own_scheme(cast: Cast) -> Edition:
    """Close the demonstration and take the file of the how-to in, with two people of the support office."""
    clock.set_clock(MONDAY)
    ludo = Person(make_account("ludo", "Ludo", "Marchetti", is_support_office=True))
    edda = signed_in(cast.edda)
    latest = edda.get("/support/scheme/editions/demonstration/versions/1/file/").json()
    written = json.dumps(own_document(latest)).encode()
    closing = operations.start_version(cast.edition, actor=cast.edda.actor, at=MONDAY)
    document = with_value(closing.document, "edition.is_open", value=False)
    operations.edit_version(closing, document=document, changed=["edition.is_open"], actor=cast.edda.actor, at=MONDAY)
    operations.propose_version(
        closing, effective_on=TUESDAY.date(), reason="It is over.", actor=cast.edda.actor, at=MONDAY
    )
    operations.approve_version(closing, actor=ludo.actor, at=MONDAY)
    edda.post("/support/scheme/import-version/", {"file": SimpleUploadedFile("own.json", written)})
    own = EditionDraft.objects.get(edition=None)
    operations.propose_version(own, reason="A scheme of our own.", actor=cast.edda.actor, at=MONDAY)
    operations.approve_version(own, actor=ludo.actor, at=MONDAY)
    run_due(TUESDAY)
    clock.set_clock(TUESDAY)
    return Edition.objects.get(code="peaks-and-fjords")


def admitted(cast: Cast, acronym: str, country: str, member: str, coordinator: tuple[str, str, str]) -> Person:
    """Let a partnership join the edition that is open; its coordinator fills in its data and opens it."""
    account = make_account(*coordinator)
    give_second_factor(account)
    partnership = admit_partnership(
        acronym=acronym, title=f"{acronym} together", country=country, email=account.email, language="en",
        actor=cast.edda.actor, at=TUESDAY,
    )  # fmt: skip
    partnerships.join_partnership(PartnershipInvitation.objects.get(email=account.email), account=account, at=TUESDAY)
    person = Person(account, partnership=partnership)
    partnerships.edit_partnership(partnership, answers={"ecosystems": ["textiles"]}, actor=person.actor, at=TUESDAY)
    row = MemberCluster(partnership=partnership, name=member, country=country)
    partnerships.keep_row(row, actor=person.actor, at=TUESDAY)
    partnerships.open_partnership(partnership, actor=person.actor, at=TUESDAY)
    return person


def accepted(person: Person, role: str, by: Person) -> Participation:
    """Let somebody register and have a partnership assigned, which then accepts the registration."""
    at = TUESDAY + timedelta(hours=1)
    application = registration.start_application(organisation=person.organisation, actor=person.actor, at=at)
    given = answers(by.partnership, role) | {"partnership_choice": "assigned", "wished_partnership": None}  # type: ignore[arg-type]  # -- an officer has one
    registration.edit_application(application, answers=given, actor=person.actor, at=at)
    registration.submit_application(
        application, declares_true=True, declares_first_visit=True, declares_no_double_funding=True,
        declares_privacy=True, actor=person.actor, at=at,
    )  # fmt: skip
    assert application.partnership == by.partnership
    registration.open_application(application, actor=by.actor, at=at)
    items = scheme_of_edition(application.edition_id, at).checklist
    checklist = {item.code: {"answer": "pass", "comment": ""} for item in items}
    registration.accept_application(
        application, checklist=checklist, decisions={role: "accepted"}, actor=by.actor, at=at
    )
    return application.participations.get()


def story_in(cast: Cast) -> Story:
    """Let a visitor from Chur and a host in Tromsø be accepted, each by a partnership of the scheme."""
    lena = admitted(cast, "ALPS", "CH", "Webstuhl Alpen", ("lena", "Lena", "Caduff"))
    olav = admitted(cast, "FJORD", "NO", "Nordvev", ("olav", "Olav", "Strandvik"))
    urs = make_speaker("urs", "Urs Battaglia", "Weberei Calanda AG", CHUR, cluster="Webstuhl Alpen")
    siri = make_speaker("siri", "Siri Nordgaard", "Vevstua Nord AS", TROMSO, cluster="Nordvev")
    return Story(
        visitor_participation=accepted(urs, "visit", lena), host_participation=accepted(siri, "host", olav),
        visitor=urs.actor, host=siri.actor,
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
    story = story_in(cast)
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


@pytest.mark.usefixtures("own_scheme")
def test_the_page_and_the_document_have_two_signatures(cast: Cast) -> None:
    story = story_in(cast).tell("validated")
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


def test_the_own_scheme_has_no_country_of_the_other_one_and_the_holidays_of_its_own(own_scheme: Edition) -> None:
    own, other = scheme_for(own_scheme.code, TUESDAY), scheme_of(document_of("demonstration"))

    assert {code for code in own.countries if own.participates(code)} == {"CH", "LI", "NO"}
    assert not any(other.participates(code) for code in ("CH", "LI", "NO"))
    assert own.edition.valid_from == date(2026, 3, 3)
    assert set(own.holidays) == {"CH", "LI", "NO", "BE"}
    # The national day of Norway, in the last year of the edition and in the two into which a term may run.
    assert all(date(year, 5, 17) in own.holidays["NO"][year] for year in (2028, 2029, 2030))


@pytest.mark.usefixtures("own_scheme")
def test_every_public_page_of_the_own_scheme_says_what_holds_and_promises_no_money(cast: Cast) -> None:
    admitted(cast, "ALPS", "CH", "Webstuhl Alpen", ("lena", "Lena", "Caduff"))
    anybody = Client()

    def shown(address: str, given: dict[str, str] | None = None) -> str:
        answer = anybody.get(address, given)
        assert answer.status_code == 200, address
        return answer.content.decode()

    assert "lump sum" not in shown("/")
    figures = {one["label"]: one["value"] for one in anybody.get("/").context["figures"]}
    assert figures["partnerships accept visitors now"] == 1
    result = shown("/eligibility/", SME_OF_CHUR)
    assert "Your organisation may visit and host" in result
    assert "ALPS" in result
    assert "how much you would receive" not in result
    assert "no lump sum is paid" in shown("/amount/")
    assert "lump sum" not in shown("/how-to-take-part/")
    for name in MANUALS:
        manual = manual_in(name, "en")
        pages = [f"/manual/{name}/", *(f"/manual/{name}/{section.name}/" for section in manual.sections)]
        assert all("In this edition nothing is paid." in shown(page) for page in pages)


@pytest.mark.parametrize("name", ["partnerships", "hosts-and-visitors"])
def test_the_brochures_of_the_own_scheme_speak_of_no_money(own_scheme: Edition, name: str) -> None:
    said = brochure_data(name, "en", TUESDAY)

    assert said["edition"] == own_scheme.name
    assert not re.search("lump sum|pay|paid|receives|financial", json.dumps(said))
    assert Client().get(f"/brochures/{name}/en.pdf").content.startswith(b"%PDF")


def test_the_plan_of_the_own_scheme_is_bounded_by_no_budget(cast: Cast, own_scheme: Edition) -> None:
    story = story_in(cast)

    found = matching.ask_for_plan(own_scheme, actor=cast.edda.actor, at=story.at)
    matching.make_plan(found, actor=SYSTEM, at=story.at)

    [pair] = found.pairs.all()
    assert pair.visitor_participation == story.visitor_participation
    assert pair.host_participation == story.host_participation
