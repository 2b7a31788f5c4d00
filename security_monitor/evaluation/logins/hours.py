"""A public log of logins with known hours of attack: stefmolin/Hands-On-Data-Analysis-with-Pandas, chapter 8.

Its notebook judges sources of attacks, not hours; both are counted here.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from security_monitor.behaviour.networks import network_of
from security_monitor.evaluation.logins.figures import REVIEW
from security_monitor.evaluation.logins.replay import Attempt, Replay

# (FPR, FDR, FNR) per source, as the notebook prints them.
PUBLISHED = {
    "means": (0.003922, 0.013699, 0.0),
    "medians": (0.007843, 0.027027, 0.0),
    "Tukey fence": (0.078431, 0.240964, 0.125),
    "Z-scores": (0.0, 0.0, 0.138889),
}
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of hours or of sources: how many were right and wrong, alarmed about and not."""

    hits: int
    false_alarms: int
    missed: int
    quiet: int

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false_alarms) if self.hits else 0.0

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.missed) if self.hits else 0.0


def read(folder: Path) -> tuple[list[tuple[Attempt, str]], list[tuple[datetime, datetime, str]]]:
    """(attempts with their addresses, windows of attack with theirs) of a folder with log and attacks."""
    with (folder / "log.csv").open(newline="") as file:
        rows = [(_attempt(row), row["source_ip"]) for row in csv.DictReader(file)]
    with (folder / "attacks.csv").open(newline="") as file:
        windows = [
            (_instant(row["start"]), _instant(row["end"]), row["source_ip"])
            for row in csv.DictReader(file)
        ]
    return sorted(rows, key=lambda row: row[0].at), windows


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _attempt(row: dict[str, str]) -> Attempt:
    at, is_nobody = _instant(row["datetime"]), row["failure_reason"] == "error_wrong_username"
    return Attempt(
        at=at,
        user="" if is_nobody else row["username"],
        who=row["username"],
        network=network_of(row["source_ip"]),
        device="unknown device",
        is_right=row["success"] == "True",
        hour=at.hour,
    )


def judged(folder: Path, on_step: Callable[[], None]) -> tuple[Counts, Counts]:
    """(of hours, of sources): alarmed is one with any attempt that is judged REVIEW or worse."""
    rows, windows = read(folder)
    replay = Replay()
    hours: set[datetime] = set()
    sources: set[str] = set()
    for attempt, source in rows:
        word = replay.enter(attempt).word if attempt.is_right else replay.fail(attempt)
        if word.score >= REVIEW:
            hours.add(_hour(attempt.at))
            sources.add(source)
        on_step()
    all_hours = _hours_between(rows[0][0].at, rows[-1][0].at)
    attacked = {hour for start, end, _ in windows for hour in _hours_between(start, end)}
    every_source = {source for _, source in rows}
    return (
        _counts(hours, attacked, all_hours),
        _counts(sources, {source for *_, source in windows}, every_source),
    )


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _hours_between(start: datetime, end: datetime) -> set[datetime]:
    hour, found = _hour(start), set()
    while hour <= end:
        found.add(hour)
        hour += HOUR
    return found


def _counts(alarmed: set[Any], bad: set[Any], everything: set[Any]) -> Counts:
    return Counts(
        hits=len(alarmed & bad),
        false_alarms=len(alarmed - bad),
        missed=len(bad - alarmed),
        quiet=len(everything - alarmed - bad),
    )
