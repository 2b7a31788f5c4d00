"""One entry of a double-entry journal, as the rows of the own accounts that take part in it.

Every own account moves by exactly what the entry says, every category gets exactly its share,
and what only passes between own accounts becomes pairs of legs, since our books know transfers
as pairs. Where a bank shows one movement and the entry gives it to a transfer and to categories,
the account gets a row for each.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from accounts.currencies import exponent
from ledger.statements.journal import EQUITY, OWN, Entry, JournalAccount, Posting
from ledger.statements.journal_kinds import is_opening

Place = tuple[str, str]  # An account and the currency it is held in.


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a leg, signed as the leg. `account` is a category's or "", `equity` where it is."""

    amount: Decimal
    account: str = ""
    memo: str = ""
    equity: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    place: Place
    amount: Decimal
    shares: tuple[Share, ...] = ()
    other: Place | None = None  # the other side, where it is a transfer
    transfer_id: str = ""
    memo: str = ""
    is_pending: bool = False
    id: str = ""


@dataclass(slots=True)
class _Side:
    """What an own account moves by, and how much of that is still to be explained."""

    place: Place
    amount: Decimal
    weight: Decimal
    memo: str = ""
    is_pending: bool = False
    id: str = ""
    made: int = 0

    def take(self, weight: Decimal) -> Decimal:
        """The part of the amount that stands for this weight; the last part is the rest."""
        if weight == self.weight:
            part = self.amount
        else:
            part = rounded(self.amount * weight / self.weight, self.amount, self.place[1])
        self.amount -= part
        self.weight -= weight
        return part


@dataclass(slots=True)
class _Part:
    weight: Decimal  # signed as a side's, so the negative of the posting's
    account: str = ""
    memo: str = ""
    equity: str = ""


def is_money(commodity: str) -> bool:
    """Whether it is a currency of ISO 4217; "" is whatever the owner's money is."""
    return not commodity or places_of(commodity) is not None


@lru_cache(maxsize=10_000)
def places_of(commodity: str) -> int | None:
    return exponent(commodity) if len(commodity) == 3 and commodity.isascii() else None


def is_security(posting: Posting) -> bool:
    return posting.is_held or not is_money(posting.commodity)


def legs_of(entry: Entry, accounts: Mapping[str, JournalAccount]) -> list[Leg]:
    """The rows of the entry, in the order of its postings; [] where no own account has a part."""
    _exchange(entry.postings, accounts)
    groups: dict[str, tuple[dict[Place, _Side], list[_Part]]] = {}
    for posting in entry.postings:
        weight, currency = posting.weight
        sides, parts = groups.setdefault(currency, ({}, []))
        kind = accounts[posting.account].kind
        if kind != OWN:
            is_equity = kind == EQUITY
            parts.append(
                _Part(
                    -weight,
                    "" if is_equity else posting.account,
                    posting.memo,
                    posting.account if is_equity else "",
                )
            )
        elif is_security(posting):
            shown = f"{posting.amount.normalize():f} {posting.commodity}".strip()
            parts.append(_Part(-weight, memo=posting.memo or shown))
        else:
            _add(sides, posting, weight)
    legs: list[Leg] = []
    for currency, (sides, parts) in groups.items():
        moved = [side for side in sides.values() if side.amount]
        if moved:
            legs += _Settling(entry, moved, parts, currency, len(legs)).legs()
    return legs


def _add(sides: dict[Place, _Side], posting: Posting, weight: Decimal) -> None:
    place = (posting.account, posting.commodity)
    side = sides.get(place)
    if side is None:
        sides[place] = _Side(
            place, posting.amount, weight, posting.memo, posting.is_pending, posting.id
        )
        return
    side.amount += posting.amount
    side.weight += weight
    side.is_pending = side.is_pending or posting.is_pending
    side.memo = side.memo or posting.memo


def _exchange(postings: Sequence[Posting], accounts: Mapping[str, JournalAccount]) -> None:
    """Gives the postings of an unbalanced pair of currencies a worth, as the journals imply it."""
    sums: dict[str, Decimal] = {}
    for posting in postings:
        weight, currency = posting.weight
        sums[currency] = sums.get(currency, Decimal(0)) + weight
    open_sums = {currency: total for currency, total in sums.items() if total}
    if len(open_sums) != 2 or any(posting.worth is not None for posting in postings):
        return
    own = [p.commodity for p in postings if accounts[p.account].kind == OWN and not is_security(p)]
    base = next((currency for currency in own if currency in open_sums), "")
    if base not in open_sums:
        return
    other = next(currency for currency in open_sums if currency != base)
    if (open_sums[base] > 0) == (open_sums[other] > 0):
        return  # Both come in: nothing was exchanged.
    rest, last = -open_sums[base], [p for p in postings if p.commodity == other]
    for posting in last:
        worth = rounded(-posting.amount * open_sums[base] / open_sums[other], rest, base)
        posting.worth = rest if posting is last[-1] else worth
        posting.worth_in = base
        rest -= posting.worth


def rounded(value: Decimal, like: Decimal, currency: str) -> Decimal:
    """At the currency's decimals, or at those that the amount it is a part of has."""
    places = max(places_of(currency) or 0 if currency else 2, digits_of(like))
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def digits_of(amount: Decimal) -> int:
    """How many decimals it is written with."""
    exponent_of_amount = amount.as_tuple().exponent
    return max(-exponent_of_amount, 0) if isinstance(exponent_of_amount, int) else 0


def missing_amounts(postings: Iterable[Posting]) -> dict[str, Decimal]:
    """What balances the postings, by currency. Programs compute it as finely as their rates have it;
    money that moved has whole cents, unless the entry itself writes finer ones."""
    sums: dict[str, Decimal] = {}
    finest: dict[str, Decimal] = {}
    for posting in postings:
        weight, currency = posting.weight
        sums[currency] = sums.get(currency, Decimal(0)) + weight
        if posting.worth is None:
            finest[currency] = max(
                finest.get(currency, Decimal(0)), posting.amount, key=lambda a: digits_of(a)
            )
    return {
        currency: rounded(-total, finest.get(currency, Decimal(0)), currency)
        if is_money(currency)
        else -total
        for currency, total in sums.items()
        if total
    }


class _Settling:
    """The sides and parts of one entry in one currency of balance, brought together."""

    def __init__(
        self, entry: Entry, sides: list[_Side], parts: list[_Part], currency: str, made: int
    ) -> None:
        self.entry, self.sides, self.currency, self.made = entry, sides, currency, made
        self.parts = [part for part in _with_one_equity(parts) if part.weight]
        self.done: list[Leg] = []

    def legs(self) -> list[Leg]:
        self._close_gap()
        if self.parts and all(is_opening(part.equity) for part in self.parts):
            # Several accounts may begin in one entry: nothing passes between them.
            for side in self.sides:
                share = Share(side.amount, equity=self.parts[0].equity)
                self._leg(side, side.amount, (share,))
            return self.done
        self._pass_on()
        left = [side for side in self.sides if side.amount]
        if left:
            self._share_out(left)
        else:
            self._beside_the_transfers()
        return self.done

    def _close_gap(self) -> None:
        """What does not balance is ours all the same: a rounding, or a part without a category."""
        gap = sum((side.weight for side in self.sides), Decimal(0))
        gap -= sum((part.weight for part in self.parts), Decimal(0))
        if not gap:
            return
        places = places_of(self.currency) if self.currency else 2
        is_rounding = abs(gap) <= Decimal(1).scaleb(-(places or 0))
        if is_rounding and self.parts:
            max(self.parts, key=lambda part: abs(part.weight)).weight += gap
        elif is_rounding and len(self.sides) > 1:
            converted = [side for side in self.sides if side.weight != side.amount]
            (converted or self.sides)[-1].weight -= gap
        else:
            self.parts.append(_Part(gap))

    def _pass_on(self) -> None:
        """Transfers: between sides of one weight first, then as they come, until one sign is left."""
        by_weight = {side.weight: side for side in reversed(self.sides) if side.weight > 0}
        for side in self.sides:
            if side.weight < 0 and (other := by_weight.pop(-side.weight, None)) is not None:
                self._transfer(side, other)
        paying = deque(side for side in self.sides if side.weight < 0)
        receiving = deque(side for side in self.sides if side.weight > 0)
        while paying and receiving:
            self._transfer(paying[0], receiving[0])
            if not paying[0].weight:
                paying.popleft()
            if not receiving[0].weight:
                receiving.popleft()

    def _transfer(self, paying: _Side, receiving: _Side) -> None:
        weight = min(-paying.weight, receiving.weight)
        transfer_id = f"{self.entry.id or self.entry.line}-{self.made + len(self.done) + 1}"
        out, come_in = paying.take(-weight), receiving.take(weight)
        if out and come_in:
            self._leg(paying, out, (), receiving.place, transfer_id)
            self._leg(receiving, come_in, (), paying.place, transfer_id)
        else:  # Too little for a unit of the other currency.
            self._leg(paying, out, ())
            self._leg(receiving, come_in, ())

    def _share_out(self, left: list[_Side]) -> None:
        """All of `left` have one sign. The largest takes what the others do not need."""
        largest = max(left, key=lambda side: abs(side.weight))
        alike = [part for part in self.parts if (part.weight > 0) == (largest.weight > 0)]
        supply = deque(sorted(alike, key=lambda part: abs(part.weight), reverse=True))
        for side in left:
            if side is not largest:
                self._leg(side, side.amount, self._shares(side, _picked(supply, side.weight)))
        rest = [part for part in self.parts if part.weight]
        self._leg(largest, largest.amount, self._shares(largest, rest))

    def _shares(self, side: _Side, parts: list[_Part]) -> tuple[Share, ...]:
        """The parts in the side's own currency, of its decimals, summing to its amount."""
        total = sum((part.weight for part in parts), Decimal(0))
        if not parts or not total:
            return ()
        largest = max(parts, key=lambda part: abs(part.weight))
        amounts = [
            rounded(part.weight * side.amount / total, side.amount, side.place[1])
            if part.weight != total
            else side.amount
            for part in parts
        ]
        rest = side.amount - sum(amounts, Decimal(0))
        amounts[next(n for n, part in enumerate(parts) if part is largest)] += rest
        return tuple(
            Share(amount, part.account, part.memo, part.equity)
            for amount, part in zip(amounts, parts, strict=True)
            if amount
        )

    def _beside_the_transfers(self) -> None:
        """Income and spending of one entry that only passes money on: rows of one account."""
        side = next((one for one in self.sides if one.place[1] == self.currency), self.sides[0])
        rest = Decimal(0)
        for part in self.parts:
            amount = rounded(part.weight + rest, Decimal(0), side.place[1])
            rest += part.weight - amount
            self._leg(side, amount, (Share(amount, part.account, part.memo, part.equity),))

    def _leg(
        self,
        side: _Side,
        amount: Decimal,
        shares: tuple[Share, ...],
        other: Place | None = None,
        transfer_id: str = "",
    ) -> None:
        if not amount:
            return
        side.made += 1
        suffix = f"-{side.made}" if side.id and side.made > 1 else ""
        self.done.append(
            Leg(
                side.place,
                amount,
                shares,
                other,
                transfer_id,
                side.memo,
                side.is_pending,
                f"{side.id}{suffix}",
            )
        )


def _with_one_equity(parts: list[_Part]) -> list[_Part]:
    """The parts with all of equity as one: trading accounts cancel each other out."""
    equity = [part for part in parts if part.equity]
    if len(equity) > 1:
        total = sum((part.weight for part in equity), Decimal(0))
        parts = [part for part in parts if not part.equity]
        parts.append(_Part(total, memo=equity[0].memo, equity=equity[0].equity))
    return parts


def _picked(supply: deque[_Part], weight: Decimal) -> list[_Part]:
    """Parts of that weight in all, taken off the supply."""
    picked = []
    while weight and supply:
        part = supply[0]
        used = min(part.weight, weight, key=abs)
        picked.append(_Part(used, part.account, part.memo, part.equity))
        part.weight -= used
        weight -= used
        if not part.weight:
            supply.popleft()
    return picked
