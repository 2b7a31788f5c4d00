"""How many of all logins fail, and of how many people: a spray from many networks shows only there (AS03).

A deploy that breaks the login makes everybody fail, but nobody new comes, and those who come try again.
"""

from dataclasses import dataclass, replace

WINDOWS_MIN = 12  # windows with logins before anything is judged: an hour at least
ALPHA = 0.1  # the weight of one window in the mean
PEAK_KEPT = 0.997  # of the most people, per window of five minutes: half of it after 19 hours
RATIO_MIN, RATIO_MAX = (
    0.05,
    0.9,
)  # three times what is usual may be more than all, or next to nothing
PEOPLE_MIN, TRIES_MAX = 10, 2


@dataclass(frozen=True, slots=True)
class Window:
    """Logins of a few minutes, of everybody. people_failed: addresses, of somebody or nobody."""

    failed: int
    succeeded: int
    people_failed: int
    people: int

    @property
    def ratio(self) -> float:
        return self.failed / (self.failed + self.succeeded) if self.failed else 0.0


@dataclass(frozen=True, slots=True)
class Usual:
    """ratio: exponentially weighted mean. people: the most in a window lately, slowly forgotten."""

    ratio: float = 0.0
    people: float = 0.0
    windows: int = 0


def is_spray(window: Window, usual: Usual, factor: float) -> bool:
    if usual.windows < WINDOWS_MIN or window.people_failed < PEOPLE_MIN:
        return False
    limit = min(factor * max(usual.ratio, RATIO_MIN), RATIO_MAX)
    is_guessing = window.failed <= TRIES_MAX * window.people_failed
    return window.ratio > limit and is_guessing and window.people_failed > factor * usual.people


def learned(usual: Usual, window: Window, factor: float) -> Usual:
    """What is usual after this window. One window lifts it by the factor at most: an attack that
    goes on must not become what is usual at once."""
    people = max(PEAK_KEPT * usual.people, window.people)
    if not window.failed + window.succeeded:
        return replace(usual, people=people)
    ratio = window.ratio
    if usual.windows >= WINDOWS_MIN:
        ratio = min(ratio, factor * max(usual.ratio, RATIO_MIN))
        people = min(people, factor * max(usual.people, 1.0))
    weight = max(ALPHA, 1 / (usual.windows + 1))  # the first windows count alike
    return Usual(usual.ratio + weight * (ratio - usual.ratio), people, usual.windows + 1)
