"""Logins in the order of time through the rules of the watch, with registers in memory.

The registers hold what `services.logins` keeps in tables; a test compares the two, login by login.
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from security_monitor.behaviour.freeman import (
    LOGINS_MIN,
    Traits,
    bucket_of,
    counted,
    log_score,
    share_below,
    traits_of,
)
from security_monitor.behaviour.logins import (
    HOURS,
    FailedLogin,
    Login,
    hits_of,
    hits_of_failure,
)
from security_monitor.behaviour.travel import DISTANCE_KM_MIN, Jump, Spot, jump_between, km_between
from security_monitor.engine.scores import Bands, Judgement, judge
from security_monitor.services.trusted_places import LOGINS_TRUSTED, SPAN_TRUSTED

QUARTER, HOUR, AT_ONCE = timedelta(minutes=15), timedelta(hours=1), timedelta(minutes=10)
HONEST = "honest"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to log in. user: '' for an address that nobody has. hour: of the owner's day."""

    at: datetime
    user: str
    who: str
    network: str
    device: str
    is_right: bool
    country: str = ""
    spot: Spot | None = None
    hidden: str = ""
    has_mark: bool = False
    hour: int = 12
    label: str = HONEST


@dataclass(slots=True)
class Person:
    """What is kept of one person."""

    logins: int = 0
    devices: Counter[str] = field(default_factory=Counter)
    networks: Counter[str] = field(default_factory=Counter)
    seen: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    countries: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    by_hour: list[int] = field(default_factory=lambda: [0] * HOURS)
    traits: Traits = field(default_factory=dict)
    last_at: datetime | None = None
    settled: tuple[str, Spot | None, datetime] | None = None
    live: deque[Attempt] = field(default_factory=deque)
    failures: deque[datetime] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Judged:
    """A right password: the word of the watch, log2 of Freeman's score, and whether it must be confirmed."""

    attempt: Attempt
    word: Judgement
    likelihood: float
    is_asked: bool


class Replay:
    def __init__(self) -> None:
        self.people: dict[str, Person] = defaultdict(Person)
        self.failed: dict[str, deque[tuple[datetime, str]]] = defaultdict(deque)
        self.common: Counter[tuple[str, str]] = Counter()
        self.scores: Counter[int] = Counter()
        self.logins = self.known_people = 0

    def fail(self, attempt: Attempt) -> Judgement:
        """A wrong password: how alarming, this one counted."""
        at, own = attempt.at, self.people[attempt.user].failures if attempt.user else deque()
        own.append(at)
        here = self._failed_here(attempt)
        here.append((at, attempt.user or attempt.who))
        recent = [who for when, who in here if when >= at - QUARTER]
        _forget(own, at - HOUR)
        return judge(
            hits_of_failure(
                FailedLogin(
                    of_person=sum(when >= at - QUARTER for when in own) if attempt.user else 0,
                    of_network=len(recent),
                    people=len({who for _, who in here}),
                )
            )
        )

    def enter(self, attempt: Attempt) -> Judged:
        """A right password. Who is asked and honest confirms; an intruder who is asked is not counted."""
        person, at = self.people[attempt.user], attempt.at
        traits = traits_of(attempt.network, attempt.country, attempt.device)
        likelihood, bucket, share = self._likelihood(person, traits)
        jump = _jump(person, attempt)
        _forget(person.failures, at - HOUR)
        days = (at - person.last_at).total_seconds() / 86_400 if person.last_at else None
        login = Login(
            device=attempt.device,
            network=attempt.network,
            country=attempt.country,
            hour=attempt.hour,
            earlier=person.logins,
            on_device=person.devices[attempt.device],
            from_network=person.networks[attempt.network],
            from_country=person.countries[attempt.country],
            countries=person.countries.total(),
            by_hour=person.by_hour,
            days_since_last=days,
            failures=len(person.failures),
            has_mark=attempt.has_mark,
            jump=jump,
            elsewhere=_elsewhere(person, attempt),
            network_kind=attempt.hidden,
            from_kind=person.hidden[attempt.hidden],
            sprayed=len({who for _, who in self._failed_here(attempt)}),
            unlikely=share,
        )
        word = judge(hits_of(login))
        is_asked = word.score >= Bands().review and not self._is_at_home(person, attempt)
        if attempt.label == HONEST or not is_asked:
            self._count(person, attempt, traits, jump, bucket)
        return Judged(attempt, word, likelihood, is_asked)

    def _failed_here(self, attempt: Attempt) -> deque[tuple[datetime, str]]:
        here = self.failed[attempt.network]
        while here and here[0][0] < attempt.at - HOUR:
            here.popleft()
        return here

    def _is_at_home(self, person: Person, attempt: Attempt) -> bool:
        """A marked device in a place of habit, this login counted."""
        first, _ = person.seen.get(attempt.network, (attempt.at, attempt.at))
        return (
            attempt.has_mark
            and person.networks[attempt.network] + 1 >= LOGINS_TRUSTED
            and attempt.at - first >= SPAN_TRUSTED
        )

    def _likelihood(
        self, person: Person, traits: dict[str, str]
    ) -> tuple[float, int | None, float | None]:
        if not person.logins:
            return 0.0, None, None
        common = {trait: self.common[trait, value] for trait, value in traits.items()}
        score = log_score(
            traits, person.traits, person.logins, common, self.logins, self.known_people
        )
        if person.logins < LOGINS_MIN:
            return score, None, None
        bucket = bucket_of(score)
        return score, bucket, share_below(bucket, self.scores)

    def _count(
        self,
        person: Person,
        attempt: Attempt,
        traits: dict[str, str],
        jump: Jump | None,
        bucket: int | None,
    ) -> None:
        at = attempt.at
        self.known_people += not person.logins
        person.logins += 1
        person.devices[attempt.device] += 1
        if attempt.network:
            person.networks[attempt.network] += 1
            first, _ = person.seen.get(attempt.network, (at, at))
            person.seen[attempt.network] = (first, at)
        if attempt.country:
            person.countries[attempt.country] += 1
        person.by_hour[attempt.hour] += 1
        person.traits = counted(person.traits, traits)
        person.last_at = at
        if attempt.hidden:
            person.hidden[attempt.hidden] += 1
        elif attempt.network and (jump is None or attempt.has_mark):
            person.settled = (attempt.network, attempt.spot, at)
        person.live.append(attempt)
        self.logins += 1
        self.common.update(traits.items())
        if bucket is not None:
            self.scores[bucket] += 1


def _forget(times: deque[datetime], before: datetime) -> None:
    while times and times[0] < before:
        times.popleft()


def _jump(person: Person, attempt: Attempt) -> Jump | None:
    if attempt.hidden or person.settled is None or attempt.network == person.settled[0]:
        return None
    _, there, when = person.settled
    hours = (attempt.at - when).total_seconds() / 3600
    return jump_between(there, attempt.spot, hours) if there and attempt.spot else None


def _elsewhere(person: Person, attempt: Attempt) -> str:
    while person.live and person.live[0].at < attempt.at - AT_ONCE:
        person.live.popleft()
    if attempt.hidden or attempt.spot is None:
        return ""
    for other in reversed(person.live):
        if other.spot is None or other.country == attempt.country or other.hidden:
            continue
        if attempt.has_mark and other.device == attempt.device:
            continue
        if km_between(attempt.spot, other.spot) > DISTANCE_KM_MIN:
            return other.country
    return ""
