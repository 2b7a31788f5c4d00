"""Attacks on amounts and pace, each beside the honest thing that looks like it.

A function books what happens in a household around a day. Fraud is 1 in attacks, 0 in look-alikes; the
scenario begins with the code of the rule that is meant.
"""

from datetime import date, timedelta

from security_monitor.evaluation.simulator.household import Household


def _strange(h: Household, what: str) -> str:
    return f"{what} {h.dice.randrange(10_000)}"


def much_in_category(h: Household, day: date) -> None:
    shop = f"Restaurants shop {h.dice.randrange(40)}"
    h.pay(day, 15 * h.usual("Restaurants"), shop, "Restaurants", fraud=1, scenario="TX01 attack")


def family_dinner(h: Household, day: date) -> None:
    h.pay(day, 2.2 * h.usual("Restaurants"), h.shops["Restaurants"][0], "Restaurants", hour=20,
          scenario="TX01 like: family dinner")  # fmt: skip


def much_at_payee(h: Household, day: date) -> None:
    h.pay(day, 8 * h.usual("Fuel"), h.shops["Fuel"][0], "Fuel", fraud=1, scenario="TX02 attack")


def full_tank(h: Household, day: date) -> None:
    h.pay(day, 1.7 * h.usual("Fuel"), h.shops["Fuel"][0], "Fuel",
          scenario="TX02 like: tank and a spare can")  # fmt: skip


def many_times(h: Household, day: date) -> None:
    h.pay(day, 2400 * h.wealth, _strange(h, "Electronics"), "Household", fraud=1,
          scenario="TX03 attack")  # fmt: skip


def vacuum_cleaner(h: Household, day: date) -> None:
    h.pay(day, 6.5 * h.usual("Household"), h.shops["Household"][0], "Household",
          scenario="TX03 like: vacuum cleaner")  # fmt: skip


def new_and_large(h: Household, day: date) -> None:
    h.pay(day, 560 * h.wealth, _strange(h, "Trader"), fraud=1, scenario="TX04 attack")


def new_landlord(h: Household, day: date) -> None:
    h.pay(day, 940 * h.wealth, _strange(h, "Holiday flat let by the month"), "Housing",
          scenario="TX04 like: rent to somebody new")  # fmt: skip


def burst_of_payees(h: Household, day: date) -> None:
    for n in range(6):
        h.pay(day, h.dice.uniform(15, 45), _strange(h, "Web shop"), hour=10 + n, fraud=1,
              scenario="TX05 attack")  # fmt: skip


def city_trip(h: Household, day: date) -> None:
    for n, what in enumerate(("Museum", "Tram", "Bakery")):
        h.pay(day, h.dice.uniform(6, 30), _strange(h, what), "Holiday", hour=11 + 3 * n,
              scenario="TX05 like: a day in another town")  # fmt: skip


def many_in_an_hour(h: Household, day: date) -> None:
    for n in range(10):
        h.pay(day, h.dice.uniform(10, 30), "Game credits", "Games", hour=15, minute=2 + 4 * n,
              fraud=1, scenario="TX06 attack")  # fmt: skip


def market_day(h: Household, day: date) -> None:
    for n in range(5):
        h.pay(day, h.dice.uniform(4, 18), f"Market stall {n}", "Groceries", hour=10, minute=10 * n,
              scenario="TX06 like: market day")  # fmt: skip


def month_in_a_day(h: Household, day: date) -> None:
    for n in range(12):
        h.pay(day, 250 * h.wealth, "Voucher desk", "Shopping", hour=9 + n, fraud=1,
              scenario="TX07 attack")  # fmt: skip


def big_saturday(h: Household, day: date) -> None:
    for n, category in enumerate(("Groceries", "Clothes", "Household", "Fuel")):
        h.pay(day, 1.8 * h.usual(category), h.shops[category][0], category, hour=10 + n,
              scenario="TX07 like: a Saturday of shopping")  # fmt: skip


def charged_twice(h: Household, day: date) -> None:
    payee, amount = _strange(h, "Hotel bar"), round(64 * h.wealth, 2)
    h.pay(day, amount, payee, "Restaurants", hour=20)
    h.pay(day + timedelta(1), amount, payee, "Restaurants", hour=9, fraud=1, scenario="TX08 attack")


def two_coffees(h: Household, day: date) -> None:
    for hour in (9, 15):
        h.pay(
            day, 3.9, h.shops["Coffee"][0], "Coffee", hour=hour, scenario="TX08 like: two coffees"
        )


def nearly_twice(h: Household, day: date) -> None:
    payee = _strange(h, "Night club")
    h.pay(day, 80.00, payee, "Restaurants", hour=20)
    h.pay(day, 80.90, payee, "Restaurants", hour=21, fraud=1, scenario="TX09 attack")


def second_errand(h: Household, day: date) -> None:
    payee = _strange(h, "Garden centre")
    h.pay(day, 42.00, payee, "Household", hour=10, scenario="TX09 like: forgot the soil")
    h.pay(day, 27.50, payee, "Household", hour=11, scenario="TX09 like: forgot the soil")


def below_the_limit(h: Household, day: date) -> None:
    for n, amount in enumerate((987.0, 992.0, 979.0)):
        h.pay(day + timedelta(n), amount, _strange(h, "Transfer agent"), fraud=1,
              scenario="TX10 attack")  # fmt: skip


def laptop(h: Household, day: date) -> None:
    h.pay(day, 999.0, "Computer shop", "Household", scenario="TX10 like: a laptop for 999")


def in_pieces(h: Household, day: date) -> None:
    payee = _strange(h, "Investment club")
    for n in range(3):
        h.pay(day + timedelta(n), 480.0, payee, fraud=1, scenario="TX11 attack")


def instalments(h: Household, day: date) -> None:
    payee = _strange(h, "Dentist")
    for n in range(3):
        h.pay(day + timedelta(30 * n - 60), 390.0, payee, "Health",
              scenario="TX11 like: three instalments")  # fmt: skip


def round_and_new(h: Household, day: date) -> None:
    h.pay(day, 600.0 if h.wealth < 1.3 else 900.0, _strange(h, "J. Doe"), fraud=1,
          scenario="TX12 attack")  # fmt: skip


def donation(h: Household, day: date) -> None:
    h.pay(day, 100.0, _strange(h, "Charity"), "Gifts", scenario="TX12 like: a donation")


def at_night(h: Household, day: date) -> None:
    h.pay(day, 70.0, _strange(h, "Web shop"), hour=3, fraud=1, scenario="TX13 attack")


def late_dinner(h: Household, day: date) -> None:
    h.pay(day, h.usual("Restaurants"), h.shops["Restaurants"][0], "Restaurants", hour=21,
          scenario="TX13 like: a late dinner")  # fmt: skip


PAIRS = {
    "TX01": (much_in_category, family_dinner), "TX02": (much_at_payee, full_tank),
    "TX03": (many_times, vacuum_cleaner), "TX04": (new_and_large, new_landlord),
    "TX05": (burst_of_payees, city_trip), "TX06": (many_in_an_hour, market_day),
    "TX07": (month_in_a_day, big_saturday), "TX08": (charged_twice, two_coffees),
    "TX09": (nearly_twice, second_errand), "TX10": (below_the_limit, laptop),
    "TX11": (in_pieces, instalments), "TX12": (round_and_new, donation),
    "TX13": (at_night, late_dinner),
}  # fmt: skip
