"""What a step writes besides the state of a drafted version."""

from django.db.models import Max

from clusterxchange.journeys.scheme_data.models import EditionDraft
from clusterxchange.scheme.document import scheme_of, sha256_of
from clusterxchange.scheme.editions import first_moment
from clusterxchange.scheme.models import Edition, EditionVersion
from clusterxchange.workflow.tables import Situation


def keep_proposal(situation: Situation) -> None:
    """Keep from which day it shall hold, and why."""
    draft: EditionDraft = situation.subject
    rules = scheme_of(draft.document).edition
    draft.effective_on = rules.valid_from if draft.edition is None else situation.inputs["effective_on"]
    draft.why, draft.returned_why = situation.inputs["reason"], ""


def keep_why_returned(situation: Situation) -> None:
    """Keep what the person who drafted it shall look at again."""
    situation.subject.returned_why = situation.inputs["reason"]


def make_version(situation: Situation) -> None:
    """Make the version; a case that keeps an earlier one is not touched."""
    draft: EditionDraft = situation.subject
    rules = scheme_of(draft.document).edition
    if draft.edition is None:
        draft.edition = Edition.objects.create(
            code=rules.code,
            name=rules.name,
            valid_from=rules.valid_from,
            valid_to=rules.valid_to,
            is_open=rules.is_open,
        )
    last = draft.edition.versions.aggregate(last=Max("number"))["last"] or 0
    draft.made = EditionVersion.objects.create(
        edition=draft.edition,
        number=last + 1,
        effective_from=first_moment(draft.effective_on or rules.valid_from),
        document=draft.document,
        sha256=sha256_of(draft.document),
        drafted_by=draft.drafted_by,
        approved_by_id=situation.actor.account_id,
        created_at=situation.at,
    )
