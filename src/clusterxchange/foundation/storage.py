"""Where private files lie."""

from django.core.files.storage import Storage, storages


class StorageNotReady(Exception):
    """The storage did not answer; nothing is known of the file."""


def private_storage() -> Storage:
    """Give the storage named `private` in the settings; no address leads to it."""
    return storages["private"]


def keeps(name: str) -> bool:
    """Ask the storage whether it has a file of this name.

    :raises StorageNotReady: it did not answer.
    """
    try:
        return private_storage().exists(name)
    except Exception as reason:  # Each kind of storage has errors of its own.
        raise StorageNotReady from reason
