"""Into which accounts the rows of a file go: the owner's word, else by name or number, else new."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from uuid import UUID

from accounts.errors import Refusal
from accounts.ids import new_id
from ledger import money, naming
from ledger.errors import Reason
from ledger.models import Account, AccountType
from ledger.services.import_text import name_of
from ledger.services.owned import trace
from ledger.statements.model import ParsedFile, Statement, StatementRow

NAME_MAX = 100
BANK_ID_MAX = 64
# The first word that fits decides; a debit card is money that one has.
TYPE_WORDS = (
    (AccountType.CHECKING, r"debit|giro|checking|current|chequing"),
    (AccountType.CREDIT_CARD, r"credit|card|visa|mastercard|amex|kreditkarte|carte"),
    (AccountType.SAVINGS, r"saving|spar|tagesgeld|festgeld|épargne|livret|ahorro|deposit"),
    (AccountType.CASH, r"cash|wallet|purse|bargeld|kasse|portemonnaie|efectivo|espèces"),
    (AccountType.LOAN, r"loan|mortgage|darlehen|hypothek|kredit"),
    (AccountType.INVESTMENT, r"invest|broker|depot|portfolio|401k|\bira\b|pension"),
)


@dataclass(slots=True)
class Destination:
    """One account of the file. `key` is the text of its id, which a new one has in advance."""

    name: str  # as the file says it; "" where it says nothing
    key: str
    currency: str
    type: str
    account: Account | None = None

    @property
    def shown(self) -> str:
        return self.account.name if self.account else self.name


@dataclass(slots=True)
class Routes:
    """Where each account name of a file leads, and every account that a transfer may name."""

    by_name: dict[str, Destination]
    own: dict[str, Account]  # the owner's accounts by name key and by bank id
    warnings: list[str]

    @property
    def destinations(self) -> list[Destination]:
        """Each once, in the order of the file."""
        return list({d.key: d for d in self.by_name.values()}.values())

    def of(self, row: StatementRow, statement: Statement) -> Destination:
        return self.by_name[_key(row.account or statement.account_id)]

    def named(self, name: str) -> str | None:
        """The key of the account that a transfer names; None for one that is unknown."""
        key = _key(name)
        if key in self.by_name:
            return self.by_name[key].key
        account = self.own.get(key) or self.own.get(bank_key(name))
        return str(account.id) if account else None


def account_id_of(user_id: UUID, reference: UUID | str | None) -> UUID | None:
    """The id of the owner's account that an id or a name means; refuses one that is not there."""
    if not reference:
        return None
    rows = Account.objects.for_user(user_id)
    if isinstance(reference, UUID):
        found = rows.filter(id=reference).values_list("id", flat=True).first()
    else:
        wanted = naming.key(reference)
        named = rows.values_list("id", "name")
        found = next((row_id for row_id, name in named if naming.key(name) == wanted), None)
    if found is None:
        raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer="/account")
    return cast(UUID, found)


def bank_key(text: str) -> str:
    return "".join(text.split()).upper()


@lru_cache(maxsize=1000)  # A file says few names, and says them on each row.
def _key(name: str) -> str:
    return naming.key(name_of(name, NAME_MAX))


def routes(user_id: UUID, parsed: ParsedFile, chosen: Account | None, home: str) -> Routes:
    """Lead every row somewhere. Refuses with 400 when neither file nor owner says where.

    With one account in the file, or none, the chosen account takes all. A file that mixes accounts
    goes by its names; rows without one go to the chosen account.
    """
    own: dict[str, Account] = {}
    for account in Account.objects.for_user(user_id).order_by("created_at", "id"):
        own.setdefault(naming.key(account.name), account)
        if account.bank_id:
            own.setdefault(bank_key(account.bank_id), account)
    said = _names(parsed)
    found = Routes({}, own, [])
    for key, (name, statement, currency) in said.items():
        known = own.get(bank_key(name)) or own.get(key) if name else None
        if chosen is not None and (len(said) == 1 or not name):
            if known is not None and known.id != chosen.id:
                found.warnings.append(
                    f"The file names your account {known.name}, but goes into {chosen.name}."
                )
            known = chosen
        if known is None and not name:
            raise Refusal(Reason.ACCOUNT_REQUIRED, pointer="/account")
        found.by_name[key] = (
            Destination(name, str(known.id), known.currency, known.type, known)
            if known is not None
            else _new(name, statement, currency or home)
        )
    return found


def _names(parsed: ParsedFile) -> dict[str, tuple[str, Statement, str]]:
    """Account names by key, in file order, with their statement and the currency of their rows."""
    said: dict[str, tuple[str, Statement, str]] = {}
    for statement in parsed.statements:
        if not statement.rows:
            _say(said, statement.account_id, statement, statement.currency)
        for row in statement.rows:
            _say(
                said, row.account or statement.account_id, statement,
                row.currency or statement.currency,
            )  # fmt: skip
    if len(said) > 1 and "" in said and not any(
        row for statement in parsed.statements for row in statement.rows
        if not (row.account or statement.account_id)
    ):  # fmt: skip
        del said[""]  # An empty statement beside others needs no account.
    return said


def _say(
    said: dict[str, tuple[str, Statement, str]], name: str, statement: Statement, currency: str
) -> None:
    key = _key(name)
    if key not in said or not said[key][2]:
        said[key] = (name_of(name, NAME_MAX), statement, known_currency(currency))


def known_currency(code: str) -> str:
    """The code if it is a currency that an account can have, else nothing."""
    try:
        money.exponent(code.upper())
    except money.UnknownCurrency:
        return ""
    return code.upper()


def _new(name: str, statement: Statement, currency: str) -> Destination:
    said = statement.account_type
    kind = said if said in AccountType.values else guess_type(name)
    return Destination(name, str(new_id()), currency, kind)


def guess_type(name: str) -> str:
    for kind, words in TYPE_WORDS:
        if re.search(words, name.casefold()):
            return str(kind)
    return str(AccountType.CHECKING)


def create_missing(user_id: UUID, seq: int, needed: Iterable[Destination]) -> None:
    """Make the accounts that the file names and the owner has not; under the ids of the plan."""
    missing = [d for d in needed if d.account is None]
    accounts = [
        Account(
            id=UUID(d.key), user_id=user_id, seq=seq, name=d.name, type=d.type, currency=d.currency
        )
        for d in missing
    ]
    Account.objects.bulk_create(accounts)
    for destination, account in zip(missing, accounts, strict=True):
        destination.account = account
        trace(user_id, seq, "account", "created", account.id, source="import")


def remember(
    user_id: UUID, seq: int, found: Routes, mapping: object, *, accounts: Iterable[Destination]
) -> None:
    """Keep what makes the next upload easier: the bank's number of the account, the CSV layout."""
    booked = [d for d in accounts if d.account is not None]
    taken = {a.bank_id for a in found.own.values() if a.bank_id}
    for destination in booked:
        account, number = destination.account, bank_key(destination.name)
        assert account is not None
        changed = []
        is_number = 0 < len(number) <= BANK_ID_MAX and number != bank_key(account.name)
        if is_number and not account.bank_id and number not in taken:
            account.bank_id = number
            changed.append("bank_id")
        if mapping and len(booked) == 1 and account.import_mapping != mapping:
            account.import_mapping = mapping
            changed.append("import_mapping")
        if changed:
            account.seq = seq
            account.save(update_fields=[*changed, "seq", "updated_at"])
