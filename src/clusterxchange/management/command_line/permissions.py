"""Print the permission table: for each kind and action who may, and who is left out."""

import argparse
from typing import Any

from clusterxchange.access.capacities import ORDER
from clusterxchange.access.rules import Condition, May
from clusterxchange.access.table import DISCLOSURES, PERMISSIONS
from clusterxchange.management.command_line import YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for nothing."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Print one entry for each kind and action."""
    answer = {
        kind: {str(action): _entry(row, disclosed=action in DISCLOSURES.get(kind, {})) for action, row in rows.items()}
        for kind, rows in PERMISSIONS.items()
    }
    text = "\n".join(
        f"{kind} {action}: {', '.join(entry['by'])}" for kind, rows in answer.items() for action, entry in rows.items()
    )
    print_answer(options, answer, text)
    return YES


def _entry(row: May, *, disclosed: bool) -> dict[str, Any]:
    return {
        "by": [str(capacity) for capacity in ORDER if capacity in row.capacities],
        "unless": [_condition(one) for one in row.unless],
        "only": [_condition(one) for one in row.only],
        "disclosed": disclosed,
    }


def _condition(condition: Condition) -> dict[str, str]:
    return {
        "holder": str(condition.relation.holder),
        "path": condition.relation.path,
        "refusal": condition.code,
    }
