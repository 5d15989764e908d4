"""Reports, evidence and payment of an exchange that has ended (scheme.md section 8)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.encrypted import EncryptedText
from clusterxchange.workflow.models import SubjectModel


class ActivityReportState(models.TextChoices):
    """The states of a final activity report (states.md, ACTIVITY_REPORT)."""

    OPEN = "OPEN", _("To be written")
    SUBMITTED = "SUBMITTED", _("Submitted")
    RETURNED = "RETURNED", _("Returned with questions")
    VALIDATED = "VALIDATED", _("Validated")
    WAIVED = "WAIVED", _("Waived")


class EvidenceState(models.TextChoices):
    """The states of a piece of evidence (states.md, EVIDENCE)."""

    WANTED = "WANTED", _("Wanted")
    QUARANTINED = "QUARANTINED", _("Being checked for viruses")
    UPLOADED = "UPLOADED", _("Uploaded")
    ASKED_AGAIN = "ASKED_AGAIN", _("Asked for again")
    ACCEPTED = "ACCEPTED", _("Accepted")
    WAIVED = "WAIVED", _("Not needed")


class PaymentState(models.TextChoices):
    """The states of a payment (states.md, PAYMENT)."""

    NOT_DUE = "NOT_DUE", _("Not due yet")
    WAIVED = "WAIVED", _("Nothing to pay")
    DUE = "DUE", _("Due")
    ORDERED = "ORDERED", _("Ordered")
    RELEASED = "RELEASED", _("Released, with the bank")
    PAID = "PAID", _("Paid")
    CONFIRMED = "CONFIRMED", _("Received")
    RETURNED = "RETURNED", _("Returned by the bank")
    BLOCKED = "BLOCKED", _("Stopped by a dispute")
    RECOVERY = "RECOVERY", _("To be paid back")
    RECOVERED = "RECOVERED", _("Paid back")


class ActivityReport(SubjectModel):
    """The report of one side. The other side's columns are empty: so the permission table knows whose it is."""

    exchange = models.ForeignKey("exchange_building.Exchange", models.CASCADE, related_name="activity_reports")
    side = models.CharField(max_length=1)
    visiting_organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    host_organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    visitor_partnership = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="+"
    )
    host_partnership = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="+"
    )
    actual_first_day = models.DateField(_("First day at the host"), null=True, blank=True)
    actual_last_day = models.DateField(_("Last day at the host"), null=True, blank=True)
    actual_days = models.PositiveIntegerField(_("Full working days at the host"), null=True, blank=True)
    presence_confirmed = models.BooleanField(_("The visitor was here on these days"), default=False)
    deviations = models.TextField(_("What went otherwise than planned"), blank=True)
    activities_done = models.TextField(_("What you did"), blank=True)
    objectives = models.JSONField(_("Objectives reached"), default=list, blank=True)
    outcomes = models.JSONField(_("Outcomes"), default=dict, blank=True)
    benefits = models.TextField(_("Benefits for the host"), blank=True)
    follow_up = models.TextField(_("What comes next"), blank=True)
    ratings = models.JSONField(_("Ratings"), default=dict, blank=True)
    recommends = models.BooleanField(_("Would you recommend it"), null=True, blank=True)
    suggestions = models.TextField(_("Suggestions"), blank=True)
    success_story = models.TextField(_("Success story"), blank=True)
    story_may_be_published = models.BooleanField(_("The story may be published"), default=False)
    bank_details_are_right = models.BooleanField(_("The bank details are still right"), default=False)
    force_majeure = models.BooleanField(default=False)
    force_majeure_reason = models.TextField(blank=True)
    questions = models.TextField(blank=True)
    waive_reason = models.TextField(blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("exchange", "side"), name="one_report_per_side"),
            models.CheckConstraint(
                condition=Q(side="V", visiting_organisation__isnull=False, visitor_partnership__isnull=False)
                & Q(host_organisation__isnull=True, host_partnership__isnull=True)
                | Q(side="H", host_organisation__isnull=False, host_partnership__isnull=False)
                & Q(visiting_organisation__isnull=True, visitor_partnership__isnull=True),
                name="a_report_belongs_to_one_side",
            ),
        )

    def __str__(self) -> str:
        return f"{self.exchange}, report {self.side}"


class EvidenceItem(SubjectModel):
    """One thing that shows that the exchange took place, not what it cost.

    `file` is what others open: a photo stands upright there and says nothing of where it was taken; `original` is the
    photo as it came.
    """

    exchange = models.ForeignKey("exchange_building.Exchange", models.CASCADE, related_name="evidence_items")
    item = models.CharField(max_length=20)
    file = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    original = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)
    uploaded_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("exchange", "item"), name="one_evidence_item_each"),)

    def __str__(self) -> str:
        return f"{self.exchange}, {self.item}"


class PaymentBatch(models.Model):
    """Payments of one partnership that go to the bank together."""

    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="payment_batches")
    number = models.PositiveIntegerField()
    execution_on = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("partnership", "number"), name="one_batch_number_per_partnership"),
        )

    def __str__(self) -> str:
        return f"{self.partnership}, batch {self.number}"


class Payment(SubjectModel):
    """The one payment of an exchange.

    It goes to the account of the signed agreement, which stays as it was signed; an account given later stands here.
    """

    REFERENCE_LETTERS = "PAY"

    reference = models.CharField(max_length=20, unique=True, null=True)
    exchange = models.OneToOneField("exchange_building.Exchange", models.CASCADE, related_name="payment")
    agreement = models.ForeignKey(
        "exchange_building.FinancialAgreement", models.PROTECT, null=True, blank=True, related_name="+"
    )
    amount_cents = models.PositiveIntegerField(default=0)
    full_cents = models.PositiveIntegerField(default=0)
    agreed_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    days_spent = models.PositiveIntegerField(null=True, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    due_since = models.DateTimeField(null=True, blank=True)
    state_before = models.CharField(max_length=30, blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ordered_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, null=True, blank=True, related_name="payments")
    paid_on = models.DateField(null=True, blank=True)
    proof = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    transfer_reference = models.CharField(_("Reference of the transfer"), max_length=140, blank=True)
    account_holder = EncryptedText(_("Account holder"), blank=True, default="")
    iban = EncryptedText(_("IBAN"), blank=True, default="")
    account_number = EncryptedText(_("Account number"), blank=True, default="")
    bic = EncryptedText(_("BIC"), blank=True, default="")
    bank_address = EncryptedText(_("Address of the bank"), blank=True, default="")
    account_ending = models.CharField(max_length=4, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_cents__lte=F("agreed_cents")), name="payment_is_not_above_the_agreement"
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("ordered_by")),
                name="four_eyes_on_each_payment",
            ),
        )

    def __str__(self) -> str:
        return self.reference or ""
