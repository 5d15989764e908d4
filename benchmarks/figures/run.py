"""A demonstration with many more exchanges in it, and what each page of the figures takes."""

import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from benchmarks.pages.measuring import measured
from clusterxchange.foundation import clock
from clusterxchange.foundation.garbage import collect_seldom
from clusterxchange.journeys.demonstration.install import install
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.exchange_building.models import Exchange

PAGES = (
    "/figures/", "/figures/?as_of=2025-06-30", "/figures/?partnership=clamtex", "/figures/countries/",
    "/figures/ratings/", "/figures/away/", "/figures/away/?as_of=2025-06-30", "/figures/overdue/",
    "/figures/overdue/?as_of=2025-06-30", "/figures/exchanges/?state=CLOSED", "/figures/behind/registrations/",
    "/figures/behind/money/?part=paid", "/figures/behind/ratings/?rated=host",
)  # fmt: skip
# Each exchange is as far as its number says, begun on one of a thousand days, with one of many lengths for each step.
SPREAD = """
insert into exchange_building_exchange (
  {columns}, proposal_id, reference, state, state_since, created_at, agreed_at, ready_at, started_at, ended_at,
  closed_at, cancelled_at, visitor_partnership_id, visitor_type, from_country, to_country
)
select {values}, -number, 'EXC-2023-' || lpad(number::text, 6, '0'),
  (array['PREPARING', 'AGREED', 'READY', 'RUNNING', 'ENDED', 'CLOSED', 'CLOSED', 'CLOSED', 'CLOSED', 'CANCELLED'])[
    1 + far
  ],
  begun + far * step, begun,
  case when far between 1 and 8 then begun + step end, case when far between 2 and 8 then begun + 2 * step end,
  case when far between 3 and 8 then begun + 3 * step end, case when far between 4 and 8 then begun + 4 * step end,
  case when far between 5 and 8 then begun + 5 * step end, case when far = 9 then begun + step end,
  partnerships[1 + number %% array_length(partnerships, 1)],
  (array['sme', 'sme', 'cluster_organisation', 'scaling_up_support'])[1 + number %% 4],
  countries[1 + number %% array_length(countries, 1)], countries[1 + (number * 7 + 3) %% array_length(countries, 1)]
from (
  select number, number %% 10 as far, timestamptz '2023-01-01' + (number * 37 %% 1000) * interval '1 day' as begun,
    (1 + number * 13 %% 29) * interval '1 day' as step
  from generate_series(1, %s) as number
) as numbers, exchange_building_exchange as pattern,
(select array_agg(id) as partnerships from partnerships_partnership) as all_partnerships,
(select array_agg(distinct country) as countries from organisations_organisation) as all_countries
where pattern.id = %s
"""
REPORTS = """
insert into finalisation_activityreport ({columns}, exchange_id, ratings)
select {values}, exchange.id,
  jsonb_build_object('host', 1 + exchange.id % 5, 'tool', 1 + exchange.id % 4, 'information', 3, 'funding', 4)
from exchange_building_exchange as exchange, finalisation_activityreport as pattern
where exchange.proposal_id < 0 and exchange.ended_at is not null and pattern.id = (
  select min(id) from finalisation_activityreport where side = 'V' and submitted_at is not null
)
"""
# What was agreed was reserved, what became ready committed, what was closed paid; the budgets hold it all.
MOVES = """
insert into partnerships_budgetmove (partnership_id, "case", source, target, cents, at)
select exchange.visitor_partnership_id, exchange.reference, moved.source, moved.target, 78000, moved.at
from exchange_building_exchange as exchange, lateral (values
  ('free', 'reserved', exchange.agreed_at), ('reserved', 'committed', exchange.ready_at),
  ('committed', 'paid', exchange.closed_at)
) as moved (source, target, at)
where exchange.proposal_id < 0 and moved.at is not null
"""
HELD = """
update partnerships_budget as budget set
  planned_cents = planned_cents + held.reserved + held.committed + held.paid,
  reserved_cents = reserved_cents + held.reserved, committed_cents = committed_cents + held.committed,
  paid_cents = paid_cents + held.paid
from (
  select partnership_id,
    sum(case 'reserved' when target then cents when source then -cents else 0 end) as reserved,
    sum(case 'committed' when target then cents when source then -cents else 0 end) as committed,
    sum(case 'paid' when target then cents when source then -cents else 0 end) as paid
  from partnerships_budgetmove where "case" like 'EXC-2023-%' group by partnership_id
) as held
where held.partnership_id = budget.partnership_id
"""
GIVEN_ONE_BY_ONE = {
    "id", "proposal_id", "reference", "state", "state_since", "created_at", "agreed_at", "ready_at", "started_at",
    "ended_at", "closed_at", "cancelled_at", "visitor_partnership_id", "visitor_type", "from_country", "to_country",
}  # fmt: skip


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def fill(count: int) -> None:
    """Let a closed exchange of the demonstration stand for many, each with moments and countries of its own."""
    pattern = Exchange.objects.filter(state="CLOSED").earliest("pk")
    with transaction.atomic(), connection.cursor() as cursor:
        # What is generated belongs to no proposal, so nothing is looked up in other tables.
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(_filled(SPREAD, "exchange_building_exchange", GIVEN_ONE_BY_ONE), [count, pattern.pk])
        cursor.execute(_filled(REPORTS, "finalisation_activityreport", {"id", "exchange_id", "ratings"}))
        cursor.execute(MOVES)
        cursor.execute(HELD)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def _filled(statement: str, table: str, given: set[str]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select column_name from information_schema.columns where table_name = %s", [table])
        names = [name for (name,) in cursor.fetchall() if name not in given]
    columns = ", ".join(f'"{name}"' for name in names)
    return statement.format(columns=columns, values=", ".join(f'pattern."{name}"' for name in names))


def run(count: int, rounds: int, at_most: float) -> int:
    """Measure each page and judge; 1 where one is too slow."""
    settings.ROOT_URLCONF = "benchmarks.pages.urls"
    call_command("migrate", verbosity=0)
    clock.start_demonstration_clock()
    install()
    fill(count)
    client = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})
    collect_seldom()  # as the web server does
    client.force_login(Account.objects.get(email="support@demo.example"))
    tell(f"{Exchange.objects.count():,} exchanges")
    missed = 0
    for address in PAGES:
        figures = measured(client, [address] * rounds)
        is_met = figures.p95 <= at_most
        missed += not is_met
        verdict = "met" if is_met else "MISSED"
        times = f"p50 {figures.p50:7.1f} ms   p95 {figures.p95:7.1f} ms"
        tell(f"{verdict:6} {address:38} {times}   {figures.queries:3} queries")
    return 1 if missed else 0
