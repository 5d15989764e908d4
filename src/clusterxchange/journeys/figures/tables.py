"""The numbers as tables in the reader's language: each with a sentence, a plot, and the list behind each number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.figures import queries
from clusterxchange.journeys.figures.plots import Plot, bars
from clusterxchange.journeys.figures.queries import Scope, Shown
from clusterxchange.phases.exchange_building.models import ExchangeState
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.countries import footnotes, marked_country_name
from clusterxchange.scheme.document import Role, Scheme
from clusterxchange.workflow.sentences import state_label

LinkTo = Callable[..., str]
MOST_BARS = 12
STEP_WORDS: Mapping[str, Promise] = {
    "submitted": gettext_lazy("Registrations of visitors submitted"),
    "accepted": gettext_lazy("Registrations of visitors accepted"),
    "matched": gettext_lazy("Matches confirmed by both"),
    "agreed": gettext_lazy("Commitments to Quality signed"),
    "ready": gettext_lazy("Exchanges ready to start"),
    "started": gettext_lazy("Exchanges started"),
    "ended": gettext_lazy("Exchanges ended"),
    "closed": gettext_lazy("Exchanges closed"),
}
BUDGET_WORDS: Mapping[str, Promise] = {
    "planned": gettext_lazy("Planned"),
    "reserved": gettext_lazy("Reserved"),
    "committed": gettext_lazy("Committed"),
    "paid": gettext_lazy("Paid"),
    "free": gettext_lazy("Free"),
}
# Targets are kept as they stand; of an earlier day nothing is known.
OF_TODAY = gettext_lazy("The targets are those of today.")


@dataclass(frozen=True)
class Cell:
    """A number of a table, and where its list is; `value` is the number itself, for files."""

    text: str
    url: str = ""
    value: float | int | None = None


@dataclass(frozen=True)
class Table:
    """One figure."""

    id: str
    title: str
    sentence: str
    header: list[str]
    rows: list[tuple[str, list[Cell]]]
    plot: Plot | None = None
    footnotes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """For whom and about what the tables are written."""

    scope: Scope
    scheme: Scheme
    language: str
    link: LinkTo
    shown: Shown
    looks_over_all: bool = False

    def may_open(self, kind: str) -> bool:
        """Whether everything of a kind that is counted is shown to the reader, so that a number may lead there."""
        counted = self.scope.partnerships
        return self.shown(kind, counted) == frozenset(counted)


def by_state(reader: Reader, counted: queries.Counted) -> Table:
    """Count the exchanges by state."""
    rows = [
        (state_label("exchange", state), counted.by_state[state], reader.link("exchanges", state=state))
        for state in ExchangeState.values
        if state in counted.by_state
    ]
    closed = counted.by_state.get(ExchangeState.CLOSED, 0)
    sentence = _("All exchanges: %(total)d. Closed: %(closed)d.") % {"total": counted.total, "closed": closed}
    return Table(
        "states",
        _("Exchanges by state"),
        sentence,
        [_("State"), _("Exchanges")],
        [
            *((label, [_number(number, url)]) for label, number, url in rows),
            (_("All"), [_number(counted.total, reader.link("exchanges"))]),
        ],
        _bars("states-plot", _("Exchanges by state"), sentence, [(label, number) for label, number, _url in rows]),
    )


def by_target(reader: Reader, counted: queries.Counted) -> Table:
    """Compare what was aimed at with what is closed, by type of visitor."""
    aimed = queries.targets(reader.scope)
    kinds = [
        (code, words)
        for code, words in code_lists.choices(reader.scheme, "organisation_types")
        if reader.scheme.eligibility.matrix[code][Role.VISIT].is_allowed or counted.by_type.get(code)
    ]
    rows = []
    for code, words in kinds:
        closed = reader.link("exchanges", state=ExchangeState.CLOSED.value, type=code)
        number, goal = counted.realised.get(code, 0), aimed.get(code)
        cells = [
            Cell("", "", None) if goal is None else _number(goal, reader.link("behind", "targets", type=code)),
            _number(number, closed),
            _number(counted.by_type.get(code, 0), reader.link("exchanges", type=code)),
        ]
        rows.append((words, cells))
    total, goal = sum(counted.realised.values()), sum(aimed.values())
    sentence = _("%(number)d of %(goal)d exchanges that were aimed at are closed.") % {"number": total, "goal": goal}
    if not reader.scope.is_today:
        sentence = f"{sentence} {OF_TODAY}"
    plot = bars(
        "targets-plot",
        _("Closed exchanges by type of visitor, with the target"),
        sentence,
        [(words, float(counted.realised.get(code, 0)), str(counted.realised.get(code, 0))) for code, words in kinds],
        [aimed.get(code) for code, _words in kinds],
    )
    header = [_("Type of visitor"), _("Target"), _("Closed"), _("Matched in all")]
    return Table("targets", _("Target and realised"), sentence, header, rows, plot)


def budget(reader: Reader) -> Table:
    """Say where the money is."""
    cents = queries.budget(reader.scope)
    used = cents["planned"] - cents["free"]
    names = {"used": _money(used, reader), "planned": _money(cents["planned"], reader)}
    sentence = _("%(used)s of %(planned)s is reserved, committed or paid.") % names
    rows = [
        (str(words), [_amount(cents[part], reader.link("behind", "money", part=part), reader)])
        for part, words in BUDGET_WORDS.items()
    ]
    plot = bars(
        "budget-plot",
        _("Budget"),
        sentence,
        [(str(words), cents[part], _money(cents[part], reader)) for part, words in BUDGET_WORDS.items()],
    )
    return Table("budget", _("Budget"), sentence, [_("Part"), _("Amount")], rows, plot)


def funnel(reader: Reader) -> Table:
    """Say how many have come how far, and how long each step took."""
    passed = queries.funnel(reader.scope)
    rows = []
    for step, words in STEP_WORDS.items():
        if step in queries.MOMENTS:
            url = reader.link("exchanges", step=step)
        else:
            decision = "accepted" if step == "accepted" else "any"
            url = _behind(reader, "application", "registrations", decision=decision)
        days = passed[step].median_days
        rows.append(
            (
                str(words),
                [
                    _number(passed[step].number, url),
                    Cell("" if days is None else number_format(days), "", days),
                ],
            )
        )
    names = {"matched": passed["matched"].number, "closed": passed["closed"].number}
    sentence = _("Matched: %(matched)d. Come to their end: %(closed)d.") % names
    plot = _bars(
        "funnel-plot", _("How far"), sentence, [(str(words), passed[step].number) for step, words in STEP_WORDS.items()]
    )
    header = [_("Step"), _("Reached by"), _("Median of days since the step before")]
    return Table("funnel", _("Steps and time"), sentence, header, rows, plot)


def countries(reader: Reader) -> Table:
    """Say from where to where people go."""
    pairs = queries.countries(reader.scope)
    named = [(_country(one, reader), _country(other, reader), one, other, number) for one, other, number in pairs]
    rows = [
        (
            _("%(from)s to %(to)s") % {"from": source, "to": target},
            [_number(number, reader.link("exchanges", **{"from": one, "to": other, "going": "yes"}))],
        )
        for source, target, one, other, number in named
    ]
    sentence = _("No exchange yet.")
    if named:
        source, target, _one, _other, number = named[0]
        names = {"from": source, "to": target, "number": number, "pairs": len(named)}
        sentence = _("%(pairs)d pairs of countries; most often from %(from)s to %(to)s: %(number)d.") % names
    plot = _bars(
        "countries-plot",
        _("The most frequent pairs of countries"),
        sentence,
        [(f"{one} → {other}", number) for one, other, number in pairs[:MOST_BARS]],
    )
    codes = [code for one, other, _number_of in pairs for code in (one, other)]
    header = [_("Countries"), _("Exchanges")]
    noted = footnotes(reader.scheme, codes)
    return Table("countries", _("From where to where"), sentence, header, rows, plot, noted)


def ratings(reader: Reader) -> Table:
    """Say how visitors and hosts have rated."""
    names = reader.scheme.code_lists["ratings"]
    means = queries.ratings(reader.scope, names)
    highest = reader.scheme.report.highest_rating
    rows = []
    drawn: list[tuple[str, float, str]] = []
    for name in names:
        mean, number = means[name]
        words = code_lists.label(reader.scheme, "ratings", name)
        rounded = None if mean is None else queries.to_a_tenth(mean)
        text = "" if rounded is None else number_format(rounded)
        behind = _number(number, _behind(reader, "activity_report", "ratings", rated=name))
        rows.append((words, [Cell(text, "", rounded), behind]))
        drawn.append((words, mean or 0.0, text))
    given = sum(number for _mean, number in means.values())
    sentence = _("%(number)d ratings from reports, each out of %(highest)d.") % {"number": given, "highest": highest}
    plot = bars("ratings-plot", _("Mean ratings"), sentence, drawn)
    header = [_("What was rated"), _("Mean"), _("Ratings")]
    return Table("ratings", _("Ratings"), sentence, header, rows, plot)


def half_a_year_later(reader: Reader) -> Table:
    """Say what came of exchanges half a year after their closing, as counts."""
    codes = reader.scheme.code_lists["report_outcomes"]
    counts = queries.half_a_year_later(reader.scope, codes)
    highest = reader.scheme.report.highest_rating
    lines = [
        (_("Were asked"), "asked"),
        (_("Have answered"), "answered"),
        (_("Found it worth the time, %(from)d or more of %(highest)d")
         % {"from": queries.WORTH_THE_TIME, "highest": highest}, "worth"),
        (_("Still in contact"), "in_contact"),
        (_("Would recommend it"), "recommends"),
        *((code_lists.label(reader.scheme, "report_outcomes", code), f"outcome_{code}") for code in codes),
    ]  # fmt: skip
    sentence = _("%(answered)d of %(asked)d asked have answered.") % counts
    rows = [
        (words, [_number(counts[said], _behind(reader, "follow_up_survey", "surveys", said=said))])
        for words, said in lines
    ]
    return Table("half-a-year-later", _("Half a year later"), sentence, [_("What was said"), _("Answers")], rows)


def _behind(reader: Reader, kind: str, what: str, **filters: str) -> str:
    # Some see how many there are, and not which: partnerships of surveys, those who only pay of registrations.
    return reader.link("behind", what, **filters) if reader.may_open(kind) else ""


def _number(number: int, url: str) -> Cell:
    return Cell(str(number), url if number else "", number)


def _amount(cents: int, url: str, reader: Reader) -> Cell:
    return Cell(_money(cents, reader), url if cents else "", cents / 100)


def _money(cents: int, reader: Reader) -> str:
    return format_cents(cents, reader.language, reader.scheme.amounts.currency)


def _country(code: str, reader: Reader) -> str:
    return marked_country_name(reader.scheme, code, reader.language)


def _bars(identity: str, title: str, sentence: str, rows: list[tuple[str, int]]) -> Plot:
    return bars(identity, title, sentence, [(label, float(number), str(number)) for label, number in rows])
