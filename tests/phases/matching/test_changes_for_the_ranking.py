"""A list reads anew only who has changed: whatever the change is and whoever made it, it is missed by none."""

from collections.abc import Callable

import pytest
from django.db import transaction

from clusterxchange.phases.matching import keeping, operations, queries, ranking
from clusterxchange.phases.matching.models import MatchingProfile, RankingChange
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import install_editions, scheme_of_edition
from tests.cast import make_cast
from tests.phases.matching.conftest import TUESDAY, Match, bring_host, make_match

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def together(transactional_db: None) -> Match:  # noqa: ARG001 -- asks for the database
    install_editions()  # a flush has removed them
    ranking._SNAPSHOTS.clear()
    return make_match(make_cast())


def hosts(match: Match) -> dict[str, tuple[object, int]]:
    """Give who is listed as a host, as the ranking knows them, and their prices."""
    edition = match.host.edition_id
    found = ranking.field_of(edition, "host", scheme_of_edition(edition, TUESDAY))
    return {
        one.reference: (one, int(found.prices[place]))
        for place, one in enumerate(found.pool.participants)
        if found.present[place]
    }


def hosts_from_scratch(match: Match) -> dict[str, tuple[object, int]]:
    kept = dict(ranking._SNAPSHOTS)
    ranking._SNAPSHOTS.clear()
    found = hosts(match)
    ranking._SNAPSHOTS.update(kept)
    return found


def test_each_kind_of_change_is_seen_by_the_next_list(together: Match) -> None:
    cast, host = together.cast, together.host
    _boris, other = bring_host(cast, "boris")
    proposal = operations.send_proposal(
        sender=together.visit, partner=host, message="May we come?", format="physical", actor=cast.ana.actor, at=TUESDAY
    )
    list(keeping.keep_changed_texts(lambda: None))
    hosts(together)

    def accept() -> None:
        operations.accept_proposal(proposal, actor=cast.bram.actor, at=TUESDAY)

    def give_the_place_back() -> None:
        proposal.refresh_from_db()
        operations.release_place(proposal)
        proposal.save()

    def rename() -> None:
        other.organisation.keywords = "ultrasonic felting"
        other.organisation.save()

    def price() -> None:
        MatchingProfile.objects.filter(participation=other).update(price=700)

    def withdraw() -> None:
        Participation.objects.filter(pk=other.pk).update(state="WITHDRAWN")

    changes: list[Callable[[], object]] = [
        accept,
        give_the_place_back,
        rename,
        price,
        lambda: host.windows.update(last_day="2026-10-30"),
        lambda: host.windows.create(first_day="2027-01-11", last_day="2027-01-22"),
        lambda: host.windows.filter(first_day="2027-01-11").delete(),
        lambda: Participation.objects.filter(pk=host.pk).update(places=9),
        withdraw,
    ]
    for place, change in enumerate(changes):
        before = hosts(together)
        change()
        after = hosts(together)
        assert after == hosts_from_scratch(together), place
        assert after != before, place
    assert set(hosts(together)) == {host.reference}


def test_without_a_change_everybody_stays_as_they_were_read(together: Match) -> None:
    edition = together.host.edition_id
    scheme = scheme_of_edition(edition, TUESDAY)
    before = ranking.field_of(edition, "host", scheme)
    Participation.objects.filter(pk=together.visit.pk).update(days_wished=4)

    assert ranking.field_of(edition, "host", scheme) is before

    Participation.objects.filter(pk=together.host.pk).update(days_wished=4)
    assert ranking.field_of(edition, "host", scheme) is not before


def test_what_is_taken_back_with_its_transaction_is_forgotten(together: Match) -> None:
    before = hosts(together)
    with transaction.atomic():
        Participation.objects.filter(pk=together.host.pk).update(state="WITHDRAWN")
        assert hosts(together) == {}
        transaction.set_rollback(True)

    assert hosts(together) == before != {}


def test_a_database_on_another_server_is_read_whole_and_noted_anew_at_night(together: Match) -> None:
    hosts(together)
    RankingChange.objects.update(changed_by=10**15)
    edition, far = together.host.edition_id, 10**14

    assert queries.changed_since(edition, "host", far)[1] is None
    keeping.keep_best_of_all(at=TUESDAY)

    assert RankingChange.objects.filter(changed_by__gte=10**14).count() == 0
