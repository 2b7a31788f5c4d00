"""A trial in time order: half of a history is known, then each row is guessed, judged and learned. Pure."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter

from ledger.calibration import Calibration, Outcome, fitted
from ledger.evaluation.histories import History, Lesson
from ledger.learning import Label, Learner
from ledger.learning_features import words_of
from ledger.suggesting import JUDGED_MAX

FITTED_EVERY = 25
TRIED_PAYEES_MAX = 100
BINS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged guess. `known`: rows of the same payee before it; `new`: its category's first row."""

    right: bool
    in_three: bool
    confidence: float
    known: int = 0
    new: bool = False


@dataclass(slots=True)
class Result:
    """What one method did on a file's histories."""

    method: str
    verdicts: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def accuracy(self) -> float:
        return share(v.right for v in self.verdicts)

    @property
    def top_three(self) -> float:
        return share(v.in_three for v in self.verdicts)

    @property
    def ms_per_row(self) -> float:
        return 1000 * self.seconds / max(1, len(self.verdicts))

    def above(self, threshold: float) -> tuple[float, float]:
        """(coverage, precision) of the guesses at least this sure."""
        sure = [v.right for v in self.verdicts if v.confidence >= threshold]
        return len(sure) / max(1, len(self.verdicts)), share(sure)

    def reliability(self) -> list[tuple[float, float, int, float, float]]:
        """(from, to, rows, mean stated confidence, part that was right) of each bin with rows."""
        found = []
        for low, high in pairwise(BINS):
            inside = [
                v for v in self.verdicts if low <= v.confidence < high or v.confidence == high == 1
            ]
            if inside:
                stated = sum(v.confidence for v in inside) / len(inside)
                found.append((low, high, len(inside), stated, share(v.right for v in inside)))
        return found

    def calibration_error(self) -> float:
        """Mean distance between stated and true, weighted by rows (ECE)."""
        total = max(1, len(self.verdicts))
        return sum(n * abs(stated - true) for _, _, n, stated, true in self.reliability()) / total

    def by_known(self) -> list[tuple[str, int, float]]:
        """(rows of the payee known before, rows, part right): how fast it learns."""
        groups: dict[str, list[bool]] = {
            name: [] for name in ("0", "1", "2", "3 to 9", "10 or more")
        }
        for v in self.verdicts:
            name = str(v.known) if v.known < 3 else "3 to 9" if v.known < 10 else "10 or more"
            groups[name].append(v.right)
        return [(name, len(right), share(right)) for name, right in groups.items()]


def share(right: Iterable[bool]) -> float:
    """The part that is true; 0 of nothing."""
    flags = list(right)
    return sum(flags) / len(flags) if flags else 0.0


def halves(history: History) -> tuple[Sequence[Lesson], Sequence[Lesson]]:
    middle = len(history.lessons) // 2
    return history.lessons[:middle], history.lessons[middle:]


def try_ours(histories: Sequence[History], progress: Callable[[], None] | None = None) -> Result:
    """The learner, calibrated as in service: on its latest judged guesses. Only guesses are timed."""
    result = Result("ours")
    for history in histories:
        trial = _Trial()
        past, rest = halves(history)
        for position, lesson in enumerate(past):
            if len(past) - position <= min(JUDGED_MAX, len(past) // 3):
                trial.judge(lesson)
            trial.learn(lesson)
        trial.seconds = 0.0
        for lesson in rest:
            result.verdicts.append(trial.judge(lesson))
            trial.learn(lesson)
            if progress:
                progress()
        result.seconds += trial.seconds
    return result


class _Trial:
    def __init__(self) -> None:
        self.learner = Learner()
        self.calibration = Calibration()
        self.outcomes: deque[Outcome] = deque(maxlen=JUDGED_MAX)
        self.payees: Counter[str] = Counter()
        self.labels: set[str] = set()
        self.seconds = 0.0
        self.judged = 0

    def learn(self, lesson: Lesson) -> None:
        self.payees[_who(lesson)] += 1
        if lesson.label not in self.labels:
            self.labels.add(lesson.label)
            self.learner.name_categories({label: _spoken(label) for label in self.labels})
        self.learner.learn(lesson.row, Label(lesson.label))

    def judge(self, lesson: Lesson) -> Verdict:
        if self.judged % FITTED_EVERY == 0:
            self.calibration = fitted(self.outcomes)
        self.judged += 1
        started = perf_counter()
        guesses = self.learner.guess(lesson.row)
        known = bool(self.learner.closest(lesson.row))
        best = guesses[0].share if guesses else 0.0
        sure = self.calibration.confidence(best, known=known, rows=self.learner.rows)
        self.seconds += perf_counter() - started
        first = [guess.category for guess in guesses[:3]]
        right = first[:1] == [lesson.label]
        self.outcomes.append(Outcome(best, known, right))
        return Verdict(
            right,
            lesson.label in first,
            sure if guesses else 0.0,
            self.payees[_who(lesson)],
            lesson.label not in self.labels,
        )


def _who(lesson: Lesson) -> str:
    return words_of(lesson.row.payee, lesson.row.text).who


def _spoken(label: str) -> str:
    """The last part of an account's path: "Expenses:Home:Rent" is called Rent."""
    return label.rsplit(":", 1)[-1]


def try_majority(histories: Sequence[History]) -> Result:
    """Always the commonest category so far, as sure as it is common."""
    result = Result("majority class")
    for history in histories:
        past, rest = halves(history)
        counts = Counter(lesson.label for lesson in past)
        for lesson in rest:
            started = perf_counter()
            first = counts.most_common(3)
            result.seconds += perf_counter() - started
            sure = first[0][1] / counts.total() if first else 0.0
            labels = [label for label, _ in first]
            result.verdicts.append(
                Verdict(labels[:1] == [lesson.label], lesson.label in labels, sure)
            )
            counts[lesson.label] += 1
    return result


@dataclass(frozen=True, slots=True)
class Correction:
    """What one correction does: payees tried, those that follow it, and rows of others that moved."""

    tried: int
    followed: int
    others: int
    moved: int


def try_corrections(histories: Sequence[History]) -> Correction:
    """Of each frequent payee one row is given another category by hand; does the next row follow?

    Each correction is unlearned again before the next payee's turn, which is exact.
    """
    tried = followed = others = moved = 0
    for history in histories:
        trial = _Trial()
        by_payee: dict[str, list[Lesson]] = {}
        for lesson in history.lessons:
            trial.learn(lesson)
            by_payee.setdefault(_who(lesson), []).append(lesson)
        frequent = [rows for rows in by_payee.values() if len(rows) >= 3][:TRIED_PAYEES_MAX]
        learner, witnesses = trial.learner, [rows[-1] for rows in frequent]
        before = [learner.guess(w.row)[0].category for w in witnesses]
        for position, rows in enumerate(frequent):
            last = rows[-1]
            wrong = next((x for x in sorted(trial.labels) if x != before[position]), "")
            learner.unlearn(last.row, Label(last.label))
            learner.learn(last.row, Label(wrong, by_hand=True))
            after = [learner.guess(w.row)[0].category for w in witnesses]
            learner.unlearn(last.row, Label(wrong, by_hand=True))
            learner.learn(last.row, Label(last.label))
            tried += 1
            followed += after[position] == wrong
            others += len(witnesses) - 1
            moved += sum(
                a != b for i, (a, b) in enumerate(zip(before, after, strict=True)) if i != position
            )
    return Correction(tried, followed, others, moved)
