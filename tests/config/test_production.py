"""What production refuses, and what every answer tells the browser."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.test import Client

from clusterxchange.config.safety import faults
from clusterxchange.management.command_line.parts import bill_of_materials, canonical
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
SAFE: dict[str, Any] = {
    "DEBUG": False,
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
    "FIELD_KEYS": [Fernet.generate_key().decode()],
    "ALLOWED_HOSTS": ["exchange.example"],
    "PUBLIC_URL": "https://exchange.example",
    "CSRF_TRUSTED_ORIGINS": [],
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
}


@pytest.mark.parametrize(
    ("unsafe", "says"),
    [
        ({"DEBUG": True}, "DEBUG"),
        ({"SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"FIELD_KEYS": []}, "FIELD_KEYS must"),
        ({"FIELD_KEYS": ["no key"]}, "FIELD_KEYS holds"),
        ({"ALLOWED_HOSTS": ["*"]}, "with *"),
        ({"ALLOWED_HOSTS": ["127.0.0.1", "localhost"]}, "HOSTS must name the host"),
        ({"PUBLIC_URL": "http://exchange.example"}, "PUBLIC_URL must begin"),
        ({"PUBLIC_URL": "https://other.example"}, "which HOSTS does not name"),
        ({"CSRF_TRUSTED_ORIGINS": ["http://exchange.example"]}, "ORIGINS"),
        ({"SECURE_PROXY_SSL_HEADER": None}, "BEHIND_PROXY"),
        ({"EMAIL_USE_SSL": True}, "not both"),
    ],
)
def test_each_unsafe_setting_is_refused_with_a_sentence(unsafe: dict[str, Any], says: str) -> None:
    assert list(faults(SAFE)) == []
    assert any(says in one for one in faults(SAFE | unsafe))


def production(tmp_path: Path, **more: str) -> dict[str, str]:
    keys = tmp_path / "field-keys"
    keys.write_text(f"{Fernet.generate_key().decode()}\n")
    kept = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "FIELD_KEYS", "PUBLIC_URL"}}
    return kept | {
        "MODE": "production", "DATA": str(tmp_path), "SECRET_KEY": str(SAFE["SECRET_KEY"]),
        "FIELD_KEYS_FILE": str(keys),
        "HOSTS": "exchange.example", "PUBLIC_URL": "https://exchange.example", "BEHIND_PROXY": "yes",
    } | more  # fmt: skip


PROBE = """
import json, django
django.setup()
from django.conf import settings
from django.core.management import call_command
call_command("check", "--deploy", "--fail-level", "INFO")
names = ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME", "SESSION_COOKIE_SECURE",
         "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "FIELD_KEYS")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def test_production_settings_pass_every_check_and_secrets_come_from_files(tmp_path: Path) -> None:
    environment = production(tmp_path)

    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=False)
    refused = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env=environment | {"HOSTS": "*"}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "LANGUAGE_COOKIE_NAME": "__Host-language",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_SSL_REDIRECT": True,
        "FIELD_KEYS": [(tmp_path / "field-keys").read_text().strip()],
    }
    assert refused.returncode != 0
    assert "HOSTS must name hosts in production" in refused.stderr


# Every answer

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
    "connect-src 'self'", "frame-src 'self'", "manifest-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'", "object-src 'none'",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/sign-in/", 200),
        ("/nowhere/", 404),
        ("/desk/", 302),
        ("/health/live", 200),
        ("/static/design/base.css", 200),
    ],
)
def test_every_answer_tells_the_browser_what_to_refuse(cast: Cast, path: str, status: int) -> None:  # noqa: ARG001 -- makes the database
    answer = Client().get(path)

    assert answer.status_code == status
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Permissions-Policy"].startswith("camera=(), ")
    assert "unsafe" not in str(answer.headers)


@pytest.mark.django_db
def test_the_way_to_https_tells_the_browser_the_same(settings: Any) -> None:  # noqa: ANN401 -- the fixture gives every setting
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/sign-in/")

    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/sign-in/")
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert answer.headers["Permissions-Policy"].startswith("camera=(), ")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/sign-in/", "/sign-up/", "/sign-out/", "/language/", "/desk/put-first-steps-away/"])
def test_what_another_site_sends_is_refused(cast: Cast, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.nuno.account)

    assert browser.post(path, {"language": "pl"}).status_code == 403
    browser.cookies["csrftoken"] = "a" * 32
    assert browser.post(path, {"language": "pl", "csrfmiddlewaretoken": "b" * 32}).status_code == 403
    assert browser.get("/desk/").wsgi_request.user == cast.nuno.account


@pytest.mark.django_db
def test_every_cookie_is_for_this_site_and_no_script(cast: Cast) -> None:
    client = Client()
    client.post("/sign-in/", {"login": cast.nuno.account.email, "password": "a long enough password 26"})
    client.get("/sign-in/")
    client.post("/language/", {"language": "pl"})

    assert len(client.cookies) >= 3
    for one in client.cookies.values():
        assert one["httponly"], one.key
        assert one["samesite"] == "Lax", one.key


# One host


def test_the_units_and_the_proxy_of_one_host_are_understood(tmp_path: Path) -> None:
    units = tmp_path / "units"
    shutil.copytree(ROOT / "deploy" / "systemd", units)
    for unit in units.iterdir():
        # The programs lie elsewhere on the host that the units are for.
        unit.write_text(unit.read_text().replace("/opt/clusterxchange/.venv/bin/clusterxchange", "/bin/true"))
    if analyse := shutil.which("systemd-analyze"):
        done = subprocess.run(
            [analyse, "verify", "--man=no", *map(str, sorted(units.iterdir()))],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    text = (ROOT / "deploy" / "nginx" / "clusterxchange.conf").read_text()
    assert text.count("{") == text.count("}")
    # Nothing that a stranger sends may reach the tool as if the proxy had said it.
    for place in re.findall(r"location [^{]*\{(.*?)\n    \}", text, re.DOTALL):
        for header in ("X-Forwarded-Proto $scheme;", "X-Forwarded-For $remote_addr;", 'Forwarded "";', "Host $host;"):
            assert f"proxy_set_header {header}" in place


def test_the_example_environment_names_only_settings_that_exist() -> None:
    from clusterxchange.config.environment import REGISTERED  # noqa: PLC0415 -- filled by the settings

    assert settings.MODE == "test"
    lines = (ROOT / "deploy" / "clusterxchange.env").read_text().splitlines()
    named = {line.lstrip("# ").partition("=")[0] for line in lines if re.match(r"^(# )?[A-Z_]+=", line)}
    assert named
    assert named <= set(REGISTERED)


# Parts


def test_the_list_of_parts_names_each_pinned_part_with_its_version_and_licence() -> None:
    told = bill_of_materials()
    text = (ROOT / "requirements" / "run.txt").read_text()
    pinned = set(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE))
    listed = {(canonical(one["name"]), one["version"]) for one in told["components"]}

    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert listed <= pinned
    assert len(listed) > 40
    assert [one["name"] for one in told["components"] if not one["licenses"]] == []
    assert not [one["name"] for one in told["components"] if "Affero" in json.dumps(one["licenses"])]
    assert bill_of_materials() == told
