"""Rules about habits that break, about what is done to rows, and about lists."""

from security_monitor.engine.buckets import value_of
from security_monitor.engine.facts import Facts
from security_monitor.engine.profiles import ACCOUNT, CATEGORY, PAYEE, Entry, short
from security_monitor.engine.rule import Parameters, ramp
from security_monitor.engine.scores import Hit


def tx14(f: Facts, p: Parameters) -> Hit | None:
    """An account silent for a quarter, and then a payment that is large for it."""
    state, week = f.state(ACCOUNT), f.entry.day // 7
    if not f.entry.is_out or f.known(ACCOUNT).n < p["min_rows"]:
        return None
    recent = [key for key in state.get("w", {}) if week - p["weeks"] < int(key) <= week]
    if recent or f.bucket < f.known(ACCOUNT).sketch.quantile(0.75):
        return None
    message = (
        f"{f.money(f.entry.size)} leaves an account on which nothing moved for more than "
        f"{round(p['weeks'])} weeks."
    )
    return Hit("TX14", "dormant", round(p["weight"]), message, {"weeks": round(p["weeks"])})


def tx15(f: Facts, p: Parameters) -> Hit | None:
    """A payee that was paid regularly, silent for over a year, takes money again."""
    state = f.state(PAYEE)
    if not f.entry.is_out or f.known(PAYEE).n < p["min_rows"]:
        return None
    if any(int(month) >= f.entry.month - 13 for month in state.get("m", {})):
        return None
    message = f"{f.payee or 'This payee'} takes money again after more than 13 months."
    return Hit("TX15", "dormant", round(p["weight"]), message, {"rows": f.known(PAYEE).n})


def _monthly(f: Facts, months: int) -> bool:
    """Whether the payee took money exactly once in each of the last full months."""
    found = f.months
    return all(found.get(str(f.entry.month - back), [0])[0] == 1 for back in range(1, months + 1))


def tx16(f: Facts, p: Parameters) -> Hit | None:
    """A monthly payment that jumps, or comes twice in its month."""
    if not f.entry.is_out or not _monthly(f, round(p["months"])):
        return None
    sums = sorted(
        f.months[str(f.entry.month - back)][1] for back in range(1, round(p["months"]) + 1)
    )
    if sums[-1] > 1.1 * sums[0]:
        return None  # monthly, but not of one amount
    usual = sums[len(sums) // 2]
    jump = f.entry.size / usual - 1
    again = f.months.get(str(f.entry.month), [0])[0] >= 1
    evidence = {"usual": f.plain(usual), "percent": round(100 * jump)}
    if jump >= p["jump"]:
        message = (
            f"{f.money(f.entry.size)}{f.at} instead of {f.plain(usual)} every month: "
            f"{round(100 * jump)} % more."
        )
    elif again and abs(jump) < p["jump"]:
        message = f"A second {f.money(f.entry.size)}{f.at} this month; it came once a month so far."
    else:
        return None
    return Hit("TX16", "recurring", round(p["weight"]), message, evidence)


def tx17(f: Facts, p: Parameters) -> Hit | None:
    """A trial for next to nothing that turned into a subscription."""
    known = f.known(PAYEE)
    if not f.entry.is_out or known.n != 1:
        return None
    first = value_of(known.median)
    month = f.entry.month
    if f.entry.size < f.units(p["min_units"]):
        return None
    if first > 1.05 * f.units(p["tiny_units"]) or f.entry.size < p["ratio"] * first:
        return None
    if not {str(month), str(month - 1)} & f.months.keys():
        return None
    message = (
        f"The first payment{f.at} was {f.plain(first)}, a trial; now it takes "
        f"{f.money(f.entry.size)}."
    )
    return Hit("TX17", "trial", round(p["weight"]), message, {"first": f.plain(first)})


def tx19(f: Facts, p: Parameters) -> Hit | None:
    """Money back that was never paid: a refund in a spending category, from nobody who got any."""
    if f.entry.is_out or f.payee_id is None:
        return None
    category = f.state(CATEGORY)
    out, back = sum(category.get("o", {}).values()), sum(category.get("i", {}).values())
    if out < p["min_rows"] or back * 5 > out:
        return None  # not a category of spending
    if any(spent for _, spent, _ in f.months.values()):
        return None
    message = f"{f.money(f.entry.size)} back from {f.payee or 'a payee'} whom you did not pay."
    return Hit("TX19", "refund", round(p["weight"]), message, {})


def tx23(f: Facts, p: Parameters) -> Hit | None:
    """A payee whose payments are all of one category, booked under another."""
    used = f.state(PAYEE).get("c", {})
    n = sum(used.values())
    if f.entry.category_id is None or n < p["min_rows"] or short(f.entry.category_id) in used:
        return None
    if max(used.values()) < 0.9 * n:
        return None
    message = f"All {n} earlier rows of {f.payee or 'this payee'} are of another category."
    return Hit("TX23", "category", round(p["weight"]), message, {"of": n})


def tx24(f: Facts, p: Parameters) -> Hit | None:
    """Amount or payee of a row changed long after it was booked, or after it was reconciled."""
    before = f.before
    if before is None or not _differs(before, f.entry):
        return None
    age = f.today - before.created_day
    if age <= p["days"] and not f.was_reconciled:
        return None
    delta = abs(f.entry.size - before.size) / before.size
    small = delta < p["small"] and before.payee_id == f.entry.payee_id
    weight = round(p["weight_small"] if small else p["weight"])
    what = "The payee" if before.size == f.entry.size else f"{f.money(before.size)}"
    message = f"{what} was changed {age} days after the row was booked."
    evidence = {"before": f.plain(before.size), "days": age, "reconciled": f.was_reconciled}
    return Hit("TX24", "edited", weight, message, evidence)


def _differs(before: Entry, after: Entry) -> bool:
    return before.amount_minor != after.amount_minor or before.payee_id != after.payee_id


def tx25(f: Facts, p: Parameters) -> Hit | None:
    """Booked for a day long past, in books that are kept up to date; catching up is no crime."""
    age = f.entry.created_day - f.entry.day
    if f.before is not None or age <= p["days"]:
        return None
    weeks = [int(week) for week in f.state(ACCOUNT).get("w", {})]
    if len([week for week in weeks if week > f.today // 7 - p["weeks"]]) < p["weeks"] - 1:
        return None
    message = f"Booked {age} days after its date."
    return Hit("TX25", "back_dated", round(p["weight"]), message, {"days": age})


def tx28(f: Facts, p: Parameters) -> Hit | None:
    """The payee stands on a deny list."""
    if not f.said.is_denied:
        return None
    note = f": {f.said.denied}" if f.said.denied else "."
    message = f"{f.payee or 'This payee'} is on your deny list{note}"
    return Hit("TX28", "listed", round(p["weight"]), message, {})


def waits(f: Facts, p: Parameters) -> Hit | None:
    """For rules whose data the books do not hold: they say nothing rather than guess."""
    return None


def tx30(f: Facts, p: Parameters) -> Hit | None:
    """A payee where this owner, or several others, were robbed of late."""
    if not f.entry.is_out:
        return None
    own, honest = sum(f.state(PAYEE).get("x", {}).values()), f.known(PAYEE).n
    robbed, known = f.shop
    where = f.payee or "this payee"
    weight, message = 0, ""
    if own:
        weight = round(p["weight_own"] if honest else p["weight_only"])
        message = (
            f"Of the payments to {where} in the last three months you said of {own} that they were "
            f"not yours{'' if honest else ', and of none that it was'}."
        )
    share = robbed / known if known else 0.0
    if robbed >= p["owners"] and share >= p["share"]:
        others = ramp(share, p["share"], p["share_full"], round(p["least"]), round(p["most"]))
        if others > weight:
            weight = others
            message = f"{robbed} other owners reported fraud at {where} within two weeks."
    if not weight:
        return None
    return Hit("TX30", "shop", weight, message, {"own": own, "owners": robbed, "known": known})
