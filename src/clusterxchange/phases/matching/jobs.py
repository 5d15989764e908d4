"""The mail to a partner who is not registered yet, and what the ranking works out beforehand."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clusterxchange.access.actor import SYSTEM
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import embedding, keeping, operations, queries
from clusterxchange.phases.matching.catalogue import address_of
from clusterxchange.phases.matching.forms import CatalogueFilters
from clusterxchange.phases.matching.models import (
    CatalogueEntry,
    MatchPlan,
    MatchPlanState,
    Proposal,
    ProposalState,
    SavedSearch,
)
from clusterxchange.phases.matching.queries import name_shown
from clusterxchange.phases.matching.search import entries_of, narrowed, query_of
from clusterxchange.scheme.current import scheme_for

BETWEEN_MAILS = timedelta(days=1)
NAMES_IN_A_MAIL = 5


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_invitation(proposal_id: int, language: str) -> None:
    """Send an invitation once, unless it was withdrawn; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        proposal = Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
        if proposal is None or proposal.state != ProposalState.INVITED or proposal.invitation_sent_at is not None:
            return
        proposal.invitation_sent_at = clock.now()
        proposal.save(update_fields=["invitation_sent_at"])
        mail_of(proposal, language).send()


def mail_of(proposal: Proposal, language: str) -> EmailMessage:
    """Write the invitation in a language, with one link."""
    sender = proposal.sender_organisation
    with translation.override(language):
        names = {"sender": sender.legal_name if sender is not None else ""}
        subject = _("%(sender)s invites you to an exchange") % names
        text = render_to_string(
            "matching/invitation.txt",
            {
                **names,
                "name": proposal.invited_name,
                "message": proposal.message,
                "link": urljoin(settings.PUBLIC_URL, "/sign-up/"),
            },
        )
        return EmailMessage(subject, text, to=[proposal.invited_email], headers={"Content-Language": language})


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="keep_texts", lock="keep_texts")
def keep_texts(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it over
    """Work out terms and vectors of every listed text that has changed, and who fits best whom of those."""
    for participation in keeping.keep_changed_texts(embedding.installed):
        keeping.keep_best(participation, at=clock.now())


@app.periodic(cron="17 2 * * *")
@app.task(queueing_lock="keep_best_of_all", lock="keep_best_of_all")
def keep_best_of_all(timestamp: int) -> None:  # noqa: ARG001 -- as above
    """Find the prices of hosts and keep the best partners of everybody listed."""
    keeping.keep_best_of_all(at=clock.now())


@app.periodic(cron="11 * * * *")
@app.task(queueing_lock="tell_of_new_results", lock="tell_of_new_results")
def tell_of_new_results(timestamp: int) -> None:  # noqa: ARG001 -- as above
    """Mail whoever saved a search who is new in it, at most once a day for each search."""
    at = clock.now()
    for search in queries.searches_to_look_at(at - BETWEEN_MAILS):
        tell_of(search, at)


def tell_of(search: SavedSearch, at: datetime) -> None:
    """Mail who is new in a search since it was looked at last; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        locked = SavedSearch.objects.select_for_update().filter(pk=search.pk, looked_at=search.looked_at).first()
        if locked is None:
            return
        locked.looked_at = at
        locked.save(update_fields=["looked_at"])
        with translation.override(search.account.language):
            entries = list(_new_in(search, at)[: NAMES_IN_A_MAIL + 1])
            if entries:
                mail_of_new_results(search, entries).send()


def _new_in(search: SavedSearch, at: datetime) -> QuerySet[CatalogueEntry]:
    asked_for = search.participation
    scheme = scheme_for(asked_for.edition.code, at)
    filters = CatalogueFilters(QueryDict(search.filters), scheme, shows_roles=False)
    wanted = filters.wanted(position=asked_for.organisation.position, windows=asked_for.catalogue_entry.days)
    lists = [(asked_for.edition_id, queries.OTHER_ROLE[asked_for.role])]
    everybody = entries_of(lists, without=[asked_for.organisation_id])
    found = narrowed(everybody, wanted, query_of(wanted.words, search.account.language))
    new = found.filter(participation__created_at__gt=search.looked_at)
    return new.select_related("participation__organisation").order_by("-participation__created_at", "-pk")


def mail_of_new_results(search: SavedSearch, entries: Sequence[CatalogueEntry]) -> EmailMessage:
    """Write the mail in the language that is spoken now: who is new, the way to them, and how to stop it."""
    names = [name_shown(entry.participation) for entry in entries[:NAMES_IN_A_MAIL]]
    text = render_to_string(
        "matching/new_results.txt",
        {
            "name": search.account.full_name,
            "names": names,
            "has_more": len(entries) > NAMES_IN_A_MAIL,
            "link": urljoin(settings.PUBLIC_URL, address_of(search)),
            "searches": urljoin(settings.PUBLIC_URL, "/matching/searches/"),
        },
    )
    subject = _("New organisations in your saved search")
    language = search.account.language
    return EmailMessage(subject, text, to=[search.account.email], headers={"Content-Language": language})


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="keep_words_and_counts", lock="keep_words_and_counts")
def keep_words_and_counts(timestamp: int) -> None:  # noqa: ARG001 -- as above
    """Bring what the catalogue's search has noted and counted up to date."""
    keeping.keep_words_and_counts()


@app.task(lock="make_plan")
def make_plan(plan_id: int) -> None:
    """Work out a plan for the programme, once."""
    found = MatchPlan.objects.filter(pk=plan_id, state=MatchPlanState.ASKED).first()
    if found is not None:
        operations.make_plan(found, actor=SYSTEM, at=clock.now())
