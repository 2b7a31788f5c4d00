"""The bag of words of a field library, to be beaten. scikit-learn is a tool of development only."""

import warnings
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from ledger.evaluation.histories import History, Lesson
from ledger.evaluation.trial import Result, Verdict, halves

BLOCKS = 10  # refits on the second half of each history


def library_is_there() -> bool:
    try:
        import sklearn  # noqa: F401
    except ImportError:
        return False
    return True


def try_bags_of_words(
    histories: Sequence[History], progress: Callable[[], None] | None = None
) -> list[Result]:
    """Multinomial naive Bayes and logistic regression over words, each with all rows before a block.

    The time is that of predicting, words counted and fits left out.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB

    methods: list[tuple[str, Callable[[], Any]]] = [
        ("words, naive Bayes", lambda: MultinomialNB(alpha=0.1)),
        ("words, logistic", lambda: LogisticRegression(C=10, max_iter=300)),
    ]
    results = []
    for name, make in methods:
        result = Result(name)
        for history in histories:
            _try_one(history, make, result, progress)
        results.append(result)
    return results


def _try_one(
    history: History,
    make: Callable[[], Any],
    result: Result,
    progress: Callable[[], None] | None,
) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    past, rest = halves(history)
    size = max(1, -(-len(rest) // BLOCKS))
    for start in range(0, len(rest), size):
        known = [*past, *rest[:start]]
        words = CountVectorizer()
        with warnings.catch_warnings():  # says when it has not converged; it is a baseline
            warnings.simplefilter("ignore")
            model = make().fit(words.fit_transform(map(_said, known)), [x.label for x in known])
        block = rest[start : start + size]
        started = perf_counter()
        chances = model.predict_proba(words.transform(map(_said, block)))
        result.seconds += perf_counter() - started
        for lesson, row in zip(block, chances, strict=True):
            best = row.argsort()[::-1][:3]
            labels = [str(model.classes_[i]) for i in best]
            result.verdicts.append(
                Verdict(labels[0] == lesson.label, lesson.label in labels, float(row[best[0]]))
            )
        if progress:
            progress()


def _said(lesson: Lesson) -> str:
    return f"{lesson.row.payee} {lesson.row.text}"
