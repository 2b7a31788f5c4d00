"""Beancount ledgers: what their transactions moved, by account, with pads and balance checks."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.statements.beancount_amounts import Numbers
from ledger.statements.beancount_lines import Dated, RawLedger, raw_ledger, strings_of, tags_of
from ledger.statements.journal import EQUITY, EXPENSE, INCOME, Entry, Journal, Posting
from ledger.statements.journal_amounts import BadAmount
from ledger.statements.journal_book import parsed_journal
from ledger.statements.journal_kinds import account_of
from ledger.statements.journal_legs import missing_amounts
from ledger.statements.model import BadRow, ParsedFile
from ledger.statements.text import decode, one_line

WRONG_SHOWN_MAX = 5

_OPTIONS = {
    "name_assets": "assets", "name_liabilities": "liabilities", "name_equity": EQUITY,
    "name_income": INCOME, "name_expenses": EXPENSE,
}  # fmt: skip
_POSTING = re.compile(
    r"(?:(?P<flag>[*!&#?%A-Z])[ \t]+)?(?P<account>[^\W\d_][\w\-]*+(?::[\w\-]++)+)(?P<rest>.*)",
    re.DOTALL,
)
_METADATA = re.compile(r"(?P<key>[a-z][\w\-]*):(?:[ \t]+(?P<value>.*))?$", re.DOTALL)


@dataclass(slots=True)
class _Open:
    """A posting whose amount, or the number of it, is left to the program."""

    posting: Posting
    currency: str = ""


@dataclass(slots=True)
class _Booking:
    entry: Entry
    open: list[_Open] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    raw: RawLedger
    journal: Journal
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    pads: dict[str, tuple[Dated, str, set[str]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def read(self) -> None:
        """In beancount's order: by day, what opens first, then balances, then all else."""
        order = {"open": 0, "balance": 1}
        for dated in sorted(self.raw.dated, key=lambda d: (d.on, order.get(d.what, 2), d.line)):
            try:
                self._one(dated)
            except BadAmount as error:
                text = one_line(dated.rest)[:200]
                self.raw.bad_rows.append(BadRow(dated.line, "unreadable_amount", str(error), text))
        self.journal.entries.sort(key=lambda entry: entry.line)

    def _one(self, dated: Dated) -> None:
        if dated.what == "open":
            self._open(dated)
        elif dated.what == "balance":
            self._balance(dated)
        elif dated.what == "pad":
            names = dated.rest.split()
            if len(names) >= 2:
                self.pads[names[0]] = (dated, names[1], set())
        else:
            booking = _booking(dated)
            _fill(booking)
            self._book(booking.entry)

    def _open(self, dated: Dated) -> None:
        name = dated.rest.split()[0] if dated.rest else ""
        shown = _metadata(dated).get("name", "")
        if name and shown:
            self._known(name)
            self.journal.accounts[name].shown = shown

    def _known(self, name: str) -> None:
        if name not in self.journal.accounts:
            root = name.partition(":")[0]
            said = next(
                (kind for o, kind in _OPTIONS.items() if self.raw.options.get(o) == root), ""
            )
            self.journal.accounts[name] = account_of(name, said)

    def _book(self, entry: Entry) -> None:
        for posting in entry.postings:
            self._known(posting.account)
            sums = self.sums.setdefault(posting.account, defaultdict(Decimal))
            sums[posting.commodity] += posting.amount
        self.journal.entries.append(entry)

    def _balance(self, dated: Dated) -> None:
        name, _, rest = dated.rest.partition(" ")
        numbers = Numbers(rest)
        amount = numbers.number()
        tolerance = numbers.number() if amount is not None and numbers.word("~") else None
        currency = numbers.currency()
        if amount is None or not currency:
            raise BadAmount(f"“{one_line(rest)[:40]}” is not an amount.")
        below = f"{name}:"
        have = sum(
            (
                sums.get(currency, Decimal(0))
                for account, sums in self.sums.items()
                if account == name or account.startswith(below)
            ),
            Decimal(0),
        )
        if name in self.pads and currency not in self.pads[name][2]:
            self.pads[name][2].add(currency)  # A pad reaches up to the next balance.
            self._pad(name, amount - have, currency)
            have = amount
        exponent = amount.as_tuple().exponent
        digits = -exponent if isinstance(exponent, int) else 0
        slack = tolerance if tolerance is not None else Decimal(1).scaleb(-digits) if digits else 0
        if abs(have - amount) > slack:
            self.wrong.append(
                f"line {dated.line}: {name} {amount:f} {currency}, by its postings {have:f}"
            )

    def _pad(self, name: str, missing: Decimal, currency: str) -> None:
        if not missing:
            return
        pad, source, _ = self.pads[name]
        postings = [Posting(name, missing, currency), Posting(source, -missing, currency)]
        memo = "Padding up to the balance that the ledger states"
        self._book(Entry(pad.line, pad.on, postings, memo=memo))


def read_beancount(data: bytes, *, mapping: Mapping[str, object] | None = None) -> ParsedFile:
    """A statement per account under Assets and Liabilities. Raises UnreadableFile."""
    del mapping  # Every amount of a ledger names its currency.
    text, encoding = decode(data)
    raw = raw_ledger(text)
    journal = Journal("beancount", encoding, left_out=raw.left_out)
    reader = _Reader(raw, journal)
    reader.read()
    journal.bad_rows = raw.bad_rows
    if reader.wrong:
        more = len(reader.wrong) - WRONG_SHOWN_MAX
        shown = "; ".join(reader.wrong[:WRONG_SHOWN_MAX]) + (f"; {more} more" if more > 0 else "")
        journal.warnings.append(f"Balances that the bookings do not reach: {shown}")
    return parsed_journal(journal)


def _metadata(dated: Dated) -> dict[str, str]:
    """The texts of the metadata right below a directive."""
    found = {}
    for _, line in dated.lines:
        if (pair := _METADATA.match(line)) is None:
            break
        strings, _ = strings_of(pair["value"] or "")
        if strings:
            found[pair["key"]] = strings[0]
    return found


def _booking(dated: Dated) -> _Booking:
    strings, rest = strings_of(dated.rest)
    payee, narration = strings[:2] if len(strings) > 1 else ("", strings[0] if strings else "")
    tags = dated.tags + tags_of(rest)
    about = _metadata(dated)
    if about.get("tags"):  # As our own export writes tags that beancount's cannot spell.
        tags = tuple(filter(None, (tag.strip() for tag in about["tags"].split(","))))
    entry = Entry(dated.line, dated.on, payee=one_line(payee), memo=one_line(narration))
    entry.id = one_line(about.get("external-id", ""))
    found = _Booking(entry)
    for number, line in dated.lines:
        if _METADATA.match(line):
            if found.entry.postings:
                _posting_memo(found, line)
        elif posting := _POSTING.match(line):
            try:
                _add_posting(found, posting, dated)
            except BadAmount as error:
                raise BadAmount(f"Line {number}: {error}") from error
        else:
            tags += tags_of(line)
    entry.tags = tuple(dict.fromkeys(tags))
    return found


def _posting_memo(booking: _Booking, line: str) -> None:
    pair = _METADATA.match(line)
    if pair and pair["key"] == "memo":
        strings, _ = strings_of(pair["value"] or "")
        booking.entry.postings[-1].memo = strings[0] if strings else ""


def _add_posting(booking: _Booking, found: "re.Match[str]", dated: Dated) -> None:
    flag = found["flag"] or dated.what
    posting = Posting(found["account"], Decimal(0), "", is_pending=flag == "!", id=booking.entry.id)
    booking.entry.postings.append(posting)
    numbers = Numbers(found["rest"])
    number = numbers.number()
    posting.amount, posting.commodity = number or Decimal(0), numbers.currency()
    if number is None or not posting.commodity:
        booking.open.append(_Open(posting, posting.commodity))
        if number is not None:
            raise BadAmount(f"“{one_line(found['rest'])[:40]}” has no currency.")
    if braces := numbers.word("{{", "{"):
        _held(posting, numbers, is_total=braces == "{{")
    if mark := numbers.word("@@", "@"):
        price, currency = numbers.number(), numbers.currency()
        if price is not None and currency and posting.worth is None:
            _exchange(posting, price, currency, is_total=mark == "@@")
    numbers.skip()
    if rest := one_line(numbers.text[numbers.place :]):
        raise BadAmount(f"“{rest[:40]}” is not understood.")


def _held(posting: Posting, numbers: Numbers, *, is_total: bool) -> None:
    """A cost: "{186.33 USD, 2015-08-10}", "{5 # 9.95 USD}", "{{900 USD}}", "{}"."""
    posting.is_held = True
    end = numbers.text.find("}", numbers.place)
    if end < 0:
        raise BadAmount("The cost is not closed.")
    inside = Numbers(numbers.text[numbers.place : end])
    numbers.place = end + (2 if is_total and numbers.text.startswith("}}", end) else 1)
    # A date may stand first, and is no calculation.
    inside.text = re.sub(r"\d{4}-\d{2}-\d{2}|\"[^\"]*\"", " ", inside.text)
    while inside.word(",", "*"):
        continue
    each = inside.number()
    in_all = inside.number() if inside.word("#") else None
    currency = inside.currency()
    if currency and (each is not None or in_all is not None):
        _exchange(posting, each or Decimal(0), currency, is_total=is_total)
        if in_all is not None and posting.worth is not None:
            posting.worth += in_all if posting.amount >= 0 else -in_all


def _exchange(posting: Posting, price: Decimal, currency: str, *, is_total: bool) -> None:
    if is_total:
        posting.worth = abs(price) if posting.amount >= 0 else -abs(price)
    else:
        posting.worth = posting.amount * price
    posting.worth_in = currency


def _fill(booking: _Booking) -> None:
    """The amounts that are left out: for each currency that does not balance, one."""
    if not booking.open:
        return
    entry = booking.entry
    free = [one.posting for one in booking.open if not one.currency]
    if len(free) > 1:
        raise BadAmount("Two postings of the entry have no amount.")
    waiting = {id(one.posting) for one in booking.open}
    missing = missing_amounts(p for p in entry.postings if id(p) not in waiting)
    for one in booking.open:
        if one.currency:
            one.posting.amount = missing.pop(one.currency, Decimal(0))
    for template in free:
        entry.postings = [posting for posting in entry.postings if posting is not template]
        entry.postings += [
            Posting(
                template.account, amount, currency, is_pending=template.is_pending, id=template.id
            )
            for currency, amount in missing.items()
            if amount
        ]
