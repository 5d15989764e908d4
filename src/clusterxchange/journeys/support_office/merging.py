"""Two entries of one organisation: how they are found, what stands against making them one, and what would move."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action
from clusterxchange.foundation.models import StoredFile
from clusterxchange.journeys.models import OrganisationMerge
from clusterxchange.journeys.people.models import OPEN_REQUESTS, Invitation, InvitationState, JoinRequest
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.finalisation.models import ActivityReport, EvidenceItem, FollowUpSurvey
from clusterxchange.phases.matching.models import Conversation, Programme, Proposal
from clusterxchange.phases.registration.models import (
    OPEN_APPLICATION_STATES,
    ActOnBehalf,
    Application,
    Disclosure,
    Participation,
    ParticipationState,
    Visit,
)
from clusterxchange.workflow.models import Entry, Obligation
from clusterxchange.workflow.tables import Refusal

UNDONE_WITHIN = timedelta(days=14)
FILES_OF_A_PLACE = ("curriculum_vitae", "permit_document")
# Whoever only looked has changed nothing.
LOOKING = (
    Action.VIEW_AS,
    Action.OPEN_CURRICULUM_VITAE,
    Action.OPEN_BANK_DETAILS,
    Action.OPEN_EVIDENCE,
    Action.OPEN_DOCUMENT,
    Action.OPEN_VERIFICATION_PACK,
)

# Every column that says which organisation something belongs to. What the database writes by itself (the catalogue) and
# the places of people, which may have to be joined, are not among them; a test holds the list complete.
COLUMNS: tuple[tuple[type[Model], str], ...] = (
    (Application, "organisation_id"),
    (Participation, "organisation_id"),
    (Disclosure, "to_organisation_id"),
    (Proposal, "sender_organisation_id"),
    (Conversation, "blocked_by_id"),
    (Exchange, "visiting_organisation_id"),
    (Exchange, "host_organisation_id"),
    (ActivityReport, "visiting_organisation_id"),
    (ActivityReport, "host_organisation_id"),
    (FollowUpSurvey, "visiting_organisation_id"),
    (FollowUpSurvey, "host_organisation_id"),
    (Invitation, "organisation_id"),
    (JoinRequest, "organisation_id"),
    (JoinRequest, "asking_organisation_id"),
    (Obligation, "organisation_id"),
)


@dataclass(frozen=True)
class Moving:
    """What of one kind would come to the entry that is kept."""

    title: Promise
    names: list[str]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.names)


def both_sides(prefix: str = "") -> tuple[str, str]:
    """Give the ways to the organisations of something that stands between a visitor and a host."""
    return f"{prefix}visitor_participation__organisation", f"{prefix}host_participation__organisation"


@dataclass(frozen=True)
class Pair:
    """The entry that is kept and the one that would be merged into it."""

    kept: Organisation
    merged: Organisation

    @cached_property
    def cases(self) -> list[Any]:
        """Everything with a life of its own that would move, in the order in which rows are locked."""
        own = self.merged
        sides = Q(visitor_participation__organisation=own) | Q(host_participation__organisation=own)
        return [
            *Application.objects.filter(organisation=own).order_by("pk"),
            *Participation.objects.filter(organisation=own).order_by("pk"),
            *Programme.objects.filter(host_participation__organisation=own).order_by("pk"),
            *Proposal.objects.filter(sides).order_by("pk"),
            *Conversation.objects.filter(sides).order_by("pk"),
            *Exchange.objects.filter(Q(visiting_organisation=own) | Q(host_organisation=own)).order_by("pk"),
            *Invitation.objects.filter(organisation=own).order_by("pk"),
            *JoinRequest.objects.filter(Q(organisation=own) | Q(asking_organisation=own)).order_by("pk"),
        ]

    def of_kind(self, model: type[Model]) -> list[Any]:
        """Give what would move of one kind."""
        return [one for one in self.cases if isinstance(one, model)]

    def moving(self) -> list[Moving]:
        """Give what would move, kind by kind."""
        people = Representative.objects.filter(organisation=self.merged, ended_at=None).select_related("account")
        found = [Moving(_("People"), [str(one.account) for one in people.order_by("pk")])]
        for title, model in (
            (_("Registrations"), Application),
            (_("Participations"), Participation),
            (_("Proposals"), Proposal),
            (_("Conversations"), Conversation),
            (_("Exchanges"), Exchange),
            (_("Group exchanges"), Programme),
        ):
            found.append(Moving(title, [str(one.reference) for one in self.of_kind(model)]))
        found.append(Moving(_("Files"), list(self._files().values_list("name", flat=True))))
        return found

    def _files(self) -> QuerySet[StoredFile]:
        own = Representative.objects.filter(organisation=self.merged)
        numbers: set[int | None] = {self.merged.logo_id if self.kept.logo_id is None else None}
        for column in FILES_OF_A_PLACE:
            numbers |= set(own.values_list(column, flat=True))
        numbers |= set(
            ActOnBehalf.objects.filter(application__organisation=self.merged).values_list("evidence", flat=True)
        )
        visits = EvidenceItem.objects.filter(exchange__visiting_organisation=self.merged)
        numbers |= set(visits.values_list("file", flat=True))
        return StoredFile.objects.filter(pk__in=[one for one in numbers if one is not None]).order_by("pk")

    def refusals(self) -> list[Refusal]:
        """Give everything that both have and that cannot be joined."""
        if self.kept == self.merged or self.kept.merged_into_id or self.merged.merged_into_id:
            return [Refusal("same_entry")]
        found = [Refusal("countries_differ")] if self._countries_differ() else []
        return [*found, *self._of_participations(), *self._of_registrations(), *self._between(), *self._of_people()]

    def _countries_differ(self) -> bool:
        return bool(self.merged.country) and self.kept.country != self.merged.country

    def _of_participations(self) -> Iterator[Refusal]:
        here, there = (
            list(Participation.objects.filter(organisation=one).order_by("pk")) for one in (self.kept, self.merged)
        )
        for one, other in _both(here, there):
            if Visit.FREE not in {one.visit, other.visit}:
                yield _two("both_have_visited", one, other)
            same = (one.edition_id, one.role) == (other.edition_id, other.role)
            if same and ParticipationState.WITHDRAWN not in {one.state, other.state}:
                yield _two("both_hold_role", one, other)

    def _of_registrations(self) -> Iterator[Refusal]:
        here, there = (
            list(Application.objects.filter(organisation=one, state__in=OPEN_APPLICATION_STATES).order_by("pk"))
            for one in (self.kept, self.merged)
        )
        for one, other in _both(here, there):
            if one.edition_id == other.edition_id:
                yield _two("both_registering", one, other)

    def _between(self) -> Iterator[Refusal]:
        visitor, host = both_sides()
        for model in (Exchange, Proposal, Conversation):
            there = Q(**{visitor: self.kept, host: self.merged}) | Q(**{visitor: self.merged, host: self.kept})
            for one in model._default_manager.filter(there).order_by("pk"):
                yield Refusal("stands_between_them", {"reference": one.reference})

    def _of_people(self) -> Iterator[Refusal]:
        invited = Invitation.objects.filter(state=InvitationState.INVITED)
        here = set(invited.filter(organisation=self.kept).values_list("email", flat=True))
        for email in sorted(here & set(invited.filter(organisation=self.merged).values_list("email", flat=True))):
            yield Refusal("both_have_invited", {"email": email})
        asking = JoinRequest.objects.filter(state__in=OPEN_REQUESTS).order_by("pk")
        joined = Q(organisation=self.kept, asking_organisation=self.merged)
        joined |= Q(organisation=self.merged, asking_organisation=self.kept)
        of_kept = asking.filter(organisation=self.kept).values("account")
        for request in asking.filter(joined | Q(organisation=self.merged, account__in=of_kept)):
            yield Refusal("join_request_waits", {"reference": request.reference})


def _both(here: Iterable[Any], there: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    others = list(there)
    yield from ((one, other) for one in here for other in others)


def _two(code: str, one: Application | Participation, other: Application | Participation) -> Refusal:
    return Refusal(code, {"first": one.reference, "second": other.reference})


def changed_since(merge: OrganisationMerge) -> list[str]:
    """Give the references of what has changed since a merge, of all that moved with it and of the two entries."""
    own = [merge.kept.reference, merge.merged.reference]
    made = Entry.objects.filter(
        kind="organisation", subject=merge.kept.reference, action=Action.MERGE_ORGANISATION, at=merge.at
    ).latest("n")
    later = Entry.objects.filter(n__gt=made.n, case__in=[*own, *merge.references]).exclude(action__in=LOOKING)
    return sorted(set(later.values_list("case", flat=True)))


def undone_until(merge: OrganisationMerge) -> datetime:
    """Give the first moment at which a merge can no longer be undone."""
    return merge.at + UNDONE_WITHIN


def reason_against_undoing(merge: OrganisationMerge, at: datetime, day: str) -> Refusal | None:
    """Say why a merge cannot be undone; `day` is how the last day is written for the reader."""
    if merge.undone_at is not None:
        return Refusal("merge_is_undone")
    if at >= undone_until(merge):
        return Refusal("merge_is_final", {"day": day})
    changed = changed_since(merge)
    return Refusal("changed_since_merge", {"references": ", ".join(changed)}) if changed else None
