"""The audit of `ronde chaos` names every promise that can be broken."""

from collections.abc import Callable, Sequence

import pytest

from server.chaos.ledger import Intent, Ledger, Line, Promise, agree, audit, digest_of

CHANNEL = "c"
ANA, BEN = "ana", "ben"
BYTES = digest_of("entry", 1, b"bytes")
LOG = (
    Line(1, "ana:seed", "d", "create", 0),
    Line(2, "ana:commit", "d", "commit", 0),
    Line(3, "ana:one", BYTES, "entry", 1),
    Line(4, "ben:two", BYTES, "entry", 1),
)


def sound() -> Ledger:
    ledger = Ledger()
    for mid, seq in (("ana:commit", 2), ("ana:one", 3), ("ben:two", 4)):
        ledger.intend(mid, Intent(CHANNEL, "d" if seq == 2 else BYTES))
        ledger.acknowledge(mid, seq, at=0)
    ledger.intend("ben:late", Intent(CHANNEL, BYTES))
    ledger.refuse("ben:late", "stale_epoch")
    for line in LOG:
        for client in (ANA, BEN):
            ledger.deliver(client, CHANNEL, line)
    return ledger


def broken(ledger: Ledger, log: Sequence[Line] = LOG) -> set[Promise]:
    found = audit(ledger, {CHANNEL: log}, seeded=["ana:seed"], sees={CHANNEL: [ANA, BEN]})
    return {violation.promise for violation in found}


def test_a_sound_run_breaks_no_promise() -> None:
    assert broken(sound()) == set()


@pytest.mark.parametrize(
    ("log", "promise"),
    [
        (LOG[:3], Promise.KEPT),
        ((*LOG[:3], LOG[3]._replace(digest="other")), Promise.UNCHANGED),
        ((*LOG[:2], LOG[3]._replace(seq=3), LOG[2]._replace(seq=4)), Promise.UNCHANGED),
        ((*LOG, LOG[3]._replace(seq=6, mid="ana:seed")), Promise.NO_GAP),
        ((*LOG, LOG[3]._replace(seq=5)), Promise.ONCE),
        ((*LOG, Line(5, "eve:ghost", BYTES, "entry", 1)), Promise.NO_PHANTOM),
        ((*LOG, Line(5, "ben:late", BYTES, "entry", 1)), Promise.NO_PHANTOM),
        ((*LOG, Line(5, "ana:seed", "d", "commit", 0)), Promise.ONE_COMMIT),
        ((*LOG, Line(5, "ana:seed", "d", "entry", 1)), Promise.DELIVERED),
    ],
)
def test_a_log_that_is_not_what_was_promised_is_seen(
    log: tuple[Line, ...], promise: Promise
) -> None:
    assert promise in broken(sound(), log)


def forget_a_delivery(ledger: Ledger) -> None:
    del ledger.feeds[BEN, CHANNEL][1]


def swap_deliveries(ledger: Ledger) -> None:
    ledger.feeds[ANA, CHANNEL].reverse()


def deliver_twice(ledger: Ledger) -> None:
    ledger.deliver(ANA, CHANNEL, LOG[-1])


def answer_differently(ledger: Ledger) -> None:
    ledger.acknowledge("ana:one", 9, at=0)


def answer_with_another_time(ledger: Ledger) -> None:
    ledger.acknowledge("ana:one", 3, at=1)


def never_answer(ledger: Ledger) -> None:
    ledger.intend("ana:lost", Intent(CHANNEL, BYTES))


def refuse_without_reason(ledger: Ledger) -> None:
    ledger.refuse("ana:refused", "internal")


@pytest.mark.parametrize(
    ("spoil", "promise"),
    [
        (forget_a_delivery, Promise.DELIVERED),
        (swap_deliveries, Promise.DELIVERED),
        (deliver_twice, Promise.DELIVERED),
        (answer_differently, Promise.SAME_ANSWER),
        (answer_with_another_time, Promise.SAME_ANSWER),
        (never_answer, Promise.ANSWERED),
        (refuse_without_reason, Promise.ANSWERED),
    ],
)
def test_an_answer_or_a_delivery_that_is_not_what_was_promised_is_seen(
    spoil: Callable[[Ledger], None], promise: Promise
) -> None:
    ledger = sound()
    spoil(ledger)

    assert promise in broken(ledger)


def test_an_api_that_reads_another_log_is_seen() -> None:
    assert agree(LOG, LOG, where="here") == []
    assert [one.promise for one in agree(LOG, LOG[:-1], where="here")] == [Promise.API_AGREES]


def test_an_ack_that_is_older_than_the_servers_life_counts_as_saved() -> None:
    ledger = sound()
    ledger.intend("ana:saved", Intent(CHANNEL, BYTES))
    ledger.begin_life(100)
    ledger.acknowledge("ana:saved", 5, at=99)
    ledger.acknowledge("ana:saved", 5, at=99)

    assert (ledger.saved, ledger.life) == (1, 1)
