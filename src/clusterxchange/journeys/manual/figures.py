"""The figures of the scheme that the manual tells, in words of the reader's language."""

from collections.abc import Mapping

from django.utils.translation import gettext, npgettext, override

from clusterxchange.foundation.money import format_cents
from clusterxchange.scheme.amounts import lump_sum
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.document import Format, Scheme, Unit

WHOLE_WEEK = 5


def figures_of(scheme: Scheme, language: str) -> Mapping[str, str]:
    """Give every figure by the name under which a text asks for it."""
    with override(language):
        return _figures_in(language, scheme)


def _figures_in(language: str, scheme: Scheme) -> Mapping[str, str]:
    halving, proposals = scheme.halving, scheme.proposals
    paid = scheme.amounts.full_cents_by_host_country
    shortest = scheme.durations.minimum_working_days
    # The example leads to the country with the highest amount, from the next one, far enough not to be halved.
    taking_part = (code for code in scheme.countries if scheme.participates(code))
    example_to, example_from = sorted(taking_part, key=lambda code: (-paid.get(code, 0), code))[:2]

    def example(days: int) -> str:
        far = halving.distance_km_under * 3
        working = lump_sum(
            scheme, from_country=example_from, to_country=example_to, days=days, kilometres=far, format=Format.PHYSICAL
        )
        return format_cents(working.cents, language)

    return {
        **{name: _length(term.length, term.unit) for name, term in scheme.terms.by_name.items()},
        "shortest_stay": _length(shortest, Unit.WORKING_DAYS),
        "longest_stay": _length(scheme.durations.maximum_months, Unit.MONTHS),
        "halved_under_days": _length(halving.working_days_under, Unit.WORKING_DAYS),
        "halved_under_km": gettext("%(number)s km") % {"number": round(halving.distance_km_under)},
        "highest_amount": format_cents(scheme.amounts.highest_cents, language),
        "example_from": country_name(example_from, language),
        "example_to": country_name(example_to, language),
        "example_of_a_week": example(WHOLE_WEEK),
        "example_of_few_days": example(shortest),
        "open_proposals": str(proposals.open_per_visitor),
        "shared_days": _length(proposals.overlap_working_days, Unit.WORKING_DAYS),
        "unanswered_before_hidden": str(proposals.unanswered_before_hidden),
        "residence_days": str(scheme.eligibility.third_country_days),
        "countries": str(sum(one.participates for one in scheme.countries.values())),
    }


def _length(number: int, unit: Unit) -> str:
    # Each text puts the length after a word such as "within", which Polish follows with its second case.
    words = {
        Unit.WORKING_DAYS: npgettext("within", "%(number)d working day", "%(number)d working days", number),
        Unit.CALENDAR_DAYS: npgettext("within", "%(number)d day", "%(number)d days", number),
        Unit.MONTHS: npgettext("within", "%(number)d month", "%(number)d months", number),
    }
    return words[unit] % {"number": number}
