"""Two cores, one judgement: bytes that nobody made are refused by both, for the same thing.

A message that one core takes and the other does not would split a group (DECISIONS).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import pytest

from crypto.mls.codec import encode
from crypto.mls.group import Group
from crypto.mls.message import pack, unpack_key_package
from tests.support.mls_actors import NOW, accept, package_of
from tests.support.mls_peer.process import Peer, PeerRefused
from tests.support.mls_twin.process import running
from tests.support.mls_twin.walker import InTypeScript

LIES = 300


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with running() as peer:
        yield peer


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A member in both languages, and what may be sent to it or to one outside."""

    ben: Group
    twin: InTypeScript
    commit: bytes
    info: bytes
    adding: bytes


@pytest.fixture(scope="module")
def scene(peer: Peer) -> Scene:
    ana, others = _living(6)
    twin = InTypeScript(name="ben", peer=peer)
    twin.decode(others[0].encode())
    package = package_of("zoe").key_package
    return Scene(
        ben=others[0],
        twin=twin,
        commit=ana.commit([package], [3], now=NOW)[0],
        info=ana.group_info(),
        adding=pack(package),
    )


def _living(size: int) -> tuple[Group, list[Group]]:
    """Make a group with a parent or two, unmerged leaves and a blank."""
    own, *invited = (package_of(f"member {number}") for number in range(size))
    ana = Group.create(b"a circle", own)
    _, welcome, ana = ana.commit([each.key_package for each in invited], now=NOW)
    others = [Group.join(welcome or b"", each, ana.tree, accept, NOW) for each in invited]
    commit, _, after = others[1].commit([package_of("late").key_package], now=NOW)
    moved = [after if one is others[1] else one.process(commit, accept, NOW) for one in others]
    return ana.process(commit, accept, NOW), moved


def changed(truth: bytes, chance: Random) -> bytes:
    """Change a byte or two, cut a piece out, or put one in twice."""
    data, at = bytearray(truth), chance.randrange(len(truth))
    match chance.choice(("flip", "set", "cut", "end", "twice")):
        case "flip":
            data[at] ^= 1 << chance.randrange(8)
        case "set":
            data[at] = chance.choice((0, 1, 2, 3, 0x40, 0x80, 0xFF))
        case "cut":
            del data[at : at + chance.choice((1, 2, 32))]
        case "end":
            del data[at:]
        case _:
            data[at:at] = data[at : at + chance.choice((1, 2, 32))]
    return bytes(data)


def verdict(judge: Callable[[bytes], object], data: bytes) -> str:
    """Name what a core says to some bytes: the class of its refusal, or that it takes them."""
    try:
        judge(data)
    except PeerRefused as refusal:
        return str(refusal)
    # The classes of every refusal are the cores' own; that is what is compared.
    except Exception as refusal:  # noqa: BLE001
        return type(refusal).__name__
    return "taken"


def agree(
    truth: bytes,
    python: Callable[[bytes], object],
    typescript: Callable[[bytes], object],
    seed: int,
) -> None:
    """See that both cores say the same to many changed bytes, and most often no."""
    chance, verdicts = Random(seed), []
    for _ in range(LIES):
        lie = changed(truth, chance)
        said = verdict(python, lie)
        assert verdict(typescript, lie) == said, lie.hex()
        verdicts.append(said)
    assert verdicts.count("taken") < LIES / 2
    assert len(set(verdicts)) > 2


def test_a_commit_that_nobody_made_is_refused_alike(scene: Scene) -> None:
    before = scene.ben.encode()

    def typescript(lie: bytes) -> None:
        scene.twin.decode(before)
        scene.twin.process(lie)

    agree(scene.commit, lambda lie: scene.ben.process(lie, accept, NOW), typescript, 1)


def test_a_welcome_that_nobody_made_is_refused_alike(peer: Peer) -> None:
    ana, _ = _living(3)
    zoe = package_of("zoe")
    _, welcome, after = ana.commit([zoe.key_package, package_of("yan").key_package], now=NOW)
    assert welcome is not None
    twin = InTypeScript(name="zoe", peer=peer)
    twin.hold(encode(zoe))

    agree(
        welcome,
        lambda lie: Group.join(lie, zoe, after.tree, accept, NOW),
        lambda lie: twin.join(lie, after.tree),
        5,
    )
    agree(
        after.tree,
        lambda lie: Group.join(welcome, zoe, lie, accept, NOW),
        lambda lie: twin.join(welcome, lie),
        6,
    )


def test_a_group_info_that_nobody_made_is_refused_alike(scene: Scene, peer: Peer) -> None:
    zoe = package_of("zoe")
    outside = InTypeScript(name="zoe", peer=peer)

    agree(
        scene.info,
        lambda lie: Group.external(lie, zoe, None, accept, NOW),
        lambda lie: outside.enter(lie, None),
        2,
    )


def test_a_key_package_that_nobody_made_is_refused_alike(scene: Scene, peer: Peer) -> None:
    alone = InTypeScript(name="dora", peer=peer)
    alone.create(b"a circle of one")
    kept = alone.encode()
    here = Group.decode(kept)

    def python(lie: bytes) -> None:
        here.commit([unpack_key_package(lie)], now=NOW)

    def typescript(lie: bytes) -> None:
        alone.decode(kept)
        alone.commit([lie], [])

    agree(scene.adding, python, typescript, 3)


def test_a_kept_group_that_was_changed_is_refused_alike(scene: Scene) -> None:
    agree(scene.ben.encode(), Group.decode, scene.twin.decode, 4)
