"""Oneself: who one is here, and what one chose."""

from dataclasses import replace
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from care_circle.role import Profession, Role
from crypto.ids import DeviceId, ProfessionalId
from server.accounts.preferences import Digest, Language, Preferences, with_next_digest
from server.identity import actor_of
from server.operations import Operations
from server.security import CONFIG
from server.services import HOUSE, ME, PREFERENCES
from server.wire import Struct, answer, read

operations = Operations()

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
"""A wall time, hours and minutes."""

Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]
"""A day of the week, 0 is Monday."""


class MeView(Struct, frozen=True, kw_only=True):
    """The person signed in; an account is named as its professional is.

    `passkeys` is how many they have, `recovery` whether a recovery code opens a backup.
    """

    professional: ProfessionalId
    account: ProfessionalId
    device: DeviceId | None
    given_name: str
    family_name: str
    email: str
    role: Role
    profession: Profession | None
    language: Language
    passkeys: int
    recovery: bool


class PreferencesForm(Struct, frozen=True, kw_only=True):
    """All of somebody's choices; equal times mean no quiet hours, and days count from Monday, 0."""

    language: Language
    digest: Digest
    urgent: bool
    quiet_from: Clock
    quiet_to: Clock
    push: bool
    digest_at: Clock = "07:30"
    digest_day: Weekday = 0
    quiet_days: Annotated[tuple[Weekday, ...], msgspec.Meta(max_length=7)] = ()
    urgent_email: bool = False

    def over(self, held: Preferences) -> Preferences:
        """Put the form's choices over what is kept of somebody."""
        return replace(
            held,
            language=self.language,
            digest=self.digest,
            urgent=self.urgent,
            quiet_from=time.fromisoformat(self.quiet_from),
            quiet_to=time.fromisoformat(self.quiet_to),
            push=self.push,
            digest_at=time.fromisoformat(self.digest_at),
            digest_day=self.digest_day,
            quiet_days=tuple(sorted(set(self.quiet_days))),
            urgent_email=self.urgent_email,
        )

    @staticmethod
    def of(held: Preferences) -> "PreferencesForm":
        """Write the server's value as the form."""
        return PreferencesForm(
            language=held.language,
            digest=held.digest,
            urgent=held.urgent,
            quiet_from=f"{held.quiet_from:%H:%M}",
            quiet_to=f"{held.quiet_to:%H:%M}",
            push=held.push,
            digest_at=f"{held.digest_at:%H:%M}",
            digest_day=held.digest_day,
            quiet_days=held.quiet_days,
            urgent_email=held.urgent_email,
        )


@operations.add("GET", "/me", answer=MeView)
async def read_me(request: web.Request) -> web.Response:
    """Tell who is signed in, with what the pages need to know of them."""
    actor = actor_of(request)

    myself = await request.app[ME].of(actor)

    person = myself.person
    view = MeView(
        professional=person.id,
        account=person.id,
        device=actor.device,
        given_name=person.given_name,
        family_name=person.family_name,
        email=person.email,
        role=person.role,
        profession=person.profession,
        language=myself.preferences.language,
        passkeys=myself.passkeys,
        recovery=myself.recovery,
    )
    return answer(view)


@operations.add("GET", "/me/preferences", answer=PreferencesForm)
async def read_preferences(request: web.Request) -> web.Response:
    """Read one's own choices."""
    held = await request.app[PREFERENCES].find(actor_of(request).professional)

    return answer(PreferencesForm.of(held))


@operations.add("PUT", "/me/preferences", body=PreferencesForm, answer=PreferencesForm)
async def put_preferences(request: web.Request) -> web.Response:
    """Replace one's own choices."""
    actor = actor_of(request)
    form = await read(request, PreferencesForm)
    now, zone = request.app[HOUSE].clock(), ZoneInfo(request.app[CONFIG].zone)

    await request.app[PREFERENCES].change(
        actor.professional, lambda held: with_next_digest(form.over(held), now, zone)
    )

    return answer(form)
