"""The last step of a table: drafts with signed amounts become `StatementRow`s."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from decimal import Decimal

from ledger.statements.csv_amounts import CURRENCIES, currency_of
from ledger.statements.csv_dates import DateReader
from ledger.statements.csv_flags import is_not_carried_out, is_pending
from ledger.statements.csv_layout import Columns
from ledger.statements.csv_roles import is_named_pending
from ledger.statements.csv_rows import Draft, drained
from ledger.statements.model import TEXT_MAX, BadRow, StatementRow

TAGS_MAX = 30

Cell = Callable[[list[str]], str]


def build_rows(
    drafts: list[Draft],
    amounts: Sequence[Decimal],
    columns: Columns,
    names: Sequence[str],
    currency: str,
    occurred_format: str,
    *,
    mixed: bool,
) -> tuple[list[StatementRow], list[BadRow]]:
    """The rows, and those that the bank says it never carried out. `mixed`: several accounts.

    Takes the drafts out of their list.
    """
    builder = _Builder(columns, names, currency, occurred_format, mixed=mixed)
    rows, unbooked = [], []
    for draft, amount in zip(drained(drafts), amounts, strict=True):
        if builder.status(draft.cells) and is_not_carried_out(builder.status(draft.cells)):
            message = f"The bank did not carry it out: “{builder.status(draft.cells)[:60]}”."
            text = " | ".join(filter(None, draft.cells))[:200]
            unbooked.append(BadRow(draft.line, "not_carried_out", message, text))
        else:
            rows.append(builder.row(draft, amount))
    return rows, unbooked


class _Builder:
    def __init__(
        self,
        columns: Columns,
        names: Sequence[str],
        currency: str,
        occurred_format: str,
        *,
        mixed: bool,
    ) -> None:
        def of(role: str) -> Cell:
            return _column(columns.get(role, ())[:1])

        self._payee, self._payer, self._text = of("payee"), of("payer"), of("statement_text")
        self._memo = _column(columns.get("memo", ()))
        self._category, self._tags, self._id = of("category"), of("tags"), of("external_id")
        self._account = of("account") if mixed else _column(())
        self._currency, self._amount = of("currency"), of("amount")
        self._occurred = of("occurred_on")
        self.status = of("status")
        place = columns.get("status", ())
        self._is_pending_flag = (
            bool(place) and place[0] < len(names) and is_named_pending(names[place[0]])
        )
        self._default_currency = currency
        self._dates = DateReader(occurred_format)

    def row(self, draft: Draft, amount: Decimal) -> StatementRow:
        cells = draft.cells
        text = self._text(cells)
        memo = _plain(self._memo(cells))
        payee = _plain((self._payer(cells) if amount > 0 else "") or self._payee(cells))
        payee = payee or _plain(text) or memo
        if draft.continued:
            memo = _plain(" ".join([memo if memo != payee else "", *draft.continued]))
        status = self.status(cells)
        return StatementRow(
            line=draft.line,
            posted_on=draft.posted_on,
            amount=amount,
            payee=payee,
            memo="" if memo == payee else memo,
            statement_text=text[:TEXT_MAX],
            currency=self._default_currency or self._currency_of(cells),
            external_id=self._id(cells),
            occurred_at=draft.at or self._occurred_at(cells),
            pending=bool(status) and is_pending(status, named_pending=self._is_pending_flag),
            category=_plain(self._category(cells)),
            tags=_tags(self._tags(cells)),
            account=self._account(cells)[:TEXT_MAX],
            running_balance=draft.balance,
        )

    def _currency_of(self, cells: list[str]) -> str:
        code = self._currency(cells).upper()
        return code if code in CURRENCIES else currency_of(self._amount(cells))

    def _occurred_at(self, cells: list[str]) -> datetime | None:
        """The other date of the row; a day without a time stands for its midnight."""
        cell = self._occurred(cells)
        try:
            day, moment = self._dates.read(cell) if cell else (None, None)
        except ValueError:
            return None  # Only the posting day makes a row; this one may be blank or garbled.
        return moment or (datetime.combine(day, time()) if day else None)


def _column(places: tuple[int, ...]) -> Cell:
    if not places:
        return lambda cells: ""
    if len(places) == 1:
        place = places[0]
        return lambda cells: cells[place]
    return lambda cells: " ".join([cells[n] for n in places if cells[n]])


def _plain(text: str) -> str:
    """One line, single spaces, cut to what is kept."""
    if text[:1] == " " or "  " in text or "\n" in text or "\t" in text:
        text = " ".join(text.split())
    return text[:TEXT_MAX]


def _tags(cell: str) -> tuple[str, ...]:
    if not cell:
        return ()
    parts = (part.strip().lstrip("#").strip() for part in re.split(r"[,;|]", cell[:TEXT_MAX]))
    return tuple(dict.fromkeys(filter(None, parts)))[:TAGS_MAX]
