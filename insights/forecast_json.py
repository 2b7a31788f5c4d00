"""The inputs of a forecast as JSON, to be kept, and back. Pure."""

from datetime import date
from typing import Any

from insights.forecast import Inputs, Item


def to_json(inputs: Inputs) -> dict[str, Any]:
    return {
        "today": inputs.today,
        "currency": inputs.currency,
        "balance": inputs.balance,
        "known": [[i.on, i.minor, i.category, i.rule] for i in inputs.known],
        "history": list(inputs.history),
        "rates": [list(pair) for pair in inputs.rates],
        "warnings": list(inputs.warnings),
        "rates_used": list(inputs.rates_used),
    }


def from_json(kept: dict[str, Any]) -> Inputs:
    return Inputs(
        today=date.fromisoformat(kept["today"]),
        currency=kept["currency"],
        balance=kept["balance"],
        known=tuple(
            Item(date.fromisoformat(on), minor, category, rule)
            for on, minor, category, rule in kept["known"]
        ),
        history=tuple(kept["history"]),
        rates=tuple((category, rate) for category, rate in kept["rates"]),
        warnings=tuple(kept["warnings"]),
        rates_used=tuple(kept["rates_used"]),
    )


__all__ = ["from_json", "to_json"]
