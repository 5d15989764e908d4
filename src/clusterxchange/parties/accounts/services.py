"""Signing in by a service of one's organisation: leading there, what is kept of its answer, linking and unlinking.

That a service names the address of an account does not open it: its owner links the service from within.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, cast

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect import views as package_views
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from requests import RequestException

from clusterxchange.foundation import clock
from clusterxchange.foundation.sign_in_services import SignInService
from clusterxchange.parties.accounts import letters
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.accounts.proven import was_proven_lately

log = logging.getLogger(__name__)
OPENID_CONNECT = "openid_connect"
SERVICES_PAGE = "socialaccount_connections"


class ServiceAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # -- the package brings no types
    """Keep to the package's way wherever ours does not differ."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "connected_other": _("This service is linked to another account already."),
    }

    def list_apps(
        self,
        request: HttpRequest,  # noqa: ARG002 -- the package's signature
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        """Give the services of the settings; none is kept in the database."""
        return [
            _as_the_package_knows_it(one)
            for one in settings.SIGN_IN_SERVICES
            if provider in {None, OPENID_CONNECT, one.id} and client_id in {None, one.client_id}
        ]

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Account:
        """Take names and address for a new account, and forget whatever else the service says of the person."""
        said = sociallogin.account.extra_data
        told, signed = said.get("userinfo", {}).get("sub"), said.get("id_token", {}).get("sub")
        if signed is None or told not in {None, signed}:
            message = "The service names two persons in one answer."
            raise PermissionDenied(message)
        sociallogin.account.extra_data = {}
        account: Account = super().populate_user(request, sociallogin, data)
        return account

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:  # noqa: ANN401 -- the package's signature
        """Leave a line for the operator; the person sees a page without details."""
        if told.get("exception") is not None:
            log.warning("Signing in by %s failed: %s", provider.sub_id, type(told["exception"]).__name__)
        super().on_authentication_error(request, provider, **told)


def _as_the_package_knows_it(service: SignInService) -> SocialApp:
    return SocialApp(
        provider=OPENID_CONNECT,
        provider_id=service.id,
        name=service.name,
        client_id=service.client_id,
        secret=service.client_secret,
        settings={"server_url": service.issuer},
    )


@require_POST
@never_cache
def lead_to_service(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to a service by a page of ours: browsers let no form go elsewhere by way of a redirect."""
    links = request.POST.get("process") == AuthProcess.CONNECT
    if links and not (request.user.is_authenticated and was_proven_lately(request, clock.real_now())):
        return redirect(SERVICES_PAGE)
    provider = _provider(request, provider_id)
    once_more = {"auth_params": {"prompt": "login"}} if request.POST.get("process") == "again" else {}
    try:
        answer: HttpResponse = provider.redirect(
            request,
            AuthProcess.CONNECT if links else AuthProcess.LOGIN,
            next_url=_own_address(request, request.POST.get(REDIRECT_FIELD_NAME, "")),
            **once_more,
        )
    except (RequestException, LookupError) as unreachable:
        log.warning("The service %s does not answer as it should: %s", provider_id, type(unreachable).__name__)
        return render(
            request,
            "socialaccount/authentication_error.html",
            {"service_is_away": provider.name},
            status=HTTPStatus.SERVICE_UNAVAILABLE,
        )
    if isinstance(answer, HttpResponseRedirect):
        return render(request, "socialaccount/login.html", {"provider": provider, "target": answer.url})
    return answer


@require_GET
@never_cache
def come_from_service(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what a service says of the person who was led there from this browser."""
    _provider(request, provider_id)
    answer: HttpResponse = package_views.callback(request, provider_id)
    return answer


@require_GET
@login_required
@never_cache
def prove_by_service(request: HttpRequest) -> HttpResponse:
    """Ask whoever has no other way to sign in once more by a service, before a step that asks for it."""
    linked = set(SocialAccount.objects.filter(user=request.user).values_list("provider", flat=True))
    # A form that was sent is gone with the session, so its page is not where to go on.
    was_sent = "request" in request.session.get(STATE_SESSION_KEY, {})
    return render(
        request,
        "socialaccount/prove.html",
        {
            "services": [one for one in settings.SIGN_IN_SERVICES if one.id in linked],
            "next": "" if was_sent else _own_address(request, request.GET.get(REDIRECT_FIELD_NAME, "")) or "",
        },
    )


class UnlinkForm(forms.Form):
    """Which linked service opens the account no longer."""

    service = forms.ModelChoiceField(SocialAccount.objects.none())

    def __init__(self, account: Account, *given: Any) -> None:  # noqa: ANN401 -- what a form is given
        super().__init__(*given)
        self.account = account
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- told to the type checker
        field.queryset = SocialAccount.objects.filter(user=account)

    def clean_service(self) -> SocialAccount:
        """Refuse to take the last way to sign in away."""
        service: SocialAccount = self.cleaned_data["service"]
        others = SocialAccount.objects.filter(user=self.account, provider__in=_offered()).exclude(pk=service.pk)
        if not self.account.has_usable_password() and not others.exists():
            raise ValidationError(
                _("Without this service you could not sign in any more. Choose a password first."), "last_way"
            )
        return service


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def services_page(request: HttpRequest) -> HttpResponse:
    """Show which services open the account, unlink one, and lead to those that can be linked."""
    account = cast("Account", request.user)
    form = UnlinkForm(account, request.POST) if request.method == "POST" else UnlinkForm(account)
    if form.is_bound and form.is_valid():
        unlinked = form.cleaned_data["service"]
        unlinked.delete()
        social_account_removed.send(SocialAccount, request=request, socialaccount=unlinked)
        messages.info(request, _("The service does not open your account any more."))
        return redirect(SERVICES_PAGE)
    linked = list(SocialAccount.objects.filter(user=account).order_by("date_joined"))
    names = {one.id: one.name for one in settings.SIGN_IN_SERVICES}
    bears = {one.provider for one in linked}
    shown = {
        "form": form,
        "linked": [
            {"pk": one.pk, "name": names.get(one.provider, one.provider), "since": one.date_joined} for one in linked
        ],
        "others": [one for one in settings.SIGN_IN_SERVICES if one.id not in bears],
    }
    return render(
        request,
        "socialaccount/connections.html",
        shown,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
    )


def _offered() -> list[str]:
    return [one.id for one in settings.SIGN_IN_SERVICES]


def _provider(request: HttpRequest, provider_id: str) -> Any:  # noqa: ANN401 -- the package brings no types
    if provider_id not in _offered():
        raise Http404
    return ServiceAdapter(request).get_provider(request, provider_id)


def _own_address(request: HttpRequest, address: str) -> str | None:
    is_own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_own else None


@receiver(social_account_added, dispatch_uid="accounts.tell_of_a_linked_service")
def tell_of_a_linked_service(sociallogin: SocialLogin, **_more: Any) -> None:  # noqa: ANN401 -- whatever a signal brings
    """Tell the owner that a service opens the account from now on."""
    letters.tell(
        sociallogin.user,
        sociallogin.user.email,
        _("Your ways to sign in were changed"),
        _("A service of your organisation was linked to your account; it opens the account from now on."),
        "/account/services/",
    )


@receiver(social_account_removed, dispatch_uid="accounts.tell_of_an_unlinked_service")
def tell_of_an_unlinked_service(socialaccount: SocialAccount, **_more: Any) -> None:  # noqa: ANN401 -- as above
    """Tell the owner that a service opens the account no longer."""
    letters.tell(
        socialaccount.user,
        socialaccount.user.email,
        _("Your ways to sign in were changed"),
        _("A service of your organisation does not open your account any more."),
        "/account/services/",
    )
