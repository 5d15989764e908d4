"""Pages on which the support office announces something, and what everybody does with it on their desk."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock
from clusterxchange.foundation.money import format_cents
from clusterxchange.foundation.spreadsheets import file_addresses, form_asked_for, list_response
from clusterxchange.journeys.models import Announcement
from clusterxchange.journeys.support_office import announcements, queries
from clusterxchange.phases.exchange_building import guards
from clusterxchange.phases.exchange_building.forms import DayField
from clusterxchange.workflow import cases, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, add_refusal, only_support_office, signed_in

PAGE = "/support/announcements/"
LONGEST_TEXT = 500
DAY = {
    "required": gettext_lazy("Write a date, for example 2026-03-02"),
    "invalid": gettext_lazy("Write a date, for example 2026-03-02"),
}


class AnnouncementForm(forms.Form):
    """What is said, to whom, and on which days."""

    text_en = forms.CharField(
        label=gettext_lazy("Text in English"),
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy("Plain text, at most 500 characters."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write the text")},
    )
    text_pl = forms.CharField(
        label=gettext_lazy("Text in Polish"),
        max_length=LONGEST_TEXT,
        required=False,
        help_text=gettext_lazy("Without it, everybody reads the English text."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who reads it"),
        choices=Announcement.Audience.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose who reads it"),
            "invalid_choice": gettext_lazy("Choose who reads it"),
        },
    )
    first_day = DayField(label=gettext_lazy("First day"), error_messages=DAY)
    last_day = DayField(label=gettext_lazy("Last day"), error_messages=DAY)


@require_http_methods(["GET", "POST"])
@signed_in
def announcement_list(request: HttpRequest) -> HttpResponse:
    """List what was announced, and announce something."""
    actor, at = only_support_office(request), clock.now()
    form, status = AnnouncementForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                announcements.publish_announcement(**form.cleaned_data, actor=actor, at=at)
            except NotDone as error:
                add_refusal(form, error.refusal)
            else:
                messages.success(request, _("The announcement stands on the desks on its days."))
                return redirect(PAGE)
    rows = Announcement.objects.select_related("published_by").order_by("-at", "-pk")[: queries.MOST_GROUPS]
    context = {"form": form, "rows": rows, "today": guards.today(at)}
    return render(request, "support_office/announcements.html", context, status=status)


@require_POST
@signed_in
def withdraw_announcement(request: HttpRequest, number: int) -> HttpResponse:
    """Take an announcement off every desk; a second click changes nothing."""
    actor = only_support_office(request)
    found = Announcement.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    if found.withdrawn_at is None:
        announcements.withdraw_announcement(found, actor=actor, at=clock.now())
    messages.success(request, _("The announcement stands on no desk any more."))
    return redirect(PAGE)


@require_POST
@signed_in
def dismiss_announcement(request: HttpRequest, number: int) -> HttpResponse:
    """Put an announcement away from one's own desk."""
    actor, at = actor_of(request), clock.now()
    found = Announcement.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    announcements.dismiss_announcement(found, actor=actor, at=at)
    return redirect("/desk/")


@require_safe
@signed_in
def disputes(request: HttpRequest) -> HttpResponseBase:
    """List the payments that a dispute has stopped, each with the page on which it is decided; also as a file."""
    only_support_office(request)
    at = clock.now()
    rows = [
        {
            "payment": payment,
            "url": f"/exchanges/{payment.exchange.reference}/payment/",
            "amount": format_cents(payment.amount_cents, request.LANGUAGE_CODE),
            "since": cases.date_in_words(payment.state_since),
            "due": cases.date_in_words(cases.last_day_of(due)) if due is not None else "",
            "is_late": due is not None and due <= at,
        }
        for payment, due in queries.disputes()
    ]
    if form := form_asked_for(request):
        header = [
            _("Payment"), _("Visiting organisation"), _("Partnership"), _("Amount in EUR"), _("Why it was stopped"),
            _("Since"), _("Decide by"),
        ]  # fmt: skip
        return list_response("disputes", form, header, map(_cells_of_dispute, rows))
    button = sentences.ACTIONS[Action.UNBLOCK_PAYMENT].button
    context = {"rows": rows, "button": button, "files": file_addresses("")}
    return render(request, "support_office/disputes.html", context)


def _cells_of_dispute(row: dict[str, Any]) -> tuple[object, ...]:
    payment = row["payment"]
    return (
        payment.reference, payment.exchange.visiting_organisation.legal_name,
        payment.exchange.visitor_partnership.acronym, payment.amount_cents / 100, payment.reason, row["since"],
        row["due"],
    )  # fmt: skip
