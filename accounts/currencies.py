"""The ISO 4217 table: which codes are money, and how many decimals each has."""

from functools import cache

from iso4217 import Currency

# Withdrawn codes, which the current table has no longer: old bank files are in them.
WITHDRAWN = """
ADP AFA ALK AOK AON AOR ATS AZM BEF BGL BGN CSD CSK CYP DEM ECS EEK ESP FIM FRF GHC GRD GWP HRK IEP
ITL LTL LUF LVL MGF MRO MTL MZM NLG PLZ PTE ROL RUR SDD SIT SKK SRG STD TMM TRL UAK VEB VEF YUM ZMK
ZWD ZWL
"""
WITHDRAWN_EXPONENTS = dict.fromkeys(WITHDRAWN.split(), 2) | {"BYB": 0, "BYR": 0}


@cache
def exponent(code: str) -> int | None:
    """Decimals of a currency: JPY 0, EUR 2, KWD 3. None for what is no money (gold, test codes)."""
    if code in WITHDRAWN_EXPONENTS:
        return WITHDRAWN_EXPONENTS[code]
    try:
        places: int | None = Currency(code).exponent
    except ValueError:
        return None
    return places
