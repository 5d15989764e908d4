"""Files in a bucket: what comes in through the door lies there alone, and comes out through the door alone."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore import UNSIGNED
from botocore.client import Config
from botocore.exceptions import ClientError
from django.core.files.storage import Storage, storages
from django.test import Client
from moto.server import ThreadedMotoServer

from clusterxchange.config.private_files import in_bucket
from clusterxchange.foundation import backups
from clusterxchange.foundation.files import PDF, discard, store
from clusterxchange.foundation.models import StoredFile
from clusterxchange.foundation.storage import private_storage
from clusterxchange.journeys.health import Sign, signs_at
from tests.bring import bring_application_to
from tests.cast import MONDAY, make_cast
from tests.foundation.clamd import address_of_silence

REGION, NAME, SECRET = "eu-central-1", "the-tool", "a secret of the bucket"
CONTENT = b"%PDF-1.7 a letter"


@pytest.fixture
def address() -> Iterator[str]:
    """A service that speaks S3, on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(address: str, monkeypatch: pytest.MonkeyPatch) -> Storage:
    """A private bucket there, and the tool set to keep its files in it."""
    name = f"clusterxchange-{secrets.token_hex(8)}"
    keys = {"aws_access_key_id": NAME, "aws_secret_access_key": SECRET, "region_name": REGION}
    boto3.client("s3", endpoint_url=address, **keys).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    made: Storage = storages.create_storage(in_bucket(name, address, REGION, NAME, SECRET))
    # The field was given its storage when the model was read, the rest asks for it by name.
    monkeypatch.setattr(StoredFile._meta.get_field("content"), "storage", made)
    monkeypatch.setitem(vars(storages)["_storages"], "private", made)
    assert private_storage() is made
    return made


def names_in(storage: Storage) -> list[str]:
    folders, _files = storage.listdir("")
    return [f"{folder}/{name}" for folder in folders for name in storage.listdir(folder)[1]]


@pytest.mark.django_db(transaction=True)
def test_a_file_lies_in_the_bucket_until_it_is_taken_back(bucket: Storage) -> None:
    stored = store(CONTENT, "letter.pdf", PDF, MONDAY)
    assert names_in(bucket) == [f"{stored.sha256[:2]}/{stored.sha256}"]
    assert StoredFile.objects.get().unsealed() == CONTENT

    again = store(CONTENT, "the same.pdf", PDF, MONDAY)
    assert len(names_in(bucket)) == 2
    discard(again)
    assert StoredFile.objects.get().unsealed() == CONTENT
    discard(stored)
    assert names_in(bucket) == []


@pytest.mark.django_db(transaction=True)
def test_a_bucket_without_the_last_file_or_that_does_not_answer_is_a_sign_of_ill_health(
    bucket: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign() -> Sign:
        (found,) = [one for one in signs_at(MONDAY) if one.name == "Storage"]
        return found

    stored = store(CONTENT, "letter.pdf", PDF, MONDAY)
    assert sign().note == ""
    bucket.delete(stored.place)
    assert "The file that came last is not where it should lie." in sign().note

    away = storages.create_storage(in_bucket("away", f"http://{address_of_silence()}", REGION, NAME, SECRET))
    monkeypatch.setitem(vars(storages)["_storages"], "private", away)
    assert sign().note.startswith("The place where files lie does not answer")
    assert not sign().is_well


@pytest.mark.django_db(transaction=True)
def test_a_curriculum_vitae_comes_out_through_the_door_and_not_by_the_address_of_the_bucket(
    bucket: Storage, address: str
) -> None:
    cast = make_cast()
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    chiara, zoe = Client(), Client()
    chiara.force_login(cast.chiara.account)
    zoe.force_login(cast.zoe.account)
    door = f"/registration/applications/{application.reference}/curriculum-vitae/"

    assert b"%PDF" in b"".join(chiara.get(door))
    assert zoe.get(door).status_code == 404
    anybody = boto3.client("s3", endpoint_url=address, region_name=REGION, config=Config(signature_version=UNSIGNED))
    with pytest.raises(ClientError, match="403"):
        anybody.get_object(Bucket=vars(bucket)["bucket_name"], Key=names_in(bucket)[0])


@pytest.mark.django_db(transaction=True)
def test_a_backup_takes_the_files_out_of_the_bucket_and_a_restore_puts_them_back(
    bucket: Storage, tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]  # -- pytest-django's own kind
    (tmp_path / "data").mkdir()
    kept, later = store(CONTENT, "letter.pdf", PDF, MONDAY), tmp_path / "backup"
    backups.back_up(later, MONDAY)
    bucket.delete(str(kept.content.name))
    store(b"%PDF-1.7 another", "another.pdf", PDF, MONDAY)

    backups.restore(later, MONDAY)

    assert names_in(bucket) == [f"{kept.sha256[:2]}/{kept.sha256}"]
    assert StoredFile.objects.get().unsealed() == CONTENT
