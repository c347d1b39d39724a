"""WebAuthn Level 3 by the library of that name, narrowed to what we ask of it.

No attestation is wanted: which model somebody's phone is is none of our business. User
verification always is, since a passkey stands for both factors.
"""

import base64
import binascii
import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import msgspec

from server.config import Config

NAME = "Ronde"
_FORMATS = ("none", "packed")
_TIMEOUT_MS = 300_000


class WebauthnRefused(Exception):
    """What an authenticator is said to have answered does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """What a new passkey is known by: its id, its COSE public key, its counter."""

    credential: bytes
    public_key: bytes = field(repr=False)
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """For whom passkeys are: a name of the network, and the pages that may use them.

    A passkey belongs to a domain name, and of the names of this very machine only
    `localhost` counts as one (WebAuthn, section 5.1.2): at a bare address there are none.
    """

    id: str
    origins: tuple[str, ...]

    @staticmethod
    def of(config: Config) -> "Site":
        """Tell for whom the passkeys of a server are."""
        if config.is_local:
            port = config.public_port
            return Site(id="localhost", origins=(f"http://localhost:{port}",))
        return Site(id=config.public_host, origins=(config.public_url,))


NOWHERE = Site(id="localhost", origins=())
"""Where no browser ever asks: a command beside the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webauthn:
    """Makes the options browsers are given, and verifies what comes back."""

    site: Site

    def creation(
        self, challenge: bytes, *, user: bytes, name: str, known: Sequence[bytes]
    ) -> dict[str, Any]:
        """Make the options for a new passkey, as `parseCreationOptionsFromJSON` reads them."""
        library, structs = _library(), _structs()
        options = library.generate_registration_options(
            rp_id=self.site.id,
            rp_name=NAME,
            user_name=name,
            user_id=user,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each) for each in known],
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
        )
        return _plain(library.options_to_json(options))

    def request(self, challenge: bytes) -> dict[str, Any]:
        """Make the options for a sign-in, as `parseRequestOptionsFromJSON` reads them.

        No credential is named: who has which would be told to anybody who asks.
        """
        library, structs = _library(), _structs()
        options = library.generate_authentication_options(
            rp_id=self.site.id,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return _plain(library.options_to_json(options))

    def verify_creation(self, credential: dict[str, Any], challenge: bytes) -> Created:
        """Believe in a new passkey.

        Raises:
            WebauthnRefused: It does not hold.
        """
        library = _library()
        try:
            verified = library.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.site.id,
                expected_origin=list(self.site.origins),
                require_user_verification=True,
            )
        except Exception as error:
            # Whatever the library stumbles over came from outside.
            raise WebauthnRefused from error
        if verified.fmt not in _FORMATS:
            raise WebauthnRefused
        return Created(
            credential=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
        )

    def verify_request(
        self, credential: dict[str, Any], challenge: bytes, *, public_key: bytes, sign_count: int
    ) -> int:
        """Believe that a passkey signed a challenge, and give its new counter.

        Raises:
            WebauthnRefused: It did not, or its counter went back: it may have been copied.
        """
        try:
            verified = _library().verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.site.id,
                expected_origin=list(self.site.origins),
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except Exception as error:
            # Whatever the library stumbles over came from outside.
            raise WebauthnRefused from error
        return int(verified.new_sign_count)


def bytes_in(text: str) -> bytes:
    """Read base64url without padding, as WebAuthn's JSON writes bytes.

    Raises:
        WebauthnRefused: It is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise WebauthnRefused from None


def challenge_in(client_data: str) -> bytes:
    """Find the challenge that a browser says it was given, on a page that is no frame in another.

    Raises:
        WebauthnRefused: The client data is no such thing, or speaks of a frame.
    """
    try:
        told = msgspec.json.decode(bytes_in(client_data), type=_ClientData)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WebauthnRefused from None
    if told.cross_origin:
        raise WebauthnRefused
    return bytes_in(told.challenge)


class _ClientData(msgspec.Struct, frozen=True, rename={"cross_origin": "crossOrigin"}):
    """Of what a browser signs, only this is read here; the library reads the rest."""

    challenge: str
    cross_origin: bool = False


def _library() -> ModuleType:
    # Imported when first needed: it takes a third of a second, and most starts need none.
    return importlib.import_module("webauthn")


def _structs() -> ModuleType:
    return importlib.import_module("webauthn.helpers.structs")


def _plain(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])
