"""`make bench-payments`: writes a bank file of many payments and says how long it took."""

import argparse
import json
import time
from datetime import UTC, date, datetime

from lxml import etree  # type: ignore[import-untyped]  # -- the package brings no types

from clusterxchange.phases.finalisation.banking.bank_file import (
    NAMESPACE,
    Payer,
    Transfer,
    bank_file,
    control_sum,
    schema,
)


def measure(count: int, rounds: int) -> dict[str, object]:
    """Write the file several times and give the shortest time, with what the file says of itself."""
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
        "seconds": round(min(seconds), 3),
        "slowest": round(max(seconds), 3),
        "bytes": len(content),
        "valid": bool(schema().validate(document)),
        "control_sum_cents": cents,
        "control_sum_is_right": said == f"{cents // 100}.{cents % 100:02d}",
    }


def main() -> int:
    """Measure, print, and fail where the file is wrong or takes longer than allowed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--payments", type=int, default=1000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--most-seconds", type=float, default=1.0)
    given = asked.parse_args()
    found = measure(given.payments, given.rounds)
    print(json.dumps(found, indent=1))  # noqa: T201 -- what was measured
    is_right = found["valid"] and found["control_sum_is_right"]
    return 0 if is_right and float(str(found["seconds"])) <= given.most_seconds else 1


if __name__ == "__main__":
    raise SystemExit(main())
