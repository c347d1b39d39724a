"""Every page in a real browser: nothing wrong for anybody's eyes or hands, and no rule broken."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser

from care_circle.role import Profession
from channels.content import Message, Reaction, Task
from channels.content_parts import ChecklistItem
from crypto.ids import TaskId, new_id
from crypto.session.log import Card
from tests.support.browser_pages import NARROW, TABLET, WIDE, Visitor, come_in, visitor
from tests.support.journey import Companion, Journey

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}
pytestmark = pytest.mark.timeout(300)


async def _live(story: Journey, ben: Companion, reader: Visitor) -> str:
    """Let a circle live a little; gives the document that was begun."""
    channel = story.channel
    asked = await story.ana.say(channel, f"@{reader.name} pouvez-vous relire le compte rendu ?")
    await ben.device.synchronise()
    await ben.post(channel, Reaction(to=asked, emoji="👍"))
    await ben.post(channel, Message(text="Fièvre ce matin, je reporte la séance.", urgent=True))
    await ben.post(
        channel, Message(text="Je rappelle demain.", reply_to=asked, mentions=(reader.id,))
    )
    task = TaskId(new_id())
    due = (story.clock() - timedelta(days=2)).date()
    steps = (ChecklistItem(text="Trouver le numéro", done=True), ChecklistItem(text="Appeler"))
    await ben.post(
        channel,
        Task(task=task, title="Demander la balance à la PMI", checklist=steps),
        card=Card(task=task, state="requested", assignees=(reader.id,), due=due),
    )
    start = (story.clock() + timedelta(days=3)).replace(hour=9, minute=30, second=0, microsecond=0)
    slot = {
        "start": start.replace(tzinfo=None).isoformat(),
        "duration_minutes": 30,
        "place_label": "12 rue des Tilleuls",
    }
    booking = {"professional": reader.id, "visit": "V24", "slot": slot}
    await story.ana.line.ask("POST", f"/children/{story.child}/appointments", booking)
    draft = {"form": "F26", "visit": "V24", "answers": {"visit_kind": "remote"}}
    made = await ben.line.ask("POST", f"/circles/{story.circle}/documents", draft)
    return str(made["id"])


@pytest.fixture(params=LOOKS)
async def reader(
    request: pytest.FixtureRequest, story: Journey, browser: Browser
) -> AsyncIterator[Visitor]:
    looks = LOOKS[request.param]
    async with visitor(browser, story.url, "Hélène", "Faure", **looks) as one:
        yield one


async def test_every_page_is_sound(
    reader: Visitor, story: Journey, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["reader"]
    ben = await story.join("Ben", Profession.PHYSICIAN)
    await story.gather(ben)
    await reader.goes("/sign-in")
    wrong = await reader.faults("sign-in", look)
    await come_in(story, reader)
    document = await _live(story, ben, reader)
    circle = f"/circles/{story.circle}"
    await reader.goes(circle)
    await reader.sees("Demander la balance")
    pages = {
        "day": "/",
        "circles": "/circles",
        "circle": circle,
        "circle-tasks": f"{circle}/tasks",
        "circle-documents": f"{circle}/documents",
        "circle-appointments": f"{circle}/appointments",
        "circle-members": f"{circle}/members",
        "tasks": "/tasks",
        "document": f"/documents/{document}",
        "account": "/account",
        "account-devices": "/account/devices",
        "account-access": "/account/access",
        "account-colleagues": "/account/colleagues",
        "account-notifications": "/account/notifications",
        "not-found": "/circles/no-such-circle",
    }

    for name, path in pages.items():
        await reader.goes(path)
        wrong += await reader.faults(name, look)

    assert wrong == []
    assert reader.troubles == []
