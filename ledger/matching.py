"""Which rows of a bank file the books have already. Pure: values in, one decision per row out.

The order is: the bank's own id, then the fingerprint, then a look-alike within seven days. Each row
of the books is used once, live rows before deleted ones, and a reconciled row is never changed.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from ledger.matching_index import Likenesses, Shelf, Slot, take
from ledger.matching_rows import (
    By,
    Decision,
    Family,
    Held,
    Incoming,
    Kind,
    fingerprint,
    mark_of,
    payee_key,
)

FUZZY_DAYS_MAX = 7  # A card purchase is typed in on its day; the bank books it within a week.


def identify(
    incoming: Sequence[Incoming], existing: Sequence[Held], deleted: Sequence[Held] = ()
) -> list[Decision]:
    """One decision per incoming row, in order. `deleted` are rows that the owner threw away."""
    return _Identification(incoming, [*existing, *deleted]).run()


class _Identification:
    """One run: the rows still undecided go through stage after stage."""

    def __init__(self, incoming: Sequence[Incoming], held: Sequence[Held]) -> None:
        self.incoming = incoming
        self.held = held
        self.decisions: list[Decision | None] = [None] * len(incoming)
        self.ids = [row.external_id for row in incoming]
        self.keys = [payee_key(row.named) if not row.code else "" for row in incoming]
        self.used: set[UUID] = set()
        self.by_id: dict[tuple[str, str], Held] = {}
        for row in reversed(held):  # a live row stands before a deleted one
            if row.external_id:
                self.by_id[row.account, row.external_id] = row

    def run(self) -> list[Decision]:
        self._refuse_invalid()
        self._drop_repeats()
        self._number()
        if self.held:
            self._by_external_id()
            self._by_fingerprint()
            self._by_text()
            for payee_first in (True, False):
                self._by_likeness(payee_first)
            self._rest_is_new()
        else:
            self._all_is_new()
        return [self._pointing(d) for d in self.decisions if d is not None]

    def _undecided(self) -> Iterator[tuple[int, Incoming]]:
        for position, row in enumerate(self.incoming):
            if self.decisions[position] is None:
                yield position, row

    def _family(self, position: int) -> Family:
        row = self.incoming[position]
        return row.account, row.posted_on, row.amount_minor, self.keys[position]

    def _refuse_invalid(self) -> None:
        for position, row in enumerate(self.incoming):
            if row.code:
                self.decisions[position] = Decision(Kind.INVALID, code=row.code)

    def _drop_repeats(self) -> None:
        """An id twice in one file: else equal: told twice; else two bookings, one keeps it."""
        firsts: dict[str, dict[str, int]] = defaultdict(dict)  # by account: nearly all are unique
        told: dict[tuple[str, str], dict[Family, int]] = {}
        for position, row in self._undecided():
            if not row.external_id:
                continue
            first = firsts[row.account].setdefault(row.external_id, position)
            if first == position:
                continue
            contents = told.setdefault((row.account, row.external_id), {self._family(first): first})
            first = contents.setdefault(self._family(position), position)
            if first != position:
                self.decisions[position] = Decision(
                    Kind.DUPLICATE, by=By.REPEATED, repeats=first, external_id=row.external_id
                )
        for key, contents in told.items():
            if len(contents) > 1:
                held = self.by_id.get(key)
                known = (held.posted_on, held.amount_minor) if held else None
                owner = next((p for c, p in contents.items() if c[1:3] == known), None)
                keeps = owner if owner is not None else next(iter(contents.values()))
                for position in contents.values():
                    if position != keeps:
                        self.ids[position] = ""

    def _number(self) -> None:
        """The occurrence index: how many rows that look the same stand before it in the file."""
        self.occurrence = [0] * len(self.incoming)
        self.family_size: dict[Family, int] = {}  # of those with more than one row
        days: dict[date, list[int]] = defaultdict(list)  # a family has one day, so a day is enough
        for position, row in self._undecided():
            days[row.posted_on].append(position)
        for positions in days.values():
            seen: dict[Family, int] = defaultdict(int)
            for position in positions:
                family = self._family(position)
                self.occurrence[position] = seen[family]
                seen[family] += 1
            self.family_size.update((family, n) for family, n in seen.items() if n > 1)

    def _by_external_id(self) -> None:
        for position, row in self._undecided():
            held = self.by_id.get((row.account, self.ids[position])) if self.ids[position] else None
            if held is None:
                continue
            far = abs((held.posted_on - row.posted_on).days) > FUZZY_DAYS_MAX
            if far and held.amount_minor != row.amount_minor:
                self.ids[position] = ""  # The bank counts its ids anew: another booking.
            else:
                self._meet(position, held, By.EXTERNAL_ID)

    def _by_fingerprint(self) -> None:
        """Rows that look the same are interchangeable, so each takes the next that is left."""
        shelf = Shelf(self.held)
        if shelf.is_empty:
            return
        families: dict[Family, Slot] = {}
        for position, row in self._undecided():
            family = self._family(position)
            if family not in families:
                size = self.family_size.get(family, 1)
                print_of = (
                    mark_of(family, occurrence) for occurrence in range(size + len(self.held))
                )
                families[family] = shelf.family(print_of, size)
            slot = families[family]
            held = slot.take(self.used, has_id=False)
            if held is None and (not self.ids[position] or row.pending):
                held = slot.take(self.used, has_id=True, settled=bool(self.ids[position]))
            if held is None and self.ids[position]:
                held = slot.moved(self.used, self.ids[position])
            if held is not None:
                self._meet(position, held, By.FINGERPRINT)

    def _by_text(self) -> None:
        """Rows without id that another mapping read: the payee was the memo, or the reverse."""
        by_payee: dict[tuple[str, date, int, str], deque[Held]] = defaultdict(deque)
        by_text: dict[tuple[str, date, int, str], deque[Held]] = defaultdict(deque)
        for held in self.held:
            if held.fingerprint and not held.external_id and held.id not in self.used:
                place = (held.account, held.posted_on, held.amount_minor)
                by_payee[*place, payee_key(held.payee)].append(held)
                for text in filter(None, held.texts):
                    by_text[*place, payee_key(text)].append(held)
        if not by_payee:
            return
        for position, row in self._undecided():
            if self.ids[position]:
                continue
            family = self._family(position)
            found = [by_text.get(family)] if family[3] else []
            found += [by_payee.get((*family[:3], payee_key(text))) for text in row.texts if text]
            for candidates in found:
                match = take(candidates, self.used) if candidates else None
                if match is not None:
                    self._meet(position, match, By.TEXT)
                    break

    def _by_likeness(self, payee_first: bool) -> None:
        """Same amount, nearest day first. Zero moves nothing, so it proves nothing."""
        candidates = Likenesses(self.held, self.used, payee_first)
        by = By.SAME_PAYEE if payee_first else By.ANY_PAYEE
        left = [
            (p, row)
            for p, row in self._undecided()
            if (row.account, row.amount_minor) in candidates.amounts
        ]
        for distance in range(FUZZY_DAYS_MAX + 1):
            for position, row in left:
                if self.decisions[position] is None:
                    keys = self._names(position) if payee_first else [""]
                    held = candidates.near(row, distance, keys, bool(self.ids[position]))
                    if held is not None:
                        self._meet(position, held, by)

    def _names(self, position: int) -> list[str]:
        """What the payee may be called. A row that names nobody is not of the same payee as all."""
        known_as = self.incoming[position].known_as
        own = self.keys[position]
        return [own, payee_key(known_as)] if known_as else [own]

    def _rest_is_new(self) -> None:
        taken = {row.fingerprint for row in self.held if row.fingerprint}
        next_free: dict[Family, int] = {}
        for position, _ in self._undecided():
            family = self._family(position)
            # Another row of the books may have this index: one with another id of the bank's.
            occurrence = next_free.get(family, 0)
            while (mark := mark_of(family, occurrence)) in taken:
                occurrence += 1
            next_free[family] = occurrence + 1
            self.decisions[position] = Decision(
                Kind.NEW, fingerprint=mark, external_id=self.ids[position]
            )

    def _all_is_new(self) -> None:
        """Where the books have nothing that a row could be, its place in the file counts."""
        for position, _ in self._undecided():
            mark = mark_of(self._family(position), self.occurrence[position])
            self.decisions[position] = Decision(
                Kind.NEW, fingerprint=mark, external_id=self.ids[position]
            )

    def _meet(self, position: int, held: Held, by: By) -> None:
        """The row is this one of the books: what the bank may set on it decides the kind."""
        self.used.add(held.id)
        row, external_id = self.incoming[position], self.ids[position]
        mark = mark_of(self._family(position), self.occurrence[position])
        decision = Decision(Kind.DUPLICATE, held.id, (), mark, external_id, by)
        if held.deleted:
            decision = replace(decision, kind=Kind.SKIPPED_DELETED)
        elif held.status != "reconciled" and held.account == row.account:
            fields = _fields(row, external_id, held, by)
            if fields:
                kind = Kind.UPDATED if held.is_waiting else Kind.MATCHED
                decision = replace(decision, kind=kind, fields=fields)
        self.decisions[position] = decision

    def _pointing(self, decision: Decision) -> Decision:
        """A repeat points at what its first became, where that is a row already."""
        if decision.repeats is None:
            return decision
        first = self.decisions[decision.repeats]
        return replace(decision, id=first.id if first else None)


def _fields(row: Incoming, external_id: str, held: Held, by: By) -> tuple[str, ...]:
    """The columns that the bank owns and that differ. The owner's words are never among them."""
    fields: list[str] = []
    settles = held.status == "pending" and not row.pending
    if settles:
        fields.append("status")
    if held.is_waiting and (settles or by == By.EXTERNAL_ID):
        fields += ["amount"] if row.amount_minor != held.amount_minor else []
        fields += ["posted_on"] if row.posted_on != held.posted_on else []
    if external_id and external_id != held.external_id and (settles or not held.external_id):
        fields.append("external_id")
    if not held.is_the_banks or (fields and held.external_id in ("", external_id)):
        fields.append("fingerprint")
    if not held.is_the_banks and not any(held.texts[1:]):
        fields.append("statement_text")
    return tuple(fields)


__all__ = [
    "By",
    "Decision",
    "Held",
    "Incoming",
    "Kind",
    "fingerprint",
    "identify",
    "payee_key",
]
