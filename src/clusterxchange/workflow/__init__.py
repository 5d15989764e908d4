"""How things move: a life is a table, one engine reads it."""
