"""What waits for a person who does not belong yet: invitations to answer."""

from datetime import datetime

from django.utils.translation import gettext as _

from clusterxchange.access.actor import Actor
from clusterxchange.journeys.people import queries, tokens
from clusterxchange.journeys.tasks import Task
from clusterxchange.workflow.cases import date_in_words, last_day_of


def invitations_on_desk(actor: Actor, at: datetime) -> list[Task]:
    """Give the invitations to a person as things to do."""
    if actor.account_id is None:
        return []
    return [
        Task(
            url=f"/organisations/invitations/{tokens.token_of(one)}/",
            title=_("%(person)s asks you to speak for %(organisation)s")
            % {"person": one.invited_by, "organisation": one.organisation.legal_name},
            kind=_("Answer the invitation"),
            who=one.organisation.legal_name,
            when=_("Until %(day)s") % {"day": date_in_words(last_day_of(one.expires_at))},
            state="yours",
            note="",
            reference=one.reference or "",
        )
        for one in queries.invitations_to(actor.account_id, at)
    ]
