"""The real server is killed under load: nothing acknowledged is lost, and a liar is caught."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.chaos.command import chaos, lines_of
from server.chaos.ledger import Promise
from server.chaos.run import Order, Report, run
from server.chaos.world import Scale

SMALL = Scale(circles=2, members=3, channels=2)
HASTY = "tests.support.kills_hasty_server"


def silent(_part: str) -> None:
    pass


async def run_quietly(order: Order, folder: Path) -> Report:
    return await run(order, folder, silent)


async def test_nothing_is_lost_when_the_server_is_killed_under_load(tmp_path: Path) -> None:
    report = await run_quietly(Order(kills=3, seed=7, scale=SMALL), tmp_path)

    assert report.violations == ()
    assert len(report.restarts) == 3
    assert report.resent > 0
    assert report.acked > 50
    assert report.deliveries >= 3 * report.acked
    assert "tout est tenu" in "\n".join(lines_of(report))


async def test_a_server_that_acknowledges_before_it_commits_is_caught(tmp_path: Path) -> None:
    # On a machine with no time to spare three kills may all fall between two commits.
    reports: list[Report] = []
    for seed in (8, 9, 10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        order = Order(kills=3, seed=seed, scale=SMALL, module=HASTY)
        reports.append(await run_quietly(order, folder))
        if reports[-1].violations:
            break
    report = reports[-1]

    broken = Counter(violation.promise for violation in report.violations)
    assert broken[Promise.KEPT] > 0
    assert "PROMESSES ROMPUES" in "\n".join(lines_of(report))


@pytest.mark.long
@pytest.mark.timeout(900)
def test_nothing_is_lost_in_a_hundred_kills(tmp_path: Path) -> None:
    path = tmp_path / "report.json"

    done = CliRunner().invoke(chaos, ["--kills", "100", "--json", str(path)])

    assert done.exit_code == 0, done.output
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report["ok"] is True
    assert report["acked"] > 1_000
    assert report["resent"] > 100
    assert sum(report["violations"].values()) == 0
