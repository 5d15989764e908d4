"""What is read of exchanges, commitments and financial agreements."""

from datetime import datetime

from clusterxchange.phases.exchange_building.models import Commitment, Exchange
from clusterxchange.phases.registration.queries import scheme_of_edition
from clusterxchange.scheme.current import scheme_version
from clusterxchange.scheme.document import Scheme


def rules_of_case(exchange: Exchange, commitment: Commitment | None, at: datetime) -> Scheme:
    """Give the rules that hold for a case: those its text was frozen under, before that those in force."""
    if commitment is not None and commitment.edition_version_id is not None:
        return scheme_version(commitment.edition_version_id)
    return scheme_of_edition(exchange.edition_id, at)


def names_of_exchange(exchange: Exchange) -> dict[str, str]:
    """Give the names of the four parties as sentences need them."""
    return {
        "reference": exchange.reference or "",
        "visitor": exchange.visiting_organisation.legal_name,
        "host": exchange.host_organisation.legal_name,
        "visitor_partnership": exchange.visitor_partnership.acronym,
        "host_partnership": exchange.host_partnership.acronym,
        "name_V": exchange.visiting_organisation.legal_name,
        "name_H": exchange.host_organisation.legal_name,
        "name_VP": exchange.visitor_partnership.acronym,
        "name_HP": exchange.host_partnership.acronym,
        "name_PO": exchange.visitor_partnership.acronym,
        "name_PR": exchange.visitor_partnership.acronym,
    }
