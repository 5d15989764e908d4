"""What the support office does beside cases; each leaves its line in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.db.models import Field, Model, Q

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import V
from clusterxchange.journeys.models import OrganisationMerge
from clusterxchange.journeys.people.states import ORGANISATION
from clusterxchange.journeys.support_office import merging
from clusterxchange.journeys.support_office.merging import Pair
from clusterxchange.journeys.support_office.queries import parties_of
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration import rules
from clusterxchange.phases.registration.models import Application, Disclosure, Participation, ParticipationState
from clusterxchange.workflow import engine, registry
from clusterxchange.workflow.cases import date_in_words
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.tables import Refusal

# What a person says of themselves in a place; where both entries have one, the empty answers of the first are filled.
ANSWERS_OF_A_PLACE = (
    "title", "position", "phone", "based_in", "nationality", "has_residence_permit", "has_started_business", "gender",
    "languages", "profile_link", "works_for_organisation", "curriculum_vitae_id", "permit_document_id",
)  # fmt: skip


def view_as(person: Account, *, actor: Actor, at: datetime) -> None:
    """Note that the support office looks at the tool as a person does, with each party for which the person acts.

    :raises NotAllowed: for everybody else.
    :raises Refused: the person acts for nobody, in whose journal it would stand.
    """
    parties = parties_of(person)
    if not parties:
        raise Refused(Refusal("acts_for_nobody"))
    with engine.unit_of_work(actor, at):
        for party in parties:
            engine.record(party, Action.VIEW_AS, actor=actor, at=at, payload={"account": person.pk})


@dataclass
class _Changes:
    """What a merge writes, row by row, with what stood there before."""

    written: list[list[Any]] = field(default_factory=list)

    def move(self, model: type[Model], column: str, wanted: Q, was: int, becomes: int) -> None:
        rows = model._default_manager.filter(wanted, **{column: was})
        numbers = list(rows.order_by("pk").values_list("pk", flat=True))
        model._default_manager.filter(pk__in=numbers).update(**{column: becomes})
        self.written += [[model._meta.label_lower, number, column, was, becomes] for number in numbers]

    def write(self, row: Model, **values: Any) -> None:  # noqa: ANN401 -- whatever the columns hold
        for column, becomes in values.items():
            # An answer that is filled in was empty and is personal: what it becomes is not written down again.
            was = getattr(row, column)
            kept = becomes if isinstance(becomes, int) and not isinstance(becomes, bool) else None
            held = was.isoformat() if isinstance(was, datetime) else was
            self.written.append([row._meta.label_lower, row.pk, column, held, kept])
            setattr(row, column, becomes)
        row.save(update_fields=list(values))


def merge_organisation(kept: Organisation, *, merged: Organisation, actor: Actor, at: datetime) -> OrganisationMerge:
    """Make one entry of two: everything of the second belongs to the first from now on, whose own answers stand.

    :raises NotAllowed: for everybody but the support office.
    :raises Refused: both have something that cannot be joined; the first that was found.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(ORGANISATION, kept, Action.MERGE_ORGANISATION, actor, None)
        pair = _locked(kept, merged)
        for refusal in pair.refusals():
            raise Refused(refusal)
        cases, changes = pair.cases, _Changes()
        _join_places(pair, changes, at)
        disclosed = Disclosure.objects.filter(to_organisation=pair.kept).values("participation")
        for model, column in merging.COLUMNS:
            # What the kept entry may see already is not said twice.
            wanted = ~Q(participation__in=disclosed) if model is Disclosure else Q()
            changes.move(model, column, wanted, pair.merged.pk, pair.kept.pk)
        if pair.kept.logo_id is None and pair.merged.logo_id is not None:
            changes.write(pair.kept, logo_id=pair.merged.logo_id)
        pair.merged.merged_into = pair.kept
        pair.merged.save()
        _work_out_anew(cases)
        _look_again_at_what_was_accepted(pair, at)
        references = [str(one.reference) for one in cases]
        merge = OrganisationMerge.objects.create(
            kept=pair.kept, merged=pair.merged, made_by_id=actor.account_id or 0, at=at, changes=changes.written,
            references=references,
        )  # fmt: skip
        payload = {"kept": pair.kept.reference, "merged": pair.merged.reference, "moved": references}
        for organisation in (pair.merged, pair.kept):
            engine.record(
                organisation, Action.MERGE_ORGANISATION, actor=actor, at=at, payload=payload, tells={V},
            )  # fmt: skip
    return merge


def undo_merge(merge: OrganisationMerge, *, actor: Actor, at: datetime) -> OrganisationMerge:
    """Make two entries again of what was made one: every row goes back to what it held.

    :raises NotAllowed: for everybody but the support office.
    :raises Refused: it is too late, it was undone already, or something has changed since.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(ORGANISATION, merge.kept, Action.UNDO_MERGE, actor, None)
        _lock_cases(Q(pk__in=[row for label, row, *_ in merge.changes if label == "registration.application"]))
        pair = Pair(*_locked_organisations(merge.kept, merge.merged))
        locked = OrganisationMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
        last_day = date_in_words(merging.undone_until(locked))
        refusal = merging.reason_against_undoing(locked, at, last_day)
        if refusal is not None:
            raise Refused(refusal)
        for label, number, column, was, becomes in reversed(locked.changes):
            _put_back(apps.get_model(label), number, column, was, becomes)
        pair.merged.merged_into = None
        pair.merged.save()
        locked.undone_by_id, locked.undone_at = actor.account_id, at
        locked.save(update_fields=["undone_by", "undone_at"])
        _work_out_anew(pair.cases)
        payload = {"kept": pair.kept.reference, "merged": pair.merged.reference, "moved": locked.references}
        for organisation in (pair.merged, pair.kept):
            engine.record(organisation, Action.UNDO_MERGE, actor=actor, at=at, payload=payload, tells={V})
    return locked


def _locked(kept: Organisation, merged: Organisation) -> Pair:
    # Cases first, in the one order of all locks, then the two entries: what is found afterwards is what moves.
    _lock_cases(Q(organisation=merged))
    return Pair(*_locked_organisations(kept, merged))


def _lock_cases(applications: Q) -> None:
    found = list(Application.objects.select_for_update(of=("self",)).filter(applications).order_by("pk"))
    own = Participation.objects.filter(application__in=found).order_by("pk")
    held = [one.pk for one in own.select_for_update(of=("self",))]
    sides = Q(visitor_participation__in=held) | Q(host_participation__in=held)
    for name in ("proposal", "exchange"):
        cases = registry.machine_named(name).model._default_manager
        list(cases.select_for_update(of=("self",)).filter(sides).order_by("pk"))


def _locked_organisations(kept: Organisation, merged: Organisation) -> tuple[Organisation, Organisation]:
    numbers = {kept.pk, merged.pk}
    found = {one.pk: one for one in Organisation.objects.select_for_update().filter(pk__in=numbers).order_by("pk")}
    return found[kept.pk], found[merged.pk]


def _join_places(pair: Pair, changes: _Changes, at: datetime) -> None:
    here = {one.account_id: one for one in Representative.objects.filter(organisation=pair.kept)}
    for place in Representative.objects.filter(organisation=pair.merged).order_by("pk"):
        own = here.get(place.account_id)
        if own is None:
            changes.write(place, organisation_id=pair.kept.pk)
            continue
        # One person in both: what they speak for goes to the place that is kept, and what it lacks is filled in.
        changes.move(Application, "representative_id", Q(), place.pk, own.pk)
        filled = {
            column: getattr(place, column)
            for column in ANSWERS_OF_A_PLACE
            if not getattr(own, column) and getattr(place, column)
        }
        if place.ended_at is None and own.ended_at is not None:
            filled["ended_at"] = None
        if filled:
            changes.write(own, **filled)
        if place.ended_at is None:
            changes.write(place, ended_at=at)


def _look_again_at_what_was_accepted(pair: Pair, at: datetime) -> None:
    changed: Mapping[str, Any] = {
        column: {"was": getattr(pair.merged, column), "is": getattr(pair.kept, column)}
        for column in sorted(rules.REVIEWED_COLUMNS)
        if getattr(pair.merged, column) != getattr(pair.kept, column)
    }
    if changed:
        for one in pair.of_kind(Participation):
            if one.state == ParticipationState.ACTIVE:
                registration.review_participation(
                    Participation.objects.get(pk=one.pk), actor=SYSTEM, at=at, changed=changed
                )


def _put_back(model: type[Model], number: int, column: str, was: object, becomes: object) -> None:
    row = model._default_manager.get(pk=number)
    if becomes is not None and getattr(row, column) != becomes:
        raise Refused(Refusal("changed_since_merge", {"references": str(row)}))
    meant = cast("Field[Any, Any]", model._meta.get_field(column.removesuffix("_id")))
    setattr(row, column, meant.to_python(was))
    row.save(update_fields=[column])


def _work_out_anew(cases: list[Any]) -> None:
    for one in cases:
        engine.concern(type(one)._default_manager.get(pk=one.pk))
