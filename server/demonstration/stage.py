"""What the chapters of the story share: who, where, and how it is told."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from channels.headless import connect
from crypto.ids import ChannelId, ChildId, CircleId
from notifications.typography import french
from server.demonstration.cast import PARTS, Actor
from server.demonstration.clock import StoryClock
from server.demonstration.processes import World
from server.spoken import spoken_date, spoken_time

PARIS = ZoneInfo("Europe/Paris")
NO_CHILD, NO_CIRCLE, NO_CHANNEL = ChildId(""), CircleId(""), ChannelId("")


def moment(when: datetime) -> str:
    """Say a day and a time of the wall clock."""
    return f"{spoken_date(when)} à {spoken_time(when)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrator:
    """Tells the story on the terminal, in French."""

    chapters: list[str] = field(default_factory=list)

    def chapter(self, title: str) -> None:
        """Begin a chapter."""
        self.chapters.append(title)
        click.echo()
        click.secho(french(f"{len(self.chapters)}. {title}"), bold=True)

    def tell(self, sentence: str) -> None:
        """Say what happens."""
        click.echo(french(f"   {sentence}"))

    def quote(self, who: str, words: str) -> None:
        """Say what somebody sees on their screen."""
        click.echo(f"   {who:>9} │ {words}".rstrip())

    def detail(self, line: str) -> None:
        """Show evidence."""
        click.secho(french(f"             {line}"), dim=True)


@dataclass(slots=True, kw_only=True)
class Stage:
    """The story as it stands."""

    world: World
    clock: StoryClock
    narrator: Narrator
    cast: dict[str, Actor]
    child: ChildId = NO_CHILD
    circle: CircleId = NO_CIRCLE
    channel: ChannelId = NO_CHANNEL
    said: list[str] = field(default_factory=list)
    received: tuple[int, int] = (0, 0)
    kept: bool = True

    def expect(self, true: bool) -> None:  # noqa: FBT001 -- reads like a sentence
        """Remember that something the story promises did not come true."""
        self.kept = self.kept and true

    def __getitem__(self, key: str) -> Actor:
        """Give somebody of the cast."""
        return self.cast[key]

    @property
    def day(self) -> str:
        """The story's present, as people round the child read it."""
        return moment(self.clock().astimezone(PARIS))


@asynccontextmanager
async def stage(world: World, clock: StoryClock) -> AsyncIterator[Stage]:
    """Give every actor a line; nobody has signed in yet."""
    async with AsyncExitStack() as lines:
        cast = {
            key: Actor(
                part=part,
                world=world,
                clock=clock,
                line=await lines.enter_async_context(connect(world.url)),
            )
            for key, part in PARTS.items()
        }
        yield Stage(world=world, clock=clock, narrator=Narrator(), cast=cast)
