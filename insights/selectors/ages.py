"""How old the money is that was spent lately: two statements over the daily totals, and rates."""

from datetime import date, timedelta

from insights.age_of_money import AgeOfMoney, Movement, age_of_money
from insights.selectors.flows import ILLIQUID
from insights.selectors.reading import Reading
from ledger.rates import Converter


def money_age(reading: Reading) -> tuple[AgeOfMoney, bool, Converter]:
    """(age, whether some of the money is older than the window, the converter with its warnings).

    A day whose rate is missing is left out, and named in the warnings.
    """
    converter = reading.converter()
    eve = reading.since - timedelta(1)
    opening = 0
    for account in reading.standing:
        if account.type not in ILLIQUID and account.cleared:
            opening += converter.convert(account.cleared, account.currency, eve) or 0
    by_day: dict[date, list[int]] = {}
    for gross in reading.gross:
        came = converter.convert(gross.inflow, gross.currency, gross.on)
        went = converter.convert(gross.outflow, gross.currency, gross.on)
        if came is not None and went is not None:
            sums = by_day.setdefault(gross.on, [0, 0])
            sums[0] += came
            sums[1] += went
    moves = [Movement(on, *sums) for on, sums in sorted(by_day.items())]
    age = age_of_money([Movement(eve, max(opening, 0), 0), *moves])
    # Old money is still in the last spendings while less was spent before them than there was.
    before = sum(move.outflow for move in moves if age.spent and move.on < age.spent[0].on)
    return age, before < opening and bool(age.spent), converter


__all__ = ["money_age"]
