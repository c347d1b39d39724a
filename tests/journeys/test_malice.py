"""A server that lies, over real HTTP: the client refuses, or says loudly what it sees."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from channels.headless_forms import BadAnswer
from channels.headless_people import (
    NoIdentityKey,
    NotThatKey,
    NotThatRole,
    admit_member,
    attest_identity,
    open_circle,
    seat_word,
)
from crypto.identity import BadAttestation, Device, attest, new_identity
from crypto.ids import DeviceId, ProfessionalId, new_id
from crypto.membership import BadChain, admit
from crypto.mls.codec import encode
from crypto.mls.message import pack
from crypto.policy import NotAllowed
from crypto.session.effects import Concern
from crypto.session.packages import make_package
from crypto.session.session import ChainRolledBack
from crypto.statement import HistoryGrant
from tests.support.journey import Companion, Journey, Tamper, said, together, warnings


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def on(method: str, end: str, lie: Any) -> Tamper:  # noqa: ANN401 -- a function of the answer
    """Lie about one kind of question only."""

    def tamper(asked: str, path: str, answer: Any) -> Any:  # noqa: ANN401 -- JSON
        told = asked == method and path.partition("?")[0].endswith(end)
        return lie(answer) if told else answer

    return tamper


def stranger(one: Companion) -> tuple[Any, Device]:
    """Make the keys that a server would slip in for somebody."""
    identity = new_identity()
    return identity, Device.enrol(identity, one.id, DeviceId(new_id()), now=one.clock())


async def test_a_swapped_identity_key_is_not_attested(story: Journey) -> None:
    ben = await story.join("Ben")
    key = ben.device.session.pins.keys[ben.id]
    identity, _ = stranger(ben)

    def swap(answer: Any) -> Any:  # noqa: ANN401 -- JSON
        return {"devices": [answer["devices"][0] | {"identity_key": b64(identity.public)}]}

    story.ana.line.tamper = on("GET", "/devices", swap)

    with pytest.raises(NotThatKey):
        await attest_identity(story.ana.device, ben.id, seen=key)


async def test_an_attestation_that_no_coordinator_of_ours_signed_admits_nobody(
    story: Journey,
) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    identity, _ = stranger(cleo)

    def forged(coordinator: Companion) -> Tamper:
        word = attest(
            coordinator.id,
            identity,
            professional=cleo.id,
            identity_key=identity.public,
            at=story.clock(),
        )
        return on(
            "GET",
            cleo.id,
            lambda answer: answer | {"attestation": {"statement": b64(encode(word))}},
        )

    story.ana.line.tamper = forged(story.ana)
    with pytest.raises(BadAttestation):
        await admit_member(story.ana.device, story.circle, cleo.id)
    story.ana.line.tamper = forged(cleo)
    with pytest.raises(NoIdentityKey):
        await admit_member(story.ana.device, story.circle, cleo.id)

    assert set(story.ana.device.roster(story.circle).active) == {story.ana.id, ben.id}


async def test_one_persons_attested_key_seats_nobody_else(story: Journey) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.include_child(ben)
    story.circle = await open_circle(story.ana.device, story.child)
    record = await story.ana.line.ask("GET", f"/professionals/{ben.id}")
    story.ana.line.tamper = on("GET", cleo.id, lambda _: record)

    with pytest.raises(NotThatKey):
        await admit_member(story.ana.device, story.circle, cleo.id)

    assert set(story.ana.device.roster(story.circle).active) == {story.ana.id}


async def test_nobody_is_signed_in_as_something_else_than_was_confirmed(story: Journey) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    confirmed = seat_word(await story.ana.line.ask("GET", f"/professionals/{cleo.id}"))
    story.ana.line.tamper = on("GET", cleo.id, lambda answer: answer | {"role": "coordinator"})

    with pytest.raises(NotThatRole):
        await admit_member(story.ana.device, story.circle, cleo.id, role=confirmed)

    assert set(story.ana.device.roster(story.circle).active) == {story.ana.id, ben.id}


async def test_the_word_of_a_member_who_is_no_coordinator_admits_nobody(story: Journey) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    identity = ben.device.session.identity
    assert identity is not None
    key = new_identity().public
    word = attest(ben.id, identity, professional=cleo.id, identity_key=key, at=story.clock())
    lie = {"attestation": {"statement": b64(encode(word))}}
    story.ana.line.tamper = on("GET", cleo.id, lambda answer: answer | lie)

    with pytest.raises(NoIdentityKey):
        await admit_member(story.ana.device, story.circle, cleo.id)

    assert set(story.ana.device.roster(story.circle).active) == {story.ana.id, ben.id}


async def test_a_shortened_chain_stops_the_client(story: Journey) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben, cleo)
    known = ben.device.session.circles[story.circle].chain
    ben.line.tamper = on(
        "GET", story.circle, lambda answer: answer | {"chain": answer["chain"][:-1]}
    )

    with pytest.raises(ChainRolledBack):
        await ben.device.synchronise()

    assert ben.device.session.circles[story.circle].chain == known


async def test_a_statement_that_no_coordinator_signed_stops_the_client(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    signed = admit(
        story.ana.device.roster(story.circle),
        ProfessionalId(new_id()),
        role="physician",
        identity_key=new_identity().public,
        history=HistoryGrant(),
        signer=story.ana.device.session.device,
        now=story.clock(),
    )
    ghost = replace(signed, professional=ProfessionalId(new_id()))
    ben.line.tamper = on(
        "GET",
        story.circle,
        lambda answer: answer | {"chain": [*answer["chain"], b64(ghost.encode())]},
    )

    with pytest.raises(BadChain):
        await ben.device.synchronise()


async def test_a_ghost_key_package_is_not_added(story: Journey) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo")
    await story.gather(ben)
    await admit_member(story.ana.device, story.circle, cleo.id)
    _, eve = stranger(cleo)
    package = b64(pack(make_package(eve, now=story.clock()).key_package))

    def slip(answer: Any) -> Any:  # noqa: ANN401 -- JSON
        return {"packages": [one | {"package": package} for one in answer["packages"]]}

    story.ana.line.tamper = on("POST", "/claim", slip)

    with pytest.raises(NotAllowed):
        await story.ana.device.add(story.channel, cleo.id)

    assert await together(story.channel, story.ana, ben) == []


@pytest.mark.parametrize("lie", [{"id": "x"}, {"id": None}])
async def test_a_channel_that_is_none_is_not_kept(story: Journey, lie: dict[str, Any]) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    known = set(ben.device.session.channels)
    ben.line.tamper = on(
        "GET", "/channels", lambda answer: {"channels": [answer["channels"][0] | lie]}
    )

    with pytest.raises(BadAnswer):
        await ben.device.know_circle(story.circle)
    ben.restart()

    assert set(ben.device.session.channels) == known


@pytest.mark.parametrize("lie", [{"at": -1}, {"at": 9e15}, {"sender": "x"}, {"id": ""}])
async def test_a_place_of_the_log_that_could_not_be_kept_is_not_taken_in(
    story: Journey, lie: dict[str, Any]
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await story.ana.say(story.channel, "Un mot de plus.")
    ben.line.tamper = on(
        "GET",
        "/entries",
        lambda answer: answer | {"items": [one | lie for one in answer["items"]]},
    )

    with pytest.raises(BadAnswer):
        await ben.device.catch_up(story.channel)
    ben.restart()
    ben.line.tamper = None
    await together(story.channel, story.ana, ben)

    assert ben.authenticator(story.channel) == story.ana.authenticator(story.channel)


async def test_a_log_with_a_gap_is_not_followed(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    for text in ("un", "deux", "trois"):
        await story.ana.say(story.channel, text)

    def skip(answer: Any) -> Any:  # noqa: ANN401 -- JSON
        return answer | {"items": answer["items"][:1] + answer["items"][2:]}

    ben.line.tamper = on("GET", "/entries", skip)

    with pytest.raises(BadAnswer):
        await ben.device.catch_up(story.channel)


async def test_a_withheld_entry_is_noticed_though_the_numbers_are_closed_up(
    story: Journey,
) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    for text in ("un", "deux", "trois"):
        await story.ana.say(story.channel, text)

    def withhold(answer: Any) -> Any:  # noqa: ANN401 -- JSON
        left = answer["items"][:1] + answer["items"][2:]
        first = answer["items"][0]["seq"]
        return answer | {"items": [one | {"seq": first + n} for n, one in enumerate(left)]}

    ben.line.tamper = on("GET", "/entries", withhold)
    events = await ben.device.catch_up(story.channel)

    assert said(events) == ["un", "trois"]
    assert [one.kind for one in warnings(events)] == [Concern.ENTRY_WITHHELD]


async def test_an_entry_passed_off_as_anothers_is_noticed(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await story.ana.say(story.channel, "de ma main")

    def pass_off(answer: Any) -> Any:  # noqa: ANN401 -- JSON
        return answer | {"items": [one | {"sender": ben.device_id} for one in answer["items"]]}

    ben.line.tamper = on("GET", "/entries", pass_off)
    events = await ben.device.catch_up(story.channel)

    assert Concern.SENDER_SPOOFED in [one.kind for one in warnings(events)]
    (entry,) = await ben.device.history(story.channel)
    assert entry.opened.author.professional == story.ana.id


async def test_an_altered_entry_is_not_shown(story: Journey) -> None:
    ben = await story.join("Ben")
    await story.gather(ben)
    await story.ana.say(story.channel, "intact")

    def alter(answer: Any) -> Any:  # noqa: ANN401 -- JSON
        bodies = [bytearray(base64.b64decode(one["body"])) for one in answer["items"]]
        for body in bodies:
            body[-1] ^= 1
        items = [
            one | {"body": b64(bytes(body))}
            for one, body in zip(answer["items"], bodies, strict=True)
        ]
        return answer | {"items": items}

    ben.line.tamper = on("GET", "/entries", alter)
    events = await ben.device.catch_up(story.channel)

    assert said(events) == []
    assert [one.kind for one in warnings(events)] == [Concern.ENTRY_REFUSED]
