"""Ed25519 signatures (RFC 8032) of what the chain says at a moment.

The key is derived from AUDIT_KEY, which the database does not hold: whoever rewrites the whole chain
there cannot sign it. The public key is for everybody who keeps a root outside.
"""

import hmac
from functools import cache
from hashlib import sha256
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PURPOSE = b"roots of the audit chain"


@cache
def _key(secret: str) -> Ed25519PrivateKey:
    seed = hmac.new(secret.encode(), PURPOSE, sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key(secret: str) -> str:
    """32 bytes as hexadecimal text."""
    return _key(secret).public_key().public_bytes_raw().hex()


def message_of(statement: dict[str, Any]) -> bytes:
    """What is signed: the statement as JSON with sorted names and no blanks."""
    return orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)


def sign(secret: str, statement: dict[str, Any]) -> str:
    return _key(secret).sign(message_of(statement)).hex()


def is_signed(public: str, statement: dict[str, Any], signature: str) -> bool:
    """Whether the holder of the key said exactly this."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        key.verify(bytes.fromhex(signature), message_of(statement))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
