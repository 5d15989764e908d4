"""What a contact point types for somebody else: an invitation, a step done on paper or by phone, a list of people."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.access.actions import Action
from clusterxchange.foundation import files
from clusterxchange.foundation.tables import LARGEST, Table, read_table
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import operations, rules
from clusterxchange.phases.registration.assistance import imported_rows
from clusterxchange.phases.registration.assistance.imported_rows import Invited
from clusterxchange.phases.registration.forms import CheckedFile, choice, day, listing, long_text, text, translated
from clusterxchange.phases.registration.models import ActOnBehalf, Application
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.workflow.sentences import ACTIONS

REASON_LENGTH = 2000
PAPERS = (files.PDF, files.JPEG, files.PNG)


def _missing(form: forms.Form, names: Iterable[str]) -> None:
    for name in names:
        if not form.cleaned_data.get(name) and name not in form.errors:
            sentence = _("Fill in: %(label)s") % {"label": form.fields[name].label}
            form.add_error(name, ValidationError(sentence, code="cell_missing"))


def _mark_asked(form: forms.Form, names: Iterable[str]) -> None:
    """Mark what is needed, so that the page does not call it optional."""
    for name in names:
        if name in form.fields:
            form.fields[name].asked = True  # type: ignore[attr-defined]  # -- read by the template


class PartnershipOfOfficer(forms.Form):
    """A form that asks for the partnership where somebody works for several."""

    def __init__(self, *args: Any, partnerships: Iterable[Partnership], **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        kwargs = {**kwargs, "use_required_attribute": False}
        super().__init__(*args, **kwargs)
        self.partnerships = {row.slug: row for row in partnerships}
        if len(self.partnerships) > 1:
            offered = [(slug, row.acronym) for slug, row in self.partnerships.items()]
            self.fields = {"partnership": listing(_("Partnership"), offered), **self.fields}
            _mark_asked(self, ("partnership",))

    def chosen(self) -> Partnership | None:
        """Give the partnership; the only one where there is no choice."""
        if len(self.partnerships) == 1:
            return next(iter(self.partnerships.values()))
        return self.partnerships.get(self.cleaned_data.get("partnership", ""))

    def ask_for_partnership(self) -> None:
        """Ask for the partnership at its field."""
        if "partnership" in self.fields:
            _missing(self, ("partnership",))


class InviteForm(PartnershipOfOfficer):
    """For whom a registration is started, and what the invitation says."""

    needed = ("legal_name", "first_name", "last_name", "email")

    legal_name = text(gettext_lazy("Legal name of the organisation"), 200)
    first_name = text(gettext_lazy("First name of the person"), 80)
    last_name = text(gettext_lazy("Last name of the person"), 80)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the person"),
        required=False,
        max_length=254,
        error_messages={"invalid": gettext_lazy("Write an e-mail address, for example name@nowawic.example")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), required=False)
    message = long_text(
        gettext_lazy("Words of your own"), REASON_LENGTH, help_text=gettext_lazy("They stand in the invitation.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(settings.LANGUAGES)  # type: ignore[attr-defined]  # -- a choice field
        self.fields["language"].widget.choices = list(settings.LANGUAGES)

        _mark_asked(self, (*self.needed, "language"))

    def clean(self) -> dict[str, Any]:
        """Ask for each answer at its own field."""
        cleaned = super().clean() or self.cleaned_data
        _missing(self, self.needed)
        self.ask_for_partnership()
        return cleaned

    def person(self) -> Invited:
        """Give whom the form names."""
        given = self.cleaned_data
        return Invited(
            email=given["email"],
            first_name=given["first_name"],
            last_name=given["last_name"],
            legal_name=given["legal_name"],
            language=given["language"] or settings.LANGUAGE_CODE,
            message=given["message"],
        )


class RecordActForm(forms.Form):
    """A step that the participant has taken on paper or by phone."""

    needed = ("act", "channel", "done_on", "note")

    def __init__(self, *args: Any, application: Application, at: datetime, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        kwargs = {**kwargs, "use_required_attribute": False}
        super().__init__(*args, **kwargs)
        self.application, self.at = application, at
        offered = [
            (act.value, str(ACTIONS[act].button))
            for act in operations.ACTS
            if APPLICATION.row_for(act, application.state) is not None
        ]
        self.fields["act"] = choice(_("What did the participant do?"), offered)
        self.fields["channel"] = choice(_("How?"), translated(ActOnBehalf.Channel.choices))
        self.fields["done_on"] = day(_("On which day?"))
        self.fields["note"] = long_text(
            _("What was said or written"), REASON_LENGTH, help_text=_("The participant reads it before confirming.")
        )
        self.fields["evidence"] = CheckedFile(
            allowed=PAPERS,
            label=_("Photo or scan"),
            help_text=_("PDF, JPEG or PNG. Needed for what was done on paper."),
        )
        if Action.SUBMIT_APPLICATION.value in dict(offered):
            self.fields["declared"] = forms.BooleanField(
                label=_("The participant has made every declaration of the registration."), required=False
            )
        self.asked = (
            rules.questions_in(application.questions) if Action.RESUBMIT_APPLICATION.value in dict(offered) else []
        )
        for place, question in enumerate(self.asked, start=1):
            self.fields[f"answer_{place}"] = long_text(question, REASON_LENGTH)
        _mark_asked(self, self.needed)

    def clean_done_on(self) -> date | None:
        """Refuse a day that is still to come."""
        given: date | None = self.cleaned_data["done_on"]
        if given is not None and given > self.at.date():
            raise ValidationError(_("This day is still to come."), code="day_is_ahead")
        return given

    def clean(self) -> dict[str, Any]:
        """Ask for each answer at its own field."""
        cleaned = super().clean() or self.cleaned_data
        _missing(self, self.needed)
        act, channel = cleaned.get("act"), cleaned.get("channel")
        if channel == ActOnBehalf.Channel.PAPER and not cleaned.get("evidence") and "evidence" not in self.errors:
            sentence = _("Add a photo or scan of the paper: without it the record is worth nothing.")
            self.add_error("evidence", ValidationError(sentence, code="act_evidence_missing"))
        if act == Action.SUBMIT_APPLICATION and not cleaned.get("declared"):
            sentence = _("Tick this once the participant has made the declarations.")
            self.add_error("declared", ValidationError(sentence, code="declaration_missing"))
        if act == Action.RESUBMIT_APPLICATION:
            for place in range(1, len(self.asked) + 1):
                if not (cleaned.get(f"answer_{place}") or "").strip():
                    sentence = _("Answer question %(number)s as well.") % {"number": place}
                    self.add_error(f"answer_{place}", ValidationError(sentence, code="answer_missing"))
        return cleaned

    def inputs(self) -> dict[str, Any]:
        """Give what the step itself takes."""
        match Action(self.cleaned_data["act"]):
            case Action.SUBMIT_APPLICATION:
                return dict.fromkeys(rules.declarations_asked(self.application), True)
            case Action.RESUBMIT_APPLICATION:
                return {"answers": [self.cleaned_data[f"answer_{at}"] for at in range(1, len(self.asked) + 1)]}
        return {}


class ObjectForm(forms.Form):
    """Why a record is wrong."""

    reason = long_text(gettext_lazy("What is wrong with it?"), REASON_LENGTH)

    def clean_reason(self) -> str:
        """Ask for a sentence."""
        given: str = self.cleaned_data["reason"].strip()
        if not given:
            raise ValidationError(_("Give the reason in a sentence."), code="reason_missing")
        return given


FILE_SENTENCES = {
    "file_empty": gettext_lazy("The file is empty: choose another one"),
    "file_too_large": gettext_lazy("The file is too large: at most 1 MB"),
    "table_has_no_rows": gettext_lazy("The file has no row below its header."),
    "table_has_too_many_rows": gettext_lazy("The file has more than 500 rows: split it."),
    "table_is_too_wide": gettext_lazy("The file has more than 60 columns: take the template."),
    "file_is_no_table": gettext_lazy("This is no CSV or XLSX file without macros: save the list as one of these."),
}


class ListForm(PartnershipOfOfficer):
    """A list of people as a file."""

    list = forms.FileField(
        label=gettext_lazy("List as CSV or XLSX"),
        required=False,
        help_text=gettext_lazy("At most 500 rows and 1 MB. Nothing is imported before you confirm."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        max_length=200,
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        self.kind = kind
        self.table: Table | None = None
        self.content = b""
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Read the file, and ask for the columns that are needed."""
        cleaned = super().clean() or self.cleaned_data
        self.ask_for_partnership()
        given = cleaned.get("list")
        if "list" in self.errors:
            return cleaned
        if not given:
            self.add_error("list", ValidationError(_("Choose the file with the list."), code="file_missing"))
            return cleaned
        try:
            # One byte more than may come in is enough to know that there are too many.
            self.content = given.read(LARGEST + 1)
            self.table = read_table(self.content)
        except files.FileRefused as refused:
            self.add_error("list", ValidationError(FILE_SENTENCES[refused.code], code=refused.code))
            return cleaned
        _names, faults = imported_rows.columns_in(self.kind, self.table)
        lacking = [fault.column for fault in faults if fault.code == "column_missing"]
        if lacking:
            sentence = _("The list lacks these columns: %(columns)s. Take the template.")
            self.add_error("list", ValidationError(sentence % {"columns": ", ".join(lacking)}, code="column_missing"))
        return cleaned
