"""What only a demonstration shows: its accounts with their passwords, and the mails that nobody was sent."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusterxchange.foundation import clock
from clusterxchange.foundation.mail import links_in
from clusterxchange.foundation.models import DemonstrationMail
from clusterxchange.journeys.one_time_codes import code_at, seconds_left

ROLES = {
    "visiting_organisation": _("Visiting organisation"),
    "host_organisation": _("Host organisation"),
    "contact_point": _("Contact point"),
    "coordinator": _("Coordinator, releases payments"),
    "support_office": _("Support office"),
    "agency": _("Agency"),
    "participant": _("Participant elsewhere"),
    "newcomer": _("Newcomer without an organisation"),
}
ACCOUNTS_FILE = "demo-accounts.json"
MAILS_A_PAGE = 25


def accounts_of_demonstration() -> list[dict[str, Any]]:
    """Read the accounts that the demonstration was filled with; none where it has not been filled."""
    path = Path(settings.DATA) / ACCOUNTS_FILE
    if not path.exists():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


@never_cache
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts, each with what signing in as it needs right now."""
    moment = clock.real_now().timestamp()
    found = [
        {
            **account,
            "role": ROLES.get(account["role"], account["role"]),
            "code": code_at(account["totp_secret"], moment) if account.get("totp_secret") else "",
        }
        for account in accounts_of_demonstration()
    ]
    context = {"accounts": found, "seconds_left": seconds_left(moment), "now": clock.now()}
    return render(request, "journeys/demonstration_accounts.html", context)


@never_cache
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Show the mails, newest first; as JSON in the order in which they went out."""
    rows = DemonstrationMail.objects.order_by("pk")
    wanted = request.GET.get("to", "")
    if wanted:
        rows = rows.filter(to__iexact=wanted)
    if request.GET.get("format") == "json":
        return JsonResponse([_as_json(mail) for mail in rows], safe=False)
    page = Paginator(rows.order_by("-pk"), MAILS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "journeys/demonstration_mails.html", {"page": page, "to": wanted})


def _as_json(mail: DemonstrationMail) -> dict[str, Any]:
    return {
        "to": mail.to,
        "subject": mail.subject,
        "language": mail.language,
        "text": mail.text,
        "links": links_in(mail.text),
        "at": mail.at.isoformat(),
    }
