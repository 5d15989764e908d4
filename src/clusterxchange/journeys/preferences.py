"""What a person has the tool do their way: keys, mails, calendars, filters."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clusterxchange.access.actor import Actor
from clusterxchange.journeys.calendar_feeds import address_of, feeds_of
from clusterxchange.journeys.saved_filters import own_filters
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.workflow.models import MailPreferences
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in

HOURS = [(hour, f"{hour}:00") for hour in range(24)]
NO_HOUR = [("", gettext_lazy("No quiet hours"))]


def _hour(text: str) -> int | None:
    return int(text) if text else None


class DeskForm(forms.Form):
    """Whether single keys do anything, and whether the desk lists the first steps."""

    uses_keys = forms.BooleanField(label=gettext_lazy("Use single keys such as j, k and ?"), required=False)
    shows_first_steps = forms.BooleanField(label=gettext_lazy("List the first steps on my desk"), required=False)


class MailForm(forms.Form):
    """Which mails come, and when."""

    wants_news = forms.BooleanField(label=gettext_lazy("Tell me what others have done in my cases"), required=False)
    wants_messages = forms.BooleanField(label=gettext_lazy("Tell me that somebody wrote a message"), required=False)
    is_digest = forms.BooleanField(label=gettext_lazy("Send everything in one mail a day"), required=False)
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("When the one mail goes (Brussels time)"), choices=HOURS, coerce=int
    )
    quiet_from = forms.TypedChoiceField(
        label=gettext_lazy("No mail from (Brussels time)"),
        choices=[*NO_HOUR, *HOURS],
        coerce=_hour,
        required=False,
        empty_value=None,
    )
    quiet_until = forms.TypedChoiceField(
        label=gettext_lazy("No mail until (Brussels time)"),
        choices=[*NO_HOUR, *HOURS],
        coerce=_hour,
        required=False,
        empty_value=None,
    )

    def clean(self) -> None:
        """Ask for both ends of the quiet hours, or for neither."""
        begin, end = self.cleaned_data.get("quiet_from"), self.cleaned_data.get("quiet_until")
        if (begin is None) != (end is None):
            missing = "quiet_from" if begin is None else "quiet_until"
            self.add_error(missing, ValidationError(_("Choose both hours, or none of them."), code="hour_missing"))


@require_http_methods(["GET", "POST"])
@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """Show what the reader has chosen, and keep what they choose for their desk."""
    account = Account.objects.get(pk=actor_of(request).account_id or 0)
    form = DeskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(account, name, value)
        account.save(update_fields=list(form.cleaned_data))
        messages.success(request, _("Your choice is kept."))
        return redirect("journeys:preferences")
    return _page(request, account, _mail_form(account))


@require_POST
@signed_in
def keep_mail_preferences(request: HttpRequest) -> HttpResponse:
    """Keep which mails the reader wants, and when."""
    account = Account.objects.get(pk=actor_of(request).account_id or 0)
    form = MailForm(request.POST)
    if not form.is_valid():
        return _page(request, account, form, status=UNPROCESSABLE)
    MailPreferences.objects.update_or_create(account=account, defaults=form.cleaned_data)
    messages.success(request, _("Your choice is kept."))
    return redirect("journeys:preferences")


def _mail_form(account: Account) -> MailForm:
    kept = MailPreferences.objects.filter(account=account).first() or MailPreferences(account=account)
    return MailForm(initial={name: getattr(kept, name) for name in MailForm.base_fields})


def _page(request: HttpRequest, account: Account, mail_form: MailForm, *, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "title": _("Preferences"),
        "form": DeskForm(initial={name: getattr(account, name) for name in DeskForm.base_fields}),
        "mail_form": mail_form,
        "has_errors": mail_form.is_bound and bool(mail_form.errors),
        "calendars": _calendars(actor),
        "filters": own_filters(actor),
    }
    return render(request, "journeys/preferences.html", context, status=status)


def _calendars(actor: Actor) -> list[dict[str, object]]:
    """Give each calendar that the reader may have: their own and one for each partnership, with its address."""
    made = {feed.partnership_id: feed for feed in feeds_of(actor)}
    offered: list[tuple[int | None, str, str]] = [(None, "", _("What is due for you, and your stays"))]
    for one in Partnership.objects.filter(pk__in=actor.partnerships).order_by("acronym"):
        title = _("What is due for %(partnership)s, and its stays") % {"partnership": one.acronym}
        offered.append((one.pk, one.slug, title))
    return [
        {
            "title": title,
            "slug": slug,
            "number": made[key].pk if key in made else "",
            # Whoever knows the address can read it, and would long after they stopped to look as somebody else.
            "address": address_of(made[key]) if key in made and actor.viewed_by is None else "",
        }
        for key, slug, title in offered
    ]
