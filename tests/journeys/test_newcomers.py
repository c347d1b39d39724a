"""What a newcomer reads of the time before, by the policy signed at the admission."""

from datetime import timedelta

import pytest

from channels.headless_line import Refused
from channels.headless_people import admit_member
from crypto.session.effects import HistoryReceived
from crypto.statement import HistoryGrant, HistoryPolicy
from tests.support.journey import Companion, Journey, companion, said, together
from tests.support.server import Running


async def _past(story: Journey) -> tuple[Companion, Companion]:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    await story.ana.say(story.channel, "hier")
    await ben.say(story.channel, "ce matin")
    return ben, cleo


async def test_a_newcomer_reads_the_past_where_the_policy_says_all(story: Journey) -> None:
    ben, cleo = await _past(story)

    await story.bring(cleo)

    assert await cleo.texts(story.channel) == ["hier", "ce matin"]
    await cleo.say(story.channel, "merci")
    assert await together(story.channel, story.ana, ben, cleo) == ["hier", "ce matin", "merci"]


async def test_a_newcomer_reads_nothing_of_the_past_where_the_policy_says_joining(
    story: Journey,
) -> None:
    ben, cleo = await _past(story)

    await story.bring(cleo, history=HistoryGrant(policy=HistoryPolicy.JOINING))
    await ben.say(story.channel, "bienvenue")
    for one in (cleo, story.ana):
        await one.device.synchronise()

    assert await cleo.texts(story.channel) == ["bienvenue"]
    assert await story.ana.texts(story.channel) == ["hier", "ce matin", "bienvenue"]
    assert cleo.authenticator(story.channel) == story.ana.authenticator(story.channel)


async def test_a_newcomer_reads_from_the_first_epoch_after_the_date(
    story: Journey, server: Running
) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    await ben.say(story.channel, "il y a un mois")
    server.clock.move(minutes=20)
    date = story.clock() - timedelta(minutes=5)
    dora = await story.join("Dora")
    await story.bring(dora)
    await ben.say(story.channel, "la semaine dernière")

    await story.bring(cleo, history=HistoryGrant(policy=HistoryPolicy.SINCE, since=date))

    assert await cleo.texts(story.channel) == ["la semaine dernière"]
    assert await dora.texts(story.channel) == ["il y a un mois", "la semaine dernière"]


async def test_the_giver_of_a_past_is_named(story: Journey) -> None:
    _, cleo = await _past(story)
    await admit_member(story.ana.device, story.circle, cleo.id)
    await story.ana.device.add(story.channel, cleo.id)

    events = await cleo.device.synchronise()

    given = [event for event in events if isinstance(event, HistoryReceived)]
    assert {event.giver for event in given} == {story.ana.id}
    assert said(events) == ["hier", "ce matin"]


async def test_a_second_device_with_another_identity_is_refused(
    story: Journey, server: Running
) -> None:
    ben, _ = await _past(story)
    server.clock.move(minutes=2)
    line = await companion(story.stack, story.url, "Ben", folder=story.folder, clock=story.clock)
    line.secret, line.path = ben.secret, story.folder / "ben-2.appareil"

    with pytest.raises(Refused, match="key_not_attested"):
        await line.make_device(line.path, line.credentials())
