"""From labelled rows to a model. The library is imported here and nowhere else, by who trains.

Honest rows are many: of them a part is drawn, and counts for all. The calibration (Platt, 1999) is
fitted on days that come after those of an early model, then the trees are grown again on all days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from security_monitor.learning.features import NAMES
from security_monitor.learning.model import FORMAT, load

FRAUDS_MIN = 30
ROWS_MIN = 500
LATE_SHARE = 0.25  # of the labelled days, the last: for the calibration and the alert budget
SEED = 7
SHARES = (0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05)


class TooFew(ValueError):
    """Not enough labels to learn from."""


@dataclass(slots=True)
class Labels:
    """Rows of features with day, truth, and how many rows each one stands for."""

    rows: list[Sequence[float]]
    days: list[int]
    frauds: list[bool]
    weights: list[float]

    @property
    def fraud_count(self) -> int:
        return sum(self.frauds)


def grow(rows: Any, frauds: Any, weights: Any) -> Any:
    """Gradient boosting, as chosen by measurement (docs/fraud.md)."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.08, max_leaf_nodes=16, min_samples_leaf=20,
        l2_regularization=5.0, max_bins=128, early_stopping=False, random_state=SEED,
    )  # fmt: skip
    # One thread: a worker shares its machine, and threads that wait for each other cost more there.
    with threadpool_limits(1):
        return model.fit(rows, frauds, sample_weight=weights)


def train(labels: Labels) -> dict[str, Any]:
    """Parameters for `model.load`. Raises TooFew."""
    import numpy as np

    if labels.fraud_count < FRAUDS_MIN or len(labels.rows) < ROWS_MIN:
        raise TooFew(f"{labels.fraud_count} frauds in {len(labels.rows)} rows")
    rows = np.asarray(labels.rows, dtype=np.float64)
    days, frauds = np.asarray(labels.days), np.asarray(labels.frauds)
    weights = np.asarray(labels.weights)
    cut = np.quantile(days, 1 - LATE_SHARE)
    early, late = days <= cut, days > cut
    if frauds[early].sum() < FRAUDS_MIN / 2 or frauds[late].sum() < FRAUDS_MIN / 4:
        raise TooFew("the frauds lie in too few days")
    first = load(export(grow(rows[early], frauds[early], weights[early])))
    raw = np.array([first.raw(row) for row in rows[late].tolist()])
    platt = calibrated(raw, frauds[late], weights[late])
    parameters = export(grow(rows, frauds, weights))
    parameters["platt"] = platt
    parameters["tail"] = tail_of(raw, frauds[late], weights[late], platt)
    parameters["metrics"] = {
        "late_rows": int(late.sum()),
        "late_frauds": int(frauds[late].sum()),
        "late_average_precision": average_precision(
            raw.tolist(), frauds[late].tolist(), weights[late].tolist()
        ),
    }
    return parameters


def calibrated(raw: Any, frauds: Any, weights: Any) -> list[float]:
    """Platt's slope and offset. The slope stays positive: a calibration never turns an order around."""
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=1e6).fit(raw.reshape(-1, 1), frauds, sample_weight=weights)
    slope = float(found.coef_[0][0])
    return [max(slope, 1e-3), float(found.intercept_[0])]


def tail_of(raw: Any, frauds: Any, weights: Any, platt: Sequence[float]) -> list[list[float]]:
    """[share of honest rows above, probability], by rising share."""
    import numpy as np

    honest, counts = raw[~frauds], weights[~frauds]
    order = np.argsort(-honest)
    shares = np.cumsum(counts[order]) / counts.sum()
    found = []
    for share in SHARES:
        position = min(int(np.searchsorted(shares, share)), len(order) - 1)
        odds = platt[0] * honest[order[position]] + platt[1]
        found.append([share, float(1 / (1 + np.exp(-odds)))])
    return found


def average_precision(
    scores: Sequence[float], frauds: Sequence[bool], weights: Sequence[float] | None = None
) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(frauds, scores, sample_weight=weights))


def export(library_model: Any) -> dict[str, Any]:
    """The trees of a HistGradientBoostingClassifier as lists. Inner values are shrunk as leaves are."""
    trees = []
    for (predictor,) in library_model._predictors:
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        shrink = [1.0 if is_leaf else library_model.learning_rate for is_leaf in leaf]
        trees.append(
            {
                "feature": [-1 if is_leaf else int(f)
                            for is_leaf, f in zip(leaf, nodes["feature_idx"], strict=True)],
                "threshold": [float(t) for t in nodes["num_threshold"]],
                "left": [int(n) for n in nodes["left"]],
                "right": [int(n) for n in nodes["right"]],
                "value": [float(v) * s for v, s in zip(nodes["value"], shrink, strict=True)],
            }
        )  # fmt: skip
    return {
        "format": FORMAT,
        "names": list(NAMES),
        "base": float(library_model._baseline_prediction[0][0]),
        "trees": trees,
        "platt": [1.0, 0.0],
        "tail": [],
    }
