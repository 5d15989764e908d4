"""A proposal, contact and match between a visitor and a host (scheme.md section 5), and what the ranking keeps."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusterxchange.workflow.models import SubjectModel

ONE_DAY = timedelta(days=1)


class ProposalState(models.TextChoices):
    """The states of a proposal (states.md, PROPOSAL)."""

    SENT = "SENT", _("Sent")
    SUGGESTED = "SUGGESTED", _("Suggested")
    INVITED = "INVITED", _("Invited")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED = "DECLINED", _("Declined")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    EXPIRED = "EXPIRED", _("Expired")
    CLOSED = "CLOSED", _("Closed")


class Proposal(SubjectModel):
    """One side asks the other, or a contact point suggests the two to each other."""

    REFERENCE_LETTERS = "PRO"

    reference = models.CharField(max_length=20, unique=True, null=True)
    visitor_participation = models.ForeignKey(
        "registration.Participation", models.PROTECT, null=True, blank=True, related_name="proposals_as_visitor"
    )
    host_participation = models.ForeignKey(
        "registration.Participation", models.PROTECT, null=True, blank=True, related_name="proposals_as_host"
    )
    sender_organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    suggested_by = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="+"
    )
    format = models.CharField(_("Format"), max_length=10)
    message = models.TextField(_("Message"), blank=True)
    is_prior_agreement = models.BooleanField(default=False)
    invited_name = models.CharField(max_length=200, blank=True)
    invited_email = models.EmailField(blank=True)
    invitation_sent_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.CharField(max_length=40, blank=True)
    decline_text = models.TextField(blank=True)
    releases_place = models.BooleanField(default=False)
    programme = models.ForeignKey("Programme", models.PROTECT, null=True, blank=True, related_name="seats")
    first_day = models.DateField(_("First day"), null=True, blank=True)
    last_day = models.DateField(_("Last day"), null=True, blank=True)
    # The group was changed while the text of this seat's exchange could not take the change over.
    waits_for_change = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("visitor_participation", "state"), name="proposals_of_visitor"),
            models.Index(fields=("host_participation", "state"), name="proposals_of_host"),
        )

    def __str__(self) -> str:
        return self.reference or ""


class OfferedDates(models.Model):
    """Days that one side of a proposal offers to the other; both ends are inside."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="offered_dates")
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    capacity = models.CharField(max_length=3)
    at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="offered_dates_do_not_end_before"),
            models.UniqueConstraint(
                fields=("proposal", "first_day", "last_day", "capacity"), name="dates_are_offered_once_by_a_side"
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal}: {self.first_day} to {self.last_day}"


class MatchingProfile(models.Model):
    """What the ranking has worked out for a participation: terms, vectors, best partners and the price of a host.

    Nothing here was typed by anybody, and nothing of a person is in it. It goes with its participation.
    """

    participation = models.OneToOneField("registration.Participation", models.CASCADE, related_name="matching_profile")
    text_sha256 = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10, blank=True)
    offers = models.JSONField(default=dict)
    seeks = models.JSONField(default=dict)
    model = models.CharField(max_length=60, blank=True)
    offers_vector = models.BinaryField(null=True)
    seeks_vector = models.BinaryField(null=True)
    best = models.JSONField(default=list)
    best_version = models.CharField(max_length=80, blank=True)
    best_at = models.DateTimeField(null=True)
    price = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.participation_id}"


class PartnerMark(models.Model):
    """What a participant has noted of a partner for its own lists: saved or hidden. Nobody else is told.

    It goes with either of the two participations.
    """

    class Mark(models.TextChoices):
        """What the partner is to this participant."""

        SAVED = "saved", _("Saved")
        HIDDEN = "hidden", _("Hidden")

    participation = models.ForeignKey("registration.Participation", models.CASCADE, related_name="partner_marks")
    partner = models.ForeignKey("registration.Participation", models.CASCADE, related_name="+")
    mark = models.CharField(max_length=6, choices=Mark.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("participation", "partner", "mark"), name="one_mark_of_each_kind"),
        )

    def __str__(self) -> str:
        return f"{self.participation_id} {self.mark} {self.partner_id}"


class ShownList(models.Model):
    """A list of best partners as it was shown: who stood where, ranked by which version. Nobody's name is in it."""

    participation = models.ForeignKey("registration.Participation", models.CASCADE, related_name="shown_lists")
    to_contact_point = models.BooleanField(default=False)
    version = models.CharField(max_length=80)
    first_position = models.PositiveIntegerField()
    references = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("participation", "at"), name="shown_lists_of_participant"),)

    def __str__(self) -> str:
        return f"{self.participation_id}, {self.at}"


class ConversationState(models.TextChoices):
    """Whether the two organisations of a conversation may write to each other."""

    OPEN = "OPEN", _("Open")
    BLOCKED = "BLOCKED", _("Blocked")


class Conversation(SubjectModel):
    """What a visiting and a host organisation write to each other, with all their people and contact points."""

    REFERENCE_LETTERS = "CON"

    reference = models.CharField(max_length=20, unique=True, null=True)
    visitor_participation = models.ForeignKey(
        "registration.Participation", models.PROTECT, related_name="conversations_as_visitor"
    )
    host_participation = models.ForeignKey(
        "registration.Participation", models.PROTECT, related_name="conversations_as_host"
    )
    blocked_by = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("visitor_participation", "host_participation"), name="one_conversation_of_two"
            ),
        )

    def __str__(self) -> str:
        return self.reference or ""


class AbuseReportState(models.TextChoices):
    """Whether the support office has answered a report."""

    OPEN = "OPEN", _("Open")
    CLOSED = "CLOSED", _("Answered")


class AbuseReport(SubjectModel):
    """What somebody tells the support office of a conversation, and what came of it."""

    class Reason(models.TextChoices):
        """What is wrong with it."""

        UNWANTED = "unwanted", _("Advertising or messages that nobody wants")
        INSULT = "insult", _("Insults or threats")
        FALSE_CLAIM = "false_claim", _("Somebody is not who they say")
        OTHER = "other", _("Something else")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="abuse_reports")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    text = models.TextField(blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"{self.conversation}: {self.reason}"

    @property
    def reference(self) -> str:
        """That of the conversation."""
        return self.conversation.reference or ""


class CatalogueEntry(models.Model):
    """A participation as the catalogue searches it: one row with everything that narrows and orders the list.

    The database writes it itself whenever the participation, its organisation or its windows change, so that it is
    right within the same transaction, whoever wrote them. Nothing of a person is in it. It goes with its participation.
    """

    participation = models.OneToOneField(
        "registration.Participation", models.CASCADE, primary_key=True, related_name="catalogue_entry"
    )
    edition = models.ForeignKey("scheme.Edition", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    role = models.CharField(max_length=5)
    is_listed = models.BooleanField()
    shown_name = models.CharField(max_length=200, db_collation="C")
    words = SearchVectorField()
    facets = ArrayField(models.TextField())
    windows = ArrayField(DateRangeField())
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_counted = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(
                fields=("edition", "role", "shown_name", "participation"),
                condition=Q(is_listed=True),
                name="catalogue_of_a_role",
            ),
            models.Index(
                fields=("edition", "shown_name", "participation"),
                condition=Q(is_listed=True),
                name="catalogue_of_an_edition",
            ),
            models.Index(fields=("participation",), condition=Q(is_counted=False), name="catalogue_not_counted"),
            GinIndex(fields=("words", "facets"), condition=Q(is_listed=True), name="catalogue_by_words_and_facets"),
        )

    def __str__(self) -> str:
        return f"{self.participation_id}"

    @property
    def days(self) -> tuple[tuple[date, date], ...]:
        """The windows with both their ends inside."""
        return tuple((window.lower, window.upper - ONE_DAY) for window in self.windows)


class RankingChange(models.Model):
    """By which transaction a participation last changed in anything that the ranking reads.

    The database writes it itself, whoever wrote the change. A row stays when its participation goes, so that others
    hear of that too; nothing of a person is in it.
    """

    participation_id = models.BigIntegerField(primary_key=True)
    edition = models.ForeignKey("scheme.Edition", models.CASCADE, related_name="+", db_index=False)
    role = models.CharField(max_length=5)
    changed_by = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("edition", "role", "changed_by"), name="changes_of_a_role"),)

    def __str__(self) -> str:
        return f"{self.participation_id}"


class CatalogueWord(models.Model):
    """A word that stands in the catalogue, by which parts of words and words typed wrong are found."""

    word = models.CharField(max_length=60, primary_key=True, db_collation="C")

    def __str__(self) -> str:
        return self.word


class CatalogueCount(models.Model):
    """How many who are listed in an edition and a role have a facet, for lists too long to be counted at once."""

    edition = models.ForeignKey("scheme.Edition", models.CASCADE, related_name="+")
    role = models.CharField(max_length=5)
    facet = models.TextField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("edition", "role", "facet"), name="one_count_per_facet"),)

    def __str__(self) -> str:
        return f"{self.facet}: {self.number}"


class SavedSearch(models.Model):
    """What somebody searches the catalogue for again and again, on behalf of a participant.

    Mails tell them who is new since `looked_at`, as long as they want them: who was not among the `known` then, whether
    registered, active again or changed. Nobody else sees it; it goes with either.
    """

    participation = models.ForeignKey("registration.Participation", models.CASCADE, related_name="saved_searches")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    filters = models.TextField()
    sends_mail = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    known = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("participation", "account", "filters"), name="one_saved_search_each"),
        )
        indexes = (models.Index(fields=("looked_at",), condition=Q(sends_mail=True), name="searches_with_mail"),)

    def __str__(self) -> str:
        return self.filters


class ProgrammeState(models.TextChoices):
    """Whether seats of a group exchange can be asked for."""

    OPEN = "OPEN", _("Open for requests")
    CLOSED = "CLOSED", _("Closed for requests")
    CANCELLED = "CANCELLED", _("Cancelled")
    BEGUN = "BEGUN", _("Has begun")


class Programme(SubjectModel):
    """A group exchange: one host, fixed days, an agenda, and seats.

    A seat is a proposal of its visitor: asked for while it is open, waiting while all places are given, confirmed once
    the host has accepted it. Each confirmed one is an exchange of its own.
    """

    REFERENCE_LETTERS = "GRP"

    reference = models.CharField(max_length=20, unique=True, null=True)
    host_participation = models.ForeignKey("registration.Participation", models.PROTECT, related_name="programmes")
    title = models.CharField(_("Title"), max_length=200)
    description = models.TextField(_("What the group learns and does"))
    place = models.CharField(_("Place"), max_length=200)
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    places = models.PositiveIntegerField(_("Places for visitors"))
    asked_until = models.DateField(_("Last day to ask for a seat"))
    agenda = models.JSONField(_("Agenda"), default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="programme_does_not_end_before"),
            models.CheckConstraint(condition=Q(places__gte=1), name="programme_has_a_place"),
        )

    def __str__(self) -> str:
        return self.reference or ""


class Guest(models.Model):
    """Somebody of the host's country who joins a group exchange, without a seat and without an exchange."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="guests")
    name = models.CharField(_("Name"), max_length=170)
    organisation_name = models.CharField(_("Organisation"), max_length=200)
    country = models.CharField(_("Country"), max_length=2, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class MatchPlanState(models.TextChoices):
    """How far a plan for the programme has come."""

    ASKED = "ASKED", _("Being worked out")
    MADE = "MADE", _("Worked out")


class MatchPlan(SubjectModel):
    """Who would visit whom so that the whole programme fits best: suggestions that the support office confirms."""

    REFERENCE_LETTERS = "PLN"

    reference = models.CharField(max_length=20, unique=True, null=True)
    edition = models.ForeignKey("scheme.Edition", models.PROTECT, related_name="match_plans")
    figures = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.reference or ""


class PlannedPair(models.Model):
    """One exchange of a plan, with its reasons; `proposal` once it was suggested to both."""

    plan = models.ForeignKey(MatchPlan, models.CASCADE, related_name="pairs")
    visitor_participation = models.ForeignKey("registration.Participation", models.CASCADE, related_name="+")
    host_participation = models.ForeignKey("registration.Participation", models.CASCADE, related_name="+")
    score = models.PositiveIntegerField()
    band = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    proposal = models.ForeignKey(Proposal, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-score", "pk")
        constraints = (
            models.UniqueConstraint(fields=("plan", "visitor_participation"), name="a_visitor_is_planned_once"),
        )

    def __str__(self) -> str:
        return f"{self.plan}: {self.visitor_participation_id} at {self.host_participation_id}"
