"""Submits one text by another library's SMPP client: ``python -m tests.support.… PORT``.

A process of its own, since that library leaves its socket to the garbage collector.
"""

import asyncio
import logging
import sys

from aiosmpplib import ESME, NPI, TON, BindMode, PhoneNumber, SubmitSm

SYSTEM_ID, PASSWORD = "ronde", "password"


async def submit(port: int) -> None:
    """Bind, submit, and part once the centre has had its time to answer."""
    client = ESME(
        smsc_host="127.0.0.1",
        smsc_port=port,
        system_id=SYSTEM_ID,
        password=PASSWORD,
        bind_mode=BindMode.TRANSCEIVER,
        log_level=logging.CRITICAL,
    )
    running = asyncio.create_task(client.start())
    await client.broker.enqueue(
        SubmitSm(
            short_message="RDV à 14h30",
            source=PhoneNumber("RESEAU", TON.ALPHANUMERIC, NPI.UNKNOWN),
            destination=PhoneNumber("33639980012", TON.INTERNATIONAL, NPI.ISDN),
        )
    )
    await asyncio.sleep(1)
    await client.stop()
    await running


if __name__ == "__main__":
    asyncio.run(submit(int(sys.argv[1])))
