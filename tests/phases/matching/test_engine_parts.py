"""The parts of the ranking by themselves: words, vectors, lists, prices, plans."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from clusterxchange.phases.matching.engine import Collection, Participant, Pool, Weighing, best_of, measured, score
from clusterxchange.phases.matching.engine.assign import plan
from clusterxchange.phases.matching.engine.price import prices
from clusterxchange.phases.matching.engine.slate import slate
from clusterxchange.phases.matching.engine.text import Index, Reading, Shape, Statistics, Text
from clusterxchange.phases.matching.engine.vectors import AnotherModel, Centres, Vector, Vectors, crowding, stored
from clusterxchange.scheme.editions import built_in

SCHEME = built_in("demonstration")
NO_CLUSTERS = np.full(20, -1)


def test_a_word_in_any_of_its_forms_is_the_same_term_where_there_is_a_stemmer() -> None:
    reading = Reading()

    assert reading.read("fabryki", "pl").terms == reading.read("fabryka", "pl-PL").terms
    assert reading.read("recycling textiles", "en").terms == reading.read("Recycled textile", "EN").terms
    assert reading.read("recycling", "en").shown == {"recycl": "recycling"}


@pytest.mark.parametrize(
    ("text", "language", "terms"),
    [
        ("", "en", set()),
        ("the and with from which", "en", set()),
        ("AI, LED and 5G in our mill", "en", {"ai", "led", "5g", "mill"}),
        ("Łódź", "xx", {"lodz"}),
        ("紡織工場", "zh", {"紡織", "織工", "工場"}),
        ("布", "zh", {"布"}),
        ("ткачество", "", {"ткачество"}),
    ],
)
def test_texts_without_stemmer_without_spaces_or_without_words_are_read_all_the_same(
    text: str, language: str, terms: set[str]
) -> None:
    assert set(Reading().read(text, language).terms) == terms


def test_bm25_is_what_a_hand_works_out() -> None:
    texts = [Text({"loom": 2, "mill": 1}), Text({"mill": 1}), Text({"dye": 2})]
    index = Index(texts, shape=Shape(k1=1.2, b=0.75))

    # 3 texts, 2 terms long on average; "loom" stands in one: ln(1 + 2.5 / 1.5) = 0.980829.
    # Length 3: 1.2 * (0.25 + 0.75 * 1.5) = 1.65; 2 * 2.2 / (2 + 1.65) = 1.205479.
    assert index.scores(Text({"loom": 1})).tolist() == pytest.approx([0.980829 * 1.205479, 0, 0], abs=1e-5)
    assert index.scores(Text({"silk": 1})).tolist() == [0, 0, 0]
    assert index.shares(Text()).tolist() == [0, 0, 0]


def test_an_index_that_was_patched_or_repeated_scores_like_one_made_anew() -> None:
    texts = [Text({"loom": 2, "mill": 1}), Text({"mill": 1}), Text({"dye": 2})]
    statistics, query = Statistics.of(texts), Text({"loom": 1, "mill": 3, "silk": 1})
    changed = [texts[0], Text({"silk": 1, "loom": 1}), texts[2], Text({"mill": 2})]

    patched = Index(texts, statistics).with_text(1, changed[1]).with_text(3, changed[3])

    assert patched.scores(query).tolist() == Index(changed, statistics).scores(query).tolist()
    repeated = Index(texts, statistics).repeated(7).scores(query)
    assert repeated.tolist() == Index([*texts, *texts, texts[0]], statistics).scores(query).tolist()


def vectors_of(model: str, count: int, language: str = "en") -> list[Vector]:
    random = np.random.default_rng(4)
    return [Vector(row, model, language) for row in stored(random.normal(size=(count, 16)))]


def test_a_vector_of_another_model_is_refused_and_too_few_have_no_middle() -> None:
    centres = Centres.of(vectors_of("first", 9))
    assert centres is not None
    with pytest.raises(AnotherModel):
        centres.centred(vectors_of("second", 1))
    with pytest.raises(AnotherModel):
        Centres.of([*vectors_of("first", 9), *vectors_of("second", 1)])
    assert Centres.of(vectors_of("first", 7)) is None
    assert Centres.of([]) is None
    with pytest.raises(ValueError, match="no number"):
        stored(np.array([[np.nan, 1.0]]))


def test_each_language_has_its_own_middle_where_it_has_fifty_texts() -> None:
    shift = np.zeros(16, dtype=np.float32)
    shift[0] = 5
    english = np.random.default_rng(4).normal(size=(60, 16))
    polish = english + shift
    vectors = [Vector(row, "m", "en") for row in stored(english)] + [Vector(row, "m", "pl") for row in stored(polish)]
    centres = Centres.of(vectors)
    assert centres is not None

    found = Vectors.of(centres.centred(vectors[:60])).similarities(centres.centred(vectors[60:])).T

    assert (found.argmax(axis=1) == np.arange(60)).mean() > 0.9


def test_a_text_that_is_near_to_everything_is_held_against_itself() -> None:
    # The middle column stands nearest to two rows of three; the means of its nearest are (0.9 + 0.8 + 0.7) / 3.
    near = np.array([[0.7, 0.9, 0.1], [0.1, 0.8, 0.6], [0.2, 0.7, 0.1]])

    assert crowding(near).tolist() == pytest.approx([1 / 3, 0.8, 0.8 / 3])
    assert crowding(np.zeros((0, 3))).tolist() == [0, 0, 0]


def many_hosts(count: int) -> list[Participant]:
    random = np.random.default_rng(7)
    words = [f"word{number}" for number in range(60)]
    return [
        Participant(
            reference=f"PAR-{number}",
            organisation=number,
            role="host",
            country=("PT", "PL", "FR")[number % 3],
            format="virtual",
            ecosystems=frozenset({("textiles", "health", "digital")[int(random.integers(3))]}),
            offers=Text.of_words(words[place] for place in random.integers(0, 60, 8)),
            offers_vector=Vector(stored(random.normal(size=16))[0], "m", "en"),
        )
        for number in range(count)
    ]


def test_whoever_is_sifted_out_would_not_have_been_among_the_best() -> None:
    hosts = many_hosts(score.CANDIDATES_TO_SIFT + 700)
    asker = Participant(
        reference="PAR-X",
        organisation=-1,
        role="visit",
        country="ES",
        format="virtual",
        ecosystems=frozenset({"textiles"}),
        seeks=hosts[5].offers,
        seeks_vector=hosts[9].offers_vector,
    )
    pool = Pool.of(hosts, SCHEME, Collection.of(hosts))
    weighing = Weighing({"sector": 0.4, "offers": 0.4, "meaning": 0.2}, 0.7, 3)
    price = np.arange(len(hosts), dtype=np.int32) % 900

    whole, sifted = measured(asker, pool, weighing), measured(asker, pool, weighing, best=20, prices=price)

    assert sifted.sifted_out.sum() > 500
    for less in (None, price):
        assert best_of(asker, pool, whole, 20, less).tolist() == best_of(asker, pool, sifted, 20, less).tolist()


def test_two_candidates_with_one_reference_are_refused_and_nobody_gives_an_empty_list() -> None:
    (one,) = many_hosts(1)

    with pytest.raises(ValueError, match="same reference"):
        Pool.of([one, one], SCHEME)
    empty = Pool.of([], SCHEME)
    asker = Participant(reference="PAR-X", organisation=-1, role="visit", country="ES")
    assert best_of(asker, empty, measured(asker, empty, Weighing.of(SCHEME)), 10).tolist() == []
    alone = Pool.of([one], SCHEME)
    assert best_of(asker, alone, measured(asker, alone, Weighing.of(SCHEME)), 10).tolist() == [0]


def test_a_list_takes_its_own_best_and_the_best_at_a_price_in_turn_and_three_of_a_cluster_at_most() -> None:
    assert slate([0, 1, 2, 3], [4, 1, 5, 6], NO_CLUSTERS, 5) == [0, 4, 1, 2, 5]
    clusters = np.array([7, 7, 7, 7, -1, -1, 8])
    assert slate([0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6], clusters, 6) == [0, 1, 2, 4, 5, 6]
    assert slate([0, 1, 2, 3], [0, 1, 2, 3], clusters, 6) == [0, 1, 2, 3]
    assert slate([], [], NO_CLUSTERS, 5) == []


def test_a_host_in_every_list_gets_a_price_and_one_that_few_lists_show_gets_none() -> None:
    # Forty askers, lists of one; host 0 is everybody's best, and hosts 1 to 4 follow closely.
    places = np.array([[0, 1 + line % 4] for line in range(40)])
    worth = np.array([[5000, 4800]] * 40)

    found = prices(places, worth, np.full(5, 1), slack=1.0, length=1)

    assert found[0] > 100
    assert (found[1:] < 20).all()
    assert prices(np.zeros((0, 0), dtype=int), np.zeros((0, 0)), np.ones(3)).tolist() == [0, 0, 0]


def test_whoever_is_expected_to_look_more_often_counts_more_in_the_prices() -> None:
    # Ten askers want host 0 and ten want host 1; those of host 1 look nine times as often.
    places = np.array([[0, 2]] * 10 + [[1, 2]] * 10)
    worth = np.array([[5000, 4000]] * 20)

    found = prices(places, worth, np.full(3, 1), np.array([1] * 10 + [9] * 10), slack=1.5, length=1)

    # A fair part is 20 lists / 3 hosts; half more is allowed. Host 0 stands in 2 lists of 20, host 1 in 18.
    assert found[0] == 0
    assert found[1] > 900


@given(
    some.lists(some.tuples(some.integers(0, 2), some.integers(0, 2), some.integers(1, 9)), max_size=7),
    some.lists(some.integers(0, 2), min_size=3, max_size=3),
    some.lists(some.integers(0, 1), min_size=3, max_size=3),
    some.lists(some.integers(0, 2), min_size=2, max_size=2),
)
@settings(deadline=None, max_examples=60)
def test_a_plan_keeps_to_room_and_budgets_and_none_is_better(
    edges: list[tuple[int, int, int]], room: list[int], budget_of: list[int], budgets: list[int]
) -> None:
    purses = dict(enumerate(budgets))

    def keeps(chosen: list[tuple[int, int, int]]) -> bool:
        visitors = [visitor for visitor, _, _ in chosen]
        return (
            len(set(visitors)) == len(visitors)
            and all(sum(host == one for _, one, _ in chosen) <= room[host] for host in range(3))
            and all(sum(budget_of[visitor] == purse for visitor in visitors) <= purses[purse] for purse in purses)
        )

    every = (
        [edge for edge, taken in zip(edges, marks, strict=True) if taken]
        for marks in product((0, 1), repeat=len(edges))
    )
    best = max(sum(worth for _, _, worth in chosen) for chosen in every if keeps(chosen))

    visitors, hosts, scores = ([edge[place] for edge in edges] for place in range(3))
    found = [(pair.visitor, pair.host, pair.score) for pair in plan(visitors, hosts, scores, room, budget_of, purses)]

    assert keeps(found)
    assert sum(worth for _, _, worth in found) == best


def test_a_plan_without_edges_is_empty_and_crooked_edges_are_refused() -> None:
    assert plan([], [], [], [1], [0], {0: 1}) == []
    with pytest.raises(ValueError, match="one length"):
        plan([0], [], [1], [1], [0], {0: 1})
    with pytest.raises(ValueError, match="negative"):
        plan([0], [0], [-1], [1], [0], {0: 1})
