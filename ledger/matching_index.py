"""Rows of the books by fingerprint: a file of look-alikes costs no more than another. Pure."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from ledger.matching_rows import Held, Incoming, payee_key


class Slot:
    """The rows of one family: same account, day, amount and payee; live ones first."""

    def __init__(self, rows: Sequence[Held]) -> None:
        ordered = sorted(rows, key=lambda row: row.deleted)
        self._without_id = deque(row for row in ordered if not row.external_id)
        self._with_id = deque(row for row in ordered if row.external_id)
        self._by_id = {row.external_id: row for row in reversed(ordered) if row.external_id}

    def take(self, used: set[UUID], *, has_id: bool, settled: bool = False) -> Held | None:
        """The next unused row, with an id of the bank's or without. settled: no pending one."""
        rows = self._with_id if has_id else self._without_id
        while rows and rows[0].id in used:
            rows.popleft()
        if not rows or (settled and rows[0].status == "pending"):
            return None
        return rows.popleft()

    def moved(self, used: set[UUID], external_id: str) -> Held | None:
        """The row of this very id, which the owner moved to another account."""
        row = self._by_id.get(external_id)
        return row if row is not None and row.id not in used else None


class Shelf:
    def __init__(self, rows: Iterable[Held]) -> None:
        self._rows: dict[str, list[Held]] = defaultdict(list)
        for row in rows:
            if row.fingerprint:
                self._rows[row.fingerprint].append(row)
        self._nothing = Slot(())

    @property
    def is_empty(self) -> bool:
        return not self._rows

    def family(self, fingerprints: Iterable[str], at_least: int) -> Slot:
        """The family whose fingerprints by occurrence these are: read until one is unknown."""
        found: list[Held] = []
        for occurrence, mark in enumerate(fingerprints):
            rows = self._rows.get(mark)
            if rows:
                found += rows
            elif occurrence + 1 >= at_least:
                break
        return Slot(found) if found else self._nothing


def take(candidates: deque[Held], used: set[UUID]) -> Held | None:
    """The first that is not used yet; used ones fall away for good."""
    while candidates:
        held = candidates.popleft()
        if held.id not in used:
            return held
    return None


class Likenesses:
    """What a row may be without a common id: typed in by the owner, or waiting for its booking."""

    def __init__(self, held: Sequence[Held], used: set[UUID], payee_first: bool) -> None:
        self.used = used
        self.amounts: set[tuple[str, int]] = set()
        self.typed: dict[tuple[str, int, str, date], deque[Held]] = defaultdict(deque)
        self.waiting: dict[tuple[str, int, str, date], deque[Held]] = defaultdict(deque)
        # The same booking in another dress: one file gave an id, the other gave none.
        self.dressed: dict[tuple[str, int, str, date, bool], deque[Held]] = defaultdict(deque)
        for row in held:
            if row.id in used or not row.amount_minor or (row.deleted and not row.is_waiting):
                continue
            key = payee_key(row.payee) if payee_first else ""
            place = (row.account, row.amount_minor, key, row.posted_on)
            self.amounts.add(place[:2])
            if row.is_waiting:
                if payee_first or not row.deleted:
                    self.waiting[place].append(row)
            elif not row.is_the_banks:
                self.typed[place].append(row)
            else:
                self.dressed[*place, bool(row.external_id)].append(row)

    def near(self, row: Incoming, distance: int, keys: Sequence[str], has_id: bool) -> Held | None:
        """One that is exactly `distance` days away, earlier before later."""
        for key in dict.fromkeys(keys):
            for days in (-distance, distance) if distance else (0,):
                place = (row.account, row.amount_minor, key, row.posted_on + timedelta(days=days))
                pools = [] if row.pending else [self.waiting.get(place)]
                pools.append(self.typed.get(place))
                if not distance:
                    pools.append(self.dressed.get((*place, not has_id)))
                for pool in pools:
                    if pool and (held := take(pool, self.used)) is not None:
                        return held
        return None
