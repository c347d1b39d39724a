"""What notices need to be kept: a way to find those due, and to change them in place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from crypto.ids import ChildId, ContactId, ErrandId, NoticeId
from notifications.errand import Errand
from notifications.notice import Carrier, Medium, Notice, Rule
from notifications.reach import Reached

Decide = Callable[[tuple[Notice, ...]], tuple[Notice, ...]]


class NoSuchCarrier(Exception):
    """The appointment or errand is gone from the store, and its notices with it."""


class NoSuchErrand(Exception):
    """There is no errand by that id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A record somebody has leased, and its notices as they stood then."""

    carrier: Carrier
    notices: tuple[Notice, ...]


class Outbox(Protocol):
    """The notices of all appointments and errands, each kept inside its own record."""

    async def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claimed, ...]:
        """Lease records with something due: no other worker gets them before `until`.

        The lease is a courtesy; what keeps two workers apart is `change`.
        """
        ...

    async def change(self, carrier: Carrier, decide: Decide) -> tuple[Notice, ...]:
        """Replace a record's notices by what `decide` makes of the stored ones.

        One atom: `decide` is pure and runs again if somebody else wrote meanwhile; its last
        run is the one that counts. When it raises, nothing is changed. The answer is
        durable before it is given.

        Raises:
            NoSuchCarrier: There is none.
        """
        ...

    async def by_key(self, notice: NoticeId) -> Notice | None:
        """Find a notice that was tried, or that failed, by its id: the key providers are given."""
        ...

    async def by_ref(self, provider: str, ref: str) -> Notice | None:
        """Find a notice by what a provider calls it."""
        ...


class Errands(Protocol):
    """What is told that is no appointment."""

    async def add(self, errand: Errand) -> Errand:
        """Keep a new errand; if there is one of its id, that one stays and is given."""
        ...

    async def errand(self, errand: ErrandId) -> Errand:
        """Give one.

        Raises:
            NoSuchErrand: There is none.
        """
        ...

    async def change(self, errand: ErrandId, decide: Callable[[Errand], Errand]) -> Errand:
        """Make of an errand what a pure decision makes of it, in one atom.

        Raises:
            NoSuchErrand: There is none.
        """
        ...

    async def of_child(
        self, child: ChildId, *, after: str = "", limit: int = 100
    ) -> tuple[Errand, ...]:
        """Page through a child's errands, by id."""
        ...

    async def in_need(self, *, after: str = "", limit: int = 100) -> tuple[Errand, ...]:
        """Page through the errands of which a notice needs a person, by id."""
        ...


class Contacts(Protocol):
    """Where the family can be reached, asked at the moment of sending."""

    async def reach(self, contact: ContactId, medium: Medium, *, on: date, rule: Rule) -> Reached:
        """Give where somebody can be told something on a day, or in one word why not.

        Asked at the moment of sending. An unconfirmed medium is reached by what carries the
        link where one confirms it (`reach.FIRST_WORDS`), and by nothing else.
        """
        ...


class Valve(Protocol):
    """The pause button for all sending."""

    async def is_open(self) -> bool:
        """Tell whether anything may be sent now; asked before each claim."""
        ...
