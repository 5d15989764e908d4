"""The lists of the site: what has changed shows at once, and what is worked out beforehand goes with its owner."""

import itertools
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pytest

from clusterxchange.phases.matching import keeping, queries, ranking
from clusterxchange.phases.matching.embedding import MODEL, Embedding
from clusterxchange.phases.matching.models import MatchingProfile
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import scheme_of_edition
from tests.phases.matching.conftest import Match, bring_host
from tests.phases.matching.group import VIGO

pytestmark = pytest.mark.django_db


def no_model() -> Embedding | None:
    return None


class Counting:
    """A model that gives each text a vector by its length, and counts the texts."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self) -> Embedding:
        return Embedding(MODEL, self.embed)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        return np.array([np.roll(np.arange(1, 17), len(text)) for text in texts], dtype=np.float32)


def names_for(row: Participation, now: datetime) -> list[str]:
    fresh = queries.listed_in(row.edition_id, row.role).get(pk=row.pk)
    found = ranking.best_for(fresh, scheme_of_edition(row.edition_id, now))
    return [one.participant.reference for one in found[0 : len(found)]]


def test_a_list_shows_at_once_what_has_changed_and_nobody_who_is_gone(match: Match, now: datetime) -> None:
    _, other = bring_host(match.cast, "berta")
    assert set(names_for(match.visit, now)) == {match.host.reference, other.reference}
    organisation = match.visit.organisation
    organisation.offers = organisation.keywords = ""
    organisation.save()
    Participation.objects.filter(pk=match.visit.pk).update(learn="ultrasonic felting")
    other.organisation.offers = "ultrasonic felting of wool"
    other.organisation.save()

    assert names_for(match.visit, now)[0] == other.reference

    Participation.objects.filter(pk=other.pk).update(state="WITHDRAWN")
    assert names_for(match.visit, now) == [match.host.reference]


def test_each_page_of_a_list_is_a_part_of_the_whole_with_those_who_are_out_of_the_question_last(
    match: Match, now: datetime
) -> None:
    for name in ("berta", "celia", "dora"):
        bring_host(match.cast, name)
    _, at_home = bring_host(match.cast, "elvira", VIGO)  # Ana is in Spain as well
    visit = queries.listed_in(match.visit.edition_id, "visit").get(pk=match.visit.pk)
    found = ranking.best_for(visit, scheme_of_edition(visit.edition_id, now))
    whole = [one.participant.reference for one in found[0:5]]

    assert (len(found), found.possible) == (5, 4)
    assert whole[-1] == at_home.reference == found[-1].participant.reference
    for first, last in itertools.combinations(range(6), 2):
        assert [one.participant.reference for one in found[first:last]] == whole[first:last]


def test_the_same_pair_has_the_same_score_in_the_list_and_by_itself(match: Match, now: datetime) -> None:
    bring_host(match.cast, "berta")
    scheme = scheme_of_edition(match.visit.edition_id, now)
    visit = queries.listed_in(match.visit.edition_id, "visit").get(pk=match.visit.pk)
    in_the_list = {one.participant.reference: one for one in ranking.best_for(visit, scheme)[0:10]}

    for row in queries.candidates_for(visit):
        (alone,) = ranking.ranking_for(visit, [row], scheme)
        assert (alone.score, alone.fits) == (
            in_the_list[row.reference or ""].score,
            in_the_list[row.reference or ""].fits,
        )


def test_texts_are_worked_out_once_and_again_only_when_they_change(match: Match, now: datetime) -> None:
    model = Counting()
    before = names_for(match.visit, now)
    assert {row.pk for row in keeping.keep_changed_texts(model)} == set(
        Participation.objects.values_list("pk", flat=True)
    )
    assert len(model.texts) > 0
    assert list(keeping.keep_changed_texts(model)) == []
    assert names_for(match.visit, now) == before

    match.host.organisation.offers = "felting"
    match.host.organisation.save()
    assert [row.pk for row in keeping.keep_changed_texts(model)] == [match.host.pk]
    assert "felting" in model.texts[-2] or "felting" in model.texts[-1]


def test_a_vector_of_another_model_or_of_an_older_text_is_not_compared(match: Match) -> None:
    list(keeping.keep_changed_texts(Counting()))
    host = queries.listed_in(match.host.edition_id, "host").get(pk=match.host.pk)
    assert queries.participant_of(host).offers_vector is not None

    MatchingProfile.objects.filter(participation=host).update(model="another")
    host = queries.listed_in(match.host.edition_id, "host").get(pk=match.host.pk)
    assert queries.participant_of(host).offers_vector is None
    MatchingProfile.objects.filter(participation=host).update(model=MODEL, text_sha256="older")
    host = queries.listed_in(match.host.edition_id, "host").get(pk=match.host.pk)
    assert queries.participant_of(host).offers_vector is None


def test_the_best_of_each_are_kept_with_terms_that_add_up_and_go_with_their_owner(match: Match, now: datetime) -> None:
    keeping.keep_best_of_all(at=now)

    kept = MatchingProfile.objects.get(participation=match.visit)
    assert [one["reference"] for one in kept.best] == [match.host.reference]
    for one in kept.best:
        assert sum(one["terms"].values()) == one["score"]
    assert kept.best_at == now

    Participation.objects.filter(pk=match.visit.pk).update(state="WITHDRAWN")
    list(keeping.keep_changed_texts(no_model))
    assert not MatchingProfile.objects.filter(participation=match.visit).exists()
