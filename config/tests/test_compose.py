"""Dockerfile and compose.yaml, held against the settings and the code, without an engine."""

import json
import re
import shlex
from importlib import import_module

import pytest
import yaml
from django.core.management import get_commands

from config.tests.sources import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]
OURS = {name: s for name, s in SERVICES.items() if s["image"] == "household-books"}
VARIABLES = set(re.findall(r'\benv\.\w+\(\s*"(\w+)"', (ROOT / "config/settings.py").read_text()))
DOCKERS_OWN = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def dockerfile_commands() -> dict[str, list[str]]:
    text = DOCKERFILE.replace("\\\n", " ")
    found = re.findall(r"^(?:HEALTHCHECK.*?)?(CMD) (\[.*\])$", text, re.MULTILINE)
    health, main = (json.loads(words) for _, words in found)
    return {"health": health, "main": main}


def commands() -> list[list[str]]:
    main = dockerfile_commands()["main"]
    checks = [s["healthcheck"]["test"][1:] for s in OURS.values() if "healthcheck" in s]
    return [main, *(s["command"] for s in OURS.values() if "command" in s), *checks]


def test_every_process_of_production_is_there() -> None:
    assert {"postgres", "redis", "web", "stream", "worker", "beat", "migrate"} == set(SERVICES)


@pytest.mark.parametrize("name", sorted(OURS))
def test_its_environment_exists_and_boots(name: str) -> None:
    environment = set(OURS[name]["environment"])
    assert environment <= VARIABLES
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_SIGNING_KEY", "AUDIT_KEY",
            "ALLOWED_HOSTS"} <= environment  # fmt: skip


def test_no_secret_has_a_default() -> None:
    for service in SERVICES.values():
        for name, value in service["environment"].items() if "environment" in service else ():
            if re.search(r"KEY|PASSWORD", name):
                assert re.fullmatch(r"\$\{\w+:\?\}", value), f"{name} has a default"


def test_the_image_sets_what_exists() -> None:
    text = DOCKERFILE.replace("\\\n", " ")
    names = set()
    for line in re.findall(r"^ENV (.*)$", text, re.MULTILINE):
        names |= {word.partition("=")[0] for word in shlex.split(line)}
    assert names <= VARIABLES | DOCKERS_OWN


def test_the_image_is_slim_and_not_root() -> None:
    assert DOCKERFILE.count("\nFROM ") + DOCKERFILE.startswith("FROM ") == 2
    user = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert user
    assert user[-1] != "root"
    assert DOCKERFILE.rindex("USER ") < DOCKERFILE.rindex("CMD ")
    assert "HEALTHCHECK" in DOCKERFILE


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_its_command_exists(words: list[str]) -> None:
    targets = [word for word in words if re.fullmatch(r"config\.\w+:application", word)]
    if words[0] in ("granian", "uvicorn"):
        module = {"granian": "config.wsgi", "uvicorn": "config.asgi"}[words[0]]
        assert targets == [f"{module}:application"]
        assert (ROOT / f"{module.replace('.', '/')}.py").exists()
    elif words[0] == "celery":
        assert words[1:3] == ["-A", "config"]
        assert words[3] in ("worker", "beat")
        assert import_module("config.celery").app
    else:
        assert words[:2] == ["python", "manage.py"]
        assert words[2] in get_commands()


def test_it_waits_for_what_it_needs() -> None:
    for name, service in OURS.items():
        conditions = {n: d["condition"] for n, d in service["depends_on"].items()}
        assert conditions["postgres"] == conditions["redis"] == "service_healthy"
        if name != "migrate":
            assert conditions["migrate"] == "service_completed_successfully"
    for name in ("postgres", "redis", "worker", "beat"):
        assert "healthcheck" in SERVICES[name]


def test_what_is_published_stays_on_this_machine() -> None:
    for service in SERVICES.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
