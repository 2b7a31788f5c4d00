"""The inputs of a forecast as JSON, to be kept, and back. Pure."""

from datetime import date
from typing import Any

from insights.forecast import Inputs, Item
from insights.spending_months import Past


def to_json(inputs: Inputs) -> dict[str, Any]:
    return {
        "today": inputs.today,
        "currency": inputs.currency,
        "balance": inputs.balance,
        "known": [[i.on, i.minor, i.category, i.rule, i.spends] for i in inputs.known],
        "history": list(inputs.history),
        "rates": [list(pair) for pair in inputs.rates],
        "spending": {
            "months": [[category, list(series)] for category, series in inputs.spending.months],
            "days": list(inputs.spending.days),
        },
        "warnings": list(inputs.warnings),
        "rates_used": list(inputs.rates_used),
    }


def is_readable(kept: dict[str, Any] | None) -> bool:
    """Whether these were kept by this version: one before it knew nothing of spending."""
    return bool(kept) and "spending" in (kept or {})


def from_json(kept: dict[str, Any]) -> Inputs:
    return Inputs(
        today=date.fromisoformat(kept["today"]),
        currency=kept["currency"],
        balance=kept["balance"],
        known=tuple(
            Item(date.fromisoformat(on), minor, category, rule, spends)
            for on, minor, category, rule, spends in kept["known"]
        ),
        history=tuple(kept["history"]),
        rates=tuple((category, rate) for category, rate in kept["rates"]),
        spending=Past(
            tuple((category, tuple(series)) for category, series in kept["spending"]["months"]),
            tuple(kept["spending"]["days"]),
        ),
        warnings=tuple(kept["warnings"]),
        rates_used=tuple(kept["rates_used"]),
    )


__all__ = ["from_json", "is_readable", "to_json"]
