"""A consortium of clusters that accepts, guides and pays (scheme.md sections 2, 4 and 9)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actor import CONTACT_POINT, COORDINATOR, PAYER


class Partnership(models.Model):
    """A partnership of one edition, as its public profile shows it."""

    edition = models.ForeignKey("scheme.Edition", models.PROTECT, related_name="partnerships")
    acronym = models.CharField(max_length=40)
    slug = models.SlugField(max_length=40)
    title = models.CharField(max_length=300)
    ecosystems = models.JSONField(default=list)
    keywords = models.JSONField(default=list)
    coordinating_country = models.CharField(max_length=2, default="BE")
    starts_on = models.DateField(null=True, blank=True)
    duration_months = models.PositiveIntegerField(null=True, blank=True)
    planned_exchanges = models.PositiveIntegerField(null=True, blank=True)
    targets = models.JSONField(default=dict, blank=True)
    origin = models.TextField(blank=True)
    objectives = models.TextField(blank=True)
    expected_results = models.TextField(blank=True)
    website = models.URLField(blank=True)
    email = models.EmailField(blank=True)
    logo = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    amounts = models.JSONField(default=dict, blank=True)
    is_open = models.BooleanField(default=True)
    # While it is suspended: since when, why, and whether it takes registrations again afterwards.
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.TextField(blank=True)
    opens_again = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    has_second_reader = models.BooleanField(
        _("Two contact points read a registration before it is accepted"), default=False
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("edition", "acronym"), name="one_acronym_per_edition"),
            models.UniqueConstraint(fields=("edition", "slug"), name="one_partnership_slug_per_edition"),
        )

    def __str__(self) -> str:
        return self.acronym

    @property
    def state(self) -> str:
        """Whether it takes registrations, as the journal writes it."""
        if self.ended_at is not None:
            return "ENDED"
        if self.suspended_at is not None:
            return "SUSPENDED"
        return "OPEN" if self.is_open else "CLOSED"


class MemberCluster(models.Model):
    """A cluster organisation that belongs to a partnership; the first with a country coordinates."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="members")
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=100, blank=True)
    link = models.URLField(blank=True)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name


class PlannedEvent(models.Model):
    """An event that a partnership announces on its profile."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="planned_events")
    title = models.CharField(max_length=200)
    target_group = models.CharField(max_length=200, blank=True)
    on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class PartnershipPerson(models.Model):
    """A person's role in a partnership; one person may have several."""

    class Role(models.TextChoices):
        """What the person does there."""

        CONTACT_POINT = CONTACT_POINT, _("Contact point")
        COORDINATOR = COORDINATOR, _("Coordinator")
        PAYER = PAYER, _("Payer")

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="people")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="partnership_roles")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("partnership", "account", "role"), name="one_partnership_role_each"),
        )

    def __str__(self) -> str:
        return f"{self.account}, {self.role}"


class Budget(models.Model):
    """The money of one partnership in cents: reserved + committed + paid + free = planned (scheme.md section 6)."""

    partnership = models.OneToOneField(Partnership, models.CASCADE, related_name="budget")
    planned_cents = models.BigIntegerField()
    reserved_cents = models.BigIntegerField(default=0)
    committed_cents = models.BigIntegerField(default=0)
    paid_cents = models.BigIntegerField(default=0)
    free_cents = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    planned_cents=F("reserved_cents") + F("committed_cents") + F("paid_cents") + F("free_cents")
                ),
                name="budget_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(reserved_cents__gte=0, committed_cents__gte=0, paid_cents__gte=0, free_cents__gte=0),
                name="budget_parts_are_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.partnership}: {self.free_cents} of {self.planned_cents} cents free"


class BudgetMove(models.Model):
    """Money that went from one part of a budget to another: what stood where on an earlier day is counted from these.

    What is planned comes from nowhere, and goes there where less is planned. `case` is the exchange for which it went.
    """

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="budget_moves")
    case = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=9, blank=True)
    target = models.CharField(max_length=9, blank=True)
    cents = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("partnership", "at"), name="moves_of_a_budget"),)

    def __str__(self) -> str:
        return f"{self.partnership}: {self.cents} cents from {self.source or 'nowhere'} to {self.target or 'nowhere'}"


class PartnershipInvitation(models.Model):
    """An invitation by mail to take roles in a partnership; whoever opens the link signed in takes them."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("E-mail address"))
    roles = models.JSONField(_("Roles"))
    token = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("partnership", "email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_to_a_partnership",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} to {self.partnership}"


class PublicQuestion(models.Model):
    """What somebody without an account asks a partnership, or the support office where none is named."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, null=True, blank=True, related_name="questions")
    name = models.CharField(_("Your name"), max_length=120)
    email = models.EmailField(_("Your e-mail address"))
    organisation = models.CharField(_("Your organisation"), max_length=200, blank=True)
    text = models.TextField(_("Your question"))
    language = models.CharField(max_length=10)
    at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.name}, {self.at}"
