"""The seeded weeks, in the order of time: who can act side by side does, the clock skips on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.demonstration.living import care_deeds, caring, following, script, talking
from server.demonstration.living.deed import Deed
from server.demonstration.living.person import Person
from server.demonstration.living.scene import Case, Scene

SIDE_BY_SIDE = timedelta(minutes=20)
"""Deeds of different people round different children that are this close happen at once."""

Progress = Callable[[float], None]
Perform = Callable[[Scene, Case, Person, Any], Awaitable[None]]

PERFORM: Mapping[type[Deed], Perform] = {
    script.Say: talking.say,
    script.Sign: talking.sign,
    script.Edit: talking.edit,
    script.Delete: talking.delete,
    script.Task: talking.give,
    script.Change: talking.change,
    script.Link: talking.link,
    script.Read: talking.read,
    script.Register: following.register,
    script.Consent: following.consent,
    script.Include: following.include,
    script.Open: following.open_,
    script.Admit: following.admit,
    script.Depart: following.depart,
    script.Book: following.book,
    script.Move: following.move,
    script.Cancel: following.cancel,
    script.Close: following.close,
    script.Draft: following.draft,
    script.Fix: following.fix,
    script.Amend: following.amend,
    care_deeds.Prescribe: caring.prescribe,
    care_deeds.Forfait: caring.open_forfait,
    care_deeds.Session: caring.report,
    care_deeds.TakeBack: caring.take_back,
    care_deeds.State: caring.state,
    care_deeds.Pay: caring.pay,
}


class NotDone(Exception):
    """A deed of the script was refused; the cause says why, and this which one it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deed of one child's file at its instant."""

    at: datetime
    case: Case
    deed: script.AnyDeed


async def live(scene: Scene, progress: Progress) -> None:
    """Do everything that the script says, and let every letter leave on its day.

    Raises:
        NotDone: The server refused a deed.
    """
    waiting = sorted(_due(scene), key=lambda one: one.at)
    total = len(waiting)
    while waiting:
        await rest(scene, waiting[0].at)
        wave = list(_wave(waiting))
        await asyncio.gather(*(_do(scene, one) for one in wave))
        waiting = [one for one in waiting if one not in wave]
        progress(1 - len(waiting) / total)


async def rest(scene: Scene, until: datetime) -> None:
    """Let time pass until an instant, and the letters leave that are due before it."""
    while (leaves := await scene.letters.next()) is not None and leaves <= until:
        scene.clock.move_to(leaves)
        await scene.letters.leave(scene.clock())
    scene.clock.move_to(until)


def _due(scene: Scene) -> Iterator[Due]:
    for case in scene.cases.values():
        for deed in case.words.deeds:
            yield Due(at=scene.days.at(deed.at), case=case, deed=deed)


def _wave(waiting: Sequence[Due]) -> Iterator[Due]:
    """Choose who acts now: nobody twice, no child twice, nobody before their turn."""
    until = waiting[0].at + SIDE_BY_SIDE
    children: set[int] = set()
    people: set[str] = set()
    for one in waiting:
        if one.at > until:
            return
        if id(one.case) not in children and one.deed.by not in people:
            yield one
        children.add(id(one.case))
        people.add(one.deed.by)


async def _do(scene: Scene, due: Due) -> None:
    person = scene.people[due.deed.by]
    try:
        await person.come()
        await PERFORM[type(due.deed)](scene, due.case, person, due.deed)
    except Exception as error:
        deed = f"{due.case.words.given_name} {type(due.deed).__name__} {due.deed.at} {due.deed.by}"
        raise NotDone(f"{deed}: {type(error).__name__} {error}") from error
