"""What a device keeps: the whole of a session, or its parts one by one."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.canonical import moment_of
from crypto.ids import ChannelId, CircleId, new_id
from crypto.mls.codec import Malformed
from crypto.session import session as sessions
from crypto.session.compare import code_of
from crypto.session.effects import Send
from crypto.session.join import watch
from crypto.session.log import Item, Kind
from crypto.session.packages import publish
from crypto.session.state import Session
from crypto.session.store import Parts, changed_parts, decode_parts, decode_session, encode_session
from tests.support.devices import NOW
from tests.support.generate_stored_session import FILE
from tests.support.relay import Client, settle


def written_over(kept: Parts, news: Parts) -> Parts:
    """What a store holds after it wrote the parts that changed."""
    return Parts(
        device=news.device or kept.device,
        circles={**kept.circles, **news.circles},
        channels={**kept.channels, **news.channels},
    )


def same(one: Session, other: Session) -> bool:
    return encode_session(one) == encode_session(other)


def test_all_parts_make_the_whole(ana: Client, ben: Client) -> None:
    ana.add(ben)
    ana.say("bonjour")
    settle(ana, ben)

    parts = changed_parts(None, ben.session)

    assert same(decode_parts(parts), ben.session)


def test_saying_something_changes_the_channel_and_nothing_else(ana: Client) -> None:
    before = ana.session

    step = ana.saying("bonjour")

    news = changed_parts(before, step.session)
    assert (news.device, dict(news.circles)) == (None, {})
    assert set(news.channels) == {ana.relay.channel}


def test_one_channel_leaves_the_others_as_they_are(ana: Client) -> None:
    other = ChannelId(new_id())
    before = watch(ana.session, other, ana.relay.circle.id)
    ana.session = before

    step = ana.saying("bonjour")

    assert set(changed_parts(before, step.session).channels) == {ana.relay.channel}


def test_what_changed_nothing_is_not_written(ana: Client) -> None:
    news = changed_parts(ana.session, replace(ana.session))

    assert news == Parts()


def test_new_packages_change_the_device_only(ana: Client) -> None:
    session, _ = publish(ana.session, 1, now=NOW)

    news = changed_parts(ana.session, session)

    assert news.device is not None
    assert (dict(news.circles), dict(news.channels)) == ({}, {})


def test_parts_written_as_they_change_are_the_session_at_every_step(
    ana: Client, ben: Client, cleo: Client
) -> None:
    kept, last = changed_parts(None, ben.session), ben.session
    acts: list[Callable[[], None]] = [
        lambda: ana.add(ben),
        lambda: ben.say("un"),
        lambda: ben.add(cleo),
        lambda: ben.relay.circle.remove(cleo.person),
        lambda: ben.say("deux"),
    ]
    for act in acts:
        act()
        settle(ana, ben, cleo)

        kept, last = written_over(kept, changed_parts(last, ben.session)), ben.session

        assert same(decode_parts(kept), ben.session)


def test_parts_show_no_secret(ana: Client) -> None:
    assert repr(changed_parts(None, ana.session)) == "Parts()"


def test_parts_without_a_device_are_no_session(ana: Client) -> None:
    parts = changed_parts(None, ana.session)

    with pytest.raises(Malformed):
        decode_parts(replace(parts, device=None))


def test_a_part_under_another_name_is_refused(ana: Client) -> None:
    parts = changed_parts(None, ana.session)
    (channel,), (circle,) = parts.channels.values(), parts.circles.values()

    with pytest.raises(Malformed):
        decode_parts(replace(parts, channels={ChannelId(new_id()): channel}))
    with pytest.raises(Malformed):
        decode_parts(replace(parts, circles={CircleId(new_id()): circle}))


def test_a_part_cut_short_is_refused(ana: Client) -> None:
    parts = changed_parts(None, ana.session)
    (channel,) = parts.channels.values()

    with pytest.raises(Malformed):
        decode_parts(replace(parts, channels={ana.relay.channel: channel[:-1]}))
    with pytest.raises(Malformed):
        decode_parts(replace(parts, channels={ana.relay.channel: channel + b"\0"}))


def test_a_whole_session_is_its_parts_one_after_the_other(ana: Client) -> None:
    whole, parts = encode_session(ana.session), changed_parts(None, ana.session)

    assert parts.device is not None
    assert whole.startswith(parts.device)
    assert all(part in whole for part in (*parts.circles.values(), *parts.channels.values()))
    assert same(decode_session(whole), ana.session)


def test_a_session_stored_long_ago_goes_on() -> None:
    vector = json.loads(FILE.read_text())
    given, expect = vector["given"], vector["expect"]
    stored, channel = base64.b64decode(given["session"]), ChannelId(given["channel"])
    items = [
        Item(
            **{
                **row,
                "channel": channel,
                "kind": Kind(row["kind"]),
                "at": moment_of(row["at"]),
                "body": base64.b64decode(row["body"]),
            }
        )
        for row in given["items"]
    ]

    session = decode_session(stored)

    state = session.channels[channel]
    assert encode_session(session) == stored
    assert state.group is not None
    assert (state.group.epoch, len(state.members)) == (expect["epoch"], expect["members"])
    assert code_of(session, channel) == expect["code"]
    opened = sessions.read(session, channel, items)
    assert [one.opened.entry.body.decode() for one in opened] == expect["texts"]
    effects = sessions.resume(session)
    asks = [one.request.kind.value for one in effects if isinstance(one, Send)]
    assert asks == expect["asks"]
