"""What is compared. A method sees a row before it learns it, and labels days after."""

from typing import Protocol
from uuid import UUID

from security_monitor.engine.buckets import Sketch, index_of
from security_monitor.engine.facts import Facts
from security_monitor.engine.nearness import rank_of
from security_monitor.engine.profiles import ACCOUNT, Entry
from security_monitor.engine.scores import Judgement

SCALE = 0.6745


class Method(Protocol):
    """Scores a row (higher: more suspicious) and says from which score it would raise an alert.

    `score` gets the facts of the rules and their judgement, `label` the truth about a row when its
    delay is over. `alerts` is asked once the file is through.
    """

    name: str
    alert: float

    def score(self, entry: Entry, facts: Facts, word: Judgement) -> float: ...

    def learn(self, entry: Entry) -> None: ...

    def label(self, entry: Entry, is_fraud: bool) -> None: ...

    def alerts(self, entry: Entry, score: float) -> bool: ...


class ByScore:
    """One threshold for everybody."""

    alert = 0.0

    def alerts(self, entry: Entry, score: float) -> bool:
        return score >= self.alert


class FiveTimesMean(ByScore):
    """The original's rule: an expense above five times the mean of all history (of 100 at first)."""

    name = "5 x mean"
    alert = 5.0

    def __init__(self) -> None:
        self._sums: dict[UUID, tuple[int, int]] = {}

    def score(self, entry: Entry, facts: Facts, word: Judgement) -> float:
        n, total = self._sums.get(entry.user_id, (0, 0))
        mean = total / n if n else 100 * 10**entry.exponent
        return entry.size / mean

    def learn(self, entry: Entry) -> None:
        n, total = self._sums.get(entry.user_id, (0, 0))
        self._sums[entry.user_id] = (n + 1, total + entry.size)

    def label(self, entry: Entry, is_fraud: bool) -> None:
        """It never learned from anybody."""


class RobustZ(ByScore):
    """0.6745 (ln x - median) / MAD of the owner's own payments, from the same sketches."""

    name = "robust z"
    alert = 3.5

    def score(self, entry: Entry, facts: Facts, word: Judgement) -> float:
        sketch: Sketch = facts.known(ACCOUNT).sketch
        if sketch.n < 8:
            return 0.0
        median, mad = facts.known(ACCOUNT).spread
        return SCALE * (index_of(entry.size) - median) / max(mad, 1)

    def learn(self, entry: Entry) -> None:
        """The replay's profiles are its memory."""

    def label(self, entry: Entry, is_fraud: bool) -> None:
        """A z-score has no use for labels."""


class OurRules(ByScore):
    """The score of the rules, as a booking gets it."""

    name = "our rules"
    alert = 60.0
    certain = 100.0

    def score(self, entry: Entry, facts: Facts, word: Judgement) -> float:
        return float(word.score)

    def learn(self, entry: Entry) -> None:
        """The replay's profiles are their memory."""

    def label(self, entry: Entry, is_fraud: bool) -> None:
        """Labels reach the profiles: the replay takes confirmed fraud out of them."""


class OurRank(ByScore):
    """The same, with its ties broken by how near the other rules came: the order of the queue."""

    name = "our rules, rank"
    alert = 60.0

    def score(self, entry: Entry, facts: Facts, word: Judgement) -> float:
        return rank_of(facts, word.score)

    def learn(self, entry: Entry) -> None:
        """The replay's profiles are its memory."""

    def label(self, entry: Entry, is_fraud: bool) -> None:
        """As of the score."""
