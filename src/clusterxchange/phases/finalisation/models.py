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
    RELEASED = "RELEASED", _("Released")
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
    draft = models.JSONField(default=dict, blank=True)
    success_story = models.TextField(_("Success story"), blank=True)
    story_may_be_published = models.BooleanField(_("The story may be published"), default=False)
    story_consent_changed_at = models.DateTimeField(null=True, blank=True)
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


class StoryPhoto(models.Model):
    """A photo of a success story: a copy without place and camera data."""

    report = models.ForeignKey(ActivityReport, models.CASCADE, related_name="story_photos")
    file = models.ForeignKey("foundation.StoredFile", models.PROTECT, related_name="+")
    description = models.CharField(_("What the photo shows"), max_length=200)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.description


class PresenceMoment(models.TextChoices):
    """When a visitor shows a code to the host."""

    ARRIVAL = "arrival", _("Arrival")
    DEPARTURE = "departure", _("Departure")


class PresenceCode(models.Model):
    """A code that the visitor shows once to the host, who types it in: so both say that they met."""

    exchange = models.ForeignKey("exchange_building.Exchange", models.CASCADE, related_name="presence_codes")
    moment = models.CharField(max_length=10, choices=PresenceMoment.choices)
    code = EncryptedText()
    made_at = models.DateTimeField()
    wrong_tries = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("exchange", "moment"), name="one_presence_code_for_each_moment"),
        )

    def __str__(self) -> str:
        return f"{self.exchange}, {self.moment}"


class EvidenceItem(SubjectModel):
    """One thing that shows that the exchange took place, not what it cost.

    `file` is what others open: it says nothing of place, camera or author; `original` is sealed, as it came.
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


class PayingAccount(models.Model):
    """The account from which a partnership pays."""

    partnership = models.OneToOneField("partnerships.Partnership", models.PROTECT, related_name="paying_account")
    account_holder = EncryptedText(_("Account holder"))
    iban = EncryptedText(_("IBAN"))
    bic = EncryptedText(_("BIC"), blank=True, default="")
    account_ending = models.CharField(max_length=4)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.partnership}, {self.account_ending}"


class PaymentBatch(models.Model):
    """Payments of one partnership that go to the bank together, on one day.

    Once the bank file is made nothing is added: `transfers` says what went to the bank, without any account; the file
    itself and the rows for accounts outside SEPA are sealed, since they name accounts.
    """

    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="payment_batches")
    number = models.PositiveIntegerField()
    execution_on = models.DateField()
    made_at = models.DateTimeField()
    file_made_at = models.DateTimeField(null=True, blank=True)
    file_made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    transfers = models.JSONField(default=list, blank=True)
    file_text = EncryptedText(blank=True, default="")
    rows_outside_sepa = EncryptedText(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("partnership", "number"), name="one_batch_number_per_partnership"),
        )

    def __str__(self) -> str:
        return f"{self.partnership}, batch {self.number}"

    @property
    def state(self) -> str:
        """Whether payments are still added, as the journal writes it."""
        return "OPEN" if self.file_made_at is None else "MADE"


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
    recovery_cents = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_cents__lte=F("agreed_cents")), name="payment_is_not_above_the_agreement"
            ),
            models.CheckConstraint(
                condition=Q(recovery_cents__lte=F("amount_cents")), name="no_more_is_asked_back_than_was_paid"
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("ordered_by")),
                name="four_eyes_on_each_payment",
            ),
        )

    def __str__(self) -> str:
        return self.reference or ""


class BankStatement(models.Model):
    """A file of the bank, sealed since it names accounts; nothing of it counts until it is imported."""

    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="bank_statements")
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=20)
    message = models.CharField(max_length=140, blank=True)
    content = EncryptedText()
    sha256 = models.CharField(max_length=64)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("partnership", "sha256"), name="one_statement_of_the_same_content"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """Whether its lines count, as the journal writes it."""
        return "KEPT" if self.imported_at is None else "IMPORTED"


class StatementLine(models.Model):
    """One line of an imported statement, and what became of it."""

    APPLIED = ("paid", "returned")

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    partnership = models.ForeignKey("partnerships.Partnership", models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    payment = models.ForeignKey("Payment", models.PROTECT, null=True, blank=True, related_name="statement_lines")
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=140, blank=True)
    cents = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    booked_on = models.DateField(null=True, blank=True)
    bank_reference = models.CharField(max_length=140, blank=True)
    reason = models.CharField(max_length=140, blank=True)
    outcome = models.CharField(max_length=30)
    fingerprint = models.CharField(max_length=64)

    class Meta:
        ordering = ("statement", "number")
        constraints = (
            models.UniqueConstraint(fields=("statement", "number"), name="one_statement_line_each"),
            models.UniqueConstraint(
                fields=("partnership", "fingerprint"),
                condition=Q(outcome__in=("paid", "returned")),
                name="a_line_of_the_bank_counts_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.statement}, line {self.number}"


class RandomCheck(models.Model):
    """Exchanges of an edition that were closed in a span of days, of which a part was drawn by a published seed.

    `drawn_from` are the references of all of them: with the seed anybody draws the same.
    """

    edition = models.ForeignKey("scheme.Edition", models.PROTECT, related_name="random_checks")
    first_day = models.DateField()
    last_day = models.DateField()
    percent = models.PositiveIntegerField()
    seed = models.CharField(max_length=200)
    drawn_from = models.JSONField()
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="check_ends_after_it_begins"),
        )

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


class SurveyState(models.TextChoices):
    """The states of the questions that follow half a year after the closing."""

    OPEN = "OPEN", _("To be answered")
    ANSWERED = "ANSWERED", _("Answered")
    CLOSED = "CLOSED", _("Closed without an answer")


class FollowUpSurvey(SubjectModel):
    """What one side says of an exchange half a year after its closing. The other side's column is empty."""

    exchange = models.ForeignKey("exchange_building.Exchange", models.CASCADE, related_name="follow_up_surveys")
    side = models.CharField(max_length=1)
    visiting_organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    host_organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    closes_at = models.DateTimeField()
    worth = models.PositiveIntegerField(null=True, blank=True)
    in_contact = models.BooleanField(null=True, blank=True)
    outcomes = models.JSONField(default=list, blank=True)
    recommends = models.BooleanField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("exchange", "side"), name="one_survey_per_side"),
            models.CheckConstraint(
                condition=Q(side="V", visiting_organisation__isnull=False, host_organisation__isnull=True)
                | Q(side="H", host_organisation__isnull=False, visiting_organisation__isnull=True),
                name="a_survey_belongs_to_one_side",
            ),
        )

    def __str__(self) -> str:
        return f"{self.exchange}, survey {self.side}"

    @property
    def reference(self) -> str:
        """The reference of the exchange that it asks about."""
        return self.exchange.reference or ""


class Finding(models.TextChoices):
    """What a check of an exchange found."""

    IN_ORDER = "in_order", _("In order")
    REMARK = "remark", _("Paid rightly, with a remark")
    RECOVER = "recover", _("Money is to be paid back")


class CheckedExchange(models.Model):
    """One exchange that was drawn for a check, and what was found."""

    random_check = models.ForeignKey(RandomCheck, models.PROTECT, related_name="exchanges")
    exchange = models.OneToOneField("exchange_building.Exchange", models.PROTECT, related_name="checked")
    place = models.PositiveIntegerField()
    finding = models.CharField(max_length=10, choices=Finding.choices, blank=True)
    words = models.TextField(blank=True)
    recovery_cents = models.PositiveIntegerField(default=0)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    found_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("random_check", "place")
        constraints = (models.UniqueConstraint(fields=("random_check", "place"), name="one_place_in_a_draw_each"),)

    def __str__(self) -> str:
        return f"{self.exchange}, {self.finding}"
