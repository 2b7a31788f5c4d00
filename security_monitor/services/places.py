"""Where an address is, from files on this machine. Nobody is asked, and nothing is guessed.

Countries by the Number Resource Organization (CC BY 4.0, geo/NRO_LICENSE), their middles and radii from
GeoNames (CC BY 4.0, geo/GEONAMES_LICENSE), networks of VPNs and data centres by X4BNet (MIT,
geo/X4BNET_LICENSE). Each is read when it is first asked for, and stays open.
"""

import csv
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import maxminddb
import structlog
from django.conf import settings

from security_monitor.behaviour import ranges
from security_monitor.behaviour.ranges import Ranges
from security_monitor.behaviour.travel import Spot

log = structlog.get_logger(__name__)
COUNTRIES = Path(__file__).parent.parent / "geo" / "countries.csv"
RADIUS_KM_UNSAID = 1000  # of a city file's record without a radius: MaxMind's largest


@cache
def _reader(path: str) -> Any:
    """The open database, or None with a line in the log: places then stay unknown."""
    try:
        return maxminddb.open_database(path)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as failure:
        log.error("geo.unreadable", file=Path(path).name, error=type(failure).__name__)
        return None


def _record(ip: str | None) -> dict[str, Any]:
    path = settings.GEO_DATABASE
    reader = _reader(path) if path and ip else None
    if reader is None:
        return {}
    try:
        found = reader.get(ip)
    except (ValueError, maxminddb.InvalidDatabaseError):
        return {}
    return found if isinstance(found, dict) else {}


def country_of(ip: str | None) -> str:
    """Two letters, or '' for addresses that are private, unknown or none."""
    return _code_in(_record(ip))


def _code_in(record: dict[str, Any]) -> str:
    """From a flat record (`country_code`) or one of GeoIP2 and GeoLite2 (`country.iso_code`)."""
    country = record.get("country")
    code = record.get("country_code") or (
        country.get("iso_code") if isinstance(country, dict) else country
    )
    return code if isinstance(code, str) and len(code) == 2 else ""


def spot_of(network: str) -> Spot | None:
    """Where a network is: by a city file the place with its radius, else the whole country.

    None where not even the country is known: what asks is then unavailable.
    """
    record = _record(str(ip_network(network).network_address)) if network else {}
    location = record.get("location")
    if isinstance(location, dict):
        latitude, longitude = location.get("latitude"), location.get("longitude")
        if isinstance(latitude, float) and isinstance(longitude, float):
            radius = location.get("accuracy_radius") or RADIUS_KM_UNSAID
            return Spot(latitude, longitude, float(radius))
    return _countries().get(_code_in(record))


@cache
def _countries() -> dict[str, Spot]:
    with COUNTRIES.open(newline="") as file:
        return {
            row["code"]: Spot(
                float(row["latitude"]), float(row["longitude"]), float(row["radius_km"])
            )
            for row in csv.DictReader(file)
        }


def hidden_kind_of(network: str) -> str:
    """`vpn` or `data_centre` for a network that says nothing of where somebody is; else ''."""
    path = settings.NETWORKS_FILE
    return _networks(path).kind_of(network) if path and network else ""


@cache
def _networks(path: str) -> Ranges:
    try:
        return ranges.unpacked(Path(path).read_bytes())
    except (OSError, ValueError) as failure:
        log.error("networks.unreadable", file=Path(path).name, error=type(failure).__name__)
        return ranges.NONE
