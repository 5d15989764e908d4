"""Give each template its fixed words, in the language of the document.

What a template prints beside the data stands here and nowhere else, as whole sentences, for a translator to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FALLBACK: Final = "en"


def frame_language(language: str) -> str:
    """Return the language of the fixed words: the document's where the tool speaks it, else English."""
    return language if language in dict(settings.LANGUAGES) else FALLBACK


def labels_for(template: str, language: str) -> dict[str, str]:
    """Return the fixed words of a template by their names."""
    with translation.override(frame_language(language)):
        return {**_shared_labels(), **LABELS[template]()}


def level_in_words(level: str) -> str:
    """Say what a signature is worth, and no more than is known of it."""
    return {
        "simple": gettext("Simple electronic signature"),
        "scan": gettext("Simple electronic signature, with a copy signed by hand"),
        "advanced": gettext("Signed with a certificate of one's own, which was not checked against a list of trust"),
        "qualified_as_claimed": gettext("Qualified, as its certificate claims; not checked against a list of trust"),
    }.get(level, gettext("Certificate of somebody else"))


def _shared_labels() -> dict[str, str]:
    # Words in braces are put in by the template, which alone knows the page.
    return {
        "product": gettext("ClusterXchange"),
        "version": gettext("Version {version}"),
        "page": gettext("Page {page} of {pages}"),
        "draft": gettext("Draft"),
        "draft_note": gettext("This is a draft. It binds nobody, and it must not be signed."),
        "replacements": gettext("An empty square (□) stands for a character that this document cannot print."),
        "kosovo": gettext(
            "* This designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999 "
            "and the ICJ Opinion on the Kosovo declaration of independence."
        ),
        "parties": gettext("Parties"),
        "represented_by": gettext("represented by {person}"),
        "place_and_dates": gettext("Place and dates"),
        "first_day": gettext("First day"),
        "last_day": gettext("Last day"),
        "length": gettext("Length"),
        "distance": gettext("Distance"),
        "clauses": gettext("Terms"),
        "signatures": gettext("Signatures"),
        "signed_for": gettext("Signs for"),
        "organisation": gettext("Organisation"),
        "signature": gettext("Signature"),
        "signature_of": gettext("Signature of {capacity}: {organisation}"),
        "not_signed": gettext("Not signed yet"),
        "signature_note": gettext("Each party signs in its frame. Times are those of Brussels."),
        "fingerprint": gettext("Fingerprint of the text (SHA-256)"),
        "fingerprint_note": gettext(
            "Each signature is bound to this fingerprint. A change of one letter gives another fingerprint."
        ),
        "none": gettext("None"),
    }


def _commitment_labels() -> dict[str, str]:
    return {
        "document": gettext("Commitment to Quality"),
        "lead": gettext("{visitor} visits {host}"),
        "lead_virtual": gettext("{visitor} meets {host} online"),
        "supported_by": gettext("supported by {partnership}"),
        "form_of_exchange": gettext("Form of exchange"),
        "place": gettext("Place"),
        "travel": gettext("Travel"),
        "distance_reason": gettext("Why the distance was corrected"),
        "admitted_days": gettext("Days that count although they are no working days"),
        "working_language": gettext("Working language"),
        "objectives": gettext("Objectives"),
        "objectives_visitor": gettext("Objectives of the visiting organisation"),
        "objectives_host": gettext("Objectives of the host organisation"),
        "purposes_and_activities": gettext("Purposes and activities"),
        "purposes": gettext("Purposes"),
        "activities": gettext("Activities"),
        "description": gettext("Description"),
        "plan": gettext("Action plan"),
        "half": gettext("When"),
        "activity": gettext("Activity"),
        "place_and_people": gettext("Place and people"),
        "result": gettext("Result"),
        "outcomes": gettext("Expected outcomes"),
        "outcome": gettext("Outcome"),
        "indicator": gettext("How it is measured"),
        "responsibilities": gettext("Responsibilities"),
        "confidentiality_and_insurance": gettext("Confidentiality and insurance"),
        "confidentiality": gettext("Confidentiality"),
        "insurance": gettext("Insurance"),
        "declarations": gettext("Declarations"),
        "declarations_lead": gettext("By signing, the visiting organisation and the host organisation declare:"),
        "signatures_lead": gettext(
            "The exchange may start once all have signed and the financial agreement, where there is one, is signed."
        ),
    }


def _financial_agreement_labels() -> dict[str, str]:
    return {
        "document": gettext("Financial agreement"),
        "lead": gettext("{payer} pays {payee} a lump sum for one exchange"),
        "exchange": gettext("The exchange"),
        "commitment": gettext("Commitment to Quality"),
        "commitment_fingerprint": gettext("Its fingerprint (SHA-256)"),
        "host_country": gettext("Host country"),
        "amount": gettext("Amount"),
        "cap": gettext("Highest amount for this host country"),
        "halving": gettext("Halved"),
        "halved": gettext("Yes, once"),
        "not_halved": gettext("No"),
        "amount_agreed": gettext("Amount agreed"),
        "rules": gettext("Computed by the rules of: {rules}."),
        "amount_note": gettext("One payment, after the exchange. Nothing is paid in advance."),
        "payment": gettext("Payment"),
        "payment_note": gettext(
            "The amount is paid within 10 days after the exchange is complete, "
            "the report is validated and the evidence is accepted."
        ),
        "account_holder": gettext("Account holder"),
        "iban": gettext("IBAN"),
        "account_number": gettext("Account number"),
        "bic": gettext("BIC"),
        "bank_address": gettext("Address of the bank"),
        "tax_status": gettext("Tax status"),
        "de_minimis": gettext("De minimis aid"),
        "evidence": gettext("Evidence"),
        "evidence_lead": gettext("The visiting organisation shows with these documents that the exchange took place:"),
        "signatures_lead": gettext("This agreement is in force once both have signed."),
    }


def _certificate_labels() -> dict[str, str]:
    return {
        "document": gettext("Certificate of participation"),
        "lead": gettext("{organisation} took part in a ClusterXchange exchange"),
        "visited": gettext("{visitor} visited {host}"),
        "met": gettext("{visitor} met {host} online"),
        "role": gettext("Role in the exchange"),
        "form_of_exchange": gettext("Form of exchange"),
        "confirmed": gettext(
            "The visitor's partnership has read the reports and the evidence, "
            "and confirms that this exchange took place as stated here."
        ),
        "supported_by": gettext("supported by {partnership}"),
        "signature_lead": gettext("Signed by the tool for the visitor's partnership, which has closed the exchange."),
        "check_note": gettext("Anybody can check this file at {address}."),
    }


def _brochure_labels() -> dict[str, str]:
    return {"document": gettext("Brochure"), "contents": gettext("Contents")}


def _manual_labels() -> dict[str, str]:
    return {"document": gettext("Manual"), "contents": gettext("Contents")}


LABELS: Final[Mapping[str, Callable[[], dict[str, str]]]] = {
    "commitment_to_quality": _commitment_labels,
    "financial_agreement": _financial_agreement_labels,
    "certificate_of_participation": _certificate_labels,
    "brochure": _brochure_labels,
    "manual": _manual_labels,
}
