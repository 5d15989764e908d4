"""My data and settings: what is held, a copy, erasure, consents, and who has opened what."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusterxchange.foundation import clock, files
from clusterxchange.journeys.personal_data import operations, queries
from clusterxchange.journeys.personal_data.kinds import KINDS
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.finalisation.models import ActivityReport
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.pages import CONFLICT, signed_in
from clusterxchange.workflow.sentences import refusal_sentence

UNPROCESSABLE = 422
CONSENT_WORDS = {"privacy": gettext_lazy("How personal data is handled")}


class EraseForm(forms.Form):
    """One box, which nobody ticks by chance."""

    confirmed = forms.BooleanField(label=gettext_lazy("Erase my account and what is held of me"))


@never_cache
@require_GET
@signed_in
def my_data(request: HttpRequest) -> HttpResponse:
    """Show a person what is held of them, why and for how long, and who has opened it."""
    account = _account(request)
    held = queries.held_of(account)
    kinds = [kind for kind in KINDS if any(kind in declaration.holds for declaration, _rows in held)]
    stories = ActivityReport.objects.filter(
        exchange__in=queries.exchanges_of(account), story_may_be_published=True
    ).select_related("exchange")
    context = {
        "breadcrumb": [(_("Desk"), "/desk/")],
        "account": account,
        "kinds": kinds,
        "rows": sum(number for _declaration, number in held),
        "openings": queries.openings_of(account),
        "consents": [(CONSENT_WORDS[one.what], one.text_version, one.given_at) for one in account.given_consents.all()],
        "stories": [
            (one.exchange.reference, f"/exchanges/{one.exchange.reference}/report/") for one in stories.order_by("pk")
        ],
    }
    return render(request, "personal_data/mine.html", context)


@require_POST
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # -- the package brings no types
def export(request: HttpRequest) -> HttpResponse:
    """Hand out a copy of all that is held of a person."""
    at = clock.now()
    return files.as_attachment(
        operations.hand_out_copy(_account(request), at), f"my-data-{at.date()}.zip", "application/zip"
    )


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
@reauthentication_required  # type: ignore[untyped-decorator]  # -- the package brings no types
def erase(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays until when, and erase once it is confirmed."""
    account = _account(request)
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.erase_person(account, clock.now())
        except Refused as refused:
            code = refused.refusal.code
            refusal = {"code": code, "action": "erase_person", "sentence": refusal_sentence(code, {})}
            return _erase_page(request, account, form, refusal=refusal, status=CONFLICT)
        logout(request)
        messages.info(request, _("Your account is erased. Nobody can sign in with it any more."))
        return redirect("/")
    return _erase_page(request, account, form, status=UNPROCESSABLE if form.errors else 200)


def _erase_page(
    request: HttpRequest,
    account: Account,
    form: EraseForm,
    *,
    refusal: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    until = queries.kept_until(account)
    context = {
        "breadcrumb": [(_("Desk"), "/desk/"), (_("My data and settings"), "/my-data/")],
        "form": form,
        "refusal": refusal,
        "in_the_way": queries.in_the_way(account),
        "has_office": account.is_support_office or account.is_agency,
        "kept": queries.kept_kinds(account),
        "until": date_format(until, _("j E Y")) if until else "",
    }
    return render(request, "personal_data/erase.html", context, status=status)


def _account(request: HttpRequest) -> Account:
    return Account.objects.get(pk=request.user.pk or 0)
