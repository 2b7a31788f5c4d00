"""Methods that learn while the file goes by: every day anew, from labels whose delay is over."""

from array import array
from collections import deque
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from security_monitor.engine.facts import Facts
from security_monitor.engine.profiles import Entry, State
from security_monitor.engine.scores import Judgement
from security_monitor.evaluation.files import Labelled
from security_monitor.evaluation.methods import ByScore
from security_monitor.learning import features, recent
from security_monitor.learning.lessons import Lesson, Lessons
from security_monitor.learning.model import Budget, Model, load
from security_monitor.learning.training import TooFew, train

BUDGET = Budget()


class Watcher:
    """Features of the rows that come by, as a booking has them. One for all methods that use them."""

    def __init__(self, rows: Sequence[Labelled], delay: int) -> None:
        self.lessons = Lessons(delay, len(rows))
        self._names: dict[UUID | None, str] = {}
        for row in rows:
            self._names[row.entry.payee_id] = row.shop
            self._names[row.entry.category_id] = row.category
        self._names[None] = ""
        self.seen: dict[UUID, Lesson] = {}
        self._recent: dict[Any, State] = {}
        self._pruned: dict[Any, int] = {}
        self._last: UUID | None = None

    def row(self, entry: Entry, facts: Facts, word: Judgement) -> list[float]:
        if self._last == entry.id:
            return self._row
        key = recent.key_of(entry)
        state = self._recent.setdefault(key, {})
        if self._pruned.get(key, 0) < entry.day:
            recent.prune(state, entry.day)
            self._pruned[key] = entry.day
        places = features.places_of(
            entry, self._names[entry.payee_id], self._names[entry.category_id]
        )
        self._row = self.lessons.row(features.own(facts, state, word), places, entry.day)
        recent.apply(state, entry, 1, entry.day)
        kept = array("d", self._row)
        self.seen[entry.id] = Lesson(entry.id.int, entry.day, entry.user_id, places, kept)
        self._last = entry.id
        return self._row

    def label(self, entry: Entry, is_fraud: bool) -> None:
        lesson = self.seen.pop(entry.id, None)
        if lesson is not None:  # the second method that hears of it finds it told
            self.lessons.label(lesson, is_fraud)


class RulesAndLearning:
    """The rules and the learned model: the probability ranks, the alert is what a booking would get."""

    name = "rules + learning"
    alert = 0.5  # a probability; each owner's own threshold decides, see `alerts`

    def __init__(self, watcher: Watcher, first: int) -> None:
        self._watcher, self._first = watcher, first
        self._trained = 0
        self._model: Model | None = None
        self._alarmed: set[UUID] = set()

    def score(self, entry: Entry, facts: Facts, word: Judgement) -> float:
        row = self._watcher.row(entry, facts, word)
        if entry.day < self._first:
            return 0.0
        if entry.day > self._trained:
            self._trained = entry.day
            self._train()
        if self._model is None:
            return word.score / 1000
        probability = self._model.probability(row)
        threshold = BUDGET.threshold(self._model, row[features.INDEX["n_30"]])
        if word.flagged or probability >= threshold:
            self._alarmed.add(entry.id)
        return probability

    def _train(self) -> None:
        try:
            self._model = load(train(self._watcher.lessons.labels))
        except TooFew:
            self._model = None

    def learn(self, entry: Entry) -> None:
        """The watcher has seen it."""

    def label(self, entry: Entry, is_fraud: bool) -> None:
        self._watcher.label(entry, is_fraud)

    def alerts(self, entry: Entry, score: float) -> bool:
        return entry.id in self._alarmed


class IsolationForest(ByScore):
    """Liu, Ting and Zhou (2008) on the same features, grown daily on the last rows; no labels."""

    name = "isolation forest"
    alert = 0.6
    ROWS = 20_000

    def __init__(self, watcher: Watcher, first: int) -> None:
        self._watcher, self._first = watcher, first
        self._last: deque[array[float]] = deque(maxlen=self.ROWS)
        self._grown = 0
        self._trees: list[Any] = []
        self._norm = 1.0

    def score(self, entry: Entry, facts: Facts, word: Judgement) -> float:
        row = self._watcher.row(entry, facts, word)
        if entry.day >= self._first and entry.day > self._grown:
            self._grown = entry.day
            self._grow()
        single = array("f", row)  # the library compares in single precision
        self._last.append(single)
        if entry.day < self._first or not self._trees:
            return 0.0
        depth = 0.0
        for node in self._trees:
            while node[0] >= 0:
                node = node[2] if single[node[0]] <= node[1] else node[3]
            depth += node[4]
        return float(2 ** (-depth / self._norm))

    def _grow(self) -> None:
        import numpy as np
        from sklearn import ensemble

        if len(self._last) < 256:
            return
        rows = np.array(self._last, dtype=np.float32)
        forest = ensemble.IsolationForest(n_estimators=100, max_samples=256, random_state=7)
        forest.fit(rows)
        self._trees = [_path_lengths(tree.tree_, 0, 0) for tree in forest.estimators_]
        self._norm = len(self._trees) * _average_path(256)

    def learn(self, entry: Entry) -> None:
        """Seen when it was scored."""

    def label(self, entry: Entry, is_fraud: bool) -> None:
        """It asks nobody; the watcher does, for the other methods."""
        self._watcher.label(entry, is_fraud)


def _average_path(n: int) -> float:
    """The mean length of an unsuccessful search in a binary tree of n rows (equation 1 of the paper)."""
    from math import log

    if n <= 1:
        return 0.0
    return 1.0 if n == 2 else 2 * (log(n - 1) + 0.5772156649015329) - 2 * (n - 1) / n


def _path_lengths(tree: Any, node: int, depth: int) -> tuple[int, float, Any, Any, float]:
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    if left < 0:
        return -1, 0.0, None, None, depth + _average_path(int(tree.n_node_samples[node]))
    return (
        int(tree.feature[node]),
        float(tree.threshold[node]),
        _path_lengths(tree, left, depth + 1),
        _path_lengths(tree, right, depth + 1),
        0.0,
    )
