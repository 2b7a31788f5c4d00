"""What is unusual about a login, from counts of the owner's earlier ones: O(1) whatever their number.

A first login has nothing to differ from, so it is never a surprise. A place that is not known is no
evidence: neither for nor against.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from security_monitor.engine.scores import Hit

HOURS = 24
# A login at an hour that holds less than this share of many earlier ones is unusual (TX13 of the
# transactions, the same smoothing: half of each neighbour and one imagined login an hour).
RARE_SHARE = 0.01
LOGINS_FOR_HOURS = 50
DORMANT_DAYS = 90
FAILURES_BEFORE = 3
FAILURES_OF_PERSON, FAILURES_OF_NETWORK, PEOPLE_OF_NETWORK = 5, 20, 10


@dataclass(frozen=True, slots=True)
class Login:
    """A login that succeeded, and how often each of its traits was seen before it."""

    device: str
    network: str
    country: str  # '' when it is not known
    hour: int  # 0-23 in the owner's time zone
    earlier: int  # logins before this one
    on_device: int
    from_network: int
    from_country: int
    countries: int  # logins before this one whose country was known
    by_hour: Sequence[int]
    days_since_last: float | None
    failures: int  # of this person, within the hour before


@dataclass(frozen=True, slots=True)
class FailedLogin:
    """A login that was refused, and how many were within the quarter of an hour, this one too."""

    of_person: int  # 0 for an address that nobody has
    of_network: int
    people: int  # whose logins failed from this network within the hour


def share_of_hour(by_hour: Sequence[int], hour: int) -> float:
    """Smoothed share of logins at this hour: (c + ½·(neighbours) + 1) / (2n + 24)."""
    beside = by_hour[(hour - 1) % HOURS] + by_hour[(hour + 1) % HOURS]
    return (by_hour[hour] + beside / 2 + 1) / (2 * sum(by_hour) + HOURS)


def hits_of(login: Login) -> list[Hit]:
    """Why this login is unusual; empty for one like the others, and for the first."""
    if not login.earlier:
        return []
    hits = []
    if not login.on_device:
        hits.append(_new_device(login))
        if login.days_since_last is not None and login.days_since_last > DORMANT_DAYS:
            days = int(login.days_since_last)
            message = f"Nobody logged in here for {days} days, and then from a new device."
            hits.append(Hit("dormant_login", "rhythm", 40, message, {"days": days}))
    if login.country and login.countries and not login.from_country:
        message = f"The first of {login.earlier + 1} logins from {login.country}."
        hits.append(Hit("new_country", "place", 35, message, {"country": login.country}))
    if sum(login.by_hour) >= LOGINS_FOR_HOURS:
        share = share_of_hour(login.by_hour, login.hour)
        if share < RARE_SHARE:
            message = (
                f"Logins at {login.hour:02}h are rare here: "
                f"{login.by_hour[login.hour]} of {sum(login.by_hour)} earlier ones."
            )
            hits.append(Hit("unusual_hour", "hour", 15, message, {"hour": login.hour}))
    if login.failures >= FAILURES_BEFORE:
        message = f"{login.failures} wrong passwords came within the hour before this login."
        weight = 32 if login.on_device else 65  # Those who mistype do so on a device we know.
        evidence = {"failures": login.failures}
        hits.append(Hit("failed_before", "guessing", weight, message, evidence))
    return hits


def _new_device(login: Login) -> Hit:
    if login.from_network:
        message = f"The first login with {login.device}, from a network you used before."
        weight = 20
    else:
        message = f"The first login with {login.device}, and from a new network."
        weight = 35
    return Hit("new_device", "device", weight, message, {"device": login.device})


def hits_of_failure(failed: FailedLogin) -> list[Hit]:
    """How alarming a refused login is: guesses at one person, at many, or from one network."""
    hits = []
    if failed.of_person:
        many = failed.of_person >= FAILURES_OF_PERSON
        message = f"Wrong password {failed.of_person} times within 15 minutes."
        weight = 50 if many else 5 * failed.of_person
        evidence = {"failures": failed.of_person}
        hits.append(Hit("failed_logins", "person", weight, message, evidence))
    if failed.of_network >= FAILURES_OF_NETWORK:
        message = f"{failed.of_network} logins failed from this network within 15 minutes."
        evidence = {"failures": failed.of_network}
        hits.append(Hit("failed_from_network", "network", 40, message, evidence))
    if failed.people >= PEOPLE_OF_NETWORK:
        message = f"Logins of {failed.people} people failed from this network within the hour."
        hits.append(Hit("password_spray", "network", 60, message, {"people": failed.people}))
    return hits
