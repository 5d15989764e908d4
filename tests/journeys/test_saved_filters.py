"""Filters of the work queue under names of one's own, and what a person has the tool do their way."""

from datetime import timedelta

import pytest
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.journeys.models import SavedFilter
from clusterxchange.phases.registration.operations import withdraw_application
from clusterxchange.workflow.models import Obligation
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock_of_the_demonstration(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """That first Monday."""
    clock.set_clock(MONDAY)


def save(client: Client, name: str = "Late ones", query: str = "due=overdue") -> int:
    return client.post("/desk/filters/save-filter/", {"name": name, "query": query}).status_code


def test_a_filter_is_kept_for_its_owner_and_for_nobody_else(cast: Cast) -> None:
    chiara = signed_in(cast.chiara)
    assert save(chiara, query="show=registrations&due=overdue") == 302
    own = chiara.get("/desk/").content.decode()
    assert '<a href="/desk/?show=registrations&amp;due=overdue"><span>Late ones</span>' in own
    assert "Late ones" not in signed_in(cast.dov).get("/desk/").content.decode()
    kept = SavedFilter.objects.get()
    assert signed_in(cast.dov).post(f"/desk/filters/{kept.pk}/remove-filter/").status_code == 404
    assert "Late ones" in chiara.get(f"/desk/filters/{kept.pk}/remove-filter/").content.decode()
    assert SavedFilter.objects.exists()
    chiara.post(f"/desk/filters/{kept.pk}/remove-filter/")
    assert not SavedFilter.objects.exists()


def test_a_filter_narrows_by_when_and_by_who_must_act(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    chiara, edda = signed_in(cast.chiara), signed_in(cast.edda)
    shown = {
        query: chiara.get(f"/desk/?{query}").content.decode().count("data-ref=")
        for query in ("due=overdue", "due=week", "due=unlimited", "")
    }
    assert shown == {"due=overdue": 0, "due=week": 0, "due=unlimited": 0, "": 1}
    # The assessment is due on 23 March (scheme.md section 10): that week begins on the Monday of the same day.
    from_monday = clock.now().replace(day=23)
    clock.set_clock(from_monday)
    assert chiara.get("/desk/?due=week").content.decode().count("data-ref=") == 1
    for slug, rows in (("loom", 1), ("selvedge", 0)):
        page = edda.get(f"/desk/?show=waiting&partnership={slug}").content.decode()
        assert page.count("data-ref=") == rows


def test_a_filter_by_a_partnership_stays_on_the_day_on_which_that_has_done_everything(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    edda = signed_in(cast.edda)
    assert save(edda, name="Of LOOM", query="show=waiting&partnership=loom") == 302
    withdraw_application(application, actor=cast.ana.actor, at=MONDAY + timedelta(hours=1))
    assert not Obligation.objects.filter(partnership=cast.loom, closed_at=None).exists()

    page = edda.get("/desk/?show=waiting&partnership=loom").content.decode()

    assert "does not exist any more" not in page
    assert '<option value="loom" selected>LOOM</option>' in page
    assert page.count("data-ref=") == 0


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("show=everything", "The filter show=everything does not exist any more"),
        ("due=someday", "The filter due=someday does not exist any more"),
        ("partnership=gone", "The filter partnership=gone does not exist any more"),
    ],
)
def test_a_filter_that_is_gone_is_said_with_its_name_and_the_rest_is_shown(
    cast: Cast, query: str, sentence: str
) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    page = signed_in(cast.chiara).get(f"/desk/?{query}")
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert page.content.decode().count("data-ref=") == 1


def test_a_name_is_asked_for_once_and_kept_apart(cast: Cast) -> None:
    chiara = signed_in(cast.chiara)
    for name in ("", "a" * 61):
        answer = chiara.post("/desk/filters/save-filter/", {"name": name, "query": "due=overdue"})
        assert answer.status_code == 422
        assert 'id="id_name_error"' in answer.content.decode()
    assert save(chiara) == 302
    assert save(chiara) == 422
    for number in range(19):
        assert save(chiara, f"Another {number}") == 302
    assert save(chiara, "One more") == 422
    assert SavedFilter.objects.count() == 20


def test_whoever_has_no_queue_saves_no_filter(cast: Cast) -> None:
    assert save(signed_in(cast.ana)) == 404
    assert save(Client()) == 302
    assert not SavedFilter.objects.exists()


def test_the_single_keys_are_switched_off_for_good_and_only_for_oneself(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    assert "data-keys" not in ana.get("/desk/").content.decode()
    assert ana.post("/desk/preferences/", {}).status_code == 302
    assert '<html lang="en" data-keys="off">' in ana.get("/desk/").content.decode()
    assert '<html lang="en" data-keys="off">' in signed_in(cast.ana).get("/organisations/").content.decode()
    assert "data-keys" not in signed_in(cast.bram).get("/desk/").content.decode()
    ana.post("/desk/preferences/", {"uses_keys": "on"})
    assert "data-keys" not in ana.get("/desk/").content.decode()


@pytest.mark.parametrize("address", ["/desk/preferences/", "/desk/queue.xlsx"])
def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == f"/sign-in/?next={address}"
