"""A forecast as a fan chart: SVG by the house's writer. Pure."""

from insights.forecast import Forecast
from ledger.charts import Series, lines
from ledger.money import from_minor


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
        [
            Series(n, [float(from_minor(v, currency)) for v in values])
            for n, values in curves.items()
        ],
    )
