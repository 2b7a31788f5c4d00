"""Shops where others were robbed: whose confirmed frauds of the last weeks name the same shop.

Only how many owners is told, never who, when or how much.
"""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from uuid import UUID

DAYS = 14  # A terminal is mended some day: older reports say less than nothing.


@dataclass(slots=True)
class Shops:
    """In memory, for replays. A shop is whatever is the same for all owners: a hash of its name."""

    _robbed: dict[Hashable, dict[UUID, int]] = field(default_factory=lambda: defaultdict(dict))
    _known: dict[Hashable, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def visit(self, shop: Hashable, owner: UUID) -> None:
        if shop:
            self._known[shop].add(owner)

    def report(self, shop: Hashable, owner: UUID, day: int) -> None:
        """A confirmed fraud of this day."""
        if shop:
            self._robbed[shop][owner] = max(day, self._robbed[shop].get(owner, 0))

    def told(self, shop: Hashable, owner: UUID, today: int) -> tuple[int, int]:
        """(other owners robbed there within the last days, owners who know it)."""
        robbed = self._robbed.get(shop)
        if not robbed:
            return 0, 0
        recent = sum(day > today - DAYS for who, day in robbed.items() if who != owner)
        return recent, len(self._known.get(shop, ()))
