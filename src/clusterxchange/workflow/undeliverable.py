"""Mail that came back: noted by address, forgotten once the address works again."""

from datetime import datetime
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F

from clusterxchange.parties.accounts.models import Account
from clusterxchange.workflow.models import UndeliverableMail

REFUSED_FOR_GOOD = 500  # RFC 5321 section 4.2.1: from here on, the same mail would be refused again


def hand_over(mail: EmailMessage, at: datetime) -> None:
    """Hand a mail to the mail server; where that refuses the address for good, the mail counts as come back.

    :raises OSError: the server does not answer, or refuses for now.
    """
    try:
        mail.send()
    except SMTPRecipientsRefused as refused:
        if any(code < REFUSED_FOR_GOOD for code, _reason in refused.recipients.values()):
            raise
        for address, (code, reason) in refused.recipients.items():
            said = f"{code} {reason.decode(errors='replace')}"
            note_bounce(address, reason=said, is_permanent=True, at=at)


def note_bounce(address: str, *, reason: str, is_permanent: bool, at: datetime) -> UndeliverableMail:
    """Note that mail to an address came back; a second time counts up."""
    address = address.strip().lower()
    account = Account.objects.filter(email=address).first()
    with transaction.atomic():
        found, is_new = UndeliverableMail.objects.select_for_update().get_or_create(
            address=address,
            defaults={
                "account": account, "reason": reason[:300], "is_permanent": is_permanent, "first_at": at, "last_at": at
            },
        )  # fmt: skip
        if not is_new:
            found.count, found.last_at, found.reason = F("count") + 1, at, reason[:300]
            found.is_permanent = found.is_permanent or is_permanent
            found.save()
            found.refresh_from_db()
    return found


def address_works(address: str) -> None:
    """Forget what came back from an address, since its owner has shown that it works or has changed it."""
    UndeliverableMail.objects.filter(address=address.lower()).delete()
