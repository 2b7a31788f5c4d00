"""Attacks on habits, on rows themselves and by lists, each beside its honest look-alike."""

from datetime import date, timedelta

from security_monitor.evaluation.simulator.household import Household


def _months_before(h: Household, day: date, first: int, last: int) -> list[date]:
    """One day in each of the months so many before, oldest first."""
    days = [day - timedelta(30 * back) for back in range(first, last - 1, -1)]
    return [one for one in days if one >= h.begin]


def sleeping_account(h: Household, day: date) -> None:
    for n in range(10):
        h.pay(h.begin + timedelta(6 * n), 40.0 + n, "Old card fuel", "Fuel", book="old card")
    h.pay(day, 130.0, "Kiosk abroad", book="old card", fraud=1, scenario="TX14 attack")


def card_fee(h: Household, day: date) -> None:
    for n in range(10):
        h.pay(h.begin + timedelta(6 * n), 40.0 + n, "Old card fuel", "Fuel", book="quiet card")
    h.pay(day, 9.0, "Card fee", "Bills", book="quiet card", scenario="TX14 like: the card's fee")


def sleeping_payee(h: Household, day: date) -> None:
    for one in [h.begin + timedelta(20 * n) for n in range(4)]:
        h.pay(one, 25.0, "Cancelled club", "Bills", hour=9)
    h.pay(day, 25.0, "Cancelled club", "Bills", hour=9, fraud=1, scenario="TX15 attack")


def yearly_fee(h: Household, day: date) -> None:
    for one in (day - timedelta(366), day):
        if one >= h.begin:
            h.pay(one, 35.0, "Automobile club", "Bills", hour=9, scenario="TX15 like: a yearly fee")


def subscription_jumps(h: Household, day: date) -> None:
    for one in _months_before(h, day.replace(day=15), 7, 1):
        h.pay(one.replace(day=15), 12.99, "Cloud store", "Bills", hour=9)
    h.pay(day.replace(day=15), 59.99, "Cloud store", "Bills", hour=9, fraud=1,
          scenario="TX16 attack")  # fmt: skip


def price_rise(h: Household, day: date) -> None:
    for one in _months_before(h, day.replace(day=16), 7, 1):
        h.pay(one.replace(day=16), 12.99, "News paper", "Bills", hour=9)
    h.pay(day.replace(day=16), 13.99, "News paper", "Bills", hour=9,
          scenario="TX16 like: a price goes up")  # fmt: skip


def trial_turns_dear(h: Household, day: date) -> None:
    h.pay(day - timedelta(14), 1.0, "Slim tea", "Health")
    h.pay(day, 79.0, "Slim tea", "Health", fraud=1, scenario="TX17 attack")


def honest_trial(h: Household, day: date) -> None:
    h.pay(day - timedelta(14), 1.0, "Chess online", "Games", scenario="TX17 like: an honest trial")
    h.pay(day, 4.99, "Chess online", "Games", scenario="TX17 like: an honest trial")


def card_is_tried(h: Household, day: date) -> None:
    for n in range(5):
        h.pay(day, h.dice.uniform(0.5, 1.8), f"Merchant {h.dice.randrange(10**6)}", hour=14,
              minute=5 + 7 * n, fraud=1, scenario="TX18 attack")  # fmt: skip


def vending_machines(h: Household, day: date) -> None:
    for n in range(2):
        h.pay(day, 1.5, f"Vending machine {n}", "Coffee", hour=14, minute=10 + 20 * n,
              scenario="TX18 like: vending machines")  # fmt: skip


def refund_from_nowhere(h: Household, day: date) -> None:
    h.pay(day, 180.0, f"Refund office {h.dice.randrange(10_000)}", "Clothes", type="income", fraud=1,
          scenario="TX19 attack")  # fmt: skip


def shoes_go_back(h: Household, day: date) -> None:
    shop = f"Shoe shop {h.dice.randrange(10_000)}"
    h.pay(day - timedelta(9), 85.0, shop, "Clothes", scenario="TX19 like: shoes go back")
    h.pay(day, 85.0, shop, "Clothes", type="income", scenario="TX19 like: shoes go back")


def first_in_a_currency(h: Household, day: date) -> None:
    h.pay(day, 420.0, "Duty free", currency="USD", fraud=1, scenario="TX20 attack")


def small_abroad(h: Household, day: date) -> None:
    h.pay(day, 12.0, "Map program", "Games", currency="USD",
          scenario="TX20 like: a small program from abroad")  # fmt: skip


def drained(h: Household, day: date) -> None:
    h.pay(day, 2300.0, "Savings of M. Smith", balance=2400.0, fraud=1, scenario="TX22 attack")


def end_of_the_month(h: Household, day: date) -> None:
    h.pay(day, h.usual("Groceries"), h.shops["Groceries"][0], "Groceries", balance=45.0,
          scenario="TX22 like: nothing left at the end of the month")  # fmt: skip


def other_category(h: Household, day: date) -> None:
    h.pay(day, h.usual("Fuel"), _often(h, day, "TX23 pharmacy"), "Games", fraud=1,
          scenario="TX23 attack")  # fmt: skip


def _often(h: Household, day: date, name: str) -> str:
    for one in _months_before(h, day, 12, 1):
        h.pay(one, 16.0, name, "Pharmacy")
    return name


def mixed_shop(h: Household, day: date) -> None:
    for n, one in enumerate(_months_before(h, day, 12, 0)):
        h.pay(one, 18.0, "Corner store", ("Groceries", "Household")[n % 2],
              scenario="TX23 like: a shop of many things")  # fmt: skip


def changed_later(h: Household, day: date) -> None:
    shop = h.shops["Household"][0]
    h.pay(day - timedelta(9), 390.0, shop, "Household", booked=day - timedelta(9), was=39.0,
          edited=day, fraud=1, scenario="TX24 attack")  # fmt: skip


def typing_error(h: Household, day: date) -> None:
    h.pay(day, 34.0, h.shops["Household"][0], "Household", booked=day, was=43.0, edited=day,
          scenario="TX24 like: a typing error, mended at once")  # fmt: skip


def back_dated(h: Household, day: date) -> None:
    h.pay(day - timedelta(120), 60.0, "Consulting", booked=day, fraud=1, scenario="TX25 attack")


def forgotten_receipt(h: Household, day: date) -> None:
    h.pay(day - timedelta(20), 14.0, h.shops["Coffee"][0], "Coffee", booked=day,
          scenario="TX25 like: a forgotten receipt")  # fmt: skip


def denied_payee(h: Household, day: date) -> None:
    h.pay(day, 25.0, "Lottery of the web", denied=1, fraud=1, scenario="TX28 attack")


def name_alike(h: Household, day: date) -> None:
    h.pay(day, 25.0, "Lottery of the town", "Games", scenario="TX28 like: a name alike")


def card_is_used(h: Household, day: date) -> None:
    for n in range(14):
        for category in ("Groceries", "Household"):
            paid = 3.2 * h.usual(category) * h.dice.lognormvariate(0, 0.2)
            shop = h.shops[category][n % 3]
            h.pay(day + timedelta(n), paid, shop, category, fraud=1, scenario="TX29 attack")


def guests(h: Household, day: date) -> None:
    for n in range(7):
        paid = 1.4 * h.usual("Groceries") * h.dice.lognormvariate(0, 0.2)
        h.pay(day + timedelta(n), paid, h.shops["Groceries"][n % 3], "Groceries",
              scenario="TX29 like: a week of guests")  # fmt: skip


def skimmed_terminal(h: Household, day: date) -> None:
    """All households that are robbed there are robbed at one pump, one after the other."""
    later = timedelta(h.number * 7 % 28)
    h.pay(day, 40.0, "Pump at the border", "Fuel", fraud=1)
    h.pay(day + timedelta(12) + later, 48.0, "Pump at the border", "Fuel", fraud=1,
          scenario="TX30 attack")  # fmt: skip


def well_known_shop(h: Household, day: date) -> None:
    h.pay(day, h.usual("Groceries"), "Groceries shop 7", "Groceries",
          scenario="TX30 like: a shop that everybody knows")  # fmt: skip


PAIRS = {
    "TX14": (sleeping_account, card_fee), "TX15": (sleeping_payee, yearly_fee),
    "TX16": (subscription_jumps, price_rise), "TX17": (trial_turns_dear, honest_trial),
    "TX18": (card_is_tried, vending_machines), "TX19": (refund_from_nowhere, shoes_go_back),
    "TX20": (first_in_a_currency, small_abroad), "TX22": (drained, end_of_the_month),
    "TX23": (other_category, mixed_shop), "TX24": (changed_later, typing_error),
    "TX25": (back_dated, forgotten_receipt), "TX28": (denied_payee, name_alike),
    "TX29": (card_is_used, guests), "TX30": (skimmed_terminal, well_known_shop),
}  # fmt: skip
