"""Random walks of groups of our own clients."""

import pytest

from tests.support.mls_walk import Walk


@pytest.mark.parametrize("seed", range(20))
def test_whatever_members_do_all_arrive_at_one_place(seed: int) -> None:
    walk = Walk.begin(seed)

    walk.steps(20)

    assert walk.service.epoch >= 20


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_whatever_members_do_for_long_all_arrive_at_one_place(seed: int) -> None:
    walk = Walk.begin(seed)

    walk.steps(60)

    assert walk.service.epoch == 60
