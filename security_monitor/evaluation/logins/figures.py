"""The figures of a trial, with 95 % intervals: Wilson's for shares, people drawn anew for the others."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from random import Random

from security_monitor.evaluation.logins.replay import HONEST, Attempt, Judged, Replay
from security_monitor.evaluation.measures import curve

Z95 = 1.959964
ROUNDS, SEED = 100, 7
REVIEW = 60
Interval = tuple[float, float, float]  # the figure, and the ends of its interval


def wilson(hits: int, of: int) -> Interval:
    """Share with Wilson's score interval; (0, 0, 1) of nothing."""
    if not of:
        return 0.0, 0.0, 1.0
    share, z = hits / of, Z95 * Z95 / of
    middle = (share + z / 2) / (1 + z)
    half = sqrt(share * (1 - share) * z + z * z / 4) / (1 + z)
    return share, max(0.0, middle - half), min(1.0, middle + half)


def drawn(people: Sequence[Sequence[Judged]], figure: Callable[[list[Judged]], float]) -> Interval:
    """The figure of all logins; its interval from as many people drawn with replacement."""
    dice, found = Random(SEED), []  # noqa: S311 (statistics, no secret)
    for _ in range(ROUNDS):
        chosen = dice.choices(people, k=len(people))
        found.append(figure([login for logins in chosen for login in logins]))
    found.sort()
    whole = figure([login for logins in people for login in logins])
    return whole, found[int(0.025 * ROUNDS)], found[int(0.975 * ROUNDS) - 1]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a replay, of the part that is tested.

    logins: right passwords. wrong: how many wrong ones by label; alarms: how many of them were judged
    REVIEW or worse.
    """

    logins: list[Judged]
    days: float
    alarms: dict[str, int]
    wrong: dict[str, int]

    @property
    def by_person(self) -> list[list[Judged]]:
        people: dict[str, list[Judged]] = defaultdict(list)
        for login in self.logins:
            people[login.attempt.user].append(login)
        return list(people.values())

    def recall(self, label: str = "") -> Interval:
        """Of the intruders (of one label) the share that must confirm."""
        theirs = [
            login
            for login in self.logins
            if login.attempt.label != HONEST and login.attempt.label.startswith(label)
        ]
        return wilson(sum(login.is_asked for login in theirs), len(theirs))

    @property
    def precision(self) -> Interval:
        asked = [login for login in self.logins if login.is_asked]
        return wilson(sum(login.attempt.label != HONEST for login in asked), len(asked))

    @property
    def asked_per_month(self) -> Interval:
        """Confirmations of honest people, per person and month of thirty days."""
        months = self.days / 30
        groups = [[x for x in g if x.attempt.label == HONEST] for g in self.by_person]
        return drawn(
            groups, lambda logins: sum(x.is_asked for x in logins) / (months * len(groups))
        )

    def auc(self, value: Callable[[Judged], float]) -> Interval:
        return drawn(self.by_person, lambda logins: curve(_scored(logins, value)).auc)

    def recall_at(self, value: Callable[[Judged], float], share: float) -> Interval:
        """Recall where this share of honest logins would be asked."""
        return drawn(self.by_person, lambda logins: curve(_scored(logins, value)).recall_at(share))


def _scored(logins: Iterable[Judged], value: Callable[[Judged], float]) -> list[tuple[float, bool]]:
    return [(value(login), login.attempt.label != HONEST) for login in logins]


def tried(attempts: Sequence[Attempt], since: datetime, on_step: Callable[[], None]) -> Trial:
    """Replay everything, and keep what came from `since` on."""
    replay, logins = Replay(), []
    alarms: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    for attempt in attempts:
        is_tested = attempt.at >= since
        if attempt.is_right:
            judged = replay.enter(attempt)
            if is_tested:
                logins.append(judged)
        else:
            word = replay.fail(attempt)
            if is_tested:
                wrong[attempt.label] += 1
                alarms[attempt.label] += word.score >= REVIEW
        on_step()
    days = (attempts[-1].at - since).total_seconds() / 86_400
    return Trial(logins, days, dict(alarms), dict(wrong))
