"""The outbox of a partnership: what goes out in its name waits here, to be read, changed or kept back."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.journeys.partnerships.directory import published
from clusterxchange.journeys.partnerships.life import PARTNERSHIP
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.workflow import cases, engine, mail_times
from clusterxchange.workflow.jobs import send_notice
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Notice, Outbox
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, actor_of, signed_in

KEPT_BACK = datetime(9999, 1, 1, tzinfo=UTC)
AT_ONCE, AS_PLANNED, KEEP = "now", "planned", "keep"
MOMENTS = [
    (AT_ONCE, gettext_lazy("Now")),
    (AS_PLANNED, gettext_lazy("At the time planned")),
    (KEEP, gettext_lazy("Not before somebody of us sends it")),
]
MOST = 100


class OutboxForm(forms.Form):
    """For how long mails wait."""

    minutes = forms.TypedChoiceField(
        label=gettext_lazy("How long mails wait before they go"),
        coerce=int,
        choices=[
            (0, gettext_lazy("They go at once")),
            (15, gettext_lazy("15 minutes")),
            (60, gettext_lazy("1 hour")),
            (240, gettext_lazy("4 hours")),
            (1440, gettext_lazy("1 day")),
        ],
    )


class MailForm(forms.Form):
    """What somebody adds to a mail, and when it goes; one that is kept back has no time planned any more."""

    letter = forms.CharField(
        label=gettext_lazy("Words of your own in the mail"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    when = forms.ChoiceField(
        label=gettext_lazy("When it goes"),
        widget=forms.RadioSelect,
        choices=MOMENTS,
    )

    def __init__(self, answers: QueryDict | None, *, notice: Notice) -> None:
        """Begin with how the mail stands."""
        is_kept_back = notice.held_until == KEPT_BACK
        initial = {"letter": notice.params.get("letter", ""), "when": KEEP if is_kept_back else AS_PLANNED}
        super().__init__(answers, initial=initial)
        when = self.fields["when"]
        if is_kept_back and isinstance(when, forms.ChoiceField):
            when.choices = [choice for choice in MOMENTS if choice[0] != AS_PLANNED]


def mails_kept_back(actor: Actor) -> list[tuple[str, int]]:
    """Count the mails that wait until somebody of the reader's partnerships sends them, each number with its outbox."""
    kept = Notice.objects.filter(sent_at=None, held_until=KEPT_BACK, partnership__in=actor.partnerships_as(CASE_PEOPLE))
    counted = kept.order_by("partnership__slug").values_list("partnership__slug").annotate(number=Count("pk"))
    return [(reverse("partnerships:outbox", args=[slug]), number) for slug, number in counted]


def _allowed(request: HttpRequest, slug: str, action: Action) -> Partnership | HttpResponse:
    partnership = published(slug)
    if decide.may(actor_of(request), PARTNERSHIP.name, action, partnership):
        return partnership
    return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)


def _waiting(partnership: Partnership) -> Any:  # noqa: ANN401 -- a list of notices that can still be locked
    return Notice.objects.filter(partnership=partnership, sent_at=None).select_related("account").order_by("pk")


@require_safe
@signed_in
def outbox(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what waits to go out in the partnership's name, and for how long mails wait."""
    found = _allowed(request, slug, Action.EDIT_MAIL)
    return found if isinstance(found, HttpResponse) else _page(request, found)


def _page(request: HttpRequest, partnership: Partnership, form: OutboxForm | None = None) -> HttpResponse:
    kept = Outbox.objects.filter(partnership=partnership).first()
    waiting = list(_waiting(partnership)[:MOST])
    context = {
        "title": _("Outbox"),
        "partnership": partnership,
        "own_url": PARTNERSHIP.address(partnership),
        "tasks": [
            {
                "url": f"{PARTNERSHIP.address(partnership)}outbox/{one.pk}/edit-mail/",
                "title": mail_of(one, is_for_others=True).subject,
                "when": _("Kept back") if one.held_until == KEPT_BACK else _goes(one),
                "state": "held" if one.held_until == KEPT_BACK else "theirs",
                "note": _("To %(person)s") % {"person": one.account.full_name or one.account.email},
            }
            for one in waiting
        ],
        "form": form or OutboxForm(initial={"minutes": kept.minutes if kept is not None else 0}),
        "may_change": decide.may(actor_of(request), PARTNERSHIP.name, Action.EDIT_PARTNERSHIP, partnership),
        "has_errors": form is not None,
    }
    return render(request, "partnerships/outbox.html", context, status=UNPROCESSABLE if form is not None else 200)


def _goes(notice: Notice) -> str:
    moment = notice.held_until or notice.at
    return _("Goes on %(day)s") % {"day": cases.date_in_words(moment)}


@require_POST
@signed_in
def keep_outbox(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose for how long mails wait; what waits already keeps its time."""
    found = _allowed(request, slug, Action.EDIT_PARTNERSHIP)
    if isinstance(found, HttpResponse):
        return found
    form = OutboxForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    with engine.unit_of_work(actor_of(request), clock.now()):
        minutes = form.cleaned_data["minutes"]
        if minutes:
            Outbox.objects.update_or_create(partnership=found, defaults={"minutes": minutes})
        else:
            Outbox.objects.filter(partnership=found).delete()
        engine.record(
            found, Action.EDIT_PARTNERSHIP, actor=actor_of(request), at=clock.now(), payload={"outbox_minutes": minutes}
        )
    messages.success(request, _("Your choice is kept."))
    return redirect("partnerships:outbox", slug=slug)


@require_http_methods(["GET", "POST"])
@signed_in
def edit_mail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a mail that waits as its reader would get it, and let one's own words and its time be changed."""
    found = _allowed(request, slug, Action.EDIT_MAIL)
    if isinstance(found, HttpResponse):
        return found
    notice = _waiting(found).filter(pk=number).first()
    if notice is None:
        raise Http404
    form = MailForm(request.POST if request.method == "POST" else None, notice=notice)
    if request.method == "POST" and form.is_valid():
        return _kept(request, found, notice, form.cleaned_data["letter"].strip(), form.cleaned_data["when"])
    mail = mail_of(notice, is_for_others=True)
    context = {
        "title": _("A mail that waits"),
        "partnership": found,
        "own_url": PARTNERSHIP.address(found),
        "outbox_url": f"{PARTNERSHIP.address(found)}outbox/",
        "subject": mail.subject,
        "text": mail.body,
        "language": notice.account.language,
        "form": form,
        "has_errors": form.is_bound,
    }
    return render(request, "partnerships/mail.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _kept(request: HttpRequest, partnership: Partnership, notice: Notice, letter: str, when: str) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    with engine.unit_of_work(actor, at):
        standing = _waiting(partnership).select_for_update(of=("self",)).filter(pk=notice.pk).first()
        if standing is None:
            messages.info(request, _("This mail has gone out meanwhile."))
            return redirect("partnerships:outbox", slug=partnership.slug)
        standing.params = {**standing.params, "letter": letter}
        # Whoever sends it does not know when its reader wants no mail; the tool does.
        reader = mail_times.preferences_of([standing.account_id]).get(standing.account_id)
        wish = mail_times.held_until(reader, at) if when == AT_ONCE else None
        if when == KEEP:
            standing.held_until = KEPT_BACK
        elif when == AT_ONCE:
            standing.held_until = wish or at
        standing.save(update_fields=["params", "held_until"])
        engine.record(partnership, Action.EDIT_MAIL, actor=actor, at=at, payload={"letter": letter, "when": when})
        if when == AT_ONCE and wish is None:
            transaction.on_commit(lambda: send_notice.defer(notice_id=notice.pk))
    if wish is not None:
        messages.success(request, _("The mail goes as soon as its reader wants to get mail."))
    else:
        messages.success(request, _("The mail is on its way.") if when == AT_ONCE else _("The mail is kept so."))
    return redirect("partnerships:outbox", slug=partnership.slug)
