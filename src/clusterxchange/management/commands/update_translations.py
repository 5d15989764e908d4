"""Brings the catalogues of all languages up to the sentences that are in the code and templates now."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from clusterxchange.management.translations import SECTIONS, update


class Command(BaseCommand):
    """Writes every catalogue anew and says how much is still to be translated."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take languages, all but English by default."""
        parser.add_argument("languages", nargs="*")

    def handle(self, *, languages: list[str], **_options: object) -> None:
        """Update each catalogue."""
        for language in languages or [code for code, _name in settings.LANGUAGES if code != "en"]:
            for section in SECTIONS:
                count = update(section, language)
                self.stdout.write(f"{language} {section or 'pages'}: {count} sentences want a translation")
