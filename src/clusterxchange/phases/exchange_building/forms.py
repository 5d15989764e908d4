"""What people type in exchange building, checked before it reaches an operation."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation.asked import asked
from clusterxchange.foundation.examples import with_example
from clusterxchange.foundation.files import PDF, FileRefused, check
from clusterxchange.parties.accounts import guessing
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building import rules
from clusterxchange.phases.exchange_building.guards import has_iban, hint_words_of
from clusterxchange.phases.exchange_building.models import Commitment
from clusterxchange.phases.exchange_building.notices import PART_LABELS
from clusterxchange.phases.exchange_building.operations import Upload
from clusterxchange.phases.exchange_building.queries import (
    colleagues_of,
    declarations_of,
    delegation_to,
    distance_between,
    host_country,
    is_physical,
    suggestions_for,
    words_of,
)
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.calendars import CalendarUnknown, closed_days, is_within_the_longest_stay, working_days
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import engine, registry, sentences
from clusterxchange.workflow.pages import StepForm

LONGEST_LINE, LONGEST_TEXT = 300, 4000
MOST_DAYS_LAID_OUT = 62
PLAN_COLUMNS: Mapping[str, Any] = {
    "activity": gettext_lazy("Activity"),
    "place": gettext_lazy("Place"),
    "people": gettext_lazy("People"),
    "result": gettext_lazy("Result"),
}
HALF_LABELS: Mapping[str, Any] = {"morning": gettext_lazy("Morning"), "afternoon": gettext_lazy("Afternoon")}
SATURDAY = 6


def refused(code: str) -> ValidationError:
    """Give a refusal of the scheme as an error at a field, with the same sentence."""
    return ValidationError(sentences.refusal_sentence(code, {}), code=code)


class ClosedChoices(forms.MultipleChoiceField):
    """Choices of the edition's list; whatever is not in it is refused by the scheme's own code."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: list[str]) -> None:
        """Refuse what the list does not hold."""
        if any(not self.valid_value(one) for one in value):
            raise refused("purpose_not_allowed")


class DayField(forms.DateField):
    """A day, with the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def line(label: Any, **options: Any) -> forms.CharField:  # noqa: ANN401 -- words and options as Django takes them
    """Give a field for one line."""
    return forms.CharField(label=label, max_length=LONGEST_LINE, required=False, **options)


def prose(label: Any, **options: Any) -> forms.CharField:  # noqa: ANN401 -- as above
    """Give a field for a paragraph or more."""
    return forms.CharField(
        label=label, max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 4}), **options
    )


class TextForm(StepForm):
    """The text of a Commitment to Quality, or one part of it, as far as a side may write it.

    A part that is not in the submission stays as it is: parts are named in `parts`, or known by their fields.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 -- Django's signature
        only: str = "",
        days: tuple[date, date] | None = None,
        **kwargs: Any,  # noqa: ANN401 -- Django's signature
    ) -> None:
        super().__init__(*args, **kwargs)
        self.commitment: Commitment = self.subject
        self.scheme: Scheme = engine.scheme_of(self.commitment, self.at)
        own = rules.parts_of(self.capacity)
        if not is_physical(self.commitment.exchange):
            own = tuple(part for part in own if part != "distance")
        self.parts = tuple(part for part in own if not only or part == only)
        if self.is_bound:
            self.parts = tuple(part for part in self.parts if self._is_given(part))
        self.days = self._days(days)
        for part in self.parts:
            self.fields |= self._fields_of(part)
            self.fields[f"seen_{part}"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=rules.fingerprint_of_part(self.commitment, part)
            )
        self.fields["parts"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=",".join(self.parts))
        self.fields["version"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=self.commitment.version
        )

    def _is_given(self, part: str) -> bool:
        if self.data.get("parts"):
            return part in self.data["parts"].split(",")
        names = {
            "plan": ("plan_",),
            "outcomes": ("outcome_", "indicator_"),
            "responsibilities": ("responsibilities_",),
            "admitted_days": ("admitted_", "withdraw_admitted"),
        }.get(part, rules.PARTS[part])
        return any(key.startswith(tuple(names)) for key in self.data)

    def _days(self, laid_out: tuple[date, date] | None) -> tuple[date, date] | None:
        if self.is_bound and "place_and_dates" in self.parts:
            typed = [self._typed_day(name) for name in ("first_day", "last_day")]
        elif laid_out is not None:
            typed = list(laid_out)
        else:
            typed = [self.commitment.first_day, self.commitment.last_day]
        first, last = typed
        if first is None or last is None or not timedelta() <= last - first <= timedelta(days=MOST_DAYS_LAID_OUT):
            return None
        return first, last

    def _typed_day(self, name: str) -> date | None:
        try:
            typed: date | None = DayField(required=False).clean(self.data.get(name))
        except ValidationError:
            return None
        return typed

    def _fields_of(self, part: str) -> dict[str, forms.Field]:
        make = getattr(self, f"_{part}", None)
        return make() if make is not None else {}

    def _place_and_dates(self) -> dict[str, forms.Field]:
        text, days = self.commitment, self.days or (None, None)
        return {
            "place": line(_("Place of the stay"), initial=text.place),
            "first_day": DayField(label=_("First day"), required=False, initial=days[0] or text.first_day),
            "last_day": DayField(label=_("Last day"), required=False, initial=days[1] or text.last_day),
            "travel_days": forms.IntegerField(
                label=_("Travel days"),
                required=False,
                min_value=0,
                max_value=14,
                initial=text.travel_days,
                help_text=_("They are not counted as days of the stay."),
            ),
        }

    def _objectives(self) -> dict[str, forms.Field]:
        return {
            "objectives_visitor": with_example(
                prose(_("Objectives of the visiting organisation"), initial=self.commitment.objectives_visitor),
                _(
                    "See how short fibres are sorted and carded.\n"
                    "Try our own yarn on the line and write down the settings."
                ),
            ),
            "objectives_host": with_example(
                prose(_("Objectives of the host organisation"), initial=self.commitment.objectives_host),
                _(
                    "Hear from another mill where our line can be improved.\n"
                    "Find a partner for a common trial next year."
                ),
            ),
        }

    def _purposes_and_activities(self) -> dict[str, forms.Field]:
        text = self.commitment
        purposes, activities = (code_lists.choices(self.scheme, name) for name in ("purposes", "activity_types"))
        return {
            "purposes": ClosedChoices(label=_("Purposes"), choices=purposes, required=False, initial=text.purposes),
            "activities": ClosedChoices(
                label=_("Types of activity"), choices=activities, required=False, initial=text.activities
            ),
            "description": with_example(
                prose(
                    _("Description"), initial=text.description, help_text=_("What will be done, in a few sentences.")
                ),
                _(
                    "The visitor works beside the team of the line for two days and tries their own yarn on the third. "
                    "Both write down what they have seen."
                ),
            ),
        }

    def _plan(self) -> dict[str, forms.Field]:
        if self.days is None:
            return {}
        fields: dict[str, forms.Field] = {}
        for row in rules.plan_between(*self.days, self.commitment.plan):
            day = date_format(date.fromisoformat(row["day"]), _("j E Y"))
            for column, words in PLAN_COLUMNS.items():
                label = _("%(what)s, %(day)s, %(half)s") % {"what": words, "day": day, "half": HALF_LABELS[row["half"]]}
                fields[f"plan_{row['day']}_{row['half']}_{column}"] = line(label, initial=row[column])
        return fields

    def _outcomes(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for number in range(1, rules.OUTCOME_ROWS + 1):
            known = self.commitment.outcomes[number - 1] if number <= len(self.commitment.outcomes) else {}
            outcome = line(_("Outcome %(number)s") % {"number": number}, initial=known.get("outcome", ""))
            indicator = line(
                _("How outcome %(number)s is measured") % {"number": number}, initial=known.get("indicator", "")
            )
            if number == 1:
                outcome = with_example(outcome, _("A plan for a common trial in spring"))
                indicator = with_example(indicator, _("Written down and signed by both on the last day"))
            fields |= {f"outcome_{number}": outcome, f"indicator_{number}": indicator}
        return fields

    def _responsibilities(self) -> dict[str, forms.Field]:
        words = {
            "V": _("Responsibilities of the visiting organisation"),
            "H": _("Responsibilities of the host organisation"),
            "VP": _("Responsibilities of the visitor's partnership"),
            "HP": _("Responsibilities of the host's partnership"),
        }
        known = self.commitment.responsibilities
        return {
            f"responsibilities_{party}": prose(words[party], initial=known.get(party, "")) for party in rules.PARTIES
        }

    def _language_and_insurance(self) -> dict[str, forms.Field]:
        text = self.commitment
        languages = [("", _("Choose a language")), *code_lists.choices(self.scheme, "languages")]
        return {
            "working_language": forms.ChoiceField(
                label=_("Working language"),
                choices=languages,
                required=False,
                initial=text.working_language,
                help_text=_("The text that you sign is in this language."),
            ),
            "confidentiality": prose(_("Confidentiality"), initial=text.confidentiality),
            "insurance": prose(_("Insurance"), initial=text.insurance),
        }

    def _declarations(self) -> dict[str, forms.Field]:
        return {
            name: forms.BooleanField(
                label=words_of(name),
                required=False,
                initial=getattr(self.commitment, name),
            )
            for name in declarations_of(self.commitment.exchange)
        }

    def _distance(self) -> dict[str, forms.Field]:
        text = self.commitment
        return {
            "distance_km": forms.IntegerField(
                label=_("Distance in kilometres"),
                required=False,
                min_value=1,
                max_value=20_000,
                initial=text.distance_km,
                help_text=_("Computed from where the two organisations are; correct it where it is wrong."),
            ),
            "distance_reason": line(_("Reason for another distance"), initial=text.distance_reason),
        }

    def _admitted_days(self) -> dict[str, forms.Field]:
        known = [
            (day, date_format(date.fromisoformat(day), _("j E Y"))) for day in sorted(self.commitment.admitted_days)
        ]
        fields: dict[str, forms.Field] = {
            "admitted_day": DayField(
                label=_("Day to admit"),
                required=False,
                help_text=_("A day that is no working day in the host country, but counts in this plan."),
            ),
            "admitted_reason": line(_("Reason for admitting it")),
        }
        if known:
            fields["withdraw_admitted"] = forms.MultipleChoiceField(
                label=_("Admitted days to take back"),
                choices=known,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        return fields

    # What the template shows

    def groups(self) -> list[dict[str, Any]]:
        """Give the parts with their fields, in the order of the text; the plan has days instead."""
        found = []
        for part in self.parts:
            names = self._fields_of(part)
            found.append(
                {
                    "part": part,
                    "label": PART_LABELS[part],
                    "id": f"part-{part.replace('_', '-')}",
                    "fields": [self[name] for name in names] if part != "plan" else [],
                    "days": self._plan_days() if part == "plan" else [],
                    "suggestions": suggestions_for(self.commitment.exchange, part),
                }
            )
        return found

    def counted_days(self) -> list[date]:
        """Give the days of the plan, as it is being typed, that count as working days at the host."""
        if self.days is None:
            return []
        typed = [
            {**row, "activity": str(self.data.get(f"plan_{row['day']}_{row['half']}_activity", row["activity"]))}
            for row in rules.plan_between(*self.days, self.commitment.plan)
        ]
        admitted = self.commitment.admitted_days
        try:
            return rules.days_of_plan(self.scheme, host_country(self.commitment.exchange), typed, admitted)
        except CalendarUnknown:
            return []

    def _plan_days(self) -> list[dict[str, Any]]:
        if self.days is None:
            return []
        first, last = self.days
        try:
            closed = closed_days(self.scheme, host_country(self.commitment.exchange), first, last)
        except CalendarUnknown:
            closed = {}
        found = []
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            halves = [
                {
                    "label": HALF_LABELS[half],
                    "fields": [self[f"plan_{day.isoformat()}_{half}_{column}"] for column in PLAN_COLUMNS],
                }
                for half in rules.HALVES
            ]
            found.append({"day": day, "note": self._note_on(day, closed), "halves": halves})
        return found

    def _note_on(self, day: date, closed: Mapping[date, str]) -> str:
        if day.isoformat() in self.commitment.admitted_days:
            return _("Admitted: it counts.")
        if day in closed:
            return _("%(holiday)s: it does not count.") % {"holiday": closed[day]}
        return _("Weekend: it does not count.") if day.isoweekday() >= SATURDAY else ""

    # What was typed

    def clean(self) -> dict[str, Any]:
        """Refuse days that no stay can have, and figures without their reason."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first is not None and last is not None:
            code = self._refusal_of_days(first, last)
            if code:
                self.add_error("last_day", refused(code))
        if "distance_km" in self.fields and self._lacks_reason(cleaned):
            self.add_error("distance_reason", refused("reason_missing"))
        if cleaned.get("admitted_day") and not cleaned.get("admitted_reason", "").strip():
            self.add_error("admitted_reason", refused("reason_missing"))
        return cleaned

    def _refusal_of_days(self, first: date, last: date) -> str:
        if last < first:
            return "end_before_start"
        if not is_within_the_longest_stay(self.scheme, first, last):
            return "over_one_month"
        try:
            days = set(working_days(self.scheme, host_country(self.commitment.exchange), first, last))
        except CalendarUnknown:
            return "calendar_unknown"
        days |= {
            date.fromisoformat(day)
            for day in self.commitment.admitted_days
            if first.isoformat() <= day <= last.isoformat()
        }
        return "under_three_working_days" if len(days) < self.scheme.durations.minimum_working_days else ""

    def _lacks_reason(self, cleaned: Mapping[str, Any]) -> bool:
        exchange = self.commitment.exchange
        computed = distance_between(exchange.visiting_organisation, exchange.host_organisation)
        return cleaned.get("distance_km") != computed and not cleaned.get("distance_reason", "").strip()

    def inputs(self) -> dict[str, Any]:
        """Give the columns that were given, with what their parts looked like on the page."""
        cleaned = self.cleaned_data
        values: dict[str, Any] = {}
        for part in self.parts:
            if part == "plan":
                values["plan"] = self._typed_plan(cleaned)
            elif part == "outcomes":
                values["outcomes"] = self._typed_outcomes(cleaned)
            elif part == "responsibilities":
                values["responsibilities"] = {
                    str(party): cleaned[f"responsibilities_{party}"] for party in rules.PARTIES
                }
            elif part == "admitted_days":
                values["admitted_days"] = self._typed_admitted(cleaned)
            else:
                values |= {name: cleaned[name] for name in self._fields_of(part) if self._is_named(name)}
        seen = {part: cleaned.get(f"seen_{part}", "") for part in self.parts}
        return {"values": values, "seen": seen, "version": cleaned.get("version", "")}

    def _is_named(self, field: str) -> bool:
        # A page names its parts, since a browser leaves out what is not ticked; a program may send single answers.
        return bool(self.data.get("parts")) or field in self.data

    def _typed_plan(self, cleaned: Mapping[str, Any]) -> list[dict[str, str]]:
        if self.days is None:
            return list(self.commitment.plan)
        rows = rules.plan_between(*self.days, ())
        return [
            {**row, **{column: cleaned[f"plan_{row['day']}_{row['half']}_{column}"] for column in PLAN_COLUMNS}}
            for row in rows
        ]

    def _typed_outcomes(self, cleaned: Mapping[str, Any]) -> list[dict[str, str]]:
        rows = [
            {"outcome": cleaned[f"outcome_{number}"], "indicator": cleaned[f"indicator_{number}"]}
            for number in range(1, rules.OUTCOME_ROWS + 1)
        ]
        return [row for row in rows if row["outcome"] or row["indicator"]]

    def _typed_admitted(self, cleaned: Mapping[str, Any]) -> dict[str, str]:
        taken_back = cleaned.get("withdraw_admitted") or []
        days = {day: why for day, why in self.commitment.admitted_days.items() if day not in taken_back}
        if cleaned.get("admitted_day"):
            days[cleaned["admitted_day"].isoformat()] = cleaned["admitted_reason"]
        return days


class PartCommentForm(forms.Form):
    """Something to say about one part of the text."""

    text = forms.CharField(
        label=gettext_lazy("Your comment"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )


class HelpForm(forms.Form):
    """What a contact point is asked."""

    question = forms.CharField(
        label=gettext_lazy("Your question"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """What the contact point answers."""

    answer = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )


class AuditForm(forms.Form):
    """Who may read the exchanges of which partnership, of which span of days."""

    partnership = forms.ModelChoiceField(
        label=gettext_lazy("Partnership"), queryset=Partnership.objects.order_by("acronym", "pk")
    )
    email = forms.EmailField(
        label=gettext_lazy("Mail address of the auditor"),
        help_text=gettext_lazy("The auditor has an account with this address already."),
    )
    first_day = DayField(label=gettext_lazy("First day"))
    last_day = DayField(label=gettext_lazy("Last day"))

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first is not None and last is not None and last < first:
            self.add_error("last_day", refused("end_before_start"))
        return cleaned


class ReasonForm(forms.Form):
    """A step that asks for its reason in words."""

    reason = asked(
        forms.CharField(
            label=gettext_lazy("Reason"),
            max_length=LONGEST_TEXT,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
    )


class NoShowForm(ReasonForm):
    """What the host saw; it stands beside the form of a cancellation, so its answers have ids of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **{**kwargs, "auto_id": "id_no_show_%s"})


class ForceMajeureForm(ReasonForm):
    """Why a stay is interrupted or goes on; it may stand beside the form of a cancellation as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **{**kwargs, "auto_id": "id_force_majeure_%s"})


class ConsentForm(StepForm):
    """What one side says; whoever acts for two sides sees two such forms, each with ids of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        held = decide.capacities_of(self.actor, registry.machine_of(self.subject).name, self.subject)
        if next((one for one in rules.PARTIES if one in held), self.capacity) is not self.capacity:
            self.auto_id = f"id_{self.capacity.lower()}_%s"


class ListedReasonForm(StepForm):
    """A step that asks for its reason out of a list of the edition; words may be added."""

    code_list = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        scheme = engine.scheme_of(self.subject, self.at)
        self.fields["reason_code"] = asked(
            forms.ChoiceField(
                label=_("Reason"),
                choices=[("", _("Choose a reason")), *code_lists.choices(scheme, self.code_list)],
                required=False,
            )
        )
        self.fields["reason"] = forms.CharField(
            label=_("In your words"), max_length=LONGEST_TEXT, required=False, widget=forms.Textarea(attrs={"rows": 3})
        )


class ChangesForm(ListedReasonForm):
    """Why a contact point sends the text back."""

    code_list = "change_request_reasons"


class DeclineSignatureForm(ListedReasonForm):
    """Why somebody does not sign."""

    code_list = "signature_decline_reasons"


class CancelForm(ListedReasonForm):
    """Why an exchange is called off."""

    code_list = "cancellation_reasons"


class ValidateForm(ConsentForm):
    """A validation; it asks for a reason only where words of the text hint at an internship."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        words = hint_words_of(self.subject, engine.scheme_of(self.subject, self.at))
        if words:
            self.fields["hint_reason"] = asked(
                forms.CharField(
                    label=_("Why this is no internship, work placement or employment"),
                    max_length=LONGEST_TEXT,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 3}),
                    help_text=_("The text has these words: %(words)s. Keep it with a reason, or ask for changes.")
                    % {"words": ", ".join(words)},
                )
            )


def own_password(typed: str, actor: Actor) -> str:
    """Give the password back if it is the actor's.

    :raises ValidationError: it is not, or too many wrong ones came before.
    """
    account = Account.objects.filter(pk=actor.account_id or 0).first()
    try:
        is_right = account is not None and guessing.is_password_of(account, typed)
    except guessing.TooManyTries:
        raise refused("too_many_passwords") from None
    if not is_right:
        raise refused("password_wrong")
    return typed


class SignForm(ConsentForm):
    """A signature: the password again, and where wanted a scan of a copy signed by hand."""

    later = ("scan", "scan_shows_this_text", "scan_is_signed_by_me")
    later_label = gettext_lazy("Hand in a copy signed by hand")
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    scan = forms.FileField(
        label=gettext_lazy("Copy signed by hand"),
        required=False,
        help_text=gettext_lazy("A PDF file of at most 10 MB."),
    )
    scan_shows_this_text = forms.BooleanField(
        label=gettext_lazy("The copy shows this text, in this version."), required=False
    )
    scan_is_signed_by_me = forms.BooleanField(label=gettext_lazy("I have signed the copy myself."), required=False)

    def clean_password(self) -> str:
        """Refuse a password that is not the account's."""
        return own_password(self.cleaned_data["password"], self.actor)

    def clean_scan(self) -> Upload | None:
        """Let only a PDF in."""
        upload = self.cleaned_data["scan"]
        if upload is None:
            return None
        try:
            content, content_type, name = check(upload, {PDF})
        except FileRefused as reason:
            raise refused(reason.code) from None
        return Upload(content, content_type, name)

    def clean(self) -> dict[str, Any]:
        """Ask for both ticks where a copy is handed in."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("scan") is not None:
            for name in ("scan_shows_this_text", "scan_is_signed_by_me"):
                if not cleaned.get(name):
                    self.add_error(name, refused("scan_not_confirmed"))
        return cleaned

    def inputs(self) -> dict[str, Any]:
        """Give the copy, and that the person has shown who they are; never the password."""
        return {"is_authenticated": True, "scan": self.cleaned_data.get("scan")}


class SignedCopyForm(ConsentForm):
    """A file that was signed elsewhere with one's own certificate, and the password again."""

    copy = forms.FileField(
        label=gettext_lazy("Signed file"), help_text=gettext_lazy("The PDF file that you downloaded here, signed.")
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.auto_id = "id_copy_%s"

    def clean_password(self) -> str:
        """Refuse a password that is not the account's."""
        return own_password(self.cleaned_data["password"], self.actor)

    def clean_copy(self) -> Upload:
        """Let only a PDF in."""
        try:
            return Upload(*check(self.cleaned_data["copy"], {PDF}))
        except FileRefused as reason:
            raise refused(reason.code) from None

    def inputs(self) -> dict[str, Any]:
        """Give the file, and that the person has shown who they are; never the password."""
        return {"is_authenticated": True, "copy": self.cleaned_data["copy"]}


class ColleagueForm(StepForm):
    """Which colleague may sign, or may not any more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        exchange = self.subject.exchange
        people = {one.pk: one.full_name or one.email for one in colleagues_of(exchange, self.capacity)}
        self.people = [
            (number, name)
            for number, name in people.items()
            if (delegation_to(exchange, self.capacity, number, self.at) is not None) is self.may_sign_already
        ]
        self.fields["colleague"] = forms.TypedChoiceField(label=_("Colleague"), coerce=int, choices=self.people)

    may_sign_already = False

    @property
    def is_needed(self) -> bool:
        """Whether there is anybody to choose."""
        return bool(self.people)


class RevokeDelegationForm(ColleagueForm):
    """From which colleague the right to sign is taken back."""

    may_sign_already = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.auto_id = "id_revoke_%s"


class BankDetailsForm(StepForm):
    """The account of the visiting organisation; an IBAN where its country has one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        agreement = self.subject
        scheme = engine.scheme_of(agreement, self.at)
        holder = agreement.account_holder or agreement.exchange.visiting_organisation.legal_name
        self.fields["account_holder"] = asked(line(_("Account holder"), initial=holder))
        known = rules.masked(agreement.account_ending)
        hint = _("Known now: %(account)s") % {"account": known} if known else ""
        if has_iban(agreement, scheme):
            self.fields["iban"] = asked(line(_("IBAN"), help_text=hint))
            self.fields["bic"] = line(_("BIC, if you know it"), initial=agreement.bic)
        else:
            self.fields["account_number"] = asked(line(_("Account number"), help_text=hint))
            self.fields["bic"] = asked(line(_("BIC"), initial=agreement.bic))
            self.fields["bank_address"] = asked(line(_("Address of the bank"), initial=agreement.bank_address))
        self.fields["tax_status"] = forms.ChoiceField(
            label=_("Tax status"),
            choices=code_lists.choices(scheme, "tax_statuses"),
            widget=forms.RadioSelect,
            initial=agreement.tax_status or None,
        )
        euros = None if agreement.de_minimis_cents is None else Decimal(agreement.de_minimis_cents) / 100
        self.fields["de_minimis_eur"] = forms.DecimalField(
            label=_("De minimis aid of the last three years, in euros"),
            required=False,
            min_value=0,
            max_digits=10,
            decimal_places=2,
            initial=euros,
            help_text=_("For companies. Write 0 if there was none."),
        )

    def inputs(self) -> dict[str, Any]:
        """Give the answers, with the aid in cents."""
        found = dict(self.cleaned_data)
        euros = found.pop("de_minimis_eur", None)
        return {**found, "de_minimis_cents": None if euros is None else int(euros * 100)}


COMMITMENT_FORMS: Mapping[Action, type[forms.BaseForm]] = {
    Action.EDIT_COMMITMENT: TextForm,
    Action.VALIDATE_COMMITMENT: ValidateForm,
    Action.REQUEST_CHANGES: ChangesForm,
    Action.SIGN_COMMITMENT: SignForm,
    Action.DECLINE_SIGNATURE: DeclineSignatureForm,
    Action.HAND_IN_SIGNED_COPY: SignedCopyForm,
    Action.ASK_FOR_HELP: HelpForm,
    Action.ANSWER_HELP: AnswerForm,
    Action.DELEGATE_SIGNATURE: ColleagueForm,
    Action.REVOKE_DELEGATION: RevokeDelegationForm,
}
EXCHANGE_FORMS: Mapping[Action, type[forms.BaseForm]] = {
    Action.INTERRUPT_EXCHANGE: ForceMajeureForm,
    Action.RESUME_EXCHANGE: ForceMajeureForm,
    Action.REPORT_NO_SHOW: NoShowForm,
    Action.CANCEL_EXCHANGE: CancelForm,
}
AGREEMENT_FORMS: Mapping[Action, type[forms.BaseForm]] = {
    Action.GIVE_BANK_DETAILS: BankDetailsForm,
    Action.SIGN_AGREEMENT: SignForm,
    Action.DECLINE_AGREEMENT: ReasonForm,
    Action.HAND_IN_SIGNED_COPY: SignedCopyForm,
}
