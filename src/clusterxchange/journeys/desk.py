"""The desk of a participant: the next step, the four phases, what to do, what to wait for, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.access import decide
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.access.rules import Thing
from clusterxchange.foundation.money import format_cents
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.subjects import cases_of, seen_by, subjects_of
from clusterxchange.journeys.tasks import Task, task_on_desk
from clusterxchange.parties.memberships import people_of_partnership
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState, FinancialAgreement
from clusterxchange.phases.registration.models import Application, Participation, ParticipationState
from clusterxchange.workflow import cases, obligations, registry
from clusterxchange.workflow.models import Entry, Obligation
from clusterxchange.workflow.sentences import Text, state_label

MOST_TASKS = 50
LONGEST_TIMELINE = 12
ENDED = (ExchangeState.ENDED, ExchangeState.CLOSED)
STEP = tuple[str, str, str]
_OF_A_CASE = ("reference", "state", "state_since", "created_at")
# Of a case and its people only so much is read: to ask for all of their columns takes longer than to show the desk.
READ_OF_A_CASE: Mapping[str, Sequence[str]] = {
    "application": (
        *_OF_A_CASE, "asks_visit", "asks_host", "assignment", "organisation__legal_name", "partnership__acronym",
        "representative__account__first_name", "representative__account__last_name", "representative__account__email",
    ),
    "participation": (
        *_OF_A_CASE, "role", "move_asked_to", "organisation__legal_name", "partnership__acronym",
    ),
    "exchange": (
        *_OF_A_CASE, "ended_at", "closed_at", "visiting_organisation__legal_name", "host_organisation__legal_name",
        "visitor_partnership__acronym", "host_partnership__acronym", "commitment__first_day", "commitment__last_day",
        "commitment__distance_km",
    ),
}  # fmt: skip
VISIT, HOST = "visit", "host"
TITLES_OF_TRACKS: Mapping[str, Text] = {
    VISIT: gettext_lazy("As visiting organisation"),
    HOST: gettext_lazy("As host organisation"),
}


@dataclass(frozen=True)
class Track:
    """How far somebody has come in one role; a reader who visits and hosts has two, side by side."""

    title: str
    stepper: list[STEP]
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Desk:
    """Everything that the page shows."""

    title: str
    meta: list[str]
    banner: cases.Banner
    tracks: list[Track]
    must_do: list[Task]
    wait_for: list[Task]
    timeline: list[dict[str, Any]]
    glance: list[cases.Section]
    empty: tuple[str, str, str]


@dataclass(frozen=True)
class Standing:
    """What a participant has reached so far: the latest of each."""

    applications: Sequence[Application]
    participations: Sequence[Participation]
    exchanges: Sequence[Exchange]

    @property
    def exchange(self) -> Exchange | None:
        """The exchange that matters now: one that goes on, else the latest that was closed."""
        alive = [one for one in self.exchanges if one.state != ExchangeState.CANCELLED]
        return next((one for one in alive if one.state != ExchangeState.CLOSED), alive[0] if alive else None)

    def as_role(self, actor: Actor, role: str) -> "Standing":
        """The same, as far as it belongs to a role: the visits or the stays of others at one's own place."""
        side = "visiting_organisation_id" if role == VISIT else "host_organisation_id"
        return Standing(
            [one for one in self.applications if (one.asks_visit if role == VISIT else one.asks_host)],
            [one for one in self.participations if one.role == role],
            [one for one in self.exchanges if getattr(one, side) in actor.organisations],
        )

    @property
    def application(self) -> Application | None:
        """The latest application."""
        return self.applications[0] if self.applications else None

    @property
    def takes_part(self) -> bool:
        """Whether an organisation of theirs has been accepted and has not left."""
        return any(one.state != ParticipationState.WITHDRAWN for one in self.participations)


def desk_of(actor: Actor, at: datetime, language: str, extra: Sequence[Task] = ()) -> Desk:
    """Put the desk of a participant together. The number of queries does not depend on the number of cases.

    `extra` are things to do that belong to no case: an invitation to answer.
    """
    standing = standing_of(actor)
    tracks = _tracks(standing, actor)
    own = list(obligations.mine(actor)[:MOST_TASKS])
    awaited = list(obligations.awaited(actor, seen_by(actor))[:MOST_TASKS])
    subjects = subjects_of([*own, *awaited])
    begun = [*extra, *(() if own or extra or awaited else _first_steps(standing))]
    return Desk(
        title=_title(standing.exchange if len(tracks) == 1 else None, actor),
        meta=_meta(standing, at),
        banner=_banner(own, awaited, actor, at, subjects) if own or not begun else _banner_of(begun[0]),
        tracks=tracks,
        must_do=[*begun, *(task_on_desk(one, subjects[one.kind, one.subject_id], at, own=True) for one in own)],
        wait_for=[task_on_desk(one, subjects[one.kind, one.subject_id], at, own=False) for one in awaited],
        timeline=_timeline(standing, actor),
        glance=_glance(standing, actor, language) if len(tracks) == 1 else _money_of(standing, actor, language),
        empty=_empty(standing),
    )


def standing_of(actor: Actor) -> Standing:
    """Read what the actor's organisations have reached, newest first."""
    found = dict(cases_of(actor))
    found["exchange"] = found["exchange"].select_related("commitment")
    applications, participations, exchanges = (
        list(found[name].only(*columns).order_by("-pk")[:MOST_TASKS]) for name, columns in READ_OF_A_CASE.items()
    )
    return Standing(applications, participations, exchanges)


def _title(exchange: Exchange | None, actor: Actor) -> str:
    if exchange is None:
        return _("Desk")
    if exchange.visiting_organisation_id in actor.organisations:
        return _("Your exchange with %(partner)s") % {"partner": exchange.host_organisation.legal_name}
    return _("Your exchange with %(partner)s") % {"partner": exchange.visiting_organisation.legal_name}


def _meta(standing: Standing, at: datetime) -> list[str]:
    found = []
    if standing.exchange is not None:
        found.append(standing.exchange.reference or "")
    organisations = [one.organisation for one in standing.participations]
    organisations += [one.organisation for one in standing.applications]
    found += list(dict.fromkeys(one.legal_name for one in organisations if one.legal_name))[:2]
    return [*found, cases.date_in_words(at)]


def _banner(
    own: list[Obligation],
    awaited: list[Obligation],
    actor: Actor,
    at: datetime,
    subjects: Mapping[tuple[str, int], Thing],
) -> cases.Banner:
    if own or awaited:
        return cases.banner_from((own or awaited)[:1], actor, at, subjects)
    return cases.Banner("nobody", _("Nobody’s turn"), _("Nothing for you to do"))


def _banner_of(task: Task) -> cases.Banner:
    return cases.Banner("yours", _("Your turn"), task.title, task.note, link=task.url, link_label=task.kind)


def _first_steps(standing: Standing) -> list[Task]:
    """Give what nobody asks for, since no case holds it yet: the way into the scheme, then to a partner."""
    if standing.application is None and not standing.takes_part:
        return [
            Task(
                url="/registration/",
                title=_("Start the registration of your organisation"),
                kind=_("Start the registration"),
                who="",
                when=_("Whenever you like"),
                state="yours",
                note=_("It takes about 20 minutes. You can leave at any point and come back."),
                reference="",
            )
        ]
    if standing.takes_part and standing.exchange is None:
        return [
            Task(
                url="/matching/best/",
                title=_("Look for a partner and send a proposal"),
                kind=_("See the best matches"),
                who="",
                when=_("Whenever you like"),
                state="yours",
                note=_("The organisations that fit best come first, each with its reasons."),
                reference="",
            )
        ]
    return []


def _empty(standing: Standing) -> tuple[str, str, str]:
    if standing.takes_part and standing.exchange is None:
        return _("Whatever comes next appears here and in your mail."), "/matching/catalogue/", _("Open the catalogue")
    return _("Whatever comes next appears here and in your mail."), "", ""


def _tracks(standing: Standing, actor: Actor) -> list[Track]:
    roles = {one.role for one in standing.participations if one.state != ParticipationState.WITHDRAWN}
    if roles != set(TITLES_OF_TRACKS):
        return [Track("", _stepper(standing), [])]
    return [_track(standing.as_role(actor, role), role) for role in TITLES_OF_TRACKS]


def _track(standing: Standing, role: str) -> Track:
    exchange = standing.exchange
    rows = [(_("Participation"), one.reference or "") for one in standing.participations[:1]]
    if exchange is not None:
        section = _exchange_at_a_glance(exchange, is_visit=role == VISIT)
        rows += [(_("Exchange"), exchange.reference or ""), *section.rows]
    return Track(str(TITLES_OF_TRACKS[role]), _stepper(standing), rows)


def _stepper(standing: Standing) -> list[STEP]:
    names = [_("Registration"), _("Matching"), _("Exchange building"), _("Exchange finalisation")]
    steps = (_registered(standing), _matched(standing), _built(standing.exchange), _finalised(standing.exchange))
    return [(name, note, status) for name, (note, status) in zip(names, steps, strict=True)]


def _registered(standing: Standing) -> tuple[str, str]:
    if standing.takes_part:
        accepted = min(one.created_at for one in standing.participations)
        return _("Accepted on %(day)s") % {"day": cases.date_in_words(accepted)}, "done"
    if standing.application is not None:
        return state_label("application", standing.application.state), "current"
    return _("Not started yet"), "current"


def _matched(standing: Standing) -> tuple[str, str]:
    if standing.exchange is not None:
        day = cases.date_in_words(standing.exchange.created_at)
        return _("Confirmed by both on %(day)s") % {"day": day}, "done"
    if standing.takes_part:
        return _("Look for a partner"), "current"
    return _("After you are accepted"), ""


def _built(exchange: Exchange | None) -> tuple[str, str]:
    if exchange is None:
        return _("After a match"), ""
    if exchange.state in ENDED:
        return _("Ended on %(day)s") % {"day": cases.date_in_words(exchange.ended_at or exchange.state_since)}, "done"
    return state_label("exchange", exchange.state), "current"


def _finalised(exchange: Exchange | None) -> tuple[str, str]:
    if exchange is None or exchange.state not in ENDED:
        return _("After the stay"), ""
    if exchange.state == ExchangeState.CLOSED:
        return _("Closed on %(day)s") % {"day": cases.date_in_words(exchange.closed_at or exchange.state_since)}, "done"
    return _("Reports, evidence, payment"), "current"


def _timeline(standing: Standing, actor: Actor) -> list[dict[str, Any]]:
    """Say what happened in all cases of the reader, newest first, as far as they may see it."""
    roots = {
        one.reference: (name, one)
        for name, held in (
            ("application", standing.applications),
            ("participation", standing.participations),
            ("exchange", standing.exchanges),
        )
        for one in held
    }
    seen = {reference: _kinds_seen(name, root, actor) for reference, (name, root) in roots.items()}
    newest = Entry.objects.filter(case__in=[one for one in roots if one]).order_by("-n")
    entries = newest[: cases.REPEATS_PASSED_OVER * LONGEST_TIMELINE]
    visible = ((entry, *roots[entry.case]) for entry in entries if entry.kind in seen[entry.case])
    return cases.said_in_turn(
        ((entry, cases.happened(entry, name, root)) for entry, name, root in visible), LONGEST_TIMELINE
    )


def _kinds_seen(name: str, root: Any, actor: Actor) -> frozenset[str]:  # noqa: ANN401 -- a case of any kind
    return cases.kinds_seen(registry.machine_named(name), root, actor)


def _glance(standing: Standing, actor: Actor, language: str) -> list[cases.Section]:
    exchange = standing.exchange
    if exchange is not None:
        held = decide.capacities_of(actor, "exchange", exchange)
        return [_exchange_at_a_glance(exchange, is_visit=Capacity.V in held), *_lump_sum(exchange, actor, language)]
    found = []
    for one in standing.participations[:2]:
        rows = [
            (_("Role"), _("Visiting organisation") if one.role == "visit" else _("Host organisation")),
            (_("State"), state_label("participation", one.state)),
            (_("Your partnership"), _with_contact_point(one.partnership_id, one.partnership.acronym)),
        ]
        found.append(cases.Section(one.reference or "", rows))
    if not found and standing.application is not None:
        application = standing.application
        partnership = application.partnership
        rows = [
            (_("State"), state_label("application", application.state)),
            (
                _("Your partnership"),
                _with_contact_point(partnership.pk, partnership.acronym) if partnership else _("Not chosen yet"),
            ),
        ]
        found.append(cases.Section(application.reference or "", rows))
    return found


def _money_of(standing: Standing, actor: Actor, language: str) -> list[cases.Section]:
    """Give the lump sum of a reader whose two tracks say everything else."""
    visit = standing.as_role(actor, VISIT).exchange
    return _lump_sum(visit, actor, language) if visit is not None else []


def _exchange_at_a_glance(exchange: Exchange, *, is_visit: bool) -> cases.Section:
    partner = exchange.host_organisation if is_visit else exchange.visiting_organisation
    own, other = exchange.visitor_partnership, exchange.host_partnership
    if not is_visit:
        own, other = other, own
    commitment = exchange.commitment
    dates = distance = ""
    if commitment is not None and commitment.first_day and commitment.last_day:
        dates = _("%(first)s to %(last)s") % {
            "first": _day(commitment.first_day),
            "last": _day(commitment.last_day),
        }
    if commitment is not None and commitment.distance_km is not None:
        distance = _("%(number)s km") % {"number": commitment.distance_km}
    return cases.Section(
        _("At a glance"),
        [
            (_("Host organisation") if is_visit else _("Visiting organisation"), partner.legal_name),
            (_("Dates"), dates or _("Not agreed yet")),
            (_("Distance"), distance or _("Not known yet")),
            (_("Your partnership"), _with_contact_point(own.pk, own.acronym)),
            (_("The partner’s partnership"), other.acronym),
        ],
    )


def _day(day: date) -> str:
    return date_format(day, _("j E Y"))


def _with_contact_point(partnership_id: int, acronym: str) -> str:
    people = people_of_partnership(partnership_id, ["contact_point"])
    if not people:
        return acronym
    return _("%(partnership)s, contact point: %(person)s") % {"partnership": acronym, "person": people[0].full_name}


def _lump_sum(exchange: Exchange, actor: Actor, language: str) -> list[cases.Section]:
    agreement = (
        visible(FinancialAgreement.objects.filter(exchange=exchange), "financial_agreement", actor)
        .exclude(amount_cents=None)
        .order_by("-version")
        .first()
    )
    if agreement is None or agreement.amount_cents is None or agreement.full_cents is None:
        return []
    rows = [(_("Full amount"), format_cents(agreement.full_cents, language), "")]
    if agreement.is_halved:
        halved = format_cents(agreement.amount_cents - agreement.full_cents, language)
        rows.append((_("Halved, once"), halved, ""))
    context = {"rows": rows, "total": format_cents(agreement.amount_cents, language), "cents": agreement.amount_cents}
    return [cases.Section(_("Lump sum"), template="journeys/lump_sum.html", context=context)]
