"""What the support office types about people of the offices."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from clusterxchange.journeys.offices.models import Role
from clusterxchange.journeys.partnerships.forms import MAIL

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST_REASON = 1000
OF_A_PROPOSAL = _("The second person reads it, and whoever it is about.")


def reason_field(help_text: "_StrPromise") -> forms.CharField:
    """Ask for a reason, and say who reads it."""
    return forms.CharField(
        label=_("Reason"),
        help_text=help_text,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why")},
    )


class ProposeAppointmentForm(forms.Form):
    """Who shall have which role, and why."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The address of an account that the person has opened and confirmed."),
        max_length=200,
        error_messages=MAIL,
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role"), "invalid_choice": _("Choose a role")},
    )
    reason = reason_field(OF_A_PROPOSAL)


class ReasonForm(forms.Form):
    """Why a role shall end."""

    reason = reason_field(OF_A_PROPOSAL)


class DeclineForm(forms.Form):
    """Why a change is declined."""

    reason = reason_field(_("Everybody of the support office reads it."))
