"""Links of the chain and the Merkle tree over them.

    link(n) = SHA-256(link(n-1) ‖ n as 8 bytes ‖ digest(n)),   link(0) = 32 zero bytes
    leaf = SHA-256(0x00 ‖ digest),   node = SHA-256(0x01 ‖ left ‖ right)   (RFC 9162, 2.1.1)

A digest is the SHA-256 of an audit entry with its MAC. All values are hexadecimal text.
"""

from collections.abc import Sequence
from hashlib import sha256

GENESIS = "0" * 64


def link(previous: str, seq: int, digest: str) -> str:
    """The hash of the entry at `seq`, which holds everything before it."""
    return sha256(
        bytes.fromhex(previous) + seq.to_bytes(8, "big") + bytes.fromhex(digest)
    ).hexdigest()


class Tree:
    """A Merkle tree that grows by one leaf at a time and remembers log₂(n) hashes."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []  # (leaves below, hash), widest first

    def add(self, digest: str) -> None:
        size, node = 1, sha256(b"\x00" + bytes.fromhex(digest)).digest()
        while self._peaks and self._peaks[-1][0] == size:
            width, left = self._peaks.pop()
            size, node = size + width, _node(left, node)
        self._peaks.append((size, node))

    def root(self) -> str:
        """The root over all leaves; of none, the hash of nothing (RFC 9162)."""
        if not self._peaks:
            return sha256(b"").hexdigest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = _node(left, node)
        return node.hex()


def levels_of(digests: Sequence[str]) -> list[list[bytes]]:
    """The whole tree over these leaves, from the leaves to the root: what paths are read from.

    Pairing neighbours level by level, and lifting the odd one, is the tree of RFC 9162.
    """
    levels = [[sha256(b"\x00" + bytes.fromhex(digest)).digest() for digest in digests]]
    while len(levels[-1]) > 1:
        row = levels[-1]
        above = [_node(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
        levels.append(above + row[len(above) * 2 :])
    return levels


def path_of(levels: Sequence[Sequence[bytes]], index: int) -> list[str]:
    """The inclusion proof of one leaf (RFC 9162, 2.1.3): its siblings from below, without sides."""
    path = []
    for row in levels[:-1]:
        if index ^ 1 < len(row):
            path.append(row[index ^ 1].hex())
        index >>= 1
    return path


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
