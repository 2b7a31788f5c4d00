"""How many pages of lists somebody reads in a minute, against that person's own busy minutes (AS15)."""

from collections.abc import Sequence
from math import ceil

SHARE = 0.95
BUSY_PAGES = 20  # a minute with fewer is no busy one; nobody's usual is less
MINUTES_KEPT = 100


def limit_of(usual: Sequence[int], factor: float) -> float:
    """More pages than this in a minute are scraping: so many times the 95th percentile."""
    ranked = sorted(usual)
    p95 = ranked[ceil(SHARE * len(ranked)) - 1] if ranked else 0
    return factor * max(p95, BUSY_PAGES)


def learned(usual: Sequence[int], pages: int, factor: float) -> list[int]:
    """With one more minute, if it was busy. What was scraping counts as the limit: a client that was
    set up to read that much is odd once or twice, and then it is what this person does."""
    if pages < BUSY_PAGES:
        return list(usual)
    return [*usual, min(pages, int(limit_of(usual, factor)))][-MINUTES_KEPT:]
