"""The language that somebody chooses for the pages is the one in which they are written to."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from clusterxchange.parties.accounts.models import Account


def choose_language(request: HttpRequest) -> HttpResponse:
    """Set the language of the pages, and with it that of the mails to whoever is signed in."""
    code = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.method == "POST" and request.user.is_authenticated and check_for_language(code):
        Account.objects.filter(pk=request.user.pk).update(language=code)
    return set_language(request)
