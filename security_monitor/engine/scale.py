"""What "two units" means in a currency: thresholds are said once and hold in yen as in dinars.

A rule's fixed amounts are in units of about one euro. `MAGNITUDE` is the power of ten nearest to
how many units of a currency make one euro; it need not be exact, and it is no exchange rate.
"""

from functools import lru_cache

MAGNITUDE = {
    "JPY": 2, "KRW": 3, "IDR": 4, "VND": 4, "HUF": 2, "CLP": 3, "COP": 3, "ISK": 2, "IRR": 4,
    "PYG": 4, "UGX": 3, "TZS": 3, "LAK": 4, "UZS": 4, "GNF": 4, "MMK": 3, "KHR": 3, "MNT": 3,
    "INR": 2, "PKR": 2, "RUB": 2, "PHP": 1, "THB": 1, "CZK": 1, "SEK": 1, "NOK": 1, "DKK": 1,
    "MXN": 1, "ZAR": 1, "TWD": 1, "TRY": 1, "NGN": 3, "ARS": 3, "CRC": 3, "XAF": 3, "XOF": 3,
    "XPF": 2, "KES": 2, "LKR": 2, "NPR": 2, "BDT": 2, "EGP": 1, "UAH": 1, "HKD": 1, "CNY": 1,
}  # fmt: skip


@lru_cache(maxsize=2000)
def minor_of(units: float, currency: str, exponent: int) -> int:
    """So many units of about one euro, in minor units of the currency."""
    return round(units * 100) * int(10 ** (exponent + MAGNITUDE.get(currency, 0))) // 100
