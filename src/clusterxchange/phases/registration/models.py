"""An application and the participations that come of it (scheme.md sections 3 and 4)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.folding import searched
from clusterxchange.workflow.models import SubjectModel


class ApplicationState(models.TextChoices):
    """The states of an application (states.md, APPLICATION)."""

    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    UNDER_ASSESSMENT = "UNDER_ASSESSMENT", _("Under assessment")
    ON_HOLD = "ON_HOLD", _("On hold")
    AWAITING_AGENCY = "AWAITING_AGENCY", _("Awaiting the agency")
    ACCEPTED = "ACCEPTED", _("Accepted")
    REFUSED = "REFUSED", _("Refused")
    OBJECTED = "OBJECTED", _("Objection made")
    LAPSED = "LAPSED", _("Lapsed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


OPEN_APPLICATION_STATES = (
    ApplicationState.DRAFT,
    ApplicationState.SUBMITTED,
    ApplicationState.UNDER_ASSESSMENT,
    ApplicationState.ON_HOLD,
    ApplicationState.AWAITING_AGENCY,
    ApplicationState.OBJECTED,
)


class ParticipationState(models.TextChoices):
    """The states of a participation (states.md, PARTICIPATION)."""

    ACTIVE = "ACTIVE", _("Active")
    RESERVED = "RESERVED", _("Reserved")
    LOW_ACTIVE = "LOW_ACTIVE", _("Low active")
    INACTIVE = "INACTIVE", _("Inactive")
    UNDER_REVIEW = "UNDER_REVIEW", _("Under review")
    SUSPENDED = "SUSPENDED", _("Suspended")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class Visit(models.TextChoices):
    """What has become of a visitor's one physical visit."""

    FREE = "FREE", _("Free")
    CLAIMED = "CLAIMED", _("Claimed")
    USED = "USED", _("Used")


class PartnershipChoice(models.TextChoices):
    """Whether the applicant has chosen a partnership or wants to have one assigned."""

    CHOSEN = "chosen", _("Chosen")
    ASSIGNED = "assigned", _("Assign one to me")


class Decision(models.TextChoices):
    """What was decided for one role."""

    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")


class Preferences(models.Model):
    """Motivation and wishes, asked once in the application and carried into each participation."""

    motivation = models.TextField(_("Motivation"), blank=True)
    learn = models.TextField(_("What you want to learn"), blank=True)
    offer = models.TextField(_("What you offer to a visitor"), blank=True)
    places = models.PositiveIntegerField(_("Visitors at a time"), null=True, blank=True)
    purposes = models.JSONField(_("Purposes"), default=list, blank=True)
    activities = models.JSONField(_("Types of activity"), default=list, blank=True)
    wished_types = models.JSONField(_("Wished types of partner"), default=list, blank=True)
    wished_countries = models.JSONField(_("Wished countries, the most wished first"), default=list, blank=True)
    wished_ecosystems = models.JSONField(_("Wished industrial ecosystems"), default=list, blank=True)
    working_languages = models.JSONField(_("Working languages"), default=list, blank=True)
    days_wished = models.PositiveIntegerField(_("Working days wished"), null=True, blank=True)
    format = models.CharField(_("Format"), max_length=10, blank=True)

    class Meta:
        abstract = True


class Application(Preferences, SubjectModel):
    """One organisation asks one edition for one or two roles; each role is decided for itself."""

    REFERENCE_LETTERS = "APP"

    reference = models.CharField(max_length=20, unique=True, null=True)
    edition = models.ForeignKey("scheme.Edition", models.PROTECT, related_name="applications")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="applications")
    representative = models.ForeignKey("organisations.Representative", models.PROTECT, related_name="applications")
    started_by_partnership = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="+"
    )
    asks_visit = models.BooleanField(_("Visit"), default=False)
    asks_host = models.BooleanField(_("Host"), default=False)
    windows = models.JSONField(_("When you are available"), default=list, blank=True)
    partner_name = models.CharField(_("Partner already agreed: name"), max_length=200, blank=True)
    partner_email = models.EmailField(_("Partner already agreed: e-mail"), blank=True)
    exception_reason = models.TextField(_("Reasons for the host exception"), blank=True)
    # By section and field: what could not be taken, kept so that nobody types it again.
    as_typed = models.JSONField(default=dict, blank=True)
    wished_partnership = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="+"
    )
    partnership_choice = models.CharField(_("Partnership"), max_length=10, choices=PartnershipChoice, blank=True)
    partnership = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="applications"
    )
    partnership_was_assigned = models.BooleanField(default=False)
    assignment = models.JSONField(default=dict, blank=True)
    shown_by_name = models.BooleanField(_("Shown by name"), default=True)
    suggestions_by_email = models.BooleanField(_("Suggestions by e-mail"), default=True)
    declares_true = models.BooleanField(_("All answers are true."), default=False)
    declares_first_visit = models.BooleanField(
        _("The organisation has not visited in this scheme before."), default=False
    )
    declares_no_double_funding = models.BooleanField(_("No other public money pays for the same costs."), default=False)
    declares_privacy = models.BooleanField(_("I have read how personal data is handled."), default=False)
    # The assessment counts from the latest submission, the figures from the first one.
    submitted_at = models.DateTimeField(null=True, blank=True)
    first_submitted_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    questions = models.TextField(blank=True)
    answers = models.TextField(blank=True)
    agency_asked_at = models.DateTimeField(null=True, blank=True)
    exception_approved = models.BooleanField(null=True, blank=True)
    agency_reason = models.TextField(blank=True)
    decision_code = models.CharField(max_length=40, blank=True)
    decision_reason = models.TextField(blank=True)
    visit_decision = models.CharField(max_length=10, choices=Decision, blank=True)
    host_decision = models.CharField(max_length=10, choices=Decision, blank=True)
    objection = models.TextField(blank=True)
    objection_answer = models.TextField(blank=True)
    was_objected = models.BooleanField(default=False)
    move_reason = models.TextField(blank=True)
    letter = models.TextField(blank=True)
    checklist_saved_at = models.DateTimeField(null=True, blank=True)
    first_reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "edition"),
                condition=Q(state__in=OPEN_APPLICATION_STATES),
                name="one_open_application_per_edition",
            ),
        )

    def __str__(self) -> str:
        return self.reference or ""


class ChecklistAnswer(models.Model):
    """What a contact point has found on one item of the assessment's checklist."""

    class Answer(models.TextChoices):
        """The three answers of the checklist."""

        PASS = "pass", _("Pass")
        ASK = "ask", _("Ask")
        FAIL = "fail", _("Fail")

    application = models.ForeignKey(Application, models.CASCADE, related_name="checklist_answers")
    item = models.CharField(max_length=40)
    answer = models.CharField(max_length=4, choices=Answer.choices)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("application", "item"), name="one_answer_per_checklist_item"),)

    def __str__(self) -> str:
        return f"{self.item}: {self.answer}"


class Participation(Preferences, SubjectModel):
    """An organisation's accepted role in an edition; `partnership` is the one that accepted it."""

    REFERENCE_LETTERS = "PAR"

    reference = models.CharField(max_length=20, unique=True, null=True)
    edition = models.ForeignKey("scheme.Edition", models.PROTECT, related_name="participations")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="participations")
    application = models.ForeignKey(Application, models.PROTECT, related_name="participations")
    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="participations")
    role = models.CharField(max_length=5)
    visit = models.CharField(max_length=8, choices=Visit.choices, default=Visit.FREE)
    shown_by_name = models.BooleanField(default=True)
    state_before = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    last_active_at = models.DateTimeField()
    move_asked_to = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="+"
    )
    hidden_reason = models.CharField(max_length=60, blank=True)
    searched_wishes = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "edition", "role"),
                condition=~Q(state=ParticipationState.WITHDRAWN),
                name="one_participation_per_role_and_edition",
            ),
            models.UniqueConstraint(
                fields=("organisation",),
                condition=Q(visit__in=(Visit.CLAIMED, Visit.USED)),
                name="one_visit_per_organisation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation}, {self.role}"

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        """Keep the folded column in step with what it is made from."""
        self.fold_columns()
        if (columns := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*columns, "searched_wishes"}
        super().save(*args, **kwargs)

    def fold_columns(self) -> None:
        """Work out the column that is kept folded: of the two texts the one that the profile shows."""
        self.searched_wishes = searched([self.learn if self.role == "visit" else self.offer])


class AvailabilityWindow(models.Model):
    """When a participant is available; both ends are inside."""

    participation = models.ForeignKey(Participation, models.CASCADE, related_name="windows")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        ordering = ("first_day",)
        constraints = (
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="window_does_not_end_before_it_begins"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


class Disclosure(models.Model):
    """From when on an organisation may see a participant's person and CV: the other side of an accepted proposal."""

    participation = models.ForeignKey(Participation, models.CASCADE, related_name="disclosures")
    to_organisation = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("participation", "to_organisation"), name="one_disclosure_each"),
        )

    def __str__(self) -> str:
        return f"{self.participation} to {self.to_organisation}"


class ActOnBehalf(models.Model):
    """What a participant did on paper or by phone, recorded by a contact point; it counts once they confirm it."""

    class Channel(models.TextChoices):
        """How the participant did it."""

        PAPER = "paper", _("On paper")
        PHONE = "phone", _("By phone")

    class Answer(models.TextChoices):
        """What the participant has said to the record."""

        CONFIRMED = "confirmed", _("Confirmed")
        OBJECTED = "objected", _("Objected")

    application = models.ForeignKey(Application, models.CASCADE, related_name="acts_on_behalf")
    action = models.CharField(max_length=40)
    inputs = models.JSONField(default=dict)
    channel = models.CharField(max_length=5, choices=Channel.choices)
    done_on = models.DateField()
    note = models.TextField(blank=True)
    evidence = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, related_name="+")
    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    answer = models.CharField(max_length=9, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    objection = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("application",), condition=Q(answer=""), name="one_act_waits_for_its_confirmation"
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} for {self.application}"


class ImportedFile(models.Model):
    """A list of people that was uploaded; nothing of it is imported until it is confirmed."""

    class Kind(models.TextChoices):
        """What becomes of the rows."""

        INVITATIONS = "invitations", _("Invite to register")
        PARTICIPANTS = "participants", _("Participants of a running programme")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    reading = models.JSONField(default=dict)
    rows = models.JSONField(default=list)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
