"""The figures counted by SQL that was written by hand from scheme.md, beside what the pages show.

Nothing of the code of the figures is used here: states come from the journal, types and countries from who took part,
durations from the moments of the journal's entries, money from agreements and payments.

Section 9: "target and realised exchanges by visitor type; budget planned, committed, paid, free; funnel and time per
phase; countries from-to; ratings; overdue. The exchange counts once, for the visitor's partnership."
"""

import csv
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import connection
from django.test import Client

# The state of every exchange at a moment, as the journal tells it; one of which nothing is told is in preparation.
STOOD = """
create or replace function pg_temp.stood(until timestamptz, wanted text) returns table (
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
TARGETS = """
select aimed.key, sum(aimed.value::int) from partnerships_partnership as partnership,
  jsonb_each_text(partnership.targets) as aimed
where partnership.edition_id = (select id from scheme_edition where code = 'demonstration')
  and (%(partnership)s = '' or partnership.slug = %(partnership)s)
group by aimed.key
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
# Matches, and the median of days from the visitor's acceptance as a participant to the match.
MATCHED = """
select count(*), round(percentile_cont(0.5) within group (
  order by extract(epoch from exchange.created_at - visit.created_at) / 86400
)::numeric, 1)::float
from pg_temp.stood(%(until)s, %(partnership)s) as stood
join exchange_building_exchange as exchange on exchange.id = stood.id
join registration_participation as visit on visit.id = exchange.visitor_participation_id
"""
# Registrations of visitors that were submitted, those accepted, and the median of days from one to the other.
REGISTERED = """
with first as (
  select "case", min(at) as at from workflow_entry
  where kind = 'application' and action = 'submit_application' and at <= %(until)s group by "case"
)
select count(*), count(participation.id),
  round(percentile_cont(0.5) within group (
    order by extract(epoch from participation.created_at - first.at) / 86400
  ) filter (where participation.id is not null)::numeric, 1)::float
from registration_application as application
join first on first."case" = application.reference
join partnerships_partnership as partnership on partnership.id = application.partnership_id
left join registration_participation as participation on participation.application_id = application.id
  and participation.role = 'visit' and participation.created_at <= %(until)s
where application.asks_visit and (%(partnership)s = '' or partnership.slug = %(partnership)s)
"""
# The validation by the visitor's partnership reserves, the signature commits, a payment pays (section 6); as it is now.
MONEY = """
with of_agreements as (
  select agreement.state, agreement.amount_cents, agreement.decline_reason, exchange.id as exchange_id
  from exchange_building_financialagreement as agreement
  join exchange_building_exchange as exchange on exchange.id = agreement.exchange_id
  join partnerships_partnership as partnership on partnership.id = exchange.visitor_partnership_id
  where agreement.amount_cents is not null and (%(partnership)s = '' or partnership.slug = %(partnership)s)
), of_payments as (
  select payment.exchange_id, payment.state, payment.amount_cents from finalisation_payment as payment
  where payment.exchange_id in (select exchange_id from of_agreements)
)
select
  (select sum(planned_cents) from partnerships_budget as budget
    join partnerships_partnership as partnership on partnership.id = budget.partnership_id
    where %(partnership)s = '' or partnership.slug = %(partnership)s),
  (select coalesce(sum(amount_cents), 0) from of_agreements
    where state in ('DRAFT', 'OFFERED') and decline_reason = ''),
  (select coalesce(sum(case when coalesce(payment.state, 'NOT_DUE') = 'NOT_DUE'
      then agreement.amount_cents else payment.amount_cents end), 0)
    from of_agreements as agreement left join of_payments as payment on payment.exchange_id = agreement.exchange_id
    where agreement.state = 'SIGNED' and coalesce(payment.state, '') not in ('PAID', 'CONFIRMED', 'WAIVED')),
  (select coalesce(sum(amount_cents), 0) from of_payments where state in ('PAID', 'CONFIRMED'))
"""
RATINGS = """
select rated.key, round(avg(rated.value::numeric), 1)::float, count(*)
from finalisation_activityreport as report
join exchange_building_exchange as exchange on exchange.id = report.exchange_id
join partnerships_partnership as partnership on partnership.id = exchange.visitor_partnership_id,
  jsonb_each_text(report.ratings) as rated
where report.submitted_at <= %(until)s and (%(partnership)s = '' or partnership.slug = %(partnership)s)
group by rated.key
"""
AWAY = """
select stood.reference from pg_temp.stood(%(until)s, %(partnership)s) as stood
join exchange_building_exchange as exchange on exchange.id = stood.id
where stood.state in ('RUNNING', 'INTERRUPTED') and exchange.format = 'physical'
"""
# What somebody has been asked for in a case and has not done although its day is over; as it is now.
OVERDUE = """
select count(*) from workflow_obligation as asked
left join exchange_building_exchange as exchange on asked.root_kind = 'exchange' and exchange.id = asked.root_id
left join registration_application as application on asked.root_kind = 'application' and application.id = asked.root_id
left join registration_participation as participation
  on asked.root_kind = 'participation' and participation.id = asked.root_id
join partnerships_partnership as partnership on partnership.id = coalesce(
  exchange.visitor_partnership_id, application.partnership_id, participation.partnership_id
)
where asked.closed_at is null and not asked.is_watch and asked.due_at <= %(until)s
  and (%(partnership)s = '' or partnership.slug = %(partnership)s)
"""

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
RATING_WORDS = {
    "host": "The host organisation", "visitor_partnership": "The visitor's partnership",
    "host_partnership": "The host's partnership", "tool": "This tool", "information": "The information received",
    "funding": "The funding",
}  # fmt: skip
# What SQL can only tell of the moment at which it is asked.
OF_NOW = frozenset({"budget", "overdue"})


def asked(statement: str, until: datetime, partnership: str = "") -> list[tuple[Any, ...]]:
    """Run a statement of this page; `pg_temp.stood` belongs to the connection and is made on the way."""
    with connection.cursor() as cursor:
        cursor.execute(STOOD)
        cursor.execute(statement, {"until": until, "partnership": partnership})
        return list(cursor.fetchall())


def counted(until: datetime, partnership: str = "") -> dict[str, Any]:
    """Count every figure at a moment; those of `OF_NOW` only if the moment is now."""

    def rows(statement: str) -> list[tuple[Any, ...]]:
        return asked(statement, until, partnership)

    states = {STATE_WORDS[state]: number for state, number in rows(BY_STATE)}
    [(matched, days_to_match)] = rows(MATCHED)
    [(submitted, accepted, days)] = rows(REGISTERED)
    steps = {step: (number, median) for step, number, median in rows(STEPS)}
    targets, types = dict(rows(TARGETS)), {kind: numbers for kind, *numbers in rows(BY_TYPE)}
    [(planned, reserved, committed, paid)] = rows(MONEY)
    free = planned - reserved - committed - paid
    [(overdue,)] = rows(OVERDUE)
    ratings = {name: [mean, number] for name, mean, number in rows(RATINGS) if name in RATING_WORDS}
    return {
        "states": {**states, "All": sum(states.values())},
        "targets": {words: [targets.get(kind), *types.get(kind, [0, 0])] for kind, words in TYPE_WORDS.items()},
        "funnel": {
            "Registrations of visitors submitted": [submitted, None],
            "Registrations of visitors accepted": [accepted, days],
            "Matches confirmed by both": [matched, days_to_match],
            **{words: [*steps.get(step, (0, None))] for step, words in STEP_WORDS.items()},
        },
        "budget": {"Planned": planned, "Reserved": reserved, "Committed": committed, "Paid": paid, "Free": free},
        "countries": {(one, other): number for one, other, number in rows(BY_COUNTRIES)},
        "ratings": {words: ratings.get(name, [None, 0]) for name, words in RATING_WORDS.items()},
        "overdue": overdue,
        "away": sorted(reference for (reference,) in rows(AWAY)),
    }


def shown(browser: Client, **chosen: str) -> dict[str, Any]:
    """Give every figure as the pages show it."""
    page: Any = browser.get("/figures/", chosen)
    countries: Any = browser.get("/figures/countries/", chosen)
    overdue: Any = browser.get("/figures/overdue/", chosen)
    away: Any = browser.get("/figures/away.csv", chosen)
    pairs = {}
    for _label, [cell] in table_of(countries, "countries").rows:
        behind = parse_qs(urlsplit(cell.url).query)
        pairs[behind["from"][0], behind["to"][0]] = cell.value
    lines = list(csv.reader(b"".join(away.streaming_content).decode("utf-8-sig").splitlines()))
    return {
        "states": {label: cells[0] for label, cells in rows_of(page, "states").items()},
        "targets": rows_of(page, "targets"),
        "funnel": rows_of(page, "funnel"),
        "budget": {label: round(cells[0] * 100) for label, cells in rows_of(page, "budget").items()},
        "countries": pairs,
        "ratings": rows_of(browser.get("/figures/ratings/", chosen), "ratings"),
        "overdue": overdue.context["page"].paginator.count,
        "away": sorted(line[-1] for line in lines[1:]),
    }


def table_of(page: Any, name: str) -> Any:  # noqa: ANN401 -- an answer of the test client, and what it shows
    return next(one for one in page.context["tables"] if one.id == name)


def rows_of(page: Any, name: str) -> dict[str, list[Any]]:  # noqa: ANN401 -- as above
    """Give the numbers of a table of a page by the words of its rows."""
    return {label: [cell.value for cell in cells] for label, cells in table_of(page, name).rows}


def differences(here: Mapping[str, Any], there: Mapping[str, Any], left_out: frozenset[str] = frozenset()) -> list[str]:
    """Say in which figures two countings do not agree."""
    return [
        f"{name}: shown {here[name]}, counted {there[name]}"
        for name in here
        if name not in left_out and here[name] != there[name]
    ]
