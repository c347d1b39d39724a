"""The process that is killed: it describes one child after the other, for as long as it lives.

Its arguments are a store and children's ids; it says `ready` before its first write.
"""

import asyncio
import itertools
import sys
from dataclasses import replace
from functools import partial

from care_circle.child import Child
from crypto.ids import ChildId, ProfessionalId
from server.accounts.passwords import Passwords
from server.clock import system_clock
from server.house import furnish
from server.storage.keys import Keyring
from server.storage.opening import open_engine

MASTER = b"\x01" * 32


async def _work(store: str, children: list[ChildId]) -> None:
    engine = await open_engine(store, system_clock)
    keyring = await Keyring.open(engine, MASTER)
    house = furnish(engine, keyring, clock=system_clock, zone="Europe/Paris", passwords=Passwords())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in itertools.count():
        refer = partial(_referred, to=ProfessionalId(f"physician{number}"))
        await asyncio.gather(*(house.stores.children.change(each, refer) for each in children))


def _referred(held: Child, *, to: ProfessionalId) -> Child:
    return replace(held, referring_physician=to)


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], [ChildId(each) for each in sys.argv[2:]]))
