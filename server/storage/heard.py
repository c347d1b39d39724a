"""Which fetched answers of families were handed on already, on the generic repository.

Providers that are asked give the same answers at every look. Handing a « STOP » on a second
time, after a restart, would take back what its sender has said since; so what was handed on
is kept, as digests, sealed, the last thousand of each provider.
"""

import hashlib
from dataclasses import dataclass, field

from notifications.replies import Reply
from server.storage.engine import Engine
from server.storage.keys import Keyring
from server.storage.repository import Repository
from server.storage.shape import Shape

_MOST = 1_000
_DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What a provider gave so far, the oldest first: SHA-256 in hex, cut to 32 signs."""

    id: str
    digests: tuple[str, ...] = field(repr=False)


class HeardReplies:
    """Remembers what was handed on, by provider."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        shape = Shape(
            kind="heard_replies",
            type=_Heard,
            id_of=lambda heard: heard.id,
            sealed=frozenset({"digests"}),
        )
        self._heard = Repository(engine, keyring, shape)

    async def new(self, provider: str, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
        """Give those that were not handed on yet."""
        held = await self._heard.get(provider)
        known = frozenset() if held is None else frozenset(held.digests)
        return tuple(reply for reply in replies if _digest(reply) not in known)

    async def note(self, provider: str, reply: Reply) -> None:
        """Note that one was handed on."""
        digest = _digest(reply)

        def noted(held: _Heard | None) -> _Heard:
            before = () if held is None else held.digests
            kept = before if digest in before else (*before, digest)
            return _Heard(id=provider, digests=kept[-_MOST:])

        await self._heard.upsert(provider, noted)


def _digest(reply: Reply) -> str:
    said = f"{reply.from_number}\n{reply.at.isoformat()}\n{reply.text}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
