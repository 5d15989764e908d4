"""Whether the support office looks at the tool as somebody else does: kept in its session alone."""

from django.conf import settings
from django.http import HttpRequest

from clusterxchange.journeys.support_office.queries import offices
from clusterxchange.parties.accounts.models import Account

VIEWED_AS = "viewed_as"
# What can be sent meanwhile: back to one's own eyes, or out.
WAYS_OUT = ("/support/view-as/end/", "/sign-out/")
SAFE = ("GET", "HEAD", "OPTIONS")


def viewed_account(request: HttpRequest) -> Account | None:
    """Give whose view the reader has taken, if they are of the support office and have."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or VIEWED_AS not in request.session:
        return None
    reader = request.user
    if not isinstance(reader, Account) or not (reader.is_active and reader.is_support_office):
        return None
    return Account.objects.filter(pk=request.session[VIEWED_AS], is_active=True).exclude(offices()).first()


def is_let_through(request: HttpRequest) -> bool:
    """Tell whether a request may be carried out while the tool is seen as somebody else sees it."""
    return request.method in SAFE or request.path in WAYS_OUT
