"""What of insights an owner is told, in words: a forecast that runs short."""

from accounts.inbox.matters import Data, Matter, Words
from accounts.inbox.speech import Speech

RISK_MIN = 0.1  # A balance that falls below zero less often than this is no news.


def _short(data: Data, speech: Speech) -> Words:
    low, percent = data["low_point"], round(data["below_zero_probability"] * 100)
    title = f"Your balance may fall below zero: {percent} in 100"
    p50, p10 = (speech.money(low[name], data["currency"]) for name in ("p50", "p10"))
    body = f"Lowest on {speech.day(low['date'])}: {p50} in the middle, {p10} in one case of ten."
    return Words(title, body, "/api/analytics/forecast?days=90")


MATTERS = [
    Matter(
        kind="forecast.ready",
        topic="forecasts",
        words=_short,
        many="{} forecasts are ready",
        counts=lambda data: data["below_zero_probability"] >= RISK_MIN,
        # The same low point is not told again each morning.
        key=lambda data: data["low_point"]["date"],
    ),
    # No mood.nudge: what was felt is erased apart from the books, and would live on in the inbox.
]
