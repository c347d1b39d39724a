import random
from datetime import UTC, datetime, timedelta

import pytest
from pyotp.totp import TOTP

from server.accounts.passwords import PasswordTooWeak, cnil_bits, require_strong
from server.accounts.totp import CodeRefused, new_secret, used_step
from server.limits import Allowance, RateLimit, TooManyRequests, neighbourhood

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "court et simple",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "motdepassemotdepasse",
        "azertyazerty123456",
        "cocon-ronde-cocon-ronde",
        "x" * 300,
        "amandine.roux2026",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    if password == "court et simple":
        password = password[:14]

    with pytest.raises(PasswordTooWeak):
        require_strong(password, personal=("amandine.roux",))


@pytest.mark.parametrize(
    "password",
    ["quatre chevaux tirent la carriole", "Ünïcödé vaut bien le reste", "7f!Kq2#pVz0@Lm9w"],
)
def test_long_passwords_of_any_signs_are_taken(password: str) -> None:
    require_strong(password)

    assert cnil_bits(password) >= 80


def test_a_one_time_code_works_once_and_with_clocks_a_little_apart() -> None:
    secret = new_secret()
    code = TOTP(secret).at(NOW)

    step = used_step(secret, code, last=0, now=NOW + timedelta(seconds=29))

    with pytest.raises(CodeRefused):
        used_step(secret, code, last=step, now=NOW)
    with pytest.raises(CodeRefused):
        used_step(secret, code, last=0, now=NOW + timedelta(seconds=95))


@pytest.mark.parametrize("code", ["", "000000", "١٢٣٤٥٦", "12345678901"])
def test_nonsense_is_no_one_time_code(code: str) -> None:
    secret = next(s for s in iter(new_secret, "") if TOTP(s).at(NOW) != "000000")

    with pytest.raises(CodeRefused):
        used_step(secret, code, last=0, now=NOW)


def test_an_allowance_is_spent_refilled_and_never_exceeded() -> None:
    limit = RateLimit(Allowance(tries=5, seconds=900))
    for _ in range(5):
        limit.spend("ana", now=NOW)

    with pytest.raises(TooManyRequests) as refused:
        limit.spend("ana", now=NOW)

    assert refused.value.retry_after == 180
    limit.spend("ben", now=NOW)
    limit.spend("ana", now=NOW + timedelta(seconds=180))
    with pytest.raises(TooManyRequests):
        limit.spend("ana", now=NOW + timedelta(seconds=181))


def test_no_pattern_of_tries_beats_the_allowance() -> None:
    chance = random.Random(7)
    limit = RateLimit(Allowance(tries=5, seconds=900))
    now, let_through = NOW, 0
    while now < NOW + timedelta(hours=10):
        now += timedelta(seconds=chance.randint(0, 60))
        try:
            limit.spend("ana", now=now)
        except TooManyRequests:
            continue
        let_through += 1

    assert let_through <= 5 + 10 * 3600 * 5 // 900 + 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::5", "2001:db8:1:200::/56"),
        ("not an address", "unknown"),
        (None, "unknown"),
    ],
)
def test_tries_are_counted_by_network(address: str | None, network: str) -> None:
    assert neighbourhood(address) == network
