"""What of the ledger an owner is told, in words: recurring payments, imports, a rule's notice."""

from collections.abc import Sequence
from uuid import UUID

from accounts.inbox.matters import Data, Matter, Words
from accounts.inbox.speech import Speech, plain_words
from ledger.models import ImportBatch, RecurringOccurrence, RecurringTransaction
from ledger.money import format_minor

BOOKED = {"posted", "pending"}  # A row that was there already is no news to who booked it.


def _with_rules(user_id: UUID, found: Sequence[Data]) -> list[Data]:
    """Payee and amount of the recurring transactions meant, an occurrence's own amount first."""
    ids = {one["recurring_transaction"] for one in found}
    rows = RecurringTransaction.objects.for_user(user_id).filter(id__in=ids)
    rules = {str(rule.id): rule for rule in rows.select_related("payee")}
    days = {one["nominal_on"] for one in found if "nominal_on" in one}
    own = RecurringOccurrence.objects.for_user(user_id).filter(
        rule__in=ids, nominal_on__in=days, amount_minor__isnull=False
    )
    amounts = {(str(row.rule_id), row.nominal_on.isoformat()): row.amount_minor for row in own}
    named = []
    for one in found:
        rule = rules.get(one["recurring_transaction"])
        if rule is None:
            named.append(one)
            continue
        key = (one["recurring_transaction"], one.get("nominal_on", ""))
        minor = amounts.get(key, rule.amount_minor)
        payee = rule.payee.name if rule.payee else rule.memo
        amount = format_minor(minor, rule.currency)
        named.append({**one, "payee": payee, "amount": amount, "currency": rule.currency})
    return named


def _rule_link(data: Data) -> str:
    return f"/api/recurring-transactions/{data['recurring_transaction']}"


def _payment(data: Data, speech: Speech) -> str:
    if "amount" not in data:
        return "A recurring payment"
    name = plain_words(data["payee"]) or "A recurring payment"
    return f"{name}, {speech.money(data['amount'], data['currency'])}"


def _materialised(data: Data, speech: Speech) -> Words:
    if "count" in data:
        return Words(
            f"{data['count']} recurring payments fell due", link="/api/recurring-transactions"
        )
    what, day = _payment(data, speech), speech.day(data["posted_on"])
    if data["status"] == "pending":
        return Words(f"{what}: to be confirmed", f"It fell due on {day}.", _rule_link(data))
    link = f"/api/transactions/{data['transaction']}" if data["transaction"] else _rule_link(data)
    return Words(f"{what}: booked", f"For {day}.", link)


def _with_rules_or_count(user_id: UUID, found: Sequence[Data]) -> list[Data]:
    single = [one for one in found if "recurring_transaction" in one]
    named = iter(_with_rules(user_id, single))
    return [next(named) if "recurring_transaction" in one else one for one in found]


def _left_out(data: Data, speech: Speech) -> Words:
    first, last = speech.day(data["first"]), speech.day(data["last"])
    days = first if data["count"] == 1 else f"{data['count']} dates, {first} to {last}"
    return Words(f"{_payment(data, speech)}: not booked", f"Left out: {days}.", _rule_link(data))


def _with_files(user_id: UUID, found: Sequence[Data]) -> list[Data]:
    rows = ImportBatch.objects.for_user(user_id).filter(id__in=[one["id"] for one in found])
    names = {str(row_id): name for row_id, name in rows.values_list("id", "filename")}
    return [{**one, "filename": names.get(one["id"], "")} for one in found]


def _imported(data: Data, speech: Speech) -> Words:
    name = plain_words(data.get("filename")) or "A bank file"
    counts = data.get("counts", {})
    said = ", ".join(f"{counts[what]} {what}" for what in counts if counts[what])
    verb = "imported" if data["status"] == "committed" else "import undone"
    return Words(f"{name}: {verb}", f"{said}." if said else "", f"/api/imports/{data['id']}")


def _noticed(data: Data, speech: Speech) -> Words:
    rows = "a transaction" if data["count"] == 1 else f"{data['count']} transactions"
    title = plain_words(data["message"], 200) or f"Rule {plain_words(data['name'])}"
    return Words(
        title, f"Your rule “{plain_words(data['name'])}” met {rows}.", f"/api/rules/{data['rule']}"
    )


MATTERS = [
    Matter(
        kind="recurring.materialised",
        topic="bills",
        words=_materialised,
        many="{} recurring payments fell due",
        counts=lambda data: "count" in data or data["status"] in BOOKED,
        named=_with_rules_or_count,
    ),
    Matter(
        kind="recurring.needs_review",
        topic="bills",
        words=_left_out,
        many="{} recurring payments were not booked",
        named=_with_rules,
    ),
    Matter(
        kind="import.progress",
        topic="",
        words=_imported,
        many="{} bank files were imported",
        counts=lambda data: data["status"] in {"committed", "undone"},
        key=lambda data: f"{data['id']}:{data['status']}",
        named=_with_files,
    ),
    Matter(
        kind="rule.notice", topic="", words=_noticed, many="{} of your rules have something to say"
    ),
]
