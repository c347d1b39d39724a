"""Use cases of the pause button: see how sending stands, stop it, let it go on."""

from dataclasses import dataclass
from functools import partial

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.services.guard import Guard
from care_circle.store import People
from care_circle.surroundings import Surroundings
from care_circle.telling.ledger import Ledger
from care_circle.telling.pause import (
    Sending,
    SendingSwitch,
    UnconfirmedResumption,
    pause,
    resume,
)

_KIND = "sending"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingStanding:
    """How sending stands, and who paused it by name."""

    sending: Sending
    by_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingService:
    """All that leaves, stopped and let go on; all methods raise NotFound or Forbidden."""

    switch: SendingSwitch
    ledger: Ledger
    people: People
    guard: Guard
    surroundings: Surroundings

    async def standing(self, actor: Actor) -> SendingStanding:
        """Tell how sending stands."""
        await self.guard.network(actor, Action.READ_SENDING, kind=_KIND)
        return await self._standing(await self.switch.sending())

    async def pause(self, actor: Actor, *, reason: str) -> SendingStanding:
        """Let nothing leave any more, in any process, from the next claim on.

        Raises:
            BadPauseReason: There is no reason, or it is too long or not printable.
        """
        await self.guard.network(actor, Action.PAUSE_SENDING, kind=_KIND)
        now = self.surroundings.now()
        decide = partial(pause, by=actor.professional, reason=reason, now=now)
        return await self._standing(await self.switch.change(decide))

    async def resume(self, actor: Actor, *, confirmed: bool) -> SendingStanding:
        """Let all leave again; not paused, nothing changes.

        Raises:
            UnconfirmedResumption: It is paused, and nobody said that what waits may leave; it
                tells how many wait, and for how many it became too late.
        """
        await self.guard.network(actor, Action.RESUME_SENDING, kind=_KIND)
        if (await self.switch.sending()).paused and not confirmed:
            held = await self.ledger.backlog(self.surroundings.now())
            refusal = UnconfirmedResumption()
            refusal.told = {"waiting": held.waiting, "ran_out": held.ran_out}
            raise refusal
        return await self._standing(await self.switch.change(resume))

    async def _standing(self, sending: Sending) -> SendingStanding:
        if not sending.paused or sending.by is None:
            return SendingStanding(sending=sending, by_name=None)
        who = await self.people.professional(sending.by)
        return SendingStanding(sending=sending, by_name=f"{who.given_name} {who.family_name}")
