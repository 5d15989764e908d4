"""An organisation that is here already is found while it is registered again, and can be asked to be joined."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.journeys.people import operations
from clusterxchange.journeys.people.models import JoinRequest
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.organisations.sameness import folded_vat_number, web_domain
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration import queries
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.models import Notice, Obligation
from clusterxchange.workflow.obligations import differences
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, make_account

ANAS_NAME, ANAS_SITE, ANAS_VAT = "Teixits Almarge, S.L.", "https://ana.example", "ESB12345674"


@pytest.fixture(autouse=True)
def looks_begin_anew() -> None:
    cache.clear()


@pytest.fixture
def registered(cast: Cast) -> Organisation:
    """Ana's organisation, registered and accepted."""
    assert cast.ana.organisation is not None
    Organisation.objects.filter(pk=cast.ana.organisation.pk).update(vat_number=ANAS_VAT)
    found = Organisation.objects.get(pk=cast.ana.organisation.pk)
    found.save()
    bring_application_to(cast, cast.ana, "accepted", partnership=cast.loom, officer=cast.chiara.actor)
    return found


def draft_of_nuno(cast: Cast, **answers: str) -> Application:
    application = registration.start_application(actor=cast.nuno.actor, at=MONDAY)
    if answers:
        registration.edit_application(application, answers=answers, actor=cast.nuno.actor, at=MONDAY)
    return application


def ask(cast: Cast, organisation: Organisation, at: datetime = MONDAY) -> JoinRequest:
    application = draft_of_nuno(cast)
    return operations.ask_to_join(
        application, organisation=organisation, matched="web", note="I sell there.", actor=cast.nuno.actor, at=at
    )


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.Ana.example/about?x=1", "ana.example"),
        ("http://ana.example:8080", "ana.example"),
        ("ana.example.", "ana.example"),
        ("https://Tèxtil.example", "xn--txtil-4ra.example"),
        ("https://www.facebook.com/ana", ""),
        ("https://localhost/", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_a_website_is_compared_by_its_domain(website: str, domain: str) -> None:
    assert web_domain(website) == domain


def test_a_vat_number_is_compared_by_its_letters_and_digits() -> None:
    assert folded_vat_number(" es b-1234.5674 ") == ANAS_VAT


@pytest.mark.parametrize(
    ("typed", "matched"),
    [
        ({"legal_name": "TEIXITS  ALMARGE, S.L."}, "name"),
        ({"vat_number": "es b1234 5674"}, "vat"),
        ({"website": "http://www.ana.example/en/"}, "web"),
        ({"legal_name": "Teixits Almarge, S.L.", "website": ANAS_SITE}, "web"),
        ({"legal_name": "Teixits", "vat_number": "ESB1", "website": "https://ana.example.org"}, None),
        ({}, None),
    ],
)
def test_each_of_the_three_finds_it(registered: Organisation, typed: dict[str, str], matched: str | None) -> None:
    given = {"legal_name": "", "vat_number": "", "website": "", **typed}

    assert queries.already_here(0, **given) == ((matched, registered) if matched else None)


def test_a_draft_of_somebody_else_is_not_found(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)

    assert queries.already_here(0, legal_name=ANAS_NAME, vat_number="", website=ANAS_SITE) is None


def test_saving_a_section_leads_to_the_organisation_that_is_here(
    cast: Cast, client: Client, registered: Organisation
) -> None:
    application = draft_of_nuno(cast)
    client.force_login(cast.nuno.account)
    address = f"/registration/applications/{application.reference}/sections/profile/"
    typed = {
        "website": "http://www.ana.example/contact", "description": "Weaves.", "ecosystems": ["textiles"],
        "nace": "13", "keywords": "yarn",
    }  # fmt: skip

    answer = client.post(address, typed)

    assert answer.headers["Location"].startswith(f"/organisations/known/{application.reference}/")
    page = client.get(answer.headers["Location"])
    shown = page.content.decode()
    assert "An organisation with this website is here already" in shown
    assert registered.legal_name in shown
    # The name that was matched, and nothing else of it: no person, no state, no partnership, no place.
    for secret in ("Sorribes", "ana@cast", "Alcoi", "LOOM", "Chiara", "Accepted", registered.reference, ANAS_VAT):
        assert secret not in shown
    again = client.post(address, {**typed, "keywords": "thread"})
    assert "/known/" not in again.headers["Location"]


def test_the_hint_comes_while_typing_and_says_no_more(cast: Cast, client: Client, registered: Organisation) -> None:
    application = draft_of_nuno(cast)
    client.force_login(cast.nuno.account)
    address = f"/organisations/known/{application.reference}/hint/"

    shown = client.get(address, {"legal_name": "teixits almarge, s.l."}).content.decode()

    assert "An organisation with this name is here already" in shown
    assert f"/organisations/known/{application.reference}/?" in shown
    assert "LOOM" not in shown
    assert client.get(address, {"legal_name": "Another"}).content.decode().strip() == ""
    assert registered.legal_name == ANAS_NAME


def test_looking_up_is_possible_thirty_times_an_hour(cast: Cast, client: Client, registered: Organisation) -> None:
    application = draft_of_nuno(cast)
    client.force_login(cast.nuno.account)
    address = f"/organisations/known/{application.reference}/hint/"
    for _ in range(30):
        client.get(address, {"legal_name": "Another"})

    assert registered.legal_name not in client.get(address, {"legal_name": ANAS_NAME}).content.decode()


def test_nobody_looks_through_a_draft_that_is_not_theirs(cast: Cast, client: Client) -> None:
    application = draft_of_nuno(cast)
    client.force_login(cast.zoe.account)

    for part in ("", "hint/"):
        assert client.get(f"/organisations/known/{application.reference}/{part}").status_code == 404
    assert client.post(f"/organisations/known/{application.reference}/ask-to-join/").status_code == 404


def test_whoever_asks_is_confirmed_by_the_organisations_people(
    cast: Cast, client: Client, registered: Organisation
) -> None:
    application = draft_of_nuno(cast, website=ANAS_SITE)
    Account.objects.filter(pk=cast.ana.account.pk).update(last_seen_at=clock.now())
    client.force_login(cast.nuno.account)
    page = client.get(f"/organisations/known/{application.reference}/").content.decode()
    mark = page.partition('name="known" value="')[2].partition('"')[0]
    asked = client.post(
        f"/organisations/known/{application.reference}/ask-to-join/", {"known": mark, "note": "I sell there."}
    )
    assert asked.status_code == 302
    request = JoinRequest.objects.get()
    assert (request.state, request.organisation, request.partnership) == ("ASKED", registered, cast.loom)
    assert client.get(f"/organisations/join-requests/{request.reference}/").status_code == 404

    client.force_login(cast.ana.account)
    assert "Nuno Valadim" in client.get("/desk/").content.decode()
    answered = client.post(f"/organisations/join-requests/{request.reference}/confirm-join-request/")
    assert answered.status_code == 302

    assert registered.pk in cast.nuno.actor.organisations
    told = Notice.objects.filter(action="confirm_join_request", topic="happened")
    assert [(one.account, one.path) for one in told] == [(cast.nuno.account, "/organisations/")]


def test_a_forged_mark_asks_nobody(cast: Cast, client: Client, registered: Organisation) -> None:
    application = draft_of_nuno(cast)
    client.force_login(cast.nuno.account)

    answer = client.post(
        f"/organisations/known/{application.reference}/ask-to-join/", {"known": str(registered.pk), "note": ""}
    )

    assert answer.status_code == 422
    assert not JoinRequest.objects.exists()


# MONDAY is 2 March 2026; five working days later is Monday 9 March, over at midnight in Madrid (23:00 in UTC).
def test_after_five_working_days_the_contact_point_may_answer(cast: Cast, registered: Organisation) -> None:
    request = ask(cast, registered)
    assert request.handed_on_at == datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    with pytest.raises(NotAllowed):
        operations.confirm_join_request(request, actor=cast.chiara.actor, at=MONDAY)

    run_due(datetime(2026, 3, 9, 22, 59, tzinfo=UTC))
    request.refresh_from_db()
    assert request.state == "ASKED"
    run_due(datetime(2026, 3, 9, 23, 0, tzinfo=UTC))
    request.refresh_from_db()
    assert request.state == "HANDED_ON"
    asked = Obligation.objects.get(kind="join_request", closed_at__isnull=True, is_watch=False)
    assert (asked.capacity, asked.partnership) == ("VP", cast.loom)
    with pytest.raises(NotAllowed):
        operations.confirm_join_request(request, actor=cast.dov.actor, at=request.handed_on_at)
    operations.confirm_join_request(request, actor=cast.chiara.actor, at=request.handed_on_at)

    assert registered.pk in cast.nuno.actor.organisations
    assert differences(request.handed_on_at) == []


def test_where_nobody_has_been_there_for_six_months_the_contact_point_answers_at_once(
    cast: Cast, registered: Organisation
) -> None:
    Account.objects.filter(pk=cast.ana.account.pk).update(last_seen_at=MONDAY - timedelta(days=250))

    assert ask(cast, registered).state == "HANDED_ON"


def test_a_request_is_declined_with_a_reason_which_the_person_reads(
    cast: Cast, client: Client, registered: Organisation
) -> None:
    request = ask(cast, registered)
    with pytest.raises(Refused):
        operations.decline_join_request(request, reason=" ", actor=cast.ana.actor, at=MONDAY)
    operations.decline_join_request(request, reason="You have left us.", actor=cast.ana.actor, at=MONDAY)

    assert registered.pk not in cast.nuno.actor.organisations
    client.force_login(cast.nuno.account)
    shown = client.get("/organisations/").content.decode()
    assert "You have left us." in shown
    assert registered.legal_name not in shown


def test_a_person_asks_two_organisations_at_a_time_and_each_once(cast: Cast, registered: Organisation) -> None:
    application = draft_of_nuno(cast)
    others = [Organisation.objects.create(legal_name=name, created_at=MONDAY) for name in ("Weave One", "Weave Two")]

    def asked(organisation: Organisation) -> JoinRequest:
        return operations.ask_to_join(
            application, organisation=organisation, matched="name", actor=cast.nuno.actor, at=MONDAY
        )

    asked(registered)
    with pytest.raises(Refused, match="join_asked_already"):
        asked(registered)
    # Nobody looks after the second, and nobody speaks for it: the support office answers.
    second = asked(others[0])
    assert Obligation.objects.get(subject_id=second.pk, kind="join_request", is_watch=False).capacity == "SO"
    with pytest.raises(Refused, match="too_many_join_requests"):
        asked(others[1])


def test_somebody_who_is_no_party_asks_for_nobody(cast: Cast, registered: Organisation) -> None:
    application = draft_of_nuno(cast)
    other = make_account("olga", "Olga", "Lind")
    assert other.pk
    with pytest.raises(NotAllowed):
        operations.ask_to_join(application, organisation=registered, matched="web", actor=cast.zoe.actor, at=MONDAY)


def test_a_request_is_taken_back_by_whoever_asked_and_can_be_asked_again(
    cast: Cast, client: Client, registered: Organisation
) -> None:
    request = ask(cast, registered)
    address = f"/organisations/join-requests/{request.reference}/take-join-request-back/"
    client.force_login(cast.zoe.account)
    assert client.post(address).status_code == 404
    client.force_login(cast.ana.account)
    assert client.post(address).status_code == 403
    client.force_login(cast.nuno.account)
    assert "Take the request back" in client.get("/organisations/").content.decode()

    assert client.post(address).status_code == 302

    request.refresh_from_db()
    assert request.state == "TAKEN_BACK"
    assert not Obligation.objects.filter(kind="join_request", closed_at=None).exists()
    twice = client.post(address)
    assert (twice.status_code, 'data-refusal="wrong_state"' in twice.content.decode()) == (409, True)
    page = client.get("/organisations/").content.decode()
    assert ("Taken back" in page, "Take the request back" in page) == (True, False)
    own = Application.objects.get(representative__account=cast.nuno.account)
    again = operations.ask_to_join(own, organisation=registered, matched="web", actor=cast.nuno.actor, at=MONDAY)
    assert again.state in {"ASKED", "HANDED_ON"}
