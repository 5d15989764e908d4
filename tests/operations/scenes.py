"""How each operation comes to be possible, and how it is called: by real operations of the cast, written by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import HP, PO, PR, VP, H, V
from clusterxchange.foundation.files import PDF
from clusterxchange.foundation.tables import read_table
from clusterxchange.journeys.demonstration.story import PAPER, STEPS, ZONE, Stay, Story, seen
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building import operations as building
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.phases.exchange_building.models import Audit
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.models import EvidenceItem
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Conversation, MatchPlan, PlannedPair, Programme, Proposal, SavedSearch
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.assistance.imported_rows import Invited
from clusterxchange.phases.registration.models import ActOnBehalf, Application, ImportedFile, Participation
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow.thread import Attachment
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, make_account
from tests.documents.elsewhere import signed_elsewhere
from tests.phases.matching.group import values

# Before anybody has applied; and once Ana and Bram are accepted, before they know of each other.
NOTHING, BEGUN = "nothing", "begun"
STAGES: tuple[str, ...] = (NOTHING, BEGUN, *STEPS)
SAME_DAY = MONDAY + timedelta(hours=6)
FILE = CheckedFile(PAPER, PDF, "paper.pdf")
DECLARED: dict[str, Any] = {
    "declares_true": True,
    "declares_first_visit": True,
    "declares_no_double_funding": True,
    "declares_privacy": True,
}


@dataclass
class Scene:
    """The cast, and the exchange of Ana and Bram as far as the stage says."""

    cast: Cast
    told: Story | None

    @property
    def story(self) -> Story:
        """The exchange; there is one at every stage but the first."""
        assert self.told is not None
        return self.told

    @property
    def at(self) -> datetime:
        """A moment after all that has happened."""
        return self.story.at + timedelta(hours=1)

    @property
    def visit(self) -> Participation:
        return Participation.objects.get(pk=self.story.visitor_participation.pk)

    @property
    def host(self) -> Participation:
        return Participation.objects.get(pk=self.story.host_participation.pk)

    @property
    def proposal(self) -> Proposal:
        return Proposal.objects.latest("pk")

    @property
    def programme(self) -> Programme:
        return Programme.objects.latest("pk")

    @property
    def conversation(self) -> Conversation:
        return Conversation.objects.latest("pk")

    @property
    def application(self) -> Application:
        return Application.objects.latest("pk")

    def evidence(self, item: str = "outward") -> EvidenceItem:
        return EvidenceItem.objects.get(exchange=self.story.exchange, item=item)

    def on(self, last_or_first: str) -> datetime:
        """Noon of the first or the last day of the stay."""
        return datetime.combine(getattr(self.story.stay, last_or_first), time(12, 0), ZONE)


Step = Callable[[Scene], object]


@dataclass(frozen=True)
class Try:
    """One operation: the stage it is tried in, what is done before, and its call."""

    stage: str
    call: Step
    before: tuple[Step, ...] = ()


def until(step: str) -> Step:
    """Bring Ana's application to a step of its way."""
    return lambda s: bring_application_to(
        s.cast, s.cast.ana, step, partnership=s.cast.loom, officer=s.cast.chiara.actor
    )


def with_an_exception(s: Scene) -> None:
    """Let Bram, whose cluster is not profiled, ask to host, and open his application."""
    Organisation.objects.filter(representatives__account=s.cast.bram.account).update(cluster_membership="unprofiled")
    application = bring_application_to(
        s.cast, s.cast.bram, "draft", partnership=s.cast.selvedge, officer=s.cast.dov.actor, role="host"
    )
    bram = s.cast.bram.actor
    answers = {"exception_reason": "Nobody else has it."}
    registration.edit_application(application, answers=answers, actor=bram, at=MONDAY)
    registration.submit_application(application, **DECLARED, actor=bram, at=MONDAY + timedelta(hours=1))
    registration.open_application(application, actor=s.cast.dov.actor, at=MONDAY + timedelta(hours=2))


def ask_agency(s: Scene) -> object:
    return registration.ask_agency(s.application, actor=s.cast.dov.actor, at=SAME_DAY)


def hold(s: Scene) -> object:
    return registration.hold_application(s.application, questions="Which?", actor=s.cast.chiara.actor, at=SAME_DAY)


def refuse(s: Scene) -> object:
    return registration.refuse_application(s.application, reason="Too short.", actor=s.cast.chiara.actor, at=SAME_DAY)


def object_to_it(s: Scene) -> object:
    return registration.object_to_refusal(s.application, reason="It is not.", actor=s.cast.ana.actor, at=SAME_DAY)


def accept(s: Scene) -> object:
    items = scheme_of_edition(s.cast.edition.pk, SAME_DAY).checklist
    return registration.accept_application(
        s.application,
        checklist={item.code: {"answer": "pass", "comment": ""} for item in items},
        decisions={"visit": "accepted"},
        actor=s.cast.chiara.actor,
        at=SAME_DAY,
    )


OF_INES = {"country": "PT", "organisation_type": "sme", "based_in": "PT", "asks_visit": True, "asks_host": False}
LIST = b"email,first_name,last_name,legal_name,country,organisation_type,role\ni@n.example,I,V,Nowawic,PT,sme,visit\n"


def all_passed(s: Scene) -> dict[str, dict[str, str]]:
    items = scheme_of_edition(s.cast.edition.pk, SAME_DAY).checklist
    return {item.code: {"answer": "pass", "comment": ""} for item in items}


def with_two_readers(s: Scene) -> None:
    Partnership.objects.filter(pk=s.cast.loom.pk).update(has_second_reader=True)


def invite(s: Scene) -> object:
    return registration.invite_applicant(
        person=Invited("ines@nowawic.example", "Inês", "Vidal", "Nowawic, Lda."),
        partnership=s.cast.loom,
        actor=s.cast.chiara.actor,
        at=SAME_DAY,
    )


def record_withdrawal(s: Scene) -> object:
    record = registration.Record(
        act=Action.WITHDRAW_APPLICATION, channel="phone", done_on=SAME_DAY.date(), note="She called."
    )
    return registration.record_act(s.application, record=record, actor=s.cast.chiara.actor, at=SAME_DAY)


def keep_list(s: Scene) -> object:
    return registration.keep_import(
        kind="invitations",
        partnership=s.cast.loom,
        table=read_table(LIST),
        name="people.csv",
        sha256="0" * 64,
        actor=s.cast.chiara.actor,
        at=SAME_DAY,
    )


def ask_to_move(s: Scene) -> object:
    return registration.move_participation(
        s.visit, partnership=s.cast.selvedge, reason="Closer.", actor=s.cast.ana.actor, at=s.at
    )


def reserve(s: Scene) -> object:
    return registration.reserve_participation(s.visit, reason="A match is near.", actor=s.cast.chiara.actor, at=s.at)


def mark_low(s: Scene) -> object:
    return registration.mark_low_active(s.visit, at=s.at)


def mark_inactive(s: Scene) -> object:
    return registration.mark_inactive(s.visit, at=s.at)


def review(s: Scene) -> object:
    return registration.review_participation(s.visit, at=s.at)


def suspend(s: Scene) -> object:
    return registration.suspend_participation(
        s.visit, reason="A question is open.", until=s.at + timedelta(days=30), actor=s.cast.edda.actor, at=s.at
    )


def offer_dates(s: Scene) -> object:
    return matching.offer_dates(
        s.proposal, first_day=date(2026, 4, 14), last_day=date(2026, 4, 16), actor=s.cast.ana.actor, at=s.at
    )


def publish_group(s: Scene) -> object:
    return matching.publish_programme(host=s.host, values=values(), actor=s.cast.bram.actor, at=s.at)


def seat(s: Scene) -> object:
    return matching.ask_for_seat(
        s.programme, sender=s.visit, message="We want to learn it.", actor=s.cast.ana.actor, at=s.at
    )


def guest(s: Scene) -> object:
    return matching.add_guest(
        s.programme,
        name="Rui Sampaio",
        organisation_name="Fiação Nova, Lda.",
        country="PT",
        actor=s.cast.bram.actor,
        at=s.at,
    )


def plan(s: Scene) -> object:
    return matching.ask_for_plan(s.cast.edition, actor=s.cast.edda.actor, at=s.at)


def make_plan(s: Scene) -> object:
    return matching.make_plan(MatchPlan.objects.get(), actor=SYSTEM, at=s.at)


def talk(s: Scene) -> object:
    return matching.start_conversation(
        sender=s.visit, partner=s.host, text="May we ask?", actor=s.cast.ana.actor, at=s.at
    )


def block_talk(s: Scene) -> object:
    return matching.block_conversation(s.conversation, actor=s.cast.bram.actor, at=s.at)


def report_talk(s: Scene) -> object:
    return matching.report_abuse(s.conversation, reason="unwanted", actor=s.cast.bram.actor, at=s.at)


def hide(s: Scene) -> None:
    matching.hide_organisation(s.visit, partner=s.host, actor=s.cast.ana.actor, at=s.at)


def keep_search(s: Scene) -> None:
    matching.save_search(s.visit, filters="country=PT", actor=s.cast.ana.actor, at=s.at)


def suggest(s: Scene) -> object:
    return matching.suggest_match(
        participant=s.visit,
        partner=s.host,
        message="You two should talk.",
        format="physical",
        actor=s.cast.chiara.actor,
        at=s.at,
    )


def agree(s: Scene, side: str) -> object:
    actor, capacity = (s.story.visitor, V) if side == "V" else (s.story.host, H)
    return building.agree_commitment(
        s.story.commitment, **seen(s.story.commitment), actor=actor, at=s.at, capacity=capacity
    )


def validate(s: Scene, side: str) -> object:
    actor, capacity = (s.story.visitor_contact, VP) if side == "VP" else (s.story.host_contact, HP)
    return building.validate_commitment(
        s.story.commitment, **seen(s.story.commitment), actor=actor, at=s.at, capacity=capacity
    )


def sign(s: Scene, *sides: str) -> object:
    people = {
        "V": (s.story.visitor, V),
        "H": (s.story.host, H),
        "VP": (s.story.visitor_contact, VP),
        "HP": (s.story.host_contact, HP),
    }
    for actor, capacity in (people[side] for side in sides):
        building.sign_commitment(
            s.story.commitment,
            version=str(s.story.commitment.version),
            text_sha256=s.story.commitment.text_sha256,
            is_authenticated=True,
            actor=actor,
            at=s.at,
            capacity=capacity,
        )
    return None


def give_account(s: Scene) -> None:
    s.story.give_bank_details()


def offer(s: Scene) -> object:
    return building.offer_agreement(s.story.agreement, actor=s.story.visitor_contact, at=s.at, capacity=VP)


def sign_agreement(s: Scene, side: str) -> object:
    actor, capacity = (s.story.visitor, V) if side == "V" else (s.story.visitor_contact, VP)
    return building.sign_agreement(
        s.story.agreement,
        version=str(s.story.agreement.version),
        text_sha256=s.story.agreement.text_sha256,
        is_authenticated=True,
        actor=actor,
        at=s.at,
        capacity=capacity,
    )


def interrupt(s: Scene) -> object:
    return building.interrupt_exchange(s.story.exchange, reason="A strike.", actor=s.story.visitor_contact, at=s.at)


def upload(s: Scene) -> object:
    return finalisation.upload_evidence(s.evidence(), file=FILE, actor=s.story.visitor, at=s.at)


def accept_all(s: Scene) -> object:
    items = EvidenceItem.objects.filter(exchange=s.story.exchange).values_list("item", flat=True)
    return finalisation.accept_evidence_together(
        s.story.exchange, items=list(items), actor=s.story.visitor_contact, at=s.at
    )


def submit_report(s: Scene, days: int = 3) -> object:
    return finalisation.submit_report(
        s.story.report("V"),
        actor=s.story.visitor,
        at=s.at,
        actual_first_day=s.story.stay.first_day,
        actual_last_day=s.story.stay.last_day,
        actual_days=days,
        activities_done="Four lots were run.",
        objectives=[{"objective": s.story.stay.objective, "reached": 4, "sentence": "Two of four lots ran."}],
        outcomes={"contacts": 4},
        ratings=dict.fromkeys(("host", "visitor_partnership", "host_partnership", "tool", "information", "funding"), 4),
        recommends=True,
        bank_details_are_right=True,
    )


def five_days_of_which_the_host_saw_four(s: Scene) -> None:
    """Bring a longer stay to where its payment is due, and let the host report fewer days afterwards."""
    s.told = bring_exchange_to(s.cast, "ended", stay=Stay(date(2026, 4, 13), date(2026, 4, 17)))
    files = dict.fromkeys(EvidenceItem.objects.filter(exchange=s.told.exchange).values_list("item", flat=True), FILE)
    finalisation.upload_evidence_together(s.told.exchange, files=files, actor=s.told.visitor, at=s.at)
    accept_all(s)
    submit_report(s, days=5)
    officer = s.told.visitor_contact
    finalisation.validate_report(s.told.report("V"), actor=officer, at=s.at, capacity=VP)
    seen_by_the_host: dict[str, Any] = {
        "actual_days": 4,
        "presence_confirmed": True,
        "benefits": "Much.",
        "deviations": "They left.",
    }
    finalisation.submit_report(s.told.report("H"), actor=s.told.host, at=s.at, **seen_by_the_host)


def return_money(s: Scene) -> object:
    return finalisation.return_payment(
        s.story.payment, reason="It is closed.", transfer_reference="R 1", actor=s.story.visitor_contact, at=s.at
    )


def block(s: Scene) -> object:
    return finalisation.block_payment(s.story.payment, reason="A dispute.", actor=s.cast.edda.actor, at=s.at)


def demand(s: Scene) -> object:
    return finalisation.demand_recovery(s.story.payment, reason="Paid twice.", actor=s.cast.edda.actor, at=s.at)


REGISTRATION: Mapping[str, Try] = {
    "start_application": Try(NOTHING, lambda s: registration.start_application(
        organisation=s.cast.ana.organisation, actor=s.cast.ana.actor, at=SAME_DAY)),
    "edit_application": Try(NOTHING, lambda s: registration.edit_application(
        s.application, answers={"motivation": "To see another line.", "keywords": "wool"},
        actor=s.cast.ana.actor, at=SAME_DAY), (until("draft"),)),
    "discard_application": Try(NOTHING, lambda s: registration.discard_application(
        s.application, actor=s.cast.ana.actor, at=SAME_DAY), (until("draft"),)),
    "submit_application": Try(NOTHING, lambda s: registration.submit_application(
        s.application, **DECLARED, actor=s.cast.ana.actor, at=SAME_DAY), (until("draft"),)),
    "recall_application": Try(NOTHING, lambda s: registration.recall_application(
        s.application, actor=s.cast.ana.actor, at=SAME_DAY), (until("submitted"),)),
    "open_application": Try(NOTHING, lambda s: registration.open_application(
        s.application, actor=s.cast.chiara.actor, at=SAME_DAY), (until("submitted"),)),
    "hold_application": Try(NOTHING, hold, (until("opened"),)),
    "resubmit_application": Try(NOTHING, lambda s: registration.resubmit_application(
        s.application, answers=["The loom."], actor=s.cast.ana.actor, at=SAME_DAY), (until("opened"), hold)),
    "lapse_application": Try(NOTHING, lambda s: registration.lapse_application(
        s.application, at=SAME_DAY + timedelta(days=60)), (until("opened"), hold)),
    "ask_agency": Try(NOTHING, ask_agency, (with_an_exception,)),
    "approve_exception": Try(NOTHING, lambda s: registration.approve_exception(
        s.application, reason="Rare.", actor=s.cast.aurel.actor, at=SAME_DAY), (with_an_exception, ask_agency)),
    "refuse_exception": Try(NOTHING, lambda s: registration.refuse_exception(
        s.application, reason="Common.", actor=s.cast.aurel.actor, at=SAME_DAY), (with_an_exception, ask_agency)),
    "accept_application": Try(NOTHING, accept, (until("opened"),)),
    "refuse_application": Try(NOTHING, refuse, (until("opened"),)),
    "object_to_refusal": Try(NOTHING, object_to_it, (until("opened"), refuse)),
    "uphold_objection": Try(NOTHING, lambda s: registration.uphold_objection(
        s.application, reason="True.", actor=s.cast.edda.actor, at=SAME_DAY), (until("opened"), refuse, object_to_it)),
    "dismiss_objection": Try(NOTHING, lambda s: registration.dismiss_objection(
        s.application, reason="No.", actor=s.cast.edda.actor, at=SAME_DAY), (until("opened"), refuse, object_to_it)),
    "withdraw_application": Try(NOTHING, lambda s: registration.withdraw_application(
        s.application, actor=s.cast.ana.actor, at=SAME_DAY), (until("submitted"),)),
    "move_application": Try(NOTHING, lambda s: registration.move_application(
        s.application, partnership=s.cast.selvedge, reason="It knows the field.",
        actor=s.cast.chiara.actor, at=SAME_DAY), (until("submitted"),)),
    "open_curriculum_vitae": Try(NOTHING, lambda s: registration.open_curriculum_vitae(
        s.application, actor=s.cast.chiara.actor, at=SAME_DAY), (until("submitted"),)),
    "save_checklist": Try(NOTHING, lambda s: registration.save_checklist(
        s.application, checklist=all_passed(s), actor=s.cast.chiara.actor, at=SAME_DAY), (until("opened"),)),
    "pass_to_second_reader": Try(NOTHING, lambda s: registration.pass_to_second_reader(
        s.application, checklist=all_passed(s), actor=s.cast.chiara.actor, at=SAME_DAY),
        (until("opened"), with_two_readers)),
    "remind_applicant": Try(NOTHING, lambda s: registration.remind_applicant(
        s.application, actor=s.cast.chiara.actor, at=SAME_DAY), (until("opened"), hold)),
    "invite_applicant": Try(NOTHING, invite),
    "edit_on_behalf": Try(NOTHING, lambda s: registration.edit_on_behalf(
        s.application, answers={"motivation": "To see another line.", "keywords": "wool"},
        actor=s.cast.chiara.actor, at=SAME_DAY), (invite,)),
    "record_act": Try(NOTHING, record_withdrawal, (until("opened"),)),
    "confirm_act": Try(NOTHING, lambda s: registration.confirm_act(
        ActOnBehalf.objects.get(), actor=s.cast.ana.actor, at=SAME_DAY), (until("opened"), record_withdrawal)),
    "object_to_act": Try(NOTHING, lambda s: registration.object_to_act(
        ActOnBehalf.objects.get(), reason="I said nothing.", actor=s.cast.ana.actor, at=SAME_DAY),
        (until("opened"), record_withdrawal)),
    "keep_import": Try(NOTHING, keep_list),
    "carry_out_import": Try(NOTHING, lambda s: registration.carry_out_import(
        ImportedFile.objects.get(), actor=s.cast.chiara.actor, at=SAME_DAY), (keep_list,)),
    "discard_import": Try(NOTHING, lambda s: registration.discard_import(
        ImportedFile.objects.get(), actor=s.cast.chiara.actor, at=SAME_DAY), (keep_list,)),
    "import_participant": Try(NOTHING, lambda s: registration.import_participant(
        person=Invited("ines@nowawic.example", "Inês", "Vidal", "Nowawic, Lda.", answers=OF_INES),
        partnership=s.cast.loom, actor=s.cast.edda.actor, at=SAME_DAY)),
    "reserve_participation": Try(BEGUN, reserve),
    "release_participation": Try(BEGUN, lambda s: registration.release_participation(
        s.visit, actor=s.cast.chiara.actor, at=s.at), (reserve,)),
    "mark_low_active": Try(BEGUN, mark_low),
    "confirm_interest": Try(BEGUN, lambda s: registration.confirm_interest(
        s.visit, actor=s.cast.ana.actor, at=s.at), (mark_low,)),
    "mark_inactive": Try(BEGUN, mark_inactive, (mark_low,)),
    "reactivate_participation": Try(BEGUN, lambda s: registration.reactivate_participation(
        s.visit, actor=s.cast.ana.actor, at=s.at), (mark_low, mark_inactive)),
    "review_participation": Try(BEGUN, review),
    "confirm_participation": Try(BEGUN, lambda s: registration.confirm_participation(
        s.visit, reason="It still fits.", actor=s.cast.chiara.actor, at=s.at), (review,)),
    "end_participation": Try(BEGUN, lambda s: registration.end_participation(
        s.visit, reason="It no longer fits.", actor=s.cast.chiara.actor, at=s.at), (review,)),
    "decline_move": Try(
        BEGUN,
        lambda s: registration.decline_move(s.visit, actor=s.cast.dov.actor, at=s.at),
        before=(ask_to_move,),
    ),
    "move_participation": Try(BEGUN, lambda s: registration.move_participation(
        s.visit, partnership=s.cast.selvedge, reason="It knows the field.", actor=s.cast.edda.actor, at=s.at)),
    "suspend_participation": Try(BEGUN, suspend),
    "lift_suspension": Try(BEGUN, lambda s: registration.lift_suspension(
        s.visit, actor=s.cast.edda.actor, at=s.at), (suspend,)),
    "withdraw_participation": Try(BEGUN, lambda s: registration.withdraw_participation(
        s.visit, actor=s.cast.ana.actor, at=s.at)),
    "note_sign_in": Try(BEGUN, lambda s: registration.note_sign_in(s.cast.ana.actor, s.at)),
}  # fmt: skip
MATCHING: Mapping[str, Try] = {
    "send_proposal": Try(BEGUN, lambda s: matching.send_proposal(
        sender=s.visit, partner=s.host, message="May we come?", format="physical",
        actor=s.cast.ana.actor, at=s.at)),
    "suggest_match": Try(BEGUN, suggest),
    "invite_partner": Try(BEGUN, lambda s: matching.invite_partner(
        sender=s.visit, name="Fiação Nova, Lda.", email="nova@cast.example", message="As agreed.",
        format="physical", actor=s.cast.ana.actor, at=s.at)),
    "accept_suggestion": Try(BEGUN, lambda s: matching.accept_suggestion(
        s.proposal, actor=s.cast.bram.actor, at=s.at), (suggest, lambda s: matching.accept_suggestion(
            s.proposal, actor=s.cast.ana.actor, at=s.at))),
    "accept_proposal": Try("proposed", lambda s: matching.accept_proposal(
        s.proposal, actor=s.cast.bram.actor, at=s.at)),
    "decline_proposal": Try("proposed", lambda s: matching.decline_proposal(
        s.proposal, reason="dates_do_not_fit", actor=s.cast.bram.actor, at=s.at)),
    "withdraw_proposal": Try("proposed", lambda s: matching.withdraw_proposal(
        s.proposal, actor=s.cast.ana.actor, at=s.at)),
    "offer_dates": Try("proposed", offer_dates),
    "accept_dates": Try("proposed", lambda s: matching.accept_dates(
        s.proposal.offered_dates.get(), actor=s.cast.bram.actor, at=s.at), (offer_dates,)),
    "publish_programme": Try(BEGUN, publish_group),
    "change_programme": Try(BEGUN, lambda s: matching.change_programme(
        s.programme, values={"title": "Four days"}, actor=s.cast.bram.actor, at=s.at), (publish_group,)),
    "close_programme": Try(BEGUN, lambda s: matching.close_programme(
        s.programme, actor=s.cast.bram.actor, at=s.at), (publish_group,)),
    "cancel_programme": Try(BEGUN, lambda s: matching.cancel_programme(
        s.programme, actor=s.cast.bram.actor, at=s.at), (publish_group, seat)),
    "ask_for_seat": Try(BEGUN, seat, (publish_group,)),
    "add_guest": Try(BEGUN, guest, (publish_group,)),
    "remove_guest": Try(BEGUN, lambda s: matching.remove_guest(
        s.programme.guests.get(), actor=s.cast.bram.actor, at=s.at), (publish_group, guest)),
    "ask_for_plan": Try(BEGUN, plan),
    "make_plan": Try(BEGUN, make_plan, (plan,)),
    "confirm_planned_pair": Try(BEGUN, lambda s: matching.confirm_planned_pair(
        PlannedPair.objects.get(), message="You both weave.", actor=s.cast.edda.actor, at=s.at), (plan, make_plan)),
    "start_conversation": Try(BEGUN, talk),
    "write_message": Try(BEGUN, lambda s: matching.write_message(
        s.conversation, text="Gladly.", attachment=Attachment(PAPER, PDF, "loom.pdf"), actor=s.cast.bram.actor,
        at=s.at), (talk,)),
    "block_conversation": Try(BEGUN, block_talk, (talk,)),
    "unblock_conversation": Try(BEGUN, lambda s: matching.unblock_conversation(
        s.conversation, actor=s.cast.bram.actor, at=s.at), (talk, block_talk)),
    "report_abuse": Try(BEGUN, report_talk, (talk,)),
    "close_abuse_report": Try(BEGUN, lambda s: matching.close_abuse_report(
        s.conversation.abuse_reports.get(), answer="We have spoken to them.", actor=s.cast.edda.actor, at=s.at),
        (talk, report_talk)),
    "save_organisation": Try(BEGUN, lambda s: matching.save_organisation(
        s.visit, partner=s.host, actor=s.cast.ana.actor, at=s.at)),
    "remove_saved_organisation": Try(BEGUN, lambda s: matching.remove_saved_organisation(
        s.visit, partner=s.host, actor=s.cast.ana.actor, at=s.at), (lambda s: matching.save_organisation(
            s.visit, partner=s.host, actor=s.cast.ana.actor, at=s.at),)),
    "hide_organisation": Try(BEGUN, hide),
    "show_organisation_again": Try(BEGUN, lambda s: matching.show_organisation_again(
        s.visit, partner=s.host, actor=s.cast.ana.actor, at=s.at), (hide,)),
    "save_search": Try(BEGUN, keep_search),
    "switch_search_mails": Try(BEGUN, lambda s: matching.switch_search_mails(
        SavedSearch.objects.get(), sends_mail=False, actor=s.cast.ana.actor, at=s.at), (keep_search,)),
    "remove_saved_search": Try(BEGUN, lambda s: matching.remove_saved_search(
        SavedSearch.objects.get(), actor=s.cast.ana.actor, at=s.at), (keep_search,)),
    "open_curriculum_vitae": Try("matched", lambda s: matching.open_curriculum_vitae(
        s.host, actor=s.cast.ana.actor, at=s.at)),
}  # fmt: skip


def with_a_colleague(s: Scene) -> Account:
    """Let somebody else speak for Ana's organisation as well."""
    colleague, organisation = make_account("carme", "Carme", "Boix"), s.cast.ana.organisation
    assert organisation is not None
    Representative.objects.create(
        account=colleague, organisation=organisation, works_for_organisation=True, since=MONDAY
    )
    return colleague


def delegate(s: Scene) -> object:
    colleague = Account.objects.filter(email="carme@cast.example").first() or with_a_colleague(s)
    return building.delegate_signature(s.story.commitment, colleague=colleague.pk, actor=s.story.visitor, at=s.at)


def take_pen(s: Scene) -> object:
    return building.take_pen(s.story.commitment, actor=s.story.host, at=s.at, capacity=H)


def ask_for_help(s: Scene) -> None:
    building.ask_for_help(s.story.commitment, question="How?", actor=s.story.host, at=s.at)


def open_audit(s: Scene) -> object:
    return building.open_audit(
        s.cast.loom, email="zoe@cast.example", first_day=MONDAY.date(), last_day=s.at.date(), actor=s.cast.edda.actor,
        at=s.at,
    )  # fmt: skip


def have_signatures_written(s: Scene) -> None:
    write_signatures("commitment", s.story.commitment.pk)


EXCHANGE_BUILDING: Mapping[str, Try] = {
    "open_audit": Try("matched", open_audit),
    "end_audit": Try("matched", lambda s: building.end_audit(
        Audit.objects.latest("pk"), actor=s.cast.edda.actor, at=s.at), (open_audit,)),
    "hold_part": Try("drafted", lambda s: building.hold_part(
        s.story.commitment, part="plan", actor=s.story.host, at=s.at)),
    "comment_on_part": Try("drafted", lambda s: building.comment_on_part(
        s.story.commitment, part="plan", text="On Tuesday?", actor=s.story.host, at=s.at)),
    "ask_for_help": Try("drafted", ask_for_help),
    "answer_help": Try("drafted", lambda s: building.answer_help(
        s.story.commitment, answer="So.", actor=s.story.host_contact, at=s.at), (ask_for_help,)),
    "remind_signers": Try("validated", lambda s: building.remind_signers(
        s.story.commitment, actor=s.story.host, at=s.at, capacity=H)),
    "delegate_signature": Try("validated", delegate, (with_a_colleague,)),
    "revoke_delegation": Try("validated", lambda s: building.revoke_delegation(
        s.story.commitment, colleague=Account.objects.get(email="carme@cast.example").pk, actor=s.story.visitor,
        at=s.at), (delegate,)),
    "take_pen": Try("validated", take_pen),
    "return_pen": Try("validated", lambda s: building.return_pen(
        s.story.commitment, actor=s.story.host, at=s.at, capacity=H), (take_pen,)),
    "hand_in_signed_copy": Try("validated", lambda s: building.hand_in_signed_copy(
        s.story.commitment, copy=signed_elsewhere(s.story.commitment, "H", "Bram Teixeira", s.at),
        is_authenticated=True, actor=s.story.host, at=s.at, capacity=H), (take_pen,)),
    "open_verification_pack": Try("commitment_signed", lambda s: building.open_verification_pack(
        s.story.exchange, actor=s.story.visitor, at=s.at), (have_signatures_written,)),
    "edit_commitment": Try("matched", lambda s: building.edit_commitment(
        s.story.commitment, values=s.story.text(), actor=s.story.visitor, at=s.at, capacity=V)),
    "agree_commitment": Try("drafted", lambda s: agree(s, "H"), (lambda s: agree(s, "V"),)),
    "validate_commitment": Try("agreed", lambda s: validate(s, "HP"), (lambda s: validate(s, "VP"),)),
    "request_changes": Try("agreed", lambda s: building.request_changes(
        s.story.commitment, reason_code="other", reason="The plan is thin.", actor=s.story.host_contact, at=s.at),
        (lambda s: validate(s, "VP"),)),
    "sign_commitment": Try("validated", lambda s: sign(s, "HP"), (lambda s: sign(s, "V", "H", "VP"),)),
    "decline_signature": Try("validated", lambda s: building.decline_signature(
        s.story.commitment, reason_code="content_changed", actor=s.story.host, at=s.at),
        (lambda s: sign(s, "V"),)),
    "amend_commitment": Try("commitment_signed", lambda s: building.amend_commitment(
        s.story.commitment, actor=s.story.host, at=s.at)),
    "give_bank_details": Try("commitment_signed", give_account),
    "offer_agreement": Try("commitment_signed", offer, (give_account,)),
    "sign_agreement": Try("commitment_signed", lambda s: sign_agreement(s, "VP"),
        (give_account, offer, lambda s: sign_agreement(s, "V"))),
    "decline_agreement": Try("commitment_signed", lambda s: building.decline_agreement(
        s.story.agreement, reason="Another account.", actor=s.story.visitor, at=s.at), (give_account, offer)),
    "supersede_agreement": Try("ready", lambda s: building.supersede_agreement(
        s.story.agreement, actor=SYSTEM, at=s.at)),
    "confirm_start": Try("ready", lambda s: building.confirm_start(
        s.story.exchange, actor=s.story.host, at=s.on("first_day")), (lambda s: building.confirm_start(
            s.story.exchange, actor=s.story.visitor, at=s.on("first_day")),)),
    "report_no_show": Try("ready", lambda s: building.report_no_show(
        s.story.exchange, reason="Nobody came.", actor=s.story.host, at=s.on("first_day"))),
    "cancel_exchange": Try("ready", lambda s: building.cancel_exchange(
        s.story.exchange, reason_code="illness", actor=s.story.visitor, at=s.at)),
    "interrupt_exchange": Try("running", interrupt),
    "resume_exchange": Try("running", lambda s: building.resume_exchange(
        s.story.exchange, reason="It is over.", actor=s.story.visitor_contact, at=s.at), (interrupt,)),
    "confirm_end": Try("running", lambda s: building.confirm_end(
        s.story.exchange, actor=s.story.host, at=s.on("last_day")), (lambda s: building.confirm_end(
            s.story.exchange, actor=s.story.visitor, at=s.on("last_day")),)),
}  # fmt: skip
FINALISATION: Mapping[str, Try] = {
    "upload_evidence": Try("ended", upload),
    "upload_evidence_together": Try("ended", lambda s: finalisation.upload_evidence_together(
        s.story.exchange, files={"outward": FILE, "return": FILE}, actor=s.story.visitor, at=s.at)),
    "submit_report": Try("ended", submit_report, (upload,)),
    "waive_report": Try("ended", lambda s: finalisation.waive_report(
        s.story.report("V"), reason="They have left.", actor=s.cast.edda.actor, at=s.at)),
    "waive_evidence": Try("ended", lambda s: finalisation.waive_evidence(
        s.evidence(), reason="Lost.", actor=s.story.visitor_contact, at=s.at)),
    "waive_payment": Try("ended", lambda s: finalisation.waive_payment(s.story.payment, actor=SYSTEM, at=s.at)),
    "open_account": Try("ended", lambda s: finalisation.open_account(
        s.story.payment, actor=s.story.coordinator, at=s.at)),
    "accept_evidence": Try("reported", lambda s: finalisation.accept_evidence(
        s.evidence(), actor=s.story.visitor_contact, at=s.at)),
    "accept_evidence_together": Try("reported", accept_all),
    "ask_again": Try("reported", lambda s: finalisation.ask_again(
        s.evidence(), reason="It can't be read.", actor=s.story.visitor_contact, at=s.at)),
    "open_evidence": Try("reported", lambda s: finalisation.open_evidence(
        s.evidence(), actor=s.story.visitor_contact, at=s.at)),
    "return_report": Try("reported", lambda s: finalisation.return_report(
        s.story.report("V"), questions="Which lots?", actor=s.story.visitor_contact, at=s.at)),
    "validate_report": Try("reported", lambda s: finalisation.validate_report(
        s.story.report("V"), actor=s.story.visitor_contact, at=s.at, capacity=VP), (accept_all,)),
    "recompute_amount": Try(NOTHING, lambda s: finalisation.recompute_amount(
        s.story.payment, actor=s.story.visitor_contact, at=s.at), (five_days_of_which_the_host_saw_four,)),
    "order_payment": Try("due", lambda s: finalisation.order_payment(
        s.story.payment, actor=s.story.visitor_contact, at=s.at, capacity=PO)),
    "block_payment": Try("due", block),
    "unblock_payment": Try("due", lambda s: finalisation.unblock_payment(
        s.story.payment, reason="Settled.", actor=s.cast.edda.actor, at=s.at), (block,)),
    "release_payment": Try("ordered", lambda s: finalisation.release_payment(
        s.story.payment, actor=s.story.coordinator, at=s.at, capacity=PR)),
    "confirm_paid": Try("released", lambda s: finalisation.confirm_paid(
        s.story.payment, transfer_reference="T 1", proof=FILE, actor=s.story.visitor_contact, at=s.at, capacity=PO)),
    "confirm_receipt": Try("paid", lambda s: finalisation.confirm_receipt(
        s.story.payment, actor=s.story.visitor, at=s.at, capacity=V)),
    "return_payment": Try("paid", return_money),
    "correct_bank_details": Try("paid", lambda s: finalisation.correct_bank_details(
        s.story.payment, account_holder="Teixits Almarge, S.L.", iban="DE89370400440532013000",
        actor=s.story.visitor, at=s.at), (return_money,)),
    "demand_recovery": Try("closed", demand),
    "confirm_recovery": Try("closed", lambda s: finalisation.confirm_recovery(
        s.story.payment, actor=s.cast.edda.actor, at=s.at), (demand,)),
}  # fmt: skip
TRIED: Mapping[str, Mapping[str, Try]] = {
    "registration": REGISTRATION,
    "matching": MATCHING,
    "exchange_building": EXCHANGE_BUILDING,
    "finalisation": FINALISATION,
}
# What happens only in the course of another operation: its writes are among those that fail there.
ON_THE_WAY = {
    ("exchange_building", "agree_exchange"): ("exchange_building", "sign_commitment"),
    ("exchange_building", "make_exchange_ready"): ("exchange_building", "sign_agreement"),
    ("exchange_building", "open_signing"): ("exchange_building", "validate_commitment"),
    ("exchange_building", "cancel_agreement"): ("exchange_building", "cancel_exchange"),
    ("exchange_building", "close_exchange"): ("finalisation", "confirm_receipt"),
    ("finalisation", "make_payment_due"): ("finalisation", "validate_report"),
}
