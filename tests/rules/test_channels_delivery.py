from dataclasses import replace
from datetime import timedelta

import pytest

from channels.delivery import Group
from channels.model import BadCommit, CommitFault
from crypto.bundle import Bundle
from crypto.mls import group as mls
from crypto.mls.lifetime import Lifetime
from tests.support.groups import (
    CHANNEL,
    NOW,
    Client,
    Scene,
    accept,
    client,
    handed,
    participants,
    scene,
)


def refused(scene: Scene, bundle: Bundle, by: Client, *packages: object, **options: object) -> str:
    before = scene.public.public.state

    with pytest.raises(BadCommit) as caught:
        scene.judge(bundle, by, *packages, **options)  # type: ignore[arg-type]  # handed on

    assert scene.public.public.state == before
    return caught.value.fault


def test_a_commit_that_holds_is_followed_as_its_members_follow_it() -> None:
    held = scene(3)
    ana, ben, _ = held.clients
    bundle = held.bundle(by=0)

    after = held.judge(bundle, ana)

    assert bundle.commit is not None
    entered = held.groups[1].process(bundle.commit, accept, NOW)
    assert after.public.state.context == entered.state.context
    assert set(after.devices) == {one.device.id for one in held.clients}
    assert after.devices[ben.device.id] == ben.device.professional


def test_a_group_restored_from_its_newest_bundle_is_the_same() -> None:
    held = scene(3)
    bundle = held.bundle(by=1)

    after = held.judge(bundle, held.clients[1])
    restored = held.service.restore(bundle.encode())

    assert restored.public.state.context == after.public.state.context
    assert restored.devices == after.devices


def test_a_commit_sent_by_another_device_is_refused() -> None:
    held = scene(3)

    assert refused(held, held.bundle(by=0), held.clients[1]) == CommitFault.SENDER


def test_a_commit_of_another_device_of_the_same_professional_is_refused() -> None:
    held = scene(2)
    ana = held.clients[0]
    other = ana.second()
    roster = participants(*held.clients, other, coordinators=(ana,))

    assert refused(held, held.bundle(by=0), other, roster=roster) == CommitFault.SENDER


def test_an_addition_by_a_package_handed_out_is_taken() -> None:
    held = scene(2)
    ana, eve = held.clients[0], client()
    package = eve.package().key_package
    roster = participants(*held.clients, eve)

    after = held.judge(
        held.bundle(by=0, adds=(package,)), ana, handed(package, eve, to=ana), roster=roster
    )

    assert eve.device.id in after.devices


def test_a_ghost_off_the_roster_is_refused() -> None:
    held = scene(2)
    ana, ghost = held.clients[0], client()
    package = ghost.package().key_package
    bundle = held.bundle(by=0, adds=(package,))

    fault = refused(held, bundle, ana, handed(package, ghost, to=ana))

    assert fault == CommitFault.ADDED


def test_a_ghost_under_a_member_s_name_is_refused() -> None:
    held = scene(2)
    ana, ben = held.clients
    ghost = client(professional=ben.device.professional)
    roster = participants(ghost, ana, ben)
    package = ghost.package().key_package
    bundle = held.bundle(by=0, adds=(package,))

    fault = refused(held, bundle, ana, handed(package, ghost, to=ana), roster=roster)

    assert fault == CommitFault.ADDED


def test_a_leaf_with_another_key_than_the_registered_one_is_refused() -> None:
    held = scene(2)
    ana, eve = held.clients[0], client()
    package = eve.package().key_package
    roster = participants(*held.clients, eve)
    known = replace(roster.devices[eve.device.id], signature_key=bytes(32))
    other = replace(roster, devices={**roster.devices, eve.device.id: known})
    bundle = held.bundle(by=0, adds=(package,))

    fault = refused(held, bundle, ana, handed(package, eve, to=ana), roster=other)

    assert fault == CommitFault.ADDED


@pytest.mark.parametrize("case", ["unknown", "to another", "used", "of another device"])
def test_a_package_not_ours_to_use_is_refused(case: str) -> None:
    held = scene(2)
    ana, ben = held.clients
    eve = client()
    package = eve.package().key_package
    roster = participants(*held.clients, eve)
    stored = handed(package, eve, to=ana)
    packages = {
        "unknown": (),
        "to another": (handed(package, eve, to=ben),),
        "used": (replace(stored, used_in=CHANNEL),),
        "of another device": (replace(stored, device=ben.device.id),),
    }[case]
    bundle = held.bundle(by=0, adds=(package,))

    assert refused(held, bundle, ana, *packages, roster=roster) == CommitFault.PACKAGE


def test_a_last_resort_may_be_used_again() -> None:
    held = scene(2)
    ana, eve = held.clients[0], client()
    package = eve.package().key_package
    roster = participants(*held.clients, eve)
    stored = replace(handed(package, eve, to=ana), last_resort=True, used_in=CHANNEL)

    after = held.judge(held.bundle(by=0, adds=(package,)), ana, stored, roster=roster)

    assert eve.device.id in after.devices


def test_an_expired_package_is_refused() -> None:
    held = scene(2)
    ana, eve = held.clients[0], client()
    package = eve.package(Lifetime.starting(NOW, timedelta(days=1))).key_package
    roster = participants(*held.clients, eve)
    bundle = held.bundle(by=0, adds=(package,))
    late = NOW + timedelta(days=2)

    fault = refused(held, bundle, ana, handed(package, eve, to=ana), roster=roster, now=late)

    assert fault == CommitFault.MESSAGE


def test_a_bundle_that_names_other_packages_than_it_adds_is_refused() -> None:
    held = scene(2)
    ana, eve = held.clients[0], client()
    package, other = eve.package().key_package, eve.package().key_package
    roster = participants(*held.clients, eve)
    bundle = replace(held.bundle(by=0, adds=(package,)), key_packages=(other.reference(),))
    stored = (handed(package, eve, to=ana), handed(other, eve, to=ana))

    assert refused(held, bundle, ana, *stored, roster=roster) == CommitFault.PACKAGE


def test_a_commit_whose_welcome_is_of_another_commit_is_refused() -> None:
    held = scene(2)
    ana, eve, dora = held.clients[0], client(), client()
    package, other = eve.package().key_package, dora.package().key_package
    roster = participants(*held.clients, eve, dora)
    honest = held.bundle(by=0, adds=(package,))
    lying = replace(honest, welcome=held.bundle(by=0, adds=(other,)).welcome)

    fault = refused(held, lying, ana, handed(package, eve, to=ana), roster=roster)

    assert fault == CommitFault.WELCOME


def test_a_group_info_of_another_epoch_tree_or_signer_is_refused() -> None:
    held = scene(3)
    ana, ben, _ = held.clients
    honest = held.bundle(by=0)
    other = held.bundle(by=1)

    faults = [
        refused(held, replace(honest, group_info=held.groups[0].group_info()), ana),
        refused(held, replace(honest, group_info=held.bundle(by=0).group_info), ana),
        refused(held, replace(honest, group_info=other.group_info), ana),
        refused(held, replace(honest, group_info=b"noise"), ana),
    ]

    assert faults == [CommitFault.GROUP_INFO] * 4
    assert held.judge(other, ben).epoch == 2


def test_a_bundle_without_a_commit_is_refused_as_a_commit() -> None:
    held = scene(2)
    bundle = Bundle(group_info=held.groups[0].group_info())

    assert refused(held, bundle, held.clients[0]) == CommitFault.BUNDLE


def test_noise_in_place_of_a_commit_is_refused() -> None:
    held = scene(2)
    bundle = replace(held.bundle(by=0), commit=b"noise")

    assert refused(held, bundle, held.clients[0]) == CommitFault.MESSAGE


def test_a_replayed_commit_is_refused() -> None:
    held = scene(2)
    ana = held.clients[0]
    bundle = held.bundle(by=0)
    held.public = held.judge(bundle, ana)

    assert refused(held, bundle, ana) == CommitFault.MESSAGE


def test_a_coordinator_may_remove_anybody() -> None:
    held = scene(3)
    ana, _, cleo = held.clients

    after = held.judge(held.bundle(by=0, removes=(2,)), ana)

    assert cleo.device.id not in after.devices


def test_a_colleague_may_not_remove_a_member() -> None:
    held = scene(3)
    ben = held.clients[1]

    assert refused(held, held.bundle(by=1, removes=(2,)), ben) == CommitFault.REMOVED


def test_one_s_own_other_device_may_be_removed_by_oneself() -> None:
    held = scene(2)
    ana, ben = held.clients
    twin = ben.second()
    package = twin.package().key_package
    held.roster = participants(ana, ben, twin)
    commit, welcome, after = held.groups[1].commit((package,), now=NOW)
    added = Bundle(
        commit=commit,
        welcome=welcome,
        group_info=after.group_info(),
        key_packages=(package.reference(),),
    )
    held.public = held.judge(added, ben, handed(package, twin, to=ben))
    held.groups[1] = after

    alone = held.judge(held.bundle(by=1, removes=(2,)), ben)

    assert twin.device.id not in alone.devices


def test_anybody_may_remove_somebody_off_the_roster() -> None:
    held = scene(3)
    ana, ben, cleo = held.clients
    roster = participants(ana, ben)

    after = held.judge(held.bundle(by=1, removes=(2,)), ben, roster=roster)

    assert cleo.device.id not in after.devices


def external(held: Scene, joiner: Client, replaces: int | None = None) -> tuple[Bundle, mls.Group]:
    info = held.groups[0].group_info()
    commit, group = mls.Group.external(info, joiner.package(), replaces, accept, NOW)
    return Bundle(commit=commit, group_info=group.group_info()), group


def test_a_rostered_device_joins_from_outside() -> None:
    held = scene(2)
    eve = client()
    bundle, group = external(held, eve)

    after = held.judge(bundle, eve, roster=participants(*held.clients, eve))

    assert after.public.state.context == group.state.context
    assert eve.device.id in after.devices


def test_a_stranger_does_not_join_from_outside() -> None:
    held = scene(2)
    eve = client()
    bundle, _ = external(held, eve)

    assert refused(held, bundle, eve) == CommitFault.ADDED


def test_nobody_joins_from_outside_in_another_s_name() -> None:
    held = scene(2)
    eve, mallory = client(), client()
    bundle, _ = external(held, eve)

    fault = refused(held, bundle, mallory, roster=participants(*held.clients, eve, mallory))

    assert fault == CommitFault.SENDER


def test_a_device_that_lost_the_thread_takes_its_own_place_again() -> None:
    held = scene(3)
    ben = held.clients[1]
    bundle, _ = external(held, ben, replaces=1)

    after = held.judge(bundle, ben)

    assert set(after.devices) == {one.device.id for one in held.clients}
    assert len(after.public.members) == 3


def test_a_new_device_takes_the_place_of_its_professional_s_lost_one() -> None:
    held = scene(2)
    ana, ben = held.clients
    new = ben.second()
    bundle, _ = external(held, new, replaces=1)

    after = held.judge(bundle, new, roster=participants(ana, new))

    assert set(after.devices) == {ana.device.id, new.device.id}


def test_an_external_joiner_removes_nobody_else() -> None:
    held = scene(3)
    eve = client()
    bundle, _ = external(held, eve, replaces=1)

    fault = refused(held, bundle, eve, roster=participants(*held.clients, eve))

    assert fault == CommitFault.EXTERNAL


def opening(by: Client, group_id: bytes = CHANNEL.encode()) -> Bundle:
    return Bundle(group_info=mls.Group.create(group_id, by.package()).group_info())


def test_a_channel_begins_with_its_creator_s_device_alone() -> None:
    held = scene(1)
    ana = held.clients[0]

    made = held.service.open(
        opening(ana), CHANNEL, asker=ana.asker, participants=held.roster, now=NOW
    )

    assert isinstance(made, Group)
    assert (made.epoch, dict(made.devices)) == (0, {ana.device.id: ana.device.professional})


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ("another group", CommitFault.GROUP_INFO),
        ("another device", CommitFault.SENDER),
        ("a stranger", CommitFault.ADDED),
        ("a later epoch", CommitFault.GROUP_INFO),
        ("with a commit", CommitFault.BUNDLE),
        ("noise", CommitFault.GROUP_INFO),
    ],
)
def test_a_channel_does_not_begin_otherwise(case: str, fault: CommitFault) -> None:
    held = scene(2)
    ana, ben = held.clients
    bundle = {
        "another group": opening(ana, b"elsewhere"),
        "another device": opening(ben),
        "a stranger": opening(client()),
        "a later epoch": Bundle(group_info=held.groups[0].group_info()),
        "with a commit": held.bundle(by=0),
        "noise": Bundle(group_info=b"noise"),
    }[case]

    with pytest.raises(BadCommit) as caught:
        held.service.open(bundle, CHANNEL, asker=ana.asker, participants=held.roster, now=NOW)

    assert caught.value.fault == fault
