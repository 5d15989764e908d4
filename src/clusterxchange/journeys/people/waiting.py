"""What waits for a person who does not belong yet: invitations to answer."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from clusterxchange.journeys.people import queries, tokens
from clusterxchange.journeys.tasks import Task
from clusterxchange.parties.accounts.models import Account
from clusterxchange.workflow.cases import date_in_words, last_day_of


def addresses_of(person: Account | AnonymousUser) -> list[str]:
    """Give the addresses that a person has shown to be theirs."""
    if not isinstance(person, Account):
        return []
    found = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return [one.lower() for one in found]


def invitations_on_desk(person: Account | AnonymousUser, at: datetime) -> list[Task]:
    """Give the invitations to a person as things to do."""
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
        for one in queries.invitations_to(addresses_of(person), at)
    ]
