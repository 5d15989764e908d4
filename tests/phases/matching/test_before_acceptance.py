"""Nothing of the catalogue reaches anybody before acceptance: every address of matching, judged by what it answers."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from clusterxchange.access.actor import SYSTEM
from clusterxchange.phases.matching import operations, urls
from clusterxchange.phases.matching.models import Conversation
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, Person, make_speaker, signed_in
from tests.phases.matching.conftest import OPORTO, Match
from tests.phases.matching.group import publish

PLANTED = "Zwirnerei"  # stands in texts of all who are listed, and in nobody else's


def applicant(cast: Cast, stage: str) -> Person:
    """Bring somebody new whose registration has come to a stage."""
    person = make_speaker("carla", "Carla Lousada", "Carla Têxteis, Lda.", OPORTO, cluster="Fios do Norte")
    step = {"refused": "opened", "withdrawn": "submitted"}.get(stage, stage)
    found: Application = bring_application_to(
        cast, person, step, partnership=cast.selvedge, officer=cast.dov.actor, role="host"
    )
    if stage == "refused":
        registration.refuse_application(found, reason="Too vague.", actor=cast.dov.actor, at=MONDAY)
    if stage == "withdrawn":
        registration.withdraw_application(found, actor=person.actor, at=MONDAY)
    return person


def addresses(references: list[str], numbers: list[int]) -> Iterator[str]:
    """Give every address of matching, with each thing that there is."""
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        places = pattern.pattern.converters
        for reference in references if "reference" in places else [""]:
            for number in numbers if "number" in places else [0]:
                given = {"reference": reference, "number": number}
                yield reverse(f"matching:{pattern.name}", kwargs={place: given[place] for place in places})


def things(match: Match, now: datetime) -> Iterator[str]:
    """Let there be one of everything between those who are accepted, and give the addresses of all of it."""
    for participation in (match.visit, match.host, match.zoes_visit):
        firm = participation.organisation
        firm.description = firm.offers = firm.keywords = PLANTED
        firm.save()
    proposal = operations.send_proposal(
        sender=match.visit, partner=match.host, message=PLANTED, format="physical", actor=match.cast.ana.actor, at=now
    )
    programme = publish(match, now, title=PLANTED)
    plan = operations.ask_for_plan(match.cast.edition, actor=match.cast.edda.actor, at=now)
    operations.make_plan(plan, actor=SYSTEM, at=now)
    found = (match.visit, match.host, match.zoes_visit, proposal, Conversation.objects.get(), programme, plan)
    numbers = [one.pk for one in plan.pairs.all()]
    assert numbers != []
    return addresses([str(one.reference) for one in found], numbers)


@pytest.mark.parametrize("stage", ["draft", "submitted", "opened", "refused", "withdrawn"])
def test_nobody_reads_anything_of_the_catalogue_at_any_address_before_acceptance(
    match: Match, now: datetime, stage: str
) -> None:
    wanted = [*things(match, now), "/matching/catalogue/?view=map", "/matching/catalogue/file/?as=csv"]
    wanted += [f"/matching/catalogue/compare/?with={match.visit.reference}&with={match.zoes_visit.reference}"]
    client = signed_in(applicant(match.cast, stage))

    told = [(address, shown) for address in wanted for shown in answers(client, address) if leaks(shown)]

    assert told == []
    assert len(wanted) > 200
    # The same words do stand there for whoever is accepted.
    assert leaks(text_of(signed_in(match.cast.ana), "/matching/catalogue/"))


def leaks(text: str) -> bool:
    return any(word in text for word in (PLANTED, "Almarge", "Orvalhinho", "Krogsager", "Bram Teixeira"))


def answers(client: Client, address: str) -> list[str]:
    return [text_of(client, address), text_of(client, address, sends=True)]


def text_of(client: Client, address: str, *, sends: bool = False) -> str:
    response = client.post(address, {"message": "Hello", "format": "physical"}) if sends else client.get(address)
    body = b"".join(response) if response.streaming else response.content
    return body.decode("utf-8", "replace")
