"""The mail to a partner who is not registered yet, and what the ranking works out beforehand."""

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
from clusterxchange.phases.matching import embedding, keeping
from clusterxchange.phases.matching.models import Proposal, ProposalState


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_invitation(proposal_id: int, language: str) -> None:
    """Send an invitation once, unless it was withdrawn; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        proposal = Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
        if proposal is None or proposal.state != ProposalState.INVITED or proposal.invitation_sent_at is not None:
            return
        proposal.invitation_sent_at = clock.now()
        proposal.save(update_fields=["invitation_sent_at"])
        mail_of(proposal, language).send()


def mail_of(proposal: Proposal, language: str) -> EmailMessage:
    """Write the invitation in a language, with one link."""
    sender = proposal.sender_organisation
    with translation.override(language):
        names = {"sender": sender.legal_name if sender is not None else ""}
        subject = _("%(sender)s invites you to an exchange") % names
        text = render_to_string(
            "matching/invitation.txt",
            {
                **names,
                "name": proposal.invited_name,
                "message": proposal.message,
                "link": urljoin(settings.PUBLIC_URL, "/sign-up/"),
            },
        )
        return EmailMessage(subject, text, to=[proposal.invited_email], headers={"Content-Language": language})


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="keep_texts", lock="keep_texts")
def keep_texts(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it over
    """Work out terms and vectors of every listed text that has changed, and who fits best whom of those."""
    for participation in keeping.keep_changed_texts(embedding.installed):
        keeping.keep_best(participation, at=clock.now())


@app.periodic(cron="17 2 * * *")
@app.task(queueing_lock="keep_best_of_all", lock="keep_best_of_all")
def keep_best_of_all(timestamp: int) -> None:  # noqa: ARG001 -- as above
    """Find the prices of hosts and keep the best partners of everybody listed."""
    keeping.keep_best_of_all(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="keep_words_and_counts", lock="keep_words_and_counts")
def keep_words_and_counts(timestamp: int) -> None:  # noqa: ARG001 -- as above
    """Bring what the catalogue's search has noted and counted up to date."""
    keeping.keep_words_and_counts()
