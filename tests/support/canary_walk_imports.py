"""An import with phrases in it: a file that is read, one line of it taken over, one forgotten."""

import asyncio
import json

from server.demonstration.cast import Actor
from tests.support.canary_walk import PATIENCE_SECONDS, Walk
from tests.support.imports import child, table


async def bring_in(walk: Walk, ana: Actor) -> None:
    """Read two children, take the first over, and leave the other one in the report."""
    rows = [
        child(
            id=walk.phrase("WordForm.document"),
            family=walk.phrase("IdentityForm.birth_family_name", 1),
            given=walk.phrase("IdentityForm.birth_given_names", number),
            born=str(walk.today),
            phone=walk.phrase("ContactForm.phone"),
        )
        | {"N° de dossier": f"{walk.phrase('WordForm.document')} {number}"}
        for number in range(2)
    ]
    line = await walk.line("importer")
    line.token = ana.line.token
    exchange = await line.exchange("POST", "/imports?source=spico", data=table(rows).encode())
    report = json.loads(exchange.body)
    path = f"/imports/{report['id']}"
    walk.ids["import"] = report["id"]
    await ana.line.ask("POST", f"{path}/application", {"digest": report["digest"], "lines": [1]})
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await ana.line.ask("GET", path))["state"] == "applying":  # noqa: ASYNC110 -- as a page does
            await asyncio.sleep(0.1)
    await ana.line.ask("GET", f"{path}/lines")
