"""What families write back by SMS: stop, start, yes, not me; anything else is for a person.

The text is read and forgotten. That something came is told to the office, once a day for each
person, so that they call: it may have been about somebody's health, and an SMS is no place
to keep that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from typing_extensions import override

from care_circle.child import Child
from care_circle.contact import Contact
from care_circle.follow_up.duty import Reason
from care_circle.services.family_voice import FamilyVoice
from care_circle.store import Children
from care_circle.telling.agreement import TooManySayings
from care_circle.telling.proof import Deed, Saying, Way
from notifications.notice import Medium
from notifications.replies import Replies, Reply, Said, international, understood

Noted = Callable[[str], None]
"""Counts, in one constant word, what a machine can do nothing about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliesService(Replies):
    """Takes replies; who has the number is whom they are from, all of them if they share it."""

    children: Children
    voice: FamilyVoice
    noted: Noted = field(repr=False)

    @override
    async def take(self, reply: Reply) -> None:
        number = international(reply.from_number)
        families = () if number is None else await self.children.with_phone(number)
        if number is None or not families:
            self.noted("reply_of_nobody")
            return
        meant, saying = understood(reply.text), Saying(way=Way.REPLY, at=reply.at)
        for child in families:
            for contact in _having(child, number):
                await self._hear(child, contact, meant.said, saying)
                if meant.more or meant.said is Said.OTHER:
                    await self._pass_on(child, contact, reply)

    async def _hear(self, child: Child, contact: Contact, said: Said, saying: Saying) -> None:
        try:
            for deed in _deeds(contact, said):
                await self.voice.say_of_medium(child.id, contact.id, Medium.SMS, deed, saying)
        except TooManySayings:
            self.noted("reply_said_too_often")

    async def _pass_on(self, child: Child, contact: Contact, reply: Reply) -> None:
        day = reply.at.astimezone(self.voice.surroundings.zone).date()
        await self.voice.ask(child.id, contact.id, Reason.REPLY_CAME, f"{contact.id}:{day}")


def _having(child: Child, number: str) -> tuple[Contact, ...]:
    return tuple(each for each in child.contacts if each.phone == number)


def _deeds(contact: Contact, said: Said) -> tuple[Deed, ...]:
    """Say what a word does; a yes from who had stopped is a wish to hear again.

    Whoever writes from a number has it: all but « not me » confirm it too. A number that was
    said to be somebody else's stays so until the office has looked.
    """
    if said is Said.NOT_ME:
        return (Deed.DISOWNED,)
    if said is Said.STOP:
        return (Deed.STOPPED,)
    if said is Said.OTHER or Medium.SMS in contact.disowned:
        return ()
    return (Deed.RESUMED, Deed.CONFIRMED)
