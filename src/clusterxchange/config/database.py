"""A database address as Django wants it."""

from __future__ import annotations

from typing import Any

from psycopg.conninfo import conninfo_to_dict

NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database_from_address(address: str, *, behind_pooler: bool = False) -> dict[str, Any]:
    """Translate a libpq address; what Django has no name for (sslmode, options …) goes on to the driver as it is."""
    parts = {name: str(value) for name, value in conninfo_to_dict(address).items() if value is not None}
    database: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": "clusterxchange"}
    database |= {NAMES[name]: parts.pop(name) for name in list(parts) if name in NAMES}
    database["OPTIONS"] = parts
    database["CONN_MAX_AGE"] = 0 if behind_pooler else 60
    database["CONN_HEALTH_CHECKS"] = True
    if behind_pooler:
        # In transaction mode the next query may reach another connection, which knows neither cursor nor statement.
        database["DISABLE_SERVER_SIDE_CURSORS"] = True
        database["OPTIONS"]["prepare_threshold"] = None
    return database
