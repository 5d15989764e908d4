"""Print every code with which something is refused, and its sentence in English."""

import argparse

from django.utils import translation

from clusterxchange.management.command_line import YES, print_answer
from clusterxchange.workflow import sentences


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for nothing."""
    del parser


def run(options: argparse.Namespace) -> int:
    """Print code and sentence, by code."""
    with translation.override("en"):
        answer = {code: str(sentence) for code, sentence in sorted(sentences.REFUSALS.items())}
    print_answer(options, answer, "\n".join(f"{code}: {sentence}" for code, sentence in answer.items()))
    return YES
