"""Walks of three implementations in one group: ours in Python, ours in TypeScript, and ts-mls.

What the TypeScript core makes is read by a core that is not ours, and the other way round.
As in `test_mls_peer`, ts-mls is met where it follows RFC 9420.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.support.mls_actors import NOW
from tests.support.mls_peer import process as outside
from tests.support.mls_peer.process import Peer, PeerMissing
from tests.support.mls_peer.walker import Theirs
from tests.support.mls_twin import process as twin
from tests.support.mls_twin.walker import InTypeScript
from tests.support.mls_walk import Walk, Walker

STEPS = 20


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    try:
        installed: Path = outside.install(tmp_path_factory.mktemp("ts-mls"))
    except PeerMissing as missing:
        pytest.skip(str(missing))
    with outside.running(installed, now=NOW) as peer:
        yield peer


@pytest.fixture(scope="module")
def ours() -> Iterator[Peer]:
    with twin.running() as peer:
        yield peer


@pytest.mark.parametrize("seed", range(6))
def test_three_implementations_walk_together(theirs: Peer, ours: Peer, seed: int) -> None:
    chance = Random(seed)
    hired = []

    def hire(name: str) -> Walker:
        kind: type[Theirs | InTypeScript] = chance.choice((Theirs, InTypeScript))
        hired.append(kind)
        return kind(name=name, peer=theirs if kind is Theirs else ours)

    walk = Walk.begin(seed, hire)

    walk.steps(STEPS)

    assert walk.service.epoch >= STEPS
    assert walk.evicted < walk.hired
    assert {Theirs, InTypeScript} <= set(hired)
