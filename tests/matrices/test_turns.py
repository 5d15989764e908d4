"""Who has the ball: the banner of a case and the desk of each reader against `turns.csv`, which was written by hand."""

import copy
import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client, override_settings

from clusterxchange.access.capacities import Capacity
from clusterxchange.foundation import clock
from clusterxchange.journeys.offices import operations as offices
from clusterxchange.journeys.offices.models import OfficeChange
from clusterxchange.journeys.people import operations as people
from clusterxchange.journeys.people.models import JoinRequest
from clusterxchange.journeys.scheme_data import operations as scheme_data
from clusterxchange.journeys.scheme_data.models import EditionDraft
from clusterxchange.journeys.scheme_data.places import with_value
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building import operations as building
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow import deadlines
from clusterxchange.workflow.models import Obligation
from tests.bring import begin_story, bring_application_to, bring_participation
from tests.cast import MONDAY, Cast, Person, make_account, make_officer
from tests.operations.scenes import BEGUN, DECLARED, NOTHING, SAME_DAY, STAGES, TRIED, Scene, Step, Try, upload

HERE = Path(__file__).parent
READERS = ("ana", "bram", "chiara", "cosima", "dov", "edda", "aurel")
ON_A_DESK = ("ana", "bram")
HIDDEN, NOBODY, OWN = "x", "-", "!"
VIRTUAL = "virtual "
# Sixty days later every term but those of half a year is over, and the tool has done what follows.
LATE, MUCH_LATER = "late ", timedelta(days=60)


def submit_where_nobody_takes_it(scene: Scene) -> None:
    """Let Ana submit while no partnership takes registrations and none is chosen."""
    application = bring_application_to(
        scene.cast, scene.cast.ana, "draft", partnership=scene.cast.loom, officer=scene.cast.chiara.actor
    )
    answers = {"partnership_choice": "assigned", "wished_partnership": None}
    registration.edit_application(application, answers=answers, actor=scene.cast.ana.actor, at=SAME_DAY)
    Partnership.objects.update(is_open=False)
    registration.submit_application(application, **DECLARED, actor=scene.cast.ana.actor, at=SAME_DAY)


def upload_what_is_scanned(scene: Scene) -> None:
    """Let Ana hand in a ticket where a scanner is set up that has not answered yet."""
    with override_settings(SCANNER_ADDRESS="/nowhere/clamd.sock"):
        upload(scene)


def amend(scene: Scene) -> None:
    """Let Bram begin another version of a text that all have signed, and both agree to a longer stay in it."""
    story = scene.story
    building.amend_commitment(story.commitment, actor=story.host, at=story.at)
    # Each step of the way to a signed text is taken again.
    story.told = [step for step in story.told if step not in {"drafted", "agreed", *SIGNED_ANEW}]
    story.tell("agreed")


def sign_amended_text(scene: Scene) -> None:
    """Let both contact points validate the amended text and all four sign it."""
    amend(scene)
    scene.story.tell("commitment_signed")


def sign_amended_agreement(scene: Scene) -> None:
    """Let the agreement about the amended text be offered and signed, so that it takes the place of the first."""
    sign_amended_text(scene)
    scene.story.tell("ready")


def propose_to_another_host(scene: Scene) -> None:
    """Let Ana ask Zoe as well, and Bram accept before Zoe has answered."""
    zoe = bring_participation(
        scene.cast, scene.cast.zoe, partnership=Partnership.objects.get(acronym="KILN"),
        officer=make_officer("kim", "Kim", "Dahl", Partnership.objects.get(acronym="KILN"), "contact_point").actor,
        role="host",
    )  # fmt: skip
    matching.send_proposal(
        sender=scene.visit, partner=zoe, message="May we come in May?", format="physical", actor=scene.story.visitor,
        at=scene.at,
    )  # fmt: skip


def close_proposal(scene: Scene) -> None:
    """Let Bram accept, which closes what Ana has asked of others."""
    propose_to_another_host(scene)
    matching.accept_proposal(scene.story.proposal, actor=scene.story.host, at=scene.at)


def ask_to_join(scene: Scene) -> None:
    """Let Nuno, who has begun a registration, ask to speak for Ana's organisation."""
    nuno, at = scene.cast.nuno, scene.at if scene.told else SAME_DAY
    application = registration.start_application(actor=nuno.actor, at=at)
    organisation = scene.cast.ana.organisation
    assert organisation is not None
    people.ask_to_join(application, organisation=organisation, matched="web", actor=nuno.actor, at=at)


def hand_request_on(scene: Scene) -> None:
    """Let nobody of Ana's organisation answer Nuno, until others are asked."""
    ask_to_join(scene)
    request = JoinRequest.objects.get()
    people.hand_join_request_on(request, at=request.created_at + timedelta(days=10))


def propose_version(scene: Scene) -> None:
    """Let Edda write down another amount for Portugal and propose it: somebody else of her office decides."""
    edda = scene.cast.edda.actor
    draft = scheme_data.start_version(scene.cast.edition, actor=edda, at=SAME_DAY)
    path = "amounts.full_cents_by_host_country.PT"
    document = with_value(draft.document, path, 90_000)
    scheme_data.edit_version(draft, document=document, changed=[path], actor=edda, at=SAME_DAY)
    scheme_data.propose_version(draft, effective_on=date(2026, 9, 1), reason="Prices.", actor=edda, at=SAME_DAY)


def propose_appointment(scene: Scene) -> None:
    """Let Ludo, who is of the support office as well, propose Nuno for the agency: Edda decides."""
    ludo = Person(make_account("ludo", "Ludo", "Marchetti", is_support_office=True))
    offices.propose_appointment(
        email=scene.cast.nuno.account.email, role="agency", reason="Kim retires.", actor=ludo.actor, at=SAME_DAY
    )


SIGNED_ANEW = ("validated", "commitment_signed", "ready")
BY_ITSELF = {
    "amend": Try("ready", amend),
    "sign_amended_text": Try("ready", sign_amended_text),
    "sign_amended_agreement": Try("ready", sign_amended_agreement),
    "propose_to_another_host": Try("proposed", propose_to_another_host),
    "close_proposal": Try("proposed", close_proposal),
    # scheme.md section 10: a proposal expires after 14 calendar days.
    "expire_proposal": Try("proposed", lambda s: deadlines.run_due(s.at + timedelta(days=15))),
    "ask_to_join": Try(BEGUN, ask_to_join),
    "hand_request_on": Try(BEGUN, hand_request_on),
    "hand_request_on_where_nobody_looks_after_it": Try(NOTHING, hand_request_on),
    "propose_version": Try(NOTHING, propose_version),
    "propose_appointment": Try(NOTHING, propose_appointment),
    "submit_where_nobody_takes_it": Try(NOTHING, submit_where_nobody_takes_it),
    "upload_what_is_scanned": Try("ended", upload_what_is_scanned),
}
ALONE_OF_ITS_KIND: dict[str, tuple[str, type[JoinRequest | EditionDraft | OfficeChange]]] = {
    "join": ("/organisations/join-requests/", JoinRequest),
    "version": ("/support/scheme/drafts/", EditionDraft),
    "office": ("/support/offices/", OfficeChange),
}
BANNER = re.compile(r'<section class="next-step[^>]*data-ball="(\w+)" data-turn="([A-Z_ ]*)"')
QUEUE = re.compile(r'<ol class="queue".*?</ol>', re.DOTALL)
WORDS = {one.word: str(one) for one in Capacity if str(one) != "SYS"}


@dataclass(frozen=True)
class Line:
    """What each reader must see on a page of a case, once something has been done."""

    kind: str
    after: str
    page: str
    cells: dict[str, str]

    @property
    def tried(self) -> Try:
        """How the case comes there: the stage, and what is done in it."""
        after = self.after.removeprefix(LATE)
        if after in STAGES:
            return Try(after, lambda _scene: None)
        name = after.removeprefix("before ")
        found = next(phase[name] for phase in (*TRIED.values(), BY_ITSELF) if name in phase)
        return Try(found.stage, lambda _scene: None, found.before) if name != after else found

    @property
    def steps(self) -> tuple[Step, ...]:
        """Everything that is done in the stage, in order."""
        return (*self.tried.before, self.tried.call)


def lines() -> list[Line]:
    with (HERE / "turns.csv").open(encoding="utf-8", newline="") as file:
        return [
            Line(
                "virtual" if row["after"].startswith(VIRTUAL) else "physical",
                row["after"].removeprefix(VIRTUAL),
                row["page"],
                {name: row[name] for name in READERS},
            )
            for row in csv.DictReader(file)
        ]


def case_of(scene: Scene, page: str) -> str:
    """Give the address of the case to which a page belongs."""
    kind = page.partition("/")[0]
    if kind == "application":
        return f"/registration/applications/{Application.objects.latest('pk').reference}/"
    if kind == "visit":
        return f"/registration/participations/{scene.visit.reference}/"
    if kind in ALONE_OF_ITS_KIND:
        beginning, model = ALONE_OF_ITS_KIND[kind]
        return f"{beginning}{model.objects.get().reference}/"
    if kind == "proposal":
        return f"/matching/proposals/{scene.proposal.reference}/"
    return f"/exchanges/{scene.story.exchange.reference}/"


def open_things(desk: str, name: str) -> str:
    """Give the part of a desk, or of a work queue, that lists what the reader must do."""
    if name in ON_A_DESK:
        return desk.partition('id="must-title"')[2].partition("</section>")[0]
    return "".join(QUEUE.findall(desk))


def signed_in(cast: Cast) -> dict[str, Client]:
    """Give every reader a browser, which stays signed in whatever is undone."""
    browsers = {name: Client() for name in READERS}
    for name, browser in browsers.items():
        browser.force_login(getattr(cast, name).account)
    return browsers


def desks_of(browsers: Mapping[str, Client]) -> dict[str, str]:
    """Give what each reader must do now: a desk is the same whichever page of the case is looked at beside it."""
    return {name: open_things(browser.get("/desk/").content.decode(), name) for name, browser in browsers.items()}


def differences(scene: Scene, line: Line, browsers: Mapping[str, Client], desks: Mapping[str, str]) -> list[str]:
    case = case_of(scene, line.page)
    below = line.page.partition("/")[2]
    wrong = []
    for name, cell in line.cells.items():
        where = f"{line.kind}, after {line.after}, {line.page} as {name}"
        page = browsers[name].get(f"{case}{below}/" if below else case)
        listed, own = f'href="{case}' in desks[name], cell.endswith(OWN)
        if cell == HIDDEN:
            wrong += [f"{where}: {page.status_code}, not 404"] if page.status_code != 404 else []
            wrong += [f"{where}: on the desk, though hidden"] if listed and not below else []
            continue
        if page.status_code != 200:
            wrong.append(f"{where}: {page.status_code}")
            continue
        [(ball, turn)] = BANNER.findall(page.content.decode())
        expected = set() if cell == NOBODY else set(cell.removesuffix(OWN).split())
        said = {WORDS[word] for word in turn.split()}
        ball_expected = "yours" if own else "theirs" if expected else "nobody"
        if (said, ball) != (expected, ball_expected):
            wrong.append(f"{where}: banner says {sorted(said)} {ball}, not {sorted(expected)} {ball_expected}")
        if not below and listed != own:
            wrong.append(f"{where}: {'on' if listed else 'not on'} the list of what they must do")
    return wrong


@pytest.mark.django_db
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "stage"), sorted({(line.kind, line.tried.stage) for line in lines()}))
def test_banner_and_desk_say_whose_turn_it_is_as_the_table_does(cast: Cast, kind: str, stage: str) -> None:
    situations: dict[str, list[Line]] = defaultdict(list)
    for line in lines():
        if (line.kind, line.tried.stage) == (kind, stage):
            situations[line.after].append(line)
    story = None if stage == NOTHING else begin_story(cast, format=kind)
    if story is not None and stage != BEGUN:
        story.tell_at_once(stage)
    browsers, wrong = signed_in(cast), []

    for found in situations.values():
        with transaction.atomic():
            scene = Scene(cast, copy.copy(story))
            for step in found[0].steps:
                step(scene)
            latest = Obligation.objects.order_by("-since").values_list("since", flat=True).first()
            now = max(MONDAY, scene.story.at if scene.told else MONDAY, latest or MONDAY)
            if found[0].after.startswith(LATE):
                now += MUCH_LATER
                deadlines.run_due(now)
            clock.set_clock(now)
            desks = desks_of(browsers)
            for line in found:
                wrong += differences(scene, line, browsers, desks)
            transaction.set_rollback(True)

    assert not wrong, "\n".join(wrong)


def test_the_table_knows_every_step_that_moves_a_case() -> None:
    """Whatever can be done to a case stands in the table, or leaves everybody's turn as it was."""
    moves_nothing = {
        "edit_application", "discard_application", "open_curriculum_vitae", "save_checklist", "pass_to_second_reader",
        "remind_applicant", "invite_applicant", "edit_on_behalf", "record_act", "confirm_act", "object_to_act",
        "keep_import", "carry_out_import", "discard_import", "import_participant", "reactivate_participation",
        "release_participation", "decline_move", "move_participation", "note_sign_in", "offer_dates", "accept_dates",
        "publish_programme", "change_programme", "close_programme", "cancel_programme", "ask_for_seat", "add_guest",
        "remove_guest", "ask_for_plan", "make_plan", "confirm_planned_pair", "start_conversation", "write_message",
        "block_conversation", "unblock_conversation", "report_abuse", "close_abuse_report", "save_organisation",
        "remove_saved_organisation", "hide_organisation", "show_organisation_again", "save_search",
        "switch_search_mails", "remove_saved_search", "open_audit", "end_audit", "hold_part", "comment_on_part",
        "remind_signers", "delegate_signature", "revoke_delegation", "take_pen", "return_pen", "hand_in_signed_copy",
        "open_verification_pack", "edit_commitment", "open_account", "open_evidence", "upload_evidence_together",
        "accept_evidence_together", "waive_payment", "supersede_agreement", "validate_commitment", "sign_commitment",
        "sign_agreement", "confirm_start", "confirm_end", "recompute_amount", "order_payment", "release_payment",
        "confirm_paid", "confirm_receipt",
    }  # fmt: skip
    written = {line.after for line in lines() if line.kind == "physical"}
    tried = {name for phase in TRIED.values() for name in phase}
    # Each of these leads to a stage, which has its own lines.
    assert tried - written - moves_nothing == set()
    assert {*STAGES} - written - {NOTHING, "proposed", "agreed"} == set()
