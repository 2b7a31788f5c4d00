"""The rule that joins logins and money: what is booked by a login that was unlike the others."""

from security_monitor.engine.facts import Facts
from security_monitor.engine.rule import Parameters, ramp
from security_monitor.engine.scores import Hit

HOUR = 60
STEP_WORDS = {
    "export": "data was exported",
    "ways_in": "a password, an e-mail or another way in was changed",
}


def tx31(f: Facts, p: Parameters) -> Hit | None:
    """A payment by an unusual login of the last day; more where the payee is new or was changed.

    The login alone weighs next to nothing: people buy new phones. What an intruder does next, to pay
    somebody new, to change whom a row pays, to export or to lock the owner out, makes the sequence.
    """
    login = f.login
    if login is None or not f.entry.is_out or login.risk < p["risk"]:
        return None
    if f.before is not None and f.before.payee_id != f.entry.payee_id:
        what, least, most = "The payee was changed", p["changed_least"], p["changed_most"]
    elif f.is_new_payee:
        what = f"The first payment to {f.payee or 'this payee'} came"
        least, most = p["new_least"], p["new_most"]
    else:
        what, least, most = "This was booked", p["least"], p["most"]
    weight = ramp(login.risk, p["risk"], p["risk_full"], round(least), round(most))
    steps = sorted(login.steps)
    if steps:
        weight += round(p["more"])
    also = "".join(f" In the same session {STEP_WORDS[step]}." for step in steps)
    message = f"{what} {ago(login.minutes)} after an unusual login. {login.why}{also}"
    evidence = {"minutes": login.minutes, "login_risk": login.risk, "steps": steps}
    return Hit("TX31", "session", weight, message, evidence)


def ago(minutes: int) -> str:
    """How long ago, in words that fit before "after"."""
    if minutes < 1:
        return "less than a minute"
    count, unit = (minutes, "minute") if minutes < 2 * HOUR else (minutes // HOUR, "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"
