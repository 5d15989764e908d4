"""An invitation to speak for an organisation, and a request to join one that is here already."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusterxchange.workflow.models import SubjectModel


class InvitationState(models.TextChoices):
    """The states of an invitation."""

    INVITED = "INVITED", _("Invited")
    JOINED = "JOINED", _("Joined")
    DECLINED = "DECLINED", _("Declined")
    TAKEN_BACK = "TAKEN_BACK", _("Taken back")
    EXPIRED = "EXPIRED", _("Expired")


class Invitation(SubjectModel):
    """Somebody is asked by mail to speak for an organisation. The link in the mail holds for that address only."""

    REFERENCE_LETTERS = "INV"

    reference = models.CharField(max_length=20, unique=True, null=True)
    organisation = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="invitations")
    email = models.EmailField(_("E-mail address"))
    language = models.CharField(max_length=10)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who has taken it up: only somebody with the address invited comes to be this.
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "email"),
                condition=Q(state="INVITED"),
                name="one_open_invitation_to_an_organisation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} ({self.organisation})"


class JoinRequestState(models.TextChoices):
    """The states of a request to join an organisation."""

    ASKED = "ASKED", _("Asked")
    HANDED_ON = "HANDED_ON", _("With the partnership")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    DECLINED = "DECLINED", _("Declined")
    TAKEN_BACK = "TAKEN_BACK", _("Taken back")


OPEN_REQUESTS = (JoinRequestState.ASKED, JoinRequestState.HANDED_ON)


class JoinRequest(SubjectModel):
    """Somebody has found, while registering, that their organisation is here already, and asks to speak for it.

    `partnership` looks after the organisation: it answers where the organisation's own people do not.
    """

    REFERENCE_LETTERS = "JOI"

    reference = models.CharField(max_length=20, unique=True, null=True)
    organisation = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="join_requests")
    asking_organisation = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="join_requests")
    matched = models.CharField(max_length=10)
    note = models.TextField(_("What the people of the organisation should know"), blank=True)
    partnership = models.ForeignKey(
        "partnerships.Partnership", models.PROTECT, null=True, blank=True, related_name="join_requests"
    )
    handed_on_at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "account"),
                condition=Q(state__in=("ASKED", "HANDED_ON")),
                name="one_open_join_request_each",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} to {self.organisation}"
