"""The figures against SQL written by hand from scheme.md, over all that the demonstration has done.

Nothing of the code of the figures is used here: states come from the journal, types and countries from who took part,
durations from the moments of the journal's entries, money from agreements and payments.

Section 9: "target and realised exchanges by visitor type; budget planned, committed, paid, free; funnel and time per
phase; countries from-to; ratings; overdue. The exchange counts once, for the visitor's partnership."
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.cases import EXCHANGES
from clusterxchange.journeys.demonstration.install import install
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Partnership

BRUSSELS = ZoneInfo("Europe/Brussels")
# Late on the day on which the stay of the exchange that is under way has ended: reports are open, others are closed.
NOW = datetime(2026, 3, 24, 18, 0, tzinfo=BRUSSELS)
EARLIER = "2026-02-20"
END_OF_EARLIER = datetime(2026, 2, 21, 0, 0, tzinfo=BRUSSELS)
TARGETS = {"sme": 25, "cluster_organisation": 5, "scaling_up_support": 10}

# The state of every exchange at a moment, as the journal tells it; one of which nothing is told is in preparation.
STOOD = """
create function pg_temp.stood(until timestamptz, wanted text) returns table (
  id bigint, reference text, state text, partnership text, type text, from_country text, to_country text
) language sql as $$
  with told as (
    select distinct on ("case") "case" as reference, after as state from workflow_entry
    where kind = 'exchange' and before <> after and at <= until order by "case", n desc
  )
  select exchange.id, exchange.reference, coalesce(told.state, 'PREPARING'), partnership.slug,
    organisation.organisation_type, coalesce(nullif(guest.based_in, ''), organisation.country),
    coalesce(nullif(host.based_in, ''), hosting.country)
  from exchange_building_exchange as exchange
  left join told on told.reference = exchange.reference
  join registration_participation as visit on visit.id = exchange.visitor_participation_id
  join registration_participation as stay on stay.id = exchange.host_participation_id
  join partnerships_partnership as partnership on partnership.id = visit.partnership_id
  join organisations_organisation as organisation on organisation.id = visit.organisation_id
  join organisations_organisation as hosting on hosting.id = stay.organisation_id
  join registration_application as asked on asked.id = visit.application_id
  join registration_application as offered on offered.id = stay.application_id
  join organisations_representative as guest on guest.id = asked.representative_id
  join organisations_representative as host on host.id = offered.representative_id
  where exchange.created_at <= until and (wanted = '' or partnership.slug = wanted)
$$
"""
BY_STATE = "select state, count(*) from pg_temp.stood(%(until)s, %(partnership)s) group by state"
BY_TYPE = """
select type, count(*) filter (where state = 'CLOSED'), count(*) from pg_temp.stood(%(until)s, %(partnership)s)
group by type
"""
BY_COUNTRIES = """
select from_country, to_country, count(*) from pg_temp.stood(%(until)s, %(partnership)s)
where state <> 'CANCELLED' group by from_country, to_country
"""
# From when a state was reached to when the next one was, in days; the first begins with the match.
STEPS = """
with reached as (
  select stood.id, entry.after as state, min(entry.at) as at
  from pg_temp.stood(%(until)s, %(partnership)s) as stood
  join workflow_entry as entry on entry."case" = stood.reference
  where entry.kind = 'exchange' and entry.before <> entry.after and entry.at <= %(until)s
  group by stood.id, entry.after
), lasted as (
  select own.state, extract(epoch from own.at - coalesce(before.at, exchange.created_at)) / 86400 as days
  from reached as own join exchange_building_exchange as exchange on exchange.id = own.id
  left join reached as before on before.id = own.id and before.state = case own.state
    when 'READY' then 'AGREED' when 'RUNNING' then 'READY' when 'ENDED' then 'RUNNING' when 'CLOSED' then 'ENDED' end
  where own.state in ('AGREED', 'READY', 'RUNNING', 'ENDED', 'CLOSED')
)
select state, count(*), round(percentile_cont(0.5) within group (order by days)::numeric, 1)::float
from lasted group by state
"""
REGISTERED = """
select count(*), count(*) filter (where participation.id is not null)
from registration_application as application
join partnerships_partnership as partnership on partnership.id = application.partnership_id
left join registration_participation as participation
  on participation.application_id = application.id and participation.role = 'visit'
where application.asks_visit and application.submitted_at is not null
"""
MONEY = """
select
  (select sum(planned_cents) from partnerships_budget),
  (select coalesce(sum(amount_cents), 0) from exchange_building_financialagreement as agreement
    where state in ('DRAFT', 'OFFERED') and amount_cents is not null),
  (select coalesce(sum(agreement.amount_cents), 0) from exchange_building_financialagreement as agreement
    left join finalisation_payment as payment on payment.exchange_id = agreement.exchange_id
      and payment.state in ('PAID', 'CONFIRMED')
    where agreement.state = 'SIGNED' and payment.id is null),
  (select coalesce(sum(amount_cents), 0) from finalisation_payment where state in ('PAID', 'CONFIRMED'))
"""
RATINGS = """
select rated.key, round(avg(rated.value::numeric), 1)::float, count(*)
from finalisation_activityreport as report, jsonb_each_text(report.ratings) as rated
where report.submitted_at is not null group by rated.key
"""
AWAY = """
select stood.reference from pg_temp.stood(%(until)s, %(partnership)s) as stood
join exchange_building_exchange as exchange on exchange.id = stood.id
where stood.state in ('RUNNING', 'INTERRUPTED') and exchange.format = 'physical'
"""
OVERDUE = """
select count(*) from workflow_obligation
where closed_at is null and not is_watch and due_at <= %(until)s and root_kind in ('exchange', 'application')
"""


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001 -- makes the database
    """Make the demonstration once, let some of its exchanges go on, and leave nothing behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        install()
        with connection.cursor() as cursor:
            cursor.execute(STOOD)
        Partnership.objects.filter(slug="clamtex").update(targets=TARGETS)
        clock.set_clock(NOW)
        with connection.cursor() as cursor:
            cursor.execute("analyze")  # without counts of the new rows the planner may take minutes for a list
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("played"), pytest.mark.timeout(900)]


def asked(statement: str, **given: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- what the statement takes
    with connection.cursor() as cursor:
        cursor.execute(statement, {"until": NOW, "partnership": "", **given})
        return list(cursor.fetchall())


def browser_of(email: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(email=f"{email}@demo.example"))
    return client


def rows_of(page: Any, table: str) -> dict[str, list[Any]]:  # noqa: ANN401 -- an answer of the test client
    """Give the numbers of a table of a page by the words of its rows."""
    found = next(one for one in page.context["tables"] if one.id == table)
    return {label: [cell.value for cell in cells] for label, cells in found.rows}


def links_of(page: Any, table: str) -> list[tuple[Any, str]]:  # noqa: ANN401 -- as above
    found = next(one for one in page.context["tables"] if one.id == table)
    return [(cell.value, cell.url) for _label, cells in found.rows for cell in cells if cell.url]


STATE_WORDS = {
    "PREPARING": "In preparation", "AGREED": "Agreed", "READY": "Ready to start", "RUNNING": "Under way",
    "INTERRUPTED": "Interrupted", "ENDED": "Ended", "CLOSED": "Closed", "CANCELLED": "Cancelled",
}  # fmt: skip
TYPE_WORDS = {
    "cluster_organisation": "Cluster organisation", "business_network": "Business network organisation",
    "scaling_up_support": "Scaling-up support organisation", "sme": "Small or medium-sized enterprise",
}  # fmt: skip
STEP_WORDS = {
    "AGREED": "Commitments to Quality signed", "READY": "Exchanges ready to start", "RUNNING": "Exchanges started",
    "ENDED": "Exchanges ended", "CLOSED": "Exchanges closed",
}  # fmt: skip


def scopes() -> list[tuple[str, Mapping[str, Any]]]:
    return [
        ("", {}),
        (f"?as_of={EARLIER}", {"until": END_OF_EARLIER}),
        ("?partnership=clamtex", {"partnership": "clamtex"}),
    ]


@pytest.mark.parametrize(("query", "given"), scopes(), ids=["all", "earlier", "one partnership"])
def test_states_types_and_steps_are_what_the_journal_tells(query: str, given: Mapping[str, Any]) -> None:
    page = browser_of("support").get(f"/figures/{query}")

    states = {STATE_WORDS[state]: number for state, number in asked(BY_STATE, **given)}
    shown = {label: cells[0] for label, cells in rows_of(page, "states").items()}
    assert shown == {**states, "All": sum(states.values())}
    types = {TYPE_WORDS[kind]: [closed, number] for kind, closed, number in asked(BY_TYPE, **given)}
    assert {label: cells[1:] for label, cells in rows_of(page, "targets").items() if cells[2]} == types
    steps = {STEP_WORDS[state]: [number, days] for state, number, days in asked(STEPS, **given)}
    funnel = rows_of(page, "funnel")
    assert {label: funnel[label] for label in STEP_WORDS.values() if funnel[label][0]} == steps


def test_the_world_has_something_of_everything() -> None:
    assert {"PREPARING", "AGREED", "READY", "RUNNING", "ENDED", "CLOSED"} <= {row[0] for row in asked(BY_STATE)}
    assert len(asked(STEPS)) == 5
    assert asked(BY_STATE) != asked(BY_STATE, until=END_OF_EARLIER)
    assert len(EXCHANGES) > 10


def test_registrations_and_money_are_those_of_the_cases() -> None:
    page = browser_of("support").get("/figures/")

    [(submitted, accepted)] = asked(REGISTERED)
    funnel = rows_of(page, "funnel")
    assert funnel["Registrations of visitors submitted"][0] == submitted
    assert funnel["Registrations of visitors accepted"][0] == accepted
    [(planned, reserved, committed, paid)] = asked(MONEY)
    free = planned - reserved - committed - paid
    shown = {label: round(cells[0] * 100) for label, cells in rows_of(page, "budget").items()}
    assert shown == {"Planned": planned, "Reserved": reserved, "Committed": committed, "Paid": paid, "Free": free}
    assert paid > 0


def test_targets_are_those_of_the_partnership() -> None:
    page = browser_of("visitor.coordinator").get("/figures/")

    assert {label: cells[0] for label, cells in rows_of(page, "targets").items()} == {
        TYPE_WORDS[kind]: TARGETS.get(kind) for kind in TYPE_WORDS
    }


def test_countries_and_ratings_are_those_of_people_and_reports() -> None:
    support = browser_of("support")

    pairs = sorted(number for _one, _other, number in asked(BY_COUNTRIES))
    shown = rows_of(support.get("/figures/countries/"), "countries")
    assert sorted(cells[0] for cells in shown.values()) == pairs
    for address, (one, other, number) in zip(
        sorted(url for _value, url in links_of(support.get("/figures/countries/"), "countries")),
        sorted(asked(BY_COUNTRIES)),
        strict=True,
    ):
        assert f"from={one}&to={other}" in address
        assert number == support.get(address).context["page"].paginator.count
    ratings = rows_of(support.get("/figures/ratings/"), "ratings")
    means = {name: [mean, number] for name, mean, number in asked(RATINGS)}
    words = {"host": "The host organisation", "tool": "This tool", "information": "The information received"}
    assert means
    for name, label in words.items():
        assert ratings[label] == means.get(name, [None, 0])


def test_who_is_away_and_what_is_overdue() -> None:
    support = browser_of("support")

    away = support.get("/figures/away/").content.decode()
    assert sorted(re.findall(r'data-ref="([^"]+)"', away)) == sorted(reference for (reference,) in asked(AWAY))
    [(late,)] = asked(OVERDUE)
    assert late > 0
    assert support.get("/figures/overdue/").context["page"].paginator.count == late


def test_every_number_opens_a_list_of_as_many() -> None:
    support = browser_of("support")

    for query in ("", f"?as_of={EARLIER}"):
        page = support.get(f"/figures/{query}")
        for table in ("states", "targets", "funnel"):
            for value, url in links_of(page, table):
                assert support.get(url).context["page"].paginator.count == value, url


def test_the_sum_of_all_partnerships_is_the_whole_scheme() -> None:
    support = browser_of("support")
    slugs = Partnership.objects.filter(edition__code="demonstration").values_list("slug", flat=True)

    parts = [rows_of(support.get(f"/figures/?partnership={slug}"), "states")["All"][0] for slug in slugs]

    [(number,)] = asked("select count(*) from exchange_building_exchange")
    assert sum(parts) == rows_of(support.get("/figures/"), "states")["All"][0] == number


def test_files_hold_the_same_numbers() -> None:
    support = browser_of("support")

    listed: Any = support.get("/figures/figures.csv")
    text = b"".join(listed.streaming_content).decode()
    for state, number in asked(BY_STATE):
        assert f"Exchanges by state,{STATE_WORDS[state]},Exchanges,{number}\r\n" in text
    assert support.get("/figures/figures.pdf").content.startswith(b"%PDF")
    assert support.get("/figures/figures.xlsx")["content-type"].endswith("sheet")


def test_a_filter_that_does_not_exist_any_more_is_said_and_left_out() -> None:
    support = browser_of("support")

    for address, said in (
        ("/figures/?partnership=gone", "There is no partnership “gone” here"),
        ("/figures/?as_of=soon", "“soon” is no day"),
        ("/figures/?as_of=2031-01-01", "That day has not come yet"),
        ("/figures/?edition=fourth", "There is no edition “fourth”"),
        ("/figures/exchanges/?state=LOST", "The filter “state: LOST” does not exist any more"),
        ("/figures/exchanges/?step=flown&from=QQ", "The filter “from: QQ” does not exist any more"),
    ):
        page = support.get(address)
        assert page.status_code == 200
        assert said in page.content.decode(), address


def test_a_partnership_sees_its_own_numbers_alone_and_others_none() -> None:
    coordinator = browser_of("visitor.coordinator")

    shown = rows_of(coordinator.get("/figures/?partnership=blues"), "states")
    assert shown["All"][0] == sum(number for _state, number in asked(BY_STATE, partnership="clamtex"))
    for email in ("visitor", "host", "newcomer", "stranger"):
        assert browser_of(email).get("/figures/").status_code == 404
    assert Client().get("/figures/").status_code == 302
    assert browser_of("agency").get("/figures/away/").status_code == 200


def test_the_page_asks_as_often_for_many_exchanges_as_for_few(django_assert_num_queries: Any) -> None:  # noqa: ANN401 -- a fixture
    support = browser_of("support")
    support.get("/figures/")
    with django_assert_num_queries(len(queries_of(support, f"/figures/?as_of={EARLIER}"))):
        support.get("/figures/")


def queries_of(client: Client, address: str) -> list[Any]:
    with CaptureQueriesContext(connection) as counted:
        client.get(address)
    return list(counted.captured_queries)
