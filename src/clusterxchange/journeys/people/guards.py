"""What must be true before somebody comes to speak for an organisation."""

from allauth.account.models import EmailAddress

from clusterxchange.journeys.people import queries
from clusterxchange.workflow.tables import Refusal, Situation


def address_is_new(situation: Situation) -> Refusal | None:
    """Invite nobody who speaks for the organisation already."""
    invitation = situation.subject
    if queries.speaks_already(invitation.organisation_id, invitation.email):
        return Refusal("person_is_here_already", field="email")
    return None


def address_is_not_invited(situation: Situation) -> Refusal | None:
    """Invite each address once at a time."""
    invitation = situation.subject
    found = queries.open_invitations_of(invitation.organisation_id).filter(email__iexact=invitation.email)
    return Refusal("invited_already", field="email") if found.exists() else None


def few_are_invited(situation: Situation) -> Refusal | None:
    """Keep an organisation from writing to half the world."""
    if queries.open_invitations_of(situation.subject.organisation_id).count() >= queries.MOST_OPEN_INVITATIONS:
        return Refusal("too_many_invitations", {"most": queries.MOST_OPEN_INVITATIONS})
    return None


def address_is_theirs(situation: Situation) -> Refusal | None:
    """Let only whoever has confirmed the invited address take the invitation up."""
    found = EmailAddress.objects.filter(
        user_id=situation.actor.account_id, email__iexact=situation.subject.email, verified=True
    )
    return None if found.exists() else Refusal("invitation_is_for_another_address", {"email": situation.subject.email})


def invitation_still_holds(situation: Situation) -> Refusal | None:
    """Refuse an invitation that is too old."""
    return None if situation.at < situation.subject.expires_at else Refusal("invitation_expired")


def few_are_asked(situation: Situation) -> Refusal | None:
    """Let a person ask few organisations at a time, so that asking is no way to look somebody up."""
    open_ones = queries.open_requests_of(situation.subject.account_id)
    if open_ones.filter(organisation_id=situation.subject.organisation_id).exists():
        return Refusal("join_asked_already")
    if open_ones.count() >= queries.MOST_OPEN_REQUESTS:
        return Refusal("too_many_join_requests")
    return None
