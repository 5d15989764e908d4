"""The work queue of partnerships, support office and agency: what is due soonest first, filtered by kind."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.journeys.subjects import seen_by, subjects_of, title_of
from clusterxchange.journeys.tasks import Task, is_overdue, task_in_queue, task_on_desk
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.workflow import cases, obligations, registry
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.sentences import Text

PAGE_SIZE = 25
COUNT_LIMIT = 1000
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
WAITING, APPLICANTS = "waiting", "applicants"


@dataclass(frozen=True)
class Filter:
    """A part of the queue, by the kinds of things that it holds."""

    name: str
    label: Text
    kinds: tuple[str, ...]


FILTERS = (
    Filter("registrations", gettext_lazy("Registrations"), ("application",)),
    Filter("participants", gettext_lazy("Participants"), ("participation", "join_request")),
    Filter("matches", gettext_lazy("Matches"), ("proposal",)),
    Filter("exchanges", gettext_lazy("Exchanges"), ("exchange",)),
    Filter("commitments", gettext_lazy("Commitments to Quality"), ("commitment",)),
    Filter("agreements", gettext_lazy("Financial agreements"), ("financial_agreement",)),
    Filter("reports", gettext_lazy("Reports and evidence"), ("activity_report", "evidence")),
    Filter("payments", gettext_lazy("Payments"), ("payment",)),
)
OF_APPLICANTS = Filter(APPLICANTS, gettext_lazy("Waiting for applicants"), ("application",))
OVERDUE, THIS_WEEK, WITHOUT_TERM = "overdue", "week", "unlimited"
DUE: Mapping[str, Text] = {
    "": gettext_lazy("At any time"),
    OVERDUE: gettext_lazy("Overdue"),
    THIS_WEEK: gettext_lazy("Due this week or earlier"),
    WITHOUT_TERM: gettext_lazy("Without a last day"),
}
SHOWN = {"": None, WAITING: None, APPLICANTS: OF_APPLICANTS, **{one.name: one for one in FILTERS}}


@dataclass(frozen=True)
class Chosen:
    """What a reader has narrowed the queue to, as it stands in the address."""

    show: str = ""
    due: str = ""
    partnership: str = ""

    @property
    def query(self) -> str:
        """The part of an address that leads here again; empty where nothing is narrowed."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def is_waiting(self) -> bool:
        """Whether it shows what others must do."""
        return self.show in {WAITING, APPLICANTS}

    @property
    def url(self) -> str:
        """The address that leads here again."""
        return f"/desk/?{self.query}" if self.query else "/desk/"


def read_chosen(given: Mapping[str, str], actor: Actor) -> tuple[Chosen, list[str]]:
    """Read a filter from an address. What no longer exists is left out, and said with its name and value."""
    known = {
        "show": set(SHOWN),
        "due": set(DUE),
        "partnership": {"", *(slug for slug, _name in partnerships_offered(actor))},
    }
    found, faults = {}, []
    for name, values in known.items():
        value = given.get(name, "")
        if value in values:
            found[name] = value
        else:
            faults.append(
                _("The filter %(name)s=%(value)s does not exist any more, so it is left out.")
                % {"name": name, "value": value[:60]}
            )
    return Chosen(**found), faults


def partnerships_offered(actor: Actor) -> list[tuple[str, str]]:
    """Give the partnerships by which a reader may narrow the queue: those of the offices, who look over all.

    One that has nothing to do is among them, since a filter that was kept must not be gone on such a day.
    """
    if not (actor.support_office or actor.agency):
        return []
    return list(Partnership.objects.order_by("acronym").values_list("slug", "acronym"))


@dataclass(frozen=True)
class Place:
    """Where a page of the queue begins: after this moment and row."""

    due_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.due_at.isoformat()}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place":
        """Read what `str` has written.

        :raises ValueError: when it is something else.
        """
        moment, _separator, number = text.rpartition("_")
        place = cls(datetime.fromisoformat(moment), int(number))
        if place.due_at.tzinfo is None:
            message = f"{text} has no time zone"
            raise ValueError(message)
        return place


@dataclass(frozen=True)
class Queue:
    """One page of the queue, ready to be shown."""

    groups: list[dict[str, object]]
    filters: list[dict[str, object]]
    count: int
    banner: cases.Banner
    next_place: str


def works_on_a_queue(actor: Actor) -> bool:
    """Whether this person handles other people's cases."""
    return actor.support_office or actor.agency or bool(actor.partnerships)


def partnerships_of(actor: Actor) -> list[str]:
    """Give the acronyms of the partnerships for which the actor works."""
    return list(
        Partnership.objects.filter(pk__in=actor.partnerships).order_by("acronym").values_list("acronym", flat=True)
    )


def rows_shown(actor: Actor, chosen: Chosen, at: datetime) -> QuerySet[Obligation]:
    """Give the obligations of a filter, soonest first; those without a term last."""
    found = obligations.awaited(actor, seen_by(actor)) if chosen.is_waiting else obligations.mine(actor)
    part = SHOWN[chosen.show]
    if part is not None:
        found = found.filter(kind__in=part.kinds)
    if chosen.due == OVERDUE:
        found = found.filter(due_at__lte=at)
    elif chosen.due == THIS_WEEK:
        found = found.filter(due_at__lte=_end_of_week(at))
    elif chosen.due == WITHOUT_TERM:
        found = found.filter(due_at=None)
    if chosen.partnership:
        found = found.filter(partnership__slug=chosen.partnership)
    return found.annotate(place=Coalesce("due_at", Value(NEVER))).order_by("place", "pk")


def _end_of_week(at: datetime) -> datetime:
    """Give the last instant by which a term of this week ends, wherever in Europe its midnight is."""
    today = timezone.localtime(at).date()
    sunday = today + timedelta(days=6 - today.weekday())
    return datetime.combine(sunday + timedelta(days=1), time(12), UTC)


def tasks_shown(actor: Actor, chosen: Chosen, at: datetime) -> Iterator[Task]:
    """Give every row of a filter, for a download; things are read in blocks."""
    block: list[Obligation] = []
    for obligation in rows_shown(actor, chosen, at).iterator(chunk_size=500):
        block.append(obligation)
        if len(block) == 500:  # noqa: PLR2004 -- a block
            yield from _tasks(block, at, chosen)
            block = []
    yield from _tasks(block, at, chosen)


def queue_of(actor: Actor, chosen: Chosen, after: Place | None, at: datetime) -> Queue:
    """Give one page of the queue. The number of queries does not depend on the number of rows."""
    rows = rows_shown(actor, chosen, at)
    if after is not None:
        rows = rows.filter(Q(place__gt=after.due_at) | Q(place=after.due_at, pk__gt=after.pk))
    page = list(rows[: PAGE_SIZE + 1])
    more = len(page) > PAGE_SIZE
    page = page[:PAGE_SIZE]
    counts = dict(
        obligations.mine(actor).order_by().values("kind").annotate(number=Count("pk")).values_list("kind", "number")
    )
    awaited = obligations.awaited(actor, seen_by(actor))
    waiting = awaited[: COUNT_LIMIT + 1].count()
    applicants = awaited.filter(kind__in=OF_APPLICANTS.kinds)[: COUNT_LIMIT + 1].count()
    overdue = obligations.mine(actor).filter(due_at__lte=at).count()
    filters = _filters(chosen.show, counts, waiting, applicants)
    shown = next(one for one in filters if one["current"])
    count = int(str(shown["number"]))
    if chosen != Chosen(chosen.show):
        count = rows_shown(actor, chosen, at)[: COUNT_LIMIT + 1].count()
    last = page[-1] if more else None
    return Queue(
        groups=_groups(page, at, chosen),
        filters=filters,
        count=count,
        banner=_banner(actor, overdue, at, waiting),
        next_place=str(Place(last.due_at or NEVER, last.pk)) if last is not None else "",
    )


def _tasks(rows: list[Obligation], at: datetime, chosen: Chosen) -> list[Task]:
    subjects, own = subjects_of(rows), not chosen.is_waiting
    found = [task_in_queue(one, subjects[one.kind, one.subject_id], at, own=own) for one in rows]
    if chosen.show == WAITING:
        found = [replace(task, pick=str(one.pk)) for one, task in zip(rows, found, strict=True)]
    return found


def _groups(rows: list[Obligation], at: datetime, chosen: Chosen) -> list[dict[str, object]]:
    found: dict[str, list[Task]] = {"overdue": [], "week": [], "later": []}
    for obligation, task in zip(rows, _tasks(rows, at, chosen), strict=True):
        found[_group_of(obligation, at)].append(task)
    titles = {"overdue": _("Overdue"), "week": _("This week"), "later": _("Later")}
    return [{"title": titles[name], "rows": tasks} for name, tasks in found.items()]


def _group_of(obligation: Obligation, at: datetime) -> str:
    if obligation.due_at is None:
        return "later"
    if is_overdue(obligation, at):
        return "overdue"
    return "week" if obligation.due_at <= _end_of_week(at) else "later"


def _filters(show: str, counts: dict[str, int], waiting: int, applicants: int) -> list[dict[str, object]]:
    rows: list[tuple[str, Text, int]] = [("", _("For me to do"), sum(counts.values()))]
    for one in FILTERS:
        number = sum(counts.get(kind, 0) for kind in one.kinds)
        if number or one.name == show:
            rows.append((one.name, one.label, number))
    rows.append((WAITING, _("Waiting for others"), waiting))
    if applicants or show == APPLICANTS:
        rows.append((APPLICANTS, OF_APPLICANTS.label, applicants))
    return [
        {
            "url": f"/desk/?{urlencode({'show': name})}" if name else "/desk/",
            "label": str(label),
            "count": number if number <= COUNT_LIMIT else _("more than 1,000"),
            "number": number,
            "current": name == show,
        }
        for name, label, number in rows
    ]


def _banner(actor: Actor, overdue: int, at: datetime, waiting: int) -> cases.Banner:
    first = obligations.mine(actor).first()
    if first is None:
        why = ngettext("You wait for %(count)d thing.", "You wait for %(count)d things.", waiting) % {"count": waiting}
        return cases.Banner("nobody", _("Nobody’s turn"), _("Nothing for you to do"), why if waiting else "")
    machine = registry.machine_named(first.kind)
    subject = subjects_of([first])[first.kind, first.subject_id]
    task = task_in_queue(first, subject, at, own=True)
    names = {"count": overdue, "title": title_of(machine, subject)}
    if overdue:
        sentence = (
            ngettext(
                "%(count)d thing is overdue; begin with %(title)s",
                "%(count)d things are overdue; begin with %(title)s",
                overdue,
            )
            % names
        )
    else:
        sentence = _("Begin with %(title)s") % names
    return cases.Banner(
        "yours",
        _("Your turn"),
        sentence,
        task_on_desk(first, subject, at, own=True).title,
        due=cases.last_day_of(first.due_at) if first.due_at else None,
        due_in=cases.due_in_words(first.due_at, at) if first.due_at else "",
        due_date=cases.last_day_of(first.due_at).date().isoformat() if first.due_at else "",
        turn=Capacity(first.capacity).word,
        link=task.url,
        link_label=_("Open the case"),
    )
