"""The signed link of an invitation: it names the invitation and the address, and cannot be made by anybody else."""

from django.core import signing

from clusterxchange.journeys.people.models import Invitation
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration.models import Application

A_DAY = 86_400
FOUND = "clusterxchange.found"
SALT = "clusterxchange.invitation"


def token_of(invitation: Invitation) -> str:
    """Give what stands in the link. Until when it holds is kept with the invitation, by the scheme's clock."""
    return signing.Signer(salt=SALT).sign_object({"invitation": invitation.pk, "email": invitation.email})


def invitation_of(token: str) -> Invitation | None:
    """Give the invitation behind a link; nothing for one that was changed or belongs to another address."""
    try:
        named = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    found = Invitation.objects.filter(pk=named["invitation"], email=named["email"])
    return found.select_related("organisation", "invited_by", "account").first()


def mark_of(application: Application, organisation: Organisation, matched: str) -> str:
    """Give what a page carries of an organisation that was found for a draft: nobody can name another one."""
    named = {"application": application.pk, "organisation": organisation.pk, "matched": matched}
    return signing.dumps(named, salt=FOUND)


def marked(application: Application, mark: str) -> tuple[Organisation, str] | None:
    """Give the organisation that a page of this draft has shown, and by what it was found."""
    try:
        named = signing.loads(mark, salt=FOUND, max_age=A_DAY)
    except signing.BadSignature:
        return None
    if named["application"] != application.pk:
        return None
    organisation = Organisation.objects.filter(pk=named["organisation"]).first()
    return (organisation, named["matched"]) if organisation is not None else None
