"""New keys: everything sealed is sealed anew, and the older key is needed no more."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings as in_force
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from clusterxchange.foundation.files import store_sealed
from clusterxchange.foundation.key_rotation import (
    FILES,
    SEALED_OF_FACTORS,
    Rotation,
    rotate_keys,
    sealed_columns,
)
from clusterxchange.foundation.models import SEALED, StoredFile
from clusterxchange.management import command_line
from clusterxchange.phases.exchange_building.models import FinancialAgreement
from tests.bring import bring_exchange_to
from tests.cast import MONDAY, Cast

pytestmark = pytest.mark.django_db
NEWER = Fernet.generate_key().decode()


def everything_sealed() -> dict[str, list[tuple[int, Any]]]:
    """Open whatever is sealed, with the keys in force."""
    opened: dict[str, list[tuple[int, Any]]] = {}
    for model, column in sealed_columns():
        rows = model._default_manager.order_by("pk")
        values = [(row.pk, getattr(row, column)) for row in rows if getattr(row, column)]
        if values:
            opened[f"{model.__name__}.{column}"] = values
    opened["Authenticator.data"] = [
        (row.pk, decrypt(row.data[name]))
        for row in Authenticator.objects.order_by("pk")
        for name in SEALED_OF_FACTORS
        if name in row.data
    ]
    opened[FILES] = [(row.pk, row.unsealed()) for row in StoredFile.objects.filter(content_type=SEALED).order_by("pk")]
    return opened


def counts(found: list[Rotation]) -> dict[str, tuple[int, int]]:
    """Give what was sealed anew and left alone, where there was anything."""
    return {
        one.where.split(".", 1)[-1]: (one.sealed_anew, one.left_alone)
        for one in found
        if one.sealed_anew or one.left_alone
    }


def test_afterwards_the_newest_key_alone_opens_everything_and_the_older_one_nothing(
    cast: Cast,
    settings: Any,  # noqa: ANN401 -- the fixture gives every setting
) -> None:
    bring_exchange_to(cast, "paid")
    before, older = everything_sealed(), in_force.FIELD_KEYS[0]
    assert {"FinancialAgreement.iban", "FinancialAgreement.frozen", "Authenticator.data", FILES} <= before.keys()
    assert before[FILES]
    assert before["Authenticator.data"]
    settings.FIELD_KEYS = [NEWER, older]

    found = rotate_keys()

    assert counts(found) == {where: (len(values), 0) for where, values in before.items()}
    settings.FIELD_KEYS = [NEWER]
    assert everything_sealed() == before
    settings.FIELD_KEYS = [older]
    with pytest.raises(InvalidToken):
        FinancialAgreement.objects.get()
    settings.FIELD_KEYS = [NEWER, older]
    assert counts(rotate_keys()) == {where: (0, len(values)) for where, values in before.items()}


def test_what_a_broken_off_run_has_done_is_left_alone(
    cast: Cast,
    settings: Any,  # noqa: ANN401 -- as above
) -> None:
    bring_exchange_to(cast, "paid")
    settings.FIELD_KEYS = [NEWER, *in_force.FIELD_KEYS]
    FinancialAgreement.objects.get().save(update_fields=["iban"])

    found = counts(rotate_keys())

    assert (found["FinancialAgreement.iban"], found["FinancialAgreement.account_holder"]) == ((0, 1), (1, 0))


def test_a_value_that_no_key_opens_is_named_and_stays_as_it_is(
    cast: Cast,
    settings: Any,  # noqa: ANN401 -- as above
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bring_exchange_to(cast, "paid")
    settings.FIELD_KEYS = [NEWER, *in_force.FIELD_KEYS]
    lost = Fernet(Fernet.generate_key()).encrypt(b"PT50").decode()
    details = FinancialAgreement.objects.values_list("pk", flat=True).get()
    with connection.cursor() as cursor:
        cursor.execute("update exchange_building_financialagreement set iban = %s where id = %s", [lost, details])
    monkeypatch.setattr(command_line, "prepared_django", nullcontext)

    assert command_line.main(["rotate-keys", "--json"]) == command_line.NO
    told = json.loads(capsys.readouterr().out)

    assert (told["ok"], told["unreadable"]) == (False, {"exchange_building.FinancialAgreement.iban": [details]})
    assert told["by_place"]["exchange_building.FinancialAgreement.account_holder"] == {
        "sealed_anew": 1,
        "left_alone": 0,
    }
    with connection.cursor() as cursor:
        cursor.execute("select iban from exchange_building_financialagreement where id = %s", [details])
        assert cursor.fetchone() == (lost,)


def test_the_older_copy_of_a_sealed_file_is_gone_from_storage(
    settings: Any,  # noqa: ANN401 -- as above
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    row = store_sealed(b"a boarding pass", "outward.pdf", MONDAY)
    before = Path(row.content.path)
    settings.FIELD_KEYS = [NEWER, *in_force.FIELD_KEYS]
    monkeypatch.setattr(command_line, "prepared_django", nullcontext)

    with django_capture_on_commit_callbacks(execute=True):
        assert command_line.main(["rotate-keys"]) == command_line.YES

    assert "The installation needs its newest key alone." in capsys.readouterr().out
    settings.FIELD_KEYS = [NEWER]
    row.refresh_from_db()
    assert row.unsealed() == b"a boarding pass"
    assert (before.exists(), Path(row.content.path).exists()) == (False, True)
    assert (row.size, row.content.size) == (row.content.size, row.size)
