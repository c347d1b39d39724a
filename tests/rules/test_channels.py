from datetime import timedelta

import pytest

from care_circle.convention import NoActiveConvention
from care_circle.task import TaskState
from channels.keys import NoKeyPackage, StoredPackage, choose
from channels.model import (
    MAX_COMMIT,
    MAX_ENTRY,
    Asker,
    BadCard,
    BadEntry,
    Card,
    Channel,
    ChannelFrozen,
    ChannelState,
    Envelope,
    NotAMember,
    NotInGroup,
    Participants,
    Refusal,
    StaleEpoch,
    TooLarge,
    admit,
    check_form,
    is_frozen,
)
from crypto.ids import DeviceId, EntryId, ProfessionalId, TaskId, new_id
from crypto.session.log import Kind
from tests.support.groups import CHANNEL, CIRCLE, NOW, Client, client, participants


class View:
    """The public side of a group, as far as the rules look."""

    def __init__(self, epoch: int, *clients: Client) -> None:
        self.epoch = epoch
        self.devices: dict[DeviceId, ProfessionalId] = {
            one.device.id: one.device.professional for one in clients
        }


def state(epoch: int, *clients: Client) -> ChannelState:
    channel = Channel(
        id=CHANNEL, circle=CIRCLE, created_by=ProfessionalId(new_id()), created_at=NOW
    )
    return ChannelState(channel=channel, group=View(epoch, *clients))


def envelope(**change: object) -> Envelope:
    known: dict[str, object] = {
        "id": EntryId(new_id()),
        "kind": Kind.ENTRY,
        "epoch": 3,
        "body": b"sealed",
    }
    return Envelope(**{**known, **change})  # type: ignore[arg-type]  # fields by name


ANA, BEN, EVE = client(), client(), client()
ROSTER = participants(ANA, BEN)


def verdict(
    held: ChannelState, asked: Envelope, asker: Asker, roster: Participants = ROSTER
) -> type[Exception] | None:
    try:
        admit(held, asked, asker=asker, participants=roster)
    except (Refusal, NoActiveConvention) as refusal:
        return type(refusal)
    return None


def test_a_member_of_the_group_posts_in_its_epoch() -> None:
    assert verdict(state(3, ANA, BEN), envelope(), ANA.asker) is None


@pytest.mark.parametrize("epoch", [2, 4])
def test_an_entry_of_another_epoch_is_stale(epoch: int) -> None:
    asked = envelope(epoch=epoch)

    assert verdict(state(3, ANA, BEN), asked, ANA.asker) is StaleEpoch


def test_a_stranger_is_no_member_whatever_they_ask() -> None:
    asked = [envelope(), envelope(epoch=9), envelope(kind=Kind.CREATE)]

    verdicts = [verdict(state(3, ANA, BEN), one, EVE.asker) for one in asked]

    assert verdicts == [NotAMember] * 3


def test_a_device_speaks_for_its_own_professional_only() -> None:
    mixed = Asker(professional=BEN.asker.professional, device=ANA.asker.device)

    assert verdict(state(3, ANA, BEN), envelope(), mixed) is NotAMember


def test_a_rostered_device_without_a_leaf_commits_from_outside_but_does_not_post() -> None:
    held = state(3, ANA)

    assert verdict(held, envelope(), BEN.asker) is NotInGroup
    assert verdict(held, envelope(kind=Kind.COMMIT), BEN.asker) is None


def test_somebody_off_the_roster_in_the_group_freezes_posting_but_not_commits() -> None:
    held = state(3, ANA, BEN, EVE)

    assert is_frozen(held, ROSTER)
    assert verdict(held, envelope(), ANA.asker) is ChannelFrozen
    assert verdict(held, envelope(kind=Kind.HISTORY), ANA.asker) is ChannelFrozen
    assert verdict(held, envelope(kind=Kind.COMMIT), ANA.asker) is None


def test_a_lost_device_of_a_member_does_not_freeze_the_channel() -> None:
    lost = BEN.second()

    assert not is_frozen(state(3, ANA, BEN, lost), ROSTER)


def test_a_lapsed_member_neither_posts_nor_receives_and_freezes_nothing() -> None:
    lapsed = Participants(
        circle=CIRCLE,
        identity_keys=ROSTER.identity_keys,
        devices=ROSTER.devices,
        lapsed=frozenset({BEN.asker.professional}),
    )
    held = state(3, ANA, BEN)

    assert verdict(held, envelope(), BEN.asker, lapsed) is NoActiveConvention
    assert verdict(held, envelope(), ANA.asker, lapsed) is None
    assert BEN.asker.device not in lapsed.receivers
    assert ANA.asker.device in lapsed.receivers


def test_a_channel_is_created_once() -> None:
    asked = envelope(kind=Kind.CREATE)

    assert verdict(state(3, ANA), asked, ANA.asker) is BadEntry


def card(**change: object) -> Card:
    known: dict[str, object] = {"task": TaskId(new_id()), "state": TaskState.REQUESTED}
    return Card(**{**known, **change})  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (envelope(id=EntryId("short")), BadEntry),
        (envelope(id=EntryId("A" * 26)), BadEntry),
        (envelope(epoch=-1), BadEntry),
        (envelope(epoch=1 << 54), BadEntry),
        (envelope(body=b""), BadEntry),
        (envelope(body=bytes(MAX_ENTRY + 1)), TooLarge),
        (envelope(kind=Kind.HISTORY, body=bytes(MAX_ENTRY + 1)), TooLarge),
        (envelope(kind=Kind.COMMIT, body=bytes(MAX_COMMIT + 1)), TooLarge),
        (envelope(kind=Kind.COMMIT, card=card()), BadCard),
        (envelope(card=card(task=TaskId("x"))), BadCard),
        (envelope(card=card(document="x")), BadCard),
        (envelope(card=card(assignees=(ProfessionalId("a"),) * 2)), BadCard),
        (
            envelope(card=card(assignees=tuple(ProfessionalId(new_id()) for _ in range(33)))),
            BadCard,
        ),
    ],
)
def test_what_no_channel_would_take_is_refused_at_the_door(
    asked: Envelope, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_form(asked)


@pytest.mark.parametrize(
    "asked",
    [
        envelope(body=bytes(MAX_ENTRY)),
        envelope(kind=Kind.COMMIT, body=bytes(MAX_COMMIT)),
        envelope(epoch=0),
        envelope(card=card(assignees=(ProfessionalId(new_id()),))),
    ],
)
def test_what_is_within_its_bounds_passes_the_door(asked: Envelope) -> None:
    check_form(asked)


def test_nothing_secret_shows_in_an_envelope_s_repr() -> None:
    assert "sealed" not in repr(envelope())


def package(days: int, **change: object) -> StoredPackage:
    known: dict[str, object] = {
        "reference": new_id().encode(),
        "device": BEN.device.id,
        "professional": BEN.device.professional,
        "data": b"package",
        "not_after": NOW + timedelta(days=days),
    }
    return StoredPackage(**{**known, **change})  # type: ignore[arg-type]  # fields by name


ANA_ID = ANA.asker.professional


def test_the_package_that_expires_first_is_handed_out_first() -> None:
    late, soon, over = package(80), package(5), package(-1)

    chosen = choose([late, soon, over], to=ANA_ID, now=NOW)

    assert chosen.reference == soon.reference
    assert chosen.handed_to == {ANA_ID}


def test_the_last_resort_comes_last_and_again() -> None:
    resort, handed = package(5, last_resort=True), package(9, handed_to=frozenset({ANA_ID}))

    first = choose([resort, package(80)], to=ANA_ID, now=NOW)
    then = choose([resort, handed], to=ANA_ID, now=NOW)
    again = choose([then, handed], to=EVE.asker.professional, now=NOW)

    assert not first.last_resort
    assert then.reference == again.reference == resort.reference
    assert again.handed_to == {ANA_ID, EVE.asker.professional}


def test_a_device_that_left_nothing_current_cannot_be_added() -> None:
    with pytest.raises(NoKeyPackage):
        choose([package(-1), package(-1, last_resort=True)], to=ANA_ID, now=NOW)
