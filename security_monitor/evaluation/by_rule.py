"""One line per rule: how often its attack is caught, and how often the honest look-alike is told of.

For simulated files, whose scenarios are named "TX01 attack", "TX01 like: family dinner", "LIFE …".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from security_monitor.engine.catalogue import BY_CODE
from security_monitor.engine.rule import LIVE
from security_monitor.evaluation.results import Scenario

HEADS = ("rule", "attacks", "its rule spoke", "told", "a case",
         "look-alike", "owners", "its rule spoke", "told", "a case")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the owners of a scenario: where its rule spoke, who was told (30), who got a case (60)."""

    owners: int
    seen: float
    caught: float
    flagged: float


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """A rule against its attack and its look-alike. attack: None for what just happens in a life."""

    code: str
    title: str
    attack: Shares | None
    like: Shares | None
    like_name: str


def trials_of(scenarios: Sequence[Scenario]) -> list[RuleTrial]:
    """By code; ordinary events of a life, which belong to no rule, come last."""
    attacks = {one.name.split()[0]: one for one in scenarios if one.name.endswith(" attack")}
    likes = {one.name.split()[0]: one for one in scenarios if ": " in one.name}
    lives = [one for one in scenarios if one.name.startswith("LIFE ")]
    found = []
    for code in sorted(attacks.keys() | likes.keys()):
        attack, like = attacks.get(code), likes.get(code)
        found.append(
            RuleTrial(
                code,
                BY_CODE[code].title,
                _shares(attack) if attack else None,
                _shares(like) if like else None,
                like.name.partition(": ")[2] if like else "",
            )
        )
    for life in lives:
        found.append(RuleTrial("", "", None, _shares(life), life.name.removeprefix("LIFE ")))
    return found


def _shares(one: Scenario) -> Shares:
    n = one.owners
    return Shares(n, one.seen / n, one.caught / n, one.flagged / n)


def markdown(trials: Sequence[RuleTrial]) -> Iterator[str]:
    """The table of docs/fraud.md."""
    yield f"| {' | '.join(HEADS)} |"
    yield f"|{'---|' * len(HEADS)}"
    for one in trials:
        cells = [_named(one), *_cells(one.attack), one.like_name, *_cells(one.like)]
        if not one.code:
            cells[7] = ""  # no rule is meant
        yield f"| {' | '.join(cells)} |"


def _named(one: RuleTrial) -> str:
    if not one.code:
        return ""
    draft = "" if BY_CODE[one.code].status == LIVE else " (draft)"
    return f"{one.code} {one.title}{draft}"


def _cells(found: Shares | None) -> list[str]:
    if found is None:
        return [""] * 4
    return [
        str(found.owners),
        *(f"{share:.0%}" for share in (found.seen, found.caught, found.flagged)),
    ]
