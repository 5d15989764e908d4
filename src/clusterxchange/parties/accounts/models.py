"""A person who can sign in. What they may do follows from whom they speak for, never from here alone."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.rules import Thing
from clusterxchange.foundation.folding import fold


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; the address is the name under which one signs in."""

    def create_user(self, email: str, password: str | None = None, **fields: Thing) -> "Account":
        """Make an account with a usable or unusable password."""
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Find an account by its address, however it was typed."""
        return self.get(email=(username or "").lower())


class Account(AbstractBaseUser):
    """A person with an e-mail address and the language in which they are written to."""

    email = models.EmailField(_("E-mail address"), unique=True)
    first_name = models.CharField(_("First name"), max_length=80, blank=True)
    last_name = models.CharField(_("Last name"), max_length=80, blank=True)
    language = models.CharField(_("Language"), max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    is_support_office = models.BooleanField(default=False)
    is_agency = models.BooleanField(default=False)
    is_auditor = models.BooleanField(default=False)
    uses_keys = models.BooleanField(default=True)
    shows_first_steps = models.BooleanField(default=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    search_text = models.TextField(blank=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.full_name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        """Keep the folded column in step with what it is made from."""
        self.search_text = fold(f"{self.first_name} {self.last_name} {self.email}")
        if (columns := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*columns, "search_text"}
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """First and last name, as a document shows them."""
        return f"{self.first_name} {self.last_name}".strip()


class GivenConsent(models.Model):
    """That a person agreed to a text, or took note of it: which text, in which version, and until when."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="given_consents")
    what = models.CharField(max_length=30)
    text_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-given_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("account", "what", "text_version"), name="one_consent_to_each_version"),
        )

    def __str__(self) -> str:
        return f"{self.account_id}, {self.what} {self.text_version}"


class KnownDevice(models.Model):
    """A browser in which a person has signed in: it bears the name in a cookie."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_devices")
    name = models.CharField(max_length=32)
    since = models.DateTimeField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "name"), name="one_device_each"),)

    def __str__(self) -> str:
        return f"{self.account_id}, {self.since}"


class SignInTry(models.Model):
    """A try to sign in that has not led in, for a quarter of an hour. Of the address only a digest is kept."""

    address = models.CharField(max_length=64)
    device = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("address", "device"), name="tries_by_address"),
            models.Index(fields=("at",), name="tries_by_moment"),
        )

    def __str__(self) -> str:
        return f"{self.at}"
