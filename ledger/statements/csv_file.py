"""Bank exports as tables: CSV, TSV, semicolons, Excel sheets. Bytes in, `ParsedFile` out.

The layout is guessed from the content and proved over the whole file; what stays unproved
lowers the mapping's confidence and is said in a warning. `ParsedFile.mapping` tells how the
file was read and reads the next one alike when it is passed in.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.statements import (
    csv_balance,
    csv_layout,
    csv_mapping,
    csv_roles,
    csv_serials,
    csv_signs,
)
from ledger.statements.csv_amounts import currency_of, decide_mark, is_number, mark_votes
from ledger.statements.csv_blocks import blocks_of
from ledger.statements.csv_build import build_rows
from ledger.statements.csv_columns import role_scores
from ledger.statements.csv_dates import guess_date_format, is_date
from ledger.statements.csv_encoding import decode_table
from ledger.statements.csv_layout import Columns, Header
from ledger.statements.csv_mapping import Wishes
from ledger.statements.csv_rows import Draft, DraftReader, Drafts, drained, without_summaries
from ledger.statements.csv_signs import Signs
from ledger.statements.csv_table import Record, Table, read_table
from ledger.statements.markup_tables import is_markup_table, read_markup
from ledger.statements.model import Balance, ParsedFile, Statement, StatementRow, UnreadableFile
from ledger.statements.unpack import is_workbook

LINES_NAMED_MAX = 10  # In a warning: more lines than that are not read by anyone.

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of one table are read."""

    header: Header
    columns: Columns
    width: int
    date_format: str
    occurred_format: str
    decimal_mark: str
    currency: str
    doubts: tuple[str, ...]


def read_csv(data: bytes, *, mapping: dict[str, object] | None = None) -> ParsedFile:
    """The bookings of a table. `mapping` (saved, or by the owner) goes before every guess.

    Raises UnreadableFile, whose sentence says what is missing.
    """
    wished = csv_mapping.wishes(mapping)
    table = _table(data, wished)
    if not table.records:
        raise UnreadableFile("empty_file", "The file has no rows.")
    if csv_serials.spell_out(table.records):
        table = replace(table, warnings=(*table.warnings, csv_serials.WARNING))
    header = _header(table.records, wished)
    records = table.records[header.index + 1 :]
    del table.records[header.index + 1 :]
    plan = _plan(table, header, [cells for _, cells in records], wished)
    found = _drafts(records, plan)
    without_summaries(found)
    if not found.rows and found.bad:
        first = found.bad[0]
        message = f"No row can be read. Line {first.line}: {first.message}"
        raise UnreadableFile("no_readable_rows", message, line=first.line)
    return _parsed(table, plan, found, wished)


def _table(data: bytes, wished: Wishes) -> Table:
    if is_workbook(data):
        from ledger.statements.sheets import read_workbook  # Its libraries are slow to load.

        return read_workbook(data, sheet=wished.sheet)
    text, encoding = decode_table(data, wished.encoding)
    if is_markup_table(text):
        return read_markup(text, encoding)
    if upright := blocks_of(text, encoding):
        return upright
    return read_table(text, encoding, delimiter=wished.delimiter, quote=wished.quote)


def _header(records: Sequence[Record], wished: Wishes) -> Header:
    said = csv_mapping.header_for(wished, records)
    if said is None:
        return csv_layout.find_header(records)
    return Header(said, records[said][1] if said >= 0 else [])


def _plan(table: Table, header: Header, rows: Sequence[list[str]], wished: Wishes) -> Plan:
    names = header.names
    width = max((len(cells) for cells in (names, *rows)), default=0)
    found = csv_layout.profiles(rows, width)
    fixed = csv_mapping.wished_columns(wished, names, width)
    columns = csv_mapping.merge(csv_layout.columns_by_name(names, found), fixed)
    columns = csv_mapping.merge(csv_roles.settle(columns, found, names), fixed)
    _check_external_id(columns, rows, fixed)
    if not names:
        csv_roles.currency_by_content(columns, found)
    currency = wished.currency or _currency(
        columns, names, table.records[: header.index + 1], found
    )
    date_format, doubts = _date_format(columns, rows, currency, wished)
    mark, doubt = _decimal_mark(columns, rows, currency, table, wished)
    doubts += [doubt] if doubt else []
    occurred = _occurred_format(columns, rows, date_format)
    return Plan(header, columns, width, date_format, occurred, mark, currency, tuple(doubts))


def _cells(rows: Sequence[list[str]], column: int) -> list[str]:
    return [cells[column] if column < len(cells) else "" for cells in rows]


def _check_external_id(columns: Columns, rows: Sequence[list[str]], fixed: Columns) -> None:
    if "external_id" not in columns or "external_id" in fixed:
        return
    place, day = columns["external_id"][0], columns["posted_on"][0]
    bookings = [cells for cells in rows if len(cells) > max(place, day) and is_date(cells[day])]
    if not csv_roles.external_id_column([cells[place] for cells in bookings], bookings):
        del columns["external_id"]


def _currency(
    columns: Columns,
    names: Sequence[str],
    preamble: Sequence[Record],
    found: Sequence[csv_layout.Profile],
) -> str:
    """The one currency of the table, "" where each row says its own or nothing does."""
    figures = [columns[role][0] for role in ("amount", "debit", "credit") if role in columns]
    for n in figures:
        if n < len(names) and (code := currency_of(names[n])):
            return code
    if "currency" in columns:
        values = found[columns["currency"][0]].values if columns["currency"][0] < len(found) else {}
        return next(iter(values)).upper() if len(values) == 1 else ""
    codes = {currency_of(cell) for n in figures if n < len(found) for cell in found[n].values}
    if len(codes) == 1 and (code := codes.pop()):
        return code
    for _, cells in preamble[:-1]:
        if cells and "currency" in role_scores(cells[0]):
            return currency_of(" ".join(cells[1:]))
    return ""


def _date_format(
    columns: Columns, rows: Sequence[list[str]], currency: str, wished: Wishes
) -> tuple[str, list[str]]:
    if wished.date_format:
        return wished.date_format, []
    cells = _cells(rows, columns["posted_on"][0])
    month_first = currency == "USD" if currency else None
    guess = guess_date_format(cells, month_first=month_first)
    if "occurred_on" in columns and (guess is None or guess.doubt):
        # The other date column is written alike, and may hold the day that decides.
        other = guess_date_format(
            [*cells, *_cells(rows, columns["occurred_on"][0])], month_first=month_first
        )
        guess = other if other and (guess is None or not other.doubt) else guess
    if guess is None:
        return "%Y-%m-%d", []
    return guess.form, [f"{guess.doubt}: read as {guess.form}"] if guess.doubt else []


def _occurred_format(columns: Columns, rows: Sequence[list[str]], posted_format: str) -> str:
    if "occurred_on" not in columns:
        return posted_format
    month_first = posted_format.find("%m") < posted_format.find("%d")
    cells = _cells(rows, columns["occurred_on"][0])
    guess = guess_date_format(cells, month_first=month_first)
    return guess.form if guess else posted_format


def _decimal_mark(
    columns: Columns, rows: Sequence[list[str]], currency: str, table: Table, wished: Wishes
) -> tuple[str, str]:
    if wished.decimal_mark:
        return wished.decimal_mark, ""
    votes = {".": 0, ",": 0, "?.": 0, "?,": 0}
    for roles in (("amount", "debit", "credit"), ("running_balance",)):
        for n in (columns[role][0] for role in roles if role in columns):
            cells = (cell for cell in _cells(rows, n) if "." in cell or "," in cell)
            for vote, count in mark_votes(cells).items():
                votes[vote] += count
        if votes["."] != votes[","]:
            break
    undecided = votes["."] == votes[","] == 0 and (votes["?."] or votes["?,"])
    if undecided and (proof := _other_mark(columns, rows[: csv_layout.SAMPLE])):
        return proof, ""
    return decide_mark(votes, "," if table.delimiter == ";" else ".", currency)


def _other_mark(columns: Columns, rows: Sequence[list[str]]) -> str:
    """The mark that the table's other figures prove, a rate or a quantity; "" where none does."""
    taken = {n for places in columns.values() for n in places}
    votes: Counter[str] = Counter()
    for n in range(max(map(len, rows), default=0)):
        cells = [] if n in taken else [cell for cell in _cells(rows, n) if cell]
        if cells and all(is_number(cell) and not is_date(cell) for cell in cells):
            votes.update(mark_votes(cells))
    proved = [mark for mark in ".," if votes[mark]]
    return proved[0] if len(proved) == 1 else ""


def _drafts(records: list[Record], plan: Plan) -> Drafts:
    reader = DraftReader(plan.columns, plan.width, plan.date_format, plan.decimal_mark)
    return reader.read(drained(records), plan.header.names)


def _parsed(table: Table, plan: Plan, found: Drafts, wished: Wishes) -> ParsedFile:
    accounts = _accounts(found.rows, plan.columns)
    names = plan.header.names
    signs = csv_signs.decide(found.rows, plan.columns, names, wished.positive_is, accounts)
    columns = dict(plan.columns)
    if not signs.fees_taken:
        columns.pop("fee", None)
    if signs.swapped:
        columns["debit"], columns["credit"] = columns["credit"], columns["debit"]
    mixed = len(set(accounts)) > 1
    disagreeing = _balance_warnings(signs, found.rows)
    rows, unbooked = build_rows(
        found.rows, signs.amounts, columns, names, plan.currency, plan.occurred_format, mixed=mixed
    )
    doubts = [*plan.doubts, *([signs.doubt] if signs.doubt else [])]
    warnings = [*table.warnings, *_doubt_warnings(doubts), *disagreeing]
    warnings += _note_warnings(found.notes)
    opening, closing = (None, None) if mixed else _balances(rows, signs)
    statement = Statement(
        rows=tuple(rows),
        bad_rows=tuple(sorted([*found.bad, *unbooked], key=lambda row: row.line)),
        account_id="" if mixed else (accounts[0] if accounts else "") or _iban(table, plan.header),
        currency=_common([row.currency for row in rows]) or plan.currency,
        opening=opening,
        closing=closing,
    )
    mapping = _mapping(table, plan, columns, signs, doubts)
    return ParsedFile("csv", (statement,), table.encoding, mapping, tuple(warnings))


def _accounts(drafts: Sequence[Draft], columns: Columns) -> list[str]:
    if "account" not in columns:
        return [""] * len(drafts)
    return [draft.cells[columns["account"][0]] for draft in drafts]


def _common(values: Sequence[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""


def _iban(table: Table, header: Header) -> str:
    above = [cell for _, cells in table.records[: max(header.index, 0)] for cell in cells]
    return _common(
        [found[0].replace(" ", "") for cell in above if (found := _IBAN.search(cell[:200]))]
    )


def _balances(rows: Sequence[StatementRow], signs: Signs) -> tuple[Balance | None, Balance | None]:
    """Opening and closing balance by the running balance, where that holds over all rows."""
    checked = signs.checked
    if not checked or not rows or checked.wrong or (len(rows) > 1 and not checked.steps):
        return None, None
    first, last = (rows[0], rows[-1]) if checked.ascending else (rows[-1], rows[0])
    if first.running_balance is None or last.running_balance is None:
        return None, None
    before: Decimal = first.running_balance - first.amount
    return (
        Balance(first.posted_on, before, first.currency),
        Balance(last.posted_on, last.running_balance, last.currency),
    )


def _doubt_warnings(doubts: Sequence[str]) -> list[str]:
    return [
        f"{doubt}. Please check, and correct the column mapping if it is wrong." for doubt in doubts
    ]


def _balance_warnings(signs: Signs, drafts: Sequence[Draft]) -> list[str]:
    checked = signs.checked
    if not checked or not checked.wrong:
        return []
    if not checked.proves and checked.steps >= csv_balance.STEPS_MIN:
        return ["The balance column does not follow from the amounts, so it could not check them."]
    lines = _listed([drafts[place].line for place in checked.wrong])
    return [f"The running balance disagrees with the amount at line {lines}."]


def _listed(lines: Sequence[int]) -> str:
    named = ", ".join(map(str, lines[:LINES_NAMED_MAX]))
    more = len(lines) - LINES_NAMED_MAX
    return f"{named} and {more} more" if more > 0 else named


def _note_warnings(notes: Sequence[tuple[int, str]]) -> list[str]:
    """Lines among and below the bookings that are none. Above the first one stands the preamble."""
    if not notes:
        return []
    lines = _listed(sorted(line for line, _ in notes))
    return [f"No bookings, left out: line {lines} (“{min(notes)[1][:80]}”)."]


def _mapping(
    table: Table, plan: Plan, columns: Columns, signs: Signs, doubts: Sequence[str]
) -> dict[str, object]:
    header = plan.header
    mapping: dict[str, object] = {
        "delimiter": table.delimiter,
        "quote": table.quote,
        "encoding": table.encoding,
        "header_line": table.records[header.index][0] if header.index >= 0 else 0,
        "columns": csv_mapping.named_columns(columns, header.names),
        "date_format": plan.date_format,
        "decimal_mark": plan.decimal_mark,
        "positive_is": signs.positive_is,
        "confidence": _confidence(plan, signs, doubts),
    }
    if table.sheet:
        mapping["sheet"] = table.sheet
    if plan.currency:
        mapping["currency"] = plan.currency
    return mapping


def _confidence(plan: Plan, signs: Signs, doubts: Sequence[str]) -> float:
    """0..1: what is proved counts, each doubt costs; a balance that checks makes up for some."""
    confidence = 0.97 if plan.header.names else 0.8
    confidence *= 0.65 ** len(doubts)
    if "payee" not in plan.columns:
        confidence *= 0.9
    if signs.checked and signs.checked.proves:
        confidence += (1 - confidence) * 0.5
    return round(confidence, 2)
