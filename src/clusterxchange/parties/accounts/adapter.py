"""What of signing up is ours: the language and the moment are kept with the account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from clusterxchange.foundation import clock
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
