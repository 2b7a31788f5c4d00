"""Results as SVG files: precision against recall, calibration, false alerts per user-month."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from security_monitor.charts import columns, curves
from security_monitor.evaluation.results import Result

POINTS_MAX = 150  # of a curve: more are not seen


def draw(folder: Path, name: str, results: Sequence[Result]) -> Iterator[Path]:
    """Write the plots of one file into the folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        "pr": curves(
            [(one.name, _precision_recall(one)) for one in results],
            f"{name}: precision (upward) against recall",
        ),
        "calibration": curves(
            [("as it should be", [(0.0, 0.0), (1.0, 1.0)])]
            + [(one.name, [(bin_.said, bin_.true) for bin_ in one.bins])
               for one in results if one.bins],
            f"{name}: share of fraud (upward) against the score as a chance",
        ),
        "alerts": columns(
            [(one.name, one.alerts_per_user_month) for one in results],
            f"{name}: false alerts per user-month; the line is the goal",
            goal=1.0,
        ),
    }  # fmt: skip
    for what, svg in drawn.items():
        path = folder / f"{name}-{what}.svg"
        path.write_text(f"{svg}\n", encoding="utf-8")
        yield path


def _precision_recall(one: Result) -> list[tuple[float, float]]:
    """At each step of recall the precision there; from the left."""
    points, last = [], -1.0
    for true, false in one.curve.points:
        recall = true / max(one.curve.frauds, 1)
        if recall - last >= 1 / POINTS_MAX:
            points.append((recall, true / (true + false)))
            last = recall
    return points
