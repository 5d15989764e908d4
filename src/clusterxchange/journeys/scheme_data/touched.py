"""Who is touched by other rules: the cases that go on under them, found before anybody approves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.scheme_data.places import Document, differences, value_at
from clusterxchange.journeys.subjects import rows_of, title_of
from clusterxchange.phases.exchange_building.models import Commitment, Exchange, ExchangeState
from clusterxchange.phases.registration.models import ApplicationState, ParticipationState
from clusterxchange.scheme.code_lists import LABELS
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import registry
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.sentences import state_label

BEING_BUILT = (ExchangeState.PREPARING, ExchangeState.AGREED, ExchangeState.READY)
UNDECIDED = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.UNDER_ASSESSMENT,
    ApplicationState.ON_HOLD,
    ApplicationState.AWAITING_AGENCY,
)
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
        *_countries(edition, paths, before),
        *_types(edition, paths),
        *_terms(edition, paths),
        *_texts(edition, paths),
        *_ranking(edition, paths),
        *_days(edition, paths),
    ]
    return [one for one in found if one.count or one.kept]


def _exchanges(edition: Edition, narrowed: Q) -> tuple["QuerySet[Any]", int]:
    """Give the exchanges whose text is not frozen, and how many keep the version that theirs was frozen under."""
    rows = Exchange.objects.filter(narrowed, edition=edition)
    frozen = Commitment.objects.filter(edition_version__isnull=False).values("exchange")
    open_ones = rows_of(registry.machine_named("exchange")).filter(
        narrowed, edition=edition, state=ExchangeState.PREPARING
    )
    return open_ones.exclude(pk__in=frozen), rows.filter(pk__in=frozen).count()


def _below(paths: Iterable[str], *beginnings: str) -> list[str]:
    return [path for path in paths if path.startswith(beginnings)]


def _amounts(edition: Edition, paths: list[str], before: Document, after: Document, language: str) -> Iterator[Touched]:
    for path in _below(paths, "amounts.full_cents_by_host_country."):
        code = path.rpartition(".")[2]
        # The country where the host's person is based counts, else that of the organisation (scheme.md section 3).
        based_in = "host_participation__application__representative__based_in"
        rows, kept = _exchanges(edition, Q(**{based_in: code}) | Q(**{based_in: ""}, host_organisation__country=code))
        what = _("%(before)s becomes %(after)s") % {
            "before": _amount(before, path, language),
            "after": _amount(after, path, language),
        }
        yield Touched(_("Exchanges to %(country)s") % {"country": code}, "exchange", rows, what, kept)


def _amount(document: Document, path: str, language: str) -> str:
    try:
        return format_cents(value_at(document, path), language)
    except LookupError:
        return _("no amount")


def _countries(edition: Edition, paths: list[str], before: Document) -> Iterator[Touched]:
    known = {row["code"] for row in before["countries"]}
    codes = [
        code
        for path in _below(paths, "countries[")
        if path.endswith(".participates") and (code := path.partition("[")[2].partition("]")[0]) in known
    ]
    if codes:
        in_countries = Q(organisation__country__in=codes)
        what = _("Whether the country takes part changes")
        yield Touched(_("Undecided registrations"), "application", _undecided(edition).filter(in_countries), what)
        yield Touched(_("Participants"), "participation", _taking_part(edition).filter(in_countries), what)


def _types(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    kinds = {path.split(".")[2] for path in _below(paths, "eligibility.matrix.")}
    if kinds:
        rows = _undecided(edition).filter(organisation__organisation_type__in=kinds)
        yield Touched(_("Undecided registrations"), "application", rows, _("The rule for their type changes"))


def _terms(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    names = sorted({path.split(".")[2] for path in _below(paths, "terms.by_name.")})
    running = Obligation.objects.filter(closed_at__isnull=True, term__in=names)
    words = ", ".join(str(LABELS["terms"][name]) for name in names)
    for kind, in_edition in (
        ("application", Q(edition=edition)),
        ("participation", Q(edition=edition)),
        ("exchange", Q(edition=edition)),
    ):
        if not names:
            return
        rows = rows_of(registry.machine_named(kind)).filter(
            in_edition, pk__in=running.filter(root_kind=kind).values("root_id")
        )
        kept = 0
        if kind == "exchange":
            frozen = Commitment.objects.filter(edition_version__isnull=False).values("exchange")
            kept = rows.filter(pk__in=frozen).count()
            rows = rows.exclude(pk__in=frozen)
        title = {
            "application": _("Registrations with a running term"),
            "participation": _("Participants with a running term"),
            "exchange": _("Exchanges with a running term"),
        }[kind]
        yield Touched(title, kind, rows, _("Term: %(terms)s") % {"terms": words}, kept)


def _texts(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    if _below(paths, "clauses.", "durations.", "halving.", "agreement."):
        rows, kept = _exchanges(edition, Q())
        what = _("Clauses, length or halving change")
        yield Touched(_("Exchanges whose text is not frozen"), "exchange", rows, what, kept)


def _ranking(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    if _below(paths, "matching."):
        what = _("The order of the best matches changes")
        yield Touched(_("Participants"), "participation", _taking_part(edition), what)


def _days(edition: Edition, paths: list[str]) -> Iterator[Touched]:
    if _below(paths, "edition.valid_", "edition.is_open"):
        what = _("The days of the edition change")
        yield Touched(_("Undecided registrations"), "application", _undecided(edition), what)


def _undecided(edition: Edition) -> "QuerySet[Any]":
    return rows_of(registry.machine_named("application")).filter(edition=edition, state__in=UNDECIDED)


def _taking_part(edition: Edition) -> "QuerySet[Any]":
    rows = rows_of(registry.machine_named("participation")).filter(edition=edition)
    return rows.exclude(state=ParticipationState.WITHDRAWN)
