"""A device without a screen: it carries out what its session asks, over a line to a server.

Every step of the session is written to the file before its effects are carried out, so
the process may die anywhere and the next one goes on (`resume`).
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.content import Content, encode, type_of
from channels.headless_backup import back_up
from channels.headless_file import DeviceFile
from channels.headless_forms import (
    BadAnswer,
    base64_of,
    bytes_of,
    id_of,
    read_item,
    request_form,
)
from channels.headless_line import Line, Refused, Unreachable
from channels.headless_marks import Form, compare_places, place_of, tell_place
from crypto.ids import ChannelId, CircleId, DeviceId, EntryId, ProfessionalId, new_id
from crypto.membership import Roster
from crypto.policy import strangers
from crypto.session import session as sessions
from crypto.session.compare import code_of, number_with
from crypto.session.effects import (
    CatchUp,
    Effect,
    EntryOpened,
    Event,
    FetchChain,
    ReadAgain,
    Rejoin,
    Send,
)
from crypto.session.join import open_channel, rejoin, watch
from crypto.session.log import AppendRequest, Card, Item, Kind
from crypto.session.outgoing import Wanted
from crypto.session.packages import publish
from crypto.session.state import Session
from crypto.session.step import Step, circle_of, joined
from crypto.statement import Statement

PACKAGES = 50
PAGE = 200
TRIES = 8
_FIRST_WAIT = 0.05
_LONGEST_WAIT = 2.0
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_NOT_JUDGED = frozenset({"not_signed_in", "no_device", "no_active_convention"})
"""Refusals of the person, not of what they sent: it waits until they are let in again."""
_NOT_FOUND = "not_found"


@dataclass(slots=True, kw_only=True)
class HeadlessDevice:
    """One device of one professional, its file and its line.

    `stock` is how many key packages are to wait for it, 50 at most (R12).
    """

    line: Line = field(repr=False)
    file: DeviceFile = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    stock: int = PACKAGES
    _told: dict[ChannelId, Form] = field(default_factory=dict, repr=False)

    @property
    def session(self) -> Session:
        """What the device knows now."""
        return self.file.memory.session

    @property
    def professional(self) -> ProfessionalId:
        """Whose device it is."""
        return self.session.device.professional

    async def leave_packages(self, count: int = PACKAGES) -> None:
        """Let colleagues add this device: key packages, the last of them a last resort (R12)."""
        kept, made = publish(self.session, count, now=self.clock())
        self.file.keep(kept)
        form = {
            "packages": [base64_of(package) for package in made[:-1]],
            "last_resort": base64_of(made[-1]),
        }
        await self.line.ask("POST", f"/devices/{self.session.device.id}/key_packages", form)

    async def replenish(self) -> None:
        """See to it that enough key packages wait for this device; safe to repeat (R12)."""
        path = f"/devices/{self.session.device.id}/key_packages"
        waiting = _number(await self.line.ask("GET", path), "waiting")
        if waiting <= self.stock // 2:
            await self.leave_packages(self.stock - waiting)

    async def know_circle(self, circle: CircleId) -> tuple[Event, ...]:
        """Fetch a circle's chain, verify it, and take note of the circle's channels."""
        events = list(await self._trust(circle))
        found = await self.line.ask("GET", f"/circles/{circle}/channels")
        for form in found["channels"]:
            self.file.keep(watch(self.session, ChannelId(id_of(form["id"])), circle))
        return tuple(events)

    async def synchronise(self) -> tuple[Event, ...]:
        """Send what waits, read what is new, and compare one's place with the others' (R11).

        A channel that is closed to us, because we left its circle, keeps no other waiting.
        """
        events: list[Event] = []
        for circle in await self.circles():
            events += await self.know_circle(circle)
        for effect in sessions.resume(self.session):
            try:
                events += await self._carry_out((effect,))
            except Refused as refused:
                if refused.code != _NOT_FOUND:
                    raise
        for channel in tuple(self.session.channels):
            events += await self._compare(channel)
        await self.back_up()
        return tuple(events)

    async def back_up(self) -> None:
        """Append to the backup, if there is one, what it does not hold yet (R10)."""
        await back_up(self.line, self.file)

    async def catch_up(self, channel: ChannelId) -> tuple[Event, ...]:
        """Read what is new in one channel."""
        events = await self._catch_up(channel)
        await self.back_up()
        return events

    async def come_in(
        self, channel: ChannelId, newest: Item, *, replaces: DeviceId | None = None
    ) -> tuple[Event, ...]:
        """Join from outside by a channel's newest commit, in place of a lost device of ours."""
        now = self.clock()
        step = rejoin(self.session, channel, newest, now=now, replaces=replaces)
        return await self._do_in(channel, step)

    async def open_channel(self, circle: CircleId) -> ChannelId:
        """Begin a channel with this device alone in it."""
        channel = ChannelId(new_id())
        await self._do_in(channel, open_channel(self.session, channel, circle, now=self.clock()))
        return channel

    async def post(
        self,
        channel: ChannelId,
        content: Content,
        *,
        card: Card | None = None,
        thread: EntryId | None = None,
        entry: EntryId | None = None,
    ) -> tuple[EntryId, tuple[Event, ...]]:
        """Seal something, keep it, and send it; it stays in the outbox until acknowledged.

        `entry` is the id to give it, where files that were sent before name it already.
        """
        entry = entry or EntryId(new_id())
        step = sessions.compose(
            self.session,
            channel,
            type_=type_of(content),
            body=encode(content),
            card=card,
            thread=thread,
            entry=entry,
            now=self.clock(),
        )
        return entry, await self._do_in(channel, step)

    async def add(self, channel: ChannelId, professional: ProfessionalId) -> tuple[Event, ...]:
        """Add those of a professional's devices to a channel's group that are not in it yet."""
        events = await self._catch_up(channel)
        state = self.session.channels[channel]
        present = {tenure.certificate.device for tenure in state.members}
        devices = await self.line.ask("GET", f"/professionals/{professional}/devices")
        wanted = [one["id"] for one in devices["devices"] if one["id"] not in present]
        if not wanted:
            return events
        path = f"/circles/{state.circle}/key_packages/claim"
        claimed = await self.line.ask("POST", path, {"devices": wanted})
        packages = [bytes_of(one["package"]) for one in claimed["packages"]]
        step = sessions.change_members(self.session, channel, adds=packages, now=self.clock())
        return events + await self._do_in(channel, step)

    async def remove(self, channel: ChannelId, devices: Sequence[DeviceId]) -> tuple[Event, ...]:
        """Remove devices from a channel's group; those off the roster go without being named."""
        events = await self._catch_up(channel)
        state = joined(self.session, channel)
        off = strangers(self.roster(state.circle), state.members)
        gone = tuple(dict.fromkeys((*devices, *off)))
        step = sessions.change_members(self.session, channel, removes=gone, now=self.clock())
        return events + await self._do_in(channel, step)

    async def say_statement(
        self, circle: CircleId, action: str, statement: Statement
    ) -> tuple[Event, ...]:
        """Hand a signed membership statement in: `admissions` or `releases`."""
        form = {"statement": base64_of(statement.encode())}
        await self.line.ask("POST", f"/circles/{circle}/{action}", form)
        return await self._trust(circle)

    def roster(self, circle: CircleId) -> Roster:
        """Tell who is in a circle, by the chain this device verified."""
        return circle_of(self.session, circle).roster

    def safety_number(self, professional: ProfessionalId) -> str:
        """Return the 60 digits to compare with a colleague (R3).

        Raises:
            KeyError: No identity key of theirs was ever seen.
        """
        return number_with(self.session, professional)

    def circle_code(self, channel: ChannelId) -> str:
        """Return the 30 digits that all members of a channel see alike (R3)."""
        return code_of(self.session, channel)

    async def history(self, channel: ChannelId) -> tuple[EntryOpened, ...]:
        """Read the whole log again and open what this device has keys for."""
        await self._catch_up(channel)
        return sessions.read(self.session, channel, await self.items(channel))

    async def items(self, channel: ChannelId) -> tuple[Item, ...]:
        """Fetch a channel's whole log, still sealed."""
        return await self._items(channel, after=0)

    async def circles(self) -> tuple[CircleId, ...]:
        """List the circles we are in now, by the server's word."""
        found: list[CircleId] = []
        after: str | None = ""
        while after is not None:
            page = await self.line.ask("GET", f"/circles?after={after}")
            found += [CircleId(form["id"]) for form in page["items"]]
            after = page["next"]
        return tuple(found)

    async def _compare(self, channel: ChannelId) -> tuple[Event, ...]:
        """Tell our place in a channel if it has moved, and look whether others stand elsewhere."""
        place = place_of(self.session, channel)
        if place is None:
            return ()
        if self._told.get(channel) != place and await tell_place(self.line, channel, place):
            self._told[channel] = place
        return await self._do(await compare_places(self.line, self.session, channel))

    async def _do_in(self, channel: ChannelId, step: Step) -> tuple[Event, ...]:
        """Do a step; if something still waits in its channel, what went before had no answer."""
        events = await self._do(step)
        state = self.session.channels[channel]
        if state.outbox or state.pending is not None or state.wanted != Wanted():
            again = [one for one in sessions.resume(self.session) if _is_in(one, channel)]
            events += await self._carry_out(again)
        await self.back_up()
        return events

    async def _do(self, step: Step) -> tuple[Event, ...]:
        """Persist a step, then carry out what it asks."""
        self.file.keep(step.session)
        return await self._carry_out(step.effects)

    async def _carry_out(self, effects: Sequence[Effect]) -> tuple[Event, ...]:
        events: list[Event] = []
        waiting = deque(effects)
        while waiting:
            effect = waiting.popleft()
            match effect:
                case Send():
                    waiting.extendleft(reversed(await self._send(effect)))
                case CatchUp():
                    events += await self._catch_up(effect.channel)
                case ReadAgain():
                    events += await self._read_again(effect)
                case FetchChain():
                    events += await self._trust(effect.circle)
                case Rejoin():
                    events += await self._rejoin(effect.channel)
                case _:
                    events.append(effect)
        return tuple(events)

    async def _send(self, send: Send) -> tuple[Effect, ...]:
        """Ask the log; a passing fault of the server's is tried again, with the same bytes."""
        await asyncio.sleep(_wait(send.attempt))
        request = send.request
        try:
            seq = await self._place(request)
        except Refused as refused:
            if refused.status in _PASSING or refused.code in _NOT_JUDGED:
                raise
            now = self.clock()
            step = sessions.refuse(self.session, request, refused.code, now=now)
        else:
            step = sessions.acknowledge(self.session, request, seq, now=self.clock())
        self.file.keep(step.session)
        return step.effects

    async def _place(self, request: AppendRequest) -> int:
        for attempt in range(TRIES):
            try:
                return await self._append(request)
            except Refused as refused:
                if refused.status not in _PASSING or attempt == TRIES - 1:
                    raise
                await asyncio.sleep(_wait(attempt + 1))
        raise Unreachable

    async def _append(self, request: AppendRequest) -> int:
        form = request_form(request)
        if request.kind is Kind.CREATE:
            circle = self.session.channels[request.channel].circle
            new = {"channel": request.channel, "id": form["id"], "body": form["body"]}
            placed = await self.line.ask("POST", f"/circles/{circle}/channels", new)
        else:
            placed = await self.line.ask("POST", f"/channels/{request.channel}/entries", form)
        return _number(placed, "seq")

    async def _catch_up(self, channel: ChannelId) -> tuple[Event, ...]:
        """Take in the log behind our cursor, page by page."""
        events: list[Event] = []
        more = True
        while more:
            after = self.session.channels[channel].cursor
            items, more = await self._page(channel, after)
            step = sessions.receive(self.session, channel, items, now=self.clock())
            events += await self._do(step)
            # A step that could not go on (no chain, no Welcome yet) must not spin.
            more = more and self.session.channels[channel].cursor > after
        return tuple(events)

    async def _read_again(self, effect: ReadAgain) -> tuple[Event, ...]:
        """Hand the named places to the session once more, now that it has their keys."""
        wanted = set(effect.seqs)
        items = await self._items(effect.channel, after=min(wanted, default=1) - 1)
        again = [item for item in items if item.seq in wanted]
        step = sessions.receive(self.session, effect.channel, again, now=self.clock())
        return await self._do(step)

    async def _rejoin(self, channel: ChannelId) -> tuple[Event, ...]:
        """Come back into a channel from outside, by its newest commit (R11)."""
        items = await self.items(channel)
        newest = [item for item in items if item.kind in (Kind.CREATE, Kind.COMMIT)][-1]
        return await self._do(rejoin(self.session, channel, newest, now=self.clock()))

    async def _trust(self, circle: CircleId) -> tuple[Event, ...]:
        found = await self.line.ask("GET", f"/circles/{circle}")
        chain = [bytes_of(statement) for statement in found["chain"]]
        return await self._do(sessions.trust(self.session, circle, chain))

    async def _items(self, channel: ChannelId, *, after: int) -> tuple[Item, ...]:
        found: list[Item] = []
        more = True
        while more:
            items, more = await self._page(channel, found[-1].seq if found else after)
            found += items
        return tuple(found)

    async def _page(self, channel: ChannelId, after: int) -> tuple[tuple[Item, ...], bool]:
        path = f"/channels/{channel}/entries?since={after}&limit={PAGE}"
        page = await self.line.ask("GET", path)
        items = tuple(read_item(form) for form in page["items"])
        if [item.seq for item in items] != list(range(after + 1, after + 1 + len(items))):
            # A log has no gaps: asking again would go on for ever.
            raise BadAnswer("a log with a gap")
        return items, bool(page["more"]) and bool(items)


def _is_in(effect: Effect, channel: ChannelId) -> bool:
    match effect:
        case Send():
            return effect.request.channel == channel
        case CatchUp() | ReadAgain():
            return effect.channel == channel
        case _:
            return False


def _number(form: Mapping[str, Any], name: str) -> int:
    value = form.get(name)
    if not isinstance(value, int):
        raise BadAnswer("no place in the log")
    return value


def _wait(attempt: int) -> float:
    """Wait longer the more often we tried, and never as long as another device (R5): seconds."""
    if attempt == 0:
        return 0.0
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0**attempt)
    return longest * secrets.randbelow(1000) / 1000
