"""The ranking by itself: no database, plain values in, lists out."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from clusterxchange.phases.matching.engine import Collection, Participant, Pool, Weighing, exclusion, measured, rank
from clusterxchange.phases.matching.engine.columns import Coding, Columns
from clusterxchange.phases.matching.engine.features import FEATURES, STRUCTURED, Days, days_shared
from clusterxchange.phases.matching.engine.rules import exclusion_in
from clusterxchange.phases.matching.engine.text import Text
from clusterxchange.scheme.editions import built_in

SCHEME = built_in("demonstration")
SPRING = ((date(2026, 4, 1), date(2026, 6, 30)),)
ECOSYSTEMS = ("textiles", "digital", "health")
WORDS = ("recycling", "weaving", "energy metering", "robots")
# What a participant says for each feature, taken back.
FACTS_OF: dict[str, dict[str, Any]] = {
    "wishes": {"wished_countries": (), "wished_ecosystems": frozenset()},
    "offers": {"offers": Text(), "seeks": Text()},
    "languages": {"languages": frozenset()},
    "activities": {"activities": frozenset()},
    "purposes": {"purposes": frozenset()},
    "organisation_type": {"wished_types": frozenset()},
}


def visitor(**given: Any) -> Participant:  # noqa: ANN401 -- columns of a participant
    wanted: dict[str, Any] = {
        "reference": "PAR-1",
        "organisation": 1,
        "role": "visit",
        "country": "ES",
        "windows": SPRING,
        "format": "physical",
    }
    return Participant(**(wanted | given))


def host(**given: Any) -> Participant:  # noqa: ANN401 -- as above
    wanted: dict[str, Any] = {
        "reference": "PAR-2",
        "organisation": 2,
        "role": "host",
        "country": "PT",
        "windows": SPRING,
        "format": "physical",
    }
    return Participant(**(wanted | given))


def subsets(values: tuple[str, ...]) -> some.SearchStrategy[frozenset[str]]:
    return some.frozensets(some.sampled_from(values))


@some.composite
def participants(draw: some.DrawFn, role: str, number: int) -> Participant:
    first = draw(some.dates(date(2026, 1, 1), date(2026, 12, 1)))
    return Participant(
        reference=f"PAR-{number}",
        organisation=draw(some.integers(1, 4)),
        role=role,
        country=draw(some.sampled_from(("ES", "PT", "PL"))),
        organisation_type=draw(some.sampled_from(("sme", "large_company"))),
        partnership=draw(some.integers(1, 2)),
        ecosystems=draw(subsets(ECOSYSTEMS)),
        nace=draw(some.sampled_from(("", "13", "13.2", "62"))),
        offers=draw(subsets(WORDS).map(Text.of_words)),
        seeks=draw(subsets(WORDS).map(Text.of_words)),
        wished_countries=tuple(draw(some.lists(some.sampled_from(("ES", "PT", "PL")), unique=True))),
        wished_types=draw(subsets(("sme", "large_company"))),
        wished_ecosystems=draw(subsets(ECOSYSTEMS)),
        purposes=draw(subsets(("learn_from_actors", "adopt_technologies"))),
        activities=draw(subsets(("networking", "market_research"))),
        languages=draw(subsets(("en", "pl", "pt"))),
        windows=((first, date(2026, 12, 20)),),
        days_wished=draw(some.none() | some.integers(3, 10)),
        format=draw(some.sampled_from(("physical", "virtual", "both"))),
        is_available=draw(some.booleans()),
        places_left=draw(some.integers(0, 2)),
        visit_is_free=draw(some.booleans()),
    )


hosts = some.integers(1, 6).flatmap(
    lambda count: some.tuples(*(participants("host", 10 + place) for place in range(count)))
)


@given(participants("visit", 1), hosts)
@settings(deadline=None, max_examples=30)
def test_the_reasons_shown_add_up_to_the_score_and_stand_largest_first(
    asker: Participant, candidates: tuple[Participant, ...]
) -> None:
    for ranked in rank(asker, candidates, SCHEME):
        terms = [reason.term for reason in ranked.fits]
        assert round(sum(terms) + sum(reason.term for reason in ranked.misfits), 4) == ranked.score
        assert terms == sorted(terms, reverse=True)
        assert all(term > 0 for term in terms)
        assert 0 <= ranked.score <= 1.001


@given(participants("visit", 1), hosts)
@settings(deadline=None, max_examples=30)
def test_nobody_is_dropped_and_whoever_is_excluded_comes_last_with_a_named_reason(
    asker: Participant, candidates: tuple[Participant, ...]
) -> None:
    found = rank(asker, candidates, SCHEME)

    assert sorted(one.participant.reference for one in found) == sorted(one.reference for one in candidates)
    marks = [one.excluded is not None for one in found]
    assert marks == sorted(marks)
    for one in found:
        if one.excluded is None:
            assert one.participant.country != asker.country
            assert one.participant.is_available
            assert one.participant.places_left > 0
        else:
            assert (one.score, one.fits) == (0.0, ())


@given(participants("visit", 1), hosts)
@settings(deadline=None, max_examples=30)
def test_the_same_people_stand_in_the_same_order_however_they_come(
    asker: Participant, candidates: tuple[Participant, ...]
) -> None:
    forwards = [one.participant.reference for one in rank(asker, candidates, SCHEME)]

    assert [one.participant.reference for one in rank(asker, reversed(candidates), SCHEME)] == forwards


@given(participants("visit", 1), hosts)
@settings(deadline=None, max_examples=30)
def test_a_whole_pool_is_excluded_for_the_same_reasons_as_each_candidate_by_itself(
    asker: Participant, candidates: tuple[Participant, ...]
) -> None:
    found = {one.participant.reference: one.excluded for one in rank(asker, candidates, SCHEME)}

    for candidate in candidates:
        assert found[candidate.reference] == exclusion(asker, candidate, SCHEME)


@given(participants("visit", 1), participants("host", 2))
@settings(deadline=None, max_examples=30)
def test_each_feature_lies_between_0_and_1_and_hard_conditions_are_the_same_from_both_sides(
    a: Participant, b: Participant
) -> None:
    coding = Coding.of([a, b], SCHEME)
    one, other = Columns.of([a], coding), Columns.of([b], coding)
    days = Days(days_shared(one, other), 3)
    for feature in STRUCTURED.values():
        assert 0 <= feature(one, other, days)[0] <= 1
        assert 0 <= feature(other, one, days)[0] <= 1
    open_a, open_b = (Participant(**{**vars(side), "is_available": True}) for side in (a, b))
    for name in ("physical", "virtual"):
        assert exclusion_in(open_a, open_b, SCHEME, name) == exclusion_in(open_b, open_a, SCHEME, name)


@given(participants("visit", 1), hosts, some.sampled_from(sorted(FACTS_OF)))
@settings(deadline=None, max_examples=25)
def test_an_asker_who_takes_back_what_was_said_loses_that_reason_and_exactly_its_term(
    asker: Participant, candidates: tuple[Participant, ...], name: str
) -> None:
    """Both sides take it back, so that neither direction of the feature is left."""
    gone = FACTS_OF[name]
    before = {one.participant.reference: one for one in rank(asker, candidates, SCHEME)}
    after = rank(replace(asker, **gone), [replace(one, **gone) for one in candidates], SCHEME)

    for now in after:
        then = before[now.participant.reference]
        assert name not in {reason.code for reason in now.fits}
        lost = sum(reason.term for reason in then.fits if reason.code == name)
        assert now.score == pytest.approx(then.score - lost, abs=1e-9)


@given(participants("visit", 1), hosts, some.randoms())
@settings(deadline=None, max_examples=30)
def test_other_numbers_for_organisations_and_partnerships_change_no_order(
    asker: Participant,
    candidates: tuple[Participant, ...],
    random: Any,  # noqa: ANN401 -- a source of chance
) -> None:
    numbers = list(range(1, 9))
    random.shuffle(numbers)
    renamed = dict(enumerate(numbers, start=1))

    def relabelled(one: Participant) -> Participant:
        return replace(one, organisation=renamed[one.organisation] + 100, partnership=renamed[one.partnership] + 7)

    before = [(one.participant.reference, one.score) for one in rank(asker, candidates, SCHEME)]
    after = rank(relabelled(asker), [relabelled(one) for one in reversed(candidates)], SCHEME)

    assert [(one.participant.reference, one.score) for one in after] == before


@given(participants("visit", 1), hosts, participants("host", 12))
@settings(deadline=None, max_examples=25)
def test_a_pool_that_was_patched_scores_like_one_made_anew(
    asker: Participant, candidates: tuple[Participant, ...], changed: Participant
) -> None:
    collection = Collection.of(candidates)
    pool = Pool.of(candidates, SCHEME, collection, Coding.of([*candidates, changed], SCHEME))
    weighing = Weighing.of(SCHEME)

    patched = measured(asker, pool.put(changed), weighing)

    rows = [changed if one.reference == changed.reference else one for one in candidates]
    rows += [changed] if changed.reference not in pool.places else []
    anew = measured(asker, Pool.of(rows, SCHEME, collection), weighing)
    assert patched.scores.tolist() == anew.scores.tolist()
    assert patched.excluded.tolist() == anew.excluded.tolist()


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        (visitor(), host(organisation=1), "own_organisation"),
        (visitor(), visitor(organisation=2, country="PT"), "roles_do_not_complete"),
        (visitor(), host(country="ES"), "same_country"),
        (visitor(visit_is_free=False), host(), "visit_already_used"),
        (visitor(), host(windows=((date(2026, 7, 1), date(2026, 7, 31)),)), "windows_do_not_overlap"),
        # Tuesday to Thursday are three working days, Tuesday and Wednesday are not enough.
        (visitor(), host(windows=((date(2026, 4, 14), date(2026, 4, 15)),)), "windows_do_not_overlap"),
        (visitor(), host(windows=((date(2026, 4, 14), date(2026, 4, 16)),)), None),
        (visitor(), host(is_available=False), "partner_not_available"),
        (visitor(), host(places_left=0), "no_place_left"),
        (visitor(), host(), None),
    ],
)
def test_each_hard_condition_is_named(a: Participant, b: Participant, code: str | None) -> None:
    (found,) = rank(a, [b], SCHEME)

    assert (found.excluded.code if found.excluded else None) == code


def test_who_wishes_a_virtual_exchange_as_well_is_not_excluded_for_the_dates() -> None:
    july = ((date(2026, 7, 1), date(2026, 7, 31)),)

    (both,) = rank(visitor(format="both", visit_is_free=False), [host(format="both", windows=july)], SCHEME)
    (physical,) = rank(visitor(format="both"), [host(format="physical", windows=july)], SCHEME)

    assert both.excluded is None
    assert [reason.code for reason in both.misfits] == ["dates"]
    assert physical.excluded is not None


def test_a_host_that_meets_the_wishes_stands_before_one_that_does_not() -> None:
    ana = visitor(ecosystems=frozenset({"textiles"}), wished_countries=("PT",), languages=frozenset({"en"}))
    fitting = host(ecosystems=frozenset({"textiles"}), languages=frozenset({"en"}))
    other = host(
        reference="PAR-3", organisation=3, country="PL", ecosystems=frozenset({"health"}), languages=frozenset({"pl"})
    )

    first, second = rank(ana, [other, fitting], SCHEME)

    assert (first.participant, second.participant) == (fitting, other)
    assert first.fits[0].code == "sector"
    assert {reason.code for reason in second.misfits} == {"sector", "wishes", "languages"}


def test_the_askers_own_wishes_count_as_much_more_as_the_scheme_says() -> None:
    wished = visitor(wished_countries=("PT",))
    (own,) = rank(wished, [host()], SCHEME)
    (theirs,) = rank(host(), [wished], SCHEME)

    # 0.7 of the weight of wishes, 0.15 of the whole, against 0.3 of it.
    assert next(reason.term for reason in own.fits if reason.code == "wishes") == pytest.approx(0.105)
    assert next(reason.term for reason in theirs.fits if reason.code == "wishes") == pytest.approx(0.045)


def test_weights_and_bands_are_read_from_the_scheme() -> None:
    assert sum(SCHEME.matching.weights.values()) == pytest.approx(1)
    assert set(SCHEME.matching.weights) == set(FEATURES)
