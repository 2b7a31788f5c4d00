"""Documents say what the code does: compared, not trusted."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from config.celery import app
from config.reasons import all_reasons
from config.tests.sources import EVERYTHING, ROOT

# By what the settings read, by hand of the shell, and by the tests alone.
READ = re.compile(r'\benv\.\w+\(\s*"(\w+)"')
HOME = {"settings.py", "watch.py", "environment.py"}  # of config: where the environment is read
SETTINGS = "".join((ROOT / "config" / name).read_text() for name in sorted(HOME))
VARIABLES = sorted(set(READ.findall(SETTINGS)))
README = (ROOT / "README.md").read_text()


def test_the_settings_read_variables() -> None:
    assert {"DATABASE_URL", "SECRET_KEY", "UPLOAD_MAX_BYTES"} <= set(VARIABLES)


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_is_in_the_example_and_in_the_readme(name: str) -> None:
    example = (ROOT / ".env.example").read_text()
    assert re.search(rf"^(# )?{name}=", example, re.MULTILINE), f"{name} lacks in .env.example"
    assert f"`{name}`" in README, f"{name} lacks in README.md"


def test_the_example_names_nothing_else() -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE)) <= set(VARIABLES)


def test_only_the_settings_read_the_environment() -> None:
    """One place to look; cast.py sets it, and the entry points name the settings module."""
    for path in EVERYTHING:
        if {"tests", "benchmark"} & {*path.parts, path.stem} or path.name in HOME:
            continue  # the floor of the benchmark is a program of its own, without Django
        reads = re.findall(r"os\.(?:environ(?!\.setdefault)|getenv).*", path.read_text())
        assert not reads, f"{path}: {reads}"


def test_the_list_of_codes_is_up_to_date() -> None:
    call_command("document_errors", check=True, stdout=StringIO())


def test_a_code_means_one_thing() -> None:
    meanings: dict[str, set[str]] = {}
    for entry in all_reasons():
        meanings.setdefault(entry.code, set()).add(entry.sentence)
    assert not {code: said for code, said in meanings.items() if len(said) > 1}


def test_the_server_lists_every_code_with_an_anchor() -> None:
    page = Client().get("/api/docs/errors", HTTP_ACCEPT="text/html").content.decode()
    for entry in all_reasons():
        assert f'id="{entry.code}"' in page
    listed = Client().get("/api/docs/errors", HTTP_ACCEPT="application/json").json()["results"]
    assert [row["code"] for row in listed] == [entry.code for entry in all_reasons()]


def test_every_code_that_is_raised_by_hand_is_listed() -> None:
    """Serializers name codes as text; each must be explained somewhere."""
    known = {entry.code for entry in all_reasons()}
    for path in EVERYTHING:
        if "tests" in path.parts:
            continue
        used = set(re.findall(r'ValidationError\([^)]*?code="(\w+)"', path.read_text(), re.DOTALL))
        assert used <= known, f"{path}: {used - known}"


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_everything_that_runs_by_itself_is_in_the_operators_guide() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()
    for entry in app.conf.beat_schedule.values():
        assert f"| `{entry['task']}` |" in guide


def test_every_boot_check_is_in_the_operators_guide() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()
    ids = re.findall(r"config\.(E\d+)", (ROOT / "config" / "checks.py").read_text())
    assert not {number for number in ids if not re.search(rf"\b{number}\b", guide)}


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", README)) <= targets


def test_the_readme_tells_of_every_command() -> None:
    told = README[README.index("## Commands") : README.index("## Two ways")]
    named = set(re.findall(r"`(\w+)", told))
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")} - {"__init__"}
    assert ours - named == set()
