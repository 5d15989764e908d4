"""What must be true before the rules of an edition change."""

from datetime import date, datetime

from clusterxchange.journeys.scheme_data.models import EditionDraft
from clusterxchange.scheme.current import days_of_versions
from clusterxchange.scheme.document import EditionRules, edition_rules_of, scheme_of, sha256_of
from clusterxchange.scheme.editions import (
    BRUSSELS,
    ONE_DAY,
    OpenSpan,
    VersionDays,
    check_new_edition,
    first_moment,
    gap_beside,
    open_spans,
    overlapped,
)
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
    return _beside_other_editions(edition_rules_of(draft.names), effective_on, at)


def _beside_other_editions(rules: EditionRules, effective_on: date, at: datetime) -> Refusal | None:
    """Refuse a day from which two editions would be open at once, or that leaves days without any."""
    earlier, others = _versions_and_others(rules.code)
    other = overlapped((effective_on, rules), others)
    if other is not None:
        names = {"edition": other.name, "first": other.first.isoformat(), "last": other.last.isoformat()}
        return Refusal("editions_overlap", names, field="effective_on")
    gap = gap_beside([*earlier, (effective_on, rules)], others, day_of(at))
    if gap is not None:
        names = {"first": (gap[0].last + ONE_DAY).isoformat(), "last": (gap[1].first - ONE_DAY).isoformat()}
        return Refusal("editions_leave_a_gap", names, field="effective_on")
    return None


def _versions_and_others(code: str) -> tuple[list[VersionDays], list[OpenSpan]]:
    """Give the days of the versions of an edition, and when every other one is open."""
    versions = days_of_versions()
    earlier = versions.pop(code, [])
    return earlier, [span for one in versions.values() for span in open_spans(one)]


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
    """Read a document as it is read from disk, and look at the days of a new edition beside those of the others.

    An edition that is there already is looked at once the day is chosen from which the version holds.

    :raises InvalidDocument: naming the path of the first place that is wrong.
    """
    rules = scheme_of(document).edition
    earlier, others = _versions_and_others(rules.code)
    if not earlier:
        check_new_edition(rules, others, day_of(at))
