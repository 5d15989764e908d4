"""A demonstration: real partnerships, invented organisations and people, cases in every phase. Never in production."""
