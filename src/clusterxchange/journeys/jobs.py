"""Mails of what spans phases."""

from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clusterxchange.foundation import clock
from clusterxchange.parties.partnerships.models import PartnershipInvitation, PartnershipPerson


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_partnership_invitation(invitation_id: int) -> None:
    """Send an invitation once, unless it was withdrawn; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        found = PartnershipInvitation.objects.select_for_update(of=("self",)).select_related("partnership")
        invitation = found.filter(pk=invitation_id, sent_at=None, withdrawn_at=None).first()
        if invitation is None:
            return
        invitation.sent_at = clock.now()
        invitation.save(update_fields=["sent_at"])
        mail_of(invitation).send()


def mail_of(invitation: PartnershipInvitation) -> EmailMessage:
    """Write the invitation in the language of whoever is invited, with one link."""
    with translation.override(invitation.language):
        names = {
            "partnership": invitation.partnership.acronym,
            "roles": ", ".join(str(PartnershipPerson.Role(role).label) for role in invitation.roles),
        }
        sentence = _("%(partnership)s invites you to work with it. Your role: %(roles)s.") % names
        text = render_to_string(
            "mail/notice.txt",
            {
                "sentence": sentence,
                "next": _("Open the link with this e-mail address; without an account, sign up first."),
                "link": urljoin(settings.PUBLIC_URL, f"/partnerships/invitations/{invitation.token}/"),
                "reason": _("You get this mail because somebody of the partnership wrote your address there."),
            },
        )
        subject = _("%(partnership)s invites you") % names
        headers = {"Content-Language": invitation.language}
        return EmailMessage(subject, text, to=[invitation.email], headers=headers)
