"""The outbox in virtual time: nobody told twice, nobody forgotten, nothing in silence."""

import pytest

from notifications.notice import State
from tests.support.simulation import Policy, simulate

QUICK = range(300)
LONG = range(300, 10_300)
HONEST = (Policy.KEYED, Policy.AT_MOST_ONCE, Policy.LOOKUP)


def broken(seeds: range, policies: tuple[Policy, ...]) -> dict[int, tuple[str, ...]]:
    """Tell the seeds under one policy after the other and keep those that went wrong."""
    verdicts = (simulate(seed, policies[seed % len(policies)]) for seed in seeds)
    return {verdict.seed: verdict.wrong for verdict in verdicts if verdict.wrong}


def test_under_crashes_and_a_lying_provider_every_promise_holds() -> None:
    assert broken(QUICK, HONEST) == {}


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("policy", HONEST)
def test_ten_thousand_stories_end_well(policy: Policy) -> None:
    assert broken(LONG, (policy,)) == {}


def test_a_worker_that_retries_in_doubt_is_caught_telling_families_twice() -> None:
    wrong = broken(range(40), (Policy.NAIVE,))

    assert len(wrong) > 20
    assert all("taken" in sentence for sentences in wrong.values() for sentence in sentences[:1])


def test_without_a_key_a_doubt_is_shown_and_with_one_it_is_cleared() -> None:
    shown = simulate(4, Policy.AT_MOST_ONCE).ends[State.UNKNOWN]
    kept = sum(simulate(seed, Policy.KEYED).ends[State.UNKNOWN] for seed in range(20))
    doubtful = sum(simulate(seed, Policy.AT_MOST_ONCE).ends[State.UNKNOWN] for seed in range(20))

    assert shown >= 1
    assert kept * 5 < doubtful


@pytest.mark.parametrize("policy", list(Policy))
def test_a_seed_always_tells_the_same_story(policy: Policy) -> None:
    first, second, other = simulate(7, policy), simulate(7, policy), simulate(8, policy)

    assert first.trace == second.trace
    assert first.trace != other.trace


def test_the_world_is_as_hostile_as_it_says() -> None:
    verdicts = [simulate(seed, Policy.KEYED) for seed in range(30)]

    assert sum(verdict.crashes for verdict in verdicts) > 100
    assert sum(verdict.simulated.days for verdict in verdicts) > 60
