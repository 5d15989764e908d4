"""What of signing in is ours."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Keep to the package's way wherever ours does not differ."""
