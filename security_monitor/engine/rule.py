"""What a rule is: a small pure function with a name, a weight and parameters, and its state of life."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from security_monitor.engine.facts import Facts
from security_monitor.engine.scores import Hit

DRAFT, SHADOW, LIVE = "draft", "shadow", "live"
Parameters = Mapping[str, float]
Check = Callable[[Facts, Parameters], Hit | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it counts now.

    weight: the most it gives, 0-95; the check may give less. group: of rules that see the same
    thing only the strongest counts. technique: MITRE ATT&CK, where one fits. needs: data that the
    books do not hold, for rules that wait for it as drafts.
    """

    code: str
    title: str
    group: str
    weight: int
    check: Check
    status: str = LIVE
    version: int = 1
    technique: str = ""
    parameters: Parameters = field(default_factory=dict)
    needs: str = ""

    def with_settings(
        self, *, weight: int | None, status: str, version: int, parameters: Parameters
    ) -> "Rule":
        """The rule as staff tuned it. Unknown parameters are dropped: a rule may have lost one."""
        tuned = {name: parameters.get(name, value) for name, value in self.parameters.items()}
        if weight is not None and "weight" in tuned and "weight" not in parameters:
            tuned["weight"] = weight
        return replace(
            self,
            weight=self.weight if weight is None else weight,
            status=status or self.status,
            version=version,
            parameters=tuned,
        )


def ramp(value: float, low: float, high: float, least: int, most: int) -> int:
    """A weight that rises from `least` at `low` to `most` at `high` and stays there."""
    if value >= high:
        return most
    share = max(0.0, (value - low) / (high - low))
    return round(least + share * (most - least))
