"""What the owner of an account is told at once: a new device, another address, another way to sign in."""

from typing import Any
from urllib.parse import urljoin

from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.conf import settings
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.parties.accounts.models import Account

WAYS = "/account/two-factor/"


def tell(account: Account, address: str, subject: str | Promise, sentence: str | Promise, path: str) -> None:
    """Send one mail in the owner's language, with one link."""
    with translation.override(account.language):
        text = render_to_string(
            "mail/notice.txt",
            {
                "person": account.full_name,
                "sentence": str(sentence),
                "next": _("If this was not you, change your password and write to the support office at once."),
                "link": urljoin(settings.PUBLIC_URL, path),
                "reason": _("You get this mail because it is about the safety of your account."),
            },
        )
        EmailMessage(str(subject), text, to=[address], headers={"Content-Language": account.language}).send()


@receiver(email_changed, dispatch_uid="accounts.tell_of_another_address")
def tell_of_another_address(
    user: Account, from_email_address: EmailAddress | None, to_email_address: EmailAddress, **_more: object
) -> None:
    """Tell the old address that mails go to another one now."""
    old = from_email_address.email if from_email_address else ""
    if old and old != to_email_address.email:
        tell(
            user,
            old,
            gettext_lazy("Your account has another address now"),
            gettext_lazy("Mails of your account go to another address from now on, no longer to this one."),
            "/account/email/",
        )


@receiver(password_changed, dispatch_uid="accounts.tell_of_another_password")
@receiver(password_set, dispatch_uid="accounts.tell_of_a_first_password")
@receiver(password_reset, dispatch_uid="accounts.tell_of_a_new_password")
def tell_of_another_password(user: Account, **_more: Any) -> None:  # noqa: ANN401 -- whatever a signal brings
    """Tell the owner that the password is another one."""
    tell(
        user,
        user.email,
        gettext_lazy("Your password was changed"),
        gettext_lazy("The password of your account is another one now."),
        "/account/password/change/",
    )


@receiver(authenticator_added, dispatch_uid="accounts.tell_of_another_way")
@receiver(authenticator_removed, dispatch_uid="accounts.tell_of_a_way_less")
def tell_of_ways(user: Account, authenticator: Authenticator, **_more: Any) -> None:  # noqa: ANN401 -- as above
    """Tell the owner that the ways to sign in are others; codes for an emergency come and go with them."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        tell(
            user,
            user.email,
            gettext_lazy("Your ways to sign in were changed"),
            gettext_lazy("An app with codes or a passkey was added to your account or taken away."),
            WAYS,
        )
