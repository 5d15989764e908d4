"""Every address, as each account of the demonstration and as nobody: what `routes.csv` says is what is answered.

The case is one exchange of visitor@ with host@ on the evening of its last day: reports and evidence are open, nothing
is paid. Each request is sent with nothing typed and is undone before the next.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker

from clusterxchange.access.capacities import V
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import PDF, store
from clusterxchange.journeys.demonstration.cases import Told, story_of
from clusterxchange.journeys.demonstration.install import install
from clusterxchange.journeys.demonstration.people import PAYING_IBAN, accounts_file
from clusterxchange.journeys.demonstration.story import PAPER, Story
from clusterxchange.journeys.models import Announcement, OrganisationMerge, SavedFilter
from clusterxchange.journeys.offices import operations as offices
from clusterxchange.journeys.offices.models import OfficeChange
from clusterxchange.journeys.partnerships import operations as partnerships
from clusterxchange.journeys.people import operations as people
from clusterxchange.journeys.people.tokens import token_of
from clusterxchange.journeys.scheme_data import operations as scheme_data
from clusterxchange.journeys.scheme_data.places import with_value
from clusterxchange.journeys.support_office import operations as support_office
from clusterxchange.journeys.support_office.announcements import publish_announcement
from clusterxchange.journeys.support_office.journal_search import all_lines_of
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Partnership, PlannedEvent
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import Audit
from clusterxchange.phases.finalisation.banking.operations import keep_statement
from clusterxchange.phases.finalisation.checking.operations import draw_sample
from clusterxchange.phases.finalisation.models import BankStatement, FollowUpSurvey, PaymentBatch, StoryPhoto
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Conversation, OfferedDates, PlannedPair, Proposal, SavedSearch
from clusterxchange.phases.registration.assistance import invitations
from clusterxchange.phases.registration.models import ActOnBehalf, Application, ImportedFile, Participation
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import engine, obligations
from clusterxchange.workflow.models import CalendarFeed, Entry, Notice
from clusterxchange.workflow.thread import Attachment
from clusterxchange.workflow.undeliverable import note_bounce
from tests.phases.finalisation.bank import Booking, statement
from tests.planner import count_rows_for_the_planner

BEGINS = date(2026, 3, 2)
EVENING = datetime(2026, 4, 16, 20, 0, tzinfo=ZoneInfo("Europe/Brussels"))
CASE = Told("sierrabruma", "ribeiraalta", "ended", BEGINS, date(2026, 4, 14), date(2026, 4, 16))
NOBODY = "nobody"
ACCOUNTS = (*(one["email"].removesuffix("@demo.example") for one in accounts_file()), NOBODY)
WITH_SECOND_FACTOR = frozenset(
    one["email"].removesuffix("@demo.example") for one in accounts_file() if one["totp_secret"]
)
NOT_FOUND, NOT_ALLOWED = 404, 405
OTHER_METHODS = ("head", "options", "put", "patch", "delete")
# By these names nothing is known.
UNKNOWN = {"reference": "EXC-2026-999999", "number": "999999"}
# The mark of origin of a form is another one on each page.
ONCE = re.compile(rb"\b[A-Za-z0-9]{64}\b")


@dataclass(frozen=True)
class Line:
    """One row of the matrix."""

    route: str
    thing: str
    account: str
    get: int
    post: int


class Browser(RequestFactory):
    """Sends what a browser sends, with the cookies that it was given; nothing of the answer but the answer is kept."""

    handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **given: object) -> HttpResponse:  # type: ignore[override]  # -- the factory stops before the answer
        environ = self._base_environ(**given)  # type: ignore[attr-defined]  # -- the types leave it out
        return self.handler(environ)  # type: ignore[return-value]  # -- an answer like any other


Things = Mapping[str, dict[str, str]]


def lines() -> list[Line]:
    with (Path(__file__).parent / "routes.csv").open(encoding="utf-8", newline="") as file:
        return [
            Line(row["route"], row["thing"], row["account"], int(row["get"]), int(row["post"]))
            for row in csv.DictReader(file)
        ]


def routes_of(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes_of(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


def test_every_route_has_a_row_for_every_account_and_every_row_a_route() -> None:
    rows: dict[str, list[str]] = defaultdict(list)
    for line in lines():
        rows[line.route].append(line.account)
    routes = list(routes_of(get_resolver()))

    assert len(set(routes)) == len(routes)
    assert sorted(rows) == sorted(routes)
    assert {route: accounts for route, accounts in rows.items() if sorted(accounts) != sorted(ACCOUNTS)} == {}


@pytest.fixture(scope="module")
def things(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Things]:  # noqa: ARG001 -- makes the database
    """Make the demonstration once for all rows, play the case in it, and leave nothing behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        install()
        story = story_of(CASE).tell("ended")
        clock.set_clock(EVENING)
        found = things_of(story)
        count_rows_for_the_planner()
        yield found
        transaction.set_rollback(True)


def account_of(name: str) -> Account:
    return Account.objects.get(email=f"{name}@demo.example")


def signed_in(name: str) -> Browser:
    """Give a browser as it is just after signing in, with the second factor where one is needed."""
    browser, client = Browser(), Client()
    if name == NOBODY:
        return browser
    client.force_login(account_of(name))
    request = RequestFactory().get("/")
    request.session = client.session
    for method in ("password", "mfa") if name in WITH_SECOND_FACTOR else ("password",):
        record_authentication(request, account_of(name), method)
    request.session.save()
    browser.cookies = client.cookies
    return browser


def things_of(story: Story) -> Things:
    """Give what each word in the column "thing" stands for."""
    newcomer = account_of("newcomer")
    # Signing in makes a link for a new password worthless, so it is somebody's who never does here.
    forgetful = Account.objects.exclude(email__endswith="@demo.example").earliest("pk")
    (task, *_) = obligations.mine(actor_for(account_of("visitor"))).filter(root_id=story.exchange.pk)
    exchange, visitor = str(story.exchange.reference), story.visitor_participation
    application = str(visitor.application.reference)
    return {
        "-": {},
        "application": {"reference": application},
        "section": {"reference": application, "name": "organisation"},
        "long_list": {"reference": application, "name": "nace"},
        "file": {"reference": application, "name": "curriculum_vitae"},
        "participation": {"reference": str(visitor.reference)},
        "host": {"reference": str(story.host_participation.reference)},
        "proposal": {"reference": str(story.proposal.reference)},
        **things_of_a_conversation(story),
        "saved_search": {"number": str(a_search(story).pk)},
        **things_of_a_group(story),
        **things_of_a_plan(story),
        "offered_dates": {"reference": str(story.proposal.reference), "number": str(agreed_days(story).pk)},
        "exchange": {"reference": exchange},
        "part": {"reference": exchange, "part": "place-and-dates"},
        "evidence": {"reference": exchange, "item": "outward"},
        "survey": {"reference": a_survey(story).exchange.reference or "", "side": "visitor"},
        "story_photo": {"reference": exchange, "number": str(a_photo(story).pk)},
        **things_of_people(visitor, newcomer),
        "task": {"number": str(task.pk)},
        "own_filter": {"number": str(a_filter().pk)},
        "failed_job": {"number": "1"},
        **things_of_mail(),
        "act": {"reference": application, "number": str(a_record(visitor.application).pk)},
        "invited": {"token": signing.dumps(forgetful.pk, salt=invitations.SALT)},
        "list": {"number": str(a_list(visitor.partnership).pk)},
        "audit": {"number": str(an_audit(visitor.partnership).pk)},
        "partnership": {"slug": "clamtex"},
        "list_of_numbers": {"what": "money"},
        **things_of_a_partnership("clamtex"),
        "paying": {"number": str(visitor.partnership_id)},
        "batch": {"number": str(a_batch(visitor.partnership).pk)},
        "statement": {"number": str(a_statement(visitor.partnership).pk)},
        **things_of_scheme_data(),
        "entry": {"number": "1"},
        "announcement": {"number": str(an_announcement().pk)},
        "office_change": {"reference": str(an_office_change().reference)},
        "office_holder": {"number": str(account_of("agency").pk), "role": "agency"},
        "merge": {"number": str(a_merge().pk)},
        "service": {"provider_id": "nobody-offers-it"},
        **things_of_a_check(),
        "viewed_person": {"number": str(account_of("visitor").pk)},
        "brochure": {"name": "partnerships", "language": "en"},
        "manual": {"name": "contact-point"},
        "manual_file": {"name": "contact-point", "language": "pl"},
        "manual_section": {"name": "contact-point", "section": "signing"},
        "page_with_help": {"route": "journeys:desk"},
        "confirmation": {"key": EmailConfirmationHMAC(EmailAddress.objects.get(user=newcomer)).key},
        "passkey": {"pk": str(a_passkey(forgetful).pk)},
        "reset": {"uidb36": user_pk_to_url_str(forgetful), "key": default_token_generator.make_token(forgetful)},
    }


def a_survey(story: Story) -> FollowUpSurvey:
    """Ask the visitor what came of the exchange; by whom it was closed is left aside."""
    organisation, closes_at = story.exchange.visiting_organisation, EVENING + timedelta(days=180)
    survey = FollowUpSurvey(exchange=story.exchange, side="V", visiting_organisation=organisation, closes_at=closes_at)
    engine.establish(survey, at=EVENING)
    return survey


def an_announcement() -> Announcement:
    """Let the support office announce something to everybody."""
    return publish_announcement(
        text_en="Closed on Friday.", text_pl="", audience="everybody", first_day=BEGINS, last_day=EVENING.date(),
        actor=actor_for(account_of("support")), at=EVENING,
    )  # fmt: skip


def an_office_change() -> OfficeChange:
    """Let a second person of the support office propose that the newcomer joins the agency."""
    second = Account.objects.create_user("second@offices.example", joined_at=EVENING, is_support_office=True)
    return offices.propose_appointment(
        email="newcomer@demo.example", role="agency", reason="Kim retires.", actor=actor_for(second), at=EVENING
    )


def a_merge() -> OrganisationMerge:
    """Let the support office merge two entries that nothing hangs on."""
    kept, merged = (Organisation.objects.create(legal_name="Fiação Sempre", created_at=EVENING) for _ in range(2))
    return support_office.merge_organisation(kept, merged=merged, actor=actor_for(account_of("support")), at=EVENING)


def things_of_scheme_data() -> dict[str, dict[str, str]]:
    """Let the support office begin a new version of the edition, with another amount for Portugal."""
    edition, support = Edition.objects.get(code="demonstration"), actor_for(account_of("support"))
    draft = scheme_data.start_version(edition, actor=support, at=EVENING)
    path = "amounts.full_cents_by_host_country.PT"
    document = with_value(draft.document, path, 90000)
    scheme_data.edit_version(draft, document=document, changed=[path], actor=support, at=EVENING)
    version, own = {"code": "demonstration", "number": "1"}, {"reference": str(draft.reference)}
    return {
        "edition": {"code": "demonstration"},
        "edition_version": version,
        "edition_part": version | {"name": "amounts"},
        "edition_draft": own,
        "draft_part": own | {"name": "amounts"},
    }


def things_of_a_check() -> dict[str, dict[str, str]]:
    """Let the support office draw what the demonstration has closed."""
    check = draw_sample(
        Edition.objects.get(code="demonstration"), first_day=date(2026, 1, 1), last_day=date(2026, 4, 15), percent=100,
        seed="4 8 15 16 23 42", actor=actor_for(account_of("support")), at=EVENING,
    )  # fmt: skip
    number = {"number": str(check.pk)}
    first = check.exchanges.earliest("place").exchange
    return {"random_check": number, "checked_exchange": number | {"reference": str(first.reference)}}


def things_of_a_group(story: Story) -> dict[str, dict[str, str]]:
    """Let the host offer a group exchange, with a guest."""
    days = [date(2026, 5, 5), date(2026, 5, 6), date(2026, 5, 7)]
    agenda = [
        {"day": day.isoformat(), "half": half, "activity": "Looms"} for day in days for half in ("morning", "afternoon")
    ]
    programme = matching.publish_programme(
        host=story.host_participation,
        values={
            "title": "Three days at the looms", "description": "Looms.", "place": "Guimarães", "first_day": days[0],
            "last_day": days[-1], "asked_until": date(2026, 4, 30), "places": 3, "agenda": agenda,
        },
        actor=story.host,
        at=EVENING,
    )  # fmt: skip
    guest = matching.add_guest(
        programme, name="Rui Sampaio", organisation_name="Fiação Nova, Lda.", country="PT", actor=story.host, at=EVENING
    )
    reference = str(programme.reference)
    return {"programme": {"reference": reference}, "guest": {"reference": reference, "number": str(guest.pk)}}


def things_of_a_plan(story: Story) -> dict[str, dict[str, str]]:
    """Give a plan with one pair, which has met already."""
    found = matching.ask_for_plan(
        story.visitor_participation.edition, actor=actor_for(account_of("support")), at=EVENING
    )
    pair = PlannedPair.objects.create(
        plan=found, visitor_participation=story.visitor_participation, host_participation=story.host_participation,
        score=5000, band=2, proposal=story.proposal,
    )  # fmt: skip
    reference = str(found.reference)
    return {"match_plan": {"reference": reference}, "planned_pair": {"reference": reference, "number": str(pair.pk)}}


def agreed_days(story: Story) -> OfferedDates:
    """Give the days that the two had agreed on before the match."""
    days = {"first_day": date(2026, 4, 14), "last_day": date(2026, 4, 16)}
    Proposal.objects.filter(pk=story.proposal.pk).update(**days)
    return OfferedDates.objects.create(proposal=story.proposal, capacity="V", at=EVENING, **days)


def things_of_a_conversation(story: Story) -> dict[str, dict[str, str]]:
    """Let the visitor write to the host with a file beside it, and report the conversation."""
    conversation = Conversation.objects.get(visitor_participation=story.visitor_participation)
    message = matching.write_message(
        conversation, text="Our loom", attachment=Attachment(PAPER, PDF, "loom.pdf"), actor=story.visitor, at=EVENING
    )
    matching.report_abuse(conversation, reason="unwanted", actor=story.visitor, at=EVENING, capacity=V)
    return {
        "conversation": {"reference": str(conversation.reference)},
        "message": {"number": str(message.pk)},
        "abuse_report": {"number": str(conversation.abuse_reports.get().pk)},
    }


def a_filter() -> SavedFilter:
    """Give a filter of the queue that the visitor's contact point keeps."""
    return SavedFilter.objects.create(account=account_of("visitor.contact"), name="Late", query="due=overdue")


def things_of_mail() -> dict[str, dict[str, str]]:
    """Give a calendar of the visitor's contact point, and what came back from the visitor's address."""
    feed = CalendarFeed.objects.create(account=account_of("visitor.contact"), token="a" * 43, made_at=EVENING)
    back = note_bounce(account_of("visitor").email, reason="full", is_permanent=False, at=EVENING)
    return {
        "calendar_feed": {"number": str(feed.pk)},
        "secret_calendar": {"token": feed.token},
        "bounce": {"number": str(back.pk)},
    }


def a_search(story: Story) -> SavedSearch:
    """Give a search of the catalogue that the visitor has saved."""
    matching.save_search(story.visitor_participation, filters="country=PT", actor=story.visitor, at=EVENING)
    return SavedSearch.objects.get()


def things_of_a_partnership(slug: str) -> dict[str, dict[str, str]]:
    """Give what a partnership's people keep: a role, an invitation of newcomer@, an event, a member, a question."""
    partnership, at = Partnership.objects.get(slug=slug, edition__code="demonstration"), clock.now()
    coordinator = actor_for(account_of("visitor.coordinator"))
    invited = partnerships.invite_officer(
        partnership, email="newcomer@demo.example", roles=["payer"], language="en", actor=coordinator, at=at
    )
    event = PlannedEvent(partnership=partnership, title="Day of the open mill")
    partnerships.keep_row(event, actor=coordinator, at=at)
    asked = partnerships.ask_partnership(
        partnership, name="Ines Valadao", email="ines@asks.example", text="May we visit in May?", language="en", at=at
    )
    officer = partnership.people.get(account=account_of("visitor.contact"), role="contact_point")
    own = {"slug": slug}
    notice = Notice.objects.create(
        account=account_of("visitor"), topic="happened", kind="partnership", subject_id=partnership.pk,
        reference="", action="open_partnership", params={"partnership": "CLAMTEX", "capacity": "VP"}, path="/desk/",
        at=at, held_until=at, partnership=partnership,
    )  # fmt: skip
    return {
        "own_mail": own | {"number": str(notice.pk)},
        "own_partnership": own,
        "part_of_profile": own | {"name": "profile"},
        "officer": own | {"number": str(officer.pk)},
        "own_invitation": own | {"number": str(invited.pk)},
        "own_event": own | {"number": str(event.pk)},
        "own_member": own | {"number": str(partnership.members.earliest("pk").pk)},
        "invitation": {"token": invited.token},
        "question": {"number": str(asked.pk)},
    }


def a_record(application: Application) -> ActOnBehalf:
    """Give a record, with its paper, that waits for the visitor's word."""
    officer = account_of("visitor.contact")
    assert application.partnership is not None
    return ActOnBehalf.objects.create(
        application=application, action="withdraw_application", channel="paper", done_on=BEGINS,
        evidence=store(PAPER, "paper.pdf", PDF, EVENING), partnership=application.partnership, recorded_by=officer,
        recorded_at=EVENING,
    )  # fmt: skip


def an_audit(partnership: Partnership) -> Audit:
    """Let somebody who is no party read the exchanges of a partnership."""
    auditor = Account.objects.create_user("auditor@audits.example", joined_at=EVENING)
    support = actor_for(account_of("support"))
    return exchange_building.open_audit(
        partnership, email=auditor.email, first_day=BEGINS, last_day=BEGINS, actor=support, at=clock.now()
    )


def a_passkey(account: Account) -> Authenticator:
    """Give a passkey of somebody who has no row."""
    return Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={"name": "Telephone"})


def a_list(partnership: Partnership) -> ImportedFile:
    """Give a list of the visitor's partnership in which no row is right."""
    return ImportedFile.objects.create(
        kind="invitations", partnership=partnership, uploaded_by=account_of("visitor.contact"), uploaded_at=EVENING,
        name="people.csv", rows=[{"number": 2, "name": "", "faults": [["email", "cell_missing", ""]], "cells": {}}],
    )  # fmt: skip


def a_photo(story: Story) -> StoryPhoto:
    """Give a photo of the visitor's success story."""
    file = store(PAPER, "loom.pdf", PDF, EVENING)
    return StoryPhoto.objects.create(report=story.report("V"), file=file, description="The loom", added_at=EVENING)


def a_batch(partnership: Partnership) -> PaymentBatch:
    """Give a batch of the visitor's partnership, of which file and list are made."""
    return PaymentBatch.objects.create(
        partnership=partnership, number=1, execution_on=BEGINS, made_at=EVENING, file_made_at=EVENING,
        file_made_by=account_of("visitor.contact"), file_text="<Document/>", rows_outside_sepa="[]",
    )  # fmt: skip


def a_statement(partnership: Partnership) -> BankStatement:
    """Give a statement of the visitor's partnership with a line that names nothing of ours."""
    return keep_statement(
        partnership, content=statement(Booking("EXC-2031-000009"), account=PAYING_IBAN), name="s.xml",
        actor=actor_for(account_of("visitor.contact")), at=EVENING,
    )  # fmt: skip


def things_of_people(visitor: Participation, newcomer: Account) -> dict[str, dict[str, str]]:
    """Let the visitor's organisation invite the newcomer, and be asked by the stranger."""
    organisation, at = visitor.organisation, clock.now()
    person, stranger = account_of("visitor"), account_of("stranger")
    Account.objects.filter(pk=person.pk).update(last_seen_at=at)
    invitation = people.invite_person(organisation, email=newcomer.email, actor=actor_for(person), at=at)
    own = Application.objects.filter(representative__account=stranger).latest("pk")
    request = people.ask_to_join(own, organisation=organisation, matched="web", actor=actor_for(stranger), at=at)
    reference = organisation.reference
    return {
        "organisation": {"reference": reference},
        "invitation_to_join": {"token": token_of(invitation)},
        "invited_person": {"reference": reference, "number": str(invitation.pk)},
        "join_request": {"reference": str(request.reference)},
        "place": {"reference": reference, "number": str(visitor.application.representative_id)},
        "case": {"reference": reference, "case": str(visitor.application.reference)},
    }


def answer_to(browser: Browser, method: str, address: str, **headers: str) -> HttpResponse:
    """Send one request and undo whatever it has done."""
    with transaction.atomic():
        answer: HttpResponse = getattr(browser, method)(address, headers=headers)
        transaction.set_rollback(True)
    return answer


def body_of(answer: HttpResponse, address: str) -> bytes:
    """Give the bytes of an answer without the address that was asked and the marks that are new on each page."""
    return ONCE.sub(b"", answer.content.replace(address.encode(), b""))


def faults_of(answer: HttpResponse) -> list[str]:
    """Give what an answer does not tell the browser to refuse."""
    policy = answer.headers.get("Content-Security-Policy", "")
    named = {
        "a policy for content": policy and "unsafe" not in policy,
        "nosniff": answer.headers.get("X-Content-Type-Options") == "nosniff",
        "a policy for abilities": answer.headers.get("Permissions-Policy", "").startswith("camera=(), "),
        "a policy for referrers": "Referrer-Policy" in answer.headers,
    }
    return [name for name, is_there in named.items() if not is_there]


def ways_round(browser: Browser, address: str) -> list[tuple[str, int]]:
    """Ask for what is not shown by every other method and as a fragment; give what is not answered alike."""
    asked = [(method, answer_to(browser, method, address)) for method in OTHER_METHODS]
    asked.append(("fragment", answer_to(browser, "get", address, **{"HX-Request": "true"})))
    refused = {NOT_FOUND, NOT_ALLOWED}
    return [(way, answer.status_code) for way, answer in asked if answer.status_code not in refused and answer.content]


def unknown_address(line: Line, things: Things) -> str:
    """Give the address that the route would have for a thing that does not exist."""
    named = things[line.thing]
    return reverse(line.route, kwargs=named | {name: UNKNOWN[name] for name in named if name in UNKNOWN})


@pytest.mark.django_db
@pytest.mark.timeout(300)
@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_address_answers_as_the_matrix_says(
    things: Things, account: str, record_property: Callable[[str, object], None]
) -> None:
    browser, compared, wrong, asked = signed_in(account), set(), list[str](), 0

    for line in lines():
        if line.account != account:
            continue
        address = reverse(line.route, kwargs=things[line.thing])
        got, posted = (answer_to(browser, method, address) for method in ("get", "post"))
        if (got.status_code, posted.status_code) != (line.get, line.post):
            wrong.append(f"{line.route} as {account}: {got.status_code, posted.status_code}, not {line.get, line.post}")
        asked += 2
        missing = {name for answer in (got, posted) for name in faults_of(answer)}
        wrong += [f"{line.route} as {account}: answered without {name}" for name in sorted(missing)]
        if line.get == NOT_FOUND:
            ways = ways_round(browser, address)
            asked += len(OTHER_METHODS) + 1
            wrong += [f"{line.route} as {account}: {way} gives {status}" for way, status in ways]
        place = (line.route.partition(":")[0], line.thing)
        if line.get == NOT_FOUND and place not in compared and UNKNOWN.keys() & things[line.thing].keys():
            compared.add(place)
            unknown = unknown_address(line, things)
            if body_of(got, address) != body_of(answer_to(browser, "get", unknown), unknown):
                wrong.append(f"{line.route} as {account}: what is hidden looks different from what is unknown")

    record_property("route_matrix_requests", asked)
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_each_entry_that_was_written_on_the_way_is_said_in_words(things: Things) -> None:
    assert things
    lines = list(all_lines_of(Entry.objects.order_by("-n")))

    assert [one for one in lines if not (one.who and one.what and one.kind and one.reference)] == []
    assert len({one.kind for one in lines}) > 15
