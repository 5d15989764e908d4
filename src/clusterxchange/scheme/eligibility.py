"""Who may visit and who may host."""

from dataclasses import dataclass

from clusterxchange.scheme.document import Membership, Role, Scheme

LARGE = "large"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an organisation may take part in a role, and the code of every rule that forbids it."""

    refusals: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether nothing forbids it."""
        return not self.refusals


class UnknownOrganisationType(LookupError):
    """Say that the matrix has no such type."""


def eligible(
    scheme: Scheme,
    *,
    organisation_type: str,
    country: str,
    role: Role | str,
    membership: Membership | str,
    agency_approval: bool = False,
) -> Verdict:
    """Judge one role; an organisation that asks for both is judged for each.

    `country` is where the person is based. `agency_approval` is the approval that the exception for hosts needs.

    :raises UnknownOrganisationType: when the matrix has no such type.
    """
    if organisation_type not in scheme.eligibility.matrix:
        raise UnknownOrganisationType(organisation_type)
    cell = scheme.eligibility.matrix[organisation_type][Role(role)]
    refusals: list[str] = []
    if not scheme.participates(country):
        refusals.append("country_not_participating")
    if not cell.is_allowed:
        refusals.append(f"type_may_not_{Role(role).value}")
    else:
        refusal = cell.refusals[Membership(membership)]
        if refusal is not None and not (agency_approval and refusal == "agency_approval_missing"):
            refusals.append(refusal)
    return Verdict(tuple(refusals))


def size_class(
    scheme: Scheme, *, people: int, turnover_eur: int | None = None, balance_sheet_eur: int | None = None
) -> str:
    """Give the class by the EU's definition: the smallest one that fits, `large` where none does.

    The people have to be fewer than the bound, and the turnover or the balance sheet not above its own. Where neither
    is known the people alone decide.
    """
    for size in scheme.eligibility.size_classes:
        money = [
            figure <= bound
            for figure, bound in (
                (turnover_eur, size.turnover_up_to_eur),
                (balance_sheet_eur, size.balance_sheet_up_to_eur),
            )
            if figure is not None
        ]
        if people < size.people_under and (any(money) or not money):
            return size.name
    return LARGE


def third_country_refusal(
    scheme: Scheme, *, nationality: str, days: int, has_permit: bool, has_or_intends_business: bool
) -> str | None:
    """Give the code where a representative from a third country does not meet the rule, None where it is met.

    The nationality of a participating country needs none of it.
    """
    if scheme.participates(nationality):
        return None
    if days >= scheme.eligibility.third_country_days and has_permit and has_or_intends_business:
        return None
    return "third_country_rule_not_met"
