"""The link by which somebody comes in for whom an account was made: it proves that the mail reached them."""

from django.core import signing

from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.registration.models import Application

SALT = "clusterxchange.registration.invitations"
VALID_FOR_DAYS = 90
SECONDS_A_DAY = 86_400


def path_for(account: Account, application: Application) -> str:
    """Give where the mail leads: the case for whoever can sign in, else the page on which they set a password."""
    if account.has_usable_password():
        return f"/registration/applications/{application.reference}/"
    return f"/registration/invitations/{signing.dumps(account.pk, salt=SALT)}/"


def account_of(token: str) -> Account | None:
    """Give the account that the link was made for, unless the link is old or not ours."""
    try:
        number = signing.loads(token, salt=SALT, max_age=VALID_FOR_DAYS * SECONDS_A_DAY)
    except signing.BadSignature:
        return None
    return Account.objects.filter(pk=number, is_active=True).first()
