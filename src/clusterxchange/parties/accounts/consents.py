"""The texts that people agree to or take note of, each with its version, and who has."""

from datetime import datetime

from clusterxchange.parties.accounts.models import GivenConsent

PRIVACY = "privacy"
# A test keeps this in step with the text: whoever changes the page gives it a new version.
VERSIONS = {PRIVACY: "2026-11"}


def give_consent(account_id: int, what: str, at: datetime) -> None:
    """Keep that a person has agreed to the text as it is now; once for each version."""
    GivenConsent.objects.get_or_create(
        account_id=account_id, what=what, text_version=VERSIONS[what], defaults={"given_at": at}
    )
