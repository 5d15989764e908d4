"""The pages of an organisation's people, as a browser without JavaScript uses them."""

import pytest
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.journeys.people import operations, tokens
from clusterxchange.journeys.people.models import Invitation
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow.models import Obligation
from tests.bring import bring_participation
from tests.cast import Cast


@pytest.fixture
def address(cast: Cast) -> str:
    """Where the page of Ana's organisation is."""
    assert cast.ana.organisation is not None
    return f"/organisations/{cast.ana.organisation.reference}/"


def as_(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(getattr(cast, name).account)
    return client


def let_in(cast: Cast) -> Representative:
    """Let Nuno speak for Ana's organisation as well."""
    assert cast.ana.organisation is not None
    at = clock.now()
    invitation = operations.invite_person(
        cast.ana.organisation, email=cast.nuno.account.email, actor=cast.ana.actor, at=at
    )
    operations.accept_invitation(invitation, actor=cast.nuno.actor, at=at)
    return Representative.objects.get(account=cast.nuno.account)


def test_an_invitation_is_sent_shown_and_taken_back(cast: Cast, client: Client, address: str) -> None:
    as_(client, cast, "ana")

    wrong = client.post(f"{address}invite-person/", {"email": "nobody"})
    assert wrong.status_code == 422
    assert 'data-error="invalid"' in wrong.content.decode()
    assert client.post(f"{address}invite-person/", {"email": "nuno@cast.example"}).status_code == 302
    assert "nuno@cast.example" in client.get(address).content.decode()
    twice = client.post(f"{address}invite-person/", {"email": "nuno@cast.example"})
    assert (twice.status_code, 'data-error="invited_already"' in twice.content.decode()) == (422, True)
    invitation = Invitation.objects.get()
    assert client.post(f"{address}invitations/{invitation.pk}/take-back/").status_code == 302
    again = client.post(f"{address}invitations/{invitation.pk}/take-back/")
    assert (again.status_code, 'data-refusal="wrong_state"' in again.content.decode()) == (409, True)


def test_whoever_was_invited_finds_it_on_the_desk_and_takes_it_up(cast: Cast, client: Client, address: str) -> None:
    as_(client, cast, "ana").post(f"{address}invite-person/", {"email": "nuno@cast.example"})
    link = f"/organisations/invitations/{tokens.token_of(Invitation.objects.get())}/"
    client.logout()
    stranger = client.get(link).content.decode()
    assert "Sign in as nuno@cast.example" in stranger
    assert "accept_invitation" not in stranger

    assert "This invitation is for nuno@cast.example" in as_(client, cast, "zoe").get(link).content.decode()
    refused = client.post(f"{link}accept-invitation/", {"works_there": "on"})
    assert refused.status_code == 409
    assert 'data-refusal="invitation_is_for_another_address"' in refused.content.decode()

    as_(client, cast, "nuno")
    assert link in client.get("/desk/").content.decode()
    assert client.post(f"{link}accept-invitation/", {}).status_code == 422
    taken = client.post(f"{link}accept-invitation/", {"works_there": "on", "position": "Buyer"})
    assert taken.headers["Location"] == address
    assert client.get(address).status_code == 200
    assert "waits for nobody any more" in client.get(link).content.decode()


def test_somebody_with_a_case_leaves_only_with_a_successor(cast: Cast, client: Client, address: str) -> None:
    participation = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    as_(client, cast, "ana")
    alone = client.post(f"{address}leave/")
    assert (alone.status_code, 'data-refusal="last_person_with_open_case"' in alone.content.decode()) == (409, True)
    nuno = let_in(cast)

    assert str(participation.reference) in client.get(f"{address}leave/").content.decode()
    nobody = client.post(f"{address}leave/", {"successor": ""})
    assert (nobody.status_code, 'data-error="successor_missing"' in nobody.content.decode()) == (422, True)
    assert client.post(f"{address}leave/", {"successor": str(nuno.pk)}).status_code == 302

    assert client.get(address).status_code == 404
    participation.application.refresh_from_db()
    assert participation.application.representative == nuno


def test_a_registration_is_handed_over_on_its_own_page(cast: Cast, client: Client, address: str) -> None:
    participation = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    nuno = let_in(cast)
    as_(client, cast, "ana")
    page = f"{address}cases/{participation.application.reference}/hand-over/"

    assert page in client.get(address).content.decode()
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {"successor": str(nuno.pk)}).status_code == 302
    participation.application.refresh_from_db()
    assert participation.application.representative == nuno
    assert as_(client, cast, "zoe").get(page).status_code == 404


def test_a_place_is_ended_after_a_page_of_its_own(cast: Cast, client: Client, address: str) -> None:
    nuno = let_in(cast)
    as_(client, cast, "ana")
    page = f"{address}people/{nuno.pk}/end-place/"

    assert "Nuno Valadim" in client.get(page).content.decode()
    assert client.post(page).status_code == 302
    assert "nuno@cast.example" not in client.get(address).content.decode()
    assert client.get(page).status_code == 404


def test_the_support_office_reads_and_changes_nothing(cast: Cast, client: Client, address: str) -> None:
    session = as_(client, cast, "edda").session
    session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
    session.save()

    assert client.get(address).status_code == 200
    assert client.post(f"{address}invite-person/", {"email": "x@else.example"}).status_code == 403
    assert client.get(f"{address}profile/").status_code == 403


def profile_of(organisation: Organisation, **changed: object) -> dict[str, object]:
    names = (
        "organisation_type", "country", "cluster_membership", "cluster_name", "people", "turnover_eur", "balance_eur",
        "short_name", "website", "description", "ecosystems", "keywords", "offers",
    )  # fmt: skip
    return {name: getattr(organisation, name) for name in names} | changed


# states.md, PARTICIPATION: "type, country, cluster or size changed" -> UNDER_REVIEW; scheme.md section 10: 10 working
# days, a reminder after 5.
@pytest.mark.parametrize(
    "changed",
    [
        {"organisation_type": "large_company"}, {"country": "FR"}, {"cluster_name": "Another cluster"},
        {"cluster_membership": "no"}, {"people": 180}, {"turnover_eur": 9}, {"balance_eur": 9},
    ],
)  # fmt: skip
def test_a_change_of_what_was_accepted_goes_back_to_the_partnership(
    cast: Cast, client: Client, address: str, changed: dict[str, object]
) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    assert cast.ana.organisation is not None
    as_(client, cast, "ana")
    if changed == {"cluster_membership": "no"}:
        changed = {"cluster_membership": "unprofiled"}

    answer = client.post(f"{address}profile/", profile_of(cast.ana.organisation, **changed))

    assert answer.status_code == 302, answer.content.decode()
    assert Participation.objects.get().state == "UNDER_REVIEW"
    asked = Obligation.objects.get(kind="participation", action="confirm_participation", closed_at__isnull=True)
    assert (asked.capacity, asked.term, asked.partnership) == ("VP", "participation_review", cast.loom)


def test_the_partnership_reads_what_has_changed(cast: Cast, client: Client, address: str) -> None:
    participation = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    assert cast.ana.organisation is not None
    as_(client, cast, "ana").post(f"{address}profile/", profile_of(cast.ana.organisation, people=180, country="FR"))

    shown = as_(client, cast, "chiara").get(f"/registration/participations/{participation.reference}/").content.decode()

    assert "What has changed" in shown
    assert "24, now 180" in shown
    assert "Spain, now France" in shown
    assert 'data-action="confirm_participation"' in shown


def test_a_change_of_what_partners_read_changes_nothing_else(cast: Cast, client: Client, address: str) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    assert cast.ana.organisation is not None
    as_(client, cast, "ana")

    client.post(f"{address}profile/", profile_of(cast.ana.organisation, keywords="linen", description="Weaves linen."))

    assert Participation.objects.get().state == "ACTIVE"
    cast.ana.organisation.refresh_from_db()
    assert (cast.ana.organisation.keywords, "linen" in cast.ana.organisation.search_text) == ("linen", True)
    wrong = client.post(f"{address}profile/", profile_of(cast.ana.organisation, people="many"))
    assert wrong.status_code == 422


@pytest.mark.parametrize("unknown", ["ORG-2026-999999", "ORG-1999-000001", "nothing", "ORG-2026-"])
def test_what_is_unknown_looks_like_what_is_hidden(cast: Cast, client: Client, address: str, unknown: str) -> None:
    as_(client, cast, "zoe")
    assert client.get(address).status_code == client.get(f"/organisations/{unknown}/").status_code == 404
