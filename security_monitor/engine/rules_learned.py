"""The rule that reads what the learned model said of a row (`facts.learned`)."""

from security_monitor.engine.facts import Facts
from security_monitor.engine.rule import Parameters, ramp
from security_monitor.engine.scores import Hit


def ml01(facts: Facts, p: Parameters) -> Hit | None:
    """The model finds it likelier fraud than the owner's alert budget allows for."""
    said = facts.learned
    if said is None or said.probability < said.threshold:
        return None
    weight = ramp(said.probability, said.threshold, 1.0, round(p["least"]), round(p["most"]))
    return Hit("ML01", "learned", weight, said.message, said.evidence)
