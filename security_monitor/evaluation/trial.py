"""A file in the order of time through the scoring code, with labels that arrive days later."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import process_time
from uuid import UUID

from security_monitor.engine import profiles
from security_monitor.engine.facts import Facts, Said
from security_monitor.engine.profiles import PAYEE
from security_monitor.engine.shops import Shops
from security_monitor.evaluation.files import Labelled, day_heard
from security_monitor.evaluation.methods import Method
from security_monitor.evaluation.results import Result, Scenario, result_of, scenarios_of
from security_monitor.services.judging import cap_of
from security_monitor.services.replay import Replay


@dataclass(frozen=True, slots=True)
class Window:
    """Days as ordinals. Cards known as compromised are left out, as the Handbook does."""

    first: int
    last: int
    train_first: int = 0
    delay: int = 7
    drop_known: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    results: list[Result]
    scenarios: list[Scenario]  # what the rules said of rows that the file names
    rows: int
    frauds: int
    owners: int
    microseconds: float  # of our rules and profiles, per row


@dataclass(slots=True)
class Trial:
    """The replay, its labels on their way, and what each method said of the window's rows."""

    methods: Sequence[Method]
    window: Window
    replay: Replay = field(default_factory=Replay)
    shops: Shops = field(default_factory=Shops)
    kept: list[Labelled] = field(default_factory=list)
    scores: list[list[float]] = field(default_factory=list)  # by method, beside `kept`
    codes: dict[UUID, list[str]] = field(default_factory=dict)  # of rows with a scenario
    seconds: float = 0.0
    seen: int = 0
    _pending: deque[tuple[Labelled, bool]] = field(default_factory=deque)  # and: was it learned
    _quarantined: set[UUID] = field(default_factory=set)

    def step(self, row: Labelled) -> None:
        """Judge, ask every method, then learn."""
        entry = row.entry
        while self._pending and self._pending[0][0].entry.day + self.window.delay < entry.day:
            self._tell(*self._pending.popleft(), today=entry.day)
        begun = process_time()
        facts = self._facts(row)
        word = self.replay.judge(facts, cap_of(facts))
        self.seconds += process_time() - begun
        is_kept = self.window.first <= day_heard(row)
        if is_kept:
            self.kept.append(row)
            if row.scenario:
                self.codes[entry.id] = [reason["code"] for reason in word.reasons]
        for scores, method in zip(self.scores, self.methods, strict=True):
            # Before the row is learned: the facts look at living profiles.
            score = method.score(entry, facts, word)
            method.learn(entry)
            if is_kept:
                scores.append(score)
        begun = process_time()
        if word.flagged:
            self._quarantined.add(entry.id)
        else:
            self.replay.learn(entry)
        self.shops.visit(row.shop, entry.user_id)
        self.seconds, self.seen = self.seconds + process_time() - begun, self.seen + 1
        self._pending.append((row, not word.flagged))

    def _facts(self, row: Labelled) -> Facts:
        entry = row.entry
        if row.before is not None and row.before.id not in self._quarantined:
            self.replay.count(row.before, -1, entry.created_day)
        if entry.payee_id is not None:
            self.replay.names[entry.payee_id] = row.shop
        facts = self.replay.facts(entry)
        facts.before, facts.balance_minor = row.before, row.balance_minor
        facts.shop = self.shops.told(row.shop, entry.user_id, entry.day)
        facts.today = day_heard(row)
        if row.is_denied:
            facts.said = Said(is_denied=True)
        return facts

    def _tell(self, row: Labelled, is_learned: bool, *, today: int) -> None:
        """A label arrives: what was learned wrongly goes out, what waited in quarantine comes in."""
        for method in self.methods:
            method.label(row.entry, row.is_fraud)
        self._quarantined.discard(row.entry.id)
        if is_learned == row.is_fraud:
            self.replay.count(row.entry, -1 if is_learned else 1, today)
        if row.is_fraud:
            self.shops.report(row.shop, row.entry.user_id, row.entry.day)
            if row.entry.payee_id is not None:
                key = (PAYEE, row.entry.payee_id, row.entry.currency)
                profiles.mark_fraud(self.replay.states.setdefault(key, {}), row.entry, 1, today)


def try_methods(
    rows: Sequence[Labelled],
    methods: Sequence[Method],
    window: Window,
    tick: Callable[[], None] = lambda: None,
    review: float = 5.0,
) -> Outcome:
    """Judge, then learn, row by row; each label is told `delay` days after its row."""
    trial = Trial(methods, window, scores=[[] for _ in methods])
    for row in rows:
        if day_heard(row) > window.last:
            break
        trial.step(row)
        tick()
    known = _known(rows, window) if window.drop_known else {}
    chosen = [n for n, row in enumerate(trial.kept) if not _is_known(row, known)]
    kept = [trial.kept[n] for n in chosen]
    return Outcome(
        [
            result_of(method, kept, [scores[n] for n in chosen], review)
            for method, scores in zip(methods, trial.scores, strict=True)
        ],
        scenarios_of(kept, trial.codes, _rule_scores(trial, chosen)),
        len(kept),
        sum(row.is_fraud for row in kept),
        len({row.entry.user_id for row in kept}),
        1e6 * trial.seconds / max(trial.seen, 1),
    )


def _rule_scores(trial: Trial, chosen: Sequence[int]) -> list[float]:
    """The score of the rules, where it is among the methods."""
    for method, scores in zip(trial.methods, trial.scores, strict=True):
        if method.name == "our rules":
            return [scores[n] for n in chosen]
    return []


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


def between(rows: Sequence[Labelled], share: float, delay: int) -> Window:
    """The last part of a file, in days: everything before is only learned."""
    first, last = day_heard(rows[0]), day_heard(rows[-1])
    return Window(last - round((last - first) * share) + 1, last, delay=delay)
