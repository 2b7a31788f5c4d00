"""Postings of an hledger or ledger journal: account, amount, cost, lot, assertion, comment, tags."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ledger.statements.hledger_lines import Line, RawEntry, RawJournal, split_comment
from ledger.statements.journal import Posting
from ledger.statements.journal_amounts import BadAmount, Styles, amount_at
from ledger.statements.text import one_line

ACCOUNT_MAX = 300  # Characters.

_POSTING = re.compile(
    r"(?:(?P<status>[!*])[ \t]*)?(?P<account>\S.*?)(?:(?:\t|[ ]{2})\s*(?P<rest>.*))?$"
)
_LOT = re.compile(r"\{(?P<total>\{)?\s*+=?(?P<cost>[^{}]*+)\}?\}|\[[^\]]*\]|\((?!@)[^)]*\)")
_COST = re.compile(r"\(?(?P<kind>@@?)\)?\s*")
_ASSERTION = re.compile(r"={1,2}\*?\s*")
_TAG = re.compile(r"(?:^|(?<=[\s,]))([^\s:,;][^\s:,;]{0,60}):(?!//)(?!:)([^,\n]*)")
_WORD_TAGS = re.compile(r"(?:^|\s):((?:[^\s:]+:)+)(?=\s|$)")
_ACTED_ON = frozenset(
    {"date", "date2", "type", "t", "assert", "_generated-transaction", "_modified"}
)


@dataclass(slots=True)
class RawPosting:
    """A posting as written; `amount` None where it is left to the program."""

    line: int
    posting: Posting
    has_amount: bool
    assertion: tuple[Decimal, str] | None = None


def postings_of(
    entry: RawEntry, raw: RawJournal, styles: Styles
) -> tuple[list[RawPosting], list[str]]:
    """The real postings, and the comments of the entry itself. Raises BadAmount.

    Virtual postings ("(Budget)", "[Budget]") are no money that moved.
    """
    found: list[RawPosting] = []
    comments: list[str] = []
    for line in entry.lines:
        if line[1].startswith(";"):
            comment = line[1].lstrip("; ")
            if not found:
                comments.append(comment)
            else:
                before = found[-1].posting.memo
                found[-1].posting.memo = f"{before} {comment}".strip()
        elif (one := _posting(line, entry, raw, styles)) is not None:
            found.append(one)
    return found, comments


def _posting(line: Line, entry: RawEntry, raw: RawJournal, styles: Styles) -> RawPosting | None:
    text, comment = split_comment(line[1])
    found = _POSTING.match(text)
    account = one_line(found["account"]) if found else ""
    if not found or not account or len(found["account"]) > ACCOUNT_MAX:
        raise BadAmount(f"Line {line[0]}: there is no account.")
    if account[0] in "([" and account[-1] in ")]":
        raw.left_out["virtual postings"] += 1
        return None
    account = _renamed(entry.prefix + account, raw)
    status = found["status"] or entry.head["status"] or ""
    posting = Posting(account, Decimal(0), "", memo=comment, is_pending=status == "!")
    rest = (found["rest"] or "").strip()
    try:
        has_amount, assertion = _read_amount(rest, posting, styles)
    except BadAmount as error:
        raise BadAmount(f"Line {line[0]}: {error}") from error
    return RawPosting(line[0], posting, has_amount, assertion)


def _renamed(account: str, raw: RawJournal) -> str:
    for old, new in raw.aliases:
        if account == old or account.startswith(f"{old}:"):
            account = new + account[len(old) :]
    return account


def _read_amount(
    rest: str, posting: Posting, styles: Styles
) -> tuple[bool, tuple[Decimal, str] | None]:
    place = 0
    has_amount = bool(rest) and not rest.startswith("=")
    if has_amount:
        posting.amount, posting.commodity, place = amount_at(rest, 0, styles)
        place = _skipped(rest, place)
    lot = None
    while found := _LOT.match(rest, place):
        if found["cost"]:
            posting.is_held = True
            lot = (found["cost"].strip(), bool(found["total"]))
        place = _skipped(rest, found.end())
    if cost := _COST.match(rest, place):
        price, commodity, place = amount_at(rest, cost.end(), styles)
        _exchange(posting, price, commodity, is_total=cost["kind"] == "@@")
        place = _skipped(rest, place)
        while found := _LOT.match(rest, place):
            place = _skipped(rest, found.end())
    if lot and lot[0][:1].isascii():
        price, commodity, _ = amount_at(lot[0], 0, styles)
        _exchange(posting, price, commodity, is_total=lot[1])
    assertion = None
    if found := _ASSERTION.match(rest, place):
        amount, commodity, place = amount_at(rest, found.end(), styles)
        assertion = (amount, commodity)
        place = len(rest)  # A cost of what is asserted says nothing more.
    if rest[place:].strip():
        raise BadAmount(f"“{rest[place : place + 40].strip()}” is not understood.")
    return has_amount, assertion


def _skipped(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t":
        place += 1
    return place


def _exchange(posting: Posting, price: Decimal, commodity: str, *, is_total: bool) -> None:
    if is_total:
        posting.worth = abs(price) if posting.amount >= 0 else -abs(price)
    else:
        posting.worth = posting.amount * price
    posting.worth_in = commodity


def tags_and_words(comments: list[str]) -> tuple[tuple[str, ...], str, dict[str, str]]:
    """The tags of comments ("trip:", ":trip:", "place: Rome"), their other words, tags by name."""
    named: dict[str, str] = {}
    words = []
    for comment in comments:
        for found in _WORD_TAGS.finditer(comment):
            named.update(dict.fromkeys(found[1].strip(":").split(":"), ""))
        comment = _WORD_TAGS.sub(" ", comment)
        for tag in _TAG.finditer(comment):
            named.setdefault(tag[1], tag[2].strip())
        words.append(_TAG.sub(" ", comment).strip(" ,"))
    shown = (
        f"{name}:{value}" if value else name
        for name, value in named.items()
        if name.lower() not in _ACTED_ON
    )
    return tuple(one_line(tag) for tag in shown), one_line(" ".join(filter(None, words))), named
