"""What notices need to be kept: a way to find those due, and to change them in place."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from crypto.ids import AppointmentId, ContactId
from notifications.notice import Medium, Notice, Rule
from notifications.reach import Reached

Decide = Callable[[tuple[Notice, ...]], tuple[Notice, ...]]


class NoSuchAppointment(Exception):
    """The appointment and its notices are gone from the store."""


class Outbox(Protocol):
    """The notices of all appointments, each kept inside its appointment's own record."""

    async def claim(
        self, *, now: datetime, until: datetime, limit: int
    ) -> tuple[AppointmentId, ...]:
        """Lease appointments with something due: no other worker gets them before `until`.

        The lease is a courtesy; what keeps two workers apart is `change`.
        """
        ...

    async def change(self, appointment: AppointmentId, decide: Decide) -> tuple[Notice, ...]:
        """Replace an appointment's notices by what `decide` makes of the stored ones.

        One atom: `decide` is pure and runs again if somebody else wrote meanwhile. When
        it raises, nothing is changed. The answer is durable before it is given.

        Raises:
            NoSuchAppointment: There is none by that id.
        """
        ...


class Contacts(Protocol):
    """Where the family can be reached, asked at the moment of sending."""

    async def address(self, contact: ContactId, medium: Medium, *, on: date) -> str | None:
        """Give the e-mail address or telephone number of somebody who may be told on this day.

        None if there is none, if they objected, or if they no longer are one to be told.
        """
        ...

    async def reach(self, contact: ContactId, medium: Medium, *, on: date, rule: Rule) -> Reached:
        """Give where somebody can be told something on a day, or in one word why not.

        Asked at the moment of sending. An unconfirmed medium is reached by what carries the
        link where one confirms it (`reach.FIRST_WORDS`), and by nothing else.
        """
        ...
