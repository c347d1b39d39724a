"""The outbox in virtual time: nobody told twice, nobody forgotten, nothing in silence."""

import pytest

from notifications.notice import ALARMING, State
from tests.support.simulated import Policy
from tests.support.simulation import simulate

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


# What each flaw must be seen by, in how many of so many seeds.
MUTANTS = {
    Policy.NAIVE: (40, 15),
    Policy.HASTY: (60, 3),
    Policy.FICKLE: (40, 5),
    Policy.SAME_KEY: (90, 2),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_flaw_in_the_outbox_is_caught_telling_families_twice(mutant: Policy) -> None:
    count, least = MUTANTS[mutant]

    wrong = broken(range(count), (mutant,))

    twice = [said for said in wrong.values() if any("taken" in word for word in said)]
    assert len(twice) >= least


def test_without_a_key_a_doubt_is_shown_and_with_one_it_is_cleared() -> None:
    kept = sum(simulate(seed, Policy.KEYED).ends[State.UNKNOWN] for seed in range(20))
    doubtful = sum(simulate(seed, Policy.AT_MOST_ONCE).ends[State.UNKNOWN] for seed in range(20))

    assert kept * 3 < doubtful


def test_all_that_can_become_of_a_notice_is_met() -> None:
    verdicts = [simulate(seed, HONEST[seed % 3]) for seed in range(60)]

    met = {state for verdict in verdicts for state in verdict.ends}
    assert met == {*ALARMING, State.SENT, State.CANCELLED}


@pytest.mark.parametrize("policy", list(Policy))
def test_a_seed_always_tells_the_same_story(policy: Policy) -> None:
    first, second, other = simulate(7, policy), simulate(7, policy), simulate(8, policy)

    assert first.trace == second.trace
    assert first.trace != other.trace


def test_the_world_is_as_hostile_as_it_says() -> None:
    verdicts = [simulate(seed, Policy.KEYED) for seed in range(30)]

    assert sum(verdict.crashes for verdict in verdicts) > 100
    assert sum(verdict.simulated.days for verdict in verdicts) > 60
