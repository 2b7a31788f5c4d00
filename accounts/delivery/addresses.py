"""Where a webhook may go: to public addresses over TLS, and nowhere inside.

Pure: no look-up happens here. What a name stands for is judged when it is sent to (accounts.delivery.wire).
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from accounts.errors import Reason, Refusal

VISIBLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")  # ASCII that is seen, without the backslash
NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
NAME_LENGTH_MAX = 253
# Names that mean this machine or this network (RFC 6761, 6762, 8375, 9476), whatever DNS says.
INSIDE = ("localhost", "localdomain", "local", "internal", "home.arpa", "intranet", "lan")
PUBLIC_V6 = IPv6Network("2000::/3")
# Public by their number, but another address is meant: NAT64 and the mapped forms lie outside 2000::/3.
INSIDE_V6 = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation, which Python 3.11 does not know yet
)
RELAYS_V4 = IPv4Network("192.88.99.0/24")  # 6to4 relays


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address in parts, so that what is checked is what is connected to."""

    host: str
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open internet, and not by way of another one inside it."""
    if isinstance(address, IPv6Address) and (
        address not in PUBLIC_V6 or any(address in network for network in INSIDE_V6)
    ):
        return False
    if isinstance(address, IPv4Address) and address in RELAYS_V4:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def target_of(url: str) -> Target:
    """The parts of a webhook's address; refuses what is no https address of the open internet."""
    if not VISIBLE.fullmatch(url):
        raise Refusal(Reason.WEBHOOK_URL_INVALID, pointer="/url")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Refusal(Reason.WEBHOOK_URL_INVALID, pointer="/url") from None
    if parts.scheme != "https":
        raise Refusal(Reason.WEBHOOK_MUST_BE_HTTPS, pointer="/url")
    if not host or {"@", "%"} & set(parts.netloc) or "#" in url or port == 0:
        raise Refusal(Reason.WEBHOOK_URL_INVALID, pointer="/url")
    _check_host(host)
    path = parts.path or "/"
    return Target(host, port or 443, f"{path}?{parts.query}" if parts.query else path)


def _check_host(host: str) -> None:
    address = _literal(host)
    if address is not None:
        if not is_public(address):
            raise Refusal(Reason.WEBHOOK_ADDRESS_NOT_PUBLIC, pointer="/url")
        return
    if host in INSIDE or host.endswith(tuple(f".{name}" for name in INSIDE)) or host.isalnum():
        raise Refusal(Reason.WEBHOOK_ADDRESS_NOT_PUBLIC, pointer="/url")
    if len(host) > NAME_LENGTH_MAX or not NAME.fullmatch(host):
        raise Refusal(Reason.WEBHOOK_URL_INVALID, pointer="/url")


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that is written out, also as resolvers read it: 127.1, 2130706433, 0x7f.0.0.1."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
