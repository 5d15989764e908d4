"""The page on which the support office sees what people asked about their own data, and how it stands."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from clusterxchange.foundation import clock
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.journeys.personal_data import requests
from clusterxchange.journeys.personal_data.requests import DataRequest
from clusterxchange.journeys.support_office.journal_search import name_of
from clusterxchange.workflow.cases import date_in_words
from clusterxchange.workflow.pages import only_support_office, signed_in

PAGE = "/support/data-requests/"
OF_A_PAGE = 25
SORTS = {
    "": gettext_lazy("All"),
    "erasure": gettext_lazy("Erasures"),
    "copy": gettext_lazy("Copies"),
    "consent": gettext_lazy("Consents taken back"),
    "case": gettext_lazy("Exchanges forgotten"),
}
ASKED = {
    "erasure": gettext_lazy("Erase my account"),
    "copy": gettext_lazy("Download a copy of my data"),
    "consent": gettext_lazy("Take the consent to a success story back"),
    "case": gettext_lazy("Nobody asked: its years are over"),
}


@require_safe
@signed_in
def data_requests(request: HttpRequest) -> HttpResponse:
    """Show what was asked, how it stands, and until when something is kept."""
    only_support_office(request)
    sort, today = _sort(request), timezone.localtime(clock.now()).date()
    page = Paginator(requests.requests_of(sort), OF_A_PAGE).get_page(request.GET.get("page"))
    overdue = requests.overdue_cases(today)
    query = f"sort={sort}" if sort else ""
    context = {
        "sort": sort,
        "ways": [
            {
                "url": f"{PAGE}?sort={one}" if one else PAGE,
                "label": label,
                "count": str(requests.requests_of(one).count()),
                "current": one == sort,
            }
            for one, label in SORTS.items()
        ],
        "page": page,
        "query": query,
        "rows": [_shown(one, today) for one in requests.read_requests(page.object_list)],
        "overdue": ngettext(
            "%(count)d exchange should have been forgotten by now",
            "%(count)d exchanges should have been forgotten by now",
            overdue,
        )
        % {"count": overdue}
        if overdue
        else "",
        "files": {kind: f"{PAGE}requests.{kind}?{query}" for kind in ("csv", "xlsx")},
    }
    return render(request, "support_office/data_requests.html", context)


@require_safe
@signed_in
def requests_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give the requests of the sort on screen as a file."""
    only_support_office(request)
    today = timezone.localtime(clock.now()).date()
    header = [_("Asked on"), _("Who"), _("What was asked"), _("How it stands"), _("Kept until")]
    return list_response(f"data-requests-{today.isoformat()}", form, header, _cells(_sort(request), today))


def _cells(sort: str, today: date) -> Iterator[tuple[object, ...]]:
    for one in requests.read_requests(requests.requests_of(sort)):
        said = _shown(one, today)
        until = one.until.isoformat() if one.until else ""
        yield timezone.localtime(one.at).date().isoformat(), said["who"], said["what"], said["standing"], until


def _sort(request: HttpRequest) -> str:
    given = request.GET.get("sort", "")
    return given if given in SORTS else ""


def _shown(one: DataRequest, today: date) -> dict[str, Any]:
    who = name_of(one.person, is_erased=one.is_erased) if one.person is not None else ""
    reference = one.exchange.reference if one.exchange is not None else ""
    return {
        "asked": date_in_words(one.at),
        "who": who or reference,
        "url": f"/exchanges/{reference}/" if reference else "",
        "what": ASKED[one.sort],
        "standing": _standing(one),
        "until": date_format(one.until, _("j E Y")) if one.until else "",
        "is_late": one.until is not None and one.until < today,
    }


def _standing(one: DataRequest) -> str:
    if one.sort == "copy":
        return _("Handed out at once")
    if one.sort == "consent":
        return _("Taken back at once")
    if one.sort == "case":
        return _("Nothing personal is kept")
    if not one.kept:
        return _("Erased at once; nothing is kept")
    said = ngettext(
        "Erased at once; the law keeps %(count)d exchange",
        "Erased at once; the law keeps %(count)d exchanges",
        one.kept,
    )
    return said % {"count": one.kept}
