"""Who speaks for an organisation: invited, joining, handing over, leaving."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from clusterxchange.journeys.people import jobs, operations, queries, tokens
from clusterxchange.journeys.people.models import Invitation
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed, NotDone, Refused
from clusterxchange.workflow.models import Entry, Notice
from clusterxchange.workflow.obligations import differences
from tests.bring import begin_story, bring_application_to, bring_exchange_to, bring_participation
from tests.cast import MONDAY, PASSWORD, Cast, Person, make_account

LATER = MONDAY + timedelta(days=1)


def code_of(refused: pytest.ExceptionInfo[NotDone]) -> str:
    return refused.value.refusal.code


def invite(cast: Cast, email: str) -> Invitation:
    assert cast.ana.organisation is not None
    return operations.invite_person(cast.ana.organisation, email=email, actor=cast.ana.actor, at=MONDAY)


def join(cast: Cast, name: str, first: str, last: str) -> Person:
    """Let somebody new join Ana's organisation by invitation."""
    account = make_account(name, first, last)
    operations.accept_invitation(invite(cast, account.email), actor=Person(account).actor, at=LATER)
    place = Representative.objects.get(account=account)
    return Person(account, cast.ana.organisation, place)


def test_a_person_who_is_invited_speaks_for_the_organisation_once_they_accept(cast: Cast) -> None:
    invitation = invite(cast, "Nuno@cast.example")
    assert cast.nuno.actor.organisations == frozenset()

    operations.accept_invitation(invitation, position="Buyer", actor=cast.nuno.actor, at=LATER)

    assert cast.nuno.actor.organisations == cast.ana.actor.organisations
    assert Representative.objects.get(account=cast.nuno.account).position == "Buyer"
    assert invitation.state == "JOINED"
    assert [one.account for one in Notice.objects.filter(action="accept_invitation")] == [cast.ana.account]
    done = Entry.objects.filter(kind="invitation").order_by("n").values_list("action", "capacity")
    assert list(done) == [("invite_person", "V"), ("accept_invitation", "H")]
    assert differences(LATER) == []


def test_the_mail_holds_a_link_for_the_invited_address_only(cast: Cast) -> None:
    invitation = invite(cast, cast.nuno.account.email)
    jobs.send_invitation(invitation.pk)
    jobs.send_invitation(invitation.pk)

    (sent,) = mail.outbox
    assert sent.to == ["nuno@cast.example"]
    assert "Teixits Almarge" in sent.body
    token = tokens.token_of(invitation)
    assert f"/organisations/invitations/{token}/" in sent.body
    assert tokens.invitation_of(token) == invitation
    assert tokens.invitation_of(f"{token}x") is None
    Invitation.objects.update(email="bram@cast.example")
    assert tokens.invitation_of(token) is None


def test_nobody_else_can_take_an_invitation_up_even_with_the_link(cast: Cast) -> None:
    invitation = invite(cast, cast.nuno.account.email)

    with pytest.raises(Refused) as refused:
        operations.accept_invitation(invitation, actor=cast.zoe.actor, at=LATER)

    assert code_of(refused) == "invitation_is_for_another_address"
    invitation.refresh_from_db()
    assert (invitation.state, invitation.account) == ("INVITED", None)


def test_an_address_that_was_not_confirmed_takes_no_invitation_up(cast: Cast) -> None:
    invitation = invite(cast, cast.nuno.account.email)
    EmailAddress.objects.filter(user=cast.nuno.account).update(verified=False)

    with pytest.raises(Refused) as refused:
        operations.accept_invitation(invitation, actor=cast.nuno.actor, at=LATER)

    assert code_of(refused) == "invitation_is_for_another_address"


def test_an_invitation_ends_after_fourteen_days(cast: Cast) -> None:
    invitation = invite(cast, cast.nuno.account.email)
    with pytest.raises(Refused) as refused:
        operations.accept_invitation(invitation, actor=cast.nuno.actor, at=MONDAY + timedelta(days=14))
    assert code_of(refused) == "invitation_expired"

    run_due(MONDAY + timedelta(days=14) - timedelta(minutes=1))
    invitation.refresh_from_db()
    assert invitation.state == "INVITED"
    run_due(MONDAY + timedelta(days=14))
    invitation.refresh_from_db()
    assert invitation.state == "EXPIRED"


def test_an_invitation_is_declined_or_taken_back(cast: Cast) -> None:
    declined = invite(cast, cast.nuno.account.email)
    operations.decline_invitation(declined, actor=cast.nuno.actor, at=LATER)
    assert declined.state == "DECLINED"

    again = invite(cast, cast.nuno.account.email)
    with pytest.raises(NotAllowed):
        operations.take_invitation_back(again, actor=cast.zoe.actor, at=LATER)
    operations.take_invitation_back(again, actor=cast.ana.actor, at=LATER)
    assert again.state == "TAKEN_BACK"
    assert cast.nuno.actor.organisations == frozenset()


@pytest.mark.parametrize(
    ("email", "code"), [("ANA@cast.example", "person_is_here_already"), ("nuno@cast.example", "invited_already")]
)
def test_nobody_is_invited_twice(cast: Cast, email: str, code: str) -> None:
    invite(cast, "nuno@cast.example")
    with pytest.raises(Refused) as refused:
        invite(cast, email)
    assert code_of(refused) == code


def test_only_ten_invitations_are_open_at_a_time(cast: Cast) -> None:
    for number in range(10):
        invite(cast, f"person{number}@elsewhere.example")
    with pytest.raises(Refused) as refused:
        invite(cast, "one.more@elsewhere.example")
    assert code_of(refused) == "too_many_invitations"


def test_a_stranger_invites_nobody_to_somebody_elses_organisation(cast: Cast) -> None:
    assert cast.ana.organisation is not None
    with pytest.raises(NotAllowed):
        operations.invite_person(cast.ana.organisation, email="zoe@else.example", actor=cast.zoe.actor, at=MONDAY)


def test_the_last_person_stays_while_something_goes_on(cast: Cast) -> None:
    assert cast.ana.organisation is not None
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    with pytest.raises(Refused) as refused:
        operations.leave_organisation(cast.ana.organisation, actor=cast.ana.actor, at=LATER)

    assert code_of(refused) == "last_person_with_open_case"
    assert cast.ana.actor.organisations == {cast.ana.organisation.pk}


def test_the_last_person_leaves_once_nothing_goes_on(cast: Cast) -> None:
    assert cast.ana.organisation is not None
    operations.leave_organisation(cast.ana.organisation, actor=cast.ana.actor, at=LATER)

    assert cast.ana.actor.organisations == frozenset()


def test_whoever_leaves_names_who_goes_on_and_the_exchange_goes_on_with_them(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    organisation = story.exchange.visiting_organisation
    paula = join(cast, "paula", "Paula", "Roig")

    with pytest.raises(Refused) as refused:
        operations.leave_organisation(organisation, actor=cast.ana.actor, at=story.at)
    assert code_of(refused) == "successor_missing"
    operations.leave_organisation(organisation, successor=paula.representative, actor=cast.ana.actor, at=story.at)

    story.visitor_participation.application.refresh_from_db()
    assert story.visitor_participation.application.representative == paula.representative
    assert organisation.pk in paula.actor.organisations
    assert cast.ana.actor.organisations == frozenset()
    told = Notice.objects.filter(action="hand_over").values_list("account__email", flat=True)
    assert set(told) == {"paula@cast.example", "chiara@cast.example", "cosima@cast.example"}
    assert differences(story.at) == []


def test_a_case_is_handed_over_and_everybody_stays(cast: Cast) -> None:
    participation = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    paula = join(cast, "paula", "Paula", "Roig")
    assert paula.representative is not None

    operations.hand_over(participation.application, successor=paula.representative, actor=cast.ana.actor, at=LATER)

    participation.refresh_from_db()
    assert (participation.application.representative, participation.state) == (paula.representative, "ACTIVE")
    with pytest.raises(Refused) as refused:
        operations.hand_over(participation.application, successor=paula.representative, actor=paula.actor, at=LATER)
    assert code_of(refused) == "speaks_for_it_already"


def test_nothing_is_handed_over_to_somebody_elsewhere(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    assert cast.zoe.representative is not None
    with pytest.raises(Refused) as refused:
        operations.hand_over(application, successor=cast.zoe.representative, actor=cast.ana.actor, at=LATER)
    assert code_of(refused) == "successor_missing"
    with pytest.raises(NotAllowed):
        operations.hand_over(application, successor=cast.zoe.representative, actor=cast.zoe.actor, at=LATER)


def test_another_country_of_the_new_person_goes_back_to_the_partnership(cast: Cast) -> None:
    participation = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    paula = join(cast, "paula", "Paula", "Roig")
    assert paula.representative is not None
    Representative.objects.filter(pk=paula.representative.pk).update(based_in="PT")
    paula.representative.refresh_from_db()

    operations.hand_over(participation.application, successor=paula.representative, actor=cast.ana.actor, at=LATER)

    participation.refresh_from_db()
    assert participation.state == "UNDER_REVIEW"


def test_a_place_is_ended_and_the_person_is_told_and_sees_nothing_any_more(cast: Cast, client: Client) -> None:
    assert cast.ana.organisation is not None
    paula = join(cast, "paula", "Paula", "Roig")
    assert paula.representative is not None

    operations.end_place(paula.representative, actor=cast.ana.actor, at=LATER)

    assert paula.actor.organisations == frozenset()
    assert Notice.objects.get(action="end_place").account == paula.account
    client.force_login(paula.account)
    assert client.get(f"/organisations/{cast.ana.organisation.reference}/").status_code == 404
    with pytest.raises(NotAllowed):
        operations.end_place(paula.representative, actor=cast.zoe.actor, at=LATER)
    with pytest.raises(Refused) as refused:
        operations.end_place(paula.representative, actor=cast.ana.actor, at=LATER)
    assert code_of(refused) == "place_has_ended"


def test_nobody_ends_their_own_place_by_the_way_for_others(cast: Cast) -> None:
    assert cast.ana.representative is not None
    with pytest.raises(Refused) as refused:
        operations.end_place(cast.ana.representative, actor=cast.ana.actor, at=LATER)
    assert code_of(refused) == "own_place"


def test_somebody_who_left_can_come_back(cast: Cast) -> None:
    paula = join(cast, "paula", "Paula", "Roig")
    assert paula.representative is not None
    operations.end_place(paula.representative, actor=cast.ana.actor, at=LATER)

    operations.accept_invitation(invite(cast, paula.account.email), actor=paula.actor, at=LATER)

    assert paula.actor.organisations == cast.ana.actor.organisations
    assert Representative.objects.filter(account=paula.account).count() == 1


def test_one_account_visits_with_one_organisation_and_hosts_with_another(cast: Cast, client: Client) -> None:
    story = begin_story(cast)
    ana, bram = cast.ana.organisation, cast.bram.organisation
    assert ana is not None
    assert bram is not None
    invitation = operations.invite_person(bram, email="ana@cast.example", actor=cast.bram.actor, at=MONDAY)
    operations.accept_invitation(invitation, actor=cast.ana.actor, at=LATER)

    assert cast.ana.actor.organisations == {ana.pk, bram.pk}
    client.post("/sign-in/", {"login": "ana@cast.example", "password": PASSWORD})
    everything = client.get("/desk/").content.decode()
    assert str(story.visitor_participation.reference) in everything
    assert str(story.host_participation.reference) in everything
    one = client.get(f"/desk/?organisation={bram.reference}").content.decode()
    assert str(story.host_participation.reference) in one
    assert str(story.visitor_participation.reference) not in one


def test_what_goes_on_is_listed_with_who_speaks_for_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    assert cast.ana.organisation is not None

    listed = queries.cases_of(cast.ana.organisation.pk)

    assert [one.reference for one in listed] == [story.visitor_participation.reference, story.exchange.reference]
    assert {str(one.speaker.account) for one in listed} == {"Ana Sorribes"}
