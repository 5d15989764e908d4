"""What a partnership's people do with its data; each a single transaction, with its line in the journal."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from procrastinate.contrib.django import app as jobs_app

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import COORDINATOR, Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import files
from clusterxchange.foundation.models import StoredFile
from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.partnerships.life import PARTNERSHIP
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for, people_of_partnership, people_of_support_office
from clusterxchange.parties.partnerships import budgets
from clusterxchange.parties.partnerships.models import (
    Budget,
    MemberCluster,
    Partnership,
    PartnershipInvitation,
    PartnershipPerson,
    PlannedEvent,
    PublicQuestion,
)
from clusterxchange.workflow import engine, notices
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.models import Notice
from clusterxchange.workflow.tables import Refusal

SEND_INVITATION = "clusterxchange.journeys.jobs.send_partnership_invitation"
TOKEN_BYTES = 32


def edit_partnership(
    partnership: Partnership, *, answers: Mapping[str, Any], actor: Actor, at: datetime
) -> Partnership:
    """Keep what is published of a partnership, named as the columns that hold it."""
    with engine.unit_of_work(actor, at):
        kept = _locked(partnership)
        changed = [column for column, answer in answers.items() if getattr(kept, column) != answer]
        replaced = [held for column in changed if isinstance(held := getattr(kept, column), StoredFile)]
        for column in changed:
            setattr(kept, column, answers[column])
        engine.record(kept, Action.EDIT_PARTNERSHIP, actor=actor, at=at, payload={"columns": sorted(changed)})
        if changed:
            kept.save(update_fields=changed)
        for file in replaced:
            files.discard(file)
    return kept


def set_planned_budget(partnership: Partnership, *, planned_cents: int, actor: Actor, at: datetime) -> Budget:
    """Plan another amount; what is reserved, committed and paid stays, and the rest is free.

    :raises Refused: when more is used already.
    """
    with engine.unit_of_work(actor, at):
        engine.record(partnership, Action.CHANGE_BUDGET, actor=actor, at=at, payload={"planned_cents": planned_cents})
        # The budget is the last lock of a step, as in every move of money.
        Budget.objects.get_or_create(partnership=partnership, defaults={"planned_cents": 0, "free_cents": 0})
        budget = Budget.objects.select_for_update().get(partnership=partnership)
        used = budget.planned_cents - budget.free_cents
        if planned_cents < used:
            raise Refused(
                Refusal("budget_below_used", {"used": format_cents(used, get_language() or "en")}, field="planned")
            )
        budgets.plan(budget, planned_cents, at)
    return budget


def keep_row(row: PlannedEvent | MemberCluster, *, actor: Actor, at: datetime) -> None:
    """Add or change a planned event or a member cluster."""
    with engine.unit_of_work(actor, at):
        _note_row(row, actor, at, "kept")
        if isinstance(row, MemberCluster) and row.position is None:
            last = MemberCluster.objects.filter(partnership=row.partnership).order_by("-position").first()
            row.position = last.position + 1 if last else 1
        row.save()


def remove_row(row: PlannedEvent | MemberCluster, *, actor: Actor, at: datetime) -> None:
    """Take a planned event or a member cluster away."""
    with engine.unit_of_work(actor, at):
        _note_row(row, actor, at, "removed")
        row.delete()


def open_partnership(partnership: Partnership, *, actor: Actor, at: datetime) -> Partnership:
    """Take registrations again.

    :raises Refused: it is suspended, or has left the scheme.
    """
    return _take_registrations(partnership, Action.OPEN_PARTNERSHIP, actor=actor, at=at, is_open=True)


def close_partnership(partnership: Partnership, *, actor: Actor, at: datetime) -> Partnership:
    """Take no more registrations; what is there already goes on."""
    return _take_registrations(partnership, Action.CLOSE_PARTNERSHIP, actor=actor, at=at, is_open=False)


def invite_officer(
    partnership: Partnership, *, email: str, roles: Sequence[str], language: str, actor: Actor, at: datetime
) -> PartnershipInvitation:
    """Invite a person by mail to take roles; the support office may invite coordinators only.

    :raises Refused: when the person holds the roles already, or has an open invitation.
    """
    action = Action.APPOINT_COORDINATOR if actor.support_office else Action.INVITE_OFFICER
    wanted = [COORDINATOR] if actor.support_office else sorted(roles)
    address = email.strip().lower()
    with engine.unit_of_work(actor, at):
        kept = _locked(partnership)
        engine.record(kept, action, actor=actor, at=at, payload={"email": address, "roles": wanted})
        held = set(kept.people.filter(account__email=address).values_list("role", flat=True))
        if set(wanted) <= held:
            raise Refused(Refusal("role_held_already", field="email"))
        if kept.invitations.filter(email=address, accepted_at=None, withdrawn_at=None).exists():
            raise Refused(Refusal("already_invited", field="email"))
        known = Account.objects.filter(email=address).values_list("language", flat=True).first()
        invitation = PartnershipInvitation.objects.create(
            partnership=kept,
            email=address,
            roles=wanted,
            token=secrets.token_hex(TOKEN_BYTES),
            language=known or language,
            invited_by=Account.objects.get(pk=actor.account_id or 0),
            at=at,
        )
        jobs_app.configure_task(SEND_INVITATION, queue="mail").defer(invitation_id=invitation.pk)
    return invitation


def withdraw_invitation(invitation: PartnershipInvitation, *, actor: Actor, at: datetime) -> None:
    """Take an invitation back that nobody has accepted; its link then leads nowhere."""
    with engine.unit_of_work(actor, at):
        _locked(invitation.partnership)
        engine.record(
            invitation.partnership, Action.INVITE_OFFICER, actor=actor, at=at,
            payload={"withdrawn": invitation.email},
        )  # fmt: skip
        kept = PartnershipInvitation.objects.select_for_update().get(pk=invitation.pk)
        if kept.accepted_at is None and kept.withdrawn_at is None:
            kept.withdrawn_at = at
            kept.save(update_fields=["withdrawn_at"])


def join_partnership(invitation: PartnershipInvitation, *, account: Account, at: datetime) -> Partnership:
    """Take the roles to which one was invited.

    :raises Refused: when the invitation went to another address, or is over.
    """
    with engine.unit_of_work(actor_for(account), at):
        partnership = _locked(invitation.partnership)
        kept = PartnershipInvitation.objects.select_for_update().get(pk=invitation.pk)
        if kept.accepted_at is not None or kept.withdrawn_at is not None:
            raise Refused(Refusal("wrong_state", {"state": ""}))
        if kept.email != account.email.lower():
            raise Refused(Refusal("invitation_not_yours"))
        for role in kept.roles:
            PartnershipPerson.objects.get_or_create(partnership=partnership, account=account, role=role)
        kept.accepted_by, kept.accepted_at = account, at
        kept.save(update_fields=["accepted_by", "accepted_at"])
        # Since the roles were taken the person acts for this partnership too.
        engine.record(
            partnership, Action.JOIN_PARTNERSHIP, actor=actor_for(account), at=at, payload={"roles": kept.roles}
        )
    return partnership


def end_office(person: PartnershipPerson, *, actor: Actor, at: datetime) -> None:
    """End a person's role; everybody may give up their own.

    :raises Refused: for the last coordinator.
    """
    action = Action.LEAVE_OFFICE if person.account_id == actor.account_id else Action.END_OFFICE
    with engine.unit_of_work(actor, at):
        partnership = _locked(person.partnership)
        engine.record(
            partnership, action, actor=actor, at=at, payload={"account": person.account_id, "role": person.role}
        )
        if person.role == COORDINATOR and partnership.people.filter(role=COORDINATOR).count() == 1:
            raise Refused(Refusal("last_coordinator"))
        person.delete()


def ask_partnership(
    partnership: Partnership | None,
    *,
    name: str,
    email: str,
    text: str,
    language: str,
    at: datetime,
    organisation: str = "",
) -> PublicQuestion:
    """Keep a question from outside and send it to the contact points; to the support office where none is named."""
    nobody = Actor()
    with engine.unit_of_work(nobody, at):
        question = PublicQuestion.objects.create(
            partnership=partnership, name=name, email=email, text=text, language=language, at=at,
            organisation=organisation,
        )  # fmt: skip
        asked = people_of_partnership(partnership.pk, CASE_PEOPLE) if partnership else people_of_support_office()
        notices.send(_notice_of(question, person, at) for person in asked or people_of_support_office())
    return question


def answer_question(question: PublicQuestion, *, actor: Actor, at: datetime) -> None:
    """Note that a question was answered, by whom and when."""
    with engine.unit_of_work(actor, at):
        kept = PublicQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
        if kept.answered_at is None:
            if kept.partnership is not None:
                engine.record(
                    kept.partnership, Action.ANSWER_QUESTION, actor=actor, at=at, payload={"question": kept.pk}
                )
            kept.answered_at, kept.answered_by_id = at, actor.account_id
            kept.save(update_fields=["answered_at", "answered_by"])


def _locked(partnership: Partnership) -> Partnership:
    return Partnership.objects.select_for_update().get(pk=partnership.pk)


def _take_registrations(
    partnership: Partnership, action: Action, *, actor: Actor, at: datetime, is_open: bool
) -> Partnership:
    with engine.unit_of_work(actor, at):
        kept = _locked(partnership)
        engine.acting_capacity(PARTNERSHIP, kept, action, actor, None)
        if is_open and kept.ended_at is not None:
            raise Refused(Refusal("partnership_has_left"))
        if is_open and kept.suspended_at is not None:
            raise Refused(Refusal("partnership_is_suspended"))
        kept.is_open = is_open
        engine.record(kept, action, actor=actor, at=at)
        kept.save(update_fields=["is_open"])
    return kept


def _note_row(row: PlannedEvent | MemberCluster, actor: Actor, at: datetime, what: str) -> None:
    payload = {what: row._meta.model_name or "", "row": row.pk or 0}
    engine.record(_locked(row.partnership), Action.EDIT_PARTNERSHIP, actor=actor, at=at, payload=payload)


def _notice_of(question: PublicQuestion, person: Account, at: datetime) -> Notice:
    partnership = question.partnership
    signed = ", ".join(part for part in (question.name, question.organisation) if part)
    return Notice(
        account=person,
        topic=Notice.Topic.MESSAGE,
        kind=PARTNERSHIP.name,
        subject_id=partnership.pk if partnership else 0,
        reference=partnership.acronym[:20] if partnership else "ClusterXchange",
        action=Action.ASK_PARTNERSHIP,
        params={
            "partnership": partnership.acronym if partnership else "ClusterXchange",
            "name": question.name,
            "capacity": "VP" if partnership else "SO",
            "letter": f"{question.text}\n\n{signed}\n{question.email}",
        },
        path=f"/partnerships/{partnership.slug}/questions/" if partnership else "/support/questions/",
        at=at,
    )
