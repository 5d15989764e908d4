"""Forgetting: a person on their request, a case when its years are over, and what was meant for a while."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet

from clusterxchange.documents.models import Document
from clusterxchange.foundation import clock, files
from clusterxchange.journeys.people import operations as people
from clusterxchange.journeys.people.models import Invitation, InvitationState
from clusterxchange.journeys.personal_data import queries
from clusterxchange.journeys.personal_data.blanks import blank, stored_files
from clusterxchange.journeys.personal_data.declarations import BY_LABEL, DECLARATIONS, Declaration
from clusterxchange.journeys.personal_data.export import export_of
from clusterxchange.journeys.personal_data.kinds import BANK, OUTSIDER, Erasure
from clusterxchange.journeys.personal_data.models import DataCopy, ForgottenCase
from clusterxchange.journeys.personal_data.models import Erasure as ErasureRow
from clusterxchange.parties.accounts.models import Account, KnownDevice
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.partnerships.models import PartnershipInvitation, PublicQuestion
from clusterxchange.phases.exchange_building.models import Commitment, Exchange, FinancialAgreement
from clusterxchange.phases.finalisation.models import BankStatement, PaymentBatch
from clusterxchange.phases.matching.models import Guest, Proposal, ProposalState, ShownList
from clusterxchange.phases.registration.models import OPEN_APPLICATION_STATES, Application, ImportedFile, Participation
from clusterxchange.phases.registration.queries import EXCHANGE_IS_OVER
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.models import Consent, Entry, EntryPayload, Message, Notice
from clusterxchange.workflow.tables import Refusal

ERASED_ADDRESS = "erased-{number}@erased.invalid"


@transaction.atomic
def hand_out_copy(account: Account, at: datetime) -> bytes:
    """Give a copy of all that is held of a person, and note that they took it."""
    DataCopy.objects.create(account=account, at=at)
    return export_of(account, at)


@transaction.atomic
def erase_person(account: Account, at: datetime) -> ErasureRow:
    """Forget a person; what the law keeps of them stays with its case, under a number.

    :raises Refused: erasure_waits, where something still goes on with them.
    """
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if queries.in_the_way(locked) or locked.is_support_office or locked.is_agency:
        raise Refused(Refusal("erasure_waits"))
    kept = set(queries.kept_cases(locked).values_list("reference", flat=True))
    done = ErasureRow.objects.create(account=locked, at=at, kept_until=queries.kept_until(locked))
    for place in locked.representations.filter(ended_at=None).select_related("organisation"):
        people.leave_organisation(place.organisation, actor=actor_for(locked), at=at)
    _forget_payloads(locked, kept)
    for declaration in DECLARATIONS:
        if declaration.people and declaration.label != "accounts.Account":
            _forget_rows(declaration, queries.rows_of(declaration, locked))
    EmailAddress.objects.filter(user=locked).delete()
    locked.email = ERASED_ADDRESS.format(number=locked.pk)
    locked.first_name = locked.last_name = ""
    locked.is_active = False
    locked.joined_at = locked.last_seen_at = locked.last_login = None
    # Every session bears a digest of the password, so all of them end here.
    locked.set_unusable_password()
    locked.save()
    return done


def _forget_rows(declaration: Declaration, rows: QuerySet[Any]) -> None:
    if declaration.rows_go and declaration.case is None:
        held = list(stored_files(rows, declaration.fields(declaration.holds)))
        rows.model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()
        for file in held:
            files.discard(file)
        return
    blank(rows, declaration.fields(kind for kind in declaration.holds if kind.erasure is Erasure.AT_ONCE))


def _forget_payloads(account: Account, kept: set[str | None]) -> None:
    """Erase what entries were about, of all that is not of a case that is kept; their numbers and digests stay."""
    applications = Application.objects.filter(representative__account=account)
    own = [
        *applications.values_list("reference", flat=True),
        *Participation.objects.filter(application__in=applications).values_list("reference", flat=True),
    ]
    # Others have typed the address: who invited, and who gave a role.
    named = Q(payload__body__icontains=account.email)
    entries = Entry.objects.filter(Q(actor=str(account.pk)) | Q(case__in=own) | Q(subject__in=own) | named)
    numbers = entries.exclude(case__in=[one for one in kept if one]).values("n")
    EntryPayload.objects.filter(entry__in=numbers).delete()


@transaction.atomic
def forget_case(exchange: Exchange, at: datetime) -> None:
    """Forget all that is personal in an exchange whose years are over; figures and the journal's chain stay."""
    for declaration in DECLARATIONS:
        if declaration.case is None:
            continue
        rows = declaration.model._default_manager.filter(**{declaration.case: exchange.pk})
        fields = declaration.fields(kind for kind in declaration.holds if kind.erasure is Erasure.WITH_THE_CASE)
        if declaration.rows_go:
            held = list(stored_files(rows, fields))
            rows.delete()
            for file in held:
                files.discard(file)
        else:
            blank(rows, fields)
    parts: dict[str, list[int]] = {
        "exchange": [exchange.pk],
        "commitment": list(Commitment.objects.filter(exchange=exchange).values_list("pk", flat=True)),
        "financial_agreement": list(FinancialAgreement.objects.filter(exchange=exchange).values_list("pk", flat=True)),
    }
    for kind, numbers in parts.items():
        blank(
            Consent.objects.filter(kind=kind, subject_id__in=numbers),
            BY_LABEL["workflow.Consent"].fields(
                one for one in BY_LABEL["workflow.Consent"].holds if one.erasure is Erasure.WITH_THE_CASE
            ),
        )
        said = BY_LABEL["workflow.Message"]
        blank(
            Message.objects.filter(kind=kind, subject_id__in=numbers),
            said.fields(one for one in said.holds if one.erasure is Erasure.AT_ONCE),
        )
    documents = Document.objects.filter(
        Q(kind=Document.Kind.COMMITMENT_TO_QUALITY, subject_id__in=parts["commitment"])
        | Q(kind=Document.Kind.FINANCIAL_AGREEMENT, subject_id__in=parts["financial_agreement"])
    )
    held = [one.file for one in documents.select_related("file")]
    documents.delete()
    for file in held:
        files.discard(file)
    EntryPayload.objects.filter(entry__in=Entry.objects.filter(case=exchange.reference).values("n")).delete()
    ForgottenCase.objects.create(exchange=exchange, at=at)


def forget_what_is_over(at: datetime) -> Counter[str]:
    """Forget what was meant for a while, and the cases whose years are over; give how much of each. Safe to repeat."""
    before = at - timedelta(days=30 * settings.MONTHS_OF_OUTSIDERS)
    year_before = at - timedelta(days=365)
    years_before = at.date().replace(year=at.year - settings.YEARS_OF_CASES, day=min(at.day, 28))
    done: Counter[str] = Counter()
    removed: dict[str, QuerySet[Any]] = {
        "questions": PublicQuestion.objects.filter(at__lt=before),
        "mails": Notice.objects.filter(at__lt=year_before),
        "lists shown": ShownList.objects.filter(at__lt=year_before),
        "guests": Guest.objects.filter(programme__last_day__lt=before.date()),
        # Sessions end by the machine's clock, whatever the scheme's shows.
        "devices": KnownDevice.objects.filter(used_at__lt=clock.real_now() - timedelta(days=365)),
        "sessions": Session.objects.filter(expire_date__lt=clock.real_now()),
    }
    for name, rows in removed.items():
        done[name] = rows.delete()[0]
    outsiders: dict[str, QuerySet[Any]] = {
        "partnerships.PartnershipInvitation": PartnershipInvitation.objects.filter(at__lt=before)
        .exclude(accepted_at=None, withdrawn_at=None)
        .exclude(email=""),
        "people.Invitation": Invitation.objects.filter(state_since__lt=before)
        .exclude(state=InvitationState.INVITED)
        .exclude(email=""),
        "matching.Proposal": Proposal.objects.filter(state_since__lt=before)
        .exclude(state=ProposalState.INVITED)
        .exclude(invited_name="", invited_email=""),
        "registration.Application": Application.objects.filter(state_since__lt=before)
        .exclude(state__in=OPEN_APPLICATION_STATES)
        .exclude(partner_name="", partner_email=""),
        "registration.ImportedFile": ImportedFile.objects.filter(uploaded_at__lt=before).exclude(name=""),
    }
    for label, rows in outsiders.items():
        done[label] = blank(rows, BY_LABEL[label].fields([OUTSIDER]))
    banks: dict[str, QuerySet[Any]] = {
        "finalisation.PaymentBatch": PaymentBatch.objects.filter(execution_on__lt=years_before),
        "finalisation.BankStatement": BankStatement.objects.filter(kept_at__date__lt=years_before),
    }
    for label, rows in banks.items():
        done[label] = blank(rows, BY_LABEL[label].fields([BANK]))
    over = Exchange.objects.filter(state__in=EXCHANGE_IS_OVER).exclude(pk__in=ForgottenCase.objects.values("exchange"))
    for exchange in over.order_by("pk"):
        if queries.day_of_forgetting(exchange) <= at.date():
            forget_case(exchange, at)
            done["cases"] += 1
    return done
