"""People's accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: e-mail, name, language, offices held."""

    name = "clusterxchange.parties.accounts"
    label = "accounts"
