"""Rows of every kind, for claims about relations: who stands how to a thing.

Columns are set directly and states mean nothing here; the operations that make real cases are tried elsewhere.
Three organisations meet each other in both directions, and three partnerships stand so that one of them is now and
then on both sides.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, permutations
from typing import Any

from django.db.models import Model

from clusterxchange.journeys.models import Announcement
from clusterxchange.journeys.offices.models import OfficeChange
from clusterxchange.journeys.people.models import Invitation, JoinRequest
from clusterxchange.journeys.scheme_data.models import EditionDraft
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Commitment, Exchange, FinancialAgreement
from clusterxchange.phases.finalisation.models import (
    ActivityReport,
    BankStatement,
    EvidenceItem,
    FollowUpSurvey,
    Payment,
    PaymentBatch,
)
from clusterxchange.phases.matching.models import AbuseReport, Conversation, MatchPlan, Programme, Proposal
from clusterxchange.phases.registration.models import Application, Disclosure, Participation
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow.models import Entry

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MODELS: dict[str, type[Model]] = {
    "application": Application,
    "participation": Participation,
    "proposal": Proposal,
    "conversation": Conversation,
    "abuse_report": AbuseReport,
    "programme": Programme,
    "match_plan": MatchPlan,
    "exchange": Exchange,
    "commitment": Commitment,
    "financial_agreement": FinancialAgreement,
    "activity_report": ActivityReport,
    "evidence": EvidenceItem,
    "payment": Payment,
    "follow_up_survey": FollowUpSurvey,
    "payment_batch": PaymentBatch,
    "bank_statement": BankStatement,
    "organisation": Organisation,
    "invitation": Invitation,
    "join_request": JoinRequest,
    "edition_draft": EditionDraft,
    "announcement": Announcement,
    "partnership": Partnership,
    "entry": Entry,
    "office_change": OfficeChange,
}
NAMES = ("Alder", "Birch", "Cedar")


@dataclass(frozen=True)
class World:
    """The parties, and the numbers of the rows that bind them."""

    organisations: tuple[Organisation, ...]
    partnerships: tuple[Partnership, ...]
    accounts: tuple[Account, ...]

    def rows(self, kind: str) -> list[Any]:
        if kind == "participation":
            return list(Participation.objects.prefetch_related("disclosures").order_by("pk"))
        return list(MODELS[kind]._default_manager.order_by("pk"))


def make_world() -> World:
    edition = Edition.objects.get(code="demonstration")
    accounts = tuple(Account.objects.create_user(f"{name.lower()}@rows.example", joined_at=AT) for name in NAMES)
    organisations = tuple(Organisation.objects.create(legal_name=f"{name} Mill", created_at=AT) for name in NAMES)
    partnerships = tuple(
        Partnership.objects.create(edition=edition, acronym=name.upper(), slug=name.lower(), title=name)
        for name in NAMES
    )
    world = World(organisations, partnerships, accounts)
    make_participations(world, edition)
    make_proposals(world)
    make_exchanges(world, edition)
    make_newcomers(world)
    return world


def make_participations(world: World, edition: Edition) -> None:
    """Let each organisation visit with one partnership and host with the next; one application has none yet."""
    for number, organisation in enumerate(world.organisations):
        speaker = Representative.objects.create(account=world.accounts[number], organisation=organisation, since=AT)
        asked = {"edition": edition, "organisation": organisation, "representative": speaker, **life("ACCEPTED")}
        for role, step in (("visit", 0), ("host", 1)):
            partnership = world.partnerships[(number + step) % 3]
            Participation.objects.create(
                edition=edition,
                organisation=organisation,
                application=Application.objects.create(**asked, partnership=partnership),
                partnership=partnership,
                role=role,
                last_active_at=AT,
                **life("ACTIVE"),
            )
        Application.objects.create(**asked, partnership=None)
    hosts = Participation.objects.filter(role="host").order_by("pk")
    Participation.objects.filter(pk=hosts[0].pk).update(move_asked_to=world.partnerships[2])
    # One host is disclosed to two others, one to one, one to nobody.
    for host, others in zip(hosts, ((1, 2), (2,), ()), strict=True):
        for number in others:
            Disclosure.objects.create(participation=host, to_organisation=world.organisations[number], since=AT)


def make_newcomers(world: World) -> None:
    """Let each organisation invite a person of the next and be asked by the one after that; each drafts rules."""
    for number, organisation in enumerate(world.organisations):
        Invitation.objects.create(
            organisation=organisation,
            email=f"invited{number}@rows.example",
            language="en",
            invited_by=world.accounts[number],
            account=world.accounts[(number + 1) % 3] if number else None,
            expires_at=AT,
            **life("JOINED" if number else "INVITED"),
        )
        JoinRequest.objects.create(
            organisation=organisation,
            asking_organisation=world.organisations[(number + 2) % 3],
            account=world.accounts[(number + 2) % 3],
            matched="web",
            partnership=world.partnerships[number] if number else None,
            handed_on_at=AT,
            **life("ASKED"),
        )
        document = {"edition": {"name": "Next edition"}}
        Announcement.objects.create(
            text_en="Closed.", audience="everybody", first_day=AT.date(), last_day=AT.date(), at=AT,
            published_by=world.accounts[number],
        )  # fmt: skip
        Entry.objects.create(
            n=0, at=AT, actor=str(world.accounts[number].pk), capacity="V", kind="organisation",
            subject=organisation.reference, case=organisation.reference, action="edit_organisation",
        )  # fmt: skip
        EditionDraft.objects.create(document=document, drafted_by=world.accounts[number], **life("PROPOSED"))
        OfficeChange.objects.create(
            account=world.accounts[number], role="agency", proposed_by=world.accounts[(number + 1) % 3],
            **life("PROPOSED"),
        )  # fmt: skip


def make_proposals(world: World) -> None:
    """Let visitors send, hosts send, contact points suggest, and both invite somebody who is not there yet."""
    visits, stays = sides(world)
    senders = cycle((0, 1, None))
    for pair in permutations(range(3), 2):
        sender = next(senders)
        conversation = Conversation.objects.create(
            visitor_participation=visits[pair[0]],
            host_participation=stays[pair[1]],
            blocked_by=None if sender is None else world.organisations[pair[sender]],
            **life("OPEN" if sender is None else "BLOCKED"),
        )
        AbuseReport.objects.create(
            conversation=conversation, reason="insult", reported_by=world.accounts[0], **life("OPEN")
        )
        Proposal.objects.create(
            visitor_participation=visits[pair[0]],
            host_participation=stays[pair[1]],
            sender_organisation=None if sender is None else world.organisations[pair[sender]],
            **life("SENT"),
        )
    for stay in stays:
        days = {"first_day": AT.date(), "last_day": AT.date(), "asked_until": AT.date()}
        Programme.objects.create(host_participation=stay, title="Looms", places=2, **days, **life("OPEN"))
        MatchPlan.objects.create(edition=stay.edition, **life("MADE"))
    for visit, stay in zip(visits, stays, strict=True):
        Proposal.objects.create(visitor_participation=visit, sender_organisation=visit.organisation, **life("INVITED"))
        Proposal.objects.create(host_participation=stay, sender_organisation=stay.organisation, **life("INVITED"))


def make_exchanges(world: World, edition: Edition) -> None:
    """Let every pair meet, with all that hangs on an exchange; payments are ordered by nobody or by one of two."""
    visits, stays = sides(world)
    orderers = cycle((None, *world.accounts[:2]))
    batches = {
        partnership.pk: PaymentBatch.objects.create(
            partnership=partnership, number=1, execution_on=AT.date(), made_at=AT
        )
        for partnership in world.partnerships
    }
    for number, partnership in enumerate(world.partnerships):
        BankStatement.objects.create(
            partnership=partnership, name="s.xml", sha256=str(number), kept_by=world.accounts[number], kept_at=AT
        )
    met = Proposal.objects.filter(visitor_participation__isnull=False, host_participation__isnull=False)
    for proposal in met.order_by("pk"):
        visit = next(one for one in visits if one == proposal.visitor_participation)
        stay = next(one for one in stays if one == proposal.host_participation)
        exchange = Exchange.objects.create(
            edition=edition,
            proposal=proposal,
            visitor_participation=visit,
            host_participation=stay,
            visiting_organisation=visit.organisation,
            host_organisation=stay.organisation,
            visitor_partnership=visit.partnership,
            host_partnership=stay.partnership,
            **life("ENDED"),
        )
        Commitment.objects.create(exchange=exchange, **life("SIGNED"))
        FinancialAgreement.objects.create(exchange=exchange, **life("SIGNED"))
        ActivityReport.objects.create(
            exchange=exchange,
            side="V",
            visiting_organisation=visit.organisation,
            visitor_partnership=visit.partnership,
            **life("OPEN"),
        )
        ActivityReport.objects.create(
            exchange=exchange,
            side="H",
            host_organisation=stay.organisation,
            host_partnership=stay.partnership,
            **life("OPEN"),
        )
        EvidenceItem.objects.create(exchange=exchange, item="travel", **life("WANTED"))
        FollowUpSurvey.objects.create(
            exchange=exchange, side="V", visiting_organisation=visit.organisation, closes_at=AT, **life("OPEN")
        )
        FollowUpSurvey.objects.create(
            exchange=exchange, side="H", host_organisation=stay.organisation, closes_at=AT, **life("OPEN")
        )
        Payment.objects.create(
            exchange=exchange, ordered_by=next(orderers), batch=batches[visit.partnership_id], **life("RELEASED")
        )


def sides(world: World) -> tuple[list[Participation], list[Participation]]:
    found = Participation.objects.select_related("organisation", "partnership").filter(
        organisation__in=world.organisations
    )
    return list(found.filter(role="visit").order_by("pk")), list(found.filter(role="host").order_by("pk"))


def life(state: str) -> dict[str, Any]:
    return {"state": state, "state_since": AT, "created_at": AT}
