"""`make bench-matching`: measures the matching on real partnerships, writes a file and prints tables."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.matching import report
from benchmarks.matching.data import BadData, read
from benchmarks.matching.kept import kept_in
from benchmarks.matching.run import figures_of
from clusterxchange.phases.matching.embedding import installed

MISUSE = 2


def main(given: list[str] | None = None) -> int:
    """Measure, write and print; 2 where the folder or the split is no good."""
    asked = argparse.ArgumentParser(prog="make bench-matching", description=__doc__)
    asked.add_argument("--data", required=True, type=Path, help="a folder in the documented format")
    asked.add_argument("--split", default="2024-04", help="projects that start before it train, the others test")
    asked.add_argument("--out", type=Path, help="the file to write")
    asked.add_argument("--vectors", type=Path, default=Path("var/vectors"), help="where vectors are kept between runs")
    asked.add_argument("--without-vectors", action="store_true", help="leave the model out although it is installed")
    asked.add_argument("--without-latency", action="store_true", help="measure no times")
    options = asked.parse_args(given)
    embedding = None if options.without_vectors else installed()
    try:
        found = figures_of(
            read(options.data),
            options.split,
            kept_in(options.vectors, embedding) if embedding is not None else None,
            with_latency=not options.without_latency,
            tell=_tell,
        )
    except BadData as error:
        sys.stderr.write(f"{error}\n")
        return MISUSE
    if options.out is not None:
        _write(options.out, found)
    sys.stdout.write(report.of(found))
    return 0


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _write(file: Path, found: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
