"""What the accounts of a journal are, told from their names: own money, income, spending, equity."""

import re
from functools import lru_cache

from ledger.statements.journal import EQUITY, EXPENSE, INCOME, OWN, JournalAccount

# First parts of account names, in the languages GnuCash and the plain-text programs are used in.
_ROOTS = {
    "assets": """asset assets aktiva aktiven vermögen actif actifs activo activos attività ativo
        ativos activa aktywa tillgångar aktiver varat активы""",
    "liabilities": """liability liabilities debt debts fremdkapital passiva passiven schulden
        verbindlichkeiten passif passifs pasivo pasivos passività passivo passivos
        zobowiązania skulder gjeld gæld velat обязательства пассивы""",
    INCOME: """income incomes revenue revenues ertrag erträge einnahmen einkünfte einkommen revenu
        revenus ingreso ingresos entrate receita receitas opbrengsten inkomsten przychody
        intäkter inntekter indtægter tulot доходы""",
    EXPENSE: """expense expenses aufwand aufwendungen ausgaben dépense dépenses charges gasto gastos
        uscite spese despesa despesas uitgaven kosten wydatki utgifter udgifter menot расходы""",
    EQUITY: """equity eigenkapital anfangsbestand patrimonio patrimônio capital kapitał kapital
        trading conversion""",
}
_KIND_BY_ROOT = {word: kind for kind, words in _ROOTS.items() for word in words.split()}
_DEBTS = (
    ("loan", r"loan|mortgage|student|darlehen|hypothek|prêt|hipoteca|lening"),
    ("other", r"payable|verbindlichkeit|tax|steuer|\btva\b"),
    ("credit_card", r""),
)
_ASSETS = (
    ("investment", r"invest|broker|depot\b|portfolio|401k|\bira\b|pension|stock|fund|wertpapier"),
    ("savings", r"saving|spar|tagesgeld|festgeld|épargne|livret|ahorro|deposit"),
    ("checking", r"giro|checking|current account|chequing|debit|girokonto"),
    ("cash", r"cash|wallet|purse|bargeld|kasse|portemonnaie|efectivo|espèces|contanti"),
    ("other", r"receivable|forderung|reimburs|deposit paid|owed"),
    ("credit_card", r"credit card|kreditkarte|visa|mastercard|amex"),
)
_OPENING = re.compile(
    r"opening|initial|start|anfang|eröffnung|ouverture|initiaux|apertura|inizial|abertura|inicial"
    r"|begin|otwarci|ingående|åpning"
)
_BANKISH = re.compile(r"bank|account|konto|card|visa|paypal|" + "|".join(w for _, w in _ASSETS))


def is_root(word: str) -> bool:
    return word.casefold() in _KIND_BY_ROOT


@lru_cache(maxsize=10_000)
def root_of(account: str) -> str:
    """ "assets", "liabilities", INCOME, EXPENSE or EQUITY by the first part of the name, or ""."""
    return _KIND_BY_ROOT.get(account.partition(":")[0].strip().casefold(), "")


def account_of(name: str, root: str = "") -> JournalAccount:
    """The account of that name; `root` is what the journal itself says it is.

    Where neither says it, a name that sounds like a bank's is our own, and all else is spending.
    """
    root = root or root_of(name)
    if root in (INCOME, EXPENSE, EQUITY):
        return JournalAccount(root)
    if root:
        return JournalAccount(OWN, type_of(name, is_debt=root == "liabilities"))
    folded = name.casefold()
    return (
        JournalAccount(OWN, type_of(name)) if _BANKISH.search(folded) else JournalAccount(EXPENSE)
    )


@lru_cache(maxsize=1_000)
def is_opening(equity: str) -> bool:
    """Whether the equity account stands for what accounts began with."""
    return bool(_OPENING.search(equity.casefold()))


def type_of(name: str, *, is_debt: bool = False) -> str:
    """The account type that the words of a name suggest, the last part's before its parents'."""
    words = _DEBTS if is_debt else _ASSETS
    for part in reversed(name.casefold().split(":")):
        for kind, pattern in words:
            if pattern and re.search(pattern, part):
                return kind
    return "credit_card" if is_debt else ""
