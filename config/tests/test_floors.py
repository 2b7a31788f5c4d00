"""Imports and foreign keys go down, never up or sideways: the architecture as a test."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from config.tests.sources import APPS, FLOOR, name_of, sources


def apps_imported_by(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names & FLOOR.keys()


@pytest.mark.parametrize("app", APPS)
def test_imports_go_down(app: str) -> None:
    for source in sources(app):
        for target in apps_imported_by(source) - {app}:
            message = f"{name_of(source)} reaches up or sideways to {target}"
            assert FLOOR[target] < FLOOR[app], message


def test_foreign_keys_go_down_and_leave_no_handle() -> None:
    for model in apps.get_models():
        app = model._meta.app_label
        for field in model._meta.get_fields():
            if not (field.is_relation and field.concrete and field.related_model):
                continue
            target = field.related_model._meta.app_label
            if app == target or not {app, target} <= FLOOR.keys():
                continue
            assert FLOOR[target] < FLOOR[app], f"{field} points up or sideways to {target}"
            assert field.remote_field.hidden, f"{field} needs related_name='+'"


@pytest.mark.parametrize("app", APPS)
def test_each_app_says_what_it_owns(app: str) -> None:
    [package] = [p for p in sources(app) if p.name == "__init__.py" and p.parent.name == app]
    assert ast.get_docstring(ast.parse(package.read_text()))
