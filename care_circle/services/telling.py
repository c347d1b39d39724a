"""Opens and closes what families are told beside appointments, as their child's file asks.

It acts for nobody and shows nothing, so nothing here is guarded. All of it may run again, at
once or after being killed: an errand's name is what it is about, so nobody is told twice.
"""

from dataclasses import dataclass
from functools import partial

from care_circle.appointment import OPEN, Appointment, Status, plan
from care_circle.definition.pathway import Pathway
from care_circle.follow_up import raising
from care_circle.follow_up.findings import View
from care_circle.follow_up.follow_up import Moment, view_of
from care_circle.follow_up.progress import ChildFile, Stage, is_followed, stage_of
from care_circle.follow_up.raising import RAISED, Wanted
from care_circle.store import Appointments
from care_circle.surroundings import Surroundings
from care_circle.telling.taking_up import Back, back_of, errand_told_again, told_again
from care_circle.tellings import tellings_of
from notifications.errand import Errand, close_errand, open_errand, tell_errand
from notifications.notice import Recipient, State, was_withdrawn
from notifications.store import Errands

_UNSENT = (State.PLANNED, State.CLAIMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingService:
    """Keeps a family's errands, and its silence, as its child's file asks."""

    errands: Errands
    appointments: Appointments
    surroundings: Surroundings
    pathway: Pathway

    async def look(self, file: ChildFile) -> None:
        """Open and close a family's errands as they should be now; again, nothing changes."""
        moment = Moment(now=self.surroundings.now(), zone=self.surroundings.zone)
        view = view_of(file, self.pathway, moment)
        held = file.errands
        by_name = {each.id: each for each in held}
        wanted = {raising.errand_of(view, each): each for each in raising.wanted_of(view, held)}
        refused = raising.is_refused(view)
        for name, each in wanted.items():
            await self._open(view, each, by_name.get(name))
        for errand in held:
            ends = refused or errand.rule in RAISED
            if ends and not errand.closed and errand.id not in wanted:
                await self._close(errand)
        silent, back = refused or _is_gone(view), back_of(file.child)
        await self._hold_appointments(view, silent=silent)
        if back and not silent:
            await self._tell_again(view, back)

    async def _open(self, view: View, wanted: Wanted, held: Errand | None) -> None:
        now = self.surroundings.now()
        if held is None:
            held = await self.errands.add(
                open_errand(
                    wanted.telling,
                    child=view.file.child.id,
                    subject=wanted.subject,
                    recipients=wanted.recipients,
                    expires_at=wanted.expires_at,
                    now=now,
                    at=wanted.at,
                )
            )
        if held.closed or not _is_so(held, wanted):
            await self.errands.change(
                held.id,
                lambda found: tell_errand(
                    found, wanted.recipients, now=now, at=wanted.at, expires_at=wanted.expires_at
                ),
            )

    async def _close(self, errand: Errand) -> None:
        now = self.surroundings.now()
        await self.errands.change(errand.id, lambda found: close_errand(found, now=now))

    async def _hold_appointments(self, view: View, *, silent: bool) -> None:
        """Keep silent about appointments of who refuses or has left, and speak again afterwards."""
        told: tuple[Recipient, ...] = () if silent else view.file.child.recipients(view.on)
        followed = is_followed(view.file, on=view.on) and view.file.leaving is None
        for each in view.file.appointments:
            if each.status not in OPEN or not each.slot.is_after(view.now):
                continue
            if _speaks(each) if silent else followed and _is_silenced(each):
                await self._plan(each, told)

    async def _tell_again(self, view: View, back: Back) -> None:
        """Tell those who take a medium up again what still stands; again, nothing changes."""
        now, told = self.surroundings.now(), view.file.child.recipients(view.on)
        retell = partial(
            told_again, back=back, recipients=told, tellings=tellings_of(self.pathway), now=now
        )
        for errand in view.file.errands:
            if errand_told_again(errand, back, now=now) != errand:
                await self.errands.change(errand.id, partial(errand_told_again, back=back, now=now))
        if not is_followed(view.file, on=view.on) or view.file.leaving is not None:
            return
        for each in view.file.appointments:
            ahead = each.status in (*OPEN, Status.CANCELLED) and each.slot.is_after(now)
            if ahead and retell(each) != each:
                await self.appointments.change(each.id, retell)

    async def _plan(self, appointment: Appointment, told: tuple[Recipient, ...]) -> None:
        now, tellings = self.surroundings.now(), tellings_of(self.pathway)
        if plan(appointment, told, tellings=tellings, now=now) == appointment:
            return
        await self.appointments.change(
            appointment.id, lambda held: plan(held, told, tellings=tellings, now=now)
        )


def _is_gone(view: View) -> bool:
    return stage_of(view.file, on=view.on) is Stage.EXIT


def _is_so(held: Errand, wanted: Wanted) -> bool:
    return (held.recipients, held.expires_at) == (wanted.recipients, wanted.expires_at)


def _speaks(appointment: Appointment) -> bool:
    return any(each.state in _UNSENT for each in appointment.notices)


def _is_silenced(appointment: Appointment) -> bool:
    """Tell whether all that was still to be said of an appointment was taken back."""
    withdrawn = any(was_withdrawn(each) for each in appointment.notices)
    return withdrawn and not _speaks(appointment)
