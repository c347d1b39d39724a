"""An authenticator in software (WebAuthn Level 3): makes passkeys and answers with them."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(kw_only=True)
class Authenticator:
    """One passkey on one site; a page at `origin` asks it, perhaps `framed` in another."""

    origin: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: str = ""
    count: int = 0
    framed: bool = False

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Make the passkey that the options ask for."""
        self.user = options["user"]["id"]
        public = self.key.public_key().public_bytes_raw()
        cose = cbor2.dumps({1: 1, 3: -8, -1: 6, -2: public})
        length = len(self.credential).to_bytes(2, "big")
        told = self._data(options["rp"]["id"], _PRESENT | _VERIFIED | _ATTESTED)
        attested = told + bytes(16) + length + self.credential + cose
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": attested})
        response = {
            "clientDataJSON": self._client_data("webauthn.create", options),
            "attestationObject": url64(made),
            "transports": ["internal"],
        }
        return self._as_credential(response)

    def use(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a sign-in, and count it."""
        self.count += 1
        client_data = self._client_data("webauthn.get", options)
        told = self._data(options["rpId"], _PRESENT | _VERIFIED)
        signed = told + hashlib.sha256(base64.urlsafe_b64decode(client_data + "==")).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": url64(told),
            "signature": url64(self.key.sign(signed)),
            "userHandle": self.user,
        }
        return self._as_credential(response)

    def _data(self, site: str, flags: int) -> bytes:
        named = hashlib.sha256(site.encode()).digest()
        return named + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: dict[str, Any]) -> str:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return url64(json.dumps(told | {"crossOrigin": self.framed}).encode())

    def _as_credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": url64(self.credential),
            "rawId": url64(self.credential),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
