"""Everything that the support office and the agency look up, kind by kind: parties, people, cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.search import PLACES, Place, rows_found, task_of
from clusterxchange.journeys.support_office.queries import in_words, parties_of, people_named
from clusterxchange.journeys.tasks import Task
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.parties.partnerships.queries import is_found_by_acronym
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.current import open_edition
from clusterxchange.workflow import registry
from clusterxchange.workflow.sentences import Text, state_label

COUNT_LIMIT = 1000
FIRST_FEW = 5
REFERENCE = "ORG-"
# What the offices look up beside the cases that everybody finds.
OF_OFFICES = (
    Place(
        "conversation",
        gettext_lazy("Conversations"),
        "reference",
        ("visitor_participation__organisation", "host_participation__organisation"),
    ),
    Place("programme", gettext_lazy("Group exchanges"), "reference", ("host_participation__organisation",), ("title",)),
    Place("match_plan", gettext_lazy("Plans for the programme"), "reference", (), ("edition__name",)),
    Place("edition_draft", gettext_lazy("Versions of the rules"), "reference", (), ("document__edition__name",)),
    Place("invitation", gettext_lazy("Invitations"), "reference", ("organisation",), ("email",)),
    Place("join_request", gettext_lazy("Requests to join an organisation"), "reference", ("organisation", "account")),
)
# These name people.
NAMING_PEOPLE = frozenset({"people", "invitations", "join_requests"})


@dataclass(frozen=True)
class Kind:
    """One kind: the rows that hold all words, how a row is shown, and whose states narrow it, if any.

    `header` says what title, kind and moment of a shown row are, for a file.
    """

    name: str
    title: Text
    rows: Callable[[Actor, str], "QuerySet[Any]"]
    shown: Callable[[Any, Actor, str], Task]
    header: tuple[Text, Text, Text]
    life: str = ""

    @property
    def states(self) -> tuple[str, ...]:
        """The states by which it can be narrowed."""
        return registry.machine_named(self.life).states if self.life else ()

    def narrowed(self, actor: Actor, words: str, state: str) -> "QuerySet[Any]":
        """Give the rows that hold all words, of one state where one is chosen."""
        rows = self.rows(actor, words)
        return rows.filter(state=state) if state else rows


@dataclass(frozen=True)
class Found:
    """What one kind gave: how many, counted as far as a thousand, and the first few or a page of them."""

    kind: Kind
    number: int
    rows: list[Task]

    @property
    def count(self) -> str:
        """How many there are, in words where they are not counted to the end."""
        return str(self.number) if self.number <= COUNT_LIMIT else _("more than 1,000")


def kinds_for(actor: Actor) -> Sequence[Kind]:
    """Give the kinds that somebody may look through; people are found by the support office alone."""
    return [kind for kind in KINDS if kind.name not in NAMING_PEOPLE or actor.support_office]


def everything(actor: Actor, words: str, language: str) -> Iterator[Found]:
    """Give every kind with its count and, where words are given, its first few rows."""
    for kind in kinds_for(actor):
        rows = kind.rows(actor, words)
        shown = [kind.shown(one, actor, language) for one in rows[:FIRST_FEW]] if words.strip() else []
        yield Found(kind, counted(rows), shown)


def counted(rows: "QuerySet[Any]") -> int:
    """Count rows, no further than to one more than the limit."""
    return rows.order_by()[: COUNT_LIMIT + 1].count()


def address_of(words: str, kind: str = "", state: str = "") -> str:
    """Give the address of a search, of everything, of one kind or of one kind in one state."""
    given = {"q": words, "kind": kind, "state": state}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/support/search/?{query}" if query else "/support/search/"


def _organisations(actor: Actor, words: str) -> "QuerySet[Organisation]":
    found = visible(Organisation.objects.filter(merged_into=None).exclude(legal_name=""), "organisation", actor)
    for word in fold(words).split():
        same = Q(search_text__contains=word) | Q(web_domain__contains=word)
        same |= Q(folded_vat_number__contains=word.upper())
        number = word.upper().removeprefix(REFERENCE).rpartition("-")[2]
        if word.upper().startswith(REFERENCE) and number.isdecimal():
            same |= Q(pk=int(number))
        found = found.filter(same)
    return found.order_by("sort_name", "pk")


def _shown_organisation(one: Organisation, actor: Actor, language: str) -> Task:
    del actor
    place = ", ".join(part for part in (one.city, country_name(one.country, language) if one.country else "") if part)
    return _row(f"/organisations/{one.reference}/", one.legal_name, place, one.reference)


def _people(actor: Actor, words: str) -> "QuerySet[Account]":
    del actor
    return people_named(words)


def _shown_person(one: Account, actor: Actor, language: str) -> Task:
    del actor, language
    return _row(f"/support/people/?{urlencode({'q': one.email})}", str(one), in_words(parties_of(one)), one.email)


def _partnerships(actor: Actor, words: str) -> "QuerySet[Partnership]":
    wanted = fold(words).split()
    found = visible(Partnership.objects.prefetch_related("members"), "partnership", actor)
    if wanted:
        # There are some dozens of them, so their few names are folded here.
        named = [
            one.pk
            for one in found
            if all(word in fold(" ".join([one.acronym, one.title, *map(str, one.members.all())])) for word in wanted)
        ]
        found = found.filter(pk__in=named)
    found = found.annotate(is_found_by_acronym=is_found_by_acronym(open_edition(clock.now())))
    return found.select_related("edition").order_by("acronym", "-edition__valid_from", "pk")


def _shown_partnership(one: Any, actor: Actor, language: str) -> Task:  # noqa: ANN401 -- a partnership and a column
    del language
    address = f"/partnerships/{one.slug}/own/"
    if not one.is_found_by_acronym:
        # The address by its acronym leads to a later one; the lists of its edition have it.
        lists = "/support/partnerships/" if actor.support_office else "/partnerships/"
        address = f"{lists}?{urlencode({'edition': one.edition.code})}"
    shown = _row(address, one.acronym, one.title, state_label("partnership", one.state))
    return replace(shown, who=one.edition.name)


def _row(url: str, title: str, kind: str, when: str) -> Task:
    return Task(url=url, title=title, kind=kind, who="", when=when, state="later", note="", reference="")


def _shown_case(place: Place, thing: Any, actor: Actor, language: str) -> Task:  # noqa: ANN401 -- a row of any life
    del actor, language
    return task_of(place, thing)


def name_of_life(life: str) -> str:
    """Give the name under which the cases of a life are searched."""
    return f"{life}s"


OF_ORGANISATIONS = (gettext_lazy("Organisation"), gettext_lazy("Place"), gettext_lazy("Reference"))
OF_PEOPLE = (gettext_lazy("Name"), gettext_lazy("Acts for"), gettext_lazy("E-mail address"))
OF_PARTNERSHIPS = (gettext_lazy("Partnership"), gettext_lazy("Title"), gettext_lazy("State"))
OF_CASES = (gettext_lazy("Case"), gettext_lazy("State"), gettext_lazy("Reference"))
KINDS: tuple[Kind, ...] = (
    Kind("organisations", gettext_lazy("Organisations"), _organisations, _shown_organisation, OF_ORGANISATIONS),
    Kind("people", gettext_lazy("People"), _people, _shown_person, OF_PEOPLE),
    Kind("partnerships", gettext_lazy("Partnerships"), _partnerships, _shown_partnership, OF_PARTNERSHIPS),
    *(
        Kind(
            name_of_life(place.kind),
            place.title,
            partial(rows_found, place),
            partial(_shown_case, place),
            OF_CASES,
            place.kind,
        )
        for place in (*PLACES, *OF_OFFICES)
    ),
)
