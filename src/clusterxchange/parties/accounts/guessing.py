"""Guessing is slowed down without shutting the owner out: tries are counted by address, and apart for known devices.

Every try is counted before the password is looked at, under a lock, so that many at once are no way round. An address
that nobody has is counted in the same way: nothing tells it apart.
"""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts.models import Account, KnownDevice, SignInTry

MOST_TRIES, WITHIN = 5, timedelta(minutes=15)
COOKIE, SALT, COOKIE_AGE = "device", "accounts.device", timedelta(days=365)
LOCK = 7005
SIGNED_IN = "signed in"


class TooManyTries(Exception):
    """Say that the password of an account is not looked at for now."""


def begin_try(address: str, device: str) -> SignInTry | None:
    """Count a try to sign in; None where there were too many, and then the password must not be looked at."""
    digest, at = _digest(address), clock.real_now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, digest])
        SignInTry.objects.filter(at__lt=at - WITHIN).delete()
        if SignInTry.objects.filter(address=digest, device=device).count() >= MOST_TRIES:
            return None
        return SignInTry.objects.create(address=digest, device=device, at=at)


def is_password_of(account: Account, typed: str) -> bool:
    """Whether a person who is signed in typed their own password, such as under an agreement.

    Whoever holds a session gets no more tries than anybody else; they are counted apart, so that wrong passwords at
    the sign-in page keep nobody from signing.

    :raises TooManyTries: the password was not looked at.
    """
    begun = begin_try(account.email, SIGNED_IN)
    if begun is None:
        raise TooManyTries
    is_right = account.check_password(typed)
    if is_right:
        begun.delete()
    return is_right


def device_of(request: HttpRequest, address: str) -> str:
    """Give the name of the device where the owner of the address has signed in before; empty where it is unknown."""
    try:
        name = str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT))
    except signing.BadSignature:
        return ""
    known = KnownDevice.objects.filter(name=name, account__email__iexact=address).exists()
    return name if known else ""


def remember_device(request: HttpRequest, response: HttpResponse, account: Account) -> bool:
    """Know the device from now on as one of this person's; give whether it is new to them."""
    try:
        name = str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT))
    except signing.BadSignature:
        name = get_random_string(32)
    at = clock.real_now()
    known, is_new = KnownDevice.objects.get_or_create(account=account, name=name, defaults={"since": at, "used_at": at})
    if not is_new:
        known.used_at = at
        known.save(update_fields=["used_at"])
    response.set_cookie(
        COOKIE,
        signing.dumps(name, salt=SALT),
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return is_new


def _digest(address: str) -> str:
    return salted_hmac("accounts.tries", address.strip().lower()).hexdigest()
