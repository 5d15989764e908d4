"""`make bench-figures`: fills a database with exchanges and says how long the pages of the figures take."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.pages.__main__ import set_environment
from clusterxchange.foundation.database_server import WITHOUT_SAFETY, DatabaseServer


def main(given: list[str] | None = None) -> int:
    """Start a server, fill it, measure and print; 1 where a page takes longer than allowed."""
    asked = argparse.ArgumentParser(prog="make bench-figures", description=__doc__)
    asked.add_argument("--exchanges", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=20)
    asked.add_argument("--most-milliseconds", type=float, default=300.0)
    options = asked.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="clusterxchange-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with DatabaseServer(Path(folder) / "database", tuning=WITHOUT_SAFETY) as server:
            set_environment(server.ensure_database("bench"), Path(folder) / "data")
            import django  # noqa: PLC0415 -- settings read the environment when they are imported

            django.setup()
            from benchmarks.figures.run import run  # noqa: PLC0415 -- models need settings

            return run(options.exchanges, options.rounds, options.most_milliseconds)


if __name__ == "__main__":
    sys.exit(main())
