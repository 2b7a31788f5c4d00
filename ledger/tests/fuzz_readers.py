"""Fuzzing every reader for as long as one likes: `python -m ledger.tests.fuzz_readers --minutes 10`.

A seeded mutation of the dialects and samples of the tests. A file may only be read, or refused by a
documented code: all else is a finding, and is kept. Not part of the test run, which has its own fuzz
of a few seconds.
"""

import argparse
import random
import sys
import time
from pathlib import Path

from ledger.statements.codes import FILE_CODES
from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.dialects import DIALECTS
from ledger.tests.rival_samples import all_samples

FORMATS = ("", "ofx", "qif", "camt", "mt940", "csv", "hledger", "beancount", "gnucash", "ynab")
SLOW_SECONDS = 5.0
WORDS = (
    b"\0", b"\xff", b"\r", b"\n", b'"', b",", b";", b"<", b">", b"&", b":61:", b"^", b"-", b"(", b"1e9",
    b"9" * 40, b"</OFX>", b"<STMTTRN>", b"!Type:", b"[]", b"\xe2\x80\xaf", b"2024-02-30", b"00000000",
)  # fmt: skip


def seeds() -> list[bytes]:
    found = [data.encode() if isinstance(data, str) else data for data, _ in DIALECTS.values()]
    return [*found, *(data for _, data in all_samples().values())]


def mutated(data: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """The file with a few things cut, doubled, swapped, overwritten, or taken from another file."""
    found = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(found) + 1)
        length = min(rng.choice((1, 2, 8, 60, 400)), len(found) - place)
        kind = rng.randrange(6)
        if kind == 0:
            del found[place : place + length]
        elif kind == 1:
            found[place:place] = found[place : place + length] * rng.choice((1, 2, 50))
        elif kind == 2:
            found[place:place] = rng.choice(WORDS) * rng.choice((1, 1, 3, 500))
        elif kind == 3 and length:
            found[place] = rng.randrange(256)
        elif kind == 4:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            found[place:place] = other[start : start + length]
        else:
            found[place : place + length] = bytes(reversed(found[place : place + length]))
    return bytes(found[:200_000])


def tried(data: bytes, kind: str) -> str:
    """ "read", or the code of the refusal. Anything else escapes, as does a code without meaning."""
    try:
        read_statement_file(data, format=kind or None)
    except UnreadableFile as refusal:
        assert refusal.code in FILE_CODES or refusal.code == "file_too_large", refusal.code
        assert str(refusal).strip()
        # The front door turns errors of the readers into a refusal; each is a bug all the same.
        assert refusal.__cause__ is None or refusal.code != "unreadable_content", repr(
            refusal.__cause__
        )
        return refusal.code
    return "read"


def run(minutes: float, seed: int, keep: Path) -> int:
    """Mutate until the time is over; the number of findings."""
    rng, files, findings, count = random.Random(seed), seeds(), 0, 0
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        data, kind = mutated(rng.choice(files), rng, files), rng.choice(FORMATS)
        began = time.monotonic()
        try:
            tried(data, kind)
            problem = "slow" if time.monotonic() - began > SLOW_SECONDS else ""
        except Exception as error:  # Whatever it is: it is what we look for.
            problem = repr(error)[:300]
        if problem:
            findings += 1
            keep.mkdir(parents=True, exist_ok=True)
            path = keep / f"{seed}-{count}.{kind or 'any'}"
            path.write_bytes(data)
            sys.stdout.write(f"{path}: {problem}\n")
        count += 1
    sys.stdout.write(f"seed {seed}: {count} files, {findings} findings\n")
    return findings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    given = parser.parse_args()
    if run(given.minutes, given.seed, given.keep):
        sys.exit(1)


if __name__ == "__main__":
    main()
