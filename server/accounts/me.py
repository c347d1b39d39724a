"""Oneself: what the pages must know of the person before them."""

from dataclasses import dataclass

from care_circle.access import Action, Relation, require
from care_circle.professional import Professional
from care_circle.store import People
from server.accounts.backups import BackupStore
from server.accounts.passkeys import PasskeyStore
from server.accounts.preferences import Preferences, PreferenceStore
from server.identity import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Myself:
    """A person, what they chose, and how they could come back if they lost their devices."""

    person: Professional
    preferences: Preferences
    passkeys: int
    recovery: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Everybody's own record and choices; nobody else's, so nothing is traced."""

    people: People
    choices: PreferenceStore
    passkeys: PasskeyStore
    backups: BackupStore

    async def of(self, actor: Actor) -> Myself:
        """Tell somebody who they are here."""
        require(actor.person, Action.READ_PROFESSIONAL, [Relation.SELF])
        return Myself(
            person=await self.people.professional(actor.professional),
            preferences=await self.choices.find(actor.professional),
            passkeys=len(await self.passkeys.of(actor.professional)),
            recovery=await self.backups.find(actor.professional) is not None,
        )
