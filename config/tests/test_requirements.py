"""requirements.txt holds what the program imports, every version exact, and nothing for tests."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

from config.tests.sources import ALL_SOURCES, APPS, ROOT

LINE = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[a-z,]+\])?==\S+$")
# Needed without being imported by us: named in settings, started by a command, or used by another.
UNIMPORTED = {"channels-redis", "django-cors-headers", "whitenoise", "granian", "websockets",
              "drf-spectacular-sidecar", "bcrypt", "hiredis", "httptools", "psycopg"}  # fmt: skip

# Only `evaluate_fraud` reads files in Parquet, and says so where it is absent.
OPTIONAL = {"pyarrow"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> set[str]:
    names = set()
    for line in (ROOT / file).read_text().splitlines():
        if not line or line.startswith(("#", "-r ")):
            continue
        match = LINE.match(line)
        assert match, f"{file}: {line!r} is not pinned"
        names.add(normal(match[1]))
    return names


def imported() -> set[str]:
    """Top-level modules of other people that our running code imports."""
    found: set[str] = set()
    for path in ALL_SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - set(APPS) - OPTIONAL


def test_what_runs_is_pinned() -> None:
    runtime = pinned("requirements.txt")
    distributions = packages_distributions()
    for module in imported():
        assert {normal(name) for name in distributions[module]} & runtime, module
    assert runtime >= UNIMPORTED


def test_what_tests_need_is_pinned_elsewhere() -> None:
    both = pinned("requirements.txt") & pinned("requirements-dev.txt")
    assert not both
    for name in ("pytest", "hypothesis", "schemathesis", "mypy", "ruff"):
        assert name in pinned("requirements-dev.txt")
        assert name not in pinned("requirements.txt")
