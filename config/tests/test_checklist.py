"""Which lines of the security checklist have a test that names them: none may be lost again."""

import re

from config.tests.sources import EVERYTHING

NAMED = re.compile(
    r"\b[Cc]hecklist (\d+(?:(?: and | to |, )\d+)*)|(?<![a-z])lines?_(\d+)(?:_and_(\d+))?_"
)
# Authentication, sessions and tokens, and what stands between a browser and us.
PROMISED = {*range(1, 34), 44, 45, *range(61, 74), 75, 78, 79, 80, 81, 82, 86, 87}


def named_lines() -> set[int]:
    found: set[int] = set()
    for path in EVERYTHING:
        if "tests" not in path.parts or path.name == "test_checklist.py":
            continue
        for listed, first, second in NAMED.findall(path.read_text()):
            for start, _, end in re.findall(r"(\d+)( to (\d+))?", listed):
                found |= set(range(int(start), int(end or start) + 1))
            found |= {int(number) for number in (first, second) if number}
    return found


def test_every_promised_line_is_named_by_a_test() -> None:
    assert sorted(PROMISED - named_lines()) == []
