"""The readers' codes are listed, all of them and no others."""

import ast
import re
from pathlib import Path

import pytest

from ledger import statements
from ledger.errors import Reason
from ledger.services.import_files import unreadable
from ledger.statements.codes import FILE_CODES, ROW_CODES
from ledger.statements.model import UnreadableFile

CODE = re.compile(r"[a-z]+(_[a-z0-9]+)+")
SOURCES = sorted(Path(statements.__file__).parent.glob("*.py"))


def raised(pattern: str) -> set[str]:
    """Codes in calls of functions whose names match, and in assignments to `code`."""
    found: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                parts = node.args if re.fullmatch(pattern, name) else []
                if name == "UnreadableFile" and parts and isinstance(parts[0], ast.Constant):
                    found.add(parts[0].value)
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
                parts = [node.value] if pattern != "UnreadableFile" else []
            else:
                continue
            for part in parts:
                found |= {
                    inner.value
                    for inner in ast.walk(part)
                    if isinstance(inner, ast.Constant)
                    and isinstance(inner.value, str)
                    and CODE.fullmatch(inner.value)
                }
    return found


def test_every_code_of_a_file_is_listed_and_used() -> None:
    assert raised("UnreadableFile") == {*FILE_CODES, Reason.FILE_TOO_LARGE.value}


def test_every_code_of_a_row_is_listed_and_used() -> None:
    assert raised(r"Bad(?!Amount)\w+|_bad") - {"date_order"} == set(ROW_CODES)


@pytest.mark.parametrize(
    ("code", "status", "pointer"),
    [
        ("not_ofx", 400, "/file"),
        ("bad_mapping", 400, "/mapping"),
        ("mapping_does_not_fit", 400, "/mapping"),
        ("file_too_large", 413, "/file"),
    ],
)
def test_a_refusal_has_the_readers_code_sentence_and_line(
    code: str, status: int, pointer: str
) -> None:
    refusal = unreadable(UnreadableFile(code, "Line 3 is wrong.", line=3))
    assert (refusal.code, refusal.status, refusal.message) == (code, status, "Line 3 is wrong.")
    assert refusal.extra == {"line": 3}
    assert [(e.pointer, e.code) for e in refusal.errors] == [(pointer, code)]
