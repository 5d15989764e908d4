"""Two people of the support office at work in Chromium: the amount of a country changes from a day on."""

from __future__ import annotations

import pytest

from clusterxchange.journeys.demonstration.people import PASSWORD, totp_secret
from tests.browser.checks import MIDDLE, NARROW, WIDE
from tests.browser.conftest import People
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

WIDTHS = (NARROW, MIDDLE, WIDE)
SCHEME, SECOND = "/support/scheme/", "support.second@demo.example"
BELGIUM = "amounts.full_cents_by_host_country.BE"
PARTS = (
    "dates", "countries", "stay", "eligibility", "terms", "clauses", "weights", "code-lists", "mail-texts", "holidays",
)  # fmt: skip


def second_person(people: People) -> Somebody:
    """Sign in the other person of the support office."""
    remembered = people.demonstration.remembered
    if SECOND not in remembered:
        first = people.somebody(SECOND, widths=())
        first.sign_in(SECOND, PASSWORD, totp_secret(SECOND))
        remembered[SECOND] = first.remember(people.demonstration.sessions)
    return people.somebody(SECOND, storage_state=remembered[SECOND], widths=WIDTHS)


def test_the_amount_of_a_country_changes_from_a_day_on(people: People) -> None:
    support = people.signed_in("support@demo.example", widths=WIDTHS)
    support.open(SCHEME)
    edition = support.open(f"{SCHEME}editions/demonstration/")
    draft = support.act(edition, "start_version", {})
    own = draft.url

    page = support.open(f"{own}parts/amounts/")
    refused = support.act(page, "edit_version", {BELGIUM: "-1"})
    assert refused.status == 422
    assert "document_is_wrong" in refused.codes
    page = support.act(refused, "edit_version", {BELGIUM: "790.00"})
    assert "EUR 790.00" in page.root.text()
    assert "Who is touched" in page.root.text()
    # The demonstration has an exchange to Belgium whose text is being drafted.
    assert "EUR 830.00 becomes EUR 790.00" in page.root.text()

    page = support.act(page, "propose_version", {"effective_on": "2027-01-01", "reason": "The agency has raised it."})
    assert page.state == "PROPOSED"
    assert "approve_version" not in page.open_actions()

    second = second_person(people)
    page = second.act(second.open(own), "approve_version", {})
    assert page.state == "APPROVED"
    version = second.open(f"{SCHEME}editions/demonstration/versions/2/")
    assert "EUR 790.00" in version.root.text()
    assert second.open(f"{SCHEME}editions/demonstration/versions/2/parts/amounts/").status == 200


def test_every_part_of_the_rules_has_a_page(people: People) -> None:
    support = people.signed_in("support@demo.example", widths=WIDTHS)
    draft = support.act(support.open(f"{SCHEME}editions/demonstration/"), "start_version", {})

    statuses = {part: support.open(f"{draft.url}parts/{part}/").status for part in PARTS}

    assert set(statuses.values()) == {200}
    assert support.open(f"{draft.url}new-country/").status == 200
    support.act(support.open(draft.url), "withdraw_version", {})
