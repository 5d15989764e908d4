"""`make bench-payments`: writes a bank file of many payments, alone and with all that the operation does around it."""

import argparse
import json
import statistics
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]  # -- the package brings no types

from benchmarks.pages.__main__ import set_environment
from clusterxchange.foundation.database_server import WITHOUT_SAFETY, DatabaseServer
from clusterxchange.phases.finalisation.banking.bank_file import (
    NAMESPACE,
    Payer,
    Transfer,
    bank_file,
    control_sum,
    schema,
)


def measure(count: int, rounds: int) -> dict[str, object]:
    """Write the file several times and give the middle time, with what the file says of itself."""
    transfers = [
        Transfer(
            reference=f"EXC-2026-{number:06d}",
            name=f"Tkalnia Żółw {number} sp. z o.o.",
            iban="PL61109010140000071219812874",
            cents=39_000 + number,
            purpose=f"ClusterXchange EXC-2026-{number:06d} PAY-2026-{number:06d}",
        )
        for number in range(1, count + 1)
    ]
    seconds, content = [], b""
    for _ in range(rounds):
        begun = time.perf_counter()
        content = bank_file(
            Payer("Fils de Llevant", "ES9121000418450200051332"),
            transfers,
            execution_on=date(2026, 4, 28),
            message="CX-1-1",
            at=datetime(2026, 4, 27, 12, 0, tzinfo=UTC),
        )
        seconds.append(time.perf_counter() - begun)
    document = etree.fromstring(content)
    said = document.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NAMESPACE) or ""
    cents = control_sum(transfers)
    return {
        "payments": count,
        "seconds": round(statistics.median(seconds), 3),
        "slowest": round(max(seconds), 3),
        "bytes": len(content),
        "valid": bool(schema().validate(document)),
        "control_sum_cents": cents,
        "control_sum_is_right": said == f"{cents // 100}.{cents % 100:02d}",
    }


def measure_around(count: int, rounds: int) -> dict[str, object]:
    """Make the file of a batch in a scratch database, as the page does."""
    with tempfile.TemporaryDirectory(prefix="clusterxchange-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with DatabaseServer(Path(folder) / "database", tuning=WITHOUT_SAFETY) as server:
            set_environment(server.ensure_database("bench"), Path(folder) / "data")
            import django  # noqa: PLC0415 -- settings read the environment when they are imported

            django.setup()
            from benchmarks.payments.run import measure_operation  # noqa: PLC0415 -- models need settings

            return measure_operation(count, rounds)


def main() -> int:
    """Measure, print, and fail where the file is wrong or takes longer than allowed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--payments", type=int, default=1000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--most-seconds", type=float, default=1.0)
    given = asked.parse_args()
    found = measure(given.payments, given.rounds)
    around = measure_around(given.payments, given.rounds)
    print(json.dumps({"file": found, "operation": around}, indent=1))  # noqa: T201 -- what was measured
    is_right = found["valid"] and found["control_sum_is_right"] and around["journal_fits"]
    slowest = max(float(str(one["seconds"])) for one in (found, around))
    return 0 if is_right and slowest <= given.most_seconds else 1


if __name__ == "__main__":
    raise SystemExit(main())
