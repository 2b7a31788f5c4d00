"""The corpus of real bank files in figures: kept beside the tests, summed up in docs/imports.md.

The files are not part of the project; where they lie beside the checkout, `python -m
ledger.tests.corpus` reads them all and writes both anew.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from pathlib import Path

from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "import"
FIGURES = Path(__file__).with_name("corpus_figures.csv")
DOCUMENT = ROOT / "docs" / "imports.md"
BEGIN, END = "<!-- corpus: made by ledger/tests/corpus.py -->\n", "<!-- end of corpus -->\n"
ENDINGS = {
    ".csv", ".dat", ".mt940", ".ofx", ".qfx", ".qif", ".sta", ".tsv", ".txt", ".xls", ".xlsx", ".xml",
}  # fmt: skip
NO_STATEMENTS = {"SOURCE.txt", "LICENSE.txt"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one file gives. Everything is text, as the table of figures holds it."""

    file: str
    format: str = ""
    statements: str = ""
    rows: str = ""
    bad_rows: str = ""
    total: str = ""  # of all amounts, whatever their currency
    refused: str = ""  # the code, where the file as a whole is refused

    @property
    def folder(self) -> str:
        return self.file.partition("/")[0]


def corpus_files() -> Iterator[Path]:
    """The bank files of the corpus: no descriptions, configurations or expected answers."""
    for path in sorted(SHARED.rglob("*")):
        if path.suffix.lower() in ENDINGS and path.name not in NO_STATEMENTS:
            yield path


def figures_of(path: Path) -> Figures:
    name = path.relative_to(SHARED).as_posix()
    try:
        found = read_statement_file(path.read_bytes(), filename=path.name)
    except UnreadableFile as error:
        return Figures(name, refused=error.code)
    total = sum((row.amount for row in found.rows), Decimal(0)).normalize()
    return Figures(
        name,
        found.format,
        str(len(found.statements)),
        str(len(found.rows)),
        str(len(found.bad_rows)),
        f"{total:f}",
    )


def known_figures() -> list[Figures]:
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return [Figures(**row) for row in csv.DictReader(file)]


def table(figures: Sequence[Figures]) -> str:
    """The figures by source, and why files were refused."""
    lines = [
        "| source | files | read | bookings | rows listed as bad | refused, and why |\n",
        "|---|--:|--:|--:|--:|---|\n",
    ]
    folders = list(dict.fromkeys(one.folder for one in figures))
    for folder in [*folders, ""]:
        of = [one for one in figures if folder in ("", one.folder)]
        good = [one for one in of if not one.refused]
        codes = sorted(one.refused for one in of if one.refused)
        why = ", ".join(f"{codes.count(code)} `{code}`" for code in dict.fromkeys(codes))
        lines.append(
            f"| {folder or '**all**'} | {len(of)} | {len(good)} | {sum(int(f.rows) for f in good)} "
            f"| {sum(int(f.bad_rows) for f in good)} | {why if folder else len(codes)} |\n"
        )
    return "".join(lines)


def main() -> None:
    found = [figures_of(path) for path in corpus_files()]
    with FIGURES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Figures)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in found)
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(before + BEGIN + table(found) + END + after)


if __name__ == "__main__":
    main()
