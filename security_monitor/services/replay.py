"""Rows in the order of time, judged again: the same facts and rules as in a booking, in memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ledger import money
from security_monitor.engine import profiles
from security_monitor.engine.catalogue import RULES, hits_of, of_status
from security_monitor.engine.facts import Facts, Said
from security_monitor.engine.profiles import Entry, Key, State, keys_of
from security_monitor.engine.rule import LIVE, Rule
from security_monitor.engine.scores import Bands, Judgement, judge


@dataclass(slots=True)
class Replay:
    """Profiles of many owners while their rows come by. quarantine: flagged rows are not learned."""

    rules: Sequence[Rule] = RULES
    bands: Bands = field(default_factory=Bands)
    quarantine: bool = True
    states: dict[Key, State] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    _pruned: dict[Key, int] = field(default_factory=dict)

    def facts(self, entry: Entry) -> Facts:
        found = {}
        for key in keys_of(entry):
            state = self.states.get(key)
            if state:
                if entry.day > self._pruned.get(key, 0):
                    profiles.prune(state, entry.day)
                    self._pruned[key] = entry.day
                found[key[0]] = state
        return Facts(
            entry=entry,
            profiles=found,
            today=entry.day,
            payee=self.names.get(entry.payee_id, "") if entry.payee_id else "",
            category=self.names.get(entry.category_id, "") if entry.category_id else "",
            said=Said(),
            shown=money.format_minor,
        )

    def judge(self, facts: Facts) -> Judgement:
        return judge(hits_of(facts, of_status(self.rules, LIVE)), 100, self.bands)

    def learn(self, entry: Entry) -> None:
        for key in keys_of(entry):
            profiles.apply(self.states.setdefault(key, {}), key[0], entry, 1, entry.day)

    def run(
        self, entries: Iterable[Entry], each: Callable[[Entry, Judgement], bool] | None = None
    ) -> Iterator[tuple[Entry, Judgement]]:
        """Judge, then learn, row by row. `each` may say that a flagged row is learned after all."""
        for entry in entries:
            word = self.judge(self.facts(entry))
            if not (word.flagged and self.quarantine) or (each is not None and each(entry, word)):
                self.learn(entry)
            yield entry, word
