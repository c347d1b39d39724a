"""How long a key package may be used, and what time does to those already in."""

from datetime import timedelta

import pytest

from crypto.mls.credential import Credential
from crypto.mls.group import Group
from crypto.mls.key_package import new_key_package
from crypto.mls.lifetime import Expired, Lifetime, LifetimePolicy, LivesTooLong
from tests.support.mls_actors import NOW, SUITE, accept, circle_of, package_of


@pytest.mark.parametrize(
    ("lifetime", "error"),
    [
        (Lifetime.starting(NOW - timedelta(days=91)), Expired),
        (Lifetime.starting(NOW + timedelta(days=1)), Expired),
        (Lifetime.starting(NOW, timedelta(days=91)), LivesTooLong),
        (Lifetime(not_before=2**40, not_after=0), LivesTooLong),
    ],
)
def test_a_key_package_out_of_its_time_is_not_even_committed(
    lifetime: Lifetime, error: type[Exception]
) -> None:
    key = SUITE.generate_signature_key()
    package = new_key_package(SUITE, Credential(identity=b"zoe"), key, lifetime)

    with pytest.raises(error):
        circle_of(2)[0].commit([package.key_package], now=NOW)


def test_who_was_away_for_months_catches_up_by_the_clock_of_the_log() -> None:
    circle, later = circle_of(3), NOW + timedelta(days=200)
    commit, _, ana = circle[0].commit([package_of("zoe").key_package], now=NOW)

    ben = circle[1].process(commit, accept, NOW)

    assert ben.authenticator == ana.authenticator
    with pytest.raises(Expired):
        circle[1].process(commit, accept, later)


def test_a_member_silent_past_its_key_package_keeps_nobody_out() -> None:
    circle, later = circle_of(3), NOW + timedelta(days=120)
    package = package_of("zoe", now=later)

    _, welcome, ana = circle[0].commit([package.key_package], now=later)

    assert welcome is not None
    assert Group.join(welcome, package, ana.tree, accept, later).authenticator == ana.authenticator


def test_both_ends_of_a_lifetime_are_in_it() -> None:
    lifetime = Lifetime.starting(NOW)
    begin = NOW - timedelta(hours=1)

    LifetimePolicy(now=begin).check(lifetime)
    LifetimePolicy(now=begin + timedelta(days=90)).check(lifetime)
    with pytest.raises(Expired):
        LifetimePolicy(now=begin - timedelta(seconds=1)).check(lifetime)
    with pytest.raises(Expired):
        LifetimePolicy(now=begin + timedelta(days=90, seconds=1)).check(lifetime)
