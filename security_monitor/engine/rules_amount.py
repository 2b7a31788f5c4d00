"""Rules about how large a payment is, against what is usual."""

from security_monitor.engine.buckets import ratio_of, value_of
from security_monitor.engine.facts import Facts, Known
from security_monitor.engine.profiles import ACCOUNT, CATEGORY, PAYEE
from security_monitor.engine.rule import Parameters, ramp
from security_monitor.engine.scores import Hit

AMOUNT = "amount"
SCALE = 0.6745  # of the MAD of a normal distribution (Iglewicz and Hoaglin, 1993)


def _unusual(f: Facts, p: Parameters, known: Known, code: str, where: str, noun: str) -> Hit | None:
    """A robust z-score of the logarithm: 0.6745 (ln x - median) / max(MAD, one bucket)."""
    if not f.entry.is_out or not known.is_warm or f.entry.size < f.units(p["min_units"]):
        return None
    median = known.median
    steps = f.bucket - median
    if steps <= 0 or ratio_of(steps) < p["min_ratio"]:
        return None  # nearly every row: the dearer question about the spread is for the others
    z = SCALE * steps / max(known.spread[1], 1)
    if z < p["z"]:
        return None
    weight = ramp(z, p["z"], p["z_full"], round(p["least"]), round(p["most"]))
    higher, ratio = known.sketch.above(f.bucket), f.entry.size / value_of(median)
    usual = f.typical(known)
    message = (
        f"{f.money(f.entry.size)}{f.at} is {ratio:.1f} × your usual {usual}{where}; "
        f"{higher} of {known.n} {noun} were higher."
    )
    evidence = {"amount": f.plain(f.entry.size), "usual": usual, "ratio": round(ratio, 1),
                "z": round(z, 1), "higher": higher, "of": known.n}  # fmt: skip
    return Hit(code, AMOUNT, weight, message, evidence)


def tx01(f: Facts, p: Parameters) -> Hit | None:
    """Much for its category. A bill of the same month last year explains it."""
    year_ago = f.state(CATEGORY).get("m", {}).get(str(f.entry.month - 12))
    if year_ago and year_ago[1] * 2 >= f.entry.size:
        return None
    noun = f"{f.category} payments" if f.category else "payments of this category"
    where = f" for {f.category}" if f.category else " for this category"
    return _unusual(f, p, f.known(CATEGORY), "TX01", where, noun)


def tx02(f: Facts, p: Parameters) -> Hit | None:
    """Much for this payee."""
    return _unusual(f, p, f.known(PAYEE), "TX02", " there", "payments to this payee")


def tx03(f: Facts, p: Parameters) -> Hit | None:
    """Many times the usual and at the top of the account: loud where payments vary too much for z."""
    if not f.entry.is_out or f.entry.size < f.units(p["min_units"]):
        return None
    account = f.known(ACCOUNT)
    if not account.n:
        return None
    usual = f.usual
    floor = p["ratio"]
    if usual is None:
        # Young books: only what dwarfs everything so far.
        if account.n < p["cold_rows"]:
            return None
        usual, floor = account, p["cold_ratio"]
    ratio = f.entry.size / value_of(usual.median)
    if ratio < floor or f.bucket < account.sketch.quantile(0.99):
        return None
    if f.known(PAYEE).is_warm and f.bucket <= f.known(PAYEE).sketch.quantile(0.9):
        return None  # usual for this payee: rent among groceries
    weight = ramp(ratio, p["ratio"], p["ratio_full"], round(p["least"]), round(p["most"]))
    higher = account.sketch.above(f.bucket)
    message = (
        f"{f.money(f.entry.size)}{f.at} is {ratio:.1f} × your usual {f.typical(usual)}; "
        f"{higher} of {account.n} payments from this account were higher."
    )
    evidence = {"amount": f.plain(f.entry.size), "usual": f.typical(usual),
                "ratio": round(ratio, 1), "higher": higher, "of": account.n}  # fmt: skip
    return Hit("TX03", AMOUNT, weight, message, evidence)


def tx04(f: Facts, p: Parameters) -> Hit | None:
    """A payee never paid before, and a large amount."""
    if not (f.entry.is_out and f.is_new_payee and f.at_least(ACCOUNT, p["quantile"])):
        return None
    if f.entry.size < f.units(p["min_units"]):
        return None
    higher, n = f.known(ACCOUNT).sketch.above(f.bucket), f.known(ACCOUNT).n
    message = (
        f"First payment to {f.payee or 'this payee'}, and {f.money(f.entry.size)} is large for "
        f"this account; {higher} of {n} payments were higher."
    )
    return Hit("TX04", "new_payee", round(p["weight"]), message, {"higher": higher, "of": n})


def tx12(f: Facts, p: Parameters) -> Hit | None:
    """A round sum to a payee never paid before."""
    round_sum = f.units(100)
    if not (f.entry.is_out and f.is_new_payee and f.entry.size % round_sum == 0):
        return None
    if not f.at_least(ACCOUNT, 0.95):
        return None
    message = f"{f.money(f.entry.size)} is a round sum, to a payee you never paid before."
    return Hit(
        "TX12", "new_payee_form", round(p["weight"]), message, {"multiple_of": f.plain(round_sum)}
    )


def tx20(f: Facts, p: Parameters) -> Hit | None:
    """The first payment in a currency, by somebody whose books are long kept in others."""
    currencies = f.owner.get("k", {})
    if not f.entry.is_out or f.entry.currency in currencies or f.owner.get("n", 0) < p["min_rows"]:
        return None
    if f.entry.size < f.units(p["min_units"]):
        return None
    known = ", ".join(sorted(currencies))
    message = f"Your first payment in {f.entry.currency}; so far your books knew {known}."
    return Hit("TX20", "currency", round(p["weight"]), message, {"known": sorted(currencies)})


def tx22(f: Facts, p: Parameters) -> Hit | None:
    """Nearly everything on the account leaves at once."""
    balance = f.balance_minor
    if not f.entry.is_out or balance is None or balance <= 0:
        return None
    if f.entry.size < p["share"] * balance or f.entry.size < f.units(p["min_units"]):
        return None
    account = f.known(ACCOUNT)
    if not account.is_warm or f.bucket <= account.sketch.quantile(0.99):
        return None
    percent = min(round(100 * f.entry.size / balance), 999)
    message = (
        f"{f.money(f.entry.size)} takes {percent} % of the {f.money(balance)} on this account, "
        "more than any usual payment."
    )
    evidence = {"balance": f.plain(balance), "percent": percent}
    return Hit("TX22", "drain", round(p["weight"]), message, evidence)
