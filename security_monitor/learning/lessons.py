"""Labels in the order in which they became known: what the shared rates and a training see of them."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from security_monitor.learning import features
from security_monitor.learning.shared import OWNERS_MIN, Shared
from security_monitor.learning.training import Labels

HONEST_MAX = 100_000  # more of them teach nothing new; each one kept counts for those left out
SPREAD = 2_654_435_761  # Knuth's multiplier: neighbours in a file are drawn apart


@dataclass(slots=True)
class Lesson:
    """A payment as the model saw it when it came. own, row: features.OWN, features.NAMES."""

    number: int
    day: int
    owner: Hashable
    places: tuple[str, str, str]
    row: Sequence[float]


class Lessons:
    """The shared rates as labels come, and the labelled rows to train on.

    rows_expected: how many rows there may be; past HONEST_MAX a part of the honest ones is kept.
    """

    def __init__(self, delay: int, rows_expected: int, owners_min: int = OWNERS_MIN) -> None:
        self.shared = Shared(delay=delay, owners_min=owners_min)
        self.labels = Labels([], [], [], [])
        self._one_in = max(1, -(-rows_expected // HONEST_MAX))

    def row(self, own: Sequence[float], places: tuple[str, str, str], day: int) -> list[float]:
        """All the features of a payment that comes now."""
        shop, cell, kind = places
        return [
            *own,
            *features.shared(
                self.shared.shop(shop, day),
                self.shared.cell(cell, day),
                self.shared.cell(kind, day),
            ),
        ]

    def label(self, lesson: Lesson, is_fraud: bool) -> None:
        """The truth about a payment becomes known."""
        self.shared.learn(
            tuple(place for place in lesson.places if place),
            lesson.day,
            lesson.owner,
            is_fraud=is_fraud,
            is_usual=features.is_usual(lesson.row),
        )
        if is_fraud or (lesson.number * SPREAD) % 2**32 % self._one_in == 0:
            self.labels.rows.append(lesson.row)
            self.labels.days.append(lesson.day)
            self.labels.frauds.append(is_fraud)
            self.labels.weights.append(1.0 if is_fraud else float(self._one_in))
