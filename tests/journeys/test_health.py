"""How the installation does, for the support office and for a program that watches; and the names of requests."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.log import log_response
from pytest_django.asserts import assertContains

from clusterxchange.foundation import clock
from clusterxchange.foundation.files import PDF, store
from clusterxchange.foundation.logs import SECRET_PARTS, AddressesWithoutSecrets, JsonLine, WithRequest, request_id
from clusterxchange.foundation.models import BackupRecord
from clusterxchange.foundation.storage import private_storage
from clusterxchange.journeys.jobs import failed_jobs, queue_state
from clusterxchange.workflow.jobs import check_journal, send_notice
from clusterxchange.workflow.models import JournalCheck, Notice
from clusterxchange.workflow.undeliverable import note_bounce
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, signed_in
from tests.foundation.clamd import address_of_silence

pytestmark = pytest.mark.django_db

PAGE = "/support/health/"
# When what is brought as far as submitted was submitted.
SUBMITTED = MONDAY + timedelta(minutes=30)


@pytest.fixture(autouse=True)
def clock_of_the_demonstration(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """That first Monday."""
    clock.set_clock(MONDAY)


def fail_a_job() -> int:
    """Let the oldest job of the queue be given up, as its worker would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'failed'"
            " where id = (select min(id) from procrastinate_jobs) returning id"
        )
        (number,) = cursor.fetchone()
    return int(number)


def test_only_the_support_office_sees_how_the_installation_does(cast: Cast, client: Client) -> None:
    assertContains(signed_in(cast.edda).get(PAGE), "No backup is known yet.")
    for person in (cast.aurel, cast.chiara, cast.cosima, cast.ana, cast.nuno):
        assert signed_in(person).get(PAGE).status_code == 404
        assert signed_in(person).post(f"{PAGE}1/retry-failed-job/").status_code == 404
    assert client.get(PAGE)["Location"].startswith("/sign-in/")


def test_a_job_that_was_given_up_is_shown_and_put_back_into_the_queue_once(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    number = fail_a_job()
    edda = signed_in(cast.edda)
    assertContains(edda.get(PAGE), "1 job was given up.")
    assert [job.number for job in failed_jobs()] == [number]

    answer = edda.post(f"{PAGE}{number}/retry-failed-job/", follow=True)

    assertContains(answer, "The job is in the queue again.")
    assert failed_jobs() == []
    assert queue_state().counts["todo"] >= 1
    assertContains(edda.post(f"{PAGE}{number}/retry-failed-job/", follow=True), "This job was taken up already.")


def test_the_page_says_when_backup_and_trial_were_and_when_they_are_too_old(cast: Cast) -> None:
    for kind, days in ((BackupRecord.Kind.BACKUP, 1), (BackupRecord.Kind.DRILL, 100)):
        BackupRecord.objects.create(
            kind=kind, at=MONDAY - timedelta(days=days), folder="/kept", holds=True, rows=1, files=1, size=1, seconds=1
        )
    page = signed_in(cast.edda).get(PAGE).content.decode()
    rows = {name: page.partition(name)[2].partition("</li>")[0] for name in ("Last backup", "Last trial of restoring")}
    assert "1 March 2026" in rows["Last backup"]
    assert "In order" in rows["Last backup"]
    assert "Look at this" in rows["Last trial of restoring"]


def test_the_journal_is_checked_at_night_and_a_changed_entry_is_named(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    check_journal(0)
    whole = JournalCheck.objects.get()
    assert whole.holds
    assertContains(signed_in(cast.edda).get(PAGE), f"all {whole.entries} entries fit.")
    JournalCheck.objects.create(at=clock.now() + timedelta(hours=1), entries=1, holds=False, first_bad=2)
    assertContains(signed_in(cast.edda).get(PAGE), "entry 2 does not fit.")


def sign_of(cast: Cast, name: str) -> str:
    """Give what the page says of one part."""
    rows = signed_in(cast.edda).get(PAGE).context["rows"]
    (row,) = [one for one in rows if one["title"] == name]
    return f"{row['when']}. {row['note']}".replace("\xa0", " ")


def test_mail_that_should_have_gone_is_named_with_its_age_and_mail_held_for_the_morning_is_not(cast: Cast) -> None:
    assert sign_of(cast, "Mail that waits") == "In order. Every mail that should have gone by now has gone."
    morning = {"wants_news": "on", "wants_messages": "on", "is_digest": "on", "digest_hour": "18"}
    signed_in(cast.ana).post("/desk/preferences/keep-mail-preferences/", morning)
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    assert set(Notice.objects.exclude(held_until=None).values_list("account_id", flat=True)) <= {cast.ana.account.pk}
    sent = Notice.objects.filter(held_until=None)
    for late in sent[1:]:
        send_notice(late.pk)

    clock.set_clock(SUBMITTED + timedelta(minutes=29))
    said = "1 mail should have gone by now. The oldest has waited for"
    assert sign_of(cast, "Mail that waits") == f"In order. {said} 29 minutes."
    clock.set_clock(SUBMITTED + timedelta(minutes=61))
    assert sign_of(cast, "Mail that waits") == f"Look at this. {said} 1 hour, 1 minute."
    send_notice(sent[0].pk)
    assert sign_of(cast, "Mail that waits").startswith("In order.")


def test_a_file_that_is_not_where_it_should_lie_is_named(cast: Cast) -> None:
    assert sign_of(cast, "Storage").startswith("In order.")
    kept = store(b"%PDF-1.7 a letter", "letter.pdf", PDF, MONDAY)
    assert sign_of(cast, "Storage").startswith("In order.")
    private_storage().delete(kept.place)
    assert sign_of(cast, "Storage").startswith("Look at this.")
    assert "The file that came last is not where it should lie." in sign_of(cast, "Storage")


def test_metrics_tell_of_scanner_storage_mail_and_journal(client: Client, cast: Cast, settings: LazySettings) -> None:
    settings.METRICS_TOKEN, settings.SCANNER_ADDRESS = "a token for whoever watches", address_of_silence()
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    JournalCheck.objects.create(at=SUBMITTED, entries=1, holds=False, first_bad=1)
    clock.set_clock(SUBMITTED + timedelta(minutes=2))

    answer = client.get("/health/metrics", headers={"authorization": "Bearer a token for whoever watches"})

    lines = answer.content.decode().splitlines()
    assert {"clusterxchange_scanner_answers 0", "clusterxchange_storage_answers 1"} <= set(lines)
    assert "clusterxchange_journal_holds 0" in lines
    given = dict(line.split(" ") for line in lines if not line.startswith("#"))
    assert 120 <= float(given["clusterxchange_oldest_unsent_seconds"]) < 180
    assert 120 <= float(given["clusterxchange_journal_check_age_seconds"]) < 180
    assert float(given["clusterxchange_free_bytes"]) > 0


def test_metrics_are_closed_until_a_token_is_set_and_only_open_to_it(
    cast: Cast, settings: LazySettings, client: Client
) -> None:
    assert client.get("/health/metrics").status_code == 404
    assert signed_in(cast.edda).get("/health/metrics").status_code == 404
    settings.METRICS_TOKEN = "a token for whoever watches"
    assert client.get("/health/metrics").status_code == 404
    assert client.get("/health/metrics", headers={"authorization": "Bearer another"}).status_code == 404
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    note_bounce("gone@cast.example", reason="no such user", is_permanent=True, at=MONDAY)

    answer = client.get("/health/metrics", headers={"authorization": "Bearer a token for whoever watches"})

    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "clusterxchange_undeliverable_addresses 1" in lines
    # Only Chiara's partnership has something to do: to assess what Ana has submitted.
    assert "clusterxchange_open_obligations 1" in lines
    assert "# TYPE clusterxchange_jobs gauge" in lines
    assert sum(line.startswith("# HELP clusterxchange_jobs ") for line in lines) == 1


def test_a_job_is_not_put_back_while_the_same_work_waits_already(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status) values"
            " ('default', 'clusterxchange.workflow.jobs.check_journal', 'check_journal', 'failed'),"
            " ('default', 'clusterxchange.workflow.jobs.check_journal', 'check_journal', 'todo') returning id"
        )
        (number,) = cursor.fetchone()

    answer = signed_in(cast.edda).post(f"{PAGE}{number}/retry-failed-job/", follow=True)

    assertContains(answer, "This job was taken up already.")
    with connection.cursor() as cursor:
        cursor.execute("select status::text from procrastinate_jobs where queueing_lock is not null order by id")
        assert [status for (status,) in cursor.fetchall()] == ["failed", "todo"]


def test_each_answer_names_its_request_and_a_stranger_cannot_choose_the_name(
    client: Client, settings: LazySettings
) -> None:
    first, second = (client.get("/health/live", headers={"x-request-id": "chosen-by-me"}) for _ in range(2))
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert "chosen-by-me" not in {first["X-Request-ID"], second["X-Request-ID"]}
    settings.BEHIND_PROXY = True
    assert client.get("/health/live", headers={"x-request-id": "chosen-by-proxy"})["X-Request-ID"] == "chosen-by-proxy"
    assert client.get("/health/live", headers={"x-request-id": "a b\u00e9"})["X-Request-ID"] != "a b\u00e9"


def test_a_line_of_the_log_is_one_object_with_the_request_and_no_query(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="clusterxchange.requests"):
        client.get("/how-to-take-part/?secret=1")
    (record,) = [one for one in caplog.records if one.name == "clusterxchange.requests"]
    token = request_id.set("name-of-request")
    WithRequest().filter(record)
    request_id.reset(token)
    line = json.loads(JsonLine().format(record))
    assert (line["path"], line["status"], line["method"]) == ("/how-to-take-part/", 200, "GET")
    assert line["request_id"] == "name-of-request"
    assert "secret" not in json.dumps(line)


SECRET = "x7Qd0wVtZ3kLmN9pRs5uYb2cEf8hJ1aG"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"/calendar/{SECRET}.ics", "/calendar/….ics"),
        (f"/partnerships/invitations/{SECRET}/", "/partnerships/invitations/…/"),
        (f"/organisations/invitations/{SECRET}/", "/organisations/invitations/…/"),
        (f"/organisations/invitations/{SECRET}/accept-invitation/", "/organisations/invitations/…/accept-invitation/"),
        (
            f"/organisations/invitations/{SECRET}/decline-invitation/",
            "/organisations/invitations/…/decline-invitation/",
        ),
        (f"/registration/invitations/{SECRET}/", "/registration/invitations/…/"),
        (f"/account/confirm-email/{SECRET}/", "/account/confirm-email/…/"),
        (f"/account/password/reset/key/1a-{SECRET}/", "/account/password/reset/key/1a-…/"),
        (f"/partnerships/invitations/{SECRET}", "/partnerships/…"),
        (f"/calendars/{SECRET}.ics", "/calendars/…"),
        ("/organisations/ORG-2026-000001/", "/organisations/ORG-2026-000001/"),
        ("/nowhere", "/nowhere"),
    ],
)
def test_no_line_of_the_log_holds_a_part_of_an_address_that_lets_somebody_in(
    client: Client, caplog: pytest.LogCaptureFixture, address: str, told: str
) -> None:
    with caplog.at_level(logging.INFO, logger="clusterxchange.requests"):
        client.get(address)
    (record,) = [one for one in caplog.records if one.name == "clusterxchange.requests"]
    assert json.loads(JsonLine().format(record))["path"] == told


def test_a_fault_behind_an_invitation_is_logged_without_what_opens_the_invitation(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request = RequestFactory().get(f"/partnerships/invitations/{SECRET}/")
    log_response("Internal Server Error: %s", request.path, response=HttpResponse(status=500), request=request)
    (record,) = [one for one in caplog.records if one.name == "django.request"]
    AddressesWithoutSecrets().filter(record)
    assert record.getMessage() == "Internal Server Error: /partnerships/invitations/…/"


def captured_parts(resolver: URLResolver) -> Iterator[str]:
    """Give the names of what is captured in the addresses below a place."""
    for one in resolver.url_patterns:
        yield from re.findall(r"<(?:\w+:)?(\w+)>", str(one.pattern))
        if not isinstance(one, URLPattern):
            yield from captured_parts(one)


def test_of_each_captured_part_of_an_address_it_is_known_whether_it_lets_somebody_in() -> None:
    open_parts = {
        "case", "code", "item", "language", "name", "number", "part", "pk", "provider_id", "reference", "role",
        "route", "section", "side", "slug", "uidb36", "what",
    }  # fmt: skip
    assert set(captured_parts(get_resolver())) == open_parts | SECRET_PARTS
