"""A file in the order of time through the scoring code, with labels that arrive days later."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import process_time
from uuid import UUID

from security_monitor.engine import profiles
from security_monitor.engine.profiles import keys_of
from security_monitor.evaluation.files import Labelled
from security_monitor.evaluation.measures import card_precision, curve, interval
from security_monitor.evaluation.methods import Method
from security_monitor.services.replay import Replay


@dataclass(frozen=True, slots=True)
class Window:
    """Days as ordinals. Cards known as compromised are left out, as the Handbook does."""

    first: int
    last: int
    train_first: int = 0
    delay: int = 7
    drop_known: bool = False


@dataclass(slots=True)
class Tried:
    """One method's scores of the rows of the window."""

    method: Method
    rows: list[tuple[Labelled, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    auc: float
    average_precision: float
    low: float
    high: float
    card_precision: float
    recall: tuple[float, float, float]  # at 0.1, 0.5 and 1 % of honest rows
    flagged: int
    flagged_fraud: int
    alerts_per_user_month: float  # on honest rows


@dataclass(frozen=True, slots=True)
class Outcome:
    results: list[Result]
    rows: int
    frauds: int
    owners: int
    microseconds: float  # of our rules and profiles, per row


def try_methods(
    rows: Sequence[Labelled],
    methods: Sequence[Method],
    window: Window,
    tick: Callable[[], None] = lambda: None,
) -> Outcome:
    """Judge, then learn, row by row; each label is told `delay` days after its row."""
    replay = Replay()
    tried = [Tried(method) for method in methods]
    pending: deque[tuple[Labelled, bool]] = deque()  # with whether the row was learned
    spent = 0.0
    for row in rows:
        entry = row.entry
        if entry.day > window.last:
            break
        while pending and pending[0][0].entry.day + window.delay < entry.day:
            _tell(replay, methods, *pending.popleft(), today=entry.day)
        begun = process_time()
        facts = replay.facts(entry)
        word = replay.judge(facts)
        is_learned = not word.flagged
        if is_learned:
            replay.learn(entry)
        spent += process_time() - begun
        for one in tried:
            score = one.method.score(entry, facts, word)
            one.method.learn(entry)
            if window.first <= entry.day:
                one.rows.append((row, score))
        pending.append((row, is_learned))
        tick()
    known = _known(rows, window) if window.drop_known else {}
    judged = [_result(one, known) for one in tried]
    kept = [row for row, _ in tried[0].rows if not _is_known(row, known)]
    return Outcome(
        judged,
        len(kept),
        sum(row.is_fraud for row in kept),
        len({row.entry.user_id for row in kept}),
        1e6 * spent / max(len(rows), 1),
    )


def _tell(
    replay: Replay, methods: Sequence[Method], row: Labelled, is_learned: bool, *, today: int
) -> None:
    """A label arrives: what was learned wrongly is taken out, what waited in quarantine comes in."""
    for method in methods:
        method.label(row.entry, row.is_fraud)
    if is_learned == row.is_fraud:
        sign = -1 if is_learned else 1
        for key in keys_of(row.entry):
            state = replay.states.setdefault(key, {})
            profiles.apply(state, key[0], row.entry, sign, today)


Known = dict[UUID, int]  # owner → the day from which on everybody knows


def _known(rows: Sequence[Labelled], window: Window) -> Known:
    """Cards with fraud in training, or `delay` days before a test day, as get_train_test_set does."""
    found: Known = {}
    train_last = window.first - window.delay - 1
    for row in rows:
        entry = row.entry
        if row.is_fraud and window.train_first <= entry.day <= window.last:
            since = window.first if entry.day <= train_last else entry.day + window.delay + 1
            found[entry.user_id] = min(found.get(entry.user_id, since), since)
    return found


def _is_known(row: Labelled, known: Known) -> bool:
    return row.entry.day >= known.get(row.entry.user_id, 10**9)


def _result(one: Tried, known: Known) -> Result:
    kept = [(row, score) for row, score in one.rows if not _is_known(row, known)]
    found = curve((score, row.is_fraud) for row, score in kept)
    by_owner: dict[UUID, list[tuple[float, bool]]] = defaultdict(list)
    by_day: dict[int, list[tuple[UUID, float, bool]]] = defaultdict(list)
    for row, score in kept:
        by_owner[row.entry.user_id].append((score, row.is_fraud))
        by_day[row.entry.day].append((row.entry.user_id, score, row.is_fraud))
    low, high = interval(list(by_owner.values()))
    alerts = [row for row, score in kept if one.method.alerts(row.entry, score)]
    honest = sum(not row.is_fraud for row in alerts)
    months = len(by_owner) * len(by_day) / 30.4
    return Result(
        one.method.name,
        found.auc,
        found.average_precision,
        low,
        high,
        card_precision([by_day[day] for day in sorted(by_day)]),
        (found.recall_at(0.001), found.recall_at(0.005), found.recall_at(0.01)),
        len(alerts),
        len(alerts) - honest,
        honest / months if months else 0.0,
    )


def between(rows: Sequence[Labelled], share: float, delay: int) -> Window:
    """The last part of a file, in days: everything before is only learned."""
    first, last = rows[0].entry.day, rows[-1].entry.day
    return Window(last - round((last - first) * share) + 1, last, delay=delay)
