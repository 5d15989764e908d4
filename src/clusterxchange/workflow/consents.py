"""What each side has said to a version: agreed, validated, signed, confirmed."""

from datetime import datetime

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import Capacity
from clusterxchange.access.rules import Thing
from clusterxchange.workflow.models import Consent
from clusterxchange.workflow.tables import Situation


def version_of(subject: Thing) -> int:
    """Give the version of a subject; one where it has none."""
    return int(getattr(subject, "version", 1))


def standing(subject: Thing, kind: str, action: Action) -> list[Consent]:
    """Give the consents to the subject's current version that have not been taken back, oldest first."""
    return list(
        Consent.objects.filter(
            kind=kind, subject_id=subject.pk, version=version_of(subject), action=action, revoked_at__isnull=True
        ).order_by("at", "pk")
    )


def given(subject: Thing, kind: str, action: Action) -> frozenset[Capacity]:
    """Give the capacities that have consented to the subject's current version."""
    return frozenset(Capacity(consent.capacity) for consent in standing(subject, kind, action))


def give(situation: Situation, kind: str) -> Consent:
    """Write one side's consent, bound to the hash of the text that was on its page.

    The engine has looked before that this side has not consented yet; the database's constraint holds it as well.
    """
    return Consent.objects.create(
        kind=kind,
        subject_id=situation.subject.pk,
        version=version_of(situation.subject),
        action=situation.action,
        capacity=situation.capacity,
        account_id=situation.actor.account_id,
        person=situation.actor.name,
        at=situation.at,
        text_sha256=str(situation.inputs.get("text_sha256") or ""),
        scan=situation.inputs.get("scan"),
        level=str(situation.inputs.get("level") or "simple"),
    )


def revoke(subject: Thing, kind: str, action: Action, at: datetime) -> None:
    """Take back every standing consent of one kind to the subject's current version."""
    Consent.objects.filter(
        kind=kind, subject_id=subject.pk, version=version_of(subject), action=action, revoked_at__isnull=True
    ).update(revoked_at=at)
