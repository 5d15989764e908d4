"""What the tests of documents may ask for."""

from tests.documents.stamps import elsewhere, service  # noqa: F401 -- what tests ask for by its name
