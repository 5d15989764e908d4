"""The measurement itself: figures against what a hand works out, a small folder of invented partnerships."""

import csv
import gzip
import json
from collections.abc import Iterable, Mapping
from itertools import permutations
from math import log2
from pathlib import Path

import numpy as np
import pytest

from benchmarks.matching.__main__ import main
from benchmarks.matching.data import BadData, briefs, next_partners, read, split_at, without_names
from benchmarks.matching.metrics import coverage, figures, interval, most_shown, realised

SUBJECTS = ("loom weaving yarn", "solar panel energy", "vaccine trial health", "robot welding steel")


def marked(*places: int, count: int = 12) -> np.ndarray:
    found = np.zeros(count, dtype=np.bool_)
    found[list(places)] = True
    return found


def test_a_list_without_ties_has_the_figures_that_a_hand_works_out() -> None:
    # Places 1 and 3 of three wanted are found, the third stands at place 12.
    found = figures(np.arange(12, 0, -1.0), marked(0, 2, 11))

    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert found.ndcg == pytest.approx((1 + 1 / log2(4)) / ideal)
    assert found.recall == pytest.approx(2 / 3)
    assert found.reciprocal_rank == 1


def test_among_equals_the_figures_are_the_mean_of_all_orders() -> None:
    scores, wanted = np.array([3.0, 1.0, 1.0, 1.0, 0.0]), marked(2, 4, count=5)

    found = figures(scores, wanted, length=2)

    orders = [(0, *middle, 4) for middle in permutations((1, 2, 3))]
    ideal = 1 + 1 / log2(3)
    gains = [sum((place in (2, 4)) / log2(rank + 2) for rank, place in enumerate(order[:2])) for order in orders]
    ranks = [1 / (min(order.index(2), order.index(4)) + 1) for order in orders]
    assert found.ndcg == pytest.approx(sum(gains) / len(gains) / ideal)
    assert found.recall == pytest.approx(1 / 3 / 2)
    assert found.reciprocal_rank == pytest.approx(sum(ranks) / len(ranks))


def test_everybody_equal_is_chance_and_nobody_wanted_is_an_error() -> None:
    assert figures(np.zeros(20), marked(1, 2, count=20)).recall == pytest.approx(0.5)
    assert figures(np.zeros(3), marked(1, count=3)).recall == pytest.approx(1)
    with pytest.raises(ValueError, match="Nobody"):
        figures(np.zeros(3), marked(count=3))
    with pytest.raises(ValueError, match="no number"):
        figures(np.array([np.nan, 1.0]), marked(1, count=2))


def test_an_interval_is_drawn_in_the_same_way_each_time_and_holds_the_mean() -> None:
    values = [0.0, 0.2, 0.4, 0.1, 0.9, 0.3]

    low, high = interval(values)

    assert (low, high) == interval(values)
    assert low < np.mean(values) < high
    assert interval([0.5, 0.5]) == (0.5, 0.5)
    assert interval([]) == (0.0, 0.0)


def test_what_all_lists_bring_together_counts_three_for_a_host_at_most() -> None:
    lists = [[0, 1], [0, 2], [0, 3], [0, 1]]
    wanted = [frozenset({0}), frozenset({0, 2}), frozenset({0}), frozenset({0, 1})]

    # Host 0 is wanted four times and takes three; host 2 once, host 1 once.
    assert realised(lists, wanted) == 5
    assert coverage(lists, 8) == 0.5
    assert most_shown(lists) == 4
    assert (coverage([], 0), most_shown([])) == (0.0, 0)


def write(file: Path, rows: Iterable[Mapping[str, str]]) -> None:
    found = list(rows)
    with gzip.open(file, "wt", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, fieldnames=list(found[0]))
        writer.writeheader()
        writer.writerows(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixteen projects on four subjects; each subject has partners of its own in four countries."""
    projects, parts = [], []
    for number in range(16):
        subject = number % 4
        start = "2024-01-01" if number < 12 else "2024-05-01"
        text = f"{SUBJECTS[subject]} with Firma {subject}0 number{number}"
        projects.append({"project": f"P{number:02}", "title": f"Title {number}", "objective": text, "start": start})
        for member in range(3):
            place = (member + number // 4) % 4
            parts.append(
                {
                    "project": f"P{number:02}",
                    "org": f"O{subject}{place}",
                    "name": f"Firma {subject}{place}",
                    "kind": ("PRC", "REC")[place % 2],
                    "sme": "False",
                    "country": ("ES", "PT", "PL", "FR")[place],
                    "role": "coordinator" if member == 0 else "participant",
                }
            )
    write(tmp_path / "projects.csv.gz", projects)
    write(tmp_path / "participations.csv.gz", parts)
    titles = [("en", "01", "Weaving of textiles"), ("en", "02", "Casting of steel"), ("fr", "01", "Textiles")]
    write(
        tmp_path / "nace_titles.csv.gz",
        ({"language": language, "code": code, "title": title} for language, code, title in titles),
    )
    return tmp_path


def test_names_of_partners_are_stripped_from_texts(folder: Path) -> None:
    # The text of each project names Firma 00; it has a part in P00 but none in P04.
    projects = read(folder).projects
    assert "Firma" not in projects["P00"].objective
    assert "Firma 00" in projects["P04"].objective
    assert without_names("Acme and ACMETIC weave", ["acme", "abc"]).split() == ["and", "ACMETIC", "weave"]


def test_candidates_stand_in_training_and_relevant_partners_live_in_another_country(folder: Path) -> None:
    split = split_at(read(folder), "2024-04")

    assert (len(split.training), len(split.test)) == (12, 4)
    for question in (*briefs(split), *next_partners(split)):
        assert question.relevant
        for partner in question.relevant:
            assert split.facts[partner].country != question.country
            assert partner not in question.known


def test_two_runs_write_the_same_file_with_all_that_the_contract_names(folder: Path, tmp_path: Path) -> None:
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        arguments = ["--data", str(folder), "--out", str(file), "--without-vectors", "--without-latency"]
        assert main(arguments) == 0

    assert files[0].read_bytes() == files[1].read_bytes()
    found = json.loads(files[0].read_text())
    for task in ("briefs", "companies", "next_partner"):
        assert {"random", "popularity", "bm25", "structured", "hybrid", "default", "priced"} <= found[task].keys()
        assert {"ndcg10", "low", "high"} == found[task]["hybrid_minus_bm25"].keys()
        assert {"ndcg10", "recall10", "mrr", "queries"} <= found[task]["hybrid"].keys()
    assert {"realised_cap3", "coverage", "most_shown"} <= found["next_partner"]["priced"].keys()
    assert found["languages"]["fr"]["acc1"] == 1.0
    assert found["briefs"]["hybrid"]["ndcg10"] > found["briefs"]["random"]["ndcg10"]


def test_a_folder_that_lacks_something_is_told_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadData, match="no folder"):
        read(folder / "nowhere")
    with pytest.raises(BadData, match="2024-04"):
        split_at(read(folder), "April")
    with pytest.raises(BadData, match="before"):
        split_at(read(folder), "2020-01")
    write(folder / "projects.csv.gz", [{"project": "P1", "title": "Loom", "start": "2024-01-01"}])
    assert main(["--data", str(folder)]) == 2
    assert "objective" in capsys.readouterr().err
    (folder / "participations.csv.gz").unlink()
    assert main(["--data", str(folder)]) == 2
    assert "participations.csv.gz is missing" in capsys.readouterr().err
