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

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import SYS
from clusterxchange.foundation import clock
from clusterxchange.foundation.mail import one_line
from clusterxchange.parties.memberships import actor_for
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
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import scheme_for
from clusterxchange.workflow import notices
from clusterxchange.workflow.models import Notice
from clusterxchange.workflow.undeliverable import hand_over

BETWEEN_MAILS = timedelta(days=1)
NAMES_IN_A_MAIL = 3
SEARCHES = "/matching/searches/"
LONGEST_PATH = 200  # as long as a notice keeps it


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_invitation(proposal_id: int, language: str) -> None:
    """Send an invitation once, unless it was withdrawn; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        proposal = Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
        if proposal is None or proposal.state != ProposalState.INVITED or proposal.invitation_sent_at is not None:
            return
        proposal.invitation_sent_at = clock.now()
        proposal.save(update_fields=["invitation_sent_at"])
        hand_over(mail_of(proposal, language), proposal.invitation_sent_at)


def mail_of(proposal: Proposal, language: str) -> EmailMessage:
    """Write the invitation in a language, with one link."""
    sender = proposal.sender_organisation
    with translation.override(language):
        names = {"sender": sender.legal_name if sender is not None else ""}
        subject = one_line(_("%(sender)s invites you to an exchange") % names)
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
    """Have each saved search looked at whose last look is a day ago; one that fails does not keep the others."""
    for search in queries.searches_to_look_at(clock.now() - BETWEEN_MAILS):
        look_at_search.defer(search_id=search.pk)


@app.task
def look_at_search(search_id: int) -> None:
    """Tell whoever saved a search who is new in it, at most once a day for each search."""
    at = clock.now()
    search = queries.searches_to_look_at(at - BETWEEN_MAILS).filter(pk=search_id).first()
    if search is not None:
        tell_of(search, at)


def tell_of(search: SavedSearch, at: datetime) -> None:
    """Tell who is new in a search since it was looked at last, if its owner may still look for that participant."""
    with transaction.atomic():
        locked = SavedSearch.objects.select_for_update().filter(pk=search.pk, looked_at=search.looked_at).first()
        if locked is None:
            return
        found = found_by(search, at)
        new = [] if locked.known is None else found.exclude(pk__in=locked.known)
        locked.looked_at, locked.known = at, list(found.values_list("pk", flat=True))
        if new and decide.may(actor_for(search.account), "participation", Action.SAVE_SEARCH, search.participation):
            notices.send([notice_of(search, [entry.participation for entry in new], at)])
        locked.save(update_fields=["looked_at", "known"])


def notice_of(search: SavedSearch, new: Sequence[Participation], at: datetime) -> Notice:
    """Write the notice: some names of those who are new, and the way to all of them."""
    participation = search.participation
    with translation.override(search.account.language):
        names = [name_shown(one) for one in new[:NAMES_IN_A_MAIL]]
    address = address_of(search)
    return Notice(
        account=search.account,
        topic=Notice.Topic.HAPPENED,
        kind="participation",
        subject_id=participation.pk,
        reference=participation.reference or "",
        action=Action.TELL_OF_NEW_RESULTS,
        asked=Action.TELL_OF_NEW_RESULTS,
        params={"names": ", ".join(names) + (", …" if len(new) > NAMES_IN_A_MAIL else ""), "capacity": str(SYS)},
        path=address if len(address) <= LONGEST_PATH else SEARCHES,
        at=at,
    )


def found_by(search: SavedSearch, at: datetime) -> QuerySet[CatalogueEntry]:
    """Give whom a saved search finds now, the newest first."""
    asked_for = search.participation
    scheme = scheme_for(asked_for.edition.code, at)
    filters = CatalogueFilters(QueryDict(search.filters), scheme, shows_roles=False)
    wanted = filters.wanted(position=asked_for.organisation.position, windows=asked_for.catalogue_entry.days)
    lists = [(asked_for.edition_id, queries.OTHER_ROLE[asked_for.role])]
    everybody = entries_of(lists, without=[asked_for.organisation_id])
    found = narrowed(everybody, wanted, query_of(wanted.words, search.account.language))
    return found.select_related("participation__organisation").order_by("-participation__created_at", "-pk")


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
