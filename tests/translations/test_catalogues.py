"""Every language that the tool offers is offered whole."""

import gettext

import pytest
from django.conf import settings

from clusterxchange.management.translations import SECTIONS, folder_of, kept, missing, with_other_placeholders

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
POLISH_PLURALS = {1: 0, 2: 1, 5: 2, 22: 1}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_lacks_a_translation(language: str, section: str) -> None:
    assert [str(message.id) for message in missing(section, language)] == []


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_names_the_same_things_as_the_original(language: str, section: str) -> None:
    assert [str(message.id) for message in with_other_placeholders(section, language)] == []


def test_polish_counts_as_polish_does() -> None:
    catalogue = kept("", "pl")
    compiled = folder_of("") / "pl" / "LC_MESSAGES" / "django.mo"

    with compiled.open("rb") as file:
        plural = gettext.GNUTranslations(file).plural  # type: ignore[attr-defined]  # -- set by the reader of the file

    assert {number: plural(number) for number in POLISH_PLURALS} == POLISH_PLURALS
    assert catalogue.num_plurals == 3
