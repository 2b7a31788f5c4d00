"""Forecasts as fan charts: SVG by the house's writer. Pure."""

from insights.forecast import Forecast
from insights.forecast_evaluation import SHARES, Said, Series
from ledger.charts import Series as Line
from ledger.charts import lines
from ledger.money import from_minor

SEASONS_BACK = 4


def balance_fan(found: Forecast, currency: str) -> str:
    """Balances to come: what is expected and the range that holds 80 %."""
    curves = {
        "p90": [day.p90 for day in found.days],
        "p50": [day.p50 for day in found.days],
        "p10": [day.p10 for day in found.days],
    }
    return lines(
        f"Balance to come in {currency}",
        [f"{day.on:%m-%d}" for day in found.days],
        [Line(n, [float(from_minor(v, currency)) for v in values]) for n, values in curves.items()],
    )


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


__all__ = ["balance_fan", "series_fan"]
