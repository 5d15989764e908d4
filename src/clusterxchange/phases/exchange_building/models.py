"""An exchange, its Commitment to Quality and its financial agreement (scheme.md section 6)."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.encrypted import EncryptedText
from clusterxchange.workflow.models import SubjectModel


class ExchangeState(models.TextChoices):
    """The states of an exchange (states.md, EXCHANGE)."""

    PREPARING = "PREPARING", _("In preparation")
    AGREED = "AGREED", _("Agreed")
    READY = "READY", _("Ready to start")
    RUNNING = "RUNNING", _("Under way")
    INTERRUPTED = "INTERRUPTED", _("Interrupted")
    ENDED = "ENDED", _("Ended")
    CLOSED = "CLOSED", _("Closed")
    CANCELLED = "CANCELLED", _("Cancelled")


class CommitmentState(models.TextChoices):
    """The states of a Commitment to Quality (states.md, COMMITMENT)."""

    DRAFTING = "DRAFTING", _("Draft")
    CHANGES_REQUESTED = "CHANGES_REQUESTED", _("Changes asked for")
    SUBMITTED = "SUBMITTED", _("Waiting for validation")
    VALIDATED = "VALIDATED", _("Validated")
    SIGNING = "SIGNING", _("Open for signature")
    SIGNED = "SIGNED", _("Signed by all")
    SUPERSEDED = "SUPERSEDED", _("Replaced by a later version")


class FinancialAgreementState(models.TextChoices):
    """The states of a financial agreement (states.md, FINANCIAL_AGREEMENT)."""

    DRAFT = "DRAFT", _("Draft")
    OFFERED = "OFFERED", _("Offered for signature")
    SIGNED = "SIGNED", _("Signed by both")
    CANCELLED = "CANCELLED", _("Cancelled")
    SUPERSEDED = "SUPERSEDED", _("Replaced by a later version")


class Exchange(SubjectModel):
    """A match on its way to a stay. Everything below it reaches the four parties through it."""

    REFERENCE_LETTERS = "EXC"

    reference = models.CharField(max_length=20, unique=True, null=True)
    edition = models.ForeignKey("scheme.Edition", models.PROTECT, related_name="exchanges")
    proposal = models.OneToOneField("matching.Proposal", models.PROTECT, related_name="exchange")
    programme = models.ForeignKey("matching.Programme", models.PROTECT, null=True, blank=True, related_name="exchanges")
    format = models.CharField(max_length=10)
    visitor_participation = models.ForeignKey("registration.Participation", models.PROTECT, related_name="visits")
    host_participation = models.ForeignKey("registration.Participation", models.PROTECT, related_name="stays")
    visiting_organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="exchanges_as_visitor"
    )
    host_organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="exchanges_as_host"
    )
    visitor_partnership = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, related_name="exchanges_as_visitor"
    )
    host_partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="exchanges_as_host")
    commitment = models.ForeignKey("Commitment", models.PROTECT, null=True, blank=True, related_name="+")
    # Whether the scheme pays for it; it does for no virtual exchange, and in some editions for none.
    is_funded = models.BooleanField(default=True)
    # What it is counted under, as it was when the two were matched.
    visitor_type = models.CharField(max_length=40, blank=True)
    from_country = models.CharField(max_length=2, blank=True)
    to_country = models.CharField(max_length=2, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    no_show_reported_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    counted_for = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="counted_exchanges"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(visiting_organisation=models.F("host_organisation")), name="nobody_visits_themselves"
            ),
        )

    def __str__(self) -> str:
        return self.reference or ""


class SignedSubject(SubjectModel):
    """A text that parties sign. Whoever holds the pen signs a copy elsewhere, and nobody signs meanwhile."""

    pen_held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    pen_until = models.DateTimeField(null=True, blank=True)
    signers_reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Commitment(SignedSubject):
    """A version of the text that four parties sign.

    `text_sha256` is the fingerprint of the text as it stands; `frozen` the text itself once it cannot change any more.
    """

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="commitments")
    version = models.PositiveIntegerField(default=1)
    edition_version = models.ForeignKey(
        "scheme.EditionVersion", models.PROTECT, null=True, blank=True, related_name="+"
    )
    language = models.CharField(_("Language of the document"), max_length=10, default="en")
    place = models.CharField(_("Place of the stay"), max_length=200, blank=True)
    first_day = models.DateField(_("First day"), null=True, blank=True)
    last_day = models.DateField(_("Last day"), null=True, blank=True)
    travel_days = models.PositiveIntegerField(_("Travel days"), null=True, blank=True)
    working_days = models.PositiveIntegerField(null=True, blank=True)
    distance_km = models.PositiveIntegerField(_("Distance in kilometres"), null=True, blank=True)
    distance_reason = models.CharField(_("Reason for another distance"), max_length=300, blank=True)
    admitted_days = models.JSONField(default=dict, blank=True)
    objectives_visitor = models.TextField(_("Objectives of the visiting organisation"), blank=True)
    objectives_host = models.TextField(_("Objectives of the host organisation"), blank=True)
    purposes = models.JSONField(_("Purposes"), default=list, blank=True)
    activities = models.JSONField(_("Types of activity"), default=list, blank=True)
    description = models.TextField(_("Description"), blank=True)
    plan = models.JSONField(_("Action plan"), default=list, blank=True)
    outcomes = models.JSONField(_("Expected outcomes"), default=list, blank=True)
    responsibilities = models.JSONField(_("Responsibilities"), default=dict, blank=True)
    working_language = models.CharField(_("Working language"), max_length=10, blank=True)
    confidentiality = models.TextField(_("Confidentiality"), blank=True)
    insurance = models.TextField(_("Insurance"), blank=True)
    declares_no_internship = models.BooleanField(
        _("The stay is no internship, work placement or employment."), default=False
    )
    declares_different_countries = models.BooleanField(
        _("The two organisations are established in different countries."), default=False
    )
    declares_first_visit = models.BooleanField(
        _("It is the visiting organisation's first visit in this scheme."), default=False
    )
    hint_answers = models.JSONField(default=dict, blank=True)
    changes_reason = models.TextField(blank=True)
    changes_reason_code = models.CharField(max_length=40, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    frozen = models.JSONField(null=True, blank=True)
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, blank=True, related_name="+")
    last_edited_at = models.DateTimeField(null=True, blank=True)
    help_asked_at = models.DateTimeField(null=True, blank=True)
    help_asked_by = models.CharField(max_length=3, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("exchange", "version"), name="one_commitment_per_version"),)

    def __str__(self) -> str:
        return f"{self.exchange}, version {self.version}"

    @property
    def text(self) -> dict[str, Any]:
        """The frozen text; empty while it can still change."""
        return dict(self.frozen or {})


class FinancialAgreement(SignedSubject):
    """The money of a physical exchange, between visitor and visitor's partnership; pins what it was computed from.

    `reserved_cents` and `committed_cents` are what this agreement holds of the partnership's budget now;
    `notice_address` is that of the visitor's person when an account was first given: each other account is told there.
    """

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="financial_agreements")
    version = models.PositiveIntegerField(default=1)
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, null=True, blank=True, related_name="financial_agreements"
    )
    edition_version = models.ForeignKey(
        "scheme.EditionVersion", models.PROTECT, null=True, blank=True, related_name="+"
    )
    working_days = models.PositiveIntegerField(null=True, blank=True)
    distance_km = models.PositiveIntegerField(null=True, blank=True)
    full_cents = models.PositiveIntegerField(null=True, blank=True)
    amount_cents = models.PositiveIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    is_halved = models.BooleanField(default=False)
    halving_reasons = models.JSONField(default=list, blank=True)
    account_holder = EncryptedText(_("Account holder"), blank=True, default="")
    iban = EncryptedText(_("IBAN"), blank=True, default="")
    account_number = EncryptedText(_("Account number"), blank=True, default="")
    bic = EncryptedText(_("BIC"), blank=True, default="")
    bank_address = EncryptedText(_("Address of the bank"), blank=True, default="")
    account_ending = models.CharField(max_length=4, blank=True)
    tax_status = models.CharField(_("Tax status"), max_length=40, blank=True)
    de_minimis_cents = models.PositiveBigIntegerField(
        _("De minimis aid of the last three years"), null=True, blank=True
    )
    bank_details_given_at = models.DateTimeField(null=True, blank=True)
    notice_address = models.EmailField(blank=True)
    decline_reason = models.TextField(blank=True)
    reserved_cents = models.PositiveIntegerField(default=0)
    committed_cents = models.PositiveIntegerField(default=0)
    text_sha256 = models.CharField(max_length=64, blank=True)
    frozen = EncryptedText(blank=True, default="")
    document = models.ForeignKey("documents.Document", models.PROTECT, null=True, blank=True, related_name="+")
    offered_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("exchange", "version"), name="one_financial_agreement_per_version"),
            models.CheckConstraint(
                condition=Q(amount_cents__isnull=True) | Q(amount_cents__lte=models.F("full_cents")),
                name="amount_is_not_above_the_cap",
            ),
        )

    def __str__(self) -> str:
        return f"{self.exchange}, financial agreement {self.version}"

    @property
    def can_be_offered_since(self) -> datetime:
        """When the last thing that an offer needs was there: the state, the validated text, the account."""
        validated_at = self.commitment.validated_at if self.commitment is not None else None
        return max(moment for moment in (self.state_since, validated_at, self.bank_details_given_at) if moment)

    @property
    def text(self) -> dict[str, Any]:
        """The frozen text; empty while it can still change."""
        return dict(json.loads(self.frozen)) if self.frozen else {}


class CommitmentText(models.Model):
    """The text of a Commitment to Quality as it stood after one change: what versions are compared by."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="texts")
    version = models.PositiveIntegerField()
    text_sha256 = models.CharField(max_length=64)
    text = models.JSONField()
    person = models.CharField(max_length=170, blank=True)
    capacity = models.CharField(max_length=3, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("commitment", "version", "text_sha256"), name="one_row_for_each_text"),
        )

    def __str__(self) -> str:
        return f"{self.commitment}, {self.at}"


class SigningDelegation(models.Model):
    """The right to sign for an organisation in one exchange, given by its person to a colleague, until taken back."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="delegations")
    capacity = models.CharField(max_length=3)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("exchange", "capacity", "given_to"),
                condition=Q(revoked_at__isnull=True),
                name="one_standing_delegation_to_a_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.exchange}, {self.capacity}, {self.given_at}"


class CommitmentPart(models.Model):
    """Who writes a part of the text now, and who changed it last."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="part_rows")
    part = models.CharField(max_length=40)
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    held_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    changed_by = models.CharField(max_length=170, blank=True)
    changed_as = models.CharField(max_length=3, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("commitment", "part"), name="one_row_for_each_part"),)

    def __str__(self) -> str:
        return f"{self.commitment}, {self.part}"


class CommitmentReading(models.Model):
    """When a side last had the whole text before it."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="readings")
    capacity = models.CharField(max_length=3)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("commitment", "capacity"), name="one_reading_for_each_side"),)

    def __str__(self) -> str:
        return f"{self.commitment}, {self.capacity}, {self.at}"


class PartComment(models.Model):
    """Something said about one part of the text, among the four; it stays when the text becomes a next version."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="comments")
    part = models.CharField(max_length=40)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=3)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.exchange}, {self.part}, {self.at}"


class Audit(models.Model):
    """The right of one person to read the exchanges of one partnership that were begun in a span of days, until ended.

    `exchanges` are those of the span; one that begins later is put to them when it begins. Ending takes all away.
    """

    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="audits")
    auditor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="audits")
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    exchanges = models.ManyToManyField(Exchange, related_name="audits")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(first_day__lte=models.F("last_day")), name="audit_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"{self.partnership}, {self.first_day} to {self.last_day}"
