"""What follows a sign-in: the term without one runs anew."""

from allauth.account.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.phases.registration import operations


@receiver(user_logged_in, dispatch_uid="registration.note_sign_in")
def note_sign_in(request: HttpRequest, user: Account, **_more: object) -> None:
    """Note that somebody of an organisation has been here."""
    del request
    operations.note_sign_in(actor_for(user), clock.now())
