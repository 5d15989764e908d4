"""What of signing in is ours."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # -- the package brings no types
    """Keep to the package's way wherever ours does not differ."""
