"""Whether the organisation of a draft is here already: told while typing and on saving, and not often."""

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration import queries
from clusterxchange.phases.registration.models import Application, ApplicationState
from clusterxchange.workflow.sentences import Text

MOST_LOOKS = 30
AN_HOUR = 3600
SENTENCES: dict[str, Text] = {
    "name": _("An organisation with this name is here already"),
    "vat": _("An organisation with this VAT number is here already"),
    "web": _("An organisation with this website is here already"),
}


@dataclass(frozen=True)
class Known:
    """The organisation that is here already, and what it has in common with the draft."""

    organisation: Organisation
    matched: str

    @property
    def sentence(self) -> str:
        """What is said of it: that it is here, by what it was found, and nothing else."""
        return str(SENTENCES[self.matched])


def may_look(request: HttpRequest) -> bool:
    """Count a look of this person, and say whether it is one of few in an hour: this is no way to search."""
    key = f"known-organisations-{request.user.pk}"
    cache.add(key, 0, AN_HOUR)
    return cache.incr(key) <= MOST_LOOKS


def known_to(
    request: HttpRequest, application: Application, *, legal_name: str, vat_number: str, website: str
) -> Known | None:
    """Give the organisation that has a name, VAT number or website in common with what is typed into a draft."""
    if application.state != ApplicationState.DRAFT or not may_look(request):
        return None
    found = queries.already_here(
        application.organisation_id, legal_name=legal_name, vat_number=vat_number, website=website
    )
    return Known(found[1], found[0]) if found is not None else None


def known_by_answers(request: HttpRequest, application: Application) -> Known | None:
    """Give the organisation that has something in common with the answers as they are kept."""
    own = application.organisation
    return known_to(request, application, legal_name=own.legal_name, vat_number=own.vat_number, website=own.website)


def marks_of(application: Application) -> tuple[str, str, str]:
    """Give the three things by which an organisation is found, as they are compared."""
    own = application.organisation
    return own.sort_name, own.folded_vat_number, own.web_domain
