"""What is read of applications and participations."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import SO
from clusterxchange.foundation.folding import fold
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.organisations.sameness import folded_vat_number, web_domain
from clusterxchange.parties.partnerships.models import Partnership, PartnershipPerson
from clusterxchange.phases.registration.models import (
    OPEN_APPLICATION_STATES,
    Application,
    ApplicationState,
    Participation,
    ParticipationState,
    Visit,
)
from clusterxchange.scheme import current
from clusterxchange.scheme.assignment import Assigned, Candidate, assign
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import registry
from clusterxchange.workflow.models import Entry
from clusterxchange.workflow.parties import capacity_label

# Names of later phases, which this one must not import: it asks the registry whether such a life is there.
EXCHANGE, COMMITMENT = "exchange", "commitment"
EXCHANGE_IS_OVER = ("CLOSED", "CANCELLED")
MOST_OPENINGS = 50

scheme_of_edition = current.scheme_of_edition


def all_applications() -> QuerySet[Application]:
    """Give every application with the rows that its page needs."""
    return Application.objects.select_related(
        "organisation", "representative__account", "partnership", "edition", "wished_partnership"
    )


def all_participations() -> QuerySet[Participation]:
    """Give every participation with the rows that its page needs."""
    return Participation.objects.select_related(
        "organisation", "application__representative__account", "partnership", "edition"
    )


def own_applications(actor: Actor) -> QuerySet[Application]:
    """Give the applications of the organisations for which the actor speaks, the newest first."""
    return all_applications().filter(organisation_id__in=actor.organisations).order_by("-created_at", "-pk")


def open_application_of(organisation: Organisation, edition: Edition) -> Application | None:
    """Give the application of an organisation that is not decided yet, if there is one."""
    return Application.objects.filter(
        organisation=organisation, edition=edition, state__in=OPEN_APPLICATION_STATES
    ).first()


def unnamed_draft_of(account_id: int) -> Application | None:
    """Give a person's draft for an organisation that has no name yet: a second click must not make a second one."""
    found = Application.objects.filter(
        representative__account_id=account_id, organisation__legal_name="", state="DRAFT"
    )
    return found.first()


def visit_is_taken(organisation_id: int) -> bool:
    """Whether the organisation's one physical visit is claimed or used, in any edition."""
    return Participation.objects.filter(organisation_id=organisation_id, visit__in=(Visit.CLAIMED, Visit.USED)).exists()


def roles_accepted(organisation_id: int, edition_id: int) -> set[str]:
    """Give the roles in which the organisation takes part in an edition already."""
    found = Participation.objects.filter(organisation_id=organisation_id, edition_id=edition_id)
    return set(found.exclude(state=ParticipationState.WITHDRAWN).values_list("role", flat=True))


def open_partnerships(edition: Edition) -> QuerySet[Partnership]:
    """Give the partnerships of an edition that take applications, with their members."""
    return Partnership.objects.filter(edition=edition, is_open=True).prefetch_related("members").order_by("acronym")


def candidates_of(scheme: Scheme, edition: Edition) -> list[Candidate]:
    """Give the partnerships of an edition as the assignment judges them.

    Free is what is left of the planned exchanges once each claimed or used visit is taken off, while money is left
    where stays are paid for.
    """
    undecided = Count("applications", filter=Q(applications__state__in=OPEN_APPLICATION_STATES), distinct=True)
    taken = Count("participations", filter=Q(participations__visit__in=(Visit.CLAIMED, Visit.USED)), distinct=True)
    rows = (
        Partnership.objects.filter(edition=edition)
        .select_related("budget")
        .prefetch_related("members")
        .annotate(undecided=undecided, taken=taken)
    )
    return [
        Candidate(
            acronym=row.acronym,
            ecosystems=frozenset(row.ecosystems),
            clusters=frozenset(member.name for member in row.members.all()),
            countries=frozenset(member.country for member in row.members.all() if member.country),
            is_open=row.is_open,
            free_exchanges=_free_exchanges(scheme, row, row.taken),
            open_applications=row.undecided,
        )
        for row in rows
    ]


def _free_exchanges(scheme: Scheme, partnership: Partnership, taken: int) -> int | None:
    budget = getattr(partnership, "budget", None)
    if scheme.agreement.pays and budget is not None and budget.free_cents <= 0:
        return 0
    planned = partnership.planned_exchanges
    return None if planned is None else max(planned - taken, 0)


def assigned_to(scheme: Scheme, application: Application) -> Assigned | None:
    """Give the partnership that would be assigned to an application now, with what speaks for it."""
    return assign(scheme, **_what_decides(application), candidates=candidates_of(scheme, application.edition))


@dataclass(frozen=True)
class Fit:
    """How well a partnership fits an applicant: by what, and whether a visitor finds a free exchange there."""

    score: int
    reasons: tuple[str, ...]
    has_room: bool


def what_fits(scheme: Scheme, application: Application) -> dict[str, Fit]:
    """Give, by acronym, how well each partnership of the edition fits an applicant."""
    decides = _what_decides(application)
    found = {}
    for candidate in candidates_of(scheme, application.edition):
        has_left = candidate.free_exchanges is None or candidate.free_exchanges > 0
        alone = assign(scheme, **{**decides, "visits": False}, candidates=[replace(candidate, is_open=True)])
        score, reasons = (alone.score, alone.reasons) if alone is not None else (0, ())
        found[candidate.acronym] = Fit(score, reasons, has_left or not application.asks_visit)
    return found


def _what_decides(application: Application) -> dict[str, Any]:
    organisation = application.organisation
    return {
        "visits": application.asks_visit,
        "country": application.representative.based_in,
        "ecosystems": organisation.ecosystems,
        "clusters": [organisation.cluster_name] if organisation.cluster_name else [],
    }


def has_running_exchange(participation: Participation) -> bool:
    """Whether an exchange of this participation is neither closed nor cancelled."""
    found = _exchanges_of(participation)
    return found is not None and found.exclude(state__in=EXCHANGE_IS_OVER).exists()


def has_signed_commitment(participation: Participation) -> bool:
    """Whether a Commitment to Quality of a running exchange is signed."""
    found = _exchanges_of(participation)
    if found is None:
        return False
    running = found.exclude(state__in=EXCHANGE_IS_OVER).values("pk")
    signed = registry.machine_named(COMMITMENT).model._default_manager.filter(exchange_id__in=running, state="SIGNED")
    return signed.exists()


def _exchanges_of(participation: Participation) -> QuerySet[Any] | None:
    if EXCHANGE not in {machine.name for machine in registry.machines()}:
        return None
    sides = Q(visitor_participation_id=participation.pk) | Q(host_participation_id=participation.pk)
    return registry.machine_named(EXCHANGE).model._default_manager.filter(sides)


def organisations_named(legal_name: str) -> list[Organisation]:
    """Give the organisations whose legal name is the same but for accents, case and signs."""
    return list(Organisation.objects.filter(sort_name=fold(legal_name))[:2]) if legal_name.strip() else []


def same_as_a_visitor(organisation: Organisation) -> list[Organisation]:
    """Give other organisations that have visited and share name, VAT number or website with this one."""
    same = Q(pk__in=())
    for _matched, lookup in _sameness(organisation.legal_name, organisation.vat_number, organisation.website):
        same |= lookup
    taken = Participation.objects.filter(visit__in=(Visit.CLAIMED, Visit.USED)).values("organisation_id")
    return list(Organisation.objects.filter(same, pk__in=taken).exclude(pk=organisation.pk))


def already_here(
    organisation_id: int, *, legal_name: str, vat_number: str, website: str
) -> tuple[str, Organisation] | None:
    """Give an organisation that has been registered and shares VAT number, website or name, and by what it was found.

    A draft is its author's alone, so an organisation that is nothing but a draft is not found.
    """
    registered = Application.objects.exclude(state=ApplicationState.DRAFT).values("organisation_id")
    rows = Organisation.objects.filter(pk__in=registered).exclude(pk=organisation_id).order_by("pk")
    for matched, lookup in _sameness(legal_name, vat_number, website):
        found = rows.filter(lookup).first()
        if found is not None:
            return matched, found
    return None


def _sameness(legal_name: str, vat_number: str, website: str) -> Iterator[tuple[str, Q]]:
    """Give a filter for each thing by which two entries are one organisation, the surest first."""
    if folded := folded_vat_number(vat_number):
        yield "vat", Q(folded_vat_number=folded)
    if domain := web_domain(website):
        yield "web", Q(web_domain=domain)
    if name := fold(legal_name):
        yield "name", Q(sort_name=name)


def changed_before_review(participation: Participation) -> Mapping[str, Any]:
    """Give what had changed when a participation went back to its partnership: what each answer was, and is."""
    entry = Entry.objects.filter(case=participation.reference, action=Action.REVIEW_PARTICIPATION).latest("n")
    payload = getattr(entry, "payload", None)
    found: Mapping[str, Any] = payload.body.get("changed", {}) if payload is not None else {}
    return found


def participations_of_organisations(organisation_ids: Iterable[int]) -> QuerySet[Participation]:
    """Give the participations of some organisations that have not ended."""
    return Participation.objects.filter(organisation_id__in=set(organisation_ids)).exclude(
        state=ParticipationState.WITHDRAWN
    )


@dataclass(frozen=True)
class Opening:
    """Somebody has opened a paper of a person."""

    at: datetime
    who: str


def openings_of_curriculum_vitae(application: Application) -> list[Opening]:
    """Give who but its owners opened the curriculum vitae behind an application and its participations."""
    places = Q(kind="application", subject=application.reference or "")
    places |= Q(kind="participation", subject__in=list(application.participations.values_list("reference", flat=True)))
    owners = [str(pk) for pk in application.organisation.representatives.values_list("account_id", flat=True)]
    entries = list(
        Entry.objects.filter(places, action=Action.OPEN_CURRICULUM_VITAE.value)
        .exclude(actor__in=owners)
        .order_by("-n")[:MOST_OPENINGS]
    )
    readers = Account.objects.in_bulk([int(one.actor) for one in entries if one.actor.isdigit()])
    known = {pk: reader_in_words(reader) for pk, reader in readers.items()}
    return [Opening(one.at, known.get(int(one.actor), "")) for one in entries if one.actor.isdigit()]


def reader_in_words(reader: Account) -> str:
    """Give the name of a person with the parties for whom they act."""
    parties = [
        *PartnershipPerson.objects.filter(account=reader).values_list("partnership__acronym", flat=True),
        *Representative.objects.filter(account=reader).values_list("organisation__legal_name", flat=True),
    ]
    if reader.is_support_office:
        parties.append(str(capacity_label(SO)))
    return ", ".join(one for one in (reader.full_name, *parties) if one)
