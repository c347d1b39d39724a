"""Servers are killed while families are told: nobody hears twice, nobody is forgotten."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.chaos.command import chaos
from server.chaos.notices_audit import Promise
from server.chaos.notices_report import lines_of
from server.chaos.notices_run import Order, Policy, Report, run

FAST = 240.0


async def run_quietly(order: Order, folder: Path) -> Report:
    return await run(order, folder, lambda _said: None)


@pytest.mark.timeout(180)
async def test_each_family_is_told_once_or_listed_though_servers_are_killed(tmp_path: Path) -> None:
    order = Order(notices=200, kills=5, seed=3, speed=FAST)

    report = await run_quietly(order, tmp_path)

    assert report.violations == ()
    assert report.kills == 5
    assert report.ends["sent"] > 150
    assert "tout est tenu" in "\n".join(lines_of(report))


@pytest.mark.timeout(180)
async def test_a_worker_that_retries_without_a_key_is_caught(tmp_path: Path) -> None:
    order = Order(notices=60, kills=1, seed=4, policy=Policy.NAIVE, speed=FAST)

    report = await run_quietly(order, tmp_path)

    broken = Counter(violation.promise for violation in report.violations)
    assert broken[Promise.ONCE] > 0
    assert "PROMESSES ROMPUES" in "\n".join(lines_of(report))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_three_thousand_families_are_told_through_a_hundred_kills(tmp_path: Path) -> None:
    path = tmp_path / "report.json"

    done = CliRunner().invoke(chaos, ["--notices", "--kills", "100", "--json", str(path)])

    assert done.exit_code == 0, done.output
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    assert {(each["policy"], each["providers"]) for each in runs} == {
        ("keyed", 1),
        ("keyed", 2),
        ("at_most_once", 1),
    }
    assert all(sum(each["violations"].values()) == 0 for each in runs)
