"""What a person has the tool do their way."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clusterxchange.journeys.saved_filters import own_filters
from clusterxchange.parties.accounts.models import Account
from clusterxchange.workflow.pages import actor_of, signed_in


class PreferencesForm(forms.Form):
    """What can be switched on and off."""

    uses_keys = forms.BooleanField(label=gettext_lazy("Use single keys such as j, k and ?"), required=False)


@require_http_methods(["GET", "POST"])
@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """Show what the reader has chosen, and keep what they change."""
    actor = actor_of(request)
    account = Account.objects.get(pk=actor.account_id or 0)
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial={"uses_keys": account.uses_keys})
    if request.method == "POST" and form.is_valid():
        account.uses_keys = form.cleaned_data["uses_keys"]
        account.save(update_fields=["uses_keys"])
        messages.success(request, _("Your choice is kept."))
        return redirect("journeys:preferences")
    context = {"title": _("Preferences"), "form": form, "filters": own_filters(actor)}
    return render(request, "journeys/preferences.html", context)
