"""The clauses of the agreements, with the figures of the edition in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel import Locale
from babel.units import format_unit

from clusterxchange.foundation.money import format_cents
from clusterxchange.scheme.document import Scheme

FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as it is read, in one language."""

    code: str
    title: str
    text: str


def clauses_of(scheme: Scheme, document: str, language: str) -> list[Clause]:
    """Give the clauses of `commitment_to_quality` or `financial_agreement` as they are read in a language.

    A clause that is not written in that language is given in English.
    """
    return [_clause(clause.code, clause.titles, clause.texts, scheme, language) for clause in scheme.clauses[document]]


def figures_of(scheme: Scheme, language: str) -> dict[str, str]:
    """Give the figures that a clause may name, written as the language writes them."""
    locale = Locale.parse(language, sep="-")
    terms = scheme.terms.by_name
    return {
        "minimum_working_days": str(scheme.durations.minimum_working_days),
        "longest_stay": format_unit(scheme.durations.maximum_months, "duration-month", "long", locale=locale),
        "maximum_amount": format_cents(scheme.amounts.maximum_cents, language, scheme.amounts.currency),
        "divisor": str(scheme.halving.divisor),
        "halving_working_days": str(scheme.halving.working_days_under),
        "halving_distance_km": f"{scheme.halving.distance_km_under:g}",
        "payment_days": str(terms["payment"].length),
        "report_days": str(terms["report"].length),
        "report_validation_days": str(terms["report_validation"].length),
    }


def _clause(code: str, titles: Mapping[str, str], texts: Mapping[str, str], scheme: Scheme, language: str) -> Clause:
    written_in = language if language in texts and language in titles else FALLBACK_LANGUAGE
    return Clause(code, titles[written_in], texts[written_in].format_map(figures_of(scheme, written_in)))
