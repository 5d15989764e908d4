"""What is generated from the code must be what is committed: migrations and the reference pages."""

from __future__ import annotations

import sys

from clusterxchange.management.installation import prepared_django


def main() -> int:
    """Compare, and say what differs."""
    with prepared_django():
        from django.core.management import call_command, get_commands  # noqa: PLC0415 -- after settings are there

        call_command("makemigrations", "--check", "--dry-run")
        if "render_reference" in get_commands():
            call_command("render_reference", "--check")
    return 0


if __name__ == "__main__":
    sys.exit(main())
