"""Two cores, one protocol: groups of Python and TypeScript clients walk and agree."""

from collections.abc import Iterator

import pytest

from tests.support.mls_peer.process import Peer
from tests.support.mls_twin.process import running
from tests.support.mls_twin.walk import TwinWalk, moved
from tests.support.mls_twin.walker import Guide, InPython, InTypeScript

WALKS, STEPS = 40, 40


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with running() as peer:
        yield peer


@pytest.mark.parametrize("seed", range(WALKS))
def test_clients_of_both_languages_walk_together(peer: Peer, seed: int) -> None:
    walk = TwinWalk.begin(seed, peer)

    seen = [walk.step() for _ in range(STEPS)]

    assert [view.epoch for view in seen] == list(range(1, STEPS + 1))
    assert len({view.authenticator for view in seen}) == STEPS
    assert len({view.tree_hash for view in seen}) == STEPS


@pytest.mark.parametrize("begins", ["python", "typescript"])
def test_a_group_written_in_one_language_is_read_in_the_other_and_goes_on(
    peer: Peer, begins: str
) -> None:
    ana: Guide = InPython(name="ana")
    ben: Guide = InTypeScript(name="ben", peer=peer)
    if begins == "typescript":
        ana, ben = InTypeScript(name="ana", peer=peer), InPython(name="ben")
    ana.create(b"two houses")
    sent = ana.commit([ben.key_package()], [])
    assert sent.welcome is not None
    ben.join(sent.welcome, sent.tree)

    ana, ben = moved(ana, peer), moved(ben, peer)
    first = ana.commit([], [])
    ben.process(first.commit)
    second = ben.commit([], [])
    ana.process(second.commit)

    assert ana.view() == ben.view()
    assert ana.view().epoch == 3
