"""One score for how a household stands: a documented formula with its breakdown. Pure.

Each factor is a number of points from 0 to its weight and moves one way only: more of a problem
never gives more points, neither in what the factors are made of nor in the months behind it: whoever
spends more in any month or loses any income does not score better (property tests hold it to that).
So there is no deviation or concentration among them: these fall when the quiet months become dear, or
the best payer poor. The weights sum to 100.
"""

from dataclasses import dataclass

WEIGHTS = {
    "savings_rate": 25,
    "runway": 25,
    "deficit_months": 15,
    "debt": 20,
    "diversification": 5,
    "steadiness": 10,
}
MONTHS_MIN = 2  # full months with rows, below which nothing is said
PERCENT_MAX = 999.0
GRADES = ((90, "A"), (80, "B"), (70, "C"), (60, "D"), (40, "E"))
SAVINGS_RATE_FULL = 20.0  # percent of income
RUNWAY_FULL = 6.0  # months of expense that liquid money covers
DEBT_NONE = 0.5  # debt up to half a year's income costs nothing, and
DEBT_ALL = 5.0  # from five years' income on every point
OTHERS_FULL = 50.0  # percent of the expense that payers beside the largest would cover
DEAREST_FULL, DEAREST_NONE = 100.0, 250.0  # percent of a usual month's income


@dataclass(frozen=True, slots=True)
class Situation:
    """What the score is made of. Amounts are minor units of the home currency.

    months: full months that were looked at; income and expense are their sums. other_income: of it,
    what payers beside the largest brought. dearest: the expense of the dearest of these months.
    """

    months: int
    income: int
    expense: int
    deficit_months: int
    liquid: int
    debt: int  # positive
    other_income: int
    dearest: int


@dataclass(frozen=True, slots=True)
class Factor:
    code: str
    points: float
    weight: int
    value: float | None
    message: str


@dataclass(frozen=True, slots=True)
class Health:
    """score 0 to 100 and its grade A to F; None and `insufficient_data` below two full months."""

    score: int | None
    grade: str
    factors: tuple[Factor, ...]


def part(value: float, worst: float, best: float) -> float:
    """0 at the worst and beyond, 1 at the best and beyond, straight in between."""
    return max(0.0, min(1.0, (value - worst) / (best - worst)))


def _percent(amount: float, of: float) -> float:
    """0 for nothing, and as much as counts where there is nothing to hold it against."""
    if amount <= 0:
        return 0.0
    return 100 * amount / of if of > 0 else PERCENT_MAX


def health_of(s: Situation) -> Health:
    if s.months < MONTHS_MIN:
        return Health(None, "insufficient_data", ())
    rate = 100 * (s.income - s.expense) / s.income if s.income > 0 else -100.0 * (s.expense > 0)
    monthly = s.expense / s.months
    runway = s.liquid / monthly if monthly > 0 else (RUNWAY_FULL if s.liquid > 0 else 0.0)
    yearly_income = 12 * s.income / s.months
    load = s.debt / yearly_income if yearly_income > 0 else (DEBT_ALL if s.debt else 0.0)
    deficits = s.deficit_months / s.months
    others = _percent(s.other_income, s.expense)
    dearest = _percent(s.dearest, s.income / s.months)
    scored = (
        ("savings_rate", part(rate, 0, SAVINGS_RATE_FULL), rate,
         "percent of income that is not spent; 20 give all points"),
        ("runway", part(runway, 0, RUNWAY_FULL), runway,
         "months of expense that liquid money covers; 6 give all points"),
        ("deficit_months", 1 - min(1.0, 2 * deficits), float(s.deficit_months),
         "full months that ended with a minus; half of them take all points"),
        ("debt", part(load, DEBT_ALL, DEBT_NONE), load,
         "debt in years of income; up to 0.5 gives all points"),
        ("diversification", part(others, 0, OTHERS_FULL), others,
         "percent of expense that income beside the largest payer covers; 50 give all points"),
        ("steadiness", part(dearest, DEAREST_NONE, DEAREST_FULL), dearest,
         "the dearest month in percent of a usual month's income; up to 100 gives all points"),
    )  # fmt: skip
    factors = tuple(
        Factor(code, round(WEIGHTS[code] * share, 2), WEIGHTS[code], round(value, 2), message)
        for code, share, value, message in scored
    )
    score = int(sum(WEIGHTS[code] * share for code, share, _, _ in scored) + 1e-9)
    grade = next((name for floor, name in GRADES if score >= floor), "F")
    return Health(score, grade, factors)
