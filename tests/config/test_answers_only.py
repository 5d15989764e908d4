"""An address that only takes answers shows a page to whoever opens it, as after signing in once more."""

from __future__ import annotations

from django.test import Client

from tests.cast import Cast, signed_in

ADDRESS = "/desk/put-first-steps-away/"
HEADING = "This address only takes answers"


def test_whoever_lands_on_an_address_for_answers_after_signing_in_is_told_what_to_do(cast: Cast) -> None:
    sent_away = Client().post("/registration/applications/APP-2026-000001/thread/", {"text": "Hello"})
    assert sent_away.status_code == 302

    answer = signed_in(cast.ana).get(ADDRESS)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    page = answer.content.decode()
    assert HEADING in page
    assert 'href="/desk/"' in page


def test_a_program_that_asks_in_another_way_only_reads_what_it_may_send(cast: Cast) -> None:
    answer = signed_in(cast.ana).put(ADDRESS)

    assert (answer.status_code, answer["Allow"], answer.content) == (405, "POST", b"")
