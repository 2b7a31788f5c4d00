"""Networks that hide where somebody is, VPNs and data centres: sorted ranges, found by bisection.

A packed file holds four tables, one after the other (VPN and data centre of IPv4, then of IPv6), each
as its length and two sorted arrays, little-endian and deflated. Of IPv6 only the first 64 bits count.
"""

import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import collapse_addresses, ip_address, ip_network

VPN, DATA_CENTRE = "vpn", "data_centre"
KINDS = (VPN, DATA_CENTRE)
V6_SHIFT = 64
HEAD = 4  # bytes of a length


@dataclass(frozen=True, slots=True)
class Table:
    """Ranges that do not touch, by their first and last numbers."""

    starts: "array[int]"
    ends: "array[int]"

    def holds(self, number: int) -> bool:
        place = bisect_right(self.starts, number) - 1
        return place >= 0 and number <= self.ends[place]


def table_of(lines: Iterable[str], version: int) -> Table:
    """The networks of one IP version in a text of one CIDR per line. ValueError for what is none."""
    found = (ip_network(line.strip(), strict=False) for line in lines if line.strip())
    networks = [n for n in found if n.version == version]
    if version == 6:  # nothing narrower than what the watch keeps of an address
        networks = [n if n.prefixlen <= V6_SHIFT else n.supernet(new_prefix=64) for n in networks]
    whole = list(collapse_addresses(networks))  # type: ignore[type-var]  # all of one version
    shift, code = (0, "I") if version == 4 else (V6_SHIFT, "Q")
    return Table(
        array(code, [int(n.network_address) >> shift for n in whole]),
        array(code, [int(n.broadcast_address) >> shift for n in whole]),
    )


@dataclass(frozen=True, slots=True)
class Ranges:
    """tables: by IP version, one table per kind."""

    tables: dict[int, list[Table]]

    def kind_of(self, ip: str) -> str:
        """VPN, DATA_CENTRE, or '' for all other addresses and for what is no address."""
        try:
            address = ip_address(ip.partition("/")[0])
        except ValueError:
            return ""
        number = int(address) if address.version == 4 else int(address) >> V6_SHIFT
        tables = self.tables[address.version]
        return next((kind for kind, t in zip(KINDS, tables, strict=True) if t.holds(number)), "")


NONE = Ranges({v: [Table(array("Q"), array("Q"))] * len(KINDS) for v in (4, 6)})


def packed(ranges: Ranges) -> bytes:
    parts = []
    for version in (4, 6):
        for table in ranges.tables[version]:
            parts.append(len(table.starts).to_bytes(HEAD, "little"))
            parts += [_little(table.starts).tobytes(), _little(table.ends).tobytes()]
    return zlib.compress(b"".join(parts), 9)


def unpacked(raw: bytes) -> Ranges:
    """ValueError for bytes that `packed` did not make."""
    try:
        data = zlib.decompress(raw)
    except zlib.error as broken:
        raise ValueError("not a packed file of networks") from broken
    tables: dict[int, list[Table]] = {4: [], 6: []}
    place = 0
    for version, code, width in ((4, "I", 4), (6, "Q", 8)):
        for _ in KINDS:
            size = width * int.from_bytes(data[place : place + HEAD], "little")
            middle, end = place + HEAD + size, place + HEAD + 2 * size
            if len(data) < max(end, place + HEAD):
                raise ValueError("a packed file of networks that ends too early")
            pair = [array(code), array(code)]
            pair[0].frombytes(data[place + HEAD : middle])
            pair[1].frombytes(data[middle:end])
            tables[version].append(Table(_little(pair[0]), _little(pair[1])))
            place = end
    return Ranges(tables)


def _little(numbers: "array[int]") -> "array[int]":
    """The array in the other byte order on machines that keep numbers so."""
    if sys.byteorder == "little":
        return numbers
    turned = array(numbers.typecode, numbers)
    turned.byteswap()
    return turned
