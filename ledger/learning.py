"""A category learner that one owner's rows teach, and that forgets a row exactly. Pure.

It holds counts and nothing else, so its state depends only on which rows it knows: not on their
order, and not on rows that were taken back. A naive Bayes over words, name parts, size and account
gives the base; what the owner did with the very payee, line and amount before overrules it step by
step, recent rows weighing more. What the owner chose by hand outweighs what a file or a suggestion
said: one correction is enough.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

from ledger.learning_features import Example, Token, contexts_of, stems, tokens_of, words_of

Category = Hashable
# How much each kind of token counts: they repeat each other, so together they must not shout.
WEIGHTS = {
    "word": 0.5,
    "who": 0.5,
    "first": 0.6,
    "start": 0.5,
    "gram": 0.3,
    "size": 0.4,
    "account": 0.1,
}
SMOOTHING = 0.1
TEMPER = 0.4  # naive Bayes is too sure of itself by about this much; measured on three histories
NAME_BONUS = 2.0  # "Fuel Purchase" speaks for a category called Fuel, also before its first row
BY_HAND = 4  # rows that one choice of the owner is worth
HEARSAY_MAX = 1.0  # all other rows of a context together, where the owner chose by hand
HALF_LIFE_WEEKS = 52
DECAY = [0.5 ** (age / HALF_LIFE_WEEKS) for age in range(HALF_LIFE_WEEKS * 12)]


@dataclass(frozen=True, slots=True)
class Label:
    """What a row is for, and whether the owner said so by hand."""

    category: Category
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """A category with its share of the belief; `seen`: the closest context known, "" for none."""

    category: Category
    share: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the learner remembers of a payee: rows by category, and those chosen by hand."""

    rows: dict[Category, int]
    by_hand: dict[Category, int]


Memory = dict[tuple[Category, bool, int], int]  # (category, by hand, week) → rows


class Learner:
    """Learn and unlearn cost the row's tokens; a guess costs those and the categories."""

    def __init__(self, names: Mapping[Category, str] | None = None) -> None:
        self.rows = 0
        self._weights: dict[Category, int] = {}
        self._tokens: dict[Token, dict[Category, int]] = {}
        self._totals: dict[str, dict[Category, int]] = {}
        self._vocabulary: dict[str, int] = {}
        self._memory: dict[Token, Memory] = {}
        self._payees: dict[str, dict[str, int]] = {}
        self._names: dict[Category, frozenset[str]] = {}
        self._misses: dict[str, dict[Category, float]] = {}
        self.name_categories(names or {})

    def name_categories(self, names: Mapping[Category, str]) -> None:
        """Say which categories there are, by name: only these and those with rows are guessed."""
        self._names = {category: stems(name) for category, name in names.items()}
        self._misses.clear()

    def learn(self, row: Example, label: Label) -> None:
        self._count(row, label, 1)

    def unlearn(self, row: Example, label: Label) -> None:
        """Take a learned row back: the state is that of never having seen it."""
        self._count(row, label, -1)

    def _count(self, row: Example, label: Label, sign: int) -> None:
        weight = sign * (BY_HAND if label.by_hand else 1)
        category = label.category
        self.rows += sign
        _add(self._weights, category, weight)
        for token in tokens_of(row):
            counts = self._tokens.setdefault(token, {})
            if not counts:
                _add(self._vocabulary, token[0], 1)
            _add(counts, category, weight)
            _add(self._totals.setdefault(token[0], {}), category, weight)
            if not counts:
                del self._tokens[token]
                _add(self._vocabulary, token[0], -1)
        week = row.posted_on.toordinal() // 7
        for context in contexts_of(row):
            memory = self._memory.setdefault(context, {})
            _add(memory, (category, label.by_hand, week), sign)
            if not memory:
                del self._memory[context]
        if row.payee and row.text:
            line = words_of("", row.text).who
            names = self._payees.setdefault(line, {})
            _add(names, row.payee, sign)
            if not names:
                del self._payees[line]
        self._misses.clear()

    def state(self) -> tuple[object, ...]:
        """Everything it knows, to compare two learners by."""
        totals = {kind: counts for kind, counts in self._totals.items() if counts}
        return (
            self.rows, self._weights, self._tokens, totals, self._vocabulary, self._memory,
            self._payees,
        )  # fmt: skip

    def guess(self, row: Example) -> list[Guess]:
        """Categories by share, the likeliest first; shares sum to 1. Empty when it knows none."""
        scores = self._scores(row)
        if not scores:
            return []
        highest = max(scores.values())
        belief = {c: exp((score - highest) * TEMPER) for c, score in scores.items()}
        total = sum(belief.values())
        belief = {c: share / total for c, share in belief.items()}
        for share, masses in self._remembered(row):
            belief = {
                c: (1 - share) * part + share * masses.get(c, 0.0) for c, part in belief.items()
            }
        ranked = sorted(belief.items(), key=lambda item: (-item[1], str(item[0])))
        return [Guess(category, min(1.0, share)) for category, share in ranked]

    def _scores(self, row: Example) -> dict[Category, float]:
        """Log-odds of naive Bayes, each kind of token with its weight."""
        categories = self._names.keys() | self._weights.keys()
        if not categories:
            return {}
        said = words_of(row.payee, row.text).said
        shown = frozenset(word.rstrip("s") for word in said)
        scores = {c: self._start(c, shown) for c in categories}
        floor = log(SMOOTHING)
        for token in tokens_of(row):
            counts, weight = self._tokens.get(token), WEIGHTS[token[0]]
            if counts is None:
                continue
            for category, miss in self._misses_of(token[0], categories).items():
                scores[category] += weight * miss
            for category, count in counts.items():
                scores[category] += weight * (log(count + SMOOTHING) - floor)
        return scores

    def _start(self, category: Category, shown: frozenset[str]) -> float:
        """How common the category is, and whether the row says its name."""
        score = log(self._weights.get(category, 0) + 0.3)
        name = self._names.get(category)
        if name and (both := len(name & shown)):
            score += NAME_BONUS * both / len(name) ** 0.5
        return score

    def _misses_of(self, kind: str, categories: Iterable[Category]) -> dict[Category, float]:
        """The log-likelihood of a token of this kind that the category never had."""
        found = self._misses.get(kind)
        if found is None:
            totals, floor = self._totals.get(kind, {}), log(SMOOTHING)
            spread = SMOOTHING * self._vocabulary.get(kind, 0)
            found = {c: floor - log(totals.get(c, 0) + spread + SMOOTHING) for c in categories}
            self._misses[kind] = found
        return found

    def _remembered(self, row: Example) -> list[tuple[float, dict[Category, float]]]:
        """(share of the belief, masses summing to 1) of each known context, the closest last.

        Where the owner chose by hand in one context, contexts that only repeat a file are silent.
        """
        known = [m for context in contexts_of(row) if (m := self._memory.get(context))]
        chosen = [m for m in known if _is_taught(m)]
        return [_weighed(memory) for memory in chosen or known]

    def was_taught(self, row: Example) -> bool:
        """Whether the owner chose a category by hand for a row of this payee."""
        return any(_is_taught(self._memory.get(context, {})) for context in contexts_of(row))

    def closest(self, row: Example) -> str:
        """The closest context that earlier rows share with this one: amount, line, payee or ""."""
        kinds = [context[0] for context in contexts_of(row) if context in self._memory]
        return kinds[-1] if kinds else ""

    def known_of(self, row: Example) -> Known:
        """What it remembers of the row's payee, in rows."""
        rows: dict[Category, int] = {}
        by_hand: dict[Category, int] = {}
        for context in contexts_of(row)[:1]:
            for (category, chosen, _), count in self._memory.get(context, {}).items():
                _add(rows, category, count)
                if chosen:
                    _add(by_hand, category, count)
        return Known(rows, by_hand)

    def telling_word(self, row: Example, category: Category) -> tuple[str, int, int]:
        """(word, rows with it in the category, rows with it): the word that speaks most for it."""
        best, shown = 0.0, ("", 0, 0)
        for word in words_of(row.payee, row.text).said:
            counts = self._tokens.get(("word", word), {})
            count, total = counts.get(category, 0), sum(counts.values())
            if total and (rate := count / (total + 1)) > best:
                best, shown = rate, (word, count, total)
        return shown

    def payee_of(self, text: str) -> str:
        """What the owner calls the payee of such a line; "" when it has not come before."""
        names = self._payees.get(words_of("", text).who, {})
        return max(sorted(names), key=lambda name: names[name], default="")


def _add(counts: dict[Hashable, int] | dict[str, int] | Memory, key: Hashable, by: int) -> None:
    """Add to a count; what is zero is not there."""
    value = counts.get(key, 0) + by  # type: ignore[call-overload]
    if value:
        counts[key] = value  # type: ignore[index]
    else:
        del counts[key]  # type: ignore[arg-type]


def _is_taught(memory: Memory) -> bool:
    return any(by_hand for _, by_hand, _ in memory)


def _weighed(memory: Memory) -> tuple[float, dict[Category, float]]:
    """How far to trust a context, and how its rows spread, newer ones counting more."""
    newest = max(week for _, _, week in memory)
    chosen: dict[Category, float] = {}
    hearsay: dict[Category, float] = {}
    for (category, by_hand, week), count in memory.items():
        mass = count * DECAY[min(newest - week, len(DECAY) - 1)]
        side = chosen if by_hand else hearsay
        side[category] = side.get(category, 0.0) + mass
    heard = sum(hearsay.values())
    scale = min(1.0, HEARSAY_MAX / heard) if chosen and heard else 1.0
    masses = {c: mass * scale for c, mass in hearsay.items()}
    for category, mass in chosen.items():
        masses[category] = masses.get(category, 0.0) + BY_HAND * mass
    total = sum(masses.values())
    return total / (total + len(masses)), {c: mass / total for c, mass in masses.items()}
