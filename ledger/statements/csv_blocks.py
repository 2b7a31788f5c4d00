"""Tables that stand upright: "Date: …", "Amount: …" line by line, one block for each booking."""

import re
from collections import Counter

from ledger.statements.csv_table import Record, Table

BLOCKS_MIN, KEYS_MIN = 2, 3
KEY_LINES_MIN = 0.8  # Of the lines that are not blank.
HEAD = 8_000  # Characters: nearly every table is told apart by its first lines.

_LINE = re.compile(r"[ \t\u00a0]*([^\W\d_][\w /-]{1,30}):[ \t\u00a0]*(.*)")


def _stands_upright(head: str) -> bool:
    lines = [line for line in head.splitlines() if line.strip()]
    return sum(_LINE.match(line) is not None for line in lines) >= len(lines) * KEY_LINES_MIN


def blocks_of(text: str, encoding: str) -> Table | None:
    """The blocks as a table whose header are their keys; None for a text that has none."""
    if not _stands_upright(text[:HEAD]):
        return None
    pairs = [
        (number, found[1].strip(), found[2].strip())
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _LINE.match(line))
    ]
    counts = Counter(key for _, key, _ in pairs)
    count = max(counts.values(), default=0)
    keys = [key for key in counts if counts[key] == count]
    if count < BLOCKS_MIN or len(keys) < KEYS_MIN:
        return None
    records: list[Record] = []
    for number, key, value in pairs:
        if key == keys[0]:
            records.append((number, [""] * len(keys)))
        if key in keys and records:
            records[-1][1][keys.index(key)] = value
    return Table([(1, keys), *records], delimiter=":", encoding=encoding)
