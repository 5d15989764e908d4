"""Where private files lie."""

from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """Give the storage named `private` in the settings; no address leads to it."""
    return storages["private"]
