"""Where the files that people hand in lie: in a folder, or in a bucket that speaks S3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clusterxchange.config import environment

# Somebody waits for the page meanwhile.
SECONDS_TO_CONNECT, SECONDS_TO_READ = 3, 15


def in_folder(folder: Path) -> dict[str, Any]:
    """Keep them in a folder that its owner alone may read."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": folder,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


def in_bucket(bucket: str, endpoint: str, region: str, access_key: str, secret_key: str) -> dict[str, Any]:
    """Keep them in a bucket. Nobody is ever given an address in it: a view hands each file out."""
    from botocore.config import Config  # noqa: PLC0415 -- there only where files lie in a bucket

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "access_key": access_key or None,
            "secret_key": secret_key or None,
            "file_overwrite": False,
            "default_acl": None,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint else "auto"},
                connect_timeout=SECONDS_TO_CONNECT,
                read_timeout=SECONDS_TO_READ,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
            # What a file is stands in the database; the bucket is told nothing.
            "object_parameters": {"ContentType": "application/octet-stream"},
        },
    }


def configured(data: Path) -> dict[str, Any]:
    """Read the settings, and give the place that they choose."""
    bucket = environment.text(
        "FILES_BUCKET",
        "",
        "The bucket that keeps the files, at a service that speaks S3. It must be private. Without it files lie in "
        "DATA/files. Needs requirements/s3.txt.",
    )
    endpoint = environment.text("FILES_ENDPOINT", "", "The address of that service, where it is not Amazon's.")
    region = environment.text("FILES_REGION", "", "The region of the bucket, where the service has regions.")
    access_key = environment.secret("FILES_ACCESS_KEY", "", "The name under which the bucket is reached.")
    secret_key = environment.secret("FILES_SECRET_KEY", "", "The secret that goes with that name.")
    return in_bucket(bucket, endpoint, region, access_key, secret_key) if bucket else in_folder(data / "files")
