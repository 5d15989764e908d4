"""The mail to somebody who is asked to speak for an organisation."""

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
from clusterxchange.foundation.mail import one_line
from clusterxchange.journeys.people import tokens
from clusterxchange.journeys.people.models import Invitation, InvitationState
from clusterxchange.workflow.cases import date_in_words, last_day_of
from clusterxchange.workflow.undeliverable import hand_over


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_invitation(invitation_id: int) -> None:
    """Send an invitation once, unless it was taken back; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        rows = Invitation.objects.select_related("organisation", "invited_by").select_for_update(of=("self",))
        invitation = rows.filter(pk=invitation_id, state=InvitationState.INVITED, sent_at=None).first()
        if invitation is None:
            return
        invitation.sent_at = clock.now()
        invitation.save(update_fields=["sent_at"])
        hand_over(mail_of(invitation), invitation.sent_at)


def mail_of(invitation: Invitation) -> EmailMessage:
    """Write the invitation, with one link that holds for this address only."""
    with translation.override(invitation.language):
        names = {"person": str(invitation.invited_by), "organisation": invitation.organisation.legal_name}
        text = render_to_string(
            "mail/notice.txt",
            {
                "person": "",
                "sentence": _("%(person)s asks you to speak for %(organisation)s in ClusterXchange.") % names,
                "next": _(
                    "Follow the link and sign in, or open an account with this address. The link holds until %(day)s."
                )
                % {"day": date_in_words(last_day_of(invitation.expires_at))},
                "link": urljoin(settings.PUBLIC_URL, f"/organisations/invitations/{tokens.token_of(invitation)}/"),
                "reason": _("You get this mail because %(person)s gave your address.") % names,
            },
        )
        return EmailMessage(
            one_line(_("%(person)s asks you to speak for %(organisation)s") % names),
            text,
            to=[invitation.email],
            headers={"Content-Language": invitation.language},
        )
