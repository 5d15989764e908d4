"""What a partnership's people keep of it: profile, sectors, targets, amounts, budget, events, people, registrations."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from clusterxchange.access.actor import COORDINATOR, Actor
from clusterxchange.journeys.jobs import send_partnership_invitation
from clusterxchange.journeys.partnerships import operations
from clusterxchange.parties.partnerships import budgets
from clusterxchange.parties.partnerships.models import (
    Budget,
    Partnership,
    PartnershipInvitation,
    PartnershipPerson,
    PlannedEvent,
)
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to
from tests.cast import MONDAY, Cast, Person, signed_in

OWN = "/partnerships/loom/own/"
PROFILE = {
    "title": "Looms of the south", "website": "https://loom.example", "email": "hello@loom.example",
    "starts_on": "2026-01-15", "duration_months": "24", "planned_exchanges": "50",
}  # fmt: skip


def loom() -> Partnership:
    return Partnership.objects.get(slug="loom")


def codes_of(answer: Any) -> set[str]:  # noqa: ANN401 -- an answer of the test client
    form = answer.context["form"]
    return {error.code for errors in form.errors.as_data().values() for error in errors}


def last_entry() -> tuple[str, str, str]:
    entry = Entry.objects.latest("n")
    return entry.kind, entry.action, entry.actor


@pytest.fixture
def cosima(cast: Cast) -> Client:
    return signed_in(cast.cosima)


def test_the_coordinator_changes_the_profile_and_it_is_public_at_once(cosima: Client, cast: Cast) -> None:
    answer = cosima.post(f"{OWN}profile/", PROFILE)

    assert (answer.status_code, answer["location"]) == (302, OWN)
    page = Client().get("/partnerships/loom/").content.decode()
    for text in ("Looms of the south", "https://loom.example", "hello@loom.example", "15 January 2026", "24 months"):
        assert text in page
    assert last_entry() == ("partnership", "edit_partnership", str(cast.cosima.account.pk))


def test_open_places_are_what_is_planned_and_not_taken(cosima: Client, cast: Cast) -> None:
    def places() -> str:
        return str(dict(Client().get("/partnerships/loom/").context["facts"])["Open places"])

    assert places() == "Not published"
    cosima.post(f"{OWN}profile/", PROFILE)
    assert places() == "50"
    # Ana's exchange takes one of LOOM's places, and none of the partnership of her host.
    bring_exchange_to(cast, "matched")
    assert places() == "49"


@pytest.mark.parametrize(
    ("part", "given", "code"),
    [
        ("profile", {**PROFILE, "title": ""}, "required"),
        ("profile", {**PROFILE, "website": "no site"}, "invalid"),
        ("profile", {**PROFILE, "email": "nobody"}, "invalid"),
        ("profile", {**PROFILE, "starts_on": "soon"}, "invalid"),
        ("profile", {**PROFILE, "planned_exchanges": "0"}, "min_value"),
        ("profile", {**PROFILE, "duration_months": "many"}, "invalid"),
        ("texts", {"origin": "x" * 3001}, "max_length"),
        ("sectors", {}, "required"),
        ("sectors", {"ecosystems": ["wizardry"]}, "invalid_choice"),
        ("targets", {"sme": "-1"}, "min_value"),
        ("amounts", {"country": "PT", "amount": "780.01"}, "amount_above_cap"),
        ("amounts", {"country": "GB", "amount": "10"}, "invalid_choice"),
        ("amounts", {"country": "PT", "amount": "much"}, "invalid"),
        ("assessment", {"coordinating_country": "XX"}, "invalid_choice"),
    ],
)
def test_a_wrong_answer_is_named_at_its_field_and_nothing_is_kept(
    cosima: Client, part: str, given: dict[str, object], code: str
) -> None:
    before = Partnership.objects.filter(slug="loom").values().get()

    answer = cosima.post(f"{OWN}{part}/", given)

    assert answer.status_code == 422
    assert code in codes_of(answer)
    assert f'data-error="{code}"' in answer.content.decode()
    assert Partnership.objects.filter(slug="loom").values().get() == before


def test_sectors_targets_and_second_reader_are_kept(cosima: Client) -> None:
    cosima.post(f"{OWN}sectors/", {"ecosystems": ["textiles", "digital"], "keywords": "yarn,  felt , "})
    cosima.post(f"{OWN}targets/", {"sme": "25", "cluster_organisation": "5"})
    cosima.post(f"{OWN}assessment/", {"coordinating_country": "FR", "has_second_reader": "on"})

    kept = loom()
    assert (kept.ecosystems, kept.keywords) == (["textiles", "digital"], ["yarn", "felt"])
    assert kept.targets == {"sme": 25, "cluster_organisation": 5}
    assert (kept.coordinating_country, kept.has_second_reader) == ("FR", True)


# lump_sums.json: Portugal 780 at most.
def test_an_own_amount_may_reach_the_cap_and_is_taken_away_by_writing_nothing(cosima: Client) -> None:
    cosima.post(f"{OWN}amounts/", {"country": "PT", "amount": "780"})
    cosima.post(f"{OWN}amounts/", {"country": "FR", "amount": "600.50"})
    assert loom().amounts == {"PT": 78_000, "FR": 60_050}

    cosima.post(f"{OWN}amounts/", {"country": "PT", "amount": ""})
    assert loom().amounts == {"FR": 60_050}


def test_the_budget_adds_up_whatever_is_planned(cosima: Client, cast: Cast) -> None:
    budgets.reserve(cast.loom.pk, 39_000, case="", at=MONDAY)
    budgets.reserve(cast.loom.pk, 78_000, case="", at=MONDAY)
    budgets.commit(cast.loom.pk, 78_000, case="", at=MONDAY)

    assert cosima.post(f"{OWN}budget/", {"planned": "2000"}).status_code == 302

    held = Budget.objects.get(partnership=cast.loom)
    assert (held.planned_cents, held.reserved_cents, held.committed_cents, held.free_cents) == (
        200_000, 39_000, 78_000, 83_000,
    )  # fmt: skip


def test_the_budget_never_falls_below_what_is_used(cosima: Client, cast: Cast) -> None:
    budgets.reserve(cast.loom.pk, 39_000, case="", at=MONDAY)

    answer = cosima.post(f"{OWN}budget/", {"planned": "389.99"})

    assert answer.status_code == 422
    assert codes_of(answer) == {"budget_below_used"}
    assert "EUR 390.00" in answer.content.decode().replace("\xa0", " ")
    assert Budget.objects.get(partnership=cast.loom).planned_cents == 1_000_000
    assert cosima.post(f"{OWN}budget/", {"planned": "390"}).status_code == 302


@pytest.mark.parametrize("planned", ["", "-1", "lots", "NaN", "Infinity", "99999999999999999999"])
def test_a_budget_that_is_no_amount_is_refused(cosima: Client, planned: str) -> None:
    assert cosima.post(f"{OWN}budget/", {"planned": planned}).status_code == 422


def test_an_event_is_announced_changed_and_removed(cosima: Client) -> None:
    cosima.post(f"{OWN}events/", {"title": "Day of the open mill", "target_group": "Spinners", "on": "2026-05-08"})
    event = PlannedEvent.objects.get()
    assert "8 May 2026, Spinners" in Client().get("/partnerships/loom/").content.decode()

    cosima.post(f"{OWN}events/{event.pk}/", {"title": "Night of the open mill", "target_group": "", "on": ""})
    assert "Night of the open mill" in Client().get("/partnerships/loom/").content.decode()

    assert "no longer shown" in cosima.get(f"{OWN}events/{event.pk}/remove/").content.decode()
    assert PlannedEvent.objects.exists()
    cosima.post(f"{OWN}events/{event.pk}/remove/")
    assert not PlannedEvent.objects.exists()


def test_a_member_cluster_is_found_by_its_region(cosima: Client) -> None:
    cosima.post(
        f"{OWN}members/", {"name": "Łódź Textile", "country": "PL", "region": "Łódzkie", "link": "lodz.example"}
    )

    rows = Client().get("/partnerships/?region=Łódzkie").context["rows"]
    assert [row["acronym"] for row in rows] == ["LOOM"]
    assert [row["acronym"] for row in Client().get("/partnerships/?q=lodz+textile").context["rows"]] == ["LOOM"]
    assert loom().members.get(name="Łódź Textile").link == "https://lodz.example"


def test_nobody_changes_an_event_of_another_partnership(cosima: Client, cast: Cast) -> None:
    other = PlannedEvent.objects.create(partnership=cast.selvedge, title="Not yours")

    assert cosima.post(f"{OWN}events/{other.pk}/", {"title": "Mine now"}).status_code == 404
    assert cosima.post(f"/partnerships/selvedge/own/events/{other.pk}/", {"title": "Mine now"}).status_code == 403
    assert PlannedEvent.objects.get().title == "Not yours"


def test_a_partnership_is_closed_and_opened_again(cosima: Client) -> None:
    assert "go on as before" in cosima.get(f"{OWN}registrations/").content.decode()
    cosima.post(f"{OWN}registrations/", {"wanted": "close"})
    assert not loom().is_open
    assert last_entry()[:2] == ("partnership", "close_partnership")

    # A second click on the old page changes nothing.
    cosima.post(f"{OWN}registrations/", {"wanted": "close"})
    assert not loom().is_open
    cosima.post(f"{OWN}registrations/", {"wanted": "open"})
    assert loom().is_open


@pytest.mark.parametrize("who", ["chiara", "dov", "ana", "edda", "aurel", "nuno"])
@pytest.mark.parametrize("page", ["profile/", "budget/", "registrations/", "events/", "members/", "amounts/"])
def test_only_the_coordinator_changes_anything(cast: Cast, who: str, page: str) -> None:
    client = signed_in(getattr(cast, who))

    assert client.get(f"{OWN}{page}").status_code == 403
    assert client.post(f"{OWN}{page}", {**PROFILE, "planned": "1", "wanted": "close"}).status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [("cosima", 200), ("chiara", 200), ("edda", 200), ("dov", 403), ("zoe", 403)]
)
def test_its_own_people_and_the_support_office_read_what_is_kept(cast: Cast, who: str, status: int) -> None:
    assert signed_in(getattr(cast, who)).get(OWN).status_code == status


def test_no_operation_lets_somebody_else_in(cast: Cast) -> None:
    for actor in (cast.chiara.actor, cast.dov.actor, cast.edda.actor, cast.ana.actor, Actor()):
        with pytest.raises(NotAllowed):
            operations.edit_partnership(cast.loom, answers={"title": "Mine"}, actor=actor, at=MONDAY)
        with pytest.raises(NotAllowed):
            operations.set_planned_budget(cast.loom, planned_cents=1, actor=actor, at=MONDAY)
        with pytest.raises(NotAllowed):
            operations.close_partnership(cast.loom, actor=actor, at=MONDAY)
    assert loom().title == "LOOM together"
    assert loom().is_open


def invite(cast: Cast, email: str, *roles: str) -> PartnershipInvitation:
    return operations.invite_officer(
        cast.loom, email=email, roles=roles, language="en", actor=cast.cosima.actor, at=MONDAY
    )


def test_a_person_is_invited_by_one_mail_and_takes_the_roles(cosima: Client, cast: Cast) -> None:
    answer = cosima.post(f"{OWN}people/", {"email": "Nuno@cast.example", "roles": ["contact_point", "payer"]})
    assert answer.status_code == 302
    invitation = PartnershipInvitation.objects.get()
    for _twice in range(2):
        send_partnership_invitation(invitation_id=invitation.pk)
    (sent,) = mail.outbox
    assert sent.to == ["nuno@cast.example"]
    address = f"/partnerships/invitations/{invitation.token}/"
    assert address in sent.body

    nuno = signed_in(cast.nuno)
    assert "Accept the invitation" in nuno.get(address).content.decode()
    assert nuno.post(address).status_code == 302

    assert set(loom().people.filter(account=cast.nuno.account).values_list("role", flat=True)) == {
        "contact_point", "payer",
    }  # fmt: skip
    assert last_entry() == ("partnership", "join_partnership", str(cast.nuno.account.pk))
    # The link is worth nothing any more.
    assert signed_in(cast.zoe).get(address).status_code == 404


def test_an_invitation_is_taken_by_nobody_else(cast: Cast) -> None:
    address = f"/partnerships/invitations/{invite(cast, 'nuno@cast.example', 'payer').token}/"
    zoe = signed_in(cast.zoe)

    assert "another e-mail address" in zoe.get(address).content.decode()
    answer = zoe.post(address)

    assert answer.status_code == 409
    assert 'data-refusal="invitation_not_yours"' in answer.content.decode()
    assert not PartnershipPerson.objects.filter(account=cast.zoe.account).exists()


def test_a_withdrawn_invitation_leads_nowhere_and_is_not_mailed(cosima: Client, cast: Cast) -> None:
    invitation = invite(cast, "nuno@cast.example", "payer")

    cosima.post(f"{OWN}people/invitations/{invitation.pk}/withdraw/")
    send_partnership_invitation(invitation_id=invitation.pk)

    assert mail.outbox == []
    assert signed_in(cast.nuno).get(f"/partnerships/invitations/{invitation.token}/").status_code == 404


def test_nobody_is_invited_twice_or_to_what_they_are_already(cosima: Client, cast: Cast) -> None:
    invite(cast, "nuno@cast.example", "payer")

    again = cosima.post(f"{OWN}people/", {"email": "NUNO@cast.example", "roles": ["payer"]})
    held = cosima.post(f"{OWN}people/", {"email": cast.chiara.account.email, "roles": ["contact_point"]})

    assert (again.status_code, codes_of(again)) == (422, {"already_invited"})
    assert (held.status_code, codes_of(held)) == (422, {"role_held_already"})
    assert PartnershipInvitation.objects.count() == 1


def test_the_support_office_invites_a_coordinator_and_nothing_else(cast: Cast) -> None:
    edda = signed_in(cast.edda)

    assert edda.post(f"{OWN}people/", {"email": "new@loom.example", "roles": ["payer"]}).status_code == 422
    assert edda.post(f"{OWN}people/", {"email": "new@loom.example", "roles": ["coordinator"]}).status_code == 302

    assert PartnershipInvitation.objects.get().roles == [COORDINATOR]


def role_of(person: Person) -> PartnershipPerson:
    return PartnershipPerson.objects.get(account=person.account)


def test_the_coordinator_ends_a_role_after_confirming(cosima: Client, cast: Cast) -> None:
    address = f"{OWN}people/{role_of(cast.chiara).pk}/end/"

    assert "will not be" in cosima.get(address).content.decode()
    assert role_of(cast.chiara).pk
    cosima.post(address)

    assert not PartnershipPerson.objects.filter(account=cast.chiara.account).exists()
    assert last_entry()[:2] == ("partnership", "end_office")


def test_the_last_coordinator_cannot_leave(cosima: Client, cast: Cast) -> None:
    address = f"{OWN}people/{role_of(cast.cosima).pk}/end/"

    answer = cosima.post(address)
    assert answer.status_code == 409
    assert 'data-refusal="last_coordinator"' in answer.content.decode()

    PartnershipPerson.objects.create(partnership=cast.loom, account=cast.nuno.account, role="coordinator")
    assert cosima.post(address).status_code == 302
    assert not PartnershipPerson.objects.filter(account=cast.cosima.account).exists()


def test_everybody_gives_up_their_own_role_and_nobody_elses(cast: Cast) -> None:
    chiara = signed_in(cast.chiara)

    assert chiara.post(f"{OWN}people/{role_of(cast.cosima).pk}/end/").status_code == 403
    assert chiara.post(f"{OWN}people/{role_of(cast.chiara).pk}/end/").status_code == 302
    assert last_entry()[:2] == ("partnership", "leave_office")


def test_the_rule_for_the_last_coordinator_is_not_only_on_the_page(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        operations.end_office(role_of(cast.cosima), actor=cast.cosima.actor, at=MONDAY)
    assert refused.value.refusal.code == "last_coordinator"
