"""Each unsafe setting stops a production start, by name, whoever starts it."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import ERROR, run_checks
from django.test import override_settings

from config.boot import BOOT, refuse_unsafe_start
from config.tests.processes import SECRETS, environment, manage
from config.tests.sources import ROOT

# A complete production environment. Nothing is connected to: the checks only read.
GOOD = {
    "DATABASE_URL": "postgres://books@127.0.0.1:1/books",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "books.example.org",
    **SECRETS,
}
SAME = "the-same-secret-twice-0123456789-abcdefghijklmnop"
# A start is told everything at once, so each of these environments is wrong in many ways:
# (the variable, its unsafe value, what must be said).
UNSAFE: list[list[tuple[str, str, str]]] = [
    [
        ("SECRET_KEY", "", "SECRET_KEY is missing or shorter"),
        ("JWT_SIGNING_KEY", "", "JWT_SIGNING_KEY is missing or shorter"),
        ("AUDIT_KEY", "short", "AUDIT_KEY is missing or shorter"),
        ("METRICS_TOKEN", "short", "METRICS_TOKEN is shorter"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS is empty"),
        ("SSL_REDIRECT", "false", "SSL_REDIRECT is off"),
        ("SECURE_COOKIES", "false", "SECURE_COOKIES is off"),
        ("HSTS_SECONDS", "0", "HSTS_SECONDS is 0"),
        ("BEHIND_TLS_PROXY", "true", "TRUSTED_PROXIES is empty"),
        ("CORS_ALLOWED_ORIGINS", "*", "CORS_ALLOWED_ORIGINS: '*' is not an exact origin"),
        ("BCRYPT_ROUNDS", "9", "BCRYPT_ROUNDS must be"),
        ("ACCESS_TOKEN_MINUTES", "60", "ACCESS_TOKEN_MINUTES must be"),
        ("REFRESH_IDLE_DAYS", "100", "REFRESH_IDLE_DAYS must be"),
        ("UPLOAD_MAX_BYTES", "0", "UPLOAD_MAX_BYTES must be"),
    ],
    [
        ("JWT_SIGNING_KEY", SAME, "must differ"),
        ("AUDIT_KEY", SAME, "must differ"),
        ("DATABASE_URL", "", "DATABASE_URL is missing"),
        ("ALLOWED_HOSTS", "books.example.org,*", "ALLOWED_HOSTS admits every host"),
        ("TRUSTED_PROXIES", "proxy", "TRUSTED_PROXIES: 'proxy' is no address"),
        ("CORS_ALLOWED_ORIGINS", "https://*.example.org", "is not an exact origin"),
        ("BCRYPT_ROUNDS", "31", "BCRYPT_ROUNDS must be"),
    ],
    [
        ("REDIS_URL", "", "REDIS_URL is missing"),
        ("TRUSTED_PROXIES", "0.0.0.0/0", "TRUSTED_PROXIES trusts everybody"),
        ("CORS_ALLOWED_ORIGINS", "null", "CORS_ALLOWED_ORIGINS: 'null' is not an exact origin"),
    ],
    [
        ("DATABASE_URL", "sqlite:////tmp/x.sqlite3", "DATABASE_URL must name a PostgreSQL"),
        ("CORS_ALLOWED_ORIGINS", "http://app.example.org", "is not encrypted"),
        ("CSRF_TRUSTED_ORIGINS", "http://app.example.org", "CSRF_TRUSTED_ORIGINS: 'http"),
    ],
]
ALONE = [
    {"AUDIT_KEY": ""},
    {"ALLOWED_HOSTS": "*"},
    {"SSL_REDIRECT": "false"},
]


@pytest.mark.parametrize("faults", UNSAFE, ids=lambda faults: faults[0][0])
def test_every_unsafe_setting_is_named(faults: list[tuple[str, str, str]]) -> None:
    values = {name: value for name, value, _ in faults}
    done = manage("check", "--tag", "boot", **{**GOOD, **values})
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if "(config.E" in line]
    for _, _, message in faults:
        assert any(message in line for line in errors), message


@pytest.mark.parametrize("values", ALONE, ids=str)
def test_one_is_enough(values: dict[str, str]) -> None:
    assert manage("check", "--tag", "boot", **{**GOOD, **values}).returncode == 1


def test_a_good_environment_is_accepted() -> None:
    done = manage("check", "--tag", "boot", **GOOD)
    assert done.returncode == 0, done.stderr


def test_plain_http_is_allowed_only_on_purpose() -> None:
    on_purpose = {"SSL_REDIRECT": "false", "SECURE_COOKIES": "false", "HSTS_SECONDS": "0",
                  "ALLOW_INSECURE_HTTP": "true"}  # fmt: skip
    assert manage("check", "--tag", "boot", **GOOD, **on_purpose).returncode == 0


STARTS = {
    "granian": "-c import config.wsgi",
    "uvicorn": "-c import config.asgi",
    "worker": "-m celery -A config worker --pool solo",
    "beat": "-m celery -A config beat",
}


@pytest.mark.parametrize("process", sorted(STARTS))
def test_every_process_refuses(process: str) -> None:
    flag, _, rest = STARTS[process].partition(" ")
    words = [flag, rest] if flag == "-c" else [flag, *rest.split()]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment(**{**GOOD, "AUDIT_KEY": "", "BCRYPT_ROUNDS": "4"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Refusing to start" in done.stderr
    assert "AUDIT_KEY" in done.stderr
    assert "BCRYPT_ROUNDS" in done.stderr, "every reason is told at once"


def test_check_deploy_is_clean() -> None:
    good = {**GOOD, "DATABASE_URL": "postgres://books@127.0.0.1:1/books"}
    done = manage("check", "--deploy", "--fail-level", "WARNING", **good)
    assert done.returncode == 0, done.stderr


def test_serve_refuses_in_production_and_says_what_to_start() -> None:
    done = manage("serve", **GOOD)
    assert done.returncode == 1
    for command in ("granian", "uvicorn", "celery -A config worker", "celery -A config beat"):
        assert command in done.stderr


def test_embedded_secrets_are_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    first = manage("check", DATA_DIR=str(tmp_path / "new"))
    assert first.returncode == 0, first.stderr
    secrets = {p: p.read_text() for p in (tmp_path / "new").iterdir() if "key" in p.name}
    assert len(set(secrets.values())) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets)
    manage("check", DATA_DIR=str(tmp_path / "new"))
    assert secrets == {path: path.read_text() for path in secrets}


@override_settings(PRODUCTION=True, DEBUG=True)
def test_debug_is_refused_should_anybody_switch_it_on() -> None:
    assert any("DEBUG" in found.msg for found in run_checks(tags=[BOOT]) if found.level >= ERROR)
    with pytest.raises(SystemExit, match="DEBUG"):
        refuse_unsafe_start()
