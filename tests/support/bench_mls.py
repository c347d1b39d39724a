"""Time the MLS core at 30 and 100 devices: `python -m tests.support.bench_mls [repeats]`.

The median and the best of so many repeats of adding one device with its Welcome, joining
by it, committing a path, processing that commit, and joining by external commit; then
what the delivery service does. The group is one in which everybody has committed once.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from crypto.mls.credential import Credential
from crypto.mls.group import Group
from crypto.mls.key_package import KeyPackageSecrets, new_key_package
from crypto.mls.lifetime import Lifetime
from crypto.mls.public_group import PublicGroup
from crypto.mls.public_state import Change, PublicState
from crypto.mls.suite import SUITE_1

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SIZES = (30, 100)


def newcomer(number: int) -> KeyPackageSecrets:
    credential = Credential(identity=b"bench device %d " % number + bytes(150))
    signature_key = SUITE_1.generate_signature_key()
    return new_key_package(SUITE_1, credential, signature_key, Lifetime.starting(NOW))


def welcome_all(_change: Change, _group: PublicState) -> None:
    """Judge nothing: policy is not what is timed."""


def lively_group(size: int) -> list[Group]:
    """Make a group in which each member has committed a path of its own."""
    invited = [newcomer(number) for number in range(1, size)]
    founder = Group.create(b"bench", newcomer(0))
    _, welcome, founder = founder.commit([each.key_package for each in invited], now=NOW)
    if welcome is None:
        raise AssertionError("a commit that adds makes a Welcome")
    tree = founder.tree
    groups = [founder, *(Group.join(welcome, each, tree, welcome_all, NOW) for each in invited)]
    for turn in range(size):
        commit, _, after = groups[turn].commit(now=NOW)
        groups = [
            after if at == turn else group.process(commit, welcome_all, NOW)
            for at, group in enumerate(groups)
        ]
    return groups


def timed(work: Callable[[], object], repeats: int) -> str:
    """Time the wall's clock and the processor's, which others on the machine disturb less."""
    spent, worked = [], []
    for _ in range(repeats):
        began, began_work = time.perf_counter(), time.process_time()
        work()
        worked.append((time.process_time() - began_work) * 1000)
        spent.append((time.perf_counter() - began) * 1000)
    return f"{median(spent):6.2f} ms, best {min(spent):6.2f}, processor {median(worked):6.2f}"


def figures(size: int, repeats: int) -> dict[str, str]:
    groups = lively_group(size)
    one, other, guest = groups[0], groups[size // 2], newcomer(size)
    _, welcome, grown = one.commit([guest.key_package], now=NOW)
    commit, _, after = one.commit(now=NOW)
    info, tree = one.group_info(), grown.tree
    public = PublicGroup.from_group_info(info)
    if welcome is None:
        raise AssertionError("a commit that adds makes a Welcome")
    joining = welcome
    works: dict[str, Callable[[], object]] = {
        "add + Welcome": lambda: one.commit([guest.key_package], now=NOW),
        "join": lambda: Group.join(joining, guest, tree, welcome_all, NOW),
        "commit": lambda: one.commit(now=NOW),
        "process": lambda: other.process(commit, welcome_all, NOW),
        "external join": lambda: Group.external(info, guest, None, welcome_all, NOW),
        "delivery service, process": lambda: public.process(commit, welcome_all, NOW),
        "delivery service, from GroupInfo": lambda: PublicGroup.from_group_info(info),
        "GroupInfo": after.group_info,
        "encode": after.encode,
    }
    return {name: timed(work, repeats) for name, work in works.items()}


def main(repeats: int) -> None:
    for size in SIZES:
        for name, figure in figures(size, repeats).items():
            sys.stdout.write(f"{size:4d} devices  {name:34s} {figure}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
