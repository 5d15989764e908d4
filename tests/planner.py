"""What the database's planner is told of rows that only the open transaction knows."""

from django.db import connection


def count_rows_for_the_planner() -> None:
    """Count the rows of all tables: without that the planner may choose a way that takes minutes.

    Each table is named: else the catalogues that all databases of a server share would be locked as well until the
    transaction ends, and whatever is counted beside it would wait for that long.
    """
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute(f"analyze {', '.join(connection.ops.quote_name(name) for name in names)}")
