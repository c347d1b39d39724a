"""Push subscriptions and the server's own push key on the generic repository."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from typing_extensions import override

from crypto.ids import ProfessionalId
from server.accounts.subscriptions import Subscription, SubscriptionStore
from server.storage.engine import Damaged, Engine
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape

_ONE = "vapid"


class EngineSubscriptions(SubscriptionStore):
    """Subscriptions by the digest of their endpoint; endpoint and keys are sealed."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="push_subscription",
            type=Subscription,
            id_of=lambda subscription: subscription.id,
            tags_of=lambda subscription: (f"professional:{subscription.professional}",),
            sealed=frozenset({"endpoint", "p256dh", "auth"}),
        )
        self._subscriptions = Repository(engine, keyring, shape)

    @override
    async def keep(self, subscription: Subscription) -> None:
        await self._subscriptions.upsert(subscription.id, lambda _: subscription)

    @override
    async def find(self, subscription: str) -> Subscription | None:
        return await self._subscriptions.get(subscription)

    @override
    async def of(self, professional: ProfessionalId) -> tuple[Subscription, ...]:
        return await self._subscriptions.all_of(f"professional:{professional}")

    @override
    async def drop(self, subscription: str) -> None:
        await self._subscriptions.drop(subscription)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """The private key as PKCS #8 in DER."""

    id: str
    private: bytes = field(repr=False)


class PushKey:
    """The key pair by which push services know this server (RFC 8292): made once, kept sealed."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="push_key", type=_Key, id_of=lambda key: key.id, sealed=frozenset({"private"})
        )
        self._keys = Repository(engine, keyring, shape)

    async def private(self) -> ec.EllipticCurvePrivateKey:
        """Give the private key, making it on the first day.

        Raises:
            Damaged: What is stored is no such key.
        """
        held = await self._keys.get(_ONE) or await self._made()
        key = load_der_private_key(held.private, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise Damaged("the push key is none")
        return key

    async def _made(self) -> _Key:
        """Make the key, unless another process was faster."""
        made = ec.generate_private_key(ec.SECP256R1())
        fresh = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return await self._keys.upsert(_ONE, lambda held: held or _Key(id=_ONE, private=fresh))
