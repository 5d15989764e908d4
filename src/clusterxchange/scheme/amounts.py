"""The lump sum of an exchange, with its working."""

from dataclasses import dataclass

from clusterxchange.scheme.document import Format, Scheme

UNDER_FIVE_WORKING_DAYS = "under_five_working_days"
UNDER_200_KM = "under_200_km"


@dataclass(frozen=True, slots=True)
class AmountWorking:
    """An amount in cents and how it came about; where there is a refusal, all amounts are 0.

    `full_cents` is the amount before any halving, `reasons` are the codes for which it was halved.
    """

    cents: int
    full_cents: int
    halved: bool
    reasons: tuple[str, ...]
    refusal: str | None


def refused(code: str) -> AmountWorking:
    """Give the working that says why there is no amount."""
    return AmountWorking(cents=0, full_cents=0, halved=False, reasons=(), refusal=code)


def lump_sum(
    scheme: Scheme,
    *,
    from_country: str,
    to_country: str,
    days: int,
    kilometres: float,
    format: Format | str,  # noqa: A002 -- the word that the scheme has for it
    partnership_full_cents: int | None = None,
) -> AmountWorking:
    """Compute the lump sum for a number of full working days at the host.

    `partnership_full_cents` is the full amount of a partnership that pays less than the cap; it never raises it.
    """
    refusal = _refusal(scheme, from_country=from_country, to_country=to_country, days=days)
    if refusal is not None:
        return refused(refusal)
    if Format(format) is Format.VIRTUAL or not scheme.agreement.pays:
        return AmountWorking(cents=0, full_cents=0, halved=False, reasons=(), refusal=None)
    full_cents = scheme.amounts.full_cents_by_host_country.get(to_country)
    if full_cents is None:
        return refused("amount_not_published")
    if partnership_full_cents is not None:
        full_cents = min(full_cents, partnership_full_cents)
    return _worked_out(scheme, full_cents=full_cents, days=days, kilometres=kilometres)


def lump_sum_after_the_stay(
    scheme: Scheme,
    *,
    full_cents: int,
    agreed_cents: int,
    days: int,
    kilometres: float,
    force_majeure: bool = False,
) -> AmountWorking:
    """Compute again what is due once the days really spent at the host are known.

    It never exceeds what was agreed. Too short a stay is worth nothing, unless force majeure was granted.
    """
    if days < scheme.durations.minimum_working_days and not force_majeure:
        return AmountWorking(
            cents=0, full_cents=full_cents, halved=False, reasons=("under_three_working_days",), refusal=None
        )
    working = _worked_out(scheme, full_cents=full_cents, days=days, kilometres=kilometres)
    return AmountWorking(
        cents=min(working.cents, agreed_cents),
        full_cents=working.full_cents,
        halved=working.halved,
        reasons=working.reasons,
        refusal=None,
    )


def _refusal(scheme: Scheme, *, from_country: str, to_country: str, days: int) -> str | None:
    if not scheme.participates(from_country) or not scheme.participates(to_country):
        return "country_not_participating"
    if from_country == to_country:
        return "same_country"
    if days < scheme.durations.minimum_working_days:
        return "under_three_working_days"
    return None


def _worked_out(scheme: Scheme, *, full_cents: int, days: int, kilometres: float) -> AmountWorking:
    halving = scheme.halving
    reasons = tuple(
        code
        for code, holds in (
            (UNDER_FIVE_WORKING_DAYS, days < halving.working_days_under),
            (UNDER_200_KM, kilometres < halving.distance_km_under),
        )
        if holds
    )
    times = min(len(reasons), 1) if halving.at_most_once else len(reasons)
    return AmountWorking(
        cents=full_cents // halving.divisor**times,
        full_cents=full_cents,
        halved=bool(reasons),
        reasons=reasons,
        refusal=None,
    )
