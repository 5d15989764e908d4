"""What the support office types about the rules of an edition."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.foundation.asked import asked
from clusterxchange.journeys.scheme_data.parts import Group, SchemePart, named, part_with
from clusterxchange.journeys.scheme_data.places import Document
from clusterxchange.scheme.reading import InvalidDocument
from clusterxchange.workflow.pages import StepForm

LARGEST_FILE = 4 * 1024 * 1024


class PartOfSchemeForm(forms.Form):
    """The answers of one part; a field has the path of its place as its name."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, part: SchemePart, document: Document) -> None:
        self.document, self.part = document, part
        self.groups: list[Group] = part.groups(document)
        self.places = [place for group in self.groups for place in group.places]
        super().__init__(data)
        for place in self.places:
            field = place.kind.field(place.label)
            field.initial = place.kind.read(document, place.path)
            self.fields[place.path] = field

    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields by their groups."""
        return [(group.title, [self[place.path] for place in group.places]) for group in self.groups]

    def changed_document(self) -> Document:
        """Give the document with every answer that is another one than before."""
        document = self.document
        for place in self.places:
            if place.path in self.changed_data:
                document = place.kind.write(document, place.path, self.cleaned_data[place.path])
        return document

    def refuse(self, error: InvalidDocument) -> None:
        """Say a mistake in the document at the field that stands for its place."""
        sentence = _("%(problem)s.") % {"problem": capfirst(error.problem)}
        held = [path for path in self.fields if error.path == path or error.path.startswith((f"{path}.", f"{path}["))]
        if held:
            self.add_error(max(held, key=len), forms.ValidationError(sentence, code="document_is_wrong"))
        else:
            part = part_with(error.path, self.document)
            names = {"place": part.title if part is not None else error.path, "problem": error.problem}
            sentence = _("%(place)s: %(problem)s.") % names
            self.add_error(None, forms.ValidationError(sentence, code="document_is_wrong"))


class NewCountryForm(forms.Form):
    """A country that the edition does not name yet."""

    code = forms.RegexField(
        r"^[A-Z]{2}$",
        label=gettext_lazy("Code of the country"),
        help_text=gettext_lazy("Two capital letters, for example CH."),
        error_messages={"invalid": gettext_lazy("Write two capital letters, for example CH")},
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"), max_length=60, help_text=gettext_lazy("For example Europe/Zurich.")
    )
    has_regions = forms.BooleanField(label=gettext_lazy("Has regions of the European statistics"), required=False)
    has_iban = forms.BooleanField(label=gettext_lazy("Has accounts with an IBAN"), required=False)
    in_sepa = forms.BooleanField(label=gettext_lazy("Is in the euro payment area"), required=False)

    def clean_code(self) -> str:
        """Refuse what is no country with a calendar."""
        code: str = self.cleaned_data["code"]
        if named(code) == code:
            raise forms.ValidationError(_("No country has this code."), code="unknown_country")
        return code

    def added_to(self, document: Document) -> Document:
        """Give the document with the country at its end."""
        country = {**self.cleaned_data, "participates": True}
        return {**document, "countries": [*document["countries"], country]}

    def refuse(self, error: InvalidDocument) -> None:
        """Say a mistake at the field that stands for its place."""
        last = error.path.rpartition(".")[2]
        sentence = _("%(problem)s.") % {"problem": capfirst(error.problem)}
        self.add_error(last if last in self.fields else None, forms.ValidationError(sentence, code="document_is_wrong"))


class EditionFileForm(forms.Form):
    """An edition as one file."""

    file = forms.FileField(
        label=gettext_lazy("File of an edition"),
        help_text=gettext_lazy("As it is downloaded here. Nothing changes before a second person approves it."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_file(self) -> bytes:
        """Refuse a file that is too large to be one."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is too large to be an edition."), code="too_large")
        content: bytes = file.read()
        return content

    def refuse(self, error: InvalidDocument) -> None:
        """Say which place of the file is wrong."""
        sentence = _("%(place)s: %(problem)s.") % {"place": error.path, "problem": error.problem}
        self.add_error("file", forms.ValidationError(sentence, code="document_is_wrong"))


class ProposeVersionForm(StepForm):
    """From which day it shall hold, and why."""

    effective_on = asked(
        forms.DateField(
            label=gettext_lazy("Holds from"),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}),
            error_messages={"invalid": gettext_lazy("Write a date, for example 2026-09-01")},
        )
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it changes"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- what every step's form takes
        super().__init__(*args, **kwargs)
        if self.subject.edition_id is None:
            # A new edition holds from its own first day.
            del self.fields["effective_on"]


class ReturnVersionForm(StepForm):
    """What shall be looked at again."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
