"""A programme of many exchanges, lived day by day: nobody acts but on what the tool asks of them.

People come, are accepted, look for hosts, and do what stands on their desks, most of them soon, some far too late and a
few never; a few go other ways, so that every term runs out somewhere. The clock is moved; the draws are seeded, so that
the same seed gives the same programme.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db.models import Q

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import AG, SO, Capacity, H, V
from clusterxchange.access.rules import Thing
from clusterxchange.foundation.files import PDF
from clusterxchange.journeys.demonstration.story import PAPER, Stay, Story, seen
from clusterxchange.journeys.people.operations import edit_place
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Budget, Partnership
from clusterxchange.phases.exchange_building import operations as building
from clusterxchange.phases.exchange_building.models import Commitment, Exchange, ExchangeState
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.models import ActivityReport, Payment, PaymentState
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.phases.finalisation.surveying.operations import answer_survey
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import ProposalState
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application, Participation, ParticipationState, Visit
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import deadlines, notices, registry
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Obligation
from tests.bring import answers
from tests.cast import Place, make_officer, make_partnership, make_speaker
from tests.independent.figures_in_sql import counted

BEGINS = date(2026, 3, 2)
BRUSSELS = ZoneInfo("Europe/Brussels")
AFTER_MIDNIGHT, MORNING, WORK = time(0, 30), time(9, 5), time(10, 0)
PLACES = (
    Place("ES", "Alcoi", "ES52", 38.6985, -0.4736),
    Place("PT", "Guimarães", "PT11", 41.4425, -8.2918),
    Place("DK", "Aarhus", "DK04", 56.1629, 10.2039),
    Place("PL", "Łódź", "PL71", 51.7592, 19.4560),
    Place("IT", "Biella", "ITC1", 45.5629, 8.0583),
    Place("GR", "Veria", "EL52", 40.5244, 22.2025),
    Place("FI", "Tampere", "FI19", 61.4978, 23.7610),
)
ACRONYMS = (
    "ALPACA", "BOBBIN", "CAMLET", "DAMASK", "EYELET", "FACING", "GUSSET", "HATCHEL", "INGRAIN", "JERKIN", "KERSEY",
    "LAWN", "MOHAIR",
)  # fmt: skip
# What people may leave undone for ever: the tool goes on without them.
NEVER_NEEDED = frozenset({A.ACCEPT_PROPOSAL, A.CONFIRM_END, A.CONFIRM_RECEIPT, A.ANSWER_SURVEY})
# The ways of those who do not go straight on, each with the role in which they come.
HELD, NEVER_ANSWERS, OBJECTS, OBJECTS_TOO_LATE = "held", "never answers", "objects", "objects too late"
EXCEPTION, MOVES, SILENT, WRITES_LATE, SIGNS_LATE = "exception", "moves", "silent", "writes late", "signs late"
WAYS = {
    HELD: "visit", NEVER_ANSWERS: "visit", OBJECTS: "visit", OBJECTS_TOO_LATE: "visit", EXCEPTION: "host",
    MOVES: "host", SILENT: "visit", WRITES_LATE: "visit", SIGNS_LATE: "visit",
}  # fmt: skip
KEEP_TO_THEMSELVES = (MOVES, SILENT)
# One case of so many goes another way as well: its stay is interrupted, its payment disputed.
ONE_OF = 20
OBJECTION_DAYS = 30
# Offices and reviewers are late the first time: after three weeks each of their terms is over.
LATE_AT_FIRST = frozenset({"agency_approval", "objection_decision", "participation_review", "dispute"})
DECLARED: dict[str, Any] = {
    "declares_true": True,
    "declares_first_visit": True,
    "declares_no_double_funding": True,
    "declares_privacy": True,
}

ONE_DAY = timedelta(days=1)


def moment(day: date, at: time) -> datetime:
    """Give an instant of a day."""
    return datetime.combine(day, at, UTC)


class Diary(Protocol):
    """What people look into before they act: the day, and when they would travel."""

    @property
    def day(self) -> date:
        """The day that it is."""

    def stay_ahead(self) -> Stay:
        """Give days that lie far enough ahead."""


@dataclass
class Programme:
    """The people, what each of them will do when, and the day that it is."""

    seed: int
    exchanges: int
    days: int
    worker_stands: frozenset[int] = frozenset()
    arrivals_within: float = 0.65
    figures_on: frozenset[int] = frozenset()
    day: date = BEGINS
    random: Random = field(init=False)
    speakers: dict[int, Actor] = field(default_factory=dict)
    officers: dict[tuple[int, str], Actor] = field(default_factory=dict)
    partnerships: list[Partnership] = field(default_factory=list)
    arrivals: dict[int, list[tuple[Organisation, str, Partnership]]] = field(default_factory=dict)
    acts_on: dict[int, date | None] = field(default_factory=dict)
    # From when on each obligation counted, and when that was noted: an edit lets its term run anew.
    spans: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    ways: dict[int, str] = field(default_factory=dict)
    plans: dict[date, list[Callable[[], object]]] = field(default_factory=dict)
    # How many stays and payments due there have been, in their order.
    stays: Iterator[int] = field(default_factory=count)
    dues: Iterator[int] = field(default_factory=count)
    was_late: set[str] = field(default_factory=set)
    # When a registration was refused, when the applicant objected, and what stood against it.
    objections: list[tuple[date, date, str]] = field(default_factory=list)
    figures: dict[date, dict[str, Any]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    orphans: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Invent everybody before the first day."""
        self.random = Random(self.seed)
        edition = Edition.objects.get(code="demonstration")
        for number, acronym in enumerate(ACRONYMS):
            country = PLACES[number % len(PLACES)].country
            made = make_partnership(edition, acronym, country, ["textiles"], member=f"Cluster {acronym.title()}")
            Budget.objects.filter(partnership=made).update(planned_cents=100_000_000, free_cents=100_000_000)
            Partnership.objects.filter(pk=made.pk).update(targets={"sme": number + 20, "cluster_organisation": 5})
            self.partnerships.append(made)
            for role in ("contact_point", "coordinator"):
                person = make_officer(f"{acronym.lower()}.{role}", role.title(), acronym.title(), made, role)
                self.officers[made.pk, role] = person.actor
        self.offices = {
            capacity: actor_for(Account.objects.get(**office))
            for capacity, office in ((SO, {"is_support_office": True}), (AG, {"is_agency": True}))
        }
        hosts = max(4, self.exchanges // 8)
        for number in range(hosts):
            self._arrive("host", number, self.random.randrange(1, 8))
        last = max(10, int(self.days * self.arrivals_within))
        for number in range(self.exchanges):
            self._arrive("visit", number, self.random.randrange(8, last))
        for number in range(max(1, self.exchanges // 60) * len(WAYS)):
            way = tuple(WAYS)[number % len(WAYS)]
            self._arrive(WAYS[way], self.exchanges + number, self.random.randrange(8, last), way)

    def _arrive(self, role: str, number: int, day: int, way: str = "") -> None:
        place = self.random.choice(PLACES)
        partnership = self.random.choice(self.partnerships)
        name = f"{'Fabrica' if role == 'visit' else 'Officina'} {number + 1}"
        speaker = make_speaker(
            f"{role}{number}",
            f"{role.title()} Persona{number}",
            name,
            place,
            cluster=f"Cluster {partnership.acronym.title()}",
        )
        assert speaker.organisation is not None
        self.speakers[speaker.organisation.pk], self.ways[speaker.organisation.pk] = speaker.actor, way
        if way == EXCEPTION:
            Organisation.objects.filter(pk=speaker.organisation.pk).update(cluster_membership="unprofiled")
        self.arrivals.setdefault(day, []).append((speaker.organisation, role, partnership))

    @property
    def number(self) -> int:
        """How many days have passed."""
        return (self.day - BEGINS).days

    def live(self) -> None:
        """Live every day of the programme."""
        for _day in range(self.days):
            self.live_a_day()

    def live_a_day(self) -> None:
        """Let the tool do what is due, people what they are asked, and look whether a case has been forgotten."""
        self._run_due(AFTER_MIDNIGHT)
        self._run_due(MORNING)
        for organisation, role, partnership in self.arrivals.pop(self.number, ()):
            self._register(organisation, role, partnership)
        self._look_for_partners()
        self._meet_with_the_unforeseen()
        self._work()
        for plan in self.plans.pop(self.day, ()):
            self._try(plan)
        self._note_what_was_opened(moment(self.day, time(20)))
        if self.number in self.figures_on:
            self.figures[self.day] = counted(datetime.combine(self.day + timedelta(days=1), time.min, BRUSSELS))
        self.orphans += [f"{self.day}: {one}" for one in orphans()]
        self.day += timedelta(days=1)

    def _run_due(self, at: time) -> None:
        if self.number not in self.worker_stands:
            deadlines.run_due(moment(self.day, at))
            self._note_what_was_opened(moment(self.day, at))

    def _note_what_was_opened(self, at: datetime) -> None:
        newest = max(self.spans, default=0)
        found = Obligation.objects.filter(Q(closed_at=None) | Q(pk__gt=newest))
        for number, since in found.values_list("pk", "since"):
            spans = self.spans.setdefault(number, [])
            if not spans or spans[-1][0] != since:
                spans.append((since, at))

    def later(self, days: int, plan: Callable[[], object]) -> None:
        """Let somebody do something some days from now that nobody asks of them."""
        self.plans.setdefault(self.day + timedelta(days=days), []).append(plan)

    def _meet_with_the_unforeseen(self) -> None:
        """Interrupt a stay now and then, and let the support office stop a payment that is disputed."""
        at = moment(self.day, WORK)
        for exchange in Exchange.objects.filter(
            state=ExchangeState.RUNNING, started_at__date=self.day - ONE_DAY
        ).order_by("pk"):
            if next(self.stays) % ONE_OF == 0:
                actor = self.officers[exchange.visitor_partnership_id, "contact_point"]
                building.interrupt_exchange(exchange, reason="A strike.", actor=actor, at=at, capacity=Capacity.VP)
                self.later(2, partial(self._resume, exchange))
        for payment in Payment.objects.filter(state=PaymentState.DUE, due_since__date=self.day - ONE_DAY).order_by(
            "pk"
        ):
            if next(self.dues) % ONE_OF == 0:
                finalisation.block_payment(payment, reason="A question is open.", actor=self.offices[SO], at=at)

    def _resume(self, exchange: Exchange) -> None:
        exchange.refresh_from_db()
        if exchange.state != ExchangeState.INTERRUPTED:
            return  # it has ended meanwhile
        building.resume_exchange(
            exchange, reason="It is over.", actor=self.officers[exchange.visitor_partnership_id, "contact_point"],
            at=moment(self.day, WORK), capacity=Capacity.VP,
        )  # fmt: skip

    def _register(self, organisation: Organisation, role: str, partnership: Partnership) -> None:
        actor, at = self.speakers[organisation.pk], moment(self.day, WORK)
        application = registration.start_application(organisation=organisation, actor=actor, at=at)
        given = answers(partnership, role) | {
            "windows": [{"from": "2026-03-02", "to": "2030-12-31"}],
            "places": 200 if role == "host" else None,
            "exception_reason": "Nobody else has such a loom." if self.ways[organisation.pk] == EXCEPTION else "",
        }
        registration.edit_application(application, answers=given, actor=actor, at=at)
        registration.submit_application(application, **DECLARED, actor=actor, at=at)

    def _look_for_partners(self) -> None:
        free = Participation.objects.filter(role="visit", state=ParticipationState.ACTIVE, visit=Visit.FREE).exclude(
            proposals_as_visitor__state=ProposalState.SENT
        )
        alone = [pk for pk, way in self.ways.items() if way in KEEP_TO_THEMSELVES]
        hosts = list(
            Participation.objects.filter(role="host", state=ParticipationState.ACTIVE)
            .exclude(organisation__in=alone)
            .select_related("organisation")
            .order_by("pk")
        )
        for visit in free.exclude(organisation__in=alone).select_related("organisation").order_by("pk"):
            fitting = [one for one in hosts if one.organisation.country != visit.organisation.country]
            if fitting and self.random.random() < 0.5:
                self._try(partial(self._propose, visit, self.random.choice(fitting)))

    def _propose(self, visit: Participation, host: Participation) -> None:
        registration.note_sign_in(self.speakers[visit.organisation_id], moment(self.day, WORK))
        matching.send_proposal(
            sender=visit, partner=host, message="We would like to see how you set up your looms.", format="physical",
            actor=self.speakers[visit.organisation_id], at=moment(self.day, WORK),
        )  # fmt: skip

    def _work(self) -> None:
        """Let everybody do what is asked of them by today, in the order in which it was asked."""
        waiting = Obligation.objects.filter(closed_at=None, is_watch=False).exclude(capacity="SYS").order_by("pk")
        for obligation in waiting:
            if obligation.pk not in self.acts_on:
                self.acts_on[obligation.pk] = self._will_act_on(obligation)
            wanted = self.acts_on[obligation.pk]
            if (
                wanted is not None
                and wanted <= self.day
                and Obligation.objects.filter(pk=obligation.pk, closed_at=None).exists()
            ):
                self._try(partial(self._act, obligation))

    def _will_act_on(self, obligation: Obligation) -> date | None:
        draw, action = self.random.random(), A(obligation.action)
        way = self.ways.get(obligation.organisation_id or 0, "")
        if way in (NEVER_ANSWERS, SILENT) and action in (A.RESUBMIT_APPLICATION, A.CONFIRM_INTEREST):
            return None
        if way == WRITES_LATE and action is A.AGREE_COMMITMENT:
            return self.day + timedelta(days=35)
        if way == SIGNS_LATE and action is A.SIGN_COMMITMENT:
            first_day = Commitment.objects.values_list("first_day", flat=True).get(pk=obligation.subject_id)
            return (first_day or self.day) - timedelta(days=2)
        if obligation.term in LATE_AT_FIRST - self.was_late:
            self.was_late.add(obligation.term)
            return self.day + timedelta(days=21)
        if draw < 0.04 and action in NEVER_NEEDED:
            return None
        late = draw > 0.9
        return self.day + timedelta(days=self.random.randrange(20, 40) if late else self.random.randrange(5))

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except NotDone as reason:
            self.refused[reason.refusal.code] += 1

    def _act(self, obligation: Obligation) -> None:
        machine = registry.machine_named(obligation.kind)
        subject = machine.model._default_manager.select_related(*machine.related).get(pk=obligation.subject_id)
        capacity, action = Capacity(obligation.capacity), A(obligation.action)
        if obligation.organisation_id is not None:
            actor = self.speakers[obligation.organisation_id]
            registration.note_sign_in(actor, moment(self.day, WORK))
        elif capacity in self.offices:
            actor = self.offices[capacity]
        else:
            role = "coordinator" if capacity is Capacity.PR else "contact_point"
            actor = self.officers[obligation.partnership_id or 0, role]
        if isinstance(subject, Application) and action is A.ACCEPT_APPLICATION:
            assess(self, subject, actor, capacity, moment(self.day, WORK))
        else:
            HOW[action](self, subject, actor, capacity, moment(self.day, WORK))

    def stay_ahead(self) -> Stay:
        """Choose five days from a Monday on, five to nine weeks ahead."""
        monday = self.day + timedelta(days=7 - self.day.weekday() + 7 * self.random.randrange(4, 9))
        return Stay(monday, monday + timedelta(days=4))


def orphans() -> list[str]:
    """Give every case that goes on without anybody being asked for anything."""
    found = []
    for name, going_on in GOING_ON.items():
        model = registry.machine_named(name).model
        asked = Obligation.objects.filter(root_kind=name, closed_at=None, is_watch=False)
        rows = model._default_manager.filter(state__in=going_on).exclude(pk__in=asked.values("root_id"))
        found += [f"{name} {row}" for row in rows]
    return found


def asked_of_nobody() -> list[str]:
    """Give every open obligation behind which there is no person."""
    waiting = Obligation.objects.filter(closed_at=None, is_watch=False)
    parties = set(waiting.values_list("capacity", "organisation_id", "partnership_id"))
    return [str(party) for party in parties if not notices.people_behind(Capacity(party[0]), *party[1:])]


# states.md: in these states somebody has something to do, or the case would stand still.
GOING_ON: Mapping[str, tuple[str, ...]] = {
    "application": ("DRAFT", "SUBMITTED", "UNDER_ASSESSMENT", "ON_HOLD", "AWAITING_AGENCY", "OBJECTED"),
    "participation": ("LOW_ACTIVE", "UNDER_REVIEW"),
    "proposal": ("SENT", "SUGGESTED"),
    "exchange": ("PREPARING", "AGREED", "READY", "RUNNING", "INTERRUPTED", "ENDED"),
    "follow_up_survey": ("OPEN",),
}
How = Callable[[Diary, Any, Actor, Capacity, datetime], object]


def accept_application(_p: Diary, application: Application, actor: Actor, _capacity: Capacity, at: datetime) -> None:
    """Accept whoever was assessed."""
    items = scheme_of_edition(application.edition_id, at).checklist
    role = "visit" if application.asks_visit else "host"
    registration.accept_application(
        application,
        checklist={item.code: {"answer": "pass", "comment": ""} for item in items},
        decisions={role: "accepted"},
        actor=actor,
        at=at,
    )


def assess(p: Programme, application: Application, actor: Actor, capacity: Capacity, at: datetime) -> None:
    """Accept whoever was assessed; of some ask for more first, some refuse, for some ask the agency."""
    way = p.ways[application.organisation_id]
    if way in (HELD, NEVER_ANSWERS) and not application.questions:
        registration.hold_application(application, questions="Which loom?", actor=actor, at=at)
        return
    if way in (OBJECTS, OBJECTS_TOO_LATE) and not application.was_objected:
        registration.refuse_application(application, reason="It is too short.", actor=actor, at=at)
        p.later(OBJECTION_DAYS + (way == OBJECTS_TOO_LATE), partial(object_to_refusal, p, application, p.day))
        return
    if way == EXCEPTION and application.exception_approved is None:
        registration.ask_agency(application, actor=actor, at=at)
        return
    accept_application(p, application, actor, capacity, at)
    if way == MOVES:
        p.later(7, partial(move_elsewhere, p, application))


def object_to_refusal(p: Programme, application: Application, refused_on: date) -> None:
    """Object on the last day, or on the day after it."""
    actor, against = p.speakers[application.organisation_id], ""
    try:
        registration.object_to_refusal(application, reason="It is not.", actor=actor, at=moment(p.day, WORK))
    except NotDone as reason:
        against = reason.refusal.code
    p.objections.append((refused_on, p.day, against))


def move_elsewhere(p: Programme, application: Application) -> None:
    """Let the person who speaks for a host work in another country from now on."""
    place = application.representative
    country = next(one.country for one in PLACES if one.country != place.based_in)
    actor = p.speakers[application.organisation_id]
    edit_place(place, answers={"based_in": country}, actor=actor, at=moment(p.day, WORK))


def story_around(p: Diary, commitment: Commitment, stay: Stay) -> Story:
    """Put the people of an exchange into a story, for the text that it writes."""
    exchange = commitment.exchange
    nobody = Actor()
    story = Story(
        exchange.visitor_participation, exchange.host_participation, nobody, nobody, nobody, nobody, nobody,
        begins_at=moment(p.day, WORK), stay=stay,
    )  # fmt: skip
    story.proposal = exchange.proposal
    return story


def agree(p: Diary, commitment: Commitment, actor: Actor, capacity: Capacity, at: datetime) -> None:
    """Write the text where it is missing or its days are too near, then agree."""
    if commitment.first_day is None or commitment.first_day < p.day + timedelta(days=14):
        text = story_around(p, commitment, p.stay_ahead()).text()
        building.edit_commitment(commitment, values=text, actor=actor, at=at, capacity=capacity)
        commitment = Commitment.objects.get(pk=commitment.pk)
    building.agree_commitment(commitment, **seen(commitment), actor=actor, at=at, capacity=capacity)


def sign(p: Diary, commitment: Commitment, actor: Actor, capacity: Capacity, at: datetime) -> None:
    """Sign, or ask for other days where the first one has come before everybody signed."""
    if commitment.first_day is not None and commitment.first_day <= p.day:
        building.decline_signature(commitment, reason_code="dates_changed", actor=actor, at=at, capacity=capacity)
        return
    building.sign_commitment(
        commitment, **seen(commitment), is_authenticated=True, actor=actor, at=at, capacity=capacity
    )


def give_account(_p: Diary, agreement: Thing, actor: Actor, capacity: Capacity, at: datetime) -> None:
    """Give the account of the IBAN registry's example."""
    building.give_bank_details(
        agreement, account_holder=agreement.exchange.visiting_organisation.legal_name, tax_status="registered_for_vat",
        iban="ES9121000418450200051332", de_minimis_cents=0, actor=actor, at=at, capacity=capacity,
    )  # fmt: skip


def confirm_start(p: Diary, exchange: Thing, actor: Actor, capacity: Capacity, at: datetime) -> None:
    """Confirm it once the first day has come."""
    if exchange.commitment.first_day <= p.day:
        building.confirm_start(exchange, actor=actor, at=at, capacity=capacity)


def confirm_end(p: Diary, exchange: Thing, actor: Actor, capacity: Capacity, at: datetime) -> None:
    """Confirm it once the last day has come."""
    if exchange.commitment.last_day <= p.day:
        building.confirm_end(exchange, actor=actor, at=at, capacity=capacity)


RATED = ("host", "visitor_partnership", "host_partnership", "tool", "information", "funding")


def submit_report(_p: Diary, report: ActivityReport, actor: Actor, capacity: Capacity, at: datetime) -> None:
    """Write the report of one's own side; the visitor hands the evidence in before."""
    commitment = report.exchange.commitment
    assert commitment is not None
    days: dict[str, Any] = {
        "actual_first_day": commitment.first_day,
        "actual_last_day": commitment.last_day,
        "actual_days": commitment.working_days,
    }
    if capacity is V:
        finalisation.submit_report(
            report, actor=actor, at=at, **days, activities_done="Four lots were run.",
            objectives=[{"objective": "Looms", "reached": 4, "sentence": "Two of four lots ran."}],
            outcomes={"contacts": 4, "meetings": 6},
            ratings={name: 1 + (report.pk + number) % 5 for number, name in enumerate(RATED)},
            recommends=True, bank_details_are_right=True,
        )  # fmt: skip
        return
    assert capacity is H
    finalisation.submit_report(
        report, actor=actor, at=at, **days, presence_confirmed=True, benefits="We saw where our looms stop.",
        follow_up="A common trial.", ratings=dict.fromkeys(("visitor", "host_partnership", "tool", "information"), 4),
    )  # fmt: skip


def plainly(operation: Callable[..., object], *, as_capacity: bool = True) -> How:
    """Call an operation that asks for nothing more."""

    def act(_p: Diary, subject: Thing, actor: Actor, capacity: Capacity, at: datetime) -> object:
        return operation(subject, actor=actor, at=at, **({"capacity": capacity} if as_capacity else {}))

    return act


def with_reason(operation: Callable[..., object]) -> How:
    """Call an operation that wants a reason and nothing more."""

    def act(_p: Diary, subject: Thing, actor: Actor, _capacity: Capacity, at: datetime) -> object:
        return operation(subject, reason="It was looked into.", actor=actor, at=at)

    return act


def with_text(operation: Callable[..., object], **more: object) -> How:
    """Call an operation that is bound to the text which its page shows."""

    def act(_p: Diary, subject: Thing, actor: Actor, capacity: Capacity, at: datetime) -> object:
        return operation(subject, **seen(subject), **more, actor=actor, at=at, capacity=capacity)

    return act


HOW: Mapping[A, How] = {
    A.OPEN_APPLICATION: plainly(registration.open_application, as_capacity=False),
    A.ACCEPT_APPLICATION: accept_application,
    A.RESUBMIT_APPLICATION: lambda _p, application, actor, _capacity, at: registration.resubmit_application(
        application, answers=["The loom of 2019."], actor=actor, at=at
    ),
    A.APPROVE_EXCEPTION: with_reason(registration.approve_exception),
    A.UPHOLD_OBJECTION: with_reason(registration.uphold_objection),
    A.CONFIRM_PARTICIPATION: with_reason(registration.confirm_participation),
    A.CONFIRM_INTEREST: plainly(registration.confirm_interest, as_capacity=False),
    A.ACCEPT_PROPOSAL: plainly(matching.accept_proposal, as_capacity=False),
    A.AGREE_COMMITMENT: agree,
    A.VALIDATE_COMMITMENT: with_text(building.validate_commitment),
    A.SIGN_COMMITMENT: sign,
    A.GIVE_BANK_DETAILS: give_account,
    A.OFFER_AGREEMENT: plainly(building.offer_agreement),
    A.SIGN_AGREEMENT: with_text(building.sign_agreement, is_authenticated=True),
    A.CONFIRM_START: confirm_start,
    A.CONFIRM_END: confirm_end,
    A.UPLOAD_EVIDENCE: lambda _p, item, actor, _capacity, at: finalisation.upload_evidence(
        item, file=CheckedFile(PAPER, PDF, "paper.pdf"), actor=actor, at=at
    ),
    A.ACCEPT_EVIDENCE: plainly(finalisation.accept_evidence, as_capacity=False),
    A.SUBMIT_REPORT: submit_report,
    A.VALIDATE_REPORT: plainly(finalisation.validate_report),
    A.ORDER_PAYMENT: plainly(finalisation.order_payment),
    A.RELEASE_PAYMENT: plainly(finalisation.release_payment),
    A.CONFIRM_PAID: lambda _p, payment, actor, capacity, at: finalisation.confirm_paid(
        payment, transfer_reference=f"Transfer {payment.pk}", actor=actor, at=at, capacity=capacity
    ),
    A.UNBLOCK_PAYMENT: with_reason(finalisation.unblock_payment),
    A.ANSWER_SURVEY: lambda _p, survey, actor, _capacity, at: answer_survey(
        survey, worth=4, in_contact=True, recommends=True, actor=actor, at=at
    ),
    A.CONFIRM_RECEIPT: plainly(finalisation.confirm_receipt),
}
