"""Walks shared with an MLS implementation that is not ours: ts-mls 1.6.4.

It is met where it follows RFC 9420: adding, removing, renewing by path, joining by
Welcome, following, and following external commits of ours. External commits of its own
do not work with any other implementation, so none is asked for.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.support.mls_actors import NOW
from tests.support.mls_peer.process import Peer, PeerMissing, install, running
from tests.support.mls_peer.walker import Theirs
from tests.support.mls_walk import Ours, Walk, Walker

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return install(tmp_path_factory.mktemp("ts-mls"))
    except PeerMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def peer(installed: Path) -> Iterator[Peer]:
    with running(installed, now=NOW) as peer:
        yield peer


@pytest.mark.parametrize("seed", range(12))
def test_two_implementations_walk_together(peer: Peer, seed: int) -> None:
    chance = Random(seed)

    def hire(name: str) -> Walker:
        return Theirs(name=name, peer=peer) if chance.random() < 0.6 else Ours(name=name)

    walk = Walk.begin(seed, hire)

    walk.steps(20)

    assert walk.service.epoch >= 20
    assert walk.evicted < walk.hired
