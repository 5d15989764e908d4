#!/usr/bin/env python3
"""Django's own commands, with the database of this checkout found or started first."""

import sys

from clusterxchange.management.installation import django_command

if __name__ == "__main__":
    sys.exit(django_command(sys.argv))
