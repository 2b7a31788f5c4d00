"""A trained model as plain numbers, scored here: no library, no pickle, no import of numpy.

`parameters` is what `training` exports and the database keeps as JSON. Trees are four lists by node:
feature (-1 in a leaf), threshold, children, and value: the log-odds that a leaf adds, or that an
inner node would add were it a leaf. A row goes left where its feature is at most the threshold.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

FORMAT = 1
Node = tuple[int, float, Any, Any, float]  # feature, threshold, left, right, value


@dataclass(frozen=True, slots=True)
class Model:
    """Scores rows of features in the order of `names`."""

    names: tuple[str, ...]
    base: float
    trees: tuple[Node, ...]
    platt: tuple[float, float]  # slope, offset: log-odds of the trees → log-odds of fraud
    tail: tuple[tuple[float, float], ...]  # (share of honest rows above, probability), both rising

    def raw(self, row: Sequence[float]) -> float:
        """Log-odds of the trees, as the library's decision function gives them."""
        total = self.base
        for node in self.trees:
            while node[0] >= 0:
                node = node[2] if row[node[0]] <= node[1] else node[3]
            total += node[4]
        return total

    def probability(self, row: Sequence[float]) -> float:
        """The calibrated probability of fraud."""
        slope, offset = self.platt
        return logistic(slope * self.raw(row) + offset)

    def contributions(self, row: Sequence[float]) -> dict[str, float]:
        """What each feature adds to the log-odds, by the steps of the row's paths (Saabas, 2014).

        Their sum is the calibrated log-odds less what the model says of no row in particular.
        """
        slope = self.platt[0]
        found: dict[str, float] = {}
        for node in self.trees:
            while node[0] >= 0:
                child = node[2] if row[node[0]] <= node[1] else node[3]
                name = self.names[node[0]]
                found[name] = found.get(name, 0.0) + slope * (child[4] - node[4])
                node = child
        return found

    def threshold(self, share: float) -> float:
        """The probability that at most this share of honest rows exceeds (measured out of time)."""
        if not self.tail:
            return 1.0
        position = bisect_left(self.tail, (share, 0.0))
        if position < len(self.tail) and self.tail[position][0] == share:
            return self.tail[position][1]
        return self.tail[position - 1][1] if position else 1.0


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def load(parameters: Mapping[str, Any]) -> Model:
    """ValueError where the parameters are of another format than this program's."""
    if parameters.get("format") != FORMAT:
        raise ValueError(f"a model of format {parameters.get('format')}, not {FORMAT}")
    trees = tuple(_node(tree, 0) for tree in parameters["trees"])
    slope, offset = parameters["platt"]
    tail = tuple((share, value) for share, value in parameters["tail"])
    return Model(tuple(parameters["names"]), parameters["base"], trees, (slope, offset), tail)


def _node(tree: Mapping[str, Sequence[Any]], position: int) -> Node:
    feature, value = tree["feature"][position], tree["value"][position]
    if feature < 0:
        return -1, 0.0, None, None, value
    left, right = tree["left"][position], tree["right"][position]
    return feature, tree["threshold"][position], _node(tree, left), _node(tree, right), value


@dataclass(frozen=True, slots=True)
class Budget:
    """How many false alerts an owner may get. per_month: of an honest owner, on average."""

    per_month: float = 1.0
    share_max: float = 0.02  # of an owner's rows, however few they are
    least: float = 0.05  # a payment that is more likely honest than this is no alert

    def threshold(self, model: Model, rows_30: float) -> float:
        """From which probability on a payment of an owner with so many rows in 30 days alarms."""
        share = min(self.per_month * 30 / 30.4 / max(rows_30, 1.0), self.share_max)
        return max(self.least, model.threshold(share))
