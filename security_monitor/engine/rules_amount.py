"""Rules about how large a payment is, against what is usual."""

from security_monitor.engine.buckets import ratio_of, value_of
from security_monitor.engine.facts import NOTHING, Facts, Known
from security_monitor.engine.profiles import ACCOUNT, CATEGORY, PAYEE
from security_monitor.engine.rule import Parameters, ramp
from security_monitor.engine.scores import Hit
from security_monitor.engine.usual import SCALE, usual

AMOUNT = "amount"
HABIT_ROWS = 4
ALIKE = 5  # buckets: one and a half times as much
YEARLY_ROWS = 2  # A category paid more often in its month holds no yearly bill.


def _unusual(f: Facts, p: Parameters, known: Known, code: str, where: str, noun: str) -> Hit | None:
    """A robust z-score of the logarithm: 0.6745 (ln x - median) / max(MAD, one bucket)."""
    if not f.entry.is_out or f.entry.size < f.units(p["min_units"]):
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
    typical = f.typical(known)
    message = (
        f"{f.money(f.entry.size)}{f.at} is {ratio:.1f} × your usual {typical}{where}; "
        f"{higher} of {known.n} {noun} were higher."
    )
    evidence = {"amount": f.plain(f.entry.size), "usual": typical, "ratio": round(ratio, 1),
                "z": round(z, 1), "higher": higher, "of": known.n}  # fmt: skip
    return Hit(code, AMOUNT, weight, message, evidence)


def _thin(f: Facts, p: Parameters, kind: str, code: str, where: str) -> Hit | None:
    """The same question where the profile is young: it leans on the wider one, and says less."""
    if not f.entry.is_out or f.entry.size < f.units(p["min_units"]):
        return None
    found = usual(f, kind)
    if found is None or ratio_of(f.bucket - found.median) < p["min_ratio"]:
        return None
    payee = f.known(PAYEE)
    if payee.n and f.bucket <= payee.sketch.quantile(1) + 2:
        return None  # as much was paid there before: rent among groceries
    z = found.z(f.bucket)
    if z < p["thin_z"]:
        return None
    weight = ramp(z, p["thin_z"], p["thin_z_full"], round(p["thin_least"]), round(p["thin_most"]))
    account = f.known(ACCOUNT)
    higher, ratio = account.sketch.above(f.bucket), f.entry.size / value_of(found.median - 0.5)
    typical = f.plain(value_of(found.median - 0.5))
    message = (
        f"{f.money(f.entry.size)}{f.at} is {ratio:.1f} × about {typical} that is usual{where}; "
        f"{higher} of {account.n} payments from this account were higher."
    )
    evidence = {"amount": f.plain(f.entry.size), "usual": typical, "ratio": round(ratio, 1),
                "z": round(z, 1), "higher": higher, "of": account.n, "own_rows": found.n}  # fmt: skip
    return Hit(code, AMOUNT, weight, message, evidence)


def tx01(f: Facts, p: Parameters) -> Hit | None:
    """Much for its category, or for the account where the category is young or missing.
    A bill of the same month last year explains it."""
    year_ago = f.state(CATEGORY).get("m", NOTHING).get(str(f.entry.month - 12))
    if year_ago and year_ago[0] <= YEARLY_ROWS and year_ago[1] * 2 >= f.entry.size:
        return None
    where = f" for {f.category}" if f.category else " for this category"
    if f.known(CATEGORY).is_warm:
        noun = f"{f.category} payments" if f.category else "payments of this category"
        return _unusual(f, p, f.known(CATEGORY), "TX01", where, noun)
    return _thin(f, p, CATEGORY, "TX01", where if f.entry.category_id else "")


def tx02(f: Facts, p: Parameters) -> Hit | None:
    """Much for this payee; of a payee with few payments, for its category and the account too."""
    known = f.known(PAYEE)
    if known.is_warm:
        return _unusual(f, p, known, "TX02", " there", "payments to this payee")
    return _thin(f, p, PAYEE, "TX02", " there") if known.n else None


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
    """A payee never paid before, and a large amount, unless its category is used to such amounts."""
    if not (f.entry.is_out and f.is_new_payee) or f.entry.size < f.units(p["min_units"]):
        return None
    found, category = usual(f, ACCOUNT), f.known(CATEGORY)
    if found is None or found.z(f.bucket) < p["z"]:
        return None
    if category.n >= HABIT_ROWS and f.bucket <= category.sketch.quantile(0.5) + ALIKE:
        return None  # the first rent to a new landlord
    weight = ramp(found.z(f.bucket), p["z"], p["z_full"], round(p["least"]), round(p["weight"]))
    higher, n = f.known(ACCOUNT).sketch.above(f.bucket), f.known(ACCOUNT).n
    message = (
        f"First payment to {f.payee or 'this payee'}, and {f.money(f.entry.size)} is large for "
        f"this account; {higher} of {n} payments were higher."
    )
    return Hit("TX04", "new_payee", weight, message, {"higher": higher, "of": n})


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
