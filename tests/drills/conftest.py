"""What several drills ask for."""

from tests.drills.test_killed_while_paying import committed

# Everybody, in transactions of their own.
__all__ = ["committed"]
