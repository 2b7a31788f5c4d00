#!/usr/bin/env python3
"""Check a proof of GET /api/security/audit/proof without the server. Needs only `cryptography`.

    python verify_proof.py proof.json [more.json ...] [--key HEX] [--kept roots.jsonl]

--key: the public key, got by another way than the proof itself. --kept: signed roots that were kept
outside, one JSON object a line. Exit code 1 and a line for each part that is wrong; what no root covers
yet counts as waiting.
"""

import argparse
import hashlib
import hmac
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Row = dict[str, Any]
Found = tuple[list[str], int, int]
Roots = dict[int, Row]
SIGNED = ("first_seq", "hash", "last_seq", "merkle_root")  # in the order in which they are signed


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def as_dict(row: Row) -> Row:
    """The columns of the hashed text of an entry, by their names."""
    told = json.loads(row["entry"])
    names = ["id", "at", "user_id", "actor_id", "action", "target", "target_id", "request_id"]
    if isinstance(told[0], int):
        names = ["version", *names, "ip_commitment", "data_commitment"]
    else:
        names += ["ip", "data"]  # of before commitments
    return dict(zip(names, told, strict=True))


def root_errors(root: Row, key: str, pinned: str | None, kept: Roots) -> Iterator[str]:
    """What is wrong with a root: the key, its signature, or that another was kept outside."""
    if pinned and root["public_key"] != pinned:
        yield "key: this is not the public key that you gave"
    statement = json.dumps({name: root[name] for name in SIGNED}, separators=(",", ":"))
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(root["signature"]), statement.encode()
        )
    except (InvalidSignature, ValueError):
        yield "signature: the root was not signed with this key"
    outside = kept.get(root["last_seq"])
    if outside and any(outside[name] != root[name] for name in SIGNED):
        yield "kept: another root was kept outside"


def root_over(digest: bytes, index: int, size: int, path: list[str]) -> str | None:
    """The Merkle root that a path leads to (RFC 9162, 2.1.3.2); None for a path of no such tree."""
    if not 0 <= index < size:
        return None
    node, last = sha256(b"\x00", digest), size - 1
    for text in path:
        if not last:
            return None
        sibling = bytes.fromhex(text)
        if index & 1 or index == last:
            node = sha256(b"\x01", sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01", node, sibling)
        index, last = index >> 1, last >> 1
    return None if last else node.hex()


def commitment_errors(row: Row, told: Row) -> Iterator[str]:
    """Whether an address or data is what was committed to. Without its salt there is nothing to check."""
    for name in ("ip", "data"):
        if row.get(name) is None or "version" not in told:
            continue
        made = hmac.new(bytes.fromhex(row[f"{name}_salt"] or ""), row[name].encode(), "sha256")
        if made.hexdigest() != told[f"{name}_commitment"]:
            yield f"{name}: this is not what was committed to"


def entry_errors(row: Row, roots: Roots) -> Iterator[str]:
    """What is wrong with one entry, from the inside out."""
    digest = bytes.fromhex(row["digest"])
    if row["entry"] is not None:
        told = as_dict(row)
        yield from commitment_errors(row, told)
        if sha256(row["entry"].encode(), row["mac"].encode()) != digest:
            yield "entry: the text or its mac is not what was hashed"
        at = datetime.fromtimestamp(told["at"] / 1_000_000, UTC)
        shown = datetime.fromisoformat(row["at"].replace("Z", "+00:00"))
        is_near = abs(at - shown).total_seconds() <= 1
        if not is_near or (told["id"], told["action"]) != (row["id"], row["action"]):
            yield "shown: id, action or time are not those of the hashed text"
    if row["root"] is None:
        return
    if (root := roots.get(row["root"])) is None:
        yield f"root: the root at {row['root']} is not in the proof"
        return
    size = root["last_seq"] - root["first_seq"] + 1
    if root_over(digest, row["seq"] - root["first_seq"], size, row["path"]) != root["merkle_root"]:
        yield "path: it does not lead to the signed root"


def check(proof: Row, pinned: str | None = None, kept: Roots | None = None) -> Found:
    """(errors as lines, entries proven, entries that wait for a root)"""
    errors, proven, waiting, wrong = list[str](), 0, 0, set[int]()
    roots = {root["last_seq"]: root for root in proof["roots"]}
    for seq, root in roots.items():
        found = list(root_errors(root, proof["public_key"], pinned, kept or {}))
        errors += [f"root {seq}: {error}" for error in found]
        wrong |= {seq} if found else set()
    for row in proof["results"]:
        try:
            found = list(entry_errors(row, roots))
        except (ValueError, KeyError, TypeError) as failure:
            found = [f"form: {failure!r}"]
        errors += [f"{row['at']} {row['action']}: {error}" for error in found]
        waiting += row["root"] is None
        proven += not found and row["root"] is not None and row["root"] not in wrong
    return errors, proven, waiting


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--key")
    parser.add_argument("--kept", type=Path)
    given = parser.parse_args()
    lines = given.kept.read_text().splitlines() if given.kept else []
    kept = {root["last_seq"]: root for root in map(json.loads, filter(None, lines))}
    failed = False
    for path in given.files:
        errors, proven, waiting = check(json.loads(path.read_text()), given.key, kept)
        errors.append(f"{path.name}: {proven} proven, {waiting} waiting, {len(errors)} wrong")
        sys.stdout.write("\n".join(errors) + "\n")
        failed |= len(errors) > 1
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
