"""The last second of a term is inside it and the next is too late, by the clock on the wall of the country that acts.

A proposal is asked of a host in each country of the Union: in winter, in summer, and on both days on which clocks are
changed. The short form takes every third country, each at one of the four; LONG=1 all countries at all four.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.workflow import deadlines
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Notice, Obligation
from tests.bring import begin_story
from tests.cast import Cast

IS_LONG = os.environ.get("LONG") == "1"
# Hours ahead of UTC in winter; in summer it is one more.
WINTER = {
    0: ("IE", "PT"),
    1: ("AT", "BE", "CZ", "DE", "DK", "ES", "FR", "HR", "HU", "IT", "LU", "MT", "NL", "PL", "SE", "SI", "SK"),
    2: ("BG", "CY", "EE", "FI", "GR", "LT", "LV", "RO"),
}
COUNTRIES = sorted((country, hours) for hours, countries in WINTER.items() for country in countries)
SECOND = timedelta(seconds=1)
# Sent at noon (UTC), the last day of the fourteen, whether it ends in summer time, and what a mail calls it.
# Summer time begins on Sunday 29 March 2026 and ends on Sunday 25 October 2026.
TERMS = (
    ("2026-03-02", "2026-03-16", 0, "16 March 2026"),
    ("2026-03-15", "2026-03-29", 1, "29 March 2026"),
    ("2026-06-01", "2026-06-15", 1, "15 June 2026"),
    ("2026-10-11", "2026-10-25", 0, "25 October 2026"),
)


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_a_term_ends_with_its_last_second_by_the_clock_of_the_country_that_acts(cast: Cast) -> None:
    story, looked, chosen = begin_story(cast), 0, COUNTRIES if IS_LONG else COUNTRIES[2::3]
    visitor, host = story.visitor_participation, story.host_participation
    assert len(COUNTRIES) == 27
    assert {hours for _country, hours in chosen} == WINTER.keys()

    for number, (country, hours) in enumerate(chosen):
        for sent, last, summer, told in TERMS if IS_LONG else (TERMS[number % len(TERMS)],):
            at = datetime.fromisoformat(f"{sent}T12:00:00+00:00")
            over = datetime.fromisoformat(f"{last}T00:00:00+00:00") + timedelta(days=1, hours=-(hours + summer))
            with transaction.atomic():
                Organisation.objects.filter(pk=host.organisation_id).update(country=country)
                if country == "ES":
                    Organisation.objects.filter(pk=visitor.organisation_id).update(country="PT")
                visitor.refresh_from_db()
                host.refresh_from_db()
                proposal = matching.send_proposal(
                    sender=visitor, partner=host, message="May we come?", format="physical", actor=story.visitor, at=at
                )

                asked = Obligation.objects.get(kind="proposal", subject_id=proposal.pk, closed_at=None, is_watch=False)
                assert asked.due_at == over, country
                notice = Notice.objects.filter(account=cast.bram.account).latest("pk")
                assert f"The last day for it is {told}." in mail_of(notice).body, country
                with transaction.atomic():
                    matching.accept_proposal(proposal, actor=story.host, at=over - SECOND)
                    assert Proposal.objects.get(pk=proposal.pk).state == "ACCEPTED", country
                    transaction.set_rollback(True)
                deadlines.run_due(over - SECOND)
                assert Proposal.objects.get(pk=proposal.pk).state == "SENT", country
                deadlines.run_due(over)
                assert Proposal.objects.get(pk=proposal.pk).state == "EXPIRED", country
                with pytest.raises(NotDone), transaction.atomic():
                    matching.accept_proposal(proposal, actor=story.host, at=over)
                looked += 1
                transaction.set_rollback(True)

    print(f"\n{looked} terms in {len(chosen)} countries: each over with its last second, told as it ends")
