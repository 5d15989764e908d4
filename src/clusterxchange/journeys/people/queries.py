"""What is read of the people of organisations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.db.models.functions import Lower

from clusterxchange.foundation.models import StoredFile
from clusterxchange.journeys.people.models import OPEN_REQUESTS, Invitation, InvitationState, JoinRequest
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.registration import rules
from clusterxchange.phases.registration.models import (
    OPEN_APPLICATION_STATES,
    Application,
    ApplicationState,
    Participation,
    ParticipationState,
)
from clusterxchange.scheme import terms
from clusterxchange.scheme.calendars import ONE_DAY, add_working_days
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import registry
from clusterxchange.workflow.sentences import state_label

MOST_OPEN_INVITATIONS = 10
MOST_OPEN_REQUESTS = 2
DAYS_TO_ANSWER = 5
PERSONAL_FILES = ("curriculum_vitae", "permit_document")
EDITABLE = (ApplicationState.DRAFT, ApplicationState.ON_HOLD)
OVER = (ExchangeState.CLOSED, ExchangeState.CANCELLED)
NOT_SPOKEN_FOR = (ApplicationState.REFUSED, ApplicationState.LAPSED, ApplicationState.WITHDRAWN)


@dataclass(frozen=True)
class Case:
    """Something of an organisation that goes on, and who speaks for it."""

    reference: str
    url: str
    state: str
    application: Application

    @property
    def speaker(self) -> Representative:
        """The person who speaks for it."""
        return self.application.representative


def organisation_by(reference: str) -> Organisation | None:
    """Give the organisation with this reference."""
    number = reference.rpartition("-")[2]
    if not number.isascii() or not number.isdigit():
        return None
    found = Organisation.objects.filter(pk=int(number)).first()
    return found if found is not None and found.reference == reference else None


def places_of(organisation_id: int) -> list[Representative]:
    """Give the people who speak for an organisation now, the longest first."""
    found = Representative.objects.filter(organisation_id=organisation_id, ended_at=None)
    return list(found.select_related("account", "organisation").order_by("since", "pk"))


def place_of(organisation_id: int, account_id: int | None) -> Representative | None:
    """Give a person's place in an organisation."""
    found = Representative.objects.filter(organisation_id=organisation_id, account_id=account_id or 0, ended_at=None)
    return found.select_related("account", "organisation").first()


def organisations_of(account_id: int | None) -> list[Organisation]:
    """Give the organisations for which a person speaks, by name; those without one last."""
    places = Representative.objects.filter(account_id=account_id or 0, ended_at=None).select_related("organisation")
    found = [place.organisation for place in places]
    return sorted(found, key=lambda one: (not one.legal_name, one.sort_name, one.pk))


def speaks_already(organisation_id: int, email: str) -> bool:
    """Whether somebody with this address speaks for the organisation."""
    return Representative.objects.filter(
        organisation_id=organisation_id, ended_at=None, account__email__iexact=email
    ).exists()


def open_invitations_of(organisation_id: int) -> QuerySet[Invitation]:
    """Give the invitations that wait for an answer."""
    return (
        Invitation.objects.filter(organisation_id=organisation_id, state=InvitationState.INVITED)
        .select_related("organisation", "invited_by")
        .order_by("pk")
    )


def proven_addresses_of(account_id: int) -> QuerySet[EmailAddress, str]:
    """Give the addresses, in small letters, that a person has shown to be theirs."""
    rows = EmailAddress.objects.filter(user_id=account_id, verified=True)
    found: QuerySet[EmailAddress, str] = rows.values_list(Lower("email"), flat=True)
    return found


def invitations_to(account_id: int, at: datetime) -> list[Invitation]:
    """Give the invitations that wait for a person, by the addresses that are theirs."""
    found = Invitation.objects.filter(
        state=InvitationState.INVITED, expires_at__gt=at, email__in=proven_addresses_of(account_id)
    )
    return list(found.select_related("organisation", "invited_by").order_by("pk"))


def open_requests_of(account_id: int) -> QuerySet[JoinRequest]:
    """Give the requests of a person that wait for an answer."""
    return JoinRequest.objects.filter(account_id=account_id, state__in=OPEN_REQUESTS)


def requests_of(account_id: int | None) -> list[JoinRequest]:
    """Give everything that a person has asked to join, the newest first."""
    return list(JoinRequest.objects.filter(account_id=account_id or 0).select_related("organisation").order_by("-pk"))


def open_requests_to(organisation_id: int) -> list[JoinRequest]:
    """Give the requests to join an organisation that wait for an answer."""
    found = JoinRequest.objects.filter(organisation_id=organisation_id, state__in=OPEN_REQUESTS)
    return list(found.select_related("account").order_by("pk"))


def cases_of(organisation_id: int) -> list[Case]:
    """Give what goes on for an organisation: undecided registrations, participations, exchanges."""
    applications = (
        Application.objects.filter(organisation_id=organisation_id, state__in=OPEN_APPLICATION_STATES)
        .select_related("representative__account", "organisation")
        .order_by("pk")
    )
    participations = (
        Participation.objects.filter(organisation_id=organisation_id)
        .exclude(state=ParticipationState.WITHDRAWN)
        .select_related("application__representative__account", "application__organisation")
        .order_by("pk")
    )
    found = [_case("application", one, one) for one in applications]
    for participation in participations:
        found.append(_case("participation", participation, participation.application))
        found += [
            _case("exchange", exchange, participation.application) for exchange in _running_exchanges(participation)
        ]
    return found


def _case(kind: str, thing: Application | Participation | Exchange, application: Application) -> Case:
    return Case(
        thing.reference or "", registry.machine_named(kind).address(thing), state_label(kind, thing.state), application
    )


def _running_exchanges(participation: Participation) -> QuerySet[Exchange]:
    side = "visitor_participation" if participation.role == "visit" else "host_participation"
    return Exchange.objects.filter(**{side: participation}).exclude(state__in=OVER).order_by("pk")


def applications_spoken_for(place: Representative) -> QuerySet[Application]:
    """Give the registrations, and with them the participations and exchanges, for which a person speaks."""
    found = Application.objects.filter(representative=place).exclude(state__in=NOT_SPOKEN_FOR)
    return found.select_related("organisation", "representative__account", "partnership", "edition").order_by("pk")


def harmful_files() -> Iterator[tuple[Representative, StoredFile]]:
    """Give each personal file in which the scanner has found something harmful and whose owner does not know it yet."""
    for name in PERSONAL_FILES:
        untold = {f"{name}__state": StoredFile.State.REJECTED, f"{name}__set_aside_at": None}
        for place in Representative.objects.filter(**untold).select_related(name, "organisation").order_by("pk"):
            yield place, getattr(place, name)


def where_files_are_chosen(place: Representative) -> str:
    """Give where a person chooses another file: in the form while it can be filled in, else with what is about them."""
    editable = applications_spoken_for(place).filter(state__in=EDITABLE).last()
    if editable is not None:
        return f"{registry.machine_of(editable).address(editable)}sections/{rules.YOU}/"
    return f"{registry.machine_of(place.organisation).address(place.organisation)}own-place/"


def looked_after_by(organisation_id: int) -> Partnership | None:
    """Give the partnership that looks after an organisation: of its newest participation, else of its application."""
    participation = (
        Participation.objects.filter(organisation_id=organisation_id)
        .exclude(state=ParticipationState.WITHDRAWN)
        .select_related("partnership")
        .order_by("-pk")
        .first()
    )
    if participation is not None:
        return participation.partnership
    application = (
        Application.objects.filter(organisation_id=organisation_id, partnership__isnull=False)
        .select_related("partnership")
        .order_by("-pk")
        .first()
    )
    return application.partnership if application is not None else None


def somebody_is_there(scheme: Scheme, organisation: Organisation, at: datetime) -> bool:
    """Whether somebody of the organisation has been here within the term without a sign-in."""
    people = Account.objects.filter(
        is_active=True, representations__organisation=organisation, representations__ended_at=None
    )
    return any(
        person.last_seen_at is not None
        and terms.due_at(scheme, "no_sign_in", person.last_seen_at, _country(scheme, organisation)) > at
        for person in people
    )


def end_of_own_answer(scheme: Scheme, organisation: Organisation, at: datetime) -> datetime:
    """Give the first moment at which the organisation's own people have had five working days to answer."""
    country = scheme.country(_country(scheme, organisation))
    first = at.astimezone(country.zone).date()
    last = add_working_days(scheme, _country(scheme, organisation), first, DAYS_TO_ANSWER)
    return datetime.combine(last + ONE_DAY, time.min, country.zone)


def _country(scheme: Scheme, organisation: Organisation) -> str:
    return terms.acting_country(scheme, organisation.country if organisation.country in scheme.countries else None)
