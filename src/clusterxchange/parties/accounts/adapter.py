"""What of signing up and in is ours: language and moment of an account, tries, devices, secrets, what is told."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation import clock
from clusterxchange.foundation.encrypted import box
from clusterxchange.parties.accounts import guessing, letters
from clusterxchange.parties.accounts.models import Account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # -- the package brings no types
    """Keep to the package's way wherever ours does not differ."""

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:  # noqa: ANN401, FBT001, FBT002 -- the package's signature
        """Keep with a new account the language of the page on which it was opened, and when that was."""
        language = get_language() or settings.LANGUAGE_CODE
        user.language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        user.joined_at = user.last_seen_at = clock.now()
        saved: Account = super().save_user(request, user, form, commit)
        return saved

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:  # noqa: ANN401 -- the package's signature
        """Look at a password unless there were too many tries; one that leads in is none."""
        address = str(credentials.get("email") or "")
        begun = guessing.begin_try(address, guessing.device_of(request, address))
        if begun is None:
            raise self.validation_error("too_many_login_attempts")
        account: Account | None = super().authenticate(request, **credentials)
        if account is not None:
            begun.delete()
        return account

    def send_account_already_exists_mail(self, email: str) -> None:
        """Work on the password as for a new account, so that the time tells nobody that the address is known."""
        if password := context.request.POST.get("password1"):
            make_password(password)
        super().send_account_already_exists_mail(email)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ANN401 -- as above
        """Count codes and passwords of a known device apart in the package's own limit, as in ours."""
        device = guessing.device_of(request, str(credentials.get("email") or ""))
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{device}"

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """Let those whose only way is a service say by it who they are."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not methods and user.is_authenticated:
            methods = [{"id": "service", "description": _("Sign in once more"), "url": reverse("prove_by_service")}]
        return methods

    def post_login(self, request: HttpRequest, user: Account, **more: Any) -> HttpResponse:  # noqa: ANN401 -- as above
        """Know the device from now on, and tell its owner of one that is new."""
        knew_others = user.known_devices.exists()
        answer: HttpResponse = super().post_login(request, user, **more)
        if guessing.remember_device(request, answer, user) and knew_others:
            letters.tell(
                user,
                user.email,
                _("A new device signed in to your account"),
                _("Somebody signed in to your account with a browser that we have not seen before."),
                "/account/sessions/",
            )
        return answer


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # -- the package brings no types
    """Keep what an app with codes, and the codes for an emergency, are made of sealed."""

    def encrypt(self, text: str) -> str:
        """Seal it with the newest key."""
        return box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open it with whichever key has sealed it."""
        return box().decrypt(encrypted_text.encode()).decode()
