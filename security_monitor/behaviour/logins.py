"""What is unusual about a login, from counts of the owner's earlier ones: O(1) whatever their number.

A first login has nothing to differ from, so it is never a surprise. A place that is not known is no
evidence: neither for nor against.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from security_monitor.behaviour.freeman import weight_of
from security_monitor.behaviour.travel import Jump
from security_monitor.engine.scores import Hit

HOURS = 24
# A login at an hour that holds less than this share of many earlier ones is unusual (TX13 of the
# transactions, the same smoothing: half of each neighbour and one imagined login an hour).
RARE_SHARE = 0.01
LOGINS_FOR_HOURS = 50
DORMANT_DAYS = 90
FAILURES_BEFORE = 3
FAILURES_OF_PERSON, FAILURES_OF_NETWORK, PEOPLE_OF_NETWORK = 5, 20, 10
NETWORK_WORDS = {"vpn": "a VPN", "data_centre": "a data centre"}


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
    has_mark: bool = False  # the device showed the cookie of an earlier login
    jump: Jump | None = None  # from the last settled login to this one
    elsewhere: str = ""  # a country far away in which another session is active right now
    network_kind: str = ""  # VPN, data centre, or ''
    from_kind: int = 0  # logins before this one from a network of this kind
    sprayed: int = 0  # people whose logins failed from this network within the hour
    unlikely: float | None = None  # share of all logins with a lower Freeman score
    is_staff: bool = False


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
    hits = [*_device_hits(login), *_place_hits(login), *_guessing_hits(login)]
    if sum(login.by_hour) >= LOGINS_FOR_HOURS:
        share = share_of_hour(login.by_hour, login.hour)
        if share < RARE_SHARE:
            message = (
                f"Logins at {login.hour:02}h are rare here: "
                f"{login.by_hour[login.hour]} of {sum(login.by_hour)} earlier ones."
            )
            hits.append(Hit("unusual_hour", "hour", 15, message, {"hour": login.hour}))
    weight = weight_of(login.unlikely)
    if weight and login.unlikely is not None:
        share = round(login.unlikely, 4)
        message = f"Device and place are less likely for you than in {share:.1%} of all logins."
        hits.append(Hit("unlikely_login", "likelihood", weight, message, {"share": share}))
    odd = {hit.code for hit in hits} & {"new_device", "unusual_hour"}
    if login.is_staff and odd:
        message = "A login of staff, on a new device or at an unusual hour."
        hits.append(Hit("staff_login", "staff", 50, message))
    return hits


def _device_hits(login: Login) -> list[Hit]:
    if login.on_device:
        return []
    hits = [_new_device(login)]
    if login.days_since_last is not None and login.days_since_last > DORMANT_DAYS:
        days = int(login.days_since_last)
        message = f"Nobody logged in here for {days} days, and then from a new device."
        hits.append(Hit("dormant_login", "rhythm", 40, message, {"days": days}))
    return hits


def _place_hits(login: Login) -> list[Hit]:
    hits: list[Hit] = []
    is_hidden = bool(login.network_kind)
    if login.country and login.countries and not login.from_country:
        # Who comes by way of a VPN comes from wherever it ends.
        if not (is_hidden and login.from_kind):
            message = f"The first of {login.earlier + 1} logins from {login.country}."
            hits.append(Hit("new_country", "place", 35, message, {"country": login.country}))
    elif is_hidden and not login.from_kind and not login.from_network:
        message = f"The first login by way of {NETWORK_WORDS[login.network_kind]}."
        evidence = {"network": login.network_kind}
        hits.append(Hit("hidden_network", "place", 15, message, evidence))
    if login.jump is not None:
        km, kmh = login.jump.km, login.jump.kmh
        message = f"{km} km from the login before, which would take {kmh} km/h."
        weight = 22 if login.has_mark else 45  # The device itself was here before: places err.
        hits.append(Hit("impossible_travel", "place", weight, message, {"km": km, "kmh": kmh}))
    if login.elsewhere:
        message = f"Another session of yours is in use in {login.elsewhere} at this moment."
        evidence = {"country": login.elsewhere}
        hits.append(Hit("distant_sessions", "sessions", 40, message, evidence))
    return hits


def _guessing_hits(login: Login) -> list[Hit]:
    """Those who mistype do so on a device we know; neighbours of an attacker come on theirs."""
    hits = []
    weight = 32 if login.on_device else 65
    if login.failures >= FAILURES_BEFORE:
        message = f"{login.failures} wrong passwords came within the hour before this login."
        evidence = {"failures": login.failures}
        hits.append(Hit("failed_before", "guessing", weight, message, evidence))
    if login.sprayed >= PEOPLE_OF_NETWORK:
        message = f"Logins of {login.sprayed} people failed from this network within the hour."
        evidence = {"people": login.sprayed}
        hits.append(Hit("after_spray", "guessing", weight, message, evidence))
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
