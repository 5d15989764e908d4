"""`make bench`: how long pages of long lists take; ends with 0 only if every figure is met."""

import argparse
import base64
import os
import secrets
import sys
import tempfile
from pathlib import Path

from clusterxchange.foundation.database_server import WITHOUT_SAFETY, DatabaseServer

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000


def main(given: list[str] | None = None) -> int:
    """Start a server, load, measure and print; 1 where a figure is missed."""
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__)
    asked.add_argument("--sizes", type=_sizes, default=SIZES, help="numbers of organisations, with commas between them")
    asked.add_argument("--million", action="store_true", help="print a million as well; nothing is asked of it")
    asked.add_argument("--requests", type=int, default=240, help="how many searches are measured at each size")
    options = asked.parse_args(given)
    sizes = (*options.sizes, *((MILLION,) if options.million else ()))
    with tempfile.TemporaryDirectory(prefix="clusterxchange-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with DatabaseServer(Path(folder) / "database", tuning=WITHOUT_SAFETY) as server:
            set_environment(server.ensure_database("bench"), Path(folder) / "data")
            import django  # noqa: PLC0415 -- settings read the environment when they are imported

            django.setup()
            from benchmarks.pages.run import run  # noqa: PLC0415 -- models need settings

            return run(sizes, options.requests)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(one) for one in text.split(",")))


def set_environment(address: str, data: Path) -> None:
    """Let the tool run as a demonstration on this database and in this folder."""
    data.mkdir()
    os.environ.update(
        DATABASE_URL=address,
        DATA=str(data),
        MODE="demo",
        SECRET_KEY=secrets.token_urlsafe(50),
        FIELD_KEYS=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        DJANGO_SETTINGS_MODULE="clusterxchange.config.settings",
    )


if __name__ == "__main__":
    sys.exit(main())
