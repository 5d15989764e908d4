"""Print every life, row by row: from, action, by whom, to."""

import argparse
from typing import Any

from clusterxchange.access.capacities import HP
from clusterxchange.management.command_line import YES, print_answer
from clusterxchange.workflow.drawing import lines_of
from clusterxchange.workflow.registry import machines

# A participation has one partnership. The other one, which is asked to take it over, acts as a partnership as well.
PARTNERSHIP_ASKED = ("participation", HP)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for nothing."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Print one entry for each state and action."""
    answer: dict[str, list[dict[str, Any]]] = {
        machine.name: [
            {
                "from": line.before,
                "action": str(line.action),
                "by": [str(capacity) for capacity in line.by if (machine.name, capacity) != PARTNERSHIP_ASKED],
                "each": line.each,
                "to": line.after,
            }
            for line in lines_of(machine)
        ]
        for machine in machines()
    }
    text = "\n".join(
        f"{name}: {line['from'] or '-'} {line['action']} ({'each ' if line['each'] else ''}{', '.join(line['by'])}) "
        f"{line['to'] or 'deleted'}"
        for name, lines in answer.items()
        for line in lines
    )
    print_answer(options, answer, text)
    return YES
