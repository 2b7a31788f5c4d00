"""Where the floors plug in, so that a lower one never learns of an upper one: dotted paths by what asks.

The settings hand these out; no other module is read for them.
"""

# Each is called with the new user inside the commit of the registration; what it returns is told.
NEW_USER_HOOKS = ["ledger.services.households.furnish"]
# Each encrypts what it keeps anew under the first key, and says how many.
SECRETS_ELSEWHERE = ["debts.services.numbers.reseal_all"]
# Each is called with the demo person and today, when the demo household is made.
DEMO_PLANS = [
    "debts.demo.plan",
    "ledger.demo.recurring.plan",
    "budgeting.demo.plan",
    "goals.demo.plan",
]
# Asked about every row that spends; it may refuse one that breaks a hard budget limit.
SPENDING_GATE = "budgeting.services.gate.consider"
# Kinds of rows that the change feed and the stream show.
MIRRORED = [
    "accounts.delivery.mirror.KINDS",
    "accounts.inbox.mirror.KINDS",
    "ledger.api.mirror.KINDS",
    "budgeting.api.mirror.KINDS",
    "goals.api.mirror.KINDS",
    "debts.api.mirror.KINDS",
    "security_monitor.api.mirror.KINDS",
    "insights.api.mirror.KINDS",
]
# What owners are told of, in the inbox and by mail, and in which words.
MATTERS = [
    "ledger.matters.MATTERS",
    "budgeting.matters.MATTERS",
    "goals.matters.MATTERS",
    "security_monitor.matters.MATTERS",
    "insights.matters.MATTERS",
]
# Called when rows that named a payee or category now name another.
RISK_MERGES = "security_monitor.services.merging.follow_merge"
# Each hears of every audit entry, inside its commit.
AUDIT_LISTENERS = ["security_monitor.services.listening.hear"]
# Asked about a login that has just been counted: whether it must be confirmed, and who hears of it.
LOGIN_GATE = "security_monitor.services.login_gate.weigh"
# Called with (session, user agent, address) for every refresh, inside its commit.
REFRESH_WATCH = "security_monitor.services.moving.consider"
# Called with (staff id, person id) when staff open a page that is another person's.
STAFF_WATCH = "security_monitor.services.staff_watch.opened"
# Each adds files to the archive of everything that one owns, and says how many of what.
EXPORT_EXTRAS = ["ledger.services.export_files.add_attachments"]
# Each is called with the id of a person who is erased, before the rows go: for what no row says, and for
# rows that stay without their owner. Safe to repeat.
ERASERS = [
    "ledger.services.attachments.erase_files",
    "security_monitor.services.leaving.make_nameless",
]
