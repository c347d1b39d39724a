"""What a member with a modified client could do to a channel through an honest server."""

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.model import BadCommit, CommitFault
from crypto.bundle import Bundle
from crypto.identity import CERTIFICATE_LIFETIME, Device
from crypto.ids import CircleId, new_id
from crypto.membership import admit, append, found, verify_chain
from crypto.mls import group as mls
from crypto.mls.extensions import external_pub
from crypto.mls.group_info import sign_group_info
from crypto.mls.lifetime import Lifetime
from crypto.mls.message import pack, unpack_group_info
from crypto.mls.suite import SUITE_1
from crypto.policy import NotAllowed, PolicyFault, allow_joining
from crypto.statement import HistoryGrant
from tests.support.groups import NOW, client, handed, participants, scene


@pytest.mark.parametrize("key", [b"", bytes(32), b"\x01" * 31, b"\xff" * 32])
def test_a_way_in_that_nobody_could_take_is_refused(key: bytes) -> None:
    """With a wrong tag beside it, nobody could follow and nobody could come back."""
    held = scene(3)
    ben, bundle = held.clients[1], held.bundle(by=1)
    info = unpack_group_info(bundle.group_info)
    barred = replace(info, extensions=(info.extensions[0], external_pub(key)))
    signed = sign_group_info(SUITE_1, barred, ben.device.signature_key.private)

    with pytest.raises(BadCommit) as caught:
        held.judge(replace(bundle, group_info=pack(signed)), ben)

    assert caught.value.fault == CommitFault.GROUP_INFO


def test_who_is_in_still_removes_and_renews_when_its_certificate_is_over() -> None:
    held = scene(3)
    later = NOW + CERTIFICATE_LIFETIME + timedelta(days=1)

    after = held.judge(held.bundle(by=0, removes=(2,)), held.clients[0], now=later)

    assert held.clients[2].device.id not in after.devices


def test_nobody_comes_in_with_a_certificate_that_is_over() -> None:
    held, eve = scene(2), client()
    later = NOW + CERTIFICATE_LIFETIME + timedelta(days=1)
    package = eve.package(Lifetime.starting(later)).key_package
    commit, welcome, after = held.groups[0].commit((package,), now=later)
    bundle = Bundle(
        commit=commit,
        welcome=welcome,
        group_info=after.group_info(),
        key_packages=(package.reference(),),
    )
    roster, given = participants(*held.clients, eve), handed(package, eve, to=held.clients[0])

    with pytest.raises(BadCommit) as caught:
        held.judge(bundle, held.clients[0], given, roster=roster, now=later)

    assert caught.value.fault == CommitFault.ADDED


def test_nobody_joins_a_group_in_which_two_devices_bear_one_name() -> None:
    """Two professionals certify the same device id; the keys in the tree are all different."""
    ana, ben = client(), client()
    false = Device.enrol(ben.identity, ben.device.professional, ana.device.id, now=NOW)
    twin = replace(ben, device=false)
    circle = CircleId(new_id())
    chain = found(circle, ana.identity.public, signer=ana.device, now=NOW)
    roster = verify_chain((chain.encode(),), circle)
    added = admit(
        roster,
        ben.device.professional,
        role="midwife",
        identity_key=ben.identity.public,
        history=HistoryGrant(),
        signer=ana.device,
        now=NOW,
    )
    roster = append(roster, added.encode())
    eve = ben.second().package()
    group = mls.Group.create(b"twice", ana.package())
    packages = (twin.package().key_package, eve.key_package)
    _, welcome, group = group.commit(packages, now=NOW)

    with pytest.raises(NotAllowed) as caught:
        mls.Group.join(welcome or b"", eve, group.tree, allow_joining(roster), NOW)

    assert caught.value.fault is PolicyFault.TWICE
