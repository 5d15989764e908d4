"""What people do with their organisations; each a single transaction through the engine."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from procrastinate.contrib.django import app as jobs_app

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import SYS, VP, Capacity, H, V
from clusterxchange.foundation import files
from clusterxchange.foundation.models import StoredFile
from clusterxchange.journeys.people import queries
from clusterxchange.journeys.people.models import Invitation, JoinRequest
from clusterxchange.journeys.people.states import JOIN_REQUEST
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration import rules
from clusterxchange.phases.registration.models import Application, Participation, ParticipationState
from clusterxchange.phases.registration.queries import participations_of_organisations
from clusterxchange.workflow import engine, notices
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.models import Notice
from clusterxchange.workflow.tables import Refusal

HOLDS_FOR = timedelta(days=14)
SEND_INVITATION = "clusterxchange.journeys.people.jobs.send_invitation"
# What the owner of an accepted organisation may change without a new registration.
EDITABLE_COLUMNS = rules.ORGANISATION_COLUMNS - {"legal_name"}


def invite_person(
    organisation: Organisation, *, email: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Invitation:
    """Ask somebody by mail to speak for the organisation."""
    address = email.strip().lower()
    inviting = Account.objects.get(pk=actor.account_id) if actor.account_id else None
    if inviting is None:
        raise engine.NotAllowed(Refusal("not_allowed"))
    invited = Account.objects.filter(email__iexact=address).first()
    invitation = Invitation(
        organisation=organisation,
        email=address,
        language=(invited or inviting).language,
        invited_by=inviting,
        expires_at=at + HOLDS_FOR,
    )
    with engine.unit_of_work(actor, at):
        # Two clicks at once: the second waits here and then finds the first one's invitation.
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        engine.begin(invitation, Action.INVITE_PERSON, actor=actor, at=at, capacity=capacity, inputs={"email": address})
        jobs_app.configure_task(SEND_INVITATION, queue="mail").defer(invitation_id=invitation.pk)
    return invitation


def accept_invitation(
    invitation: Invitation,
    *,
    actor: Actor,
    at: datetime,
    position: str = "",
    phone: str = "",
    based_in: str = "",
    capacity: Capacity | None = None,
) -> Invitation:
    """Take an invitation up: from now the person speaks for the organisation."""
    inputs = {"position": position, "phone": phone, "based_in": based_in}
    return _answer_invitation(invitation, Action.ACCEPT_INVITATION, actor, at, capacity, inputs)


def decline_invitation(
    invitation: Invitation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Invitation:
    """Say no to an invitation."""
    return _answer_invitation(invitation, Action.DECLINE_INVITATION, actor, at, capacity, {})


def _answer_invitation(
    invitation: Invitation,
    action: Action,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None,
    inputs: Mapping[str, Any],
) -> Invitation:
    with engine.unit_of_work(actor, at):
        # The one who answers becomes a party to it; a guard then asks whether the address invited is theirs.
        Invitation.objects.filter(pk=invitation.pk, account=None).update(account_id=actor.account_id)
        invitation.refresh_from_db(fields=["account"])
        engine.move(invitation, action, actor=actor, at=at, capacity=capacity or H, inputs=inputs)
    return invitation


def take_invitation_back(
    invitation: Invitation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Invitation:
    """Take an invitation back that nobody has answered."""
    engine.move(invitation, Action.TAKE_INVITATION_BACK, actor=actor, at=at, capacity=capacity)
    return invitation


def expire_invitation(invitation: Invitation, *, at: datetime, actor: Actor = SYSTEM) -> Invitation:
    """Let an invitation end that nobody has answered in time."""
    engine.move(invitation, Action.EXPIRE_INVITATION, actor=actor, at=at)
    return invitation


def ask_to_join(
    application: Application,
    *,
    organisation: Organisation,
    matched: str,
    actor: Actor,
    at: datetime,
    note: str = "",
    capacity: Capacity | None = None,
) -> JoinRequest:
    """Ask, from a draft, to speak for the organisation that is here already.

    Its own people answer; the partnership that looks after it does where nobody of them has been here for long.
    """
    request = JoinRequest(
        organisation=organisation,
        asking_organisation=application.organisation,
        account_id=actor.account_id or 0,
        matched=matched,
        note=note,
        partnership=queries.looked_after_by(organisation.pk),
    )
    with engine.unit_of_work(actor, at):
        # Two clicks at once: the second waits here and then finds the first one's request.
        Account.objects.select_for_update().get(pk=actor.account_id or 0)
        scheme = JOIN_REQUEST.scheme_of(request, at)
        is_there = queries.somebody_is_there(scheme, organisation, at)
        request.handed_on_at = queries.end_of_own_answer(scheme, organisation, at) if is_there else at
        inputs = {"organisation": organisation, "note": note}
        engine.begin(request, Action.ASK_TO_JOIN, actor=actor, at=at, capacity=capacity or H, inputs=inputs)
        if not is_there:
            hand_join_request_on(request, at=at)
    return request


def confirm_join_request(
    request: JoinRequest, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> JoinRequest:
    """Let whoever asked speak for the organisation."""
    return _answer_request(request, Action.CONFIRM_JOIN_REQUEST, actor, at, capacity, {})


def decline_join_request(
    request: JoinRequest, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> JoinRequest:
    """Leave the organisation to those who speak for it."""
    return _answer_request(request, Action.DECLINE_JOIN_REQUEST, actor, at, capacity, {"reason": reason})


def take_join_request_back(
    request: JoinRequest, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> JoinRequest:
    """Ask no longer to speak for the organisation."""
    engine.move(request, Action.TAKE_JOIN_REQUEST_BACK, actor=actor, at=at, capacity=capacity)
    return request


def _answer_request(
    request: JoinRequest,
    action: Action,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None,
    inputs: Mapping[str, Any],
) -> JoinRequest:
    with engine.unit_of_work(actor, at) as work:
        acting = capacity or next(iter(decide.acting_capacities(actor, JOIN_REQUEST.name, action, request)), None)
        engine.move(request, action, actor=actor, at=at, capacity=acting, inputs=inputs)
        # Whoever asked sees the list of their own organisations, never the organisation's page before they belong.
        work.happenings.append(
            notices.Happening(JOIN_REQUEST, request, action, acting or V, frozenset({H}), path="/organisations/")
        )
    return request


def hand_join_request_on(request: JoinRequest, *, at: datetime, actor: Actor = SYSTEM) -> JoinRequest:
    """Let the partnership answer where the organisation's own people have not."""
    engine.move(request, Action.HAND_JOIN_REQUEST_ON, actor=actor, at=at)
    return request


def leave_organisation(
    organisation: Organisation,
    *,
    actor: Actor,
    at: datetime,
    successor: Representative | None = None,
    capacity: Capacity | None = None,
) -> None:
    """Speak for the organisation no longer; what the person spoke for goes to the successor.

    :raises Refused: nobody else is there while something goes on, or nobody was named to go on with it.
    """
    place = queries.place_of(organisation.pk, actor.account_id)
    if place is None:
        raise engine.NotAllowed(Refusal("not_allowed"))
    _end(place, Action.LEAVE_ORGANISATION, actor, at, successor, capacity)


def end_place(
    place: Representative,
    *,
    actor: Actor,
    at: datetime,
    successor: Representative | None = None,
    capacity: Capacity | None = None,
) -> None:
    """Let another person speak for the organisation no longer.

    :raises Refused: it is one's own place, it has ended already, or nobody was named to go on with the cases.
    """
    if place.account_id == actor.account_id:
        raise Refused(Refusal("own_place"))
    _end(place, Action.END_PLACE, actor, at, successor, capacity)


def _end(
    place: Representative,
    action: Action,
    actor: Actor,
    at: datetime,
    successor: Representative | None,
    capacity: Capacity | None,
) -> None:
    with engine.unit_of_work(actor, at):
        organisation = Organisation.objects.select_for_update().get(pk=place.organisation_id)
        payload = {"person": place.account_id}
        engine.record(organisation, action, actor=actor, at=at, capacity=capacity, payload=payload, tells={V})
        here = {one.pk: one for one in queries.places_of(organisation.pk)}
        if place.pk not in here:
            raise Refused(Refusal("place_has_ended"))
        others = [one for one in here.values() if one.pk != place.pk]
        if not others and queries.cases_of(organisation.pk):
            raise Refused(Refusal("last_person_with_open_case"))
        spoken_for = list(queries.applications_spoken_for(place)) if queries.cases_of(organisation.pk) else []
        if spoken_for and (successor is None or successor.pk not in here or successor.pk == place.pk):
            raise Refused(Refusal("successor_missing", field="successor"))
        for application in spoken_for:
            if successor is not None:
                hand_over(application, successor=successor, actor=actor, at=at, capacity=capacity)
        place.ended_at = at
        place.save(update_fields=["ended_at"])
        if action is Action.END_PLACE:
            _tell_who_was_ended(place, actor, at)


def _tell_who_was_ended(place: Representative, actor: Actor, at: datetime) -> None:
    # They belong no more, so no capacity leads to them.
    params = {"organisation": place.organisation.legal_name, "name_V": actor.name, "capacity": str(V)}
    notices.send(
        [
            Notice(
                account_id=place.account_id, topic=Notice.Topic.HAPPENED, kind="organisation",
                subject_id=place.organisation_id, reference=place.organisation.reference, action=Action.END_PLACE,
                params=params, path="/organisations/", at=at,
            )
        ]
    )  # fmt: skip


def hand_over(
    application: Application,
    *,
    successor: Representative,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Application:
    """Let another person of the organisation speak for a registration and for all that has come of it.

    Where the other one is based in another country, the partnership looks again at what it accepted.
    """
    with engine.unit_of_work(actor, at):
        engine.record(
            application, Action.HAND_OVER, actor=actor, at=at, capacity=capacity, tells={V, VP},
            payload={"from": application.representative.account_id, "to": successor.account_id},
        )  # fmt: skip
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if queries.place_of(locked.organisation_id, successor.account_id) is None:
            raise Refused(Refusal("successor_missing", field="successor"))
        if locked.representative_id == successor.pk:
            raise Refused(Refusal("speaks_for_it_already", field="successor"))
        organisation = application.organisation
        before = application.representative.based_in or organisation.country
        application.representative = successor
        application.save(update_fields=["representative"])
        if (successor.based_in or organisation.country) != before:
            what = {"based_in": {"was": before, "is": successor.based_in or organisation.country}}
            _review(Participation.objects.filter(application=application), at, what)
    return application


def edit_organisation(
    organisation: Organisation,
    *,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> list[str]:
    """Change what an organisation says of itself; give the columns that the partnership looks at again."""
    with engine.unit_of_work(actor, at):
        engine.record(
            organisation, Action.EDIT_ORGANISATION, actor=actor, at=at, capacity=capacity,
            payload={"answers": sorted(answers)},
        )  # fmt: skip
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        changed = {
            name: {"was": getattr(locked, name), "is": answer}
            for name, answer in answers.items()
            if getattr(locked, name) != answer
        }
        if set(changed) - EDITABLE_COLUMNS:
            raise Refused(Refusal("not_changed_here"))
        for name in changed:
            setattr(locked, name, answers[name])
        locked.save()
        for was in [one["was"] for one in changed.values() if isinstance(one["was"], StoredFile)]:
            files.discard(was)
        organisation.refresh_from_db()
        reviewed = sorted(rules.REVIEWED_COLUMNS & set(changed))
        if reviewed:
            what = {name: changed[name] for name in reviewed}
            _review(participations_of_organisations([organisation.pk]), at, what)
    return reviewed


def edit_place(
    place: Representative,
    *,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Representative:
    """Keep what a person says of themselves: work, languages, curriculum vitae. A file that is replaced goes.

    :raises NotAllowed: it is the place of somebody else.
    """
    with engine.unit_of_work(actor, at):
        if place.account_id != actor.account_id:
            raise engine.NotAllowed(Refusal("not_allowed"))
        engine.record(
            place.organisation, Action.EDIT_PLACE, actor=actor, at=at, capacity=capacity,
            payload={"answers": sorted(answers)},
        )  # fmt: skip
        locked = Representative.objects.select_for_update().get(pk=place.pk)
        account = Account.objects.select_for_update().get(pk=place.account_id)
        based_in, replaced = locked.based_in, []
        for name, answer in answers.items():
            home = account if name in rules.ACCOUNT_COLUMNS else locked
            held = getattr(home, name)
            if isinstance(held, StoredFile) and held != answer:
                replaced.append(held)
            setattr(home, name, answer)
        account.save(update_fields=sorted(rules.ACCOUNT_COLUMNS))
        locked.save()
        for file in replaced:
            files.discard(file)
        if locked.based_in != based_in:
            what = {"based_in": {"was": based_in, "is": locked.based_in}}
            _review(Participation.objects.filter(application__representative=locked), at, what)
    place.refresh_from_db()
    return place


def open_own_curriculum_vitae(place: Representative, *, actor: Actor, at: datetime) -> None:
    """Note that a person opens their own curriculum vitae."""
    engine.record(place.organisation, Action.OPEN_CURRICULUM_VITAE, actor=actor, at=at)


def set_harmful_files_aside(at: datetime) -> None:
    """Tell each person in whose curriculum vitae or permit the scanner has found something harmful, once for a file."""
    for place, file in queries.harmful_files():
        with engine.unit_of_work(SYSTEM, at):
            engine.record(
                place.organisation, Action.SET_FILE_ASIDE, actor=SYSTEM, at=at,
                payload={"file": file.name, "sha256": file.sha256},
            )  # fmt: skip
            file.set_aside_at = at
            file.save(update_fields=["set_aside_at"])
            organisation = place.organisation
            notices.send(
                [
                    Notice(
                        account_id=place.account_id, topic=Notice.Topic.HAPPENED, kind="organisation",
                        subject_id=organisation.pk, reference=organisation.reference, action=Action.SET_FILE_ASIDE,
                        params={"organisation": organisation.legal_name, "capacity": str(SYS)},
                        path=queries.where_files_are_chosen(place), at=at,
                    )
                ]
            )  # fmt: skip


def _review(participations: QuerySet[Participation], at: datetime, changed: Mapping[str, Any]) -> None:
    for participation in participations.filter(state=ParticipationState.ACTIVE).order_by("pk"):
        registration.review_participation(participation, actor=SYSTEM, at=at, changed=changed)
