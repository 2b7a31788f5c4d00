"""Every line of the security checklist, every defect of the original, every trap has its test.

A test names its line in its name or its words; `proof.py` names tests that do not. None may be lost.
"""

import re

import pytest

from config.tests.proof import NOT_PROVED, PROVED
from config.tests.sources import EVERYTHING, ROOT

NAMED = re.compile(
    r"\b[Cc]hecklist (\d+(?:(?: and | to |, )\d+)*)|(?<![a-z])lines?_(\d+)(?:_and_(\d+))?_"
)
TRAP = re.compile(r"\b([RLWDCA]\d)\b")
DEFECT = re.compile(r"\bdef test_s(\d+)_")
LETTERS = {"R": 8, "L": 5, "W": 5, "D": 2, "C": 1, "A": 4, "S": 18}
WANTED = {
    *(str(line) for line in range(1, 89)),
    *(f"{letter}{n}" for letter, last in LETTERS.items() for n in range(1, last + 1)),
}
TESTS = [p for p in EVERYTHING if p.name.startswith("test_") and p.name != "test_checklist.py"]


def named() -> set[str]:
    found: set[str] = set()
    for path in TESTS:
        text = path.read_text()
        for listed, first, second in NAMED.findall(text):
            for start, _, end in re.findall(r"(\d+)( to (\d+))?", listed):
                found |= {str(n) for n in range(int(start), int(end or start) + 1)}
            found |= {number for number in (first, second) if number}
        # Only where words are about the trap: "A1" is also an account, "W3" a part of London.
        for sentence in re.findall(r'"""(.*?)"""', text, re.DOTALL):
            found |= set(TRAP.findall(sentence))
        found |= {f"S{number}" for number in DEFECT.findall(text)}
    return found


def test_everything_has_its_test() -> None:
    missing = WANTED - named() - PROVED.keys() - NOT_PROVED.keys()
    assert sorted(missing) == []


def test_nothing_else_is_claimed() -> None:
    assert (PROVED.keys() | NOT_PROVED.keys()) <= WANTED
    assert not PROVED.keys() & NOT_PROVED.keys()
    assert all(NOT_PROVED.values())


@pytest.mark.parametrize(("what", "test"), PROVED.items())
def test_what_proves_it_exists(what: str, test: str) -> None:
    file, _, function = test.partition("::")
    assert re.search(rf"^def {function}\(", (ROOT / file).read_text(), re.MULTILINE), what
