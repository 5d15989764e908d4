"""Amounts are integer cents; this is the only place where they become text."""

from babel import Locale
from babel.numbers import format_currency

CURRENCY_SIGN = "¤"


def format_cents(cents: int, language: str, currency: str = "EUR") -> str:
    """Write an amount in cents as the language does, with the currency code: EUR 390.00, in Polish 390,00 EUR."""
    locale = Locale.parse(language, sep="-")
    goes_first = locale.currency_formats["standard"].pattern.startswith(CURRENCY_SIGN)
    pattern = "¤¤ #,##0.00" if goes_first else "#,##0.00 ¤¤"
    return format_currency(cents / 100, currency, pattern, locale=locale)
