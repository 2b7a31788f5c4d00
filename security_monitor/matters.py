"""What the watch tells an owner, in words: flagged payments and what happened to the account."""

from collections.abc import Sequence
from uuid import UUID

from accounts.inbox.matters import Data, Matter, Words
from accounts.inbox.speech import Speech, plain_words
from accounts.letter_texts import NOTICES
from ledger.models import Transaction
from ledger.money import format_minor
from security_monitor.engine.catalogue import BY_CODE

OTHER_CODES = {
    "login_limited": "Too many failed logins to your account",
    "second_factor_limited": "Too many wrong codes were given as your second factor",
    "access_changed": "What your account may do was changed",
    "profile_drift": "What the watch remembered of your payments differed from your books and was mended",
    "ids.probed": "Somebody asked for many things that are not their own",
    "logins.sprayed": "Far more logins fail than usual: passwords are tried on many people",
    "staff.opened_many": "Somebody of the staff opened pages of very many people",
    "rule.off_then_large": "A rule of the watch was switched off, and a large payment came after it",
    "ledger_drift": "Totals differed from the rows of your books",
}


def _with_payments(user_id: UUID, found: Sequence[Data]) -> list[Data]:
    """Payee and amount of the payments meant; and whether a letter says the same already."""
    ids = [one["id"] for one in found if "id" in one]
    rows = Transaction.objects.for_user(user_id).filter(id__in=ids).select_related("payee")
    payments = {str(row.id): row for row in rows} if ids else {}
    named = []
    for one in found:
        row = payments.get(one.get("id", ""))
        if row is not None:
            one = {
                **one,
                "payee": row.payee.name if row.payee else row.statement_text,
                "amount": format_minor(row.amount_minor, row.currency),
                "currency": row.currency,
                "posted_on": row.posted_on.isoformat(),
            }
        elif one.get("code") in NOTICES or "mail" in one.get("channels", ()):
            one = {**one, "mailed": True}
        named.append(one)
    return named


def _payment(data: Data, speech: Speech) -> Words:
    what = "a payment"
    if "amount" in data:
        name = plain_words(data["payee"]) or "a payment"
        what = f"{name}, {speech.money(data['amount'], data['currency'])}"
    why = " ".join(f"{BY_CODE[code].title}." for code in data["codes"] if code in BY_CODE)
    return Words(
        f"Was this you? {what[0].upper()}{what[1:]}", why, f"/api/transactions/{data['id']}"
    )


def _alert(data: Data, speech: Speech) -> Words:
    if "codes" in data:
        return _payment(data, speech)
    code = data["code"]
    title = NOTICES.get(code) or OTHER_CODES.get(code)
    reasons = [plain_words(reason, 200) for reason in data.get("reasons", ())]
    if title is None:
        title = reasons.pop(0) if reasons else f"Security: {code}"
    device = plain_words(data.get("device"))
    body = " ".join([*reasons, *([f"Device: {device}."] if device else [])])
    link = f"/api/security/events/{data['event']}" if "event" in data else "/api/security/events"
    return Words(title, body, link)


def _is_for_the_inbox(data: Data) -> bool:
    """Who chose by which channel to hear of it and left out push does not find it in the inbox."""
    return "push" in data.get("channels", ("push",))


MATTERS = [
    Matter(
        kind="transaction.flagged",
        topic="security",
        words=_payment,
        many="{} payments were flagged",
        key=lambda data: data["id"],
        named=_with_payments,
    ),
    Matter(
        kind="security.alert",
        topic="security",
        words=_alert,
        many="{} security alerts",
        counts=_is_for_the_inbox,
        named=_with_payments,
    ),
]
