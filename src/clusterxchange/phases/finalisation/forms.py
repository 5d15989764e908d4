"""What each step after the end asks."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.asked import asked
from clusterxchange.foundation.examples import with_example
from clusterxchange.foundation.files import JPEG, PDF, PNG, FileRefused, check
from clusterxchange.phases.exchange_building.guards import has_iban
from clusterxchange.phases.finalisation import queries, rules
from clusterxchange.phases.finalisation.cleaning import CannotBeRead, is_heic
from clusterxchange.phases.finalisation.models import EvidenceItem
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.scheme import code_lists
from clusterxchange.workflow.pages import StepForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

TAKEN = (PDF, JPEG, PNG)
# Bank details are kept sealed or not at all.
NEVER_IN_A_DRAFT = frozenset({"account_holder", "iban", "account_number", "bic", "bank_address"})
# The second input of each piece of evidence bears its name with this ending.
CAMERA = "_camera"
LONG_TEXT, SHORT_TEXT = 3000, 500
MOST_DAYS, MOST_COUNTED = 31, 9999
COUNTED_OUTCOMES = ("contacts", "meetings", "project_ideas", "agreements", "new_memberships")
HOST_RATINGS: dict[str, "Text"] = {
    "visitor": _("The visiting organisation"),
    "host_partnership": _("The host's partnership"),
    "tool": _("This tool"),
    "information": _("The information received"),
}
FILE_REFUSALS: dict[str, "Text"] = {
    "file_empty": _("The file is empty. Choose another one."),
    "file_too_large": _("The file is larger than 10 MB. Choose a smaller one."),
    "file_type_not_allowed": _("This kind of file is not taken. Choose a PDF, JPEG or PNG file."),
    "file_name_does_not_match": _("The name of the file does not fit its content. Save it as PDF, JPEG or PNG first."),
    "file_has_active_content": _("The file carries out something when it is opened. Print it to a new PDF first."),
    "file_is_damaged": _("The file cannot be read. Save it anew and upload it again."),
    "file_is_encrypted": _("The file asks for a password. Save it without one and upload it again."),
    "file_is_heic": _(
        "This is a HEIC photo. Use the camera button here, or open the photo, choose Save as or Export, and take JPEG."
    ),
}


class EvidenceField(forms.FileField):
    """A file that shows something: looked at from its content, never from its name."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,image/heic"})

    def __init__(self, *args: Any, taken: Iterable[str] = TAKEN, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.taken = tuple(taken)

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ANN401 -- the signature of Django's field
        """Give the file as the operation takes it, None where none was chosen."""
        if isinstance(data, UploadedFile) and not data.size:
            raise _file_refused("file_empty")
        if isinstance(data, UploadedFile) and is_heic(data.read(16)):
            raise _file_refused("file_is_heic")
        if isinstance(data, UploadedFile):
            data.seek(0)
        upload = super().clean(data, initial)
        if not isinstance(upload, UploadedFile):
            return None
        try:
            content, kind, name = check(upload, self.taken)
        except FileRefused as refused:
            raise _file_refused(refused.code) from None
        file = CheckedFile(content, kind, name)
        try:
            file.shown  # noqa: B018 -- made here, so that what cannot be read is said at the field
        except CannotBeRead as reason:
            raise _file_refused(reason.code) from None
        return file


def camera_field(label: "Text") -> EvidenceField:
    """Make the button by which a phone opens its camera; elsewhere it is not shown."""
    return EvidenceField(
        label=label,
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )


def _file_refused(code: str) -> ValidationError:
    return ValidationError(str(FILE_REFUSALS[code]), code=code)


class RatingField(forms.TypedChoiceField):
    """A mark from the lowest to the highest of the scheme, side by side."""

    look = "segmented"

    def __init__(self, label: "Text", marks: Iterable[int], **options: Any) -> None:  # noqa: ANN401 -- Django's options
        super().__init__(
            label=label, choices=[(mark, str(mark)) for mark in marks], coerce=int, widget=forms.RadioSelect, **options
        )


def long_text(label: "Text", *, required: bool = True, help_text: "Text" = "", rows: int = 4) -> forms.CharField:
    """Make a field for some sentences."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


@dataclass(frozen=True)
class Group:
    """Fields that stand together under a heading."""

    title: "Text"
    fields: list[forms.BoundField]
    hint: "Text" = ""
    folded: bool = False


class ReportForm(StepForm):
    """What both reports share."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.exchange = self.subject.exchange
        self.scheme = queries.rules_of(self.exchange, self.at)
        marks = self.scheme.report
        self.marks = range(marks.lowest_rating, marks.highest_rating + 1)

    def fill_in_the_draft(self) -> None:
        """Show what was typed and saved on the way, as it was typed."""
        for name, typed in self.subject.draft.items():
            if name in self.fields and name not in NEVER_IN_A_DRAFT and typed is not None:
                self.initial[name] = typed

    def typed(self) -> dict[str, Any]:
        """Give what stands in the fields as it was typed, whether right or not; no account is among it."""
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name in NEVER_IN_A_DRAFT:
                continue
            value = field.widget.value_from_datadict(self.data, self.files, name)
            found[name] = (
                [str(one)[:LONG_TEXT] for one in value]
                if isinstance(value, list)
                else (value if isinstance(value, bool) or value is None else str(value)[:LONG_TEXT])
            )
        return found

    def add_ratings(self, labels: Iterable[tuple[str, "Text"]]) -> list[str]:
        """Add a rating for each of the codes."""
        self.rated = [code for code, _label in labels]
        for code, label in labels:
            given = self.subject.ratings.get(code)
            self.fields[f"rating_{code}"] = RatingField(label, self.marks, initial=given)
        return [f"rating_{code}" for code in self.rated]

    def group(self, title: "Text", names: Iterable[str], hint: "Text" = "", *, folded: bool = False) -> Group:
        """Put some fields under a heading."""
        bound = [self[name] for name in names if name in self.fields]
        return Group(title, bound, hint, folded and not any(field.errors for field in bound))

    def ratings_given(self) -> dict[str, int]:
        """Give the marks by code."""
        return {code: self.cleaned_data[f"rating_{code}"] for code in self.rated}


class VisitorReportForm(ReportForm):
    """The visitor's final activity report: about ten minutes, filled in from what was agreed."""

    actual_first_day = forms.DateField(
        label=_("First day at the host"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    actual_last_day = forms.DateField(
        label=_("Last day at the host"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    actual_days = forms.IntegerField(
        label=_("Full working days at the host"),
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("Travel days do not count. More days than agreed do not raise the amount."),
    )
    deviations = long_text(_("What went otherwise than planned"), required=False, rows=3)
    activities_done = with_example(
        long_text(_("What you did")),
        _("Two days at the line with the shift leader, one day of trials with our own yarn, a meeting about prices."),
    )
    outcomes = forms.MultipleChoiceField(
        label=_("What came out of it"), required=False, widget=forms.CheckboxSelectMultiple
    )
    recommends = forms.TypedChoiceField(
        label=_("Would you recommend such an exchange to others"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    suggestions = long_text(_("Suggestions"), required=False, rows=3)
    success_story = long_text(
        _("Success story"), required=False, help_text=_("A few sentences that others could learn from.")
    )
    story_may_be_published = forms.BooleanField(label=_("The story may be published"), required=False)
    bank_details_are_right = forms.BooleanField(
        label=_("The bank details in the financial agreement are still right"), required=False
    )
    account_holder = forms.CharField(label=_("Account holder"), required=False, max_length=140)
    iban = forms.CharField(label=_("IBAN"), required=False, max_length=50)
    account_number = forms.CharField(label=_("Account number"), required=False, max_length=50)
    bic = forms.CharField(label=_("BIC"), required=False, max_length=20)
    bank_address = forms.CharField(label=_("Address of the bank"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self._fill_in_what_was_agreed()
        self.objectives = self._ask_for_each_objective()
        offered = cast("forms.MultipleChoiceField", self.fields["outcomes"])
        offered.choices = code_lists.choices(self.scheme, "report_outcomes")
        self.counts = [code for code in COUNTED_OUTCOMES if code in self.scheme.code_lists["report_outcomes"]]
        for code in self.counts:
            self.fields[f"count_{code}"] = forms.IntegerField(
                label=_("How many: %(what)s") % {"what": code_lists.label(self.scheme, "report_outcomes", code)},
                required=False,
                min_value=0,
                max_value=MOST_COUNTED,
                initial=self.subject.outcomes.get(code),
            )
        travels = self.exchange.is_funded
        rated = [one for one in code_lists.choices(self.scheme, "ratings") if travels or one[0] != "funding"]
        self.ratings = self.add_ratings(rated)
        self._ask_for_the_account(travels=travels)
        self.fill_in_the_draft()

    def _fill_in_what_was_agreed(self) -> None:
        report, commitment = self.subject, self.exchange.commitment
        agreed = (
            {
                "actual_first_day": commitment.first_day,
                "actual_last_day": commitment.last_day,
                "actual_days": commitment.working_days,
            }
            if commitment is not None
            else {}
        )
        for name in ("actual_first_day", "actual_last_day", "actual_days"):
            written = getattr(report, name)
            self.fields[name].initial = agreed.get(name) if written is None else written
        for name in (
            "deviations",
            "activities_done",
            "suggestions",
            "success_story",
            "story_may_be_published",
            "bank_details_are_right",
        ):
            self.fields[name].initial = getattr(report, name)
        self.fields["outcomes"].initial = list(report.outcomes)
        if report.recommends is not None:
            self.fields["recommends"].initial = "yes" if report.recommends else "no"

    def _ask_for_each_objective(self) -> list[str]:
        commitment = self.exchange.commitment
        wanted = rules.objectives_of(commitment.objectives_visitor if commitment is not None else "")
        written = {row["objective"]: row for row in self.subject.objectives}
        for number, objective in enumerate(wanted, start=1):
            row = written.get(objective, {})
            self.fields[f"objective_{number}_rating"] = RatingField(
                _("How far you reached: %(objective)s") % {"objective": objective},
                self.marks,
                initial=row.get("reached"),
                help_text=_("1 is not at all, 5 is completely."),
            )
            self.fields[f"objective_{number}_sentence"] = forms.CharField(
                label=_("What was reached of objective %(number)s, in a sentence") % {"number": number},
                max_length=SHORT_TEXT,
                initial=row.get("sentence"),
            )
        return wanted

    def _ask_for_the_account(self, *, travels: bool) -> None:
        unasked = ["bank_details_are_right", "account_holder", "iban", "account_number", "bic", "bank_address"]
        if travels:
            unasked = ["account_number", "bank_address"] if has_iban(self.subject, self.scheme) else ["iban"]
        for name in unasked:
            del self.fields[name]

    @property
    def groups(self) -> Iterator[Group]:
        """Give the fields under their headings, in the order in which one tells it."""
        numbers = range(1, len(self.objectives) + 1)
        yield self.group(
            _("The stay"), ("actual_first_day", "actual_last_day", "actual_days", "deviations", "activities_done")
        )
        yield self.group(
            _("Objectives"), [f"objective_{number}_{part}" for number in numbers for part in ("rating", "sentence")]
        )
        yield self.group(_("Outcomes"), ("outcomes", *(f"count_{code}" for code in self.counts)))
        yield self.group(_("Ratings"), self.ratings, _("1 is the lowest, 5 the highest."))
        yield self.group(
            _("In the end"),
            ("recommends", "suggestions", "success_story", "story_may_be_published", "bank_details_are_right"),
        )
        account = self.group(
            _("If the bank details have changed: the new account"),
            ("account_holder", "iban", "account_number", "bic", "bank_address"),
            folded=True,
        )
        if account.fields:
            yield account

    def inputs(self) -> dict[str, Any]:
        """Give the answers named as the columns of the report."""
        given = self.cleaned_data
        plain = (
            "actual_first_day",
            "actual_last_day",
            "actual_days",
            "deviations",
            "activities_done",
            "recommends",
            "suggestions",
        )
        last = (
            "success_story",
            "story_may_be_published",
            "bank_details_are_right",
            "account_holder",
            "iban",
            "account_number",
            "bic",
            "bank_address",
        )
        counts = {code: given.get(f"count_{code}") for code in self.counts}
        reached = [
            code for code in self.scheme.code_lists["report_outcomes"] if code in given["outcomes"] or counts.get(code)
        ]
        objectives = [
            {
                "objective": text,
                "reached": given[f"objective_{number}_rating"],
                "sentence": given[f"objective_{number}_sentence"],
            }
            for number, text in enumerate(self.objectives, start=1)
        ]
        return {
            **{name: given[name] for name in (*plain, *last) if name in given},
            "objectives": objectives,
            "outcomes": {code: counts.get(code) for code in reached},
            "ratings": self.ratings_given(),
        }


class HostReportForm(ReportForm):
    """The host's report: was the visitor here, and what did it bring."""

    presence_confirmed = forms.BooleanField(label=_("The visitor was here on these days"), required=False)
    actual_days = forms.IntegerField(
        label=_("Full working days that the visitor was here"), min_value=0, max_value=MOST_DAYS
    )
    deviations = long_text(_("What went otherwise than planned"), required=False, rows=3)
    benefits = with_example(
        long_text(_("What the visit brought you")),
        _("We now clean the card twice a shift, as they do, and have found somebody to share a trial with."),
    )
    follow_up = with_example(
        long_text(_("What comes next"), required=False, rows=3),
        _("A call in June about the trial, and a visit of our shift leader to them in autumn."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        report = self.subject
        self.fields["actual_days"].initial = (
            queries.agreed_days(self.exchange) if report.actual_days is None else report.actual_days
        )
        for name in ("presence_confirmed", "deviations", "benefits", "follow_up"):
            self.fields[name].initial = getattr(report, name)
        if queries.was_present_by_code(self.exchange):
            self.fields["presence_confirmed"].initial = True
        self.ratings = self.add_ratings(list(HOST_RATINGS.items()))
        self.fill_in_the_draft()

    @property
    def groups(self) -> Iterator[Group]:
        """Give the fields under their headings."""
        yield self.group(_("The stay"), ("presence_confirmed", "actual_days", "deviations"))
        yield self.group(_("Benefits"), ("benefits", "follow_up"))
        yield self.group(_("Ratings"), self.ratings, _("1 is the lowest, 5 the highest."))

    def inputs(self) -> dict[str, Any]:
        """Give the answers named as the columns of the report."""
        plain = ("presence_confirmed", "actual_days", "deviations", "benefits", "follow_up")
        return {**{name: self.cleaned_data[name] for name in plain}, "ratings": self.ratings_given()}


class ValidationForm(StepForm):
    """The decision on a report; the visitor's partnership may grant force majeure."""

    force_majeure = forms.BooleanField(
        label=_("The stay was cut short by force majeure"),
        required=False,
        help_text=_("Then a stay that was too short is paid as well."),
    )
    force_majeure_reason = forms.CharField(label=_("What happened"), required=False, max_length=SHORT_TEXT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        if self.subject.side != queries.VISITOR or not self.subject.exchange.is_funded:
            self.fields.clear()


class QuestionsForm(forms.Form):
    """What is to be answered before a report comes back."""

    questions = long_text(_("Your questions"))


class ReasonForm(forms.Form):
    """Why."""

    reason = long_text(_("Reason"), rows=3)


def euros(label: "Text", help_text: "Text" = "") -> forms.DecimalField:
    """Make a field for an amount in euros that may be left empty."""
    return forms.DecimalField(label=label, help_text=help_text, required=False, min_value=0, decimal_places=2)


def cents_of(typed: Decimal | None) -> int | None:
    """Give an amount that was typed in euros in cents, None where nothing was."""
    return None if typed is None else int(typed * 100)


class RecoveryForm(StepForm):
    """Why money is asked back, and how much of it."""

    reason = long_text(_("Reason"), rows=3)
    recovery_eur = euros(_("Amount in EUR"), _("Left empty, all that was paid is asked back."))

    def inputs(self) -> dict[str, Any]:
        """Give the amount in cents."""
        given = self.cleaned_data
        return {"reason": given["reason"], "recovery_cents": cents_of(given["recovery_eur"])}


class AskAgainForm(forms.Form):
    """What is wrong with the file that came."""

    reason = long_text(_("What is missing or wrong"), rows=3)


class WaiveEvidenceForm(StepForm):
    """Why one piece of evidence is not needed; its field has a name of its own, since asking again stands beside it."""

    waive_reason = long_text(_("Why it is not needed"), rows=3)

    def inputs(self) -> dict[str, Any]:
        """Give the reason as the operation takes it."""
        return {"reason": self.cleaned_data["waive_reason"]}


class EvidenceForm(StepForm):
    """The file for one piece of evidence, chosen or photographed."""

    file = EvidenceField(label=_("File"), required=False, help_text=_("PDF, JPEG or PNG, up to 10 MB."))
    file_camera = camera_field(_("Or photograph it"))

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        given = super().clean() or self.cleaned_data
        if not self.errors and given.get("file") is None and given.get("file_camera") is None:
            self.add_error("file", ValidationError(_("Choose at least one file."), code="file_missing"))
        return given

    def inputs(self) -> dict[str, Any]:
        """Give the file, wherever it came from."""
        return {"file": self.cleaned_data["file"] or self.cleaned_data["file_camera"]}


class EvidenceTogetherForm(forms.Form):
    """The files for all evidence that is still wanted, in one go."""

    def __init__(self, *args: Any, labels: Iterable[tuple[EvidenceItem, str, str]], **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.items = []
        for item, label, hint in labels:
            self.items.append(item.item)
            self.fields[item.item] = EvidenceField(label=label, help_text=hint, required=False)
            self.fields[f"{item.item}{CAMERA}"] = camera_field(_("Or photograph it: %(what)s") % {"what": label})

    def clean(self) -> dict[str, Any]:
        """Ask for one file at least."""
        given = super().clean() or self.cleaned_data
        if self.fields and not self.errors and not any(given.values()):
            self.add_error(
                next(iter(self.fields)), ValidationError(_("Choose at least one file."), code="file_missing")
            )
        return given

    def files_given(self) -> dict[str, CheckedFile]:
        """Give the files by item, chosen or photographed."""
        found = {name: self.cleaned_data[name] or self.cleaned_data[f"{name}{CAMERA}"] for name in self.items}
        return {name: file for name, file in found.items() if file is not None}


class AcceptTogetherForm(forms.Form):
    """Which of the uploaded items are accepted; ticked beforehand are only those that the reader has opened."""

    items = forms.MultipleChoiceField(
        label=_("Uploaded and good enough"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one item.")},
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 -- Django's signature
        labels: Iterable[tuple[EvidenceItem, str]],
        opened: Collection[str],
        **kwargs: Any,  # noqa: ANN401 -- as above
    ) -> None:
        super().__init__(*args, **kwargs)
        offered = [(item.item, label) for item, label in labels]
        field = cast("forms.MultipleChoiceField", self.fields["items"])
        field.choices = offered
        field.initial = [code for code, _label in offered if code in opened]


class OrderForm(StepForm):
    """The order of what the page shows, and of nothing else."""

    amount_cents = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.fields["amount_cents"].initial = self.subject.amount_cents


class TransferForm(forms.Form):
    """What the bank says of the transfer."""

    paid_on = forms.DateField(
        label=_("Day of the transfer"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    transfer_reference = asked(
        forms.CharField(
            label=_("Reference of the bank"),
            required=False,
            max_length=140,
            help_text=_("The reference, or a file below, is needed."),
        )
    )
    proof = EvidenceField(label=_("Bank statement"), required=False, help_text=_("PDF, JPEG or PNG, up to 10 MB."))


class ReturnForm(StepForm):
    """What the bank says of the money that came back; the names differ from those of the transfer beside it."""

    reason = forms.CharField(label=_("Why the bank sent it back"), max_length=SHORT_TEXT)
    return_reference = asked(
        forms.CharField(
            label=_("Reference of the bank"),
            required=False,
            max_length=140,
            help_text=_("The reference, or a file below, is needed."),
        )
    )
    return_proof = EvidenceField(
        label=_("Bank statement"), required=False, help_text=_("PDF, JPEG or PNG, up to 10 MB.")
    )

    def inputs(self) -> dict[str, Any]:
        """Give the answers as the operation takes them."""
        given = self.cleaned_data
        return {
            "reason": given["reason"],
            "transfer_reference": given["return_reference"],
            "proof": given["return_proof"],
        }


class AccountForm(StepForm):
    """The account anew, after the bank sent the money back."""

    account_holder = forms.CharField(label=_("Account holder"), max_length=140)
    iban = forms.CharField(label=_("IBAN"), max_length=50)
    account_number = forms.CharField(label=_("Account number"), max_length=50)
    bic = forms.CharField(label=_("BIC"), max_length=20)
    bank_address = forms.CharField(label=_("Address of the bank"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        scheme = queries.rules_of(self.subject.exchange, self.at)
        if has_iban(self.subject, scheme):
            del self.fields["account_number"], self.fields["bank_address"]
            self.fields["bic"].required = False
        else:
            del self.fields["iban"]
