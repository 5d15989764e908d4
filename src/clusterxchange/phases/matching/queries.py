"""What is read of proposals, of the catalogue and of those whom the ranking compares."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, Exists, F, IntegerField, JSONField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation.scoping import NOTHING, permitted, visible
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.matching.embedding import MODEL
from clusterxchange.phases.matching.engine import Participant
from clusterxchange.phases.matching.engine.participant import HOST, VIRTUAL, VISIT
from clusterxchange.phases.matching.engine.text import Reading, Text
from clusterxchange.phases.matching.engine.vectors import Vector
from clusterxchange.phases.matching.models import (
    AbuseReport,
    CatalogueEntry,
    Conversation,
    MatchingProfile,
    MatchPlan,
    PartnerMark,
    Programme,
    ProgrammeState,
    Proposal,
    ProposalState,
    SavedSearch,
)
from clusterxchange.phases.matching.rules import OPEN, places_left, without_addresses
from clusterxchange.phases.registration.models import Participation, ParticipationState, Visit
from clusterxchange.workflow.models import Message

S, P = ProposalState, ParticipationState
LISTED = (P.ACTIVE, P.RESERVED, P.LOW_ACTIVE)
ACCEPTED = (*LISTED, P.UNDER_REVIEW)
OTHER_ROLE = {VISIT: HOST, HOST: VISIT}
SHOWN_OF_AN_ENTRY = (
    "shown_name", "windows",
    *(f"participation__{name}" for name in (
        "reference", "organisation_id", "role", "state", "hidden_reason", "shown_by_name", "format", "places", "visit",
        "purposes", "activities", "working_languages", "days_wished",
    )),
    *(f"participation__organisation__{name}" for name in (
        "legal_name", "organisation_type", "sub_type", "city", "country", "description", "profile_language",
        "ecosystems", "region", "nace", "keywords",
    )),
)  # fmt: skip
READ_OF_AN_ASKER = (
    "reference", "role", "state", "hidden_reason", "format", "places", "visit", "partnership_id", "organisation_id",
    *(f"organisation__{name}" for name in ("legal_name", "country", "latitude", "longitude")),
    "edition__code", "catalogue_entry__windows",
)  # fmt: skip
READ_OF_A_SEARCH = ("participation__organisation", "participation__edition", "participation__catalogue_entry")
SIDES = ("visitor_participation", "host_participation")
# Written for the tables as Django names them in the query; taken places are counted by proposals, so those count too.
MARK = """
    concat_ws(' ',
        registration_participation.xmin, registration_participation.ctid,
        organisations_organisation.xmin, organisations_organisation.ctid,
        matching_matchingprofile.text_sha256, matching_matchingprofile.model,
        (SELECT string_agg(w.xmin::text || w.ctid::text, ',' ORDER BY w.id)
           FROM registration_availabilitywindow w WHERE w.participation_id = registration_participation.id),
        (SELECT count(*) FROM matching_proposal p WHERE p.host_participation_id = registration_participation.id
            AND p.state = 'ACCEPTED' AND NOT p.releases_place))
"""
# The transactions that were not over at this moment, and all later ones, are those that the next look asks for.
CHANGED_SINCE = """
    select pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_current_xact_id_if_assigned() is not null,
      array(
        select participation_id from matching_rankingchange
        where edition_id = %s and role = %s and changed_by >= %s::bigint
      )
"""
UNANSWERED = "unanswered_proposals"
READING = Reading()  # keeps stems that were made once, for all requests of this process


def proposals_for(actor: Actor) -> QuerySet[Proposal]:
    """Give the proposals that the actor may see, the newest first."""
    rows = Proposal.objects.select_related(
        "visitor_participation__organisation",
        "visitor_participation__partnership",
        "host_participation__organisation",
        "host_participation__partnership",
        "sender_organisation",
        "suggested_by",
    )
    return visible(rows, "proposal", actor).order_by("-pk")


def own_accepted(actor: Actor) -> QuerySet[Participation]:
    """Give the participations of the actor's own organisations that open the catalogue, visits first."""
    rows = Participation.objects.filter(organisation_id__in=actor.organisations, state__in=ACCEPTED)
    return _with_what_is_compared(rows).order_by("-role", "pk")


def guided_by(actor: Actor) -> QuerySet[Participation]:
    """Give the participations that the actor looks after as a contact point, by name."""
    rows = Participation.objects.filter(partnership_id__in=actor.partnerships_as(CASE_PEOPLE), state__in=ACCEPTED)
    return _with_what_is_compared(rows).order_by("organisation__sort_name", "pk")


def partnerships_guided_by(actor: Actor) -> QuerySet[Partnership]:
    """Give the partnerships for which the actor looks after participants."""
    return Partnership.objects.filter(pk__in=actor.partnerships_as(CASE_PEOPLE)).order_by("pk")


def in_the_catalogue_of(actor: Actor) -> Q:
    """Give the filter for the participations that the actor finds in the catalogue.

    Accepted participants see the other role of their edition; contact points see both, for those whom they guide.
    """
    found = NOTHING
    for edition_id, role in set(own_accepted(actor).order_by().values_list("edition_id", "role")):
        found |= Q(edition_id=edition_id, role=OTHER_ROLE[role])
    for edition_id in set(partnerships_guided_by(actor).values_list("edition_id", flat=True)):
        found |= Q(edition_id=edition_id)
    return found & Q(state__in=LISTED)


def candidates_for(asker: Participation) -> QuerySet[Participation]:
    """Give everybody of the other role in the asker's edition who is listed, the asker's own organisation left out."""
    rows = Participation.objects.filter(edition_id=asker.edition_id, role=OTHER_ROLE[asker.role], state__in=LISTED)
    return _with_what_is_compared(rows.exclude(organisation_id=asker.organisation_id)).order_by("pk")


def listed_in(edition_id: int, role: str) -> QuerySet[Participation]:
    """Give everybody of a role in an edition who is listed."""
    rows = Participation.objects.filter(edition_id=edition_id, role=role, state__in=LISTED)
    return _with_what_is_compared(rows).order_by("pk")


def changed_since(edition_id: int, role: str, seen: int | None) -> tuple[int | None, list[int] | None]:
    """Give from where on to look for changes the next time, and who has changed since `seen`; None for everybody.

    Whoever a transaction that was not over then has changed is given once more. What is read within a transaction that
    has written may be taken back with it, so the next look after such a one is at everybody.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED_SINCE, [edition_id, role, seen])
        begins, writes, changed = cursor.fetchone()
    if writes:
        return None, None
    # A database that was moved to another server counts its transactions from the start.
    return begins, changed if seen is not None and seen <= begins else None


def marks_of(edition_id: int, role: str, among: Collection[int] | None = None) -> list[tuple[int, str, int, str]]:
    """Give for everybody listed, or for some, a mark that changes with anything the ranking reads, and its price.

    PostgreSQL writes each new version of a row to another place under another transaction, so no column needs watching.
    """
    rows = Participation.objects.filter(edition_id=edition_id, role=role, state__in=LISTED)
    if among is not None:
        rows = rows.filter(pk__in=among)
    return list(
        _with_what_is_compared(rows)
        # The organisation's name brings its table into the query, the price that of what the ranking keeps.
        .annotate(name=F("organisation__sort_name"), price=Coalesce(F("matching_profile__price"), 0))
        .annotate(mark=RawSQL(MARK, ()))  # noqa: S611 -- a constant of this file
        .order_by("pk")
        .values_list("pk", "mark", "price", "name")
    )


def catalogue_for(actor: Actor) -> QuerySet[Participation]:
    """Give every row of the actor's catalogue; own organisations are left out."""
    rows = Participation.objects.filter(in_the_catalogue_of(actor)).exclude(organisation_id__in=actor.organisations)
    return _with_what_is_compared(rows)


def profiles_for(actor: Actor) -> QuerySet[Participation]:
    """Give the profiles that the actor may open: those listed, their own cases, and sides of their proposals."""
    shared = visible(
        Proposal.objects.filter(Q(visitor_participation=OuterRef("pk")) | Q(host_participation=OuterRef("pk"))),
        "proposal",
        actor,
    )
    rows = Participation.objects.filter(
        in_the_catalogue_of(actor) | permitted(actor, "participation", Action.SEE) | Exists(shared)
    )
    return _with_what_is_compared(rows).select_related("application__representative__account")


def _with_what_is_compared(rows: QuerySet[Participation]) -> QuerySet[Participation]:
    read = rows.annotate(occupied=_occupied("pk")).select_related("organisation", "partnership", "matching_profile")
    return read.prefetch_related("windows")


def _occupied(host: str) -> Coalesce:
    taken = Proposal.objects.filter(
        host_participation=OuterRef(host), state=S.ACCEPTED, releases_place=False, programme=None
    )
    counted = taken.order_by().values("host_participation").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def occupied_places(host: Participation) -> int:
    """Count the accepted proposals that take a place of the host at present; a group exchange has its own places."""
    return Proposal.objects.filter(
        host_participation=host, state=S.ACCEPTED, releases_place=False, programme=None
    ).count()


def visit_is_taken(visitor: Participation) -> bool:
    """Whether the organisation's one visit is claimed or used, in this edition or another."""
    return Participation.objects.filter(
        organisation_id=visitor.organisation_id, visit__in=(Visit.CLAIMED, Visit.USED)
    ).exists()


def is_available(participation: Participation) -> bool:
    """Whether others may send proposals to this participant."""
    return participation.state == P.ACTIVE and not participation.hidden_reason


def texts_of(participation: Participation) -> tuple[str, str]:
    """Give what an organisation offers and what it looks for, in its own words; nothing of a person is in them."""
    organisation = participation.organisation
    offers = (participation.offer, organisation.offers, organisation.keywords)
    seeks = (participation.learn,) if participation.role == VISIT else (organisation.keywords, participation.learn)
    return "\n".join(offers), "\n".join(seeks)


def text_hash(participation: Participation) -> str:
    """Give the hash of everything that terms and vectors are made from."""
    whole = (*texts_of(participation), participation.organisation.profile_language)
    return sha256("\0".join(whole).encode()).hexdigest()


def kept_for(participation: Participation) -> MatchingProfile | None:
    """Give what was worked out for a participation, as long as its texts are those it was worked out from."""
    try:
        kept = participation.matching_profile
    except MatchingProfile.DoesNotExist:
        return None
    return kept if kept.text_sha256 == text_hash(participation) else None


def text_of(kept: Mapping[str, tuple[int, str]]) -> Text:
    """Give a text as it is kept: for each term how often it stands there and a word as it was written."""
    return Text({term: one[0] for term, one in kept.items()}, {term: one[1] for term, one in kept.items()})


def vector_of(kept: MatchingProfile | None, column: str) -> Vector | None:
    """Give a kept vector; one of another model than today's is not compared."""
    values = getattr(kept, column, None)
    if kept is None or values is None or kept.model != MODEL:
        return None
    return Vector(np.frombuffer(values, dtype=np.int8), kept.model, kept.language)


def participant_of(
    participation: Participation, *, occupied: int | None = None, visit_is_free: bool | None = None
) -> Participant:
    """Give a participation as the ranking knows it; places taken come from the list's own count where it has one."""
    organisation = participation.organisation
    taken = occupied if occupied is not None else getattr(participation, "occupied", None)
    if taken is None:
        taken = occupied_places(participation) if participation.role == HOST else 0
    offers, seeks = texts_of(participation)
    kept = kept_for(participation)
    return Participant(
        reference=participation.reference or "",
        organisation=participation.organisation_id,
        role=participation.role,
        country=organisation.country,
        organisation_type=organisation.organisation_type,
        partnership=participation.partnership_id,
        ecosystems=frozenset(organisation.ecosystems),
        nace=organisation.nace,
        cluster=organisation.cluster_name,
        offers=READING.read(offers, organisation.profile_language) if kept is None else text_of(kept.offers),
        seeks=READING.read(seeks, organisation.profile_language) if kept is None else text_of(kept.seeks),
        offers_vector=vector_of(kept, "offers_vector"),
        seeks_vector=vector_of(kept, "seeks_vector"),
        wished_countries=tuple(participation.wished_countries),
        wished_types=frozenset(participation.wished_types),
        wished_ecosystems=frozenset(participation.wished_ecosystems),
        purposes=frozenset(participation.purposes),
        activities=frozenset(participation.activities),
        languages=frozenset(participation.working_languages),
        windows=tuple((window.first_day, window.last_day) for window in participation.windows.all()),
        days_wished=participation.days_wished,
        format=participation.format,
        is_available=is_available(participation),
        places_left=places_left(participation.places, taken) if participation.role == HOST else 1,
        visit_is_free=participation.visit == Visit.FREE if visit_is_free is None else visit_is_free,
    )


def side_of_an_exchange(entry: CatalogueEntry, *, occupied: int = 0) -> Participant:
    """Give of a participation only what the hard conditions read; a visitor has no places that could be taken."""
    participation = entry.participation
    return Participant(
        reference=participation.reference or "",
        organisation=participation.organisation_id,
        role=participation.role,
        country=participation.organisation.country,
        windows=entry.days,
        format=participation.format,
        is_available=is_available(participation),
        places_left=places_left(participation.places, occupied) if participation.role == HOST else 1,
        visit_is_free=participation.visit == Visit.FREE,
    )


def own_entries(actor: Actor) -> QuerySet[Participation]:
    """Give the actor's own participations as `own_accepted` does, with what a search for them reads."""
    rows = Participation.objects.filter(organisation_id__in=actor.organisations, state__in=ACCEPTED)
    return _for_a_search(rows).order_by("-role", "pk")


def guided_entries(actor: Actor) -> QuerySet[Participation]:
    """Give the participations that the actor looks after as `guided_by` does, with what a search for them reads."""
    rows = Participation.objects.filter(partnership_id__in=actor.partnerships_as(CASE_PEOPLE), state__in=ACCEPTED)
    return _for_a_search(rows).order_by("organisation__sort_name", "pk")


def _for_a_search(rows: QuerySet[Participation]) -> QuerySet[Participation]:
    found = rows.annotate(occupied=_occupied("pk"))
    return found.select_related("organisation", "edition", "catalogue_entry").only(*READ_OF_AN_ASKER)


def with_what_is_shown(entries: QuerySet[CatalogueEntry], asker: Participation | None) -> QuerySet[CatalogueEntry]:
    """Give entries of the catalogue with what their rows show, and the latest proposal between each and the asker."""
    rows = entries.annotate(
        occupied=_occupied("participation"), latest_proposal=_latest_proposal(asker), is_saved=_is_saved_by(asker)
    )
    return rows.select_related("participation__organisation").only(*SHOWN_OF_AN_ENTRY)


def _is_saved_by(asker: Participation | None) -> Any:  # noqa: ANN401 -- an expression
    if asker is None:
        return Value(value=False)
    marks = PartnerMark.objects.filter(participation=asker, mark=PartnerMark.Mark.SAVED)
    return Exists(marks.filter(partner=OuterRef("participation")))


def searches_of(actor: Actor) -> QuerySet[SavedSearch]:
    """Give the searches that the actor has saved, the newest first."""
    if actor.account_id is None:
        return SavedSearch.objects.none()
    rows = SavedSearch.objects.filter(account_id=actor.account_id)
    return rows.select_related(*READ_OF_A_SEARCH)


def searches_to_look_at(before: datetime) -> QuerySet[SavedSearch]:
    """Give the searches with mails at which nobody has looked since, of people and participants who are still there."""
    rows = SavedSearch.objects.filter(
        sends_mail=True, looked_at__lte=before, account__is_active=True, participation__state__in=ACCEPTED
    )
    return rows.select_related("account", *READ_OF_A_SEARCH).order_by("pk")


def _latest_proposal(asker: Participation | None) -> Any:  # noqa: ANN401 -- an expression
    if asker is None:
        return Value(None, output_field=JSONField())
    own, other = SIDES if asker.role == VISIT else SIDES[::-1]
    between = Proposal.objects.filter(**{own: asker, other: OuterRef("participation")}).order_by("-pk")
    return Subquery(between.values(known=JSONObject(reference="reference", state="state"))[:1])


def name_shown(participation: Participation) -> str:
    """Give the name under which a participant is shown: its own, or a number where it wishes so."""
    if participation.shown_by_name:
        return participation.organisation.legal_name
    return _("Organisation %(number)d") % {"number": participation.organisation_id}


def text_shown(participation: Participation, text: str) -> str:
    """Give what an organisation has written of itself as others read it: without addresses where its name is hidden."""
    return text if participation.shown_by_name else without_addresses(text, _("[address left out]"))


def proposals_between(asker: Participation, others: Iterable[Participation]) -> Mapping[int, Proposal]:
    """Give the latest proposal between the asker and each of the others, by the other's row."""
    own, other = (
        ("visitor_participation", "host_participation")
        if asker.role == VISIT
        else ("host_participation", "visitor_participation")
    )
    rows = Proposal.objects.filter(**{own: asker, f"{other}__in": [row.pk for row in others]}).order_by("pk")
    return {getattr(row, f"{other}_id"): row for row in rows}


def open_between(visitor: Participation, host: Participation) -> QuerySet[Proposal]:
    """Give the open proposals between the two."""
    return Proposal.objects.filter(visitor_participation=visitor, host_participation=host, state__in=OPEN)


def open_sent_by(visitor: Participation) -> int:
    """Count the proposals that a visiting organisation has sent and that are still open, invitations included."""
    return Proposal.objects.filter(
        visitor_participation=visitor, sender_organisation_id=visitor.organisation_id, state__in=(S.SENT, S.INVITED)
    ).count()


def last_asked_at(sender_id: int, visitor: Participation, host: Participation) -> datetime | None:
    """Give the moment at which the sender last sent a proposal between the two."""
    rows = Proposal.objects.filter(
        visitor_participation=visitor, host_participation=host, sender_organisation_id=sender_id
    )
    return rows.order_by("-created_at").values_list("created_at", flat=True).first()


def other_open_physical_proposals(proposal: Proposal) -> QuerySet[Proposal]:
    """Give the visitor's open physical proposals besides this one, in the order of their hosts."""
    rows = Proposal.objects.filter(
        visitor_participation_id=proposal.visitor_participation_id, state__in=OPEN, format="physical"
    )
    return rows.exclude(pk=proposal.pk).order_by("host_participation_id", "pk")


def unanswered_by(host: Participation) -> int:
    """Count the proposals that a host has let expire since it last answered one or sent one itself."""
    received = Proposal.objects.filter(host_participation=host).exclude(sender_organisation_id=host.organisation_id)
    answered = (
        received.filter(state__in=(S.ACCEPTED, S.DECLINED))
        .order_by("-state_since")
        .values_list("state_since", flat=True)
        .first()
    )
    sent = Proposal.objects.filter(host_participation=host, sender_organisation_id=host.organisation_id)
    last_sent = sent.order_by("-created_at").values_list("created_at", flat=True).first()
    since = max((moment for moment in (answered, last_sent) if moment is not None), default=None)
    expired = received.filter(state=S.EXPIRED, suggested_by__isnull=True, programme=None)
    return (expired.filter(state_since__gt=since) if since is not None else expired).count()


def invitations_to(emails: Iterable[str]) -> QuerySet[Proposal]:
    """Give the invitations that wait for somebody with one of the addresses."""
    wanted = Q(pk__in=())
    for email in emails:
        wanted |= Q(invited_email__iexact=email)
    return Proposal.objects.filter(wanted, state=S.INVITED).order_by("pk")


def is_accepted_somewhere(email: str) -> bool:
    """Whether somebody with this address speaks for an organisation that takes part already."""
    return Participation.objects.filter(
        organisation__representatives__account__email__iexact=email, state__in=ACCEPTED
    ).exists()


def marks_by(participation: Participation) -> dict[str, set[str]]:
    """Give the references of the partners that a participant has saved, and of those that it has hidden."""
    rows = PartnerMark.objects.filter(participation=participation).values_list("mark", "partner__reference")
    found: dict[str, set[str]] = {mark: set() for mark in PartnerMark.Mark.values}
    for mark, reference in rows:
        found[mark].add(reference or "")
    return found


def windows_of(participation: Participation) -> list[tuple[date, date]]:
    """Give the days on which a participant is available."""
    return [(window.first_day, window.last_day) for window in participation.windows.all()]


def conversations_for(actor: Actor) -> QuerySet[Conversation]:
    """Give the conversations that the actor may read, the one written in last first."""
    rows = Conversation.objects.select_related(
        "visitor_participation__organisation",
        "visitor_participation__partnership",
        "host_participation__organisation",
        "host_participation__partnership",
    )
    last = Message.objects.filter(kind="conversation", subject_id=OuterRef("pk")).order_by("-pk").values("at")[:1]
    found = visible(rows, "conversation", actor).annotate(last_at=Subquery(last))
    return found.order_by(F("last_at").desc(nulls_last=True), "-pk")


def own_conversations(actor: Actor) -> QuerySet[Conversation]:
    """Give the conversations of the actor's own organisations."""
    own = actor.organisations
    return Conversation.objects.filter(
        Q(visitor_participation__organisation_id__in=own) | Q(host_participation__organisation_id__in=own)
    )


def conversation_of(visitor: Participation | None, host: Participation | None) -> Conversation | None:
    """Give the conversation of two sides, once there is one."""
    if visitor is None or host is None:
        return None
    rows = Conversation.objects.select_related(
        "visitor_participation__organisation",
        "visitor_participation__partnership",
        "host_participation__organisation",
        "host_participation__partnership",
    )
    return rows.filter(visitor_participation=visitor, host_participation=host).first()


def organisations_known(conversations: Iterable[Conversation]) -> set[tuple[int, int]]:
    """Give which organisations the other side knows by name although they are shown by number.

    Each is a pair of conversation and organisation: whoever has sent a proposal, and both once one was accepted.
    """
    pairs = {(one.visitor_participation_id, one.host_participation_id): one for one in conversations}
    rows = Proposal.objects.filter(
        visitor_participation__in=[visitor for visitor, _host in pairs],
        host_participation__in=[host for _visitor, host in pairs],
    )
    columns = ("visitor_participation_id", "host_participation_id", "sender_organisation_id", "state")
    found: set[tuple[int, int]] = set()
    for visitor, host, sender, state in rows.values_list(*columns):
        one = pairs.get((visitor, host))
        if one is None:
            continue
        if state == S.ACCEPTED:
            found |= {(one.pk, one.visitor_participation.organisation_id)}
            found |= {(one.pk, one.host_participation.organisation_id)}
        elif sender is not None:
            found.add((one.pk, sender))
    return found


def has_been_agreed(visitor: Participation, host: Participation) -> bool:
    """Whether a proposal between the two was accepted, so that each side knows the other's people."""
    return Proposal.objects.filter(visitor_participation=visitor, host_participation=host, state=S.ACCEPTED).exists()


def abuse_reports(*, still_open: bool) -> QuerySet[AbuseReport]:
    """Give what was reported to the support office, the oldest first."""
    rows = AbuseReport.objects.filter(closed_at__isnull=still_open)
    return rows.select_related(
        "reported_by",
        "conversation__visitor_participation__organisation",
        "conversation__host_participation__organisation",
    )


def confirmed_seats(programme: Programme) -> QuerySet[Proposal]:
    """Give the seats of a group exchange that are given."""
    return Proposal.objects.filter(programme=programme, state=S.ACCEPTED, releases_place=False)


def open_seats(programme: Programme) -> QuerySet[Proposal]:
    """Give the seats that are asked for and have no answer, in the order in which they were asked for."""
    return Proposal.objects.filter(programme=programme, state=S.SENT).order_by("pk")


def seats_left(programme: Programme) -> int:
    """Count the places of a group exchange that nobody has yet."""
    return max(0, programme.places - confirmed_seats(programme).count())


def seat_can_be_given(proposal: Proposal) -> bool:
    """Whether the host can answer a proposal with yes: always, but for a seat of a group that is full."""
    return proposal.programme is None or seats_left(proposal.programme) > 0


def is_no_seat(proposal: Proposal) -> bool:
    """Whether it is a proposal between two, which expires; a seat waits as long as its programme does."""
    return proposal.programme_id is None


def programmes_for(actor: Actor) -> QuerySet[Programme]:
    """Give the group exchanges that the actor may see: their own cases, and those open to visitors of their edition.

    The soonest stand first, those that have begun last.
    """
    rows = Programme.objects.select_related("host_participation__organisation", "host_participation__partnership")
    found = permitted(actor, "programme", Action.SEE)
    editions = own_accepted(actor).order_by().values_list("edition_id", flat=True)
    guided = partnerships_guided_by(actor).values_list("edition_id", flat=True)
    listed = Q(host_participation__edition_id__in={*editions, *guided})
    asked = Exists(visible(Proposal.objects.filter(programme=OuterRef("pk")), "proposal", actor))
    given = confirmed_seat_count()
    return (
        rows.filter(found | (listed & ~Q(state=ProgrammeState.CANCELLED)) | asked)
        .annotate(given=given)
        .order_by(Exact(F("state"), ProgrammeState.BEGUN), "first_day", "pk")
    )


def confirmed_seat_count() -> Coalesce:
    """Give the number of seats that are given, as a column of a list of group exchanges."""
    taken = Proposal.objects.filter(programme=OuterRef("pk"), state=S.ACCEPTED, releases_place=False)
    counted = taken.order_by().values("programme").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def plans_for(actor: Actor) -> QuerySet[MatchPlan]:
    """Give the plans for the programme that the actor may see, the newest first."""
    return visible(MatchPlan.objects.select_related("edition"), "match_plan", actor).order_by("-pk")


def pairs_that_met(edition_id: int) -> set[tuple[int, int]]:
    """Give who has had a proposal with whom already, and whom a visitor has hidden: no plan brings them together."""
    met = Proposal.objects.filter(visitor_participation__edition_id=edition_id, host_participation__isnull=False)
    hidden = PartnerMark.objects.filter(
        participation__edition_id=edition_id, participation__role=VISIT, mark=PartnerMark.Mark.HIDDEN
    )
    return {
        *met.values_list("visitor_participation_id", "host_participation_id"),
        *hidden.values_list("participation_id", "partner_id"),
    }


def may_be_planned(visitor: Participation) -> bool:
    """Whether a plan may look for a host for this visitor: open to proposals, for a stay, and its one visit free."""
    return is_available(visitor) and visitor.format != VIRTUAL and not visit_is_taken(visitor)
