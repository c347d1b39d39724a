"""A device tells how far it has come, and sees whether the others are in the same group (R11)."""

from collections.abc import Mapping
from typing import Any

from channels.headless_forms import BadAnswer, base64_of, bytes_of
from channels.headless_line import Line, Refused
from crypto.ids import ChannelId
from crypto.session.compare import Report, compare, report
from crypto.session.state import Phase, Session
from crypto.session.step import Step

Form = Mapping[str, object]


def place_of(session: Session, channel: ChannelId) -> Form | None:
    """Write a device's place in a channel as the wire does, or nothing while it has none.

    What a device without a screen has taken in it has handed to whoever drives it: its
    place is read as well as delivered.
    """
    state = session.channels[channel]
    if state.phase is not Phase.MEMBER:
        return None
    here = report(session, channel)
    return {
        "delivered": state.cursor,
        "read": state.cursor,
        "epoch": here.epoch,
        "transcript": base64_of(here.transcript),
    }


async def tell_place(line: Line, channel: ChannelId, place: Form) -> bool:
    """Tell a device's place, and whether it was taken; a refusal of it is no trouble.

    Raises:
        Unreachable: The server does not answer.
    """
    try:
        await line.ask("PUT", f"/channels/{channel}/mark", place)
    except Refused:
        return False
    return True


async def compare_places(line: Line, session: Session, channel: ChannelId) -> Step:
    """Compare the others' places with one's own: the first that differs says enough.

    Raises:
        Unreachable: The server does not answer.
        BadAnswer: What it answers is no list of marks.
    """
    try:
        found = await line.ask("GET", f"/channels/{channel}/marks")
    except Refused:
        return Step(session=session)
    for form in found["marks"]:
        if form["device"] != session.device.id:
            step = compare(session, _read_report(form, channel))
            if step.effects:
                return step
    return Step(session=session)


def _read_report(form: Mapping[str, Any], channel: ChannelId) -> Report:
    epoch = form["epoch"]
    if not isinstance(epoch, int):
        raise BadAnswer("no epoch")
    return Report(channel=channel, epoch=epoch, transcript=bytes_of(form["transcript"]))
