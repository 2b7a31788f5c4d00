"""Whether somebody can have come from one place to another in time (AS07)."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0088
SPEED_KMH_MAX, DISTANCE_KM_MIN = 900, 300
HOURS_MIN = 5 / 60  # Clocks and batches differ: nothing is faster than in five minutes.


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on earth in degrees, and how far from there somebody may really be."""

    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Jump:
    """A journey that nobody makes."""

    km: int
    kmh: int


def km_between(one: Spot, other: Spot) -> float:
    """The shortest distance that both radii leave: haversine − r1 − r2, never below 0."""
    high, low = radians(one.latitude), radians(other.latitude)
    turn = radians(other.longitude - one.longitude)
    half = sin((low - high) / 2) ** 2 + cos(high) * cos(low) * sin(turn / 2) ** 2
    whole = 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
    return max(0.0, whole - one.radius_km - other.radius_km)


def jump_between(one: Spot, other: Spot, hours: float) -> Jump | None:
    """The journey if it was too fast and far, else None."""
    km = km_between(one, other)
    kmh = km / max(hours, HOURS_MIN)
    if km <= DISTANCE_KM_MIN or kmh <= SPEED_KMH_MAX:
        return None
    return Jump(round(km), round(kmh))
