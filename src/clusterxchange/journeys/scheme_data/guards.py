"""What must be true before the rules of an edition change."""

from datetime import date, datetime

from clusterxchange.journeys.scheme_data.models import EditionDraft
from clusterxchange.scheme.current import editions_as_written
from clusterxchange.scheme.document import scheme_of, sha256_of
from clusterxchange.scheme.editions import BRUSSELS, check_dates, first_moment
from clusterxchange.scheme.models import Edition
from clusterxchange.scheme.reading import InvalidDocument
from clusterxchange.workflow.tables import Refusal, Situation


def something_changes(situation: Situation) -> Refusal | None:
    """Refuse a version that says the same as the one before."""
    draft: EditionDraft = situation.subject
    same = draft.base is not None and draft.base.sha256 == sha256_of(draft.document)
    return Refusal("nothing_changed") if same else None


def base_still_holds(situation: Situation) -> Refusal | None:
    """Refuse a version that was written beside another one that was approved meanwhile."""
    draft: EditionDraft = situation.subject
    if draft.edition is None:
        taken = Edition.objects.filter(code=draft.names["code"]).exists()
        return Refusal("edition_is_there_already", {"code": draft.names["code"]}) if taken else None
    latest = draft.edition.versions.order_by("-number").first()
    return Refusal("another_version_approved") if latest is not None and latest.pk != draft.base_id else None


def day_of(at: datetime) -> date:
    """Give the day of the scheme on which a moment falls."""
    return at.astimezone(BRUSSELS).date()


def _day_fits(draft: EditionDraft, effective_on: date | None, at: datetime) -> Refusal | None:
    if draft.edition is None:
        # A new edition holds from its own first day.
        return None
    if effective_on is None or effective_on <= day_of(at):
        return Refusal("effective_day_passed", field="effective_on")
    latest = draft.edition.versions.order_by("-effective_from").first()
    if latest is not None and first_moment(effective_on) <= latest.effective_from:
        names = {"day": latest.effective_from.astimezone(BRUSSELS).date().isoformat()}
        return Refusal("effective_day_taken", names, field="effective_on")
    if effective_on > date.fromisoformat(draft.names["valid_to"]):
        return Refusal("effective_day_after_the_end", field="effective_on")
    return None


def day_fits(situation: Situation) -> Refusal | None:
    """Let a version hold from a day to come, after every other version of the edition, before the edition ends."""
    return _day_fits(situation.subject, situation.inputs.get("effective_on"), situation.at)


def proposed_day_is_ahead(situation: Situation) -> Refusal | None:
    """Approve nothing for a day that has passed meanwhile."""
    refusal = _day_fits(situation.subject, situation.subject.effective_on, situation.at)
    return Refusal(refusal.code, refusal.params) if refusal is not None else None


def document_stands(situation: Situation) -> Refusal | None:
    """Refuse a document in which anything is wrong, or that leaves a gap or an overlap between editions."""
    draft: EditionDraft = situation.subject
    try:
        check_document(draft.document, situation.at)
    except InvalidDocument as error:
        return Refusal("document_is_wrong", {"place": error.path, "problem": error.problem})
    return None


proposed_document_stands = document_stands


def check_document(document: object, at: datetime) -> None:
    """Read a document as it is read from disk, and look at its days beside those of the other editions.

    :raises InvalidDocument: naming the path of the first place that is wrong.
    """
    check_dates(scheme_of(document).edition, editions_as_written(), day_of(at))
