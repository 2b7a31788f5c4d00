"""What the guards look at: our own files, each app on its floor."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = [
    {"accounts"},
    {"ledger"},
    {"budgeting", "goals", "debts"},
    {"insights", "security_monitor"},
    {"config"},
]
APPS = [app for floor in FLOORS for app in sorted(floor)]
FLOOR = {app: height for height, floor in enumerate(FLOORS) for app in floor}


def sources(app: str, *, tests: bool = False) -> list[Path]:
    """The Python files of an app, without migrations and, unless asked for, without tests."""
    left_out = {"migrations"} if tests else {"migrations", "tests"}
    return [p for p in sorted((ROOT / app).rglob("*.py")) if not left_out & set(p.parts)]


ALL_SOURCES = [path for app in APPS for path in sources(app)]
EVERYTHING = [path for app in APPS for path in sources(app, tests=True)]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
