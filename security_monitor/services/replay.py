"""Rows in the order of time, judged again: the same facts and rules as in a booking, in memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ledger import money
from security_monitor.engine import profiles
from security_monitor.engine.buckets import Sketch, index_of
from security_monitor.engine.catalogue import RULES, hits_of, of_status
from security_monitor.engine.facts import Facts, Known, Said
from security_monitor.engine.profiles import OWNER, Entry, Key, State, keys_of
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
    _sketches: dict[tuple[UUID, str, str], Sketch] = field(default_factory=dict)

    def facts(self, entry: Entry) -> Facts:
        found, known = {}, {}
        side = "o" if entry.is_out else "i"
        for key in keys_of(entry):
            state = self.states.get(key)
            if state:
                if entry.day > self._pruned.get(key, 0):
                    profiles.prune(state, entry.day)
                    self._pruned[key] = entry.day
                found[key[0]] = state
                if key[0] != OWNER:
                    known[key[0]] = Known(state, side, self._sketch(key, side, state))
        return Facts(
            entry=entry,
            profiles=found,
            today=entry.day,
            payee=self.names.get(entry.payee_id, "") if entry.payee_id else "",
            category=self.names.get(entry.category_id, "") if entry.category_id else "",
            said=Said(),
            shown=money.format_minor,
            _known=known,
        )

    def _sketch(self, key: Key, side: str, state: State) -> Sketch:
        """A sketch that follows its profile: made from it once, then counted along."""
        found = self._sketches.get((key[1], key[2], side))
        if found is None:
            found = self._sketches[key[1], key[2], side] = Sketch(state.get(side, {}))
        return found

    def judge(self, facts: Facts, cap: int = 100) -> Judgement:
        return judge(hits_of(facts, of_status(self.rules, LIVE)), cap, self.bands)

    def learn(self, entry: Entry) -> None:
        self.count(entry, 1, entry.day)

    def count(self, entry: Entry, sign: int, today: int) -> None:
        """Count a row in (1) or out (-1)."""
        side, bucket = "o" if entry.is_out else "i", index_of(entry.size)
        for key in keys_of(entry):
            state = self.states.get(key)
            if state is None:
                state = self.states[key] = {}
            profiles.apply(state, key[0], entry, sign, today)
            sketch = self._sketches.get((key[1], key[2], side))
            if sketch is not None:
                sketch.add(bucket, sign)

    def run(
        self, entries: Iterable[Entry], each: Callable[[Entry, Judgement], bool] | None = None
    ) -> Iterator[tuple[Entry, Judgement]]:
        """Judge, then learn, row by row. `each` may say that a flagged row is learned after all."""
        for entry in entries:
            word = self.judge(self.facts(entry))
            if not (word.flagged and self.quarantine) or (each is not None and each(entry, word)):
                self.learn(entry)
            yield entry, word
