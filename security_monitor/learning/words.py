"""What a model saw, in a person's words. Nothing of another owner is said but counts."""

from collections.abc import Callable, Mapping, Sequence

from security_monitor.engine.buckets import ratio_of
from security_monitor.engine.facts import Facts
from security_monitor.learning.features import INDEX, SHOP

TOLD = 2  # features that a sentence names
Said = Callable[[Facts, Sequence[float]], str]


def _of(row: Sequence[float], name: str) -> float:
    return row[INDEX[name]]


def _times(name: str, what: str) -> Said:
    def said(_: Facts, row: Sequence[float]) -> str:
        steps = _of(row, name)
        word = f"{ratio_of(steps):.1f} ×" if steps >= 0 else f"1/{ratio_of(-steps):.1f} of"
        return f"the amount is {word} your usual {what}"

    return said


def _shop(_: Facts, row: Sequence[float]) -> str:
    bad, n = _of(row, "shop_fraud_28"), _of(row, "shop_n_28")
    if bad:
        return f"{bad:.0f} of {n:.0f} recent payments to this payee were fraud"
    return f"none of {n:.0f} recent payments to this payee was fraud"


def _high(_: Facts, row: Sequence[float]) -> str:
    return f"{_of(row, 'high_14'):.0f} payments of the last 14 days were far above your usual"


def _pace(_: Facts, row: Sequence[float]) -> str:
    return f"{_of(row, 'n_day'):.0f} payments in 24 hours, {_of(row, 'n_30'):.0f} in 30 days"


def _sum(_: Facts, row: Sequence[float]) -> str:
    return f"{_of(row, 'sum_day'):.1f} × a usual payment was spent in 24 hours"


def _hour(_: Facts, row: Sequence[float]) -> str:
    return f"it came at {_of(row, 'hour'):02.0f}:00 UTC, when you seldom pay"


def _kind(_: Facts, row: Sequence[float]) -> str:
    return f"of payments of this kind {100 * _of(row, 'cell_rate'):.1f} % were fraud"


SENTENCES: tuple[tuple[tuple[str, ...], Said], ...] = (
    (SHOP, _shop),
    (("account_ratio", "account_z", "account_above", "amount"), _times("account_ratio", "payment")),
    (("category_ratio", "category_z", "category_above"),
     _times("category_ratio", "payment in this category")),
    (("payee_ratio",), _times("payee_ratio", "payment to this payee")),
    (("payee_new", "payee_n"), lambda _, row: "you never paid this payee"
     if _of(row, "payee_new") else f"you paid this payee {_of(row, 'payee_n'):.0f} times"),
    (("category_new", "category_n"), lambda _, row: "the category is new to you"
     if _of(row, "category_new") else f"you have {_of(row, 'category_n'):.0f} payments in it"),
    (("high_1", "high_3", "high_7", "high_14", "high_30", "high_day", "mean_1", "mean_3",
      "mean_7", "mean_14"), _high),
    (("sum_day",), _sum),
    (("n_1", "n_3", "n_7", "n_14", "n_30", "n_hour", "n_day", "pace_1", "pace_7", "idle_hours"),
     _pace),
    (("hour", "night", "hour_share", "weekend"), _hour),
    (("cell_rate", "cell_n", "kind_rate"), _kind),
    (("rules",), lambda _, row: f"the rules gave it {_of(row, 'rules'):.0f}"),
)  # fmt: skip


def sentence(facts: Facts, row: Sequence[float], contributions: Mapping[str, float]) -> str:
    """The features that pushed most towards fraud, strongest first."""
    strength = [
        (sum(contributions.get(name, 0.0) for name in names), position)
        for position, (names, _) in enumerate(SENTENCES)
    ]
    strength.sort(key=lambda item: (-item[0], item[1]))
    told = [
        SENTENCES[position][1](facts, row) for pushed, position in strength[:TOLD] if pushed > 0
    ]
    words = " and ".join(told) if told else "nothing by itself, all of it together"
    return f"It looks like payments that were fraud: {words}."
