"""One row judged against a shelf: the same code for posts, imports, "what if" and replays."""

from ledger import money
from security_monitor.engine.catalogue import hits_of, of_status
from security_monitor.engine.facts import Facts
from security_monitor.engine.profiles import Entry
from security_monitor.engine.rule import LIVE, SHADOW
from security_monitor.engine.scores import Bands, Judgement, judge
from security_monitor.services.learned import LEARNED, word_of
from security_monitor.services.shelf import Shelf

ALLOWED_MAX = 40  # an allowed payee caps the score
BANDS = Bands()


def facts_of(
    shelf: Shelf, entry: Entry, before: Entry | None = None, *, was_reconciled: bool = False
) -> Facts:
    return Facts(
        entry=entry,
        profiles=shelf.of(entry),
        today=shelf.today,
        payee=shelf.names.get(entry.payee_id, "") if entry.payee_id else "",
        category=shelf.names.get(entry.category_id, "") if entry.category_id else "",
        balance_minor=shelf.balances.get(entry.account_id),
        said=shelf.said(entry),
        before=before,
        was_reconciled=was_reconciled,
        shown=money.format_minor,
        zone=shelf.zone,
        login=shelf.login,
    )


def judged(
    shelf: Shelf, entry: Entry, before: Entry | None = None, *, was_reconciled: bool = False
) -> Judgement:
    """The word of the live rules, and of the live model, on a row that its profiles do not hold yet.

    Beside it, on the shelf: what rules on trial would have said.
    """
    facts = facts_of(shelf, entry, before, was_reconciled=was_reconciled)
    live = of_status(shelf.rules, LIVE)
    hits = hits_of(facts, live)
    if shelf.model_id is not None:
        facts.learned = word_of(shelf, facts, judge(hits))
        hits += hits_of(facts, [rule for rule in live if rule.code == LEARNED])
    trial = hits_of(facts, of_status(shelf.rules, SHADOW))
    if trial:
        shelf.shadow[entry.id] = " ".join(sorted(hit.code for hit in trial))
    return judge(hits, cap_of(facts), BANDS)


def cap_of(facts: Facts) -> int:
    """Deny wins over all; a snooze keeps the row below every alert, an allowed payee below a review."""
    if facts.said.is_denied:
        return 100
    if facts.said.is_snoozed:
        return BANDS.notify - 1
    return ALLOWED_MAX if facts.said.is_allowed else 100
