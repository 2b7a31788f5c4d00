"""How an account stands: a score of risk (0 none, 100 worst), made of factors that each can be seen.

The same noisy-OR as that of transactions: bounded, no order matters, contributions are exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from security_monitor.behaviour.catalogue import LOGIN_FAILED
from security_monitor.engine.scores import Hit, Judgement, judge

FAILURE_WEIGHT, FAILURES_WEIGHT_MAX = 4, 50
SESSIONS_USUAL = 5
ADVICE = {
    "refresh.reused": "Somebody held a copy of your login. Change your password.",
    "failed_logins": "If these wrong passwords were not yours, choose a longer password.",
    "risky_logins": "Look at your latest logins. End what you do not know, then change your password.",
    "open_cases": "Say of each flagged payment whether it was yours.",
    "many_sessions": "End the sessions of devices that you no longer use.",
    "new_devices": "Mark new devices that are yours as trusted; end the sessions of the others.",
}
ADVICE_OTHER = "Look at your security events, and resolve those that were you."


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open about an account. Events count while they are unresolved and recent.

    worst: the highest score by kind of event, other than failed logins.
    """

    worst: Mapping[str, int] = field(default_factory=dict)
    risky_logins: Sequence[int] = ()  # scores of unresolved unusual logins
    failures: int = 0  # wrong passwords within a day
    new_devices: int = 0  # of the last week, not trusted, the first device of all not counted
    sessions: int = 0
    open_cases: Sequence[int] = ()  # scores of flagged payments that wait for an answer


def hits_of_standing(now: Standing) -> list[Hit]:
    hits = [
        Hit(kind, kind, score, f"An event of kind {kind} is not resolved.", {"risk_score": score})
        for kind, score in now.worst.items()
        if score and kind != LOGIN_FAILED
    ]
    if now.risky_logins:
        many, worst = len(now.risky_logins), max(now.risky_logins)
        message = f"{many} unusual {'login' if many == 1 else 'logins'} within 30 days."
        hits.append(Hit("risky_logins", "logins", worst, message, {"count": many}))
    if now.failures:
        weight = min(FAILURE_WEIGHT * now.failures, FAILURES_WEIGHT_MAX)
        message = f"{now.failures} wrong passwords within a day."
        hits.append(Hit("failed_logins", "guessing", weight, message, {"count": now.failures}))
    if now.new_devices:
        message = f"{now.new_devices} new devices within a week that you did not mark as trusted."
        hits.append(Hit("new_devices", "devices", 10, message, {"count": now.new_devices}))
    if now.sessions > SESSIONS_USUAL:
        message = f"You are logged in {now.sessions} times."
        hits.append(Hit("many_sessions", "sessions", 5, message, {"count": now.sessions}))
    if now.open_cases:
        many = len(now.open_cases)
        message = (
            f"{many} flagged {'payment waits' if many == 1 else 'payments wait'} for an answer."
        )
        weight = max(now.open_cases) // 2
        hits.append(Hit("open_cases", "cases", weight, message, {"count": many}))
    return hits


def summed_up(now: Standing) -> tuple[Judgement, list[str]]:
    """(score, level and factors; what to do about the factors, most telling first)."""
    judgement = judge(hits_of_standing(now))
    advice = [ADVICE.get(factor["code"], ADVICE_OTHER) for factor in judgement.reasons]
    return judgement, list(dict.fromkeys(advice))
