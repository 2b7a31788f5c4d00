"""A passkey in software: makes and signs what WebAuthn asks for, and can be told to misbehave."""

import hashlib
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


class Authenticator:
    def __init__(self, origin: str, *, counts: bool = True) -> None:
        self.origin, self.counts = origin, counts
        self.host = origin.split("//")[1].split(":")[0]
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0
        self.user_handle = b""  # of the person it was made for

    def _data(self, flags: Any, attested: bytes = b"") -> AuthenticatorData:
        self.count += self.counts
        rp = hashlib.sha256(self.host.encode()).digest()
        return AuthenticatorData.create(rp, flags, self.count, attested)

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        challenge = websafe_decode(options["publicKey"]["challenge"])
        client = CollectedClientData.create(
            "webauthn.create",
            changes.get("challenge", challenge),
            changes.get("origin", self.origin),
        )
        self.user_handle = websafe_decode(options["publicKey"]["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = self._data(FLAG.UP | FLAG.UV | FLAG.AT, attested)
        return self._answer(
            clientDataJSON=client, attestationObject=AttestationObject.create("none", data, {})
        )

    def get(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        challenge = websafe_decode(options["publicKey"]["challenge"])
        client = CollectedClientData.create(
            "webauthn.get", changes.get("challenge", challenge), changes.get("origin", self.origin)
        )
        flags = FLAG.UP if changes.get("unverified") else FLAG.UP | FLAG.UV
        data = self._data(flags)
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        if changes.get("forged"):
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        handle = changes.get("user_handle", self.user_handle)
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=handle
        )

    def _answer(self, **response: bytes) -> dict[str, Any]:
        name = websafe_encode(self.id)
        parts = {key: websafe_encode(value) for key, value in response.items()}
        return {"id": name, "rawId": name, "type": "public-key", "response": parts,
                "clientExtensionResults": {}}  # fmt: skip
