"""Mail of a demonstration, kept in a table and shown, never sent; and what every mail must be."""

import re
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation

from clusterxchange.foundation import clock
from clusterxchange.foundation.models import DemonstrationMail

LINK = re.compile(r"https?://[^\s<>\"]+")


class DemonstrationMailbox(BaseEmailBackend):
    """Keeps each message as a row, with the moment of the demonstration's clock."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages and count them, one for each address."""
        rows = [
            DemonstrationMail(
                to=address,
                subject=str(message.subject),
                language=message.extra_headers.get("Content-Language") or translation.get_language() or "en",
                text=str(message.body),
                at=clock.now(),
            )
            for message in email_messages
            for address in message.to
        ]
        return len(DemonstrationMail.objects.bulk_create(rows))


def one_line(text: str) -> str:
    """Give a text as one line: a subject is a header, and a name that is part of it may bear the end of a line."""
    return " ".join(text.split())


def links_in(text: str) -> list[str]:
    """Give the addresses in a mail, in their order."""
    return LINK.findall(text)
