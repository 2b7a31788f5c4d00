"""Parts of a split that other programs write as rows of their own, and tags inside their notes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ledger.statements.register import Booking, Share


def joined(parts: list[Booking], memo: str = "") -> Iterator[Booking]:
    """One booking of several; none of none, or where they amount to nothing each by itself."""
    total = sum((one.amount for one in parts), Decimal(0))
    if len(parts) < 2 or not total:
        yield from parts
        return
    shares = tuple(Share(one.amount, one.category, one.memo) for one in parts)
    payee = next((one.payee for one in parts if one.payee), "")
    tags = tuple(dict.fromkeys(tag for one in parts for tag in one.tags))
    yield replace(
        parts[0], amount=total, payee=payee, memo=memo, category=(), tags=tags, shares=shares
    )


def hashtags(notes: str) -> tuple[str, ...]:
    """The words of notes that begin with "#", as Actual knows tags."""
    return tuple(dict.fromkeys(re.findall(r"(?<!\S)#([^\s#]{1,60})", notes)))
