"""A file fits one reading, a function fits one screen, and nothing promises to be done later."""

import ast
import re
from pathlib import Path

import pytest

from config.tests.sources import ALL_SOURCES, EVERYTHING, ROOT, name_of

LINES_PER_FILE_MAX = 400
LINES_PER_FUNCTION_MAX = 60
PROMISES = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b|# X" + r"XX\b|raise Not" + r"ImplementedError")
SKIPS = re.compile(r"pytest\.mark\.(skip|xfail)\b")
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


@pytest.mark.parametrize("source", ALL_SOURCES, ids=name_of)
def test_it_fits(source: Path) -> None:
    text = source.read_text()
    assert text.count("\n") <= LINES_PER_FILE_MAX
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LINES_PER_FUNCTION_MAX, f"{node.name} has {length} lines"


@pytest.mark.parametrize("source", EVERYTHING, ids=name_of)
def test_it_promises_nothing(source: Path) -> None:
    text = source.read_text()
    assert not PROMISES.search(text)
    assert not SKIPS.search(text), "a test that never runs is a promise too"


def test_names_say_what_is_inside() -> None:
    vague = [name_of(path) for path in EVERYTHING if path.stem in VAGUE_NAMES]
    assert not vague


def test_the_top_level_is_what_was_agreed() -> None:
    allowed = {
        "accounts", "ledger", "budgeting", "goals", "debts", "insights", "security_monitor",
        "config", "templates", "docs", "manage.py", "requirements.txt", "requirements-dev.txt",
        "Dockerfile", "compose.yaml", "pytest.ini", "pyproject.toml", "README.md", "LICENSE",
        "Makefile", "var", "staticfiles",
    }  # fmt: skip
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__pycache__"))}
    assert there <= allowed
