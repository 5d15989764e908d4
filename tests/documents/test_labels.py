"""Proofs that the fixed words of the documents are complete in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from babel.messages.pofile import read_po

import clusterxchange.documents
from clusterxchange.documents.labels import LABELS, labels_for
from clusterxchange.management.translations import wanted

PACKAGE: Final = Path(clusterxchange.documents.__file__).parent
PLACEHOLDER: Final = re.compile(r"\{\w+\}|%\(\w+\)s")
SAME_IN_BOTH: Final = {"ClusterXchange", "IBAN", "BIC", "%(distance)s km", "j E Y, H:i", "j E Y"}


def catalogue() -> dict[str, tuple[str, ...]]:
    """Read the Polish catalogue: each message with its one or three forms."""
    with (PACKAGE / "locale/pl/LC_MESSAGES/django.po").open("rb") as file:
        messages = read_po(file, locale="pl")
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        )
        for message in messages
        if message.id
    }


def test_every_message_has_its_polish() -> None:
    found = {
        message.id if isinstance(message.id, str) else message.id[0] for message in wanted("documents") if message.id
    }
    polish = catalogue()
    assert found <= set(polish)
    for message, forms in polish.items():
        assert all(forms), message
        for form in forms:
            assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(message)), message
            assert form != message or message in SAME_IN_BOTH, message


def test_counted_words_have_three_forms() -> None:
    counted = {message: forms for message, forms in catalogue().items() if "%(count)s" in message}
    assert counted
    assert all(len(forms) == 3 for forms in counted.values())


@pytest.mark.parametrize("template", LABELS)
def test_template_uses_each_label_and_has_each_that_it_uses(template: str) -> None:
    source = "".join((PACKAGE / "typst" / f"{name}.typ").read_text() for name in ("letterhead", template))
    used = set(re.findall(r"\blabels\.(\w+)", source)) - {"at"}
    labels = set(labels_for(template, "en"))
    assert used <= labels
    shared = set.intersection(*(set(labels_for(name, "en")) for name in LABELS))
    assert labels - used <= shared
