"""What the demo household does again and again: tables only."""

from dataclasses import dataclass

MAIN, SAVINGS, CARD, CASH, TRAVEL = (
    "Main Account", "Savings", "Credit Card", "Cash", "Travel Wallet",
)  # fmt: skip
TRAVEL_CURRENCY = "JPY"


@dataclass(frozen=True, slots=True)
class Bill:
    """Something due on one day of each month, or of every `every` months."""

    day: int
    payee: str
    category: str
    cents: int
    account: str = MAIN
    every: int = 1
    spread: int = 0  # percent by which the amount varies


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that happens so many times in an average month, for an amount in a range."""

    times: float
    payees: tuple[str, ...]
    category: str
    low: int
    high: int
    account: str
    hours: tuple[int, int] = (9, 20)


SALARIES = (
    ("Northwind Engineering", "Alex's salary", 295_000),
    ("City Library", "Sam's salary", 192_000),
)
RENT = Bill(1, "Linden Housing", "Rent", -118_000)
BILLS = (
    Bill(3, "Municipal Utilities", "Utilities", -14_600, spread=12),
    Bill(4, "Fibernet", "Internet and phone", -3_999),
    Bill(6, "Mobile One", "Internet and phone", -2_498),
    Bill(8, "Little Oaks Daycare", "Childcare", -31_000),
    Bill(12, "Harbour Insurance", "Insurance", -9_840, every=3),
    Bill(15, "Tune Family", "Subscriptions", -1_699, CARD),
    Bill(18, "Cloudbox", "Subscriptions", -299, CARD),
    Bill(20, "Iron Gym", "Fitness", -2_990),
    Bill(21, "Transit Authority", "Public transport", -4_900),
    Bill(24, "Morning Herald", "Subscriptions", -2_450, every=3),
    Bill(28, "First Savings Bank", "Bank fees", -490),
)
STREAMING = Bill(11, "Streamly", "Subscriptions", -1_299, CARD)
STREAMING_RISEN = Bill(11, "Streamly", "Subscriptions", -1_599, CARD)
HABITS = (
    Habit(12, ("Greenfield Market", "Alder & Sons"), "Groceries", 1_400, 8_800, MAIN),
    Habit(12, ("Corner Bakery",), "Groceries", 320, 1_150, CASH, (7, 10)),
    Habit(2, ("Farmers' Market",), "Groceries", 900, 3_200, CASH, (8, 13)),
    Habit(13, ("Blue Door Café", "Espresso Lab"), "Restaurants", 320, 940, CARD, (8, 17)),
    Habit(4.5, ("Trattoria Nonna", "Saigon Kitchen"), "Restaurants", 2_400, 8_600, CARD, (18, 23)),
    Habit(7, ("Canteen 12",), "Restaurants", 690, 1_120, CASH, (12, 14)),
    Habit(3, ("Orion Fuel",), "Fuel", 4_200, 7_900, CARD),
    Habit(4, ("Parkhaus Mitte",), "Parking", 200, 900, CASH),
    Habit(2, ("Elm Pharmacy",), "Pharmacy", 450, 3_900, MAIN),
    Habit(1.5, ("Threadworks", "Shoe Barn"), "Clothing", 1_900, 12_900, CARD),
    Habit(1.4, ("Homely",), "Household goods", 900, 8_900, CARD),
    Habit(0.4, ("Volt Electronics",), "Electronics", 2_900, 39_900, CARD),
    Habit(1.8, ("Odeon Cinema", "City Pool"), "Entertainment", 900, 4_200, CARD, (15, 22)),
    Habit(1.2, ("Page & Quill",), "Hobbies", 800, 4_500, CARD),
    Habit(0.8, ("Dr. Winter",), "Healthcare", 2_000, 9_500, MAIN),
    Habit(1.5, ("Paws & Claws",), "Pets", 1_200, 5_400, MAIN),
    Habit(0.9, ("The Gift Loft",), "Gifts", 1_500, 7_500, CARD),
    Habit(5, ("Kiosk am Markt",), "Other", 150, 890, CASH),
)
TRIP = (  # in yen, each paid a few times a day on the journey
    ("Konbini Nijo", "Groceries", 280, 1_900),
    ("Ramen Ichiban", "Restaurants", 890, 2_400),
    ("Kyoto City Bus", "Public transport", 230, 700),
    ("Temple Office", "Entertainment", 400, 1_500),
)
