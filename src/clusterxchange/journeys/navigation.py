"""Where a person can go from any page, by what they do in the scheme."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.urls import ResolverMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actor import Actor
from clusterxchange.journeys.tasks import what_to_do
from clusterxchange.journeys.work_queue import works_on_a_queue
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.matching.queries import own_conversations
from clusterxchange.phases.registration.models import Participation, ParticipationState
from clusterxchange.workflow import obligations
from clusterxchange.workflow.sentences import Text
from clusterxchange.workflow.thread import unread_by

MOST_TASKS = 8


@dataclass(frozen=True)
class Link:
    """One way; `keys` are the two letters that lead there, `kind` what stands beside it in the palette.

    Where `asked` is an address, the way stands there with what is unread behind it; it is asked for once it is seen.
    """

    url: str
    label: Text
    keys: str = ""
    kind: Text = ""
    current: bool = False
    asked: str = ""


HOW = Link("/how-to-take-part/", _("How to take part"))
WHO = Link("/eligibility/", _("Who can take part"))
AMOUNTS = Link("/amount/", _("Amounts"))
PARTNERSHIPS = Link("/partnerships/", _("Partnerships"))
DESK = Link("/desk/", _("Desk"), "g d")
QUEUE = Link("/desk/", _("Work queue"), "g d")
REGISTRATION = Link("/registration/", _("Registration"), "g r")
ORGANISATIONS = Link("/organisations/", _("Your organisations"))
BEST = Link("/matching/best/", _("Best matches"), "g m")
CATALOGUE = Link("/matching/catalogue/", _("Catalogue"), "g c")
PROPOSALS = Link("/matching/proposals/", _("Proposals"), "g p")
CONVERSATIONS = Link("/matching/conversations/", _("Conversations"), "g n", asked="/desk/unread-conversations/")
REPORTS = Link("/matching/abuse-reports/", _("Reports of abuse"))
PLANS = Link("/matching/plans/", _("Plans for the programme"))
GROUPS = Link("/matching/group-exchanges/", _("Group exchanges"), "g x")
EXCHANGES = Link("/exchanges/", _("Exchanges"), "g e")
PAYMENTS = Link("/payments/", _("Payments"), "g y")
MY_DATA = Link("/my-data/", _("My data and settings"))
OVERVIEW = Link("/support/", _("Overview"), "g o")

HEALTH = Link("/support/health/", _("Health of the installation"))
PREFERENCES = Link("/desk/preferences/", _("Preferences"))
PEOPLE = Link("/support/people/", _("People"))
OFFICES = Link("/support/offices/", _("People of the support office"))
CHECKS = Link("/support/checks/", _("Random checks"))
DOUBLE_VISITS = Link("/support/double-visits/", _("Visiting twice?"))
DISPUTES = Link("/support/disputes/", _("Disputes"))
ANNOUNCEMENTS = Link("/support/announcements/", _("Announcements"))
ADMISSION = Link("/support/partnerships/", _("Partnerships in the scheme"))
JOURNAL = Link("/support/journal/", _("Journal"))
DATA_REQUESTS = Link("/support/data-requests/", _("Data requests"))
DUPLICATES = Link("/support/duplicates/", _("Organisations with two entries"))
SCHEME_DATA = Link("/support/scheme/", _("Scheme data"))
FIGURES = Link("/figures/", _("Figures"))
QUESTIONS = Link("/support/questions/", _("Questions from outside"))

PUBLIC = (HOW, WHO, AMOUNTS, PARTNERSHIPS)
ABOUT = (
    HOW,
    PARTNERSHIPS,
    Link("/brochures/", _("Brochures")),
    Link("/manual/", _("Manual")),
    Link("/help/", _("Help and contact")),
    Link("/accessibility/", _("Accessibility")),
    Link("/privacy/", _("Privacy")),
)
OF_A_DEMONSTRATION = (
    Link("/demo/", _("Accounts of this demonstration")),
    Link("/demo/mails/", _("Mails of this demonstration")),
)


def navigation_for(actor: Actor, path: str) -> list[Link]:
    """Give the main ways of a person; the one that holds the current page is marked."""
    ways = _ways(actor)
    held = [way for way in ways if path.startswith(way.url)]
    here = max(held, key=lambda way: len(str(way.url)), default=None)
    return [Link(way.url, way.label, way.keys, way.kind, current=way is here) for way in ways]


def _ways(actor: Actor) -> tuple[Link, ...]:
    if not actor.is_signed_in:
        return PUBLIC
    if actor.support_office or actor.agency:
        return QUEUE, OVERVIEW, FIGURES, EXCHANGES, PAYMENTS, PARTNERSHIPS
    if works_on_a_queue(actor):
        return QUEUE, CATALOGUE, EXCHANGES, PAYMENTS, FIGURES
    if actor.organisations and _takes_part(actor):
        return DESK, BEST, CATALOGUE, EXCHANGES
    return DESK, REGISTRATION, HOW, PARTNERSHIPS


def conversations(actor: Actor) -> Link:
    """Give the way to the conversations, with how many hold something new for their own organisation."""
    new = len(unread_by(actor, "conversation", own_conversations(actor).values("pk"))) if actor.organisations else 0
    if not new:
        return CONVERSATIONS
    label = gettext("Conversations, %(count)d new") % {"count": new}
    return replace(CONVERSATIONS, label=label)


def _takes_part(actor: Actor) -> bool:
    found = Participation.objects.filter(organisation_id__in=actor.organisations)
    return found.exclude(state=ParticipationState.WITHDRAWN).exists()


def footer_links() -> list[Link]:
    """Give the ways at the foot of each page."""
    return [*ABOUT, *(() if settings.MODE == "production" else OF_A_DEMONSTRATION)]


def help_url(found: ResolverMatch | None) -> str:
    """Give the way to the section of the manual about a page; a page that is not there has none of its own."""
    if found is None or not found.view_name:
        return reverse("manual:manuals")
    return reverse("manual:help_for_page", args=[found.view_name])


def account_pages(actor: Actor) -> list[Link]:
    """Give a person's own pages, beside those of the account itself."""
    if not actor.is_signed_in:
        return []
    own = [QUEUE if works_on_a_queue(actor) else DESK, PREFERENCES]
    if actor.organisations:
        own.append(ORGANISATIONS)
    if actor.support_office:
        own += [
            QUESTIONS,
            REPORTS,
            PLANS,
            PEOPLE,
            DOUBLE_VISITS,
            DUPLICATES,
            ADMISSION,
            DISPUTES,
            ANNOUNCEMENTS,
            JOURNAL,
            DATA_REQUESTS,
            HEALTH,
        ]
    if actor.support_office or actor.agency:
        own += [CHECKS, SCHEME_DATA, OFFICES]
    own += _own_partnerships(actor)
    if actor.organisations or actor.partnerships:
        own += [PROPOSALS, CONVERSATIONS, GROUPS]
    return [*own, MY_DATA]


def palette_pages(main: list[Link], own: list[Link]) -> list[Link]:
    """Give the pages to which the palette leads: the main ways, then those of a person's own that are none of them."""
    held = {one.url for one in main}
    return [*main, *(one for one in own if one.url not in held)]


def _own_partnerships(actor: Actor) -> list[Link]:
    if not actor.partnerships:
        return []
    found = Partnership.objects.filter(pk__in=actor.partnerships).order_by("acronym")
    return [Link(f"/partnerships/{one.slug}/own/", one.acronym) for one in found]


def waiting_for(actor: Actor) -> list[Link]:
    """Give what waits for the person, soonest first, as ways to where it is done."""
    return [
        Link(f"/desk/tasks/{number}/", what_to_do(action), kind=reference)
        for number, action, reference in obligations.mine(actor).values_list("pk", "action", "reference")[:MOST_TASKS]
    ]


def search_url(actor: Actor) -> str:
    """Give where the palette's words are searched."""
    return "/support/search/" if actor.support_office or actor.agency else "/search/"
