"""Which partnership would be assigned, on the command line."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from clusterxchange.management.command_line import MISUSE, NO, YES, print_answer
from clusterxchange.scheme.assignment import assign, built_in_candidates, ecosystem_codes, visits
from clusterxchange.scheme.editions import DEFAULT_EDITION, EDITION_CODES, built_in
from clusterxchange.scheme.reading import InvalidDocument, Part

SUMMARY = "Tell which of the partnerships that come with the tool would be assigned to an applicant."
ROLES = ("visit", "host", "both")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file that describes the applicant."""
    parser.add_argument("--profile", required=True, type=Path, help="A JSON file.")


def run(options: argparse.Namespace) -> int:
    """Print the partnership; 1 where nothing speaks for any."""
    try:
        profile = Part.of(json.loads(options.profile.read_text(encoding="utf-8")), "")
        answer = answered(profile)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, InvalidDocument) as reason:
        sys.stderr.write(f"{reason}\n")
        return MISUSE
    print_answer(options, answer, str(answer["partnership"] or "The support office decides."))
    return YES if answer["partnership"] else NO


def answered(profile: Part) -> dict[str, Any]:
    """Assign a partnership to the applicant of a profile.

    :raises InvalidDocument: naming what is wrong in the profile.
    """
    profile.only("role", "country", "ecosystems", "clusters", optional=("edition",))
    edition = profile.one_of("edition", EDITION_CODES) if "edition" in profile.content else DEFAULT_EDITION
    scheme = built_in(edition)
    codes = ecosystem_codes()
    offered = set(scheme.code_lists["ecosystems"])
    ecosystems = [codes.get(name, name) for name in profile.texts("ecosystems")]
    for code in ecosystems:
        if code not in offered:
            raise InvalidDocument("ecosystems", f"{code} is no industrial ecosystem")
    assigned = assign(
        scheme,
        visits=visits(profile.one_of("role", ROLES)),
        country=profile.text("country").upper(),
        ecosystems=ecosystems,
        clusters=profile.texts("clusters"),
        candidates=built_in_candidates(edition),
    )
    if assigned is None:
        return {"partnership": None, "score": 0, "reasons": []}
    return {"partnership": assigned.acronym, "score": assigned.score, "reasons": list(assigned.reasons)}
