"""Links of the chain and the Merkle tree over them.

    link(n) = SHA-256(link(n-1) ‖ n as 8 bytes ‖ digest(n)),   link(0) = 32 zero bytes
    leaf = SHA-256(0x00 ‖ digest),   node = SHA-256(0x01 ‖ left ‖ right)   (RFC 9162, 2.1.1)

A digest is the SHA-256 of an audit entry with its MAC. All values are hexadecimal text.
"""

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


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
