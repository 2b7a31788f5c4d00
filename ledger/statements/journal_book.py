"""From a journal to a `ParsedFile`: a statement per own account, names for accounts and categories."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from ledger.statements.journal import EXPENSE, INCOME, Entry, Journal
from ledger.statements.journal_kinds import is_opening, is_root
from ledger.statements.journal_legs import Leg, Place, Share, is_security, legs_of
from ledger.statements.model import (
    ROWS_MAX,
    BadRow,
    ParsedFile,
    SplitPart,
    Statement,
    StatementRow,
    UnreadableFile,
)
from ledger.statements.text import one_line, printed
from ledger.statements.tree_names import Categories, Path, key, short_names

POSTINGS_MAX = 1_000  # Of one entry.
ACCOUNTS_MAX = 2_000  # Own accounts: a household has a hundredth.
CATEGORIES_MAX = 5_000
NAMES_SHOWN_MAX = 5


@dataclass(slots=True)
class _Book:
    journal: Journal
    legs: list[tuple[Entry, Leg]] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    without_own: int = 0
    securities: Counter[str] = field(default_factory=Counter)
    holders: set[str] = field(default_factory=set)  # parents of accounts that hold securities


def parsed_journal(journal: Journal, *, shorten: bool = False) -> ParsedFile:
    """The journal as statements. `shorten` names accounts by the last part of their path.

    Raises UnreadableFile where nothing of it can be read, or far too much.
    """
    book = _Book(journal, bad_rows=list(journal.bad_rows))
    for entry in journal.entries:
        _add(book, entry)
    if not book.legs:
        _refuse_empty(book)
    names = _account_names(book, shorten)
    categories = _categories(book)
    openings: list[tuple[Place, StatementRow]] = []
    rows: dict[Place, list[StatementRow]] = defaultdict(list)
    for entry, leg in book.legs:
        row = _row(entry, leg, names, categories, journal)
        rows[leg.place].append(row)
        if leg.shares and all(is_opening(share.equity) for share in leg.shares):
            openings.append((leg.place, row))
    statements = [_statement(place, rows[place], names[place], book) for place in names]
    bad_rows = tuple(sorted(book.bad_rows, key=lambda row: row.line))
    statements[0] = replace(statements[0], bad_rows=bad_rows)  # They may be of any account.
    return ParsedFile(
        journal.format,
        tuple(statements),
        journal.encoding,
        mapping={"categories": categories.tree(), "openings": _openings(openings, rows, names)},
        warnings=(*journal.warnings, *_warnings(book)),
    )


def _refuse_empty(book: _Book) -> None:
    if book.bad_rows:
        first = book.bad_rows[0]
        message = f"No entry can be read. Line {first.line}: {first.message}"
        raise UnreadableFile("no_readable_rows", message, line=first.line)
    message = "The file holds no transaction of an account of your own."
    raise UnreadableFile("no_statement", message)


def _add(book: _Book, entry: Entry) -> None:
    if len(entry.postings) > POSTINGS_MAX:
        message = f"The entry has more than {POSTINGS_MAX} postings."
        book.bad_rows.append(BadRow(entry.line, "too_many_postings", message))
        return
    try:
        legs = legs_of(entry, book.journal.accounts)
    except ArithmeticError:
        message = "The amounts of the entry have too many digits."
        book.bad_rows.append(BadRow(entry.line, "unreadable_amount", message))
        return
    for posting in entry.postings:
        if is_security(posting) and posting.amount:
            book.securities[posting.commodity] += 1
            book.holders.add(posting.account.rpartition(":")[0])
    if not legs and any(posting.amount for posting in entry.postings):
        book.without_own += 1
    book.legs += [(entry, leg) for leg in legs]
    if len(book.legs) > ROWS_MAX:
        raise UnreadableFile("too_many_bookings", f"The file has more than {ROWS_MAX} rows.")


def _account_names(book: _Book, shorten: bool) -> dict[Place, str]:
    """A name for every own account. One that holds several currencies is one account for each."""
    uses = Counter(leg.place for _, leg in book.legs)
    by_account: dict[str, list[Place]] = defaultdict(list)
    for place in uses:
        by_account[place[0]].append(place)
    if len(uses) > ACCOUNTS_MAX:
        message = f"The file holds more than {ACCOUNTS_MAX} accounts."
        raise UnreadableFile("too_many_accounts", message)
    paths = {account: _own_path(account, book.journal) for account in by_account}
    if shorten:
        short = short_names(paths.values())
    else:
        clashes = Counter(key(":".join(path)) for path in paths.values())
        paths = {
            account: path if clashes[key(":".join(path))] == 1 else tuple(account.split(":"))
            for account, path in paths.items()
        }
        short = short_names((":".join(path),) for path in paths.values())
        short = {path: short[(":".join(path),)] for path in paths.values()}
    names: dict[Place, str] = {}
    for account, places in by_account.items():
        name = short[paths[account]]
        main = max(places, key=lambda place: uses[place])
        for place in places:
            names[place] = name if place == main else f"{name} {place[1]}".strip()
    return _all_different(names)


def _own_path(account: str, journal: Journal) -> Path:
    if shown := journal.accounts[account].shown:
        return (shown,)
    parts = tuple(part.strip() for part in account.split(":"))
    return parts[1:] if len(parts) > 1 and is_root(parts[0]) else parts


def _all_different(names: dict[Place, str]) -> dict[Place, str]:
    numbered = short_names((name, f"{place[0]} {place[1]}") for place, name in names.items())
    counts = Counter(map(key, names.values()))
    return {
        place: name if counts[key(name)] == 1 else numbered[name, f"{place[0]} {place[1]}"]
        for place, name in names.items()
    }


def _category_path(account: str) -> Path:
    parts = tuple(part.strip() for part in account.split(":"))
    return parts[1:] if len(parts) > 1 and is_root(parts[0]) else parts


def _categories(book: _Book) -> Categories:
    found = Categories()
    used = {share.account for _, leg in book.legs for share in leg.shares if share.account}
    for name, account in book.journal.accounts.items():
        if account.kind in (INCOME, EXPENSE) and name in used:
            found.add(_category_path(name), account.kind)
    if len(used) > CATEGORIES_MAX:
        message = f"The file holds more than {CATEGORIES_MAX} categories."
        raise UnreadableFile("too_many_categories", message)
    return found


def _row(
    entry: Entry, leg: Leg, names: dict[Place, str], categories: Categories, journal: Journal
) -> StatementRow:
    shares = leg.shares
    only = shares[0] if len(shares) == 1 else None
    memo = entry.memo or leg.memo or (only.memo if only else "")
    payee = entry.payee
    if not payee and not memo and only and is_opening(only.equity):
        payee = "Opening balance"
    return StatementRow(
        line=entry.line,
        posted_on=entry.on,
        amount=leg.amount,
        payee=one_line(payee),
        memo=one_line(memo),
        statement_text=printed(one_line(payee), one_line(memo)),
        currency=leg.place[1],
        external_id=leg.id,
        pending=leg.is_pending,
        category=_category(only, categories, journal) if only else "",
        tags=entry.tags,
        transfer_account=names[leg.other] if leg.other else "",
        transfer_id=leg.transfer_id,
        splits=()
        if only
        else tuple(
            SplitPart(
                share.amount,
                _category(share, categories, journal),
                one_line(share.memo),
            )
            for share in shares
        ),
    )


def _category(share: Share, categories: Categories, journal: Journal) -> str:
    if not share.account:
        return ""
    return categories.name(_category_path(share.account), journal.accounts[share.account].kind)


def _openings(
    found: list[tuple[Place, StatementRow]],
    rows: dict[Place, list[StatementRow]],
    names: dict[Place, str],
) -> list[dict[str, object]]:
    """The rows that are what their account began with: nothing stands before them."""
    first = {place: min(row.posted_on for row in rows[place]) for place, _ in found}
    return [
        {
            "account": names[place],
            "line": row.line,
            "on": row.posted_on.isoformat(),
            "amount": f"{row.amount:f}",
        }
        for place, row in found
        if row.posted_on == first[place]
    ]


def _statement(place: Place, rows: list[StatementRow], name: str, book: _Book) -> Statement:
    account, currency = place
    kind = book.journal.accounts[account].type
    if any(":" in near and near in book.holders for near in (account, account.rpartition(":")[0])):
        kind = "investment"  # The cash beside securities, or for them.
    return Statement(rows=tuple(rows), account_id=name, account_type=kind, currency=currency)


def _warnings(book: _Book) -> list[str]:
    found = []
    if total := book.securities.total():
        kinds = _listed([name for name, _ in book.securities.most_common()])
        found.append(
            f"{total} postings of securities and other things that are no money were left out "
            f"({kinds}); the money paid and received for them is kept."
        )
    if book.without_own:
        found.append(
            f"{book.without_own} entries that touch no money account of your own were left out."
        )
    for what, count in book.journal.left_out.most_common():
        found.append(f"Left out: {what} ({count}).")
    return found


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMES_SHOWN_MAX} more" if len(names) > NAMES_SHOWN_MAX else ""
    return ", ".join(name[:30] for name in names[:NAMES_SHOWN_MAX]) + more
