"""Seal bank details and sealed files anew with the newest of FIELD_KEYS; it may be stopped and begun again."""

import argparse

from clusterxchange.management.command_line import NO, YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take none: the keys stand in the settings."""


def run(options: argparse.Namespace) -> int:
    """Print what was sealed anew; 1 where no key opens a value."""
    from clusterxchange.foundation.key_rotation import rotate_keys  # noqa: PLC0415 -- models need settings

    found = rotate_keys()
    unreadable = {one.where: one.unreadable for one in found if one.unreadable}
    anew, left = sum(one.sealed_anew for one in found), sum(one.left_alone for one in found)
    answer = {
        "ok": not unreadable,
        "sealed_anew": anew,
        "left_alone": left,
        "unreadable": unreadable,
        "by_place": {one.where: {"sealed_anew": one.sealed_anew, "left_alone": one.left_alone} for one in found},
    }
    lines = [f"{anew} values sealed anew; the newest key had sealed {left} already."]
    lines += [f"{where}: no key opens {len(rows)}, the first in row {rows[0]}." for where, rows in unreadable.items()]
    lines.append(
        "Keep the older keys until these can be read." if unreadable else "The installation needs its newest key alone."
    )
    print_answer(options, answer, "\n".join(lines))
    return NO if unreadable else YES
