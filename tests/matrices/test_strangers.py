"""What a case gives away to whoever is no party of it, in each of its states: no page, no step, no title, no count.

The addresses are those at which its own parties and the support office find anything, and those of every action of
every life. The strangers are people who take part elsewhere, the contact point of a third partnership, somebody without
an organisation, an auditor of another partnership, and whoever is signed out. One state and some stages; with LONG=1
every one.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clusterxchange.access.table import PERMISSIONS
from clusterxchange.foundation import clock
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Audit
from clusterxchange.phases.exchange_building.operations import end_audit, open_audit
from clusterxchange.workflow import registry
from clusterxchange.workflow.models import Entry, Message, Notice, Obligation
from clusterxchange.workflow.tables import Machine
from tests.bring import begin_story, bring_participation
from tests.cast import (
    AARHUS,
    MONDAY,
    Cast,
    Person,
    give_second_factor,
    make_account,
    make_officer,
    make_speaker,
    signed_in,
)
from tests.matrices.test_routes import ONCE
from tests.matrices.test_turns import BY_ITSELF
from tests.operations.scenes import BEGUN, NOTHING, STAGES, TRIED, Scene, Try

NOT_FOUND, NOT_ALLOWED, FORBIDDEN, SHOWN, ELSEWHERE = 404, 405, 403, 200, 302
PARTIES = ("ana", "bram", "chiara", "cosima", "dov", "edda")
# Beside the stages of the story: states in which a case stands still, is refused, disputed or over.
STATES = (
    "submit_application", "hold_application", "refuse_application", "object_to_refusal", "withdraw_application",
    "ask_agency", "record_act", "suspend_participation", "ask_for_seat", "start_conversation", "block_conversation",
    "report_abuse", "decline_proposal", "offer_dates", "request_changes", "decline_signature", "take_pen", "amend",
    "decline_agreement", "cancel_exchange", "report_no_show", "interrupt_exchange", "ask_again", "return_report",
    "block_payment", "return_payment", "demand_recovery",
)  # fmt: skip
IS_LONG = os.environ.get("LONG") == "1"
SITUATIONS = (*(stage for stage in STAGES if stage != NOTHING), *STATES) if IS_LONG else ("block_payment",)
STEPS_OF_A_CASE = STAGES[STAGES.index("proposed") :] if IS_LONG else ("proposed", "commitment_signed", "closed")
# What takes part is found in the catalogue by everybody who takes part, a group exchange is open to all of them, and
# what is kept of partnerships, pictures and scripts is of no case. The support office's list of reports of abuse is no
# page of one of them: it stands where it stands, with reports or without.
OPEN_TO_OTHERS = re.compile(
    r"/(matching/(organisations|group-exchanges)|partnerships|static|media)/|/matching/abuse-reports/$"
)
LINK = re.compile(r'(?:href|action|hx-get|hx-post|src)="(/[^"#?]*)')
NUMBERED = re.compile(r"[A-Z]{3}-\d{4}-\d{6}|/\d+/")
# The kinds of things of an exchange that an audit opens (states.md).
AUDITED = ("exchange", "commitment", "financial_agreement", "activity_report", "evidence", "payment")


@dataclass(frozen=True)
class Strangers:
    """Whoever is no party, by what they are; nobody is signed out."""

    host: Person
    visitor: Person
    contact_point: Person
    newcomer: Person
    auditor: Person

    def browsers(self) -> dict[str, Client]:
        found = {name: signed_in(person) for name, person in vars(self).items()}
        return {**found, "nobody": Client()}


def make_strangers(cast: Cast) -> Strangers:
    """Let Zoe host and Yuri visit with a third partnership, of which Kim is the contact point and Petra the auditor."""
    kiln = Partnership.objects.get(acronym="KILN")
    kim = make_officer("kim", "Kim", "Dahl", kiln, "contact_point")
    yuri = make_speaker("yuri", "Yuri Nygaard", "Nygaard Keramik ApS", AARHUS, cluster="Ler og Lys")
    for person, role in ((cast.zoe, "host"), (yuri, "visit")):
        bring_participation(cast, person, partnership=kiln, officer=kim.actor, role=role)
    return Strangers(cast.zoe, yuri, kim, cast.nuno, auditor_of(cast, kiln))


def auditor_of(cast: Cast, partnership: Partnership) -> Person:
    """Let Petra, who is no party, read what a partnership has agreed in these months."""
    account = make_account("petra", "Petra", "Ruzickova")
    give_second_factor(account)
    open_audit(
        partnership, email=account.email, first_day=MONDAY.date(), last_day=MONDAY.date() + timedelta(days=90),
        actor=cast.edda.actor, at=MONDAY,
    )  # fmt: skip
    account.refresh_from_db()
    return Person(account)


def tried(name: str) -> Try:
    """Give the stage of a situation, and what is done in it."""
    if name in STAGES:
        return Try(name, lambda _scene: None)
    return next(phase[name] for phase in (*TRIED.values(), BY_ITSELF) if name in phase)


def bring(cast: Cast, name: str) -> None:
    """Bring the case of Ana and Bram into a situation, and the clock to a moment after it."""
    found = tried(name)
    story = None if found.stage == NOTHING else begin_story(cast)
    if story is not None and found.stage != BEGUN:
        story.tell_at_once(found.stage)
    scene = Scene(cast, copy.copy(story))
    for step in (*found.before, found.call):
        step(scene)
    latest = Obligation.objects.order_by("-since").values_list("since", flat=True).first()
    clock.set_clock(max(MONDAY, scene.story.at if scene.told else MONDAY, latest or MONDAY))


def things_of_the_case(cast: Cast) -> Iterator[tuple[Machine, object]]:
    """Give everything that there is, before the strangers come: all of it is of this case, or its parties' own."""
    parties = {one.organisation for one in (cast.ana, cast.bram)}
    for machine in registry.all_machines():
        for thing in machine.model._default_manager.order_by("pk"):
            if machine.name == "organisation" and thing not in parties:
                continue
            # That there is a partnership is for everybody to know.
            if machine.name == "partnership":
                continue
            yield machine, thing


def addresses_of_the_case(cast: Cast) -> list[str]:
    """Give the page of each thing, each of its actions, and what the parties find on these pages."""
    pages: dict[str, None] = {}
    found: dict[str, None] = {}
    for machine, thing in things_of_the_case(cast):
        address = machine.address(thing)
        pages[address] = None
        found |= dict.fromkeys(f"{address}{action.hyphenated}/" for action in PERMISSIONS[machine.name])
    for name in PARTIES:
        browser = signed_in(getattr(cast, name))
        for page in pages:
            answer = browser.get(page)
            if answer.status_code == SHOWN and not answer.streaming:
                found |= dict.fromkeys(one for one in LINK.findall(answer.content.decode()) if NUMBERED.search(one))
    known = list(dict.fromkeys([*pages, *found]))
    return [one for one in known if not OPEN_TO_OTHERS.match(one)]


def written() -> tuple[int, ...]:
    return tuple(model._default_manager.count() for model in (Entry, Notice, Message, Obligation))


@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_no_stranger_finds_anything_of_a_case_in_whatever_state_it_is(
    cast: Cast, situation: str, record_property: Callable[[str, object], None]
) -> None:
    bring(cast, situation)
    addresses = addresses_of_the_case(cast)
    browsers, before, wrong = make_strangers(cast).browsers(), written(), []

    for name, browser in browsers.items():
        for address in addresses:
            for method in ("get", "post"):
                status = getattr(browser, method)(address).status_code
                # Whoever is signed out is led to the sign-in, whether there is anything or not.
                hidden = {NOT_FOUND, NOT_ALLOWED} | ({ELSEWHERE} if name == "nobody" else set())
                if status not in hidden:
                    wrong.append(f"{situation}: {method} {address} as {name}: {status}")

    record_property("stranger_requests", 2 * len(addresses) * len(browsers))
    assert not wrong, "\n".join(wrong)
    assert written() == before
    assert len(addresses) > 10


# Lists and counts

# How many exchanges have been closed, the front page tells everybody; these tell strangers nothing.
LISTS = (
    "/desk/", "/desk/?show=waiting", "/desk/queue.csv", "/desk/reminders/", "/exchanges/", "/payments/",
    "/search/?q=almarge", "/search/?q=orvalhinho", "/search/?q=sorribes", "/search/?q=EXC-2026",
    "/search/?q=PAY-2026", "/search/?q=APP-2026",
    "/matching/proposals/", "/matching/conversations/", "/matching/group-exchanges/", "/matching/searches/",
    "/matching/saved/", "/figures/", "/figures/countries/", "/figures/ratings/", "/figures/overdue/", "/figures/away/",
    "/figures/exchanges/", "/figures/figures.csv", "/partnerships/", "/partnerships/loom/", "/partnerships/kiln/",
    "/random-checks/", "/my-data/",
)  # fmt: skip
# Those who take part are found here; whether one is still free is for everybody to know, and nothing else.
RANKED = ("/matching/catalogue/", "/matching/catalogue/?q=almarge", "/matching/best/")
CARD = re.compile(rb'<article class="match-card" data-ref="(PAR-\d{4}-\d{6})".*?</article>', re.DOTALL)
AFTERWARDS = MONDAY + timedelta(days=100)


def answers_to(browsers: Mapping[str, Client], addresses: tuple[str, ...]) -> dict[tuple[str, str], bytes]:
    """Give status, size and bytes of each answer, without the marks that are new on each page."""
    found = {}
    for name, browser in browsers.items():
        for address in addresses:
            answer = browser.get(address)
            found[name, address] = b"%d %s" % (answer.status_code, ONCE.sub(b"", content_of(answer)))
    return found


def content_of(answer: Any) -> bytes:  # noqa: ANN401 -- an answer of the client, which has no type of its own
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_lists_and_counts_stay_the_same_for_strangers_while_a_case_goes_its_way(
    cast: Cast, record_property: Callable[[str, object], None]
) -> None:
    story = begin_story(cast)
    browsers = make_strangers(cast).browsers()
    clock.set_clock(AFTERWARDS)
    for _look in range(2):  # the first look is noted, and the second says so
        before = answers_to(browsers, LISTS)
    assert before == answers_to(browsers, LISTS)
    changed, compared = [], 0

    for stage in STEPS_OF_A_CASE:
        story.tell(stage)
        after = answers_to(browsers, LISTS)
        compared += len(after)
        changed += [f"after {stage}: {address} as {name}" for (name, address), said in after.items()
                    if said != before[name, address]]  # fmt: skip

    record_property("lists_compared", compared)
    assert not changed, "\n".join(changed)
    # The parties themselves see something new on the same pages.
    own = signed_in(cast.chiara)
    assert str(story.exchange.reference).encode() in content_of(own.get("/exchanges/"))


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_the_catalogue_tells_strangers_no_more_than_who_is_still_free(
    cast: Cast, record_property: Callable[[str, object], None]
) -> None:
    story = begin_story(cast)
    strangers = make_strangers(cast)
    browsers = {"host": signed_in(strangers.host), "visitor": signed_in(strangers.visitor)}
    parties = {str(one.reference).encode() for one in (story.visitor_participation, story.host_participation)}
    clock.set_clock(AFTERWARDS)
    before = answers_to(browsers, RANKED)
    assert {one for said in before.values() for one in CARD.findall(said)} >= parties
    before, compared = answers_to(browsers, RANKED), 0

    for stage in STEPS_OF_A_CASE:
        story.tell(stage)
        after = answers_to(browsers, RANKED)
        compared += len(after)
        if stage == "proposed":
            assert after == before
            continue
        for place, said in after.items():
            assert set(CARD.findall(said)) == set(CARD.findall(before[place])), (stage, place)
            for word in (str(story.exchange.reference), str(story.proposal.reference)):
                assert word.encode() not in said, (stage, place)

    record_property("catalogues_compared", compared)


# The auditor of the visitor's partnership

WITH_AN_EXCHANGE = [one for one in SITUATIONS if tried(one).stage not in {NOTHING, BEGUN, "proposed"}]


@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize("situation", WITH_AN_EXCHANGE)
def test_an_auditor_reads_what_hangs_on_the_exchange_and_neither_more_nor_by_any_step(
    cast: Cast, situation: str, record_property: Callable[[str, object], None]
) -> None:
    bring(cast, situation)
    addresses = addresses_of_the_case(cast)
    petra = auditor_of(cast, cast.loom)
    audited = {machine.address(thing) for machine, thing in things_of_the_case(cast) if machine.name in AUDITED}
    hidden = {machine.address(thing) for machine, thing in things_of_the_case(cast) if machine.name not in AUDITED}
    browser, before, wrong = signed_in(petra), written(), []

    for address in addresses:
        got, posted = browser.get(address).status_code, browser.post(address).status_code
        if address in audited and got != SHOWN:
            wrong.append(f"{situation}: get {address}: {got}")
        if address in hidden - audited and got != NOT_FOUND:
            wrong.append(f"{situation}: get {address}: {got}, not 404")
        if not address.startswith("/exchanges/") and got not in {NOT_FOUND, NOT_ALLOWED}:
            wrong.append(f"{situation}: get {address}: {got}")
        if posted not in {NOT_FOUND, NOT_ALLOWED, FORBIDDEN}:
            wrong.append(f"{situation}: post {address}: {posted}")
    opened = Entry.objects.filter(actor=str(petra.account.pk)).exclude(action__startswith="open_")

    record_property("auditor_requests", 2 * len(addresses))
    assert not wrong, "\n".join(wrong)
    assert list(opened) == []
    assert written()[1:] == before[1:]

    end_audit(Audit.objects.get(auditor=petra.account), actor=cast.edda.actor, at=clock.now())

    assert {one for one in audited if browser.get(one).status_code != NOT_FOUND} == set()
