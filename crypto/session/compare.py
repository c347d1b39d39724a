"""Finding out whether all see the same group and the same people: R3 and R11."""

from dataclasses import dataclass

from crypto.ids import ChannelId, ProfessionalId
from crypto.mls.suite import equal
from crypto.safety import circle_code, safety_number
from crypto.session.effects import Concern, Rejoin, SafetyWarning
from crypto.session.state import Session
from crypto.session.step import NotInChannel, Step, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Where a device stands in a channel, for others to compare: R11. Not secret."""

    channel: ChannelId
    epoch: int
    transcript: bytes


def report(session: Session, channel: ChannelId) -> Report:
    """Say where this device stands in a channel.

    Raises:
        NotInChannel: Nowhere.
    """
    group = joined(session, channel).group
    if group is None:
        raise NotInChannel
    transcript = group.confirmed_transcript_hash
    return Report(channel=channel, epoch=group.epoch, transcript=transcript)


def compare(session: Session, theirs: Report) -> Step:
    """Compare another device's report with our own place; reports of other epochs say nothing.

    Raises:
        NotInChannel: We have no place to compare.
    """
    ours = report(session, theirs.channel)
    if ours.epoch != theirs.epoch or equal(ours.transcript, theirs.transcript):
        return Step(session=session)
    warning = SafetyWarning(kind=Concern.GROUP_FORKED, channel=theirs.channel)
    return Step(session=session, effects=(warning, Rejoin(channel=theirs.channel)))


def code_of(session: Session, channel: ChannelId) -> str:
    """Return the 30 digits that all members of a channel see alike: R3.

    Raises:
        NotInChannel: We are not among them.
    """
    group = joined(session, channel).group
    if group is None:
        raise NotInChannel
    return circle_code(group.authenticator)


def number_with(session: Session, professional: ProfessionalId) -> str:
    """Return the 60 digits to compare with another professional: R3.

    Raises:
        KeyError: No identity key of theirs was ever seen.
    """
    keys, me = session.pins.keys, session.device.professional
    return safety_number((me, keys[me]), (professional, keys[professional]))
