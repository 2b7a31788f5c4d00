"""A made-up house of people and of those who want in: homes, devices, journeys, and labelled attacks.

Every figure below was chosen from what is plausible, before anything was measured; none was fitted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import exp
from random import Random

from security_monitor.behaviour.travel import Spot
from security_monitor.evaluation.logins.replay import Attempt

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
RADIUS_KM = 50.0  # as city files say of most addresses
CITIES = [
    ("DE", 52.5, 13.4), ("DE", 48.1, 11.6), ("DE", 50.1, 8.7), ("AT", 48.2, 16.4), ("CH", 47.4, 8.5),
    ("FR", 48.9, 2.4), ("FR", 43.3, 5.4), ("GB", 51.5, -0.1), ("GB", 53.5, -2.2), ("ES", 40.4, -3.7),
    ("IT", 41.9, 12.5), ("PL", 52.2, 21.0), ("NL", 52.4, 4.9), ("SE", 59.3, 18.1), ("US", 40.7, -74.0),
    ("US", 37.8, -122.4), ("BR", -23.5, -46.6), ("IN", 19.1, 72.9), ("JP", 35.7, 139.7),
    ("CN", 39.9, 116.4), ("RU", 55.8, 37.6), ("NG", 6.5, 3.4), ("VN", 10.8, 106.7), ("AU", -33.9, 151.2),
]  # fmt: skip
HOME_CITIES = 15  # the first of them are where our people live
DEVICES = ["Chrome on Windows", "Safari on iPhone", "Chrome on Android", "Firefox on Windows",
           "Safari on macOS", "Edge on Windows", "Firefox on Linux", "Chrome on macOS"]  # fmt: skip
POPULARITY = [30, 22, 20, 6, 8, 8, 2, 4]
NIGHT_WORKERS, VPN_USERS, PRIVATE_BROWSERS, RARE_USERS = 0.08, 0.15, 0.08, 0.15
VPN_SHARE, MOBILE_SHARE, TRIPS_PER_DAY, TRAVELLER_SHARE = 0.3, 0.3, 1 / 90, 0.6
NEW_DEVICE_PER_DAY, NEW_HOME_NETWORK_PER_DAY = 1 / 420, 1 / 60
TYPOS = [(0.90, 0), (0.98, 1), (0.995, 2), (1.0, 4)]  # (cumulative share, wrong tries before)


@dataclass(slots=True)
class Dweller:
    """One honest person."""

    name: str
    city: int
    logins_per_day: float
    hour: float
    devices: list[str]
    home: str
    work: str
    vpn: list[str]
    is_private: bool
    marked: set[str] = field(default_factory=set)
    away_until: datetime = BEGIN
    away_city: int = 0
    away_network: str = ""


class World:
    """A seeded stream of attempts, honest and not, in the order of time."""

    def __init__(self, seed: int, people: int = 300, days: int = 180, quiet_days: int = 60) -> None:
        self.dice = Random(seed)  # noqa: S311 (a simulation, no secret)
        self.days, self.quiet_days = days, quiet_days
        self.people = [self._dweller(number) for number in range(people)]

    def attempts(self) -> list[Attempt]:
        found = [a for person in self.people for a in self._life(person)]
        found += self._takeovers()
        for _ in range(max(2, (self.days - self.quiet_days) // 12)):
            found += self._campaign("stuffing", tries_each=1, luck=0.012)
            found += self._campaign("spray", tries_each=2, luck=0.004)
        return sorted(found, key=lambda attempt: attempt.at)

    def _network(self, city: int, pool: int) -> str:
        """One of the networks of a provider in a city; a provider has one block of addresses."""
        return f"{20 + city}.{pool % 200}.{self.dice.randrange(250)}.0/24"

    def _hidden_network(self, exit_city: int) -> str:
        return f"{120 + exit_city}.{self.dice.randrange(4)}.{self.dice.randrange(60)}.0/24"

    def _dweller(self, number: int) -> Dweller:
        dice, city = self.dice, self.dice.randrange(HOME_CITIES)
        rate = 0.03 if dice.random() < RARE_USERS else min(dice.lognormvariate(-1.2, 0.8), 3.0)
        exits = [self._hidden_network(dice.randrange(HOME_CITIES)) for _ in range(3)]
        provider = dice.randrange(4)
        return Dweller(
            name=f"person{number}",
            city=city,
            logins_per_day=rate,
            hour=2.0 if dice.random() < NIGHT_WORKERS else dice.gauss(15, 3) % 24,
            devices=dice.choices(DEVICES, POPULARITY, k=dice.choice([1, 1, 2, 2, 3])),
            home=self._network(city, provider),
            work=self._network(city, 10 + dice.randrange(6)),
            vpn=exits if dice.random() < VPN_USERS else [],
            is_private=dice.random() < PRIVATE_BROWSERS,
        )

    def _life(self, person: Dweller) -> Iterator[Attempt]:
        dice = self.dice
        for day in range(self.days):
            midnight = BEGIN + timedelta(days=day)
            self._change(person, midnight)
            for _ in range(_poisson(dice, person.logins_per_day)):
                at = midnight + timedelta(hours=dice.gauss(person.hour, 2.5) % 24)
                yield from self._login(person, at)

    def _change(self, person: Dweller, now: datetime) -> None:
        dice = self.dice
        if dice.random() < NEW_DEVICE_PER_DAY:
            fresh = dice.choices(DEVICES, POPULARITY)[0]
            person.devices[dice.randrange(len(person.devices))] = fresh
            person.marked.discard(fresh)
        if dice.random() < NEW_HOME_NETWORK_PER_DAY:
            person.home = f"{person.home.rsplit('.', 2)[0]}.{dice.randrange(250)}.0/24"
        if now >= person.away_until and dice.random() < TRIPS_PER_DAY * TRAVELLER_SHARE:
            person.away_until = now + timedelta(days=dice.randint(2, 10))
            person.away_city = dice.randrange(len(CITIES))
            person.away_network = self._network(person.away_city, 30 + dice.randrange(20))

    def _login(self, person: Dweller, at: datetime) -> Iterator[Attempt]:
        dice = self.dice
        is_away = at < person.away_until
        city = person.away_city if is_away else person.city
        network = person.away_network if is_away else dice.choice([person.home] * 3 + [person.work])
        hidden = ""
        if dice.random() < MOBILE_SHARE:
            network = self._network(city, 50)
        if person.vpn and dice.random() < VPN_SHARE:
            network, hidden = dice.choice(person.vpn), "vpn"
            city = int(network.partition(".")[0]) - 120
        device = dice.choice(person.devices)
        attempt = self._attempt(person, at, network, city, device, hidden)
        attempt = replace(attempt, has_mark=device in person.marked and not person.is_private)
        roll = dice.random()
        wrong = next(count for share, count in TYPOS if roll <= share)
        for number in range(wrong):
            yield replace(attempt, at=at - timedelta(seconds=20 * (wrong - number)), is_right=False)
        person.marked.add(device)
        yield attempt

    def _attempt(
        self, person: Dweller, at: datetime, network: str, city: int, device: str, hidden: str
    ) -> Attempt:
        country, latitude, longitude = CITIES[city]
        return Attempt(
            at=at,
            user=person.name,
            who=person.name,
            network=network,
            device=device,
            is_right=True,
            country=country,
            spot=Spot(latitude, longitude, RADIUS_KM),
            hidden=hidden,
            hour=at.hour,
        )

    def _some_time(self) -> datetime:
        return BEGIN + timedelta(days=self.dice.uniform(self.quiet_days, self.days))

    def _takeovers(self) -> Iterator[Attempt]:
        """Somebody who has the password. naive: from abroad; vpn: by a VPN with an exit in the victim's
        country and a common device; targeted: from the victim's own city, on the victim's kind of device."""
        dice = self.dice
        for number in range(len(self.people) // 2):
            victim, at = dice.choice(self.people), self._some_time()
            kind = ("naive", "vpn", "targeted")[number % 3]
            device = dice.choices(DEVICES, POPULARITY)[0]
            if kind == "naive":
                city = dice.randrange(len(CITIES))
                network, hidden = self._network(city, 60 + dice.randrange(20)), ""
            elif kind == "vpn":
                near = [n for n, c in enumerate(CITIES) if c[0] == CITIES[victim.city][0]]
                city = dice.choice(near)
                network, hidden = self._hidden_network(city), "vpn"
            else:
                city, device = victim.city, dice.choice(victim.devices)
                network, hidden = self._network(city, 60 + dice.randrange(20)), ""
            attempt = self._attempt(victim, at, network, city, device, hidden)
            yield replace(attempt, label=f"takeover, {kind}")

    def _campaign(self, label: str, *, tries_each: int, luck: float) -> Iterator[Attempt]:
        """Many addresses from few networks within the hour; two in five are of nobody."""
        dice, begin = self.dice, self._some_time()
        city = dice.randrange(len(CITIES))
        sources = [self._hidden_network(city) for _ in range(dice.choice([1, 1, 4]))]
        for number in range(250):
            at = begin + timedelta(seconds=number * 14)
            victim = dice.choice(self.people)
            is_somebody = dice.random() < 0.6
            device = dice.choice(["python-requests", "Chrome on Windows"])
            attempt = self._attempt(victim, at, dice.choice(sources), city, device, "data_centre")
            attempt = replace(attempt, label=label)
            if not is_somebody:
                attempt = replace(attempt, user="", who=f"nobody{number}")
            is_lucky = is_somebody and dice.random() < luck * tries_each
            for again in range(1 if is_lucky else tries_each):
                when = at + timedelta(seconds=again)
                yield replace(attempt, at=when, is_right=is_lucky)


def _poisson(dice: Random, mean: float) -> int:
    """Knuth's way: fine for small means."""
    floor, product, count = exp(-mean), dice.random(), 0
    while product > floor:
        product *= dice.random()
        count += 1
    return count
