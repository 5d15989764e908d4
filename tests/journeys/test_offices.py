"""Who works for the support office and the agency: one person of the office proposes it, a second one confirms it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from clusterxchange.foundation import clock
from clusterxchange.journeys.offices import operations
from clusterxchange.journeys.offices.models import OfficeChange
from clusterxchange.journeys.personal_data.operations import erase_person
from clusterxchange.parties.accounts.models import Account
from clusterxchange.workflow import obligations
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.jobs import send_notice
from clusterxchange.workflow.models import Entry, EntryPayload, MailPreferences, Notice
from tests.cast import MONDAY, Cast, Person, give_second_factor, make_account, signed_in

PAGE = "/support/offices/"
TUESDAY = MONDAY + timedelta(days=1)
WHY = "She takes over from Kim."


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


@pytest.fixture
def ludo(cast: Cast) -> Person:  # noqa: ARG001 -- after the cast
    """The second person of the support office."""
    return Person(make_account("ludo", "Ludo", "Marchetti", is_support_office=True))


def proposed(cast: Cast, person: Person, role: str = "support_office") -> OfficeChange:
    """Let Edda propose somebody."""
    return operations.propose_appointment(
        email=person.account.email, role=role, reason=WHY, actor=cast.edda.actor, at=MONDAY
    )


def end_proposed(by: Person, person: Person, role: str = "support_office") -> OfficeChange:
    return operations.propose_removal(person.account, role=role, reason="Moves on.", actor=by.actor, at=MONDAY)


def roles_of(person: Person) -> tuple[bool, bool]:
    """Give whether somebody is of the support office, and of the agency."""
    found = Account.objects.get(pk=person.account.pk)
    return found.is_support_office, found.is_agency


def shown(client: Client) -> dict[str, tuple[str, str, bool]]:
    """Give since when each has their role, whether the second factor is there, and whether the end can be proposed."""
    page = client.get(PAGE).content.decode()
    rows = re.findall(r'<tr data-email="([^"]*)">(.*?)</tr>', page, re.DOTALL)
    return {
        email: (
            re.findall(r"<td>([^<]*)</td>", row)[1],
            re.findall(r'data-state="(\w+)"', row)[0],
            "End the role" in row,
        )
        for email, row in rows
    }


def test_somebody_comes_into_an_office_once_a_second_person_has_confirmed_it(cast: Cast, ludo: Person) -> None:
    edda, second = signed_in(cast.edda), signed_in(ludo)

    answer = edda.post(PAGE, {"email": "Nuno@cast.example", "role": "support_office", "reason": WHY})
    change = OfficeChange.objects.get()
    own = f"{PAGE}{change.reference}/"
    assert answer["location"] == own
    assert roles_of(cast.nuno) == (False, False)
    assert edda.post(f"{own}confirm-office-change/").status_code == 409
    assert roles_of(cast.nuno) == (False, False)
    assert second.post(f"{own}confirm-office-change/")["location"] == own

    assert roles_of(cast.nuno) == (True, False)
    assert [(one.action, one.actor, one.subject, one.after) for one in Entry.objects.order_by("n")] == [
        ("propose_appointment", str(cast.edda.account.pk), change.reference, "PROPOSED"),
        ("confirm_office_change", str(ludo.account.pk), change.reference, "CONFIRMED"),
    ]
    assert EntryPayload.objects.earliest("pk").body == {
        "account": cast.nuno.account.pk, "role": "support_office", "is_end": False,
    }  # fmt: skip


def test_whoever_proposed_a_change_neither_confirms_nor_declines_it(cast: Cast) -> None:
    change = proposed(cast, cast.nuno)

    with pytest.raises(NotAllowed) as confirming:
        operations.confirm_office_change(change, actor=cast.edda.actor, at=MONDAY)
    with pytest.raises(NotAllowed) as declining:
        operations.decline_office_change(change, reason="No.", actor=cast.edda.actor, at=MONDAY)

    assert [one.value.refusal.code for one in (confirming, declining)] == ["same_person_proposed"] * 2
    assert roles_of(cast.nuno) == (False, False)


def test_nobody_but_the_support_office_proposes_or_confirms_a_change_and_only_the_agency_reads_it(cast: Cast) -> None:
    change = proposed(cast, cast.nuno, "agency")

    for person in (cast.aurel, cast.cosima, cast.ana, cast.nuno, cast.zoe):
        with pytest.raises(NotAllowed):
            operations.confirm_office_change(change, actor=person.actor, at=MONDAY)
        with pytest.raises(NotAllowed):
            operations.propose_appointment(
                email="zoe@cast.example", role="agency", reason=WHY, actor=person.actor, at=MONDAY
            )
        with pytest.raises(NotAllowed):
            operations.propose_removal(
                cast.edda.account, role="support_office", reason=WHY, actor=person.actor, at=MONDAY
            )
        reads = 200 if person is cast.aurel else 404
        for address in (PAGE, f"{PAGE}{change.reference}/"):
            assert signed_in(person).get(address).status_code == reads
    typed = {"email": "zoe@cast.example", "role": "agency", "reason": WHY}
    assert signed_in(cast.aurel).post(PAGE, typed).status_code == 403
    assert 'data-action="propose_appointment"' not in signed_in(cast.aurel).get(PAGE).content.decode()
    assert roles_of(cast.nuno) == (False, False)


def test_the_second_person_has_it_on_the_work_queue_and_the_first_has_not(cast: Cast, ludo: Person) -> None:
    change = proposed(cast, cast.nuno)

    assert [one.action for one in obligations.mine(ludo.actor)] == ["confirm_office_change"]
    assert list(obligations.mine(cast.edda.actor)) == []
    assert str(change.reference) in signed_in(ludo).get("/desk/").content.decode()
    assert [one.account for one in Notice.objects.all()] == [ludo.account]


def test_the_person_is_told_by_mail_also_one_who_wants_no_news(cast: Cast, ludo: Person) -> None:
    MailPreferences.objects.create(account=cast.nuno.account, wants_news=False)
    change = proposed(cast, cast.nuno)
    operations.confirm_office_change(change, actor=ludo.actor, at=MONDAY)

    for notice in Notice.objects.filter(action="confirm_office_change", topic="happened").order_by("pk"):
        send_notice(notice.pk)

    assert sorted(one.to[0] for one in mail.outbox) == ["edda@cast.example", "nuno@cast.example"]
    (told,) = (str(one.body) for one in mail.outbox if one.to == ["nuno@cast.example"])
    assert "Confirmed: Nuno Valadim joins the support office." in told
    assert WHY in told


def test_the_new_person_meets_the_second_factor_and_works_from_then_on(cast: Cast, ludo: Person) -> None:
    operations.confirm_office_change(proposed(cast, cast.nuno), actor=ludo.actor, at=TUESDAY)

    nuno = signed_in(cast.nuno)
    assert nuno.get(PAGE)["location"].startswith("/account/two-factor/")
    assert shown(signed_in(ludo))["nuno@cast.example"] == ("3 March 2026", "later", True)
    give_second_factor(cast.nuno.account)

    assert shown(nuno) == {
        "edda@cast.example": ("Not recorded", "done", True),
        "ludo@cast.example": ("Not recorded", "done", True),
        "nuno@cast.example": ("3 March 2026", "done", False),
        "aurel@cast.example": ("Not recorded", "done", True),
    }


def test_a_role_ends_once_a_second_person_has_confirmed_it(cast: Cast, ludo: Person) -> None:
    nina = Person(make_account("nina", "Nina", "Oresti", is_support_office=True))
    page = f"{PAGE}people/{nina.account.pk}/support_office/propose-removal/"
    answer = signed_in(cast.edda).post(page, {"reason": "Moves on."})
    own = answer["location"]
    assert roles_of(nina) == (True, False)

    assert signed_in(ludo).post(f"{own}confirm-office-change/")["location"] == "/desk/"

    assert roles_of(nina) == (False, False)
    assert signed_in(nina).get(PAGE).status_code == 404
    assert Notice.objects.filter(account=nina.account, topic="happened").get().path == "/desk/"


def test_nobody_proposes_the_end_of_their_own_role(ludo: Person) -> None:
    with pytest.raises(NotAllowed) as refused:
        end_proposed(ludo, ludo)

    assert refused.value.refusal.code == "own_office"
    page = f"{PAGE}people/{ludo.account.pk}/support_office/propose-removal/"
    assert signed_in(ludo).post(page, {"reason": "I go."}).status_code == 409
    assert not OfficeChange.objects.exists()


def test_whoever_shall_leave_may_agree_to_it_but_not_decline_it(cast: Cast, ludo: Person) -> None:
    change = end_proposed(cast.edda, ludo)

    with pytest.raises(NotAllowed) as refused:
        operations.decline_office_change(change, reason="I stay.", actor=ludo.actor, at=MONDAY)
    assert refused.value.refusal.code == "own_office"
    client = signed_in(ludo)
    answer = client.post(f"{PAGE}{change.reference}/confirm-office-change/", follow=True)

    assert (answer.status_code, answer.redirect_chain) == (200, [("/desk/", 302)])
    assert roles_of(ludo) == (False, False)


def test_the_support_office_is_never_left_without_anybody(cast: Cast, ludo: Person) -> None:
    of_ludo, of_edda = end_proposed(cast.edda, ludo), end_proposed(ludo, cast.edda)
    operations.confirm_office_change(of_ludo, actor=ludo.actor, at=MONDAY)

    with pytest.raises(Refused) as refused:
        operations.confirm_office_change(of_edda, actor=cast.edda.actor, at=MONDAY)

    assert refused.value.refusal.code == "last_of_support_office"
    assert roles_of(cast.edda) == (True, False)
    page = signed_in(cast.edda).get(f"{PAGE}{of_edda.reference}/").content.decode()
    assert 'data-refusal="last_of_support_office"' in page


def test_the_agency_may_be_left_without_anybody(cast: Cast, ludo: Person) -> None:
    operations.confirm_office_change(end_proposed(cast.edda, cast.aurel, "agency"), actor=ludo.actor, at=MONDAY)

    assert roles_of(cast.aurel) == (False, False)


def test_whoever_is_alone_in_the_office_reads_how_a_second_person_comes_in(cast: Cast) -> None:
    hint = "One person alone can confirm nothing."
    assert hint in signed_in(cast.edda).get(PAGE).content.decode()

    make_account("ludo", "Ludo", "Marchetti", is_support_office=True)

    assert hint not in signed_in(cast.edda).get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("nobody@cast.example", "nobody_has_address"),
        ("zoe@cast.example", "address_not_confirmed"),
        ("aurel@cast.example", "holds_a_role_already"),
        ("edda@cast.example", "holds_a_role_already"),
        ("nuno@cast.example", "office_change_waits"),
        ("not an address", "invalid"),
        ("", "required"),
    ],
)
def test_whoever_cannot_be_proposed_is_refused_at_the_field_and_what_was_typed_is_kept(
    cast: Cast, email: str, code: str
) -> None:
    EmailAddress.objects.filter(user=cast.zoe.account).update(verified=False)
    proposed(cast, cast.nuno)

    answer = signed_in(cast.edda).post(PAGE, {"email": email, "role": "agency", "reason": WHY})

    assert answer.status_code == 422
    assert [one.code for one in answer.context["form"].errors["email"].as_data()] == [code]
    assert WHY in answer.content.decode()
    assert OfficeChange.objects.count() == 1


def test_a_declined_change_says_why_and_changes_nothing(cast: Cast, ludo: Person) -> None:
    change = proposed(cast, cast.nuno)
    own = f"{PAGE}{change.reference}/"
    assert signed_in(ludo).post(f"{own}decline-office-change/", {"reason": ""}).status_code == 422

    assert signed_in(ludo).post(f"{own}decline-office-change/", {"reason": "Not before May."})["location"] == own

    assert roles_of(cast.nuno) == (False, False)
    assert "Not before May." in signed_in(cast.edda).get(own).content.decode()
    assert proposed(cast, cast.nuno).pk != change.pk
    with pytest.raises(WrongState):
        operations.confirm_office_change(change, actor=ludo.actor, at=MONDAY)


def test_only_whoever_proposed_a_change_withdraws_it(cast: Cast, ludo: Person) -> None:
    change = proposed(cast, cast.nuno)
    with pytest.raises(NotAllowed):
        operations.withdraw_office_change(change, actor=ludo.actor, at=MONDAY)

    assert signed_in(cast.edda).post(f"{PAGE}{change.reference}/withdraw-office-change/").status_code == 302

    with pytest.raises(WrongState):
        operations.confirm_office_change(change, actor=ludo.actor, at=MONDAY)
    assert list(obligations.mine(ludo.actor)) == []


def test_what_has_changed_since_the_proposal_stands_against_it(cast: Cast, ludo: Person) -> None:
    of_nuno, of_aurel = proposed(cast, cast.nuno), end_proposed(cast.edda, cast.aurel, "agency")
    erase_person(cast.nuno.account, MONDAY)
    Account.objects.filter(pk=cast.aurel.account.pk).update(is_agency=False)

    for change, code in ((of_nuno, "account_is_closed"), (of_aurel, "holds_no_such_role")):
        with pytest.raises(Refused) as refused:
            operations.confirm_office_change(change, actor=ludo.actor, at=MONDAY)
        assert refused.value.refusal.code == code
    assert OfficeChange.objects.get(pk=of_nuno.pk).reason == ""


def test_whoever_was_appointed_at_once_is_proposed_no_more(cast: Cast, ludo: Person) -> None:
    change = proposed(cast, cast.nuno, "agency")
    operations.appoint_person(email=cast.nuno.account.email, role="support_office", at=MONDAY)

    with pytest.raises(Refused) as refused:
        operations.confirm_office_change(change, actor=ludo.actor, at=MONDAY)

    assert refused.value.refusal.code == "holds_a_role_already"
    assert roles_of(cast.nuno) == (True, False)


@pytest.mark.parametrize("role", ["support_office", "coordinator"])
def test_the_end_of_a_role_that_somebody_has_not_is_no_page(cast: Cast, role: str) -> None:
    assert signed_in(cast.edda).get(f"{PAGE}people/{cast.aurel.account.pk}/{role}/propose-removal/").status_code == 404


def test_the_list_asks_the_database_as_often_for_many_as_for_few(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.edda)
    client.get(PAGE)
    with django_assert_max_num_queries(60) as few:
        client.get(PAGE)
    for number in range(3):
        person = Person(make_account(f"more{number}", "More", f"People {number}"))
        proposed(cast, person)
        make_account(f"office{number}", "Office", f"Person {number}", is_support_office=True)

    with django_assert_max_num_queries(len(few)):
        client.get(PAGE)
