"""The office's duties and acts for several children, with a phrase in every field."""

from crypto.ids import new_id
from server.demonstration.cast import Actor
from tests.support.canary_walk import Walk


async def mind_duties(walk: Walk, ana: Actor, ben: Actor) -> None:
    """Give a physician to several, remind several, write an attempt down, end what is owed."""
    ask, child = ana.line.ask, walk.ids["child"]
    given = {"physician": ben.id, "children": [child]}
    await ask("POST", "/coordination/board/physicians", given)
    await ask("POST", "/coordination/board/physicians/withdrawals", given)
    await ask("POST", "/coordination/board/physicians", given)
    attempt = {"id": new_id(), "on": str(walk.today), "medium": "phone", "outcome": "message_left"}
    several = attempt | {"children": [child], "note": walk.phrase("RemindersForm.note")}
    await ask("POST", "/coordination/board/reminders", several)
    owed = (await ask("GET", "/coordination/duties"))["items"]
    assert owed != [], "a child of nearly two without a visit asks for something"
    duty = walk.ids["duty"] = owed[0]["id"]
    tried = attempt | {"id": new_id(), "note": walk.phrase("AttemptForm.note")}
    await ask("POST", f"/duties/{duty}/attempts", tried)
    ended = {"state": "dismissed", "note": walk.phrase("EndingForm.note")}
    await ask("PUT", f"/duties/{duty}/ending", ended)
    await ask("DELETE", f"/duties/{duty}/ending")
    all_of_them = {
        "state": "done",
        "duties": [each["id"] for each in owed],
        "note": walk.phrase("EndingsForm.note"),
    }
    await ask("POST", "/coordination/duties/endings", all_of_them)
    await ask("POST", "/coordination/duties/reopenings", {"duties": [duty]})
