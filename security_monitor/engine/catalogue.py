"""The rules of transactions, TX01 to TX31, and ML01 for what is learned, with first weights: tunable."""

from collections.abc import Iterable, Sequence

from security_monitor.engine import rules_amount as amount
from security_monitor.engine import rules_pace as pace
from security_monitor.engine import rules_pattern as pattern
from security_monitor.engine.facts import Facts
from security_monitor.engine.rule import DRAFT, LIVE, Check, Rule
from security_monitor.engine.rules_learned import ml01
from security_monitor.engine.rules_session import tx31
from security_monitor.engine.scores import Hit

FRAUD = "T1657"  # ATT&CK: Financial Theft
ACCOUNTS = "T1078"  # Valid Accounts
TAMPERING = "T1565.001"  # Stored Data Manipulation
Z: dict[str, float] = {
    "z": 3.5,
    "z_full": 12.0,
    "min_ratio": 2.5,
    "min_units": 10,
    "least": 25,
    "thin_z": 2.5,  # of young profiles, which lean on wider ones
    "thin_z_full": 4.5,
    "thin_least": 8,
    "thin_most": 55,
}


def _live(
    code: str, title: str, group: str, check: Check, weight: int, /, technique: str = FRAUD,
    **parameters: float,
) -> Rule:  # fmt: skip
    return Rule(
        code, title, group, weight, check, LIVE, technique=technique,
        parameters={"weight": weight, **parameters},
    )  # fmt: skip


def _draft(
    code: str, title: str, group: str, needs: str, weight: int = 0, check: Check = pattern.waits, /,
    **parameters: float,
) -> Rule:  # fmt: skip
    return Rule(
        code, title, group, weight, check, DRAFT, technique=FRAUD, needs=needs, parameters=parameters,
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    _live("TX01", "Much for its category", "amount", amount.tx01, 65, FRAUD, **Z, most=65),
    _live("TX02", "Much for this payee", "amount", amount.tx02, 70, FRAUD,
          **{**Z, "thin_z": 3.5, "thin_z_full": 7, "thin_most": 45}, most=70),
    _live("TX03", "Many times the usual", "amount", amount.tx03, 75, ratio=8, ratio_full=40,
          cold_rows=8, cold_ratio=60, min_units=20, least=40, most=75),
    _live("TX04", "New payee and large", "new_payee", amount.tx04, 45, z=1.5, z_full=4,
          least=6, min_units=50),
    _live("TX05", "Several new payees in a day", "new_payee_burst", pace.tx05, 10, payees=4,
          min_rows=60),
    _live("TX06", "Many payments in an hour", "velocity", pace.tx06, 30, rows=6),
    _live("TX07", "A month's money in a day", "velocity", pace.tx07, 40, rows=3, share=0.8,
          part=0.1),
    _live("TX08", "Charged twice", "duplicate", pace.tx08, 50, min_units=5, habit=3,
          weight_same_day=35),
    _live("TX09", "Charged nearly twice", "duplicate", pace.tx09, 10, min_units=10),
    _live("TX10", "Just below a limit", "limit", pace.tx10, 25, rows=2, weight_more=45),
    _live("TX11", "One sum in pieces", "limit", pace.tx11, 50, rows=3, limit_units=1000, habit=3),
    _live("TX12", "Round sum to a new payee", "new_payee_form", amount.tx12, 15),
    _live("TX13", "Unusual hour", "hour", pace.tx13, 15, min_rows=50, share=0.002),
    _live("TX14", "A sleeping account wakes", "dormant", pattern.tx14, 40, ACCOUNTS, min_rows=8,
          weeks=13),
    _live("TX15", "A sleeping payee wakes", "dormant", pattern.tx15, 20, min_rows=3),
    _live("TX16", "A monthly payment changes", "recurring", pattern.tx16, 25, months=4, jump=0.25),
    _live("TX17", "A trial became dear", "trial", pattern.tx17, 25, tiny_units=1, ratio=10,
          min_units=15),
    _live("TX18", "A card is being tried", "card_testing", pace.tx18, 60, payees=3, tiny_units=2),
    _live("TX19", "Refund without purchase", "refund", pattern.tx19, 25, min_rows=8),
    _live("TX20", "First payment in a currency", "currency", amount.tx20, 25, min_rows=50,
          min_units=50),
    _draft("TX21", "Two places at once", "place", "a place on each row"),
    _live("TX22", "The account is emptied", "drain", amount.tx22, 45, share=0.8, min_units=100),
    _live("TX23", "Unusual category", "category", pattern.tx23, 10, TAMPERING, min_rows=8),
    _live("TX24", "Changed long after booking", "edited", pattern.tx24, 40, TAMPERING, days=1,
          small=0.1, weight_small=10),
    _live("TX25", "Back-dated", "back_dated", pattern.tx25, 20, TAMPERING, days=60, weeks=4),
    _draft("TX26", "Many rows deleted at once", "deleted", "a verb, not a row: it opens a case"),
    _draft("TX27", "First digits (Benford)", "digits", "prices are not Benford: never scored"),
    _live("TX28", "Denied payee", "listed", pattern.tx28, 70),
    _live("TX29", "Another level of spending", "level", pace.tx29, 34, z=2, z_full=5, least=6,
          own_z=1, rows=8, habit=3, min_ratio=1.4),
    _draft("TX30", "Fraud at this payee", "shop",
           "who else was robbed there: ML01 tells it from rates that are shared", 55, pattern.tx30,
           weight=55, owners=2, share=0.04, share_full=0.3, least=32, most=44, weight_own=8,
           weight_only=55),
    _live("TX31", "Booked by an unusual login", "session", tx31, 50, ACCOUNTS, risk=20, risk_full=60,
          least=5, most=15, new_least=15, new_most=28, changed_least=25, changed_most=40, more=10),
    _live("ML01", "Like what was fraud", "learned", ml01, 95, least=60, most=95),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}


def hits_of(facts: Facts, rules: Iterable[Rule]) -> list[Hit]:
    """What these rules say of a row, at most their weights."""
    found = []
    for rule in rules:
        hit = rule.check(facts, rule.parameters)
        if hit is not None:
            found.append(
                hit
                if hit.weight <= rule.weight
                else Hit(hit.code, hit.group, rule.weight, hit.message, hit.evidence)
            )
    return found


def of_status(rules: Sequence[Rule], *statuses: str) -> list[Rule]:
    return [rule for rule in rules if rule.status in statuses]
