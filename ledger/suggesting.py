"""Suggestions for rows without a category: which one, how sure, and why in words. Pure.

A `Suggester` is a learner, a calibration fitted on its owner's latest rows, and the names to say
them with. It is brought up to date by the rows as they are now: what changed is unlearned and
learned, the rest stays.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from ledger.calibration import Calibration, Outcome, fitted
from ledger.learning import Category, Guess, Label, Learner
from ledger.learning_features import Example, words_of
from ledger.payee_text import clean

JUDGED_MAX = 200  # latest rows that the calibration is fitted on
JUDGED_PART = 3  # at most this part of the history, so that something is known when judging starts
SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`category` None: nothing is known yet. `payee`: the name to show where the row has none."""

    category: Category | None
    category_name: str
    confidence: float
    reason: str
    payee: str = ""


Rows = Mapping[Hashable, tuple[Example, Label]]


class Suggester:
    """Knows one owner's labelled rows. Not for several threads at once: its holder locks."""

    def __init__(self) -> None:
        self.learner = Learner()
        self.calibration = Calibration()
        self._rows: dict[Hashable, tuple[Example, Label]] = {}
        self._names: Mapping[Category, str] = {}

    def refresh(self, rows: Rows, names: Mapping[Category, str]) -> int:
        """Know exactly these rows and categories; the number of rows that were not known so before."""
        gone = [row_id for row_id, known in self._rows.items() if rows.get(row_id) != known]
        for row_id in gone:
            self.learner.unlearn(*self._rows.pop(row_id))
        new = rows.keys() - self._rows.keys()
        for row_id in new:
            self._rows[row_id] = rows[row_id]
            self.learner.learn(*rows[row_id])
        if names != self._names:
            self._names = dict(names)
            self.learner.name_categories(self._names)
        if gone or new:
            self.calibration = fitted(self._judged())
        return len(gone) + len(new)

    def _judged(self) -> list[Outcome]:
        """The latest rows, taken back and met again in order: what would have been guessed?"""
        count = min(JUDGED_MAX, len(self._rows) // JUDGED_PART)
        order = ((row.posted_on, str(row_id)) for row_id, (row, _) in self._rows.items())
        ids = dict(zip(order, self._rows, strict=True))
        latest = [self._rows[ids[place]] for place in nlargest(count, ids)][::-1]
        for known in latest:
            self.learner.unlearn(*known)
        outcomes = []
        for row, label in latest:
            # A file's word against the owner's is no test of what the owner taught.
            if label.by_hand or not self.learner.was_taught(row):
                outcomes.append(judged(self.learner, row, label))
            self.learner.learn(row, label)
        return outcomes

    def ranked(self, row: Example, limit: int = SHOWN_MAX) -> list[Suggestion]:
        """The likeliest categories with their confidence and reason, the likeliest first."""
        guesses = [guess for guess in self.learner.guess(row) if guess.category in self._names]
        if not guesses or (not self.learner.rows and guesses[0].share < 0.5):
            return []
        first = self._confidence(row, guesses[0])
        rest = max(1e-9, 1 - guesses[0].share)
        payee = self.payee_of(row)
        found = []
        for guess in guesses[:limit]:
            sure = first
            if guess is not guesses[0]:
                sure = min(first, (1 - first) * min(1.0, guess.share / rest))
            found.append(
                Suggestion(
                    guess.category,
                    self._names.get(guess.category, str(guess.category)),
                    round(sure, 4),
                    self._reason(row, guess.category),
                    payee,
                )
            )
        return found

    def suggest(self, rows: Sequence[Example]) -> list[Suggestion]:
        """One suggestion for each row, in order; its category is None where nothing is known."""
        return [
            found[0]
            if (found := self.ranked(row, 1))
            else Suggestion(
                None, "", 0.0, "Nothing like it has a category yet.", self.payee_of(row)
            )
            for row in rows
        ]

    def payee_of(self, row: Example) -> str:
        """The row's payee, else the owner's name for such a line, else the line cleaned up."""
        if row.payee or not row.text:
            return row.payee
        return self.learner.payee_of(row.text) or clean(row.text)

    def _confidence(self, row: Example, guess: Guess) -> float:
        known = bool(self.learner.closest(row))
        return self.calibration.confidence(guess.share, known=known, rows=self.learner.rows)

    def _reason(self, row: Example, category: Category) -> str:
        name = self._names.get(category, str(category))
        known = self.learner.known_of(row)
        who = row.payee or self.payee_of(row)
        if count := known.rows.get(category, 0):
            total = sum(known.rows.values())
            if total == 1:
                return f"Your one row of {who} is {name}"
            chosen = known.by_hand.get(category, 0)
            if chosen and sum(known.by_hand.values()) < total and chosen * 2 < total:
                times = "once" if chosen == 1 else f"{chosen} times"
                return f"You chose {name} for {who} {times} yourself"
            if count == total:
                return f"All {total} of your rows of {who} are {name}"
            return f"{count} of your {total} rows of {who} are {name}"
        word, count, total = self.learner.telling_word(row, category)
        if count:
            return (
                f"“{word}” stands mostly in rows of {name}"
                if count * 2 > total
                else (f"“{word}” also stands in rows of {name}")
            )
        if set(words_of(row.payee, row.text).said) & set(words_of("", name).said):
            return f"The row says “{name}”"
        if known.rows:
            return f"Your rows of {who} are something else, but rows like this are often {name}"
        return f"Your rows of this size are often {name}"


def judged(learner: Learner, row: Example, label: Label) -> Outcome:
    """What the learner would say of a row it does not know, beside the truth."""
    guesses = learner.guess(row)
    if not guesses:
        return Outcome(0.0, False, False)
    right = guesses[0].category == label.category
    return Outcome(guesses[0].share, bool(learner.closest(row)), right)
