"""Whoever decides for a partnership, the support office or the agency has a second factor before anything else."""

from collections.abc import Callable
from typing import cast

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clusterxchange.access.actor import Actor
from clusterxchange.parties.accounts.models import Account

ACTIVATION, SECOND_STEP = "mfa_activate_totp", "mfa_reauthenticate"
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What such a person can reach without it: to set it up, to prove who they are for that, and to leave.
OPEN_PATHS = (
    "/account/two-factor/",
    "/account/reauthenticate/",
    "/sign-in/",
    "/sign-out/",
    "/language/",
    "/static/",
    "/health/",
    "/demo/",
)


class SomebodysRequest(HttpRequest):
    """A request as the middleware before this one leaves it."""

    actor: Actor


def must_have_second_factor(actor: Actor) -> bool:
    """Whether the person decides for others, in a partnership or an office, or audits what others agreed."""
    return bool(actor.partnerships) or actor.support_office or actor.agency or actor.auditor


def has_second_factor(account: Account) -> bool:
    """Whether the person has set up an app that shows codes, or a passkey."""
    return bool(Authenticator.objects.filter(user=account, type__in=SECOND_FACTORS).exists())


@receiver(authenticator_added, dispatch_uid="accounts.second_factor_was_used")
def note_use(request: HttpRequest, user: Account, authenticator: Authenticator, **_more: object) -> None:
    """Count the code or passkey that was set up as the second step of this session."""
    if authenticator.type in SECOND_FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


class SecondFactorMiddleware:
    """Lead people with an office to their second factor before any other page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, or lead to where the second factor is set up or used."""
        target = self._target(request)
        if target is None:
            return self.get_response(request)
        messages.warning(
            request, _("For your work you need a second factor: an app that shows a code when you sign in.")
        )
        return redirect(target)

    def _target(self, request: HttpRequest) -> str | None:
        if not isinstance(request.user, Account) or request.path.startswith(OPEN_PATHS):
            return None
        if not must_have_second_factor(cast("SomebodysRequest", request).actor):
            return None
        if not has_second_factor(request.user):
            return ACTIVATION
        records = get_authentication_records(request, request.user)
        # A session from before the second factor was set up elsewhere knows the password only.
        if records and not any(record.get("method") == "mfa" for record in records):
            return SECOND_STEP
        return None
