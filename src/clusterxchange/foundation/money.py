"""Amounts are integer cents; this is the only place where they become text."""

from babel.numbers import format_currency


def format_cents(cents: int, language: str, currency: str = "EUR") -> str:
    """Write an amount in cents as the language does, with the currency code: EUR 390.00."""
    return format_currency(cents / 100, currency, "¤¤ #,##0.00", locale=language)
