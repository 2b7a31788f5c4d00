"""hledger and ledger journals: a reader of our own for what the two have in common.

There is no kept library: hledger is a program of another language, and ledger's Python module
is a build of its C++ sources. hledger itself is the oracle of our tests.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from ledger.statements.csv_amounts import CURRENCIES
from ledger.statements.hledger_lines import RawEntry, RawJournal, raw_journal
from ledger.statements.hledger_postings import RawPosting, postings_of, tags_and_words
from ledger.statements.journal import EQUITY, EXPENSE, INCOME, Entry, Journal, Posting
from ledger.statements.journal_amounts import (
    AMOUNT,
    BadAmount,
    Styles,
    amount_at,
    numbers_in,
    styles_of,
)
from ledger.statements.journal_book import parsed_journal
from ledger.statements.journal_kinds import account_of, is_root
from ledger.statements.journal_legs import missing_amounts
from ledger.statements.model import BadRow, ParsedFile
from ledger.statements.text import decode, one_line

ASSERTIONS_SHOWN_MAX = 5
UNKNOWN_SHOWN_MAX = 5

_TYPES = {
    "a": "assets", "asset": "assets", "c": "assets", "cash": "assets",
    "l": "liabilities", "liability": "liabilities",
    "e": EQUITY, "equity": EQUITY, "v": EQUITY, "conversion": EQUITY,
    "r": INCOME, "revenue": INCOME, "income": INCOME, "x": EXPENSE, "expense": EXPENSE,
}  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

Sums = dict[tuple[str, str], Decimal]


def read_hledger(data: bytes, *, mapping: Mapping[str, object] | None = None) -> ParsedFile:
    """A statement per account under Assets and Liabilities. `mapping["currency"]` is what "$" and
    bare numbers mean. Raises UnreadableFile."""
    text, encoding = decode(data)
    raw = raw_journal(text)
    styles = _styles(raw, mapping)
    journal = Journal("hledger", encoding, bad_rows=raw.bad_rows)
    entries = _read(raw, styles, journal)
    _Sums(journal).settle(entries)
    _know_accounts(raw, journal)
    journal.left_out = raw.left_out
    if styles.saw_dollars and not (mapping or {}).get("currency"):
        journal.warnings.append("“$” was read as US dollars (USD).")
    return parsed_journal(journal)


def _styles(raw: RawJournal, mapping: Mapping[str, object] | None) -> Styles:
    """Decimal marks by the directives first, then by all amounts of the file."""
    said = [pair for style in raw.styles for pair in numbers_in(style)]
    lines = (line.partition(";")[0] for entry in raw.entries for _, line in entry.lines)
    printed = (line.replace("\t", "  ").partition("  ")[2] for line in lines)
    styles = styles_of(pair for amount in printed for pair in numbers_in(amount))
    styles.marks.update(styles_of(said).marks)
    if raw.decimal_mark:
        styles.marks.clear()
        styles.everywhere = raw.decimal_mark
    wished = (mapping or {}).get("currency")
    if isinstance(wished, str) and wished.upper() in CURRENCIES:
        styles.default = styles.dollars = wished.upper()
    elif raw.default and AMOUNT.match(raw.default):
        styles.default = amount_at(raw.default, 0, styles)[1]
    return styles


def _read(
    raw: RawJournal, styles: Styles, journal: Journal
) -> list[tuple[Entry, list[RawPosting]]]:
    found = []
    for entry in raw.entries:
        try:
            postings, comments = postings_of(entry, raw, styles)
        except BadAmount as error:
            _bad(journal, entry, "unreadable_amount", str(error))
            continue
        found.append((_entry(entry, postings, comments), postings))
    return found


def _bad(journal: Journal, entry: RawEntry, code: str, message: str) -> None:
    journal.bad_rows.append(BadRow(entry.line, code, message, one_line(entry.head[0])[:200]))


def _entry(raw: RawEntry, postings: list[RawPosting], comments: list[str]) -> Entry:
    head = raw.head
    payee, _, note = head["description"].partition("|")
    tags, words, _ = tags_and_words([*comments, *([head["comment"]] if head["comment"] else [])])
    for one in postings:
        more, one.posting.memo, _ = tags_and_words([one.posting.memo])
        tags += tuple(tag for tag in more if tag not in tags)
    code = (head["code"] or "").strip()
    memo = " ".join(filter(None, (note.strip(), words)))
    if code and not _ID.fullmatch(code):
        memo = f"{memo} ({code})".strip()
    return Entry(raw.line, raw.on, payee=one_line(payee), memo=one_line(memo), tags=tags)


class _Sums:
    """Running balances, for amounts that are left out or assigned, and to check assertions."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.sums: Sums = defaultdict(Decimal)
        self.wrong: list[str] = []

    def settle(self, entries: list[tuple[Entry, list[RawPosting]]]) -> None:
        """Fills in every amount, in the order of days as hledger does."""
        for entry, postings in sorted(entries, key=lambda pair: pair[0].on):
            try:
                self._settle(entry, postings)
            except BadAmount as error:
                message = str(error)
                self.journal.bad_rows.append(
                    BadRow(entry.line, "unbalanced_entry", message, entry.payee[:200])
                )
        self.journal.entries = sorted(
            (entry for entry, _ in entries if entry.postings), key=lambda entry: entry.line
        )
        if self.wrong:
            more = len(self.wrong) - ASSERTIONS_SHOWN_MAX
            shown = "; ".join(self.wrong[:ASSERTIONS_SHOWN_MAX])
            self.journal.warnings.append(
                f"Balance assertions that do not hold: {shown}"
                + (f"; {more} more" if more > 0 else "")
            )

    def _settle(self, entry: Entry, postings: list[RawPosting]) -> None:
        missing = None
        seen: Sums = defaultdict(Decimal)
        for one in postings:
            posting = one.posting
            if not one.has_amount and one.assertion:
                amount, posting.commodity = one.assertion
                place = (posting.account, posting.commodity)
                posting.amount = amount - self.sums[place] - seen[place]
            elif not one.has_amount:
                if missing is not None:
                    raise BadAmount("Two postings of the entry have no amount.")
                missing = one
                continue
            seen[posting.account, posting.commodity] += posting.amount
        real = [one.posting for one in postings if one is not missing]
        filled = _missing(missing.posting, real) if missing else []
        entry.postings = real + filled
        for posting in entry.postings:
            self.sums[posting.account, posting.commodity] += posting.amount
        for one in postings:
            if one.has_amount and one.assertion:
                self._check(one)

    def _check(self, one: RawPosting) -> None:
        assert one.assertion is not None
        amount, commodity = one.assertion
        have = self.sums[one.posting.account, commodity]
        # Several postings of one entry may each assert the balance right after themselves.
        if have != amount:
            name = one.posting.account
            self.wrong.append(
                f"line {one.line}: {name} {amount:f} {commodity}, by its postings {have:f}"
            )


def _missing(template: Posting, others: Iterable[Posting]) -> list[Posting]:
    """The posting whose amount was left out: one for each commodity that does not balance."""
    return [
        Posting(
            template.account, amount, currency, memo=template.memo, is_pending=template.is_pending
        )
        for currency, amount in missing_amounts(others).items()
        if amount
    ]


def _know_accounts(raw: RawJournal, journal: Journal) -> None:
    """What each account is: by its `type:` tag or its parent's, else by its name."""
    said = {}
    for name, comment in raw.declared:
        named = tags_and_words([comment])[2] if comment else {}
        if kind := _TYPES.get(named.get("type", "").split(" ")[0].strip().lower()):
            said[name] = kind
    unknown = set()
    for entry in journal.entries:
        for posting in entry.postings:
            name = posting.account
            if name not in journal.accounts:
                root = _said_root(name, said)
                journal.accounts[name] = account_of(name, root)
                if not root and not is_root(name.partition(":")[0]):
                    unknown.add(name)
    if unknown:
        names = ", ".join(sorted(unknown)[:UNKNOWN_SHOWN_MAX])
        journal.warnings.append(
            f"{len(unknown)} accounts are under none of Assets, Liabilities, Income, Expenses and "
            f"Equity ({names[:200]}): those that sound like a bank's were read as your accounts, the "
            "others as categories."
        )


def _said_root(name: str, said: Mapping[str, str]) -> str:
    while name:
        if name in said:
            return said[name]
        name = name.rpartition(":")[0]
    return ""
