"""The figures as tables for a terminal."""

from collections.abc import Mapping
from typing import Any

TASKS = {"briefs": "Briefs", "companies": "Briefs, companies only", "next_partner": "Next partner"}
SUFFIX = "_minus_bm25"


def of(found: Mapping[str, Any]) -> str:
    """Write all tables."""
    parts = [_task(title, found[name]) for name, title in TASKS.items()]
    parts.append(_languages(found["languages"]))
    if "latency_ms" in found:
        parts.append(_latency(found["latency_ms"]))
    return "\n".join(parts)


def _task(title: str, rows: Mapping[str, Any]) -> str:
    methods = [name for name in rows if not name.endswith(SUFFIX)]
    counted = rows[methods[0]]["queries"]
    two_sided = "realised_cap3" in rows[methods[0]]
    head = (
        f"{'':<12}{'nDCG@10':>9}{'95 % interval':>18}{'recall@10':>11}{'MRR':>8}{'minus BM25':>12}{'95 % interval':>20}"
    )
    lines = [
        f"{title}, {counted} questions",
        head + (f"{'realised':>10}{'coverage':>10}{'most shown':>12}" if two_sided else ""),
    ]
    for name in methods:
        row, against = rows[name], rows.get(f"{name}{SUFFIX}")
        span = f"{row['ndcg10_low']:.3f} to {row['ndcg10_high']:.3f}"
        line = f"{name:<12}{row['ndcg10']:>9.3f}{span:>18}{row['recall10']:>11.3f}{row['mrr']:>8.3f}"
        if against is not None:
            line += f"{against['ndcg10']:>+12.3f}{against['low']:>+11.3f} to {against['high']:>+.3f}"
        elif two_sided:
            line += " " * 32
        if two_sided:
            line += f"{row['realised_cap3']:>10}{row['coverage']:>10.3f}{row['most_shown']:>12}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _languages(rows: Mapping[str, Mapping[str, float]]) -> str:
    if not rows:
        return "Languages: no titles\n"
    lines = ["Languages", f"{'':<12}{'first':>9}{'in ten':>9}{'titles':>9}"]
    lines += [f"{name:<12}{row['acc1']:>9.3f}{row['top10']:>9.3f}{int(row['titles']):>9}" for name, row in rows.items()]
    mean = sum(row["acc1"] for row in rows.values()) / len(rows)
    return "\n".join([*lines, f"{'mean':<12}{mean:>9.3f}"]) + "\n"


def _latency(rows: Mapping[str, Mapping[str, float]]) -> str:
    lines = ["One list, milliseconds", f"{'candidates':<12}{'p50':>9}{'p95':>9}"]
    lines += [f"{int(size):<12,}{row['p50']:>9.2f}{row['p95']:>9.2f}" for size, row in rows.items()]
    return "\n".join(lines) + "\n"
