"""The profiles that a verb touches: one statement to read them with all that rules ask, one to store.

The caller holds the owner's clock, so nobody else writes these profiles meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from accounts.bulk import as_arrays
from accounts.days import zone
from accounts.sql import CHUNK, MANY, as_id, execute, fetch, is_postgres
from security_monitor.engine import profiles
from security_monitor.engine.catalogue import RULES
from security_monitor.engine.facts import Said, StrangeLogin
from security_monitor.engine.profiles import CATEGORY, PAYEE, Entry, Key, State, keys_of
from security_monitor.engine.rule import Rule
from security_monitor.learning import recent
from security_monitor.learning.shared import Rate
from security_monitor.models import Profile
from security_monitor.services import strange_logins

# What one account holds cannot be drained where it is owed anyway.
DRAINABLE = ("checking", "savings", "cash")
NEVER = Said()


def canonical(state: State) -> str:
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(slots=True)
class Shelf:
    """Profiles by key, the names and balances of a batch, the owner's lists and the tuned rules."""

    user_id: UUID
    today: int
    states: dict[Key, State] = field(default_factory=dict)
    touched: set[Key] = field(default_factory=set)
    stored: set[Key] = field(default_factory=set)
    names: dict[UUID, str] = field(default_factory=dict)
    balances: dict[UUID, int] = field(default_factory=dict)
    listed: dict[tuple[str, UUID], dict[str, str]] = field(default_factory=dict)
    rules: Sequence[Rule] = RULES
    entries: Sequence[Entry] = ()
    model_id: UUID | None = None  # the live model, where there is one
    zone: tzinfo = UTC  # the owner's
    login: StrangeLogin | None = None  # by which this request acts, where it is odd
    shadow: dict[UUID, str] = field(default_factory=dict)  # codes of rules on trial, by row
    rates: dict[str, Rate] | None = None  # None: not asked for yet

    def of(self, entry: Entry) -> dict[str, State]:
        """The profiles of a row, by kind."""
        return {key[0]: self.states.get(key, {}) for key in keys_of(entry)}

    def apply(self, entry: Entry, sign: int) -> None:
        for key in keys_of(entry):
            profiles.apply(self.states.setdefault(key, {}), key[0], entry, sign, self.today)
            self.touched.add(key)

    def recall(self, entry: Entry, sign: int) -> None:
        """Count a payment into the owner's last days, or out: flagged ones too."""
        if entry.is_out and entry.day > self.today - recent.DAYS:
            key = recent.key_of(entry)
            recent.apply(self.states.setdefault(key, {}), entry, sign, self.today)
            self.touched.add(key)

    def said(self, entry: Entry) -> Said:
        if not self.listed:
            return NEVER
        payee = self.listed.get((PAYEE, entry.payee_id), {}) if entry.payee_id else {}
        category = self.listed.get((CATEGORY, entry.category_id), {}) if entry.category_id else {}
        return Said(
            denied=payee.get("deny", ""),
            is_denied="deny" in payee or "deny" in category,
            is_allowed="allow" in payee or "allow" in category,
            is_snoozed="snooze" in payee or "snooze" in category,
        )

    def store(self) -> None:
        """Write what was touched: one statement, and one more where a profile became empty."""
        rows, empty = [], []
        for key in sorted(self.touched, key=lambda k: (k[1], k[0], k[2])):
            state = recent.pruned(self.states[key], key, self.today)
            if state:
                kind, row_id, currency = key
                rows.append((self.user_id, kind, row_id, currency, canonical(state)))
            elif key in self.stored:
                empty.append(key)
        upsert(rows)
        for kind, row_id, currency in empty:
            gone = Profile.objects.for_user(self.user_id).filter(
                kind=kind, key=row_id, currency=currency
            )
            gone._raw_delete("default")
        self.touched.clear()


HEAD = "INSERT INTO security_monitor_profile (user_id, kind, key, currency, state) "
TAIL = " ON CONFLICT (user_id, key, kind, currency) DO UPDATE SET state = excluded.state"


def upsert(rows: Sequence[tuple[Any, ...]]) -> None:
    if is_postgres() and len(rows) > MANY:
        arrays, values = as_arrays(rows)
        execute(f"{HEAD}SELECT * FROM unnest({arrays}){TAIL}", values)  # noqa: S608
        return
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        marks = ", ".join(["(%s, %s, %s, %s, %s)"] * len(chunk))
        execute(f"{HEAD}VALUES {marks}{TAIL}", [value for row in chunk for value in row])


READ = """
SELECT 'profile', kind, key, currency, state FROM security_monitor_profile
 WHERE user_id = %s AND key {among}
UNION ALL SELECT 'payee', '', id, '', name FROM ledger_payee WHERE user_id = %s AND id {among}
UNION ALL SELECT 'category', '', id, '', name FROM ledger_category WHERE user_id = %s AND id {among}
UNION ALL SELECT 'balance', type, id, '', CAST(balance_minor AS text) FROM ledger_account
 WHERE user_id = %s AND id {among}
UNION ALL SELECT kind, subject, subject_id, '', note FROM security_monitor_listentry
 WHERE user_id = %s AND (until IS NULL OR until > %s) AND subject_id {among}
UNION ALL SELECT 'rule', code, NULL, CAST(version AS text),
 COALESCE(CAST(weight AS text), '') || '|' || status || '|' || CAST(parameters AS text)
 FROM security_monitor_rulesetting
UNION ALL SELECT 'model', '', id, '', '' FROM security_monitor_learnedmodel WHERE state = 'live'
UNION ALL SELECT 'zone', '', id, '', timezone FROM accounts_user WHERE id = %s
"""


def open_shelf(user_id: UUID, entries: Iterable[Entry], now: datetime) -> Shelf:
    """Everything that judging and learning these rows needs: one statement."""
    asked = list(entries)
    keys = sorted({key[1] for entry in asked for key in keys_of(entry)})
    shelf = Shelf(user_id, now.toordinal(), entries=asked)
    tuned: list[tuple[str, str, str]] = []
    events: list[tuple[str, UUID, str, str]] = []
    for tag, kind, row_id, extra, body in _read(user_id, keys, now):
        if tag == "profile":
            key = (kind, as_id(row_id), extra)
            shelf.states[key] = orjson.loads(body)
            shelf.stored.add(key)
        elif tag == "rule":
            tuned.append((kind, extra, body))
        elif tag == "model":
            shelf.model_id = as_id(row_id)
        elif tag == "balance":
            if kind in DRAINABLE:
                shelf.balances[as_id(row_id)] = int(body)
        elif tag == "zone":
            shelf.zone = zone(body)
        elif tag == "session":
            events.append((kind, as_id(row_id), extra, body))
        elif tag in ("payee", "category"):
            shelf.names[as_id(row_id)] = body
        else:
            shelf.listed.setdefault((kind, as_id(row_id)), {})[tag] = body
    if tuned:
        shelf.rules = tuned_rules(tuple(sorted(tuned)))
    shelf.login = strange_logins.strange_login(events, now)
    return shelf


def _read(user_id: UUID, keys: Sequence[UUID], now: datetime) -> list[tuple[Any, ...]]:
    given: list[Any] = [list(keys)] if is_postgres() else list(keys)
    marks = "= ANY(%s)" if is_postgres() else f"IN ({', '.join(['%s'] * len(keys))})"
    sql = READ.replace("{among}", marks)
    params: list[Any] = []
    for branch in range(5):
        params += [user_id, now, *given] if branch == 4 else [user_id, *given]
    params.append(user_id)
    session_id = strange_logins.acting_session(user_id)
    if session_id is not None:
        sql += f"UNION ALL {strange_logins.EVENTS}"
        params += [user_id, now - strange_logins.LOOKED_BACK, session_id]
    return fetch(sql, params)


@lru_cache(maxsize=8)
def tuned_rules(settings: tuple[tuple[str, str, str], ...]) -> Sequence[Rule]:
    """The catalogue under these settings: (code, version, "weight|status|parameters")."""
    by_code = {}
    for code, version, body in settings:
        weight, status, parameters = body.split("|", 2)
        by_code[code] = (int(weight) if weight else None, status, int(version), parameters)
    return tuple(
        rule.with_settings(
            weight=by_code[rule.code][0],
            status=by_code[rule.code][1],
            version=by_code[rule.code][2],
            parameters=orjson.loads(by_code[rule.code][3]),
        )
        if rule.code in by_code
        else rule
        for rule in RULES
    )
