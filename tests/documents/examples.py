"""Two agreements as the phases hand them over, with the hardest content that people write."""

from __future__ import annotations

from typing import Final

FINGERPRINT: Final = "7c1e09b24fd8a36e51c088f72d4be91063aac5d7f2041b8e9e3740d6b8c25a1f"
MARKUP: Final = "#panic() *not bold* $x$ @ref <label> // no comment"
SCRIPTS: Final = {
    "Greek": "Το υφαντήριο μετρά την ενέργεια κάθε ημέρα.",
    "Polish": "Zażółć gęślą jaźń w przędzalni.",
    "Bulgarian": "Тъкачницата измерва енергията всеки ден.",
    "Armenian": "Մանածագործական արտադրամաս",
}
MORNING_AND_AFTERNOON: Final = ("morning", "afternoon")

PARTIES: Final = [
    {
        "capacity": "V",
        "organisation": "Hilaturas Verdemar, S.L.",
        "country": "ES",
        "city": "Alcoi",
        "person": "Nerea Solbes Ridaura",
        "partnership": "CLAMTEX",
    },
    {
        "capacity": "H",
        "organisation": "Tecelagem Ribeira Alta, Lda.",
        "country": "PT",
        "city": "Guimarães",
        "person": "Duarte Sequeira",
        "partnership": "Hi-Tech-TEX",
    },
    {
        "capacity": "VP",
        "organisation": "CLAMTEX",
        "country": "ES",
        "city": "Terrassa",
        "person": "Mireia Calafell",
        "partnership": "CLAMTEX",
    },
    {
        "capacity": "HP",
        "organisation": "Hi-Tech-TEX",
        "country": "PT",
        "city": "Vila Nova de Famalicão",
        "person": "Ivo Bellandi",
        "partnership": "Hi-Tech-TEX",
    },
]
SIGNATURES: Final = [
    {
        "capacity": party["capacity"],
        "name": party["person"],
        "organisation": party["organisation"],
        "signed_at": "2026-03-20T09:42:00+00:00" if party["capacity"] == "H" else None,
    }
    for party in PARTIES
]
CLAUSES: Final = [
    {
        "title": "Changes",
        "text": "A change of dates, days, place or amount makes a new version.\nAll four sign it again.",
    },
    {"title": "Cancellation", "text": "Any party may cancel before the first day and gives a reason."},
]


def commitment(**changes: object) -> dict[str, object]:
    """Give the data of a Commitment to Quality, with some fields changed."""
    return {
        "reference": "EXC-2026-000007",
        "version": 2,
        "language": "en",
        "parties": PARTIES,
        "format": "physical",
        "place": "Rua do Tear Velho 18, Guimarães",
        "first_day": "2026-04-20",
        "last_day": "2026-04-22",
        "travel_days": 2,
        "working_days": 3,
        "distance_km": 600,
        "distance_reason": "",
        "admitted_days": {"2026-04-18": "Open house of the weaving hall."},
        "objectives_visitor": "Learn how energy meters behave on Jacquard looms.\nSee what a retrofit costs.",
        "objectives_host": "Learn how recycled yarn is spun for technical fabrics.",
        "purposes": ["Learn from actors in another cluster or country"],
        "activities": ["Sharing knowledge in a specific area"],
        "description": "Three days in the weaving hall.",
        "plan": [
            {
                "day": f"2026-04-{day}",
                "half": half,
                "activity": f"Work on loom {day}",
                "place": "Hall 2",
                "people": "Duarte Sequeira",
                "result": "Table of readings",
            }
            for day in (20, 21, 22)
            for half in MORNING_AND_AFTERNOON
        ],
        "outcomes": [{"outcome": "A table of readings", "indicator": "Readings of two days"}],
        "responsibilities": [
            {"capacity": party["capacity"], "text": f"Duties of {party['organisation']}"} for party in PARTIES
        ],
        "confidentiality": "Figures of production stay between the two for three years.",
        "insurance": "The visiting organisation insures its representative.",
        "declarations": ["The exchange is no internship, no work placement and no employment."],
        "clauses": CLAUSES,
        "text_sha256": FINGERPRINT,
        "signatures": SIGNATURES,
        **changes,
    }


def financial_agreement(**changes: object) -> dict[str, object]:
    """Give the data of a financial agreement, with some fields changed."""
    return {
        "reference": "EXC-2026-000007",
        "version": 1,
        "language": "en",
        "parties": [PARTIES[0], PARTIES[2]],
        "commitment_reference": "EXC-2026-000007",
        "commitment_sha256": FINGERPRINT,
        "first_day": "2026-04-20",
        "last_day": "2026-04-22",
        "host_country": "PT",
        "rules": "Demonstration edition, version 3",
        "working_days": 3,
        "distance_km": 600,
        "cap_cents": 78000,
        "halved": True,
        "halving_reasons": ["The exchange has fewer than 5 working days at the host."],
        "amount_cents": 39000,
        "currency": "EUR",
        "account_holder": "Hilaturas Verdemar, S.L.",
        "iban": "ES9121000418450200051332",
        "bic": "CAIXESBBXXX",
        "account_number": "",
        "bank_address": "",
        "tax_status": "Company that is liable to value added tax",
        "de_minimis": True,
        "evidence": ["Boarding passes", "Invoice of the accommodation"],
        "clauses": CLAUSES,
        "signatures": [SIGNATURES[0], SIGNATURES[2]],
        **changes,
    }
