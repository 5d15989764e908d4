"""What somebody who is new sets up once, by what they do in the scheme; what is there already counts as done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clusterxchange.access.actor import COORDINATOR, Actor
from clusterxchange.access.table import ORDERERS, RELEASERS
from clusterxchange.foundation.models import BackupRecord
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import people_of_support_office
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.parties.partnerships.models import Partnership, PartnershipPerson
from clusterxchange.phases.finalisation.models import PayingAccount
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow.models import CalendarFeed, MailPreferences
from clusterxchange.workflow.pages import actor_of, signed_in

LONGEST_WITHOUT_DRILL = timedelta(days=31)


@dataclass(frozen=True)
class FirstStep:
    """One thing to set up, where that is done, and whether it has been."""

    title: str
    url: str
    is_done: bool


def first_steps_of(actor: Actor, at: datetime) -> list[FirstStep]:
    """List what a reader sets up; nothing once all of it is done, or when they have put the list away."""
    mails = MailPreferences.objects.filter(account=OuterRef("pk"))
    calendars = CalendarFeed.objects.filter(account=OuterRef("pk"))
    readers = Account.objects.filter(pk=actor.account_id or 0, shows_first_steps=True)
    chosen = readers.annotate(chose_mails=Exists(mails), has_calendar=Exists(calendars))
    own = chosen.values_list("chose_mails", "has_calendar").first()
    if own is None:
        return []
    steps = [*_as_participant(actor), *_as_partnership(actor), *_as_support_office(actor, at), *_as_anybody(*own)]
    return steps if any(not one.is_done for one in steps) else []


def _as_participant(actor: Actor) -> Iterator[FirstStep]:
    if actor.partnerships or actor.support_office or actor.agency or actor.auditor:
        return
    colleagues = Representative.objects.filter(organisation=OuterRef("organisation"), ended_at=None)
    submitted = Application.objects.filter(organisation=OuterRef("organisation")).exclude(submitted_at=None)
    spoken_for = list(
        Representative.objects.filter(account=actor.account_id, ended_at=None)
        .annotate(has_colleague=Exists(colleagues.exclude(pk=OuterRef("pk"))), has_submitted=Exists(submitted))
        .select_related("organisation")
    )
    yield FirstStep(
        _("Hand in the registration of your organisation"),
        reverse("registration:start"),
        any(one.has_submitted for one in spoken_for),
    )
    for one in spoken_for:
        yield FirstStep(
            _("Invite a colleague, so that nothing waits while you are away"),
            reverse("organisations:people", args=[one.organisation.reference]),
            one.has_colleague,
        )


def _as_partnership(actor: Actor) -> Iterator[FirstStep]:
    coordinated = actor.partnerships_as(frozenset({COORDINATOR}))
    for one in Partnership.objects.filter(pk__in=coordinated).order_by("acronym"):
        name = {"partnership": one.acronym}
        offices = PartnershipPerson.objects.filter(partnership=one).values_list("account_id", "role")
        orderers = {person for person, role in offices if role in ORDERERS}
        releasers = {person for person, role in offices if role in RELEASERS}
        yield FirstStep(
            _("Say what %(partnership)s is for: origin, objectives, expected results") % name,
            reverse("partnerships:own", args=[one.slug]),
            bool(one.origin and one.objectives and one.expected_results),
        )
        yield FirstStep(
            _("Name two people for payments: one orders, another one releases"),
            reverse("partnerships:people", args=[one.slug]),
            bool(orderers and releasers) and len(orderers | releasers) > 1,
        )
        yield FirstStep(
            _("Give the account from which %(partnership)s pays") % name,
            reverse("banking:paying_account", args=[one.pk]),
            PayingAccount.objects.filter(partnership=one).exists(),
        )


def _as_support_office(actor: Actor, at: datetime) -> Iterator[FirstStep]:
    if not actor.support_office:
        return
    drill = BackupRecord.last(BackupRecord.Kind.DRILL)
    yield FirstStep(
        _("Have a second person in the support office: changed rules need two"),
        reverse("journeys:support"),
        len(people_of_support_office()) > 1,
    )
    yield FirstStep(
        _("See that a backup has been restored on trial this month"),
        reverse("journeys:health"),
        drill is not None and at - drill.at < LONGEST_WITHOUT_DRILL,
    )


def _as_anybody(chose_mails: bool, has_calendar: bool) -> Iterator[FirstStep]:  # noqa: FBT001 -- two columns of a row
    preferences = reverse("journeys:preferences")
    yield FirstStep(
        _("Choose which mails come, and when"),
        f"{preferences}#mails-title",
        chose_mails,
    )
    yield FirstStep(
        _("Put the deadlines into your calendar"),
        f"{preferences}#calendars-title",
        has_calendar,
    )


@require_POST
@signed_in
def put_first_steps_away(request: HttpRequest) -> HttpResponse:
    """Show the list no more; the preferences bring it back."""
    Account.objects.filter(pk=actor_of(request).account_id or 0).update(shows_first_steps=False)
    messages.success(request, _("The first steps are put away. Your preferences bring them back."))
    return redirect("journeys:desk")
