"""What was acknowledged survives kill -9, and a mutant that lies about it is caught."""

from pathlib import Path

import pytest

from server.storage.engine import Dumped, Entry
from tests.support.kill.harness import Harness
from tests.support.kill.ledger import Acknowledged, Verdict, audit, body_of


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    harness = Harness(tmp_path / "store", kind="sound", processes=1, seed=1)

    verdicts = await harness.run(kills=5)

    assert verdicts == [Verdict(0, 0, 0, 0)] * 5
    assert len(harness.ledger) > 100


async def test_an_engine_that_acknowledges_before_it_commits_is_caught(tmp_path: Path) -> None:
    harness = Harness(tmp_path / "store", kind="hasty", processes=1, seed=2)

    verdicts = await harness.run(kills=5)

    assert any(verdict.lost or verdict.changed for verdict in verdicts)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_nothing_is_lost_in_two_hundred_kills_of_two_processes(tmp_path: Path) -> None:
    verdicts: list[Verdict] = []
    acknowledged = repeated = 0

    # A new file now and then, since every audit reads all of it.
    for seed in range(20):
        harness = Harness(tmp_path / f"store-{seed}", kind="sound", processes=2, seed=seed)
        verdicts += await harness.run(kills=10)
        acknowledged += len(harness.ledger)
        repeated += harness.repeated

    assert verdicts == [Verdict(0, 0, 0, 0)] * 200
    assert acknowledged > 10_000
    assert repeated > 200


def test_the_audit_names_every_kind_of_loss() -> None:
    def stored(seq: int, mid: str, body: bytes | None = None) -> Dumped:
        return Dumped("s", Entry(seq, mid, body_of(mid) if body is None else body, None, 0, 0))

    ledger = {"a": Acknowledged("s", 1), "b": Acknowledged("s", 2)}
    whole = [stored(1, "a"), stored(2, "b")]

    assert audit(ledger, whole).is_clean
    assert audit(ledger, [stored(1, "a")]) == Verdict(1, 0, 0, 0)
    assert audit(ledger, [stored(1, "b"), stored(2, "a")]) == Verdict(0, 2, 0, 0)
    assert audit(ledger, [stored(1, "a"), stored(2, "b", b"?")]) == Verdict(0, 1, 0, 0)
    assert audit(ledger, [*whole, stored(4, "c")]) == Verdict(0, 0, 1, 0)
    assert audit(ledger, [*whole, stored(3, "b")]).doubled == 1
