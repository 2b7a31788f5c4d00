"""Every kind of security event, with how grave it is by itself.

An event is made of an audit entry, so a kind is found by the entry's action. Actions about people
and their keys that stand here under no name of their own are kept too, as `info`.
"""

from dataclasses import dataclass

SEVERITIES = ("info", "low", "medium", "high", "critical")
LOGIN_SUCCEEDED, LOGIN_FAILED = "login.succeeded", "login.failed"
LOGIN_HELD, STEPPED_UP = "login.held", "session.stepped_up"
FACTOR_FAILED, SESSION_MOVED = "second_factor.failed", "session.moved"
ATTEMPTS = (LOGIN_SUCCEEDED, LOGIN_FAILED)
ABOUT_KEYS = frozenset({"user", "session", "login", "token", "staff", "device", "place"})


@dataclass(frozen=True, slots=True)
class Kind:
    """risk: 0-100 of the event by itself. message: the reason that it gives.

    told: whether the verb that causes it tells the owner already, so that nobody hears it twice.
    """

    name: str
    severity: str = "info"
    risk: int = 0
    message: str = ""
    told: bool = False


def _k(name: str, severity: str, risk: int, message: str, told: bool = False) -> Kind:
    return Kind(name, severity, risk, message, told)


CATALOGUE = {
    "session.opened": Kind(LOGIN_SUCCEEDED),
    "login.failed": Kind(LOGIN_FAILED, "low"),
    "login.held": Kind(LOGIN_HELD, "medium"),
    "user.registered": Kind("account.registered"),
    "user.password_changed": _k(
        "password.changed", "medium", 30, "The password was changed.", True
    ),
    "user.password_reset": _k(
        "password.reset", "medium", 40, "A forgotten password was replaced by mail.", True
    ),
    "user.email_change_wanted": _k(
        "email.change_wanted", "medium", 30, "Somebody asked to move this account to another e-mail."
    ),
    "user.email_changed": _k("email.changed", "high", 40, "The e-mail was changed.", True),
    "user.recovery_code_used": _k(
        "recovery_code.used", "medium", 30, "A recovery code was used instead of the second factor."
    ),
    "user.second_factor_failed": _k(
        FACTOR_FAILED, "medium", 30, "A wrong code was given as second factor."
    ),
    "user.access_changed": _k("access.changed", "high", 40, "What this account may do was changed.", True),
    "user.erasure_wanted": _k(
        "erasure.wanted", "high", 60, "This account is to be erased.", True
    ),
    "user.erasure_taken_back": _k(
        "erasure.taken_back", "medium", 30, "This account is not to be erased any more.", True
    ),
    "session.ended": Kind("session.ended"),
    "session.all_ended": Kind("sessions.ended"),
    "session.refresh_reused": _k(
        "refresh.reused", "critical", 90, "A refresh token was used twice: somebody holds a copy.", True
    ),
    "session.client_changed": _k(
        SESSION_MOVED, "medium", 35, "A session goes on with another program, or from far away."
    ),
    "token.created": _k("token.created", "low", 15, "A personal access token was made."),
    "user.exported": _k("data.exported", "low", 10, "Everything of this account was exported."),
    "transactions.exported": _k("data.exported", "low", 10, "Transactions were exported."),
    "risk.drift": _k("risk.drift", "medium", 30, "What the watch remembers differed from the rows.", True),
    "audit.tampered": _k(
        "audit.tampered", "critical", 95, "The audit trail is not what was written."
    ),
    "ids.probed": _k(
        "ids.probed", "medium", 55, "This account asked for many things that are not its own."
    ),
    "books.scraped": _k(
        "books.scraped", "low", 30, "These books were read page by page, far faster than usual."
    ),
    "server.scanned": _k(
        "server.scanned", "medium", 40, "A program looked for holes in this server."
    ),
    "logins.sprayed": _k(
        "logins.sprayed", "high", 60, "Far more logins fail than usual, of many people who never came."
    ),
    "staff.opened_many": _k(
        "staff.opened_many", "medium", 50, "Somebody of the staff opened pages of very many people."
    ),
    "rule.off_then_large": _k(
        "rule.off_then_large", "medium", 50, "A rule was switched off, and a large payment followed."
    ),
    "ledger.drift": _k("ledger.drift", "high", 60, "Totals differed from the rows of the books.", True),
}  # fmt: skip
KINDS = sorted({kind.name for kind in CATALOGUE.values()})

# What an intruder does first to stay inside (AS10).
SENSITIVE = frozenset(
    {
        "user.password_changed", "user.email_change_wanted", "user.second_factor_added",
        "user.second_factor_removed", "user.recovery_codes_renewed", "token.created",
        "place.trusted", "device.trusted",
    }
)  # fmt: skip


def kind_of(action: str) -> Kind | None:
    """The kind of event that an audit entry of this action makes; None when it makes none."""
    known = CATALOGUE.get(action)
    if known is not None:
        return known
    return Kind(action) if action.partition(".")[0] in ABOUT_KEYS else None


def severity_of(kind: Kind, score: int) -> str:
    """The graver of the kind's own severity and what the score says."""
    by_score = 4 if score >= 80 else 3 if score >= 60 else 2 if score >= 30 else 0
    return SEVERITIES[max(by_score, SEVERITIES.index(kind.severity))]
