"""What registration asks of each person, for those who joined an organisation that is here already."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.journeys.people import operations
from clusterxchange.journeys.people.models import Invitation
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow.engine import NotAllowed
from clusterxchange.workflow.models import Entry
from tests.bring import bring_participation
from tests.cast import CURRICULUM_VITAE, Cast

ANSWERS = {
    "first_name": "Nuno", "last_name": "Nobre", "position": "Head of weaving", "phone": "+351 000 000 000",
    "based_in": "ES", "language_1": "pt", "level_1": "C2", "works_for_organisation": "on",
}  # fmt: skip


@pytest.fixture
def address(cast: Cast, client: Client) -> str:
    """Where Nuno says who he is, since he speaks for Ana's organisation as well."""
    organisation, at = cast.ana.organisation, clock.now()
    assert organisation is not None
    operations.invite_person(organisation, email=cast.nuno.account.email, actor=cast.ana.actor, at=at)
    operations.accept_invitation(Invitation.objects.get(), actor=cast.nuno.actor, at=at)
    client.force_login(cast.nuno.account)
    return f"/organisations/{organisation.reference}/own-place/"


@pytest.fixture
def place(address: str, cast: Cast) -> Callable[[], Representative]:
    """Give Nuno's place as it stands."""
    del address
    return lambda: Representative.objects.get(account=cast.nuno.account)


def test_who_joined_gives_languages_and_a_curriculum_vitae(
    client: Client, address: str, place: Callable[[], Representative]
) -> None:
    answer = client.post(address, {**ANSWERS, "curriculum_vitae": SimpleUploadedFile("cv.pdf", CURRICULUM_VITAE)})

    assert answer.status_code == 302
    held = place()
    assert (held.position, held.languages) == ("Head of weaving", {"pt": "C2"})
    assert held.curriculum_vitae is not None
    assert "Head of weaving" in client.get(address).content.decode()
    opened = client.get(f"{address}curriculum-vitae/")
    assert (opened.status_code, opened.content) == (200, CURRICULUM_VITAE)
    assert Entry.objects.filter(action="open_curriculum_vitae", kind="organisation").count() == 1


def test_a_curriculum_vitae_is_replaced_kept_and_removed(
    client: Client, address: str, place: Callable[[], Representative]
) -> None:
    client.post(address, {**ANSWERS, "curriculum_vitae": SimpleUploadedFile("first.pdf", CURRICULUM_VITAE)})
    client.post(address, {**ANSWERS, "curriculum_vitae": SimpleUploadedFile("second.pdf", CURRICULUM_VITAE)})
    assert str(place().curriculum_vitae) == "second.pdf"
    client.post(address, ANSWERS)
    assert str(place().curriculum_vitae) == "second.pdf"
    client.post(address, {**ANSWERS, "remove_curriculum_vitae": "on"})
    assert place().curriculum_vitae is None
    assert client.get(f"{address}curriculum-vitae/").status_code == 404


def test_what_is_needed_is_asked_for_at_its_field_and_the_rest_stays(
    client: Client, address: str, place: Callable[[], Representative]
) -> None:
    answer = client.post(address, {**ANSWERS, "position": "", "phone": "call me"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_position_error" data-error="required"' in page
    assert 'id="id_phone_error" data-error="phone_invalid"' in page
    assert 'value="call me"' in page
    assert place().phone == ""


def test_nobody_changes_the_place_of_somebody_else(cast: Cast, place: Callable[[], Representative]) -> None:
    with pytest.raises(NotAllowed):
        operations.edit_place(place(), answers={"position": "Owner"}, actor=cast.ana.actor, at=clock.now())


def test_another_country_of_whoever_speaks_for_a_participation_lets_the_partnership_look_again(cast: Cast) -> None:
    found = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    person = cast.ana.representative
    assert person is not None

    operations.edit_place(person, answers={"based_in": "FR"}, actor=cast.ana.actor, at=clock.now())

    assert Participation.objects.get(pk=found.pk).state == "UNDER_REVIEW"
