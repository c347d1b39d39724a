"""What professionals are told by e-mail: how much waits, at the hour they chose, and once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typing_extensions import override

from care_circle.actor import Actor
from care_circle.circle import Participation
from care_circle.professional import Professional
from care_circle.role import Role
from care_circle.telling.ledger import Narrowing
from care_circle.telling.pause import Sending, resume
from crypto.ids import ProfessionalId, new_id
from notifications.errand import Errand, errand_id
from notifications.notice import Rule, State
from server.accounts.agents import Agent
from server.accounts.preferences import (
    Digest,
    Preferences,
    PreferenceStore,
    with_next_digest,
)
from server.digesting import DIGESTS, digests_of
from server.setting_reader import SettingReader
from server.storage.care import EngineCircles
from server.ways_settings import read_ways
from tests.support.providers import MailServer, mail_server
from tests.support.requests import PREFERENCES
from tests.support.server import Running, running
from tests.support.talkers import Talker, circle_of, talking

PARIS = ZoneInfo("Europe/Paris")
DAILY = PREFERENCES | {
    "language": "fr", "digest": "daily", "digest_at": "07:30", "quiet_days": [],
    "urgent": True, "urgent_email": False, "quiet_from": "20:00", "quiet_to": "07:00",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """People who talk, one of whom wants a digest, and the letter box it goes to."""

    server: Running
    post: MailServer
    ana: Talker
    ben: Talker

    async def choose(self, **choices: object) -> None:
        """Keep what Ben chose; he is here while he does."""
        kept = await self.ben.ask("PUT", "/me/preferences", DAILY | choices)
        assert kept.status == 200, kept
        self.server.clock.move(minutes=2)

    async def look(self, **later: float) -> None:
        """Let time pass, and whoever opens digests look."""
        self.server.clock.move(**later)
        await self.server.app[DIGESTS].look()

    async def mails(self, wanted: int) -> list[EmailMessage]:
        """Wait for so many mails, and long enough to see that there are no more."""
        for _ in range(100):
            if len(self.post.mails) >= wanted:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.2)
        assert len(self.post.mails) == wanted
        return self.post.mails

    async def say_later(self) -> None:
        """Let Ana sign in anew, since her session is over, and say something."""
        self.server.clock.move(minutes=2)
        device = self.ana.member.device
        person = Actor(professional=device.professional, role=Role.COORDINATOR)
        token, _ = await self.server.house.sessions.open(person, device=device.id, agent=Agent())
        self.ana.member = replace(self.ana.member, token=token)
        said = await self.ana.say()
        assert said.status == 201, said

    @property
    def who(self) -> str:
        return self.ben.member.device.professional

    async def digest(self, day: str) -> Errand | None:
        name = errand_id(Rule.DIGEST, None, f"{self.who}:{day}")
        return await self.server.house.stores.errands.find(name)


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    async with mail_server() as post:
        ways = read_ways(SettingReader({"RONDE_SMTP_URL": f"smtp://127.0.0.1:{post.port}"}))
        async with running(tmp_path, ways=ways) as server, circle_of(server, 2) as circle:
            ana, ben = await talking(circle)
            await named(server, ben)
            yield Ward(server=server, post=post, ana=ana, ben=ben)


async def named(server: Running, talker: Talker) -> None:
    """Give a device's owner a name, an account and a place, as everybody of a network has."""
    person = Professional(
        id=talker.member.device.professional,
        family_name="Lavigne",
        given_name="Ben",
        role=Role.COORDINATOR,
        email="ben@ronde.example",
    )
    await server.house.stores.people.add_professional(person)
    await server.house.accounts.open(person, by=None)
    circles = EngineCircles(server.house.engine, server.house.keyring)
    stay = Participation(
        professional=person.id,
        role="coordinator",
        identity_key=talker.member.identity.public,
        since=server.clock(),
        since_index=1,
    )
    await circles.change(talker.circle, lambda held: replace(held, participations=(stay,)))


async def test_a_digest_says_how_much_waits_and_not_a_word_more(ward: Ward) -> None:
    await ward.choose()
    await ward.ana.say()
    await ward.ana.say()

    await ward.look(hours=22)
    (mail,) = await ward.mails(1)

    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n").replace("\u00a0", " ")
    assert mail["Subject"] == "Ce qui vous attend"
    assert "Messages non lus : 2\n" in text
    assert f"{ward.server.url}/\n" in text
    assert mail["List-Unsubscribe"] is None
    for hidden in (str(ward.ana.circle), str(ward.ana.channel), "/r/"):
        assert hidden not in mail.as_string()


async def test_nothing_new_is_no_digest_and_the_next_one_waits_for_more(ward: Ward) -> None:
    await ward.choose()
    await ward.look(hours=22)
    silent = len(await ward.mails(0))
    await ward.say_later()
    await ward.look(hours=24)
    await ward.mails(1)

    await ward.look(hours=24)

    assert silent == 0
    await ward.mails(1)


async def test_whoever_was_here_since_is_not_told(ward: Ward) -> None:
    await ward.choose()
    await ward.ana.say()
    ward.server.clock.move(minutes=5)
    await ward.ben.ask("GET", "/me")

    await ward.look(hours=22)

    await ward.mails(0)


async def test_whoever_chose_none_meanwhile_is_not_told_though_it_was_planned(ward: Ward) -> None:
    await ward.choose()
    await ward.ana.say()
    paused = Sending(paused=True, since=ward.server.clock(), reason="x")
    await ward.server.house.sending.valve.change(lambda _: paused)
    await ward.look(hours=22)
    planned = await ward.digest("2026-11-22")
    store = ward.server.house.stores.preferences
    await store.change(
        ward.ben.member.device.professional, lambda held: replace(held, digest=Digest.OFF)
    )
    await ward.server.house.sending.valve.change(resume)

    await ward.mails(0)
    held = await ward.digest("2026-11-22")

    assert planned is not None
    assert [each.state for each in planned.notices] == [State.PLANNED]
    assert held is not None
    assert [(each.state, each.answer) for each in held.notices] == [(State.CANCELLED, "opted_out")]


async def test_a_digest_leaves_once_though_its_process_dies_at_each_step(ward: Ward) -> None:
    await ward.choose()
    await ward.ana.say()
    ward.server.clock.move(hours=22)
    house, now = ward.server.house, ward.server.clock()
    stores = house.stores
    (claimed,) = await stores.preferences.digests_due(
        now=now, until=now + timedelta(minutes=2), limit=5
    )  # Killed: nobody goes on with what was claimed.
    dying = replace(digests_of(house, "Europe/Paris"), preferences=_Dying(stores.preferences))
    with pytest.raises(Killed):
        await dying._digest(claimed)  # Killed: after the errand, before the next one is due.

    await ward.look(minutes=3)
    await ward.look(minutes=3)

    await ward.mails(1)
    held = await stores.preferences.find(claimed.professional)
    assert held.next_digest == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert held.last_digest is not None


async def test_one_digest_of_each_person_is_kept(ward: Ward) -> None:
    await ward.choose()
    await ward.ana.say()
    await ward.look(hours=22)
    await ward.mails(1)
    await ward.say_later()

    await ward.look(hours=24)
    await ward.mails(2)

    assert await ward.digest("2026-11-22") is None
    assert await ward.digest("2026-11-23") is not None


async def test_digests_are_no_matter_for_the_office_unless_an_address_fails(ward: Ward) -> None:
    await ward.choose()
    await ward.ana.say()
    ward.post.refuse_recipient = "550 5.1.1 no such mailbox"
    ledger, today = ward.server.house.sending.ledger, date(2026, 11, 22)

    await ward.look(hours=22)
    counts = await ledger.counts(since=today, today=today)
    for _ in range(100):
        if counts.in_need:
            break
        await asyncio.sleep(0.1)
        counts = await ledger.counts(since=today, today=today)
    wanted = Narrowing(since=today, in_need=True)
    entries, _ = await ledger.page(wanted, today=today, after="", limit=10)

    assert counts.states == {State.DEAD: 1}
    assert [each.notice.contact for each in entries] == [ward.who]


async def test_an_urgent_message_comes_by_mail_to_whoever_wants_that(ward: Ward) -> None:
    form = ward.ana.form()
    path = f"/channels/{ward.ana.channel}/urgent"
    await ward.choose(urgent_email=True)
    await ward.ana.say(form)

    called = [await ward.ana.ask("POST", path, {"entry": form["id"]}) for _ in range(2)]
    (mail,) = await ward.mails(1)
    not_hers = await ward.ben.ask("POST", path, {"entry": form["id"]})
    nothing = await ward.ana.ask("POST", path, {"entry": new_id()})

    assert [each.status for each in called] == [204, 204]
    assert mail["Subject"] == "Un message urgent vous attend"
    assert (not_hers.code, nothing.code) == ("bad_entry", "bad_entry")


@pytest.mark.parametrize(
    ("choices", "after", "wanted"),
    [
        ({"digest": Digest.DAILY}, "2026-11-21T09:00Z", "2026-11-22T06:30Z"),
        ({"digest": Digest.DAILY}, "2026-11-21T06:29Z", "2026-11-21T06:30Z"),
        ({"digest": Digest.DAILY}, "2026-11-21T06:30Z", "2026-11-22T06:30Z"),
        ({"digest": Digest.WEEKLY}, "2026-11-21T09:00Z", "2026-11-23T06:30Z"),
        ({"digest": Digest.WEEKLY, "digest_day": 5}, "2026-11-21T09:00Z", "2026-11-28T06:30Z"),
        # The clocks go forward in the night of the 29th of March 2026: 02:30 is not.
        ({"digest": Digest.DAILY, "digest_at": time(2, 30)}, "2026-03-28T12:00Z",
         "2026-03-29T01:30Z"),
        ({"digest": Digest.OFF}, "2026-11-21T09:00Z", None),
    ],
)  # fmt: skip
def test_the_next_digest_is_on_the_network_s_clocks(
    choices: dict[str, Any], after: str, wanted: str | None
) -> None:
    chosen = Preferences(professional=ProfessionalId("ben"), **choices)

    found = with_next_digest(chosen, datetime.fromisoformat(after), PARIS).next_digest

    assert found == (None if wanted is None else datetime.fromisoformat(wanted))


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        ("2026-11-20T12:00", False),
        ("2026-11-20T21:00", True),
        ("2026-11-20T06:59", True),
        ("2026-11-22T12:00", True),
    ],
)
def test_quiet_hours_and_days_are_one_s_own(at: str, quiet: bool) -> None:
    chosen = Preferences(
        professional=ProfessionalId("ben"),
        quiet_from=time(20),
        quiet_to=time(7),
        quiet_days=(6,),
    )

    assert chosen.is_quiet(datetime.fromisoformat(at).replace(tzinfo=PARIS)) is quiet


class Killed(BaseException):
    """The process is gone."""


@dataclass(frozen=True, slots=True)
class _Dying(PreferenceStore):
    """Preferences of a process that dies when it writes down that it is done."""

    held: PreferenceStore

    @override
    async def find(self, professional: ProfessionalId) -> Preferences:
        return await self.held.find(professional)

    @override
    async def change(
        self, professional: ProfessionalId, decide: Callable[[Preferences], Preferences]
    ) -> Preferences:
        raise Killed

    @override
    async def digests_due(
        self, *, now: datetime, until: datetime, limit: int
    ) -> tuple[Preferences, ...]:
        return await self.held.digests_due(now=now, until=until, limit=limit)
