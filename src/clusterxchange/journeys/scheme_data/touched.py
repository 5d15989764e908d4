"""Who is touched by other rules: the cases that go on under them, found before anybody approves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.scheme_data.places import Document, differences, value_at
from clusterxchange.journeys.subjects import rows_of, title_of
from clusterxchange.phases.exchange_building.models import Commitment, ExchangeState
from clusterxchange.phases.matching.models import ProposalState
from clusterxchange.phases.registration.models import ApplicationState, ParticipationState
from clusterxchange.scheme.code_lists import LABELS
from clusterxchange.scheme.document import Role, Unit
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import registry
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.obligations import OFFICE_COUNTRY
from clusterxchange.workflow.sentences import state_label

# As long as an exchange is in one of these, its text or an amendment of it can still be frozen under other rules.
BEFORE_THE_END = (
    ExchangeState.PREPARING,
    ExchangeState.AGREED,
    ExchangeState.READY,
    ExchangeState.RUNNING,
    ExchangeState.INTERRUPTED,
)
UNDECIDED = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.UNDER_ASSESSMENT,
    ApplicationState.ON_HOLD,
    ApplicationState.AWAITING_AGENCY,
    ApplicationState.OBJECTED,
)
# Which lists of codes are chosen from where; their words go with them.
IN_REGISTRATIONS = frozenset(
    {
        "ecosystems", "emerging_industries", "organisation_types", "scaling_up_support_types", "roles", "memberships",
        "format_preferences", "purposes", "activity_types", "language_levels", "languages", "titles", "genders",
        "business_in_a_participating_country", "application_refusal_reasons", "checklist_outcomes",
    }
)  # fmt: skip
IN_TEXTS = frozenset(
    {
        "formats", "halves_of_a_day", "purposes", "activity_types", "change_request_reasons",
        "signature_decline_reasons", "cancellation_reasons", "tax_statuses", "evidence_kinds", "report_outcomes",
        "ratings",
    }
)  # fmt: skip
IN_PROPOSALS = frozenset({"proposal_decline_reasons", "formats"})
# What bounds proposals, and the roles of those whom it bounds.
BOUNDED = {
    "open_per_visitor": (Role.VISIT,),
    "unanswered_before_nudge": (Role.HOST,),
    "unanswered_before_hidden": (Role.HOST,),
}
# Where the rules stand that hold for some cases only; what stands elsewhere touches all that goes on.
AMOUNTS, COUNTRIES, MATRIX = "amounts.full_cents_by_host_country.", "countries[", "eligibility.matrix."
TERMS, HOLIDAYS, PROPOSALS, RANKING = "terms.", "holidays.", "proposals.", "matching."
CODE_LISTS = ("code_lists.", "labels.")
TEXTS = ("clauses.", "durations.", "halving.", "agreement.")
NARROWED = (AMOUNTS, COUNTRIES, MATRIX, TERMS, HOLIDAYS, PROPOSALS, RANKING, *CODE_LISTS, *TEXTS)
SHOWN = 50


@dataclass(frozen=True)
class Case:
    """One case that is touched, or stays as it is."""

    reference: str
    title: str
    url: str
    state: str
    what: str


@dataclass(frozen=True)
class Touched:
    """What one change means: the cases that go on under the new rules, and how many keep the old ones."""

    title: str
    kind: str
    rows: "QuerySet[Any]"
    what: str
    kept: int = 0

    @property
    def count(self) -> int:
        """How many are touched."""
        return self.rows.count()

    def cases(self, most: int | None = None) -> Iterator[Case]:
        """Give the cases, oldest first; all of them unless a number is given."""
        machine = registry.machine_named(self.kind)
        for thing in self.rows.order_by("pk")[:most]:
            yield Case(
                reference=thing.reference or "",
                title=title_of(machine, thing),
                url=machine.address(thing),
                state=state_label(self.kind, thing.state),
                what=self.what,
            )


def who_is_touched(edition: Edition | None, before: Document, after: Document, language: str) -> list[Touched]:
    """Give what the difference between two documents means for the cases of an edition, as they stand now."""
    if edition is None:
        return []
    paths = [path for path, _old, _new in differences(before, after)]
    found = [
        *_amounts(edition, paths, before, after, language),
        *_countries(edition, paths),
        *_types(edition, paths),
        *_terms(edition, paths),
        *_holidays(edition, paths, before, after),
        *_proposals(edition, paths),
        *_code_lists(edition, paths),
        *_texts(edition, paths),
        *_ranking(edition, paths),
        *_everybody(edition, paths),
    ]
    return [one for one in found if one.count or one.kept]


def _all_open(edition: Edition, what: str, narrowed: Mapping[str, Q] | None = None) -> Iterator[Touched]:
    """Give all that goes on under the rules in force, narrowed for each kind."""
    by_kind = narrowed or {}
    undecided = _undecided(edition).filter(by_kind.get("application", Q()))
    yield Touched(_("Undecided registrations"), "application", undecided, what)
    taking_part = _taking_part(edition).filter(by_kind.get("participation", Q()))
    yield Touched(_("Participants"), "participation", taking_part, what)
    proposals = _open_proposals(edition).filter(by_kind.get("proposal", Q()))
    yield Touched(_("Open proposals"), "proposal", proposals, what)
    rows, kept = _exchanges(edition, by_kind.get("exchange", Q()))
    yield Touched(_("Exchanges whose text is not frozen"), "exchange", rows, what, kept)


def _exchanges(edition: Edition, narrowed: Q) -> tuple["QuerySet[Any]", int]:
    """Give the exchanges with a text that is not frozen, and how many keep the version that theirs was frozen under."""
    rows = rows_of(registry.machine_named("exchange")).filter(narrowed, edition=edition)
    open_ones = rows.filter(state__in=BEFORE_THE_END).exclude(pk__in=_kept())
    return open_ones, rows.filter(pk__in=_kept()).count()


def _kept() -> "QuerySet[Any, Any]":
    """Give the exchanges that keep a version: their text is frozen, and no amendment of it is being written."""
    written = Commitment.objects.filter(edition_version=None, exchange__state__in=BEFORE_THE_END)
    frozen = Commitment.objects.filter(edition_version__isnull=False)
    return frozen.exclude(exchange__in=written.values("exchange")).values("exchange")


def _below(paths: Iterable[str], *beginnings: str) -> list[str]:
    return [path for path in paths if path.startswith(beginnings)]


def _amounts(edition: Edition, paths: list[str], before: Document, after: Document, language: str) -> Iterator[Touched]:
    for path in _below(paths, AMOUNTS):
        code = path.rpartition(".")[2]
        rows, kept = _exchanges(edition, _hosted_in({code}))
        what = _("%(before)s becomes %(after)s") % {
            "before": _amount(before, path, language),
            "after": _amount(after, path, language),
        }
        yield Touched(_("Exchanges to %(country)s") % {"country": code}, "exchange", rows, what, kept)


def _hosted_in(codes: set[str]) -> Q:
    # The country where the host's person is based counts, else that of the organisation (scheme.md section 3).
    based_in = "host_participation__application__representative__based_in"
    return Q(**{f"{based_in}__in": codes}) | Q(**{based_in: ""}, host_organisation__country__in=codes)


def _amount(document: Document, path: str, language: str) -> str:
    try:
        return format_cents(value_at(document, path), language)
    except LookupError:
        return _("no amount")


def _countries(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    codes = {path.partition("[")[2].partition("]")[0] for path in _below(paths, COUNTRIES)}
    if codes:
        what = _("What holds for a country changes: %(countries)s") % {"countries": ", ".join(sorted(codes))}
        yield from _all_open(edition, what, _in_countries(codes))


def _in_countries(codes: set[str]) -> Mapping[str, Q]:
    """Narrow each kind to where an organisation, its person or a partnership is of one of the countries."""

    def of(prefix: str, person: str) -> Q:
        ends = ("organisation__country", f"{person}based_in", "partnership__coordinating_country")
        return Q(*((f"{prefix}{end}__in", codes) for end in ends), _connector=Q.OR)

    person = "application__representative__"
    either_side = of("visitor_participation__", person) | of("host_participation__", person)
    return {
        "application": of("", "representative__"),
        "participation": of("", person),
        "proposal": either_side,
        "exchange": either_side,
    }


def _types(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    kinds = {path.split(".")[2] for path in _below(paths, MATRIX)}
    if kinds:
        rows = _undecided(edition).filter(organisation__organisation_type__in=kinds)
        yield Touched(_("Undecided registrations"), "application", rows, _("The rule for their type changes"))


def _terms(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    changed = _below(paths, TERMS)
    names = sorted({path.split(".")[2] for path in _below(changed, "terms.by_name.")})
    if names:
        words = ", ".join(str(LABELS["terms"][name]) for name in names)
        yield from _running(edition, Q(term__in=names), _("Term: %(terms)s") % {"terms": words})
    if len(_below(changed, "terms.by_name.")) < len(changed):
        yield from _running(edition, ~Q(term=""), _("The hour of reminders or the country of the offices changes"))


def _running(edition: Edition, narrowed: Q, what: str) -> Iterator[Touched]:
    running = Obligation.objects.filter(narrowed, closed_at__isnull=True)
    for kind, title, in_edition in (
        ("application", _("Registrations with a running term"), Q(edition=edition)),
        ("participation", _("Participants with a running term"), Q(edition=edition)),
        ("proposal", _("Proposals with a running term"), Q(visitor_participation__edition=edition)),
        ("abuse_report", _("Disputes with a running term"), Q(conversation__visitor_participation__edition=edition)),
        ("exchange", _("Exchanges with a running term"), Q(edition=edition)),
    ):
        rows = rows_of(registry.machine_named(kind)).filter(
            in_edition, pk__in=running.filter(root_kind=kind).values("root_id")
        )
        kept = 0
        if kind == "exchange":
            kept = rows.filter(pk__in=_kept()).count()
            rows = rows.exclude(pk__in=_kept())
        yield Touched(title, kind, rows, what, kept)


def _holidays(edition: Edition, paths: list[str], before: Document, after: Document) -> Iterator[Touched]:
    # Nothing was counted in a year that had no calendar.
    places = [path.split(".")[1:3] for path in _below(paths, HOLIDAYS)]
    codes = {code for code, year in places if year in before["holidays"].get(code, {})}
    if not codes:
        return
    what = _("Public holidays: %(countries)s") % {"countries": ", ".join(sorted(codes))}
    rows, kept = _exchanges(edition, _hosted_in(codes))
    yield Touched(_("Exchanges whose text is not frozen"), "exchange", rows, what, kept)
    terms = after["terms"]["by_name"]
    counted = [name for name, term in terms.items() if term["unit"] == Unit.WORKING_DAYS]
    there = Q(organisation__country__in=codes) | Q(partnership__coordinating_country__in=codes)
    if OFFICE_COUNTRY in codes:
        there |= Q(organisation=None, partnership=None)
    yield from _running(edition, there & Q(term__in=counted), what)


def _proposals(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    names = {path.partition(".")[2] for path in _below(paths, PROPOSALS)}
    if names:
        roles = {str(role) for name in names for role in BOUNDED.get(name, (Role.VISIT, Role.HOST))}
        what = _("What bounds proposals changes")
        yield Touched(_("Participants"), "participation", _taking_part(edition).filter(role__in=roles), what)
        yield Touched(_("Open proposals"), "proposal", _open_proposals(edition), what)


def _code_lists(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    names = {path.split(".")[1] for path in _below(paths, *CODE_LISTS)}
    words = ", ".join(sorted(name.replace("_", " ") for name in names))
    what = _("What can be chosen: %(lists)s") % {"lists": words}
    if names & IN_REGISTRATIONS:
        yield Touched(_("Undecided registrations"), "application", _undecided(edition), what)
    if names & IN_PROPOSALS:
        yield Touched(_("Open proposals"), "proposal", _open_proposals(edition), what)
    if names & IN_TEXTS:
        rows, kept = _exchanges(edition, Q())
        yield Touched(_("Exchanges whose text is not frozen"), "exchange", rows, what, kept)


def _open_proposals(edition: Edition) -> "QuerySet[Any]":
    here = Q(visitor_participation__edition=edition) | Q(host_participation__edition=edition)
    states = (ProposalState.SENT, ProposalState.SUGGESTED, ProposalState.INVITED)
    return rows_of(registry.machine_named("proposal")).filter(here, state__in=states)


def _texts(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    if _below(paths, *TEXTS):
        rows, kept = _exchanges(edition, Q())
        what = _("Clauses, length or halving change")
        yield Touched(_("Exchanges whose text is not frozen"), "exchange", rows, what, kept)


def _ranking(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    if _below(paths, RANKING):
        what = _("The order of the best matches changes")
        yield Touched(_("Participants"), "participation", _taking_part(edition), what)


def _everybody(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    if len(_below(paths, *NARROWED)) < len(paths):
        yield from _all_open(edition, _("Rules change by which every case goes"))


def _undecided(edition: Edition) -> "QuerySet[Any]":
    return rows_of(registry.machine_named("application")).filter(edition=edition, state__in=UNDECIDED)


def _taking_part(edition: Edition) -> "QuerySet[Any]":
    rows = rows_of(registry.machine_named("participation")).filter(edition=edition)
    return rows.exclude(state=ParticipationState.WITHDRAWN)
