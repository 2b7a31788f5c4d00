"""The one place that says where a request comes from: limits, audit, sessions and sockets ask here.

`X-Forwarded-For` is believed only from a trusted proxy, read from the right, skipping trusted hops:
what stands further left was written by the client and proves nothing.
"""

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


@cache
def _networks(trusted: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(item, strict=False) for item in trusted)


def normalise(text: str) -> str | None:
    """The canonical address; an IPv4 address mapped into IPv6 is the IPv4 address. None if it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


def resolve(remote: str, forwarded: str, trusted: Iterable[str]) -> str | None:
    """The client's address, from the peer's address and the X-Forwarded-For header."""
    address = normalise(remote)
    networks = _networks(tuple(trusted))
    if not networks:
        return address
    hops = [hop for hop in forwarded.split(",") if hop.strip()]
    while address and hops and any(ip_address(address) in network for network in networks):
        address = normalise(hops.pop())
    return address


def client_ip(request: HttpRequest) -> str | None:
    return resolve(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        settings.TRUSTED_PROXIES,
    )
