"""Reading forecasts: the stored one where it still holds, else a new one."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from accounts.models import User
from insights.forecast import Inputs
from insights.forecast_json import from_json, is_readable
from insights.models import StoredForecast
from insights.selectors.forecast import inputs_of

UNJUDGED = {"coverage_80": None, "pinball": None, "since": None}


@dataclass(frozen=True, slots=True)
class Read:
    inputs: Inputs
    accuracy: dict[str, Any]
    stored: bool


def read_forecast(user: User, today: date, seq: int, account_id: UUID | None = None) -> Read:
    """One statement where the beat made one of these very books; else those of `inputs_of`, too.

    seq: the owner's clock. What is known of the accuracy is of all liquid accounts together.
    """
    if account_id is not None:
        return Read(inputs_of(user, today, account_id), UNJUDGED, False)
    latest = StoredForecast.objects.for_user(user).order_by("-made_on").first()
    if latest is None:
        return Read(inputs_of(user, today), UNJUDGED, False)
    if is_readable(latest.inputs) and (latest.seq, latest.made_on) == (seq, today):
        return Read(from_json(latest.inputs), latest.accuracy or UNJUDGED, True)
    inputs = inputs_of(user, today)
    same = latest.currency == inputs.currency
    return Read(inputs, (latest.accuracy if same else None) or UNJUDGED, False)


__all__ = ["UNJUDGED", "Read", "read_forecast"]
