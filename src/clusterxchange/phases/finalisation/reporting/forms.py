"""What is asked beside the report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.files import JPEG, PNG
from clusterxchange.phases.finalisation.forms import EvidenceField


class StoryPhotoForm(forms.Form):
    """A photo of the story."""

    photo = EvidenceField(
        label=_("Photo"),
        taken=(JPEG, PNG),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/heic"}),
        help_text=_("JPEG or PNG, up to 10 MB. Ask the people whom it shows first."),
    )
    description = forms.CharField(
        label=_("What the photo shows"), max_length=200, help_text=_("For those who cannot see it.")
    )


class PresenceForm(forms.Form):
    """The code that the visitor shows."""

    code = forms.CharField(
        label=_("The six digits that the visitor shows you"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
