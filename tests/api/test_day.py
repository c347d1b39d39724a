"""One question for a whole page: my day, a circle's head, the coordination's lists."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from care_circle.role import Profession, Role
from care_circle.task import TaskCard, TaskState
from crypto.ids import ChannelId, TaskId, new_id
from tests.support.actors import founded, stranger
from tests.support.network import FAMILY_NAME, GIVEN_NAME, Member, child_form
from tests.support.requests import MARK, SLOT
from tests.support.server import Running
from tests.support.standing import Standing, everybody


@pytest.fixture
async def standing(server: Running) -> AsyncIterator[Standing]:
    async with everybody(server) as made:
        yield made


def ids(items: Any) -> list[str]:  # noqa: ANN401 -- JSON
    return [each["id"] for each in items]


async def give_task(server: Running, standing: Standing, to: Member, *, due_in: int) -> TaskId:
    """Put a card where a channel's log would have put it."""
    place, now = standing.place.ids, server.clock()
    card = TaskCard(
        id=TaskId(new_id()),
        circle=standing.place.network.circle,
        channel=ChannelId(place["channel"]),
        author=to.id,
        assignees=(to.id,),
        due=now.date() + timedelta(days=due_in),
        state=TaskState.REQUESTED,
        document=None,
        seq=1,
        changed_at=now,
    )
    await server.house.stores.tasks.change(card.id, lambda _: card)
    return card.id


async def test_a_day_has_everything_that_waits_for_a_member(
    server: Running, standing: Standing
) -> None:
    ben, place = standing.people["member"], standing.place.ids
    task = await give_task(server, standing, standing.member, due_in=3)
    mark = await ben.ask("PUT", f"/channels/{place['channel']}/mark", MARK | {"read": 1})

    day = (await ben.get("/day")).body

    (circle,) = day["circles"]
    assert mark.status == 200
    assert day["at"] == int(server.clock().timestamp() * 1000)
    assert (circle["id"], circle["child"]["id"]) == (place["circle"], place["child"])
    assert circle["child"]["given_name"] == GIVEN_NAME
    assert circle["child"]["family_name"] == FAMILY_NAME
    assert circle["child"]["birth_date"] == "2024-08-20"
    assert circle["channels"] == [{"id": place["channel"], "head": 1, "read": 1}]
    assert circle["next_appointment"]["id"] == place["appointment"]
    assert ids(day["appointments"]) == [place["appointment"]]
    assert ids(day["documents"]) == [place["document"]]
    assert ids(day["tasks"]) == [task]
    assert (day["lapsed"], day["unsettled"]) == (False, [])


async def test_a_day_shows_nothing_of_circles_one_is_not_in(standing: Standing) -> None:
    days = {
        who: (await standing.people[who].get("/day")).body
        for who in ("stranger", "elsewhere", "secretary", "administrator", "removed", "lapsed")
    }

    for who, day in days.items():
        shown = [held for name, held in day.items() if isinstance(held, list)]
        assert shown == [[]] * 6, who
    assert {who for who, day in days.items() if day["lapsed"]} == {"lapsed"}


async def test_a_day_answers_without_a_device_too(standing: Standing) -> None:
    ben = standing.people["member"]
    await ben.sign_in()

    assert len((await ben.get("/day")).body["circles"]) == 1


async def test_drafts_are_shown_to_those_who_may_sign_them(standing: Standing) -> None:
    coordinator = (await standing.people["coordinator"].get("/day")).body

    assert len(coordinator["circles"]) == 1
    assert coordinator["documents"] == []


async def test_a_past_appointment_waits_for_the_one_who_held_it_until_it_is_closed(
    server: Running, standing: Standing
) -> None:
    member, place = standing.people["member"], standing.place.ids
    server.clock.move(days=13)
    await member.sign_in()
    await standing.people["coordinator"].sign_in()

    waiting = (await member.get("/day")).body
    path = f"/appointments/{place['appointment']}/outcome"
    closed = await member.ask("PUT", path, {"honoured": True})
    after = (await member.get("/day")).body

    assert (ids(waiting["unsettled"]), waiting["appointments"]) == ([place["appointment"]], [])
    assert (closed.status, after["unsettled"]) == (200, [])


async def test_a_circle_s_head_comes_in_one_answer(standing: Standing) -> None:
    network, member = standing.place.network, standing.member

    glance = (await standing.people["member"].get(f"/circles/{network.circle}/members")).body

    roles = {each["professional"]: each for each in glance["members"]}
    ana, ben = roles[network.ana.id], roles[member.id]
    assert glance["child"]["id"] == network.child
    assert glance["child"]["stage"] == "support"
    assert (ana["role"], ana["convention"]) == ("coordinator", None)
    assert (ben["role"], ben["profession"]) == ("physician", "physician")
    assert (ben["given_name"], ben["convention"]) == ("Ben", "active")
    assert ben["attestation"]["identity_key"] == ben["identity_key"]
    assert ben["attestation"]["coordinator"] == network.ana.id
    lou = next(each for each in glance["members"] if each["given_name"] == "Lou")
    assert lou["convention"] == "ended"
    assert "Rex" not in [each["given_name"] for each in glance["members"]]


async def test_a_child_s_header_has_no_contacts(standing: Standing) -> None:
    network = standing.place.network

    header = await standing.people["member"].get(f"/children/{network.child}/header")

    assert header.body["gestational_age"] == {"weeks": 28, "days": 3}
    assert header.body["corrected_from"] == "2024-11-09"
    assert (header.body["circle"], header.body["stage"]) == (network.circle, "support")
    assert header.body["next_visit"]["visit"] == "V24"
    assert "quenouille@" not in str(header.body)


async def test_the_coordination_pages_through_all_children(standing: Standing) -> None:
    ana = standing.people["coordinator"]
    another = child_form()
    another["identity"] |= {"birth_date": "2026-03-02"}
    made = await ana.post("/children", another | {"although_alike": True})

    first = (await ana.get("/coordination/children?limit=1")).body
    second = (await ana.get(f"/coordination/children?limit=1&after={first['next']}")).body

    found = {each["id"]: each for each in (*first["items"], *second["items"])}
    assert set(found) == {made.body["id"], standing.place.network.child}
    assert found[made.body["id"]]["stage"] == "inclusion"
    assert found[made.body["id"]]["circle"] is None
    assert found[standing.place.network.child]["referring_physician"] == standing.member.id


async def test_the_coordination_sees_conventions_accounts_and_keys(
    server: Running, standing: Standing
) -> None:
    ana = standing.people["coordinator"]
    async with AsyncExitStack() as stack:
        nel = await stack.enter_async_context(stranger(server))
        await founded(nel, role=Role.PROFESSIONAL, name="Nel", profession=Profession.NURSE)

    listed = (await ana.get("/coordination/professionals?limit=200")).body["items"]

    alone = [(await ana.get(f"/coordination/professionals/{each['id']}")).body for each in listed]
    nobody = await ana.get(f"/coordination/professionals/{new_id()}")

    assert (alone, nobody.status) == (listed, 404)
    by_name = {each["given_name"]: each for each in listed}
    ben, lou, dis, new = (by_name[name] for name in ("Ben", "Lou", "Dis", "Nel"))
    assert (ben["convention"], ben["account"], ben["devices"]) == ("active", "active", 2)
    assert ben["attested"]
    assert ben["identity_key"] == ben["attested_key"]
    assert (ben["attested_by"], new["attested_by"]) == (by_name["Ana"]["id"], None)
    assert (lou["convention"], dis["account"]) == ("ended", "closed")
    assert (new["convention"], new["devices"], new["identity_key"]) == ("none", 0, None)
    assert not new["attested"]
    assert by_name["Ana"]["convention"] is None


async def test_what_is_late_is_told_to_the_office_and_tasks_to_their_circle_s_coordinator(
    server: Running, standing: Standing
) -> None:
    place = standing.place.ids
    task = await give_task(server, standing, standing.member, due_in=-1)
    await give_task(server, standing, standing.member, due_in=0)
    now = {}
    for who in ("coordinator", "elsewhere", "secretary"):
        now[who] = (await standing.people[who].get("/coordination/late")).body["items"]
    server.clock.move(days=13)
    await standing.people["secretary"].sign_in()
    later = (await standing.people["secretary"].get("/coordination/late")).body

    (mine,) = now["coordinator"]
    assert (ids(mine["tasks"]), mine["appointments"]) == ([task], [])
    assert mine["child"]["id"] == place["child"]
    assert (now["elsewhere"], now["secretary"]) == ([], [])
    assert [ids(each["appointments"]) for each in later["items"]] == [[place["appointment"]]]
    assert (later["items"][0]["tasks"], later["next"]) == ([], None)


async def test_the_desk_tells_of_every_child_with_what_of_them_is_late(
    server: Running, standing: Standing
) -> None:
    task = await give_task(server, standing, standing.member, due_in=-1)
    ana = standing.people["coordinator"]

    page = (await ana.get("/coordination/desk?limit=1")).body
    everybody = (await ana.get("/coordination/desk")).body
    children = (await ana.get("/coordination/children")).body["items"]

    assert [each["child"] for each in everybody["items"]] == children
    assert [ids(each["tasks"]) for each in everybody["items"] if each["tasks"]] == [[task]]
    assert page["items"] == everybody["items"][:1]
    assert page["next"] == children[0]["id"]


async def test_a_page_without_anything_late_still_says_where_to_go_on(standing: Standing) -> None:
    ana = standing.people["coordinator"]

    page = (await ana.get("/coordination/late?limit=1")).body
    end = (await ana.get(f"/coordination/late?limit=1&after={page['next']}")).body

    assert (page["items"], page["next"]) == ([], standing.place.network.child)
    assert end == {"items": [], "next": None}


async def test_an_appointment_is_told_with_its_instant(standing: Standing) -> None:
    day = (await standing.people["member"].get("/day")).body

    (told,) = day["appointments"]
    assert told["slot"]["start"] == SLOT["start"]
    assert told["at"] == 1796304600000
