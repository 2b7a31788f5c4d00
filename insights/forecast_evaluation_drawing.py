"""A series of an evaluation and what was said of it, as a fan chart. Apart from what the admin draws:
the evaluation needs numpy, which no other process is to load. Pure."""

from insights.forecast_evaluation import SHARES, Said, Series
from ledger.charts import Series as Line
from ledger.charts import lines

SEASONS_BACK = 4


def series_fan(series: Series, said: Said) -> str:
    """The last seasons of a series, what came after them, and what was said of that."""
    shown = series.train[-SEASONS_BACK * series.season :]
    blank = [None] * len(shown)
    rest = [f"+{k + 1}" for k in range(len(series.test))]
    return lines(
        series.name,
        [*(str(k - len(shown) + 1) for k in range(len(shown))), *rest],
        [
            Line("was and came", [*shown, *series.test]),
            *(Line(f"{share:.1%}", [*blank, *said.quantiles[share]]) for share in SHARES),
        ],
    )
