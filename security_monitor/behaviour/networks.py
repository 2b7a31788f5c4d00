"""Addresses as the watch keeps them: the network, never the single machine."""

from ipaddress import IPv6Address, ip_address, ip_network

V4_BITS, V6_BITS = 24, 64


def network_of(ip: str | None) -> str:
    """'203.0.113.0/24', '2001:db8:1:2::/64'; '' for what is no address."""
    if not ip:
        return ""
    try:
        address = ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = V4_BITS if address.version == 4 else V6_BITS
    return str(ip_network(f"{address}/{bits}", strict=False))
