"""Rules about how fast, how often and when."""

from datetime import datetime, timedelta

from security_monitor.engine.buckets import ratio_of
from security_monitor.engine.facts import NOTHING, Facts
from security_monitor.engine.nearness import level_z
from security_monitor.engine.profiles import (
    ACCOUNT,
    LEVEL_DAYS,
    PAYEE,
    SLOTS,
    UNIX_DAY,
    limit_of,
    short,
)
from security_monitor.engine.rule import Parameters, ramp
from security_monitor.engine.scores import Hit
from security_monitor.engine.usual import usual


def tx05(f: Facts, p: Parameters) -> Hit | None:
    """Several payees on one day that the last two weeks did not know."""
    if not (f.entry.is_out and f.is_new_payee and f.is_live) or f.owner.get("n", 0) < p["min_rows"]:
        return None
    days = f.owner.get("p", {})
    today = set(days.get(str(f.entry.day), {}))
    known = {payee for day, payees in days.items() if int(day) < f.entry.day for payee in payees}
    assert f.payee_id is not None
    new = len((today | {short(f.payee_id)}) - known)
    if new < p["payees"]:
        return None
    message = f"{new} unfamiliar payees on one day."
    return Hit("TX05", "new_payee_burst", round(p["weight"]), message, {"payees": new})


def tx06(f: Facts, p: Parameters) -> Hit | None:
    """Many payments within the hour before this one."""
    if f.entry.instant is None:
        return None
    hour = f.entry.instant // 3600
    hours = f.owner.get("r", {})
    # The part of the hour before that the last sixty minutes still cover.
    share = 1 - (f.entry.instant % 3600) / 3600
    count = 1 + hours.get(str(hour), 0) + int(share * hours.get(str(hour - 1), 0))
    if count <= p["rows"]:
        return None
    message = f"{count} payments within about an hour."
    return Hit("TX06", "velocity", round(p["weight"]), message, {"count": count})


def tx07(f: Facts, p: Parameters) -> Hit | None:
    """In one day nearly as much as in a usual month."""
    if not f.entry.is_out or not f.known(ACCOUNT).is_warm:
        return None
    count, spent = f.state(ACCOUNT).get("d", {}).get(str(f.entry.day), (0, 0))
    months = f.state(ACCOUNT).get("m", {})
    past = [months.get(str(f.entry.month - back), [0, 0, 0])[1] for back in (1, 2, 3)]
    total, usual = spent + f.entry.size, sum(past) / 3
    if not all(past) or count + 1 < p["rows"] or total < p["share"] * usual:
        return None
    if f.entry.size < total * p["part"]:
        return None
    percent = round(100 * total / usual)
    message = (
        f"{count + 1} payments of together {f.money(total)} on one day: {percent} % of what you "
        f"usually spend from this account in a month."
    )
    evidence = {"count": count + 1, "sum": f.plain(total), "usual_month": f.plain(usual)}
    return Hit("TX07", "velocity", round(p["weight"]), message, evidence)


def tx08(f: Facts, p: Parameters) -> Hit | None:
    """The same amount to the same payee again within three days."""
    if not f.entry.is_out or f.payee_id is None or f.entry.size < f.units(p["min_units"]):
        return None
    amounts, slot = f.state(PAYEE).get("a", {}), str(f.entry.size % SLOTS)
    twins = [day for day in range(f.entry.day - 2, f.entry.day + 1)
             if slot in amounts.get(str(day), {})]  # fmt: skip
    if not twins:
        return None
    # Who often pays a payee that very amount buys the same thing again.
    known = f.known(PAYEE)
    habit = known.state.get("o", {}).get(str(f.bucket), 0)
    if habit > p["habit"]:
        return None
    same_day = twins[-1] == f.entry.day
    weight = round(p["weight_same_day"] if same_day else p["weight"])
    when = "the same day" if same_day else f"{f.entry.day - twins[-1]} days before"
    message = f"{f.money(f.entry.size)}{f.at} was already booked {when}: is it charged twice?"
    return Hit("TX08", "duplicate", weight, message, {"days_before": f.entry.day - twins[-1]})


def tx09(f: Facts, p: Parameters) -> Hit | None:
    """Nearly the same amount to the same payee on the same day."""
    if not f.entry.is_out or f.payee_id is None or f.entry.size < f.units(p["min_units"]):
        return None
    count, spent = f.state(PAYEE).get("d", {}).get(str(f.entry.day), (0, 0))
    if count != 1 or spent == f.entry.size or abs(spent - f.entry.size) > 0.02 * f.entry.size:
        return None
    message = f"Nearly the same amount ({f.money(spent)}){f.at} was booked the same day."
    return Hit("TX09", "duplicate", round(p["weight"]), message, {"other": f.plain(spent)})


def tx10(f: Facts, p: Parameters) -> Hit | None:
    """Twice in a week just below a limit that banks report or ask about."""
    units = limit_of(f.entry) if f.entry.is_out else None
    if units is None:
        return None
    days = f.owner.get("l", {})
    count = 1 + sum(
        days.get(str(day), {}).get(str(units), 0) for day in range(f.entry.day - 6, f.entry.day + 1)
    )
    if count < p["rows"]:
        return None
    limit = f.money(f.units(units))
    weight = round(p["weight"] if count == p["rows"] else p["weight_more"])
    message = f"{count} payments within a week stay just below {limit}."
    return Hit("TX10", "limit", weight, message, {"count": count, "limit": f.plain(f.units(units))})


def tx11(f: Facts, p: Parameters) -> Hit | None:
    """One sum in pieces: several payments to one payee in three days, together over a limit."""
    if not f.entry.is_out or f.payee_id is None:
        return None
    days = f.state(PAYEE).get("d", {})
    found = [days.get(str(day), (0, 0)) for day in range(f.entry.day - 2, f.entry.day + 1)]
    count = 1 + sum(n for n, _ in found)
    total = f.entry.size + sum(spent for _, spent in found)
    limit = f.units(p["limit_units"])
    if count < p["rows"] or total < limit or f.entry.size >= limit:
        return None
    known = f.known(PAYEE)
    if known.n - (count - 1) > p["habit"]:
        return None
    message = (
        f"{count} payments{f.at} in three days, each below {f.money(limit)}, "
        f"together {f.money(total)}."
    )
    return Hit(
        "TX11", "limit", round(p["weight"]), message, {"count": count, "sum": f.plain(total)}
    )


def tx13(f: Facts, p: Parameters) -> Hit | None:
    """An hour at which the owner hardly ever pays.

    Hours are counted in UTC, so that no change of zone touches a profile; row and habit shift by the
    same offset, so comparing them there or on the owner's clock is one. Summer time moves a habit by
    an hour against UTC, and half of each neighbouring hour counts: far more than `share`.
    """
    hours = f.owner.get("h", {})
    n = sum(hours.values())
    if f.entry.instant is None or not f.entry.is_out or n < p["min_rows"]:
        return None
    hour = f.entry.instant // 3600 % 24
    around = hours.get(str((hour - 1) % 24), 0) + hours.get(str((hour + 1) % 24), 0)
    share = (hours.get(str(hour), 0) + 0.5 * around + 0.5) / (2 * n + 12)
    if share >= p["share"]:
        return None
    first = datetime.fromtimestamp(f.entry.instant // 3600 * 3600, f.zone)
    last = first + timedelta(minutes=59)
    message = f"You hardly ever pay between {first:%H:%M} and {last:%H:%M}."
    evidence = {"from": f"{first:%H:%M}", "zone": str(f.zone), "hour_utc": hour, "of": n}
    return Hit("TX13", "hour", round(p["weight"]), message, evidence)


def tx18(f: Facts, p: Parameters) -> Hit | None:
    """Tiny payments at several unknown payees within an hour: somebody tries whether a card works."""
    if f.entry.instant is None or not f.is_new_payee or not f.entry.is_out:
        return None
    if f.entry.size > f.units(p["tiny_units"]):
        return None
    hour = f.entry.instant // 3600
    tiny = f.owner.get("t", {})
    found = {*tiny.get(str(hour), {}), *tiny.get(str(hour - 1), {})}
    days = f.owner.get("p", {})
    today = hour // 24 + UNIX_DAY
    known = {payee for day, payees in days.items() if int(day) < today - 1 for payee in payees}
    assert f.payee_id is not None
    new = len((found | {short(f.payee_id)}) - known)
    if new < p["payees"]:
        return None
    message = (
        f"{new} payments of at most {f.money(f.units(p['tiny_units']))} at different unknown payees "
        "within about an hour: this is how stolen cards are tried."
    )
    return Hit("TX18", "card_testing", round(p["weight"]), message, {"payees": new})


def tx29(f: Facts, p: Parameters) -> Hit | None:
    """Another level of spending: payments of the last two weeks are larger than ever, and this one too."""
    found, z, payee = usual(f, ACCOUNT), level_z(f), f.known(PAYEE)
    if found is None or z < p["z"] or found.z(f.bucket) < p["own_z"]:
        return None
    if payee.n > p["habit"] and f.bucket <= payee.sketch.quantile(1):
        return None  # the rent, as ever
    days = f.state(ACCOUNT).get("e", NOTHING)
    n, total = 1 + sum(n for n, _ in days.values()), f.bucket + sum(s for _, s in days.values())
    if n < p["rows"]:
        return None
    ratio = ratio_of(total / n - found.median)
    if ratio < p["min_ratio"]:
        return None
    weight = ramp(z, p["z"], p["z_full"], round(p["least"]), round(p["weight"]))
    message = (
        f"Your {n} payments of the last {LEVEL_DAYS} days are typically {ratio:.1f} × as large as "
        f"usual, and {f.money(f.entry.size)}{f.at} is one of the larger ones."
    )
    evidence = {"rows": n, "ratio": round(ratio, 1), "z": round(z, 1)}
    return Hit("TX29", "level", weight, message, evidence)
