"""Sets the demonstration up on first start and writes its accounts file."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clusterxchange.journeys.demonstration.install import install, write_accounts
from clusterxchange.parties.accounts.models import Account


class Command(BaseCommand):
    """Fills an empty database; one that has accounts is left as it is."""

    help = __doc__

    def handle(self, **_options: object) -> None:
        """Install if nobody is there yet."""
        if settings.MODE == "production":
            raise CommandError("The demonstration is never installed in production.")
        if not Account.objects.exists():
            install()
        write_accounts(settings.DATA)
