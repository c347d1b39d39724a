"""What somebody of a family says, by a link or by SMS, done in the house.

Nobody is signed in here: whoever calls has found out by a link, or by the number an SMS came
from, whose word it is. A duty is raised before anything else is written, so that breaking
off in between leaves a call too many, never a family unheard. All of it may be done twice.
"""

from dataclasses import dataclass, replace
from functools import partial

from care_circle import child as rules
from care_circle.access import NotFound
from care_circle.appointment import Appointment
from care_circle.child import Child
from care_circle.follow_up.duty import Duty, Reason, asked_for, duty_id, settled
from care_circle.follow_up.store import Duties
from care_circle.services.follower import Follower
from care_circle.store import Appointments, Children
from care_circle.surroundings import Surroundings
from care_circle.telling import agreement
from care_circle.telling.answer import FamilyAnswer, HalfDay, Wish, with_answer
from care_circle.telling.proof import Deed, Saying
from crypto.ids import AppointmentId, ChildId, ContactId, ProfessionalId
from notifications.notice import Medium

_RULES = {
    Deed.CONFIRMED: agreement.confirm,
    Deed.STOPPED: agreement.stop,
    Deed.RESUMED: agreement.resume,
    Deed.DISOWNED: agreement.disown,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyVoice:
    """Does what families say."""

    children: Children
    appointments: Appointments
    duties: Duties
    follower: Follower
    surroundings: Surroundings

    async def say_of_medium(
        self, child: ChildId, contact: ContactId, medium: Medium, deed: Deed, saying: Saying
    ) -> Child:
        """Note what somebody says of a medium; a wrong number is the office's to verify.

        Raises:
            NotFound, UnknownContact: They are gone.
            TooManySayings: It went back and forth hundreds of times.
        """
        if deed is Deed.DISOWNED:
            await self.ask(child, contact, Reason.NUMBER_TO_VERIFY, f"{contact}:{medium}")
        rule = _RULES[deed]
        return await self.children.change(
            child,
            lambda held: rules.change_contact(held, contact, lambda one: rule(one, medium, saying)),
        )

    async def answer(
        self, appointment: AppointmentId, contact: ContactId, *, coming: bool
    ) -> Appointment:
        """Note whether somebody comes, to the appointment as it stands.

        Raises:
            NotFound: It is gone.
            TooManyAnswers: They have changed their mind dozens of times.
        """
        now = self.surroundings.now()

        def decide(held: Appointment) -> Appointment:
            said = FamilyAnswer(contact=contact, coming=coming, sequence=held.sequence, at=now)
            return replace(held, answers=with_answer(held.answers, said))

        return await self.appointments.change(appointment, decide)

    async def ask(
        self,
        child: ChildId,
        contact: ContactId,
        reason: Reason,
        subject: str,
        half_days: tuple[HalfDay, ...] = (),
    ) -> Duty:
        """Raise what somebody asks of the office; asked again, the newest wish counts."""
        now = self.surroundings.now()
        asked = Duty(
            id=duty_id(child, reason, subject),
            child=child,
            reason=reason,
            subject=subject,
            coordinators=await self._coordinators(child),
            raised_at=now,
            since=self.surroundings.today(),
            wish=Wish(contact=contact, half_days=half_days),
        )
        return await self.duties.put(asked.id, partial(asked_for, asked=asked))

    async def take_back(self, child: ChildId, reason: Reason, subject: str) -> None:
        """Settle what somebody asked for and no longer does; what is not there is no error."""
        try:
            await self.duties.change(
                duty_id(child, reason, subject), partial(settled, now=self.surroundings.now())
            )
        except NotFound:
            return

    async def _coordinators(self, child: ChildId) -> tuple[ProfessionalId, ...]:
        try:
            return (await self.follower.of(child)).coordinators
        except NotFound:
            return ()
