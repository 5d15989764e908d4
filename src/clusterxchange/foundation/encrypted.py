"""Text that is sealed before it reaches the database: bank details."""

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


def box() -> MultiFernet:
    """Give the keys: the first seals, every one opens."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


class EncryptedText(TextField):
    """A text column that cannot be searched, only read by its owner row."""

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 -- the signature of Django's field
        """Seal what is written."""
        return value if value in (None, "") else box().encrypt(str(value).encode()).decode()

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:  # noqa: ANN401, ARG002 -- the signature of Django's field
        """Seal once: the usual way would adapt the value a second time."""
        return self.get_prep_value(value)

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        """Open what is read."""
        return value if value in (None, "") else box().decrypt(str(value).encode()).decode()

    def get_lookup(self, lookup_name: str) -> Any:  # noqa: ANN401 -- the signature of Django's field
        """Refuse every comparison but with nothing: a sealed value would never be found."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
