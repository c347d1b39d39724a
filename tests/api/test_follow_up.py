"""Line of life, quality board, duties and the yearly report over HTTP."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crypto.ids import ChildId, new_id
from server.vigil import vigil_of
from tests.support.server import Running
from tests.support.standing import Standing, everybody


@pytest.fixture
async def standing(server: Running) -> AsyncIterator[Standing]:
    async with everybody(server) as made:
        yield made


async def ten_months_later(server: Running, standing: Standing) -> None:
    """Let ten months go by, and the watch look at what that changed."""
    server.clock.move(days=300)
    await vigil_of(server.house).look()
    for who in ("coordinator", "elsewhere", "secretary", "member"):
        await standing.people[who].sign_in()


def codes(line: dict[str, Any]) -> set[str]:
    return {each["code"] for each in line["findings"]}


async def test_a_line_of_life_has_what_was_and_what_is_due(standing: Standing) -> None:
    place = standing.place.ids

    line = (await standing.people["member"].get(f"/children/{place['child']}/life-line")).body

    kinds = {each["kind"] for each in line["events"]}
    visits = {each["visit"]: each for each in line["visits"]}
    assert line["child"]["id"] == place["child"]
    assert {"birth", "term", "inclusion", "circle_opened", "appointment", "document"} <= kinds
    assert visits["V24"]["window"]["due"] == "2026-11-09"
    assert (visits["V24"]["state"], line["loss"]) == ("due", None)
    assert line["events"] == sorted(line["events"], key=lambda each: each["on"])


async def test_a_line_of_life_shows_no_draft_to_those_who_do_not_write_it(
    standing: Standing,
) -> None:
    child = standing.place.ids["child"]

    lines = {
        who: (await standing.people[who].get(f"/children/{child}/life-line")).body["events"]
        for who in ("member", "coordinator")
    }

    shown = {who: [e for e in events if e["kind"] == "document"] for who, events in lines.items()}
    assert [each["code"] for each in shown["member"]] == ["F26"]
    assert shown["coordinator"] == []


async def test_a_visit_nobody_held_is_a_duty_of_the_circle_s_coordinator(
    server: Running, standing: Standing
) -> None:
    ana, place = standing.people["coordinator"], standing.place.ids
    before = (await ana.get("/coordination/board?finding=visit_late")).body

    await ten_months_later(server, standing)
    board = (await ana.get("/coordination/board?finding=visit_late")).body
    day = (await ana.get("/day")).body
    mine = (await ana.get("/coordination/duties")).body["items"]

    (late,) = (each for each in board["items"][0]["findings"] if each["code"] == "visit_late")
    assert before["items"] == []
    assert board["items"][0]["child"]["id"] == place["child"]
    assert (late["target"], late["act"]) == ("V24", "book_visit")
    assert "visit_late" in {each["reason"] for each in day["duties"]}
    assert {each["id"] for each in day["duties"]} <= {each["id"] for each in mine}


async def test_a_duty_that_is_done_is_not_raised_again(server: Running, standing: Standing) -> None:
    ana = standing.people["coordinator"]
    await ten_months_later(server, standing)
    listed = (await ana.get("/coordination/duties")).body["items"]
    (late,) = (each for each in listed if each["reason"] == "visit_late")

    tried = await ana.post(
        f"/duties/{late['id']}/attempts",
        {"id": new_id(), "on": "2027-09-01", "medium": "phone", "outcome": "no_answer"},
    )
    done = await ana.ask("PUT", f"/duties/{late['id']}/ending", {"state": "done", "note": "vue"})
    again = await ana.ask("PUT", f"/duties/{late['id']}/ending", {"state": "dismissed"})
    await server.house.follower.refresh(late["child"])
    left = (await ana.get("/coordination/duties")).body["items"]

    assert (tried.status, len(tried.body["attempts"])) == (201, 1)
    assert (done.status, done.body["ending"]["note"]) == (200, "vue")
    assert (again.status, again.code) == (409, "duty_ended")
    assert late["id"] not in {each["id"] for each in left}


async def test_a_duty_settles_when_its_reason_goes_away(
    server: Running, standing: Standing
) -> None:
    ana, place = standing.people["coordinator"], standing.place.ids
    await ten_months_later(server, standing)

    path = f"/children/{place['child']}"
    moved = await ana.ask("PATCH", path, {"left_territory_on": "2027-01-01"})
    duties = (await ana.get(f"{path}/duties")).body["items"]

    (late,) = (each for each in duties if each["reason"] == "visit_late")
    assert moved.status == 200
    assert (late["state"], late["ending"]["by"]) == ("settled", None)


async def test_the_board_counts_filters_and_makes_a_table(
    server: Running, standing: Standing
) -> None:
    sam, place = standing.people["secretary"], standing.place.ids
    await ten_months_later(server, standing)

    totals = (await sam.get("/coordination/board/totals")).body
    mine = f"physician={standing.member.id}&age=3"
    there = (await sam.get(f"/coordination/board?{mine}&finding=visit_late")).body["items"]
    elsewhere = (await sam.get(f"/coordination/board?physician={new_id()}")).body["items"]
    wrong = await sam.get("/coordination/board?finding=nothing")
    table = await sam.get("/coordination/board/csv?finding=visit_late")

    assert (totals["children"], totals["findings"]["visit_late"]) == (1, 1)
    assert [each["child"]["id"] for each in there] == [place["child"]]
    assert "identity_unqualified" in codes(there[0])
    assert (elsewhere, wrong.status) == ([], 400)
    assert table.status == 200


async def test_several_are_mended_at_once_each_told_by_itself(
    server: Running, standing: Standing
) -> None:
    ana, place = standing.people["coordinator"], standing.place.ids
    await ten_months_later(server, standing)
    duty, nobody = (await ana.get("/coordination/duties")).body["items"][0]["id"], new_id()
    form = {"physician": standing.member.id, "children": [place["child"], nobody]}
    ending = {"state": "dismissed", "duties": [duty, duty]}

    assigned = [await ana.post("/coordination/board/physicians", form) for _ in range(2)]
    ended = await ana.post("/coordination/duties/endings", ending)

    assert assigned[0].body == assigned[1].body
    assert [(each["done"], each["code"]) for each in assigned[0].body["lines"]] == [
        (True, None),
        (False, "not_found"),
    ]
    assert ended.body["lines"] == [{"id": duty, "done": True, "code": None}]


async def test_a_physician_given_to_several_is_taken_back_where_it_is_still_theirs(
    standing: Standing,
) -> None:
    ana, child = standing.people["coordinator"], standing.place.ids["child"]
    given, nobody, other = standing.member.id, new_id(), ana.id
    path, withdrawals = f"/children/{child}", "/coordination/board/physicians/withdrawals"
    await ana.post("/coordination/board/physicians", {"physician": given, "children": [child]})

    another = await ana.post(withdrawals, {"physician": other, "children": [child, nobody]})
    still = (await ana.get(path)).body["referring_physician"]
    taken = await ana.post(withdrawals, {"physician": given, "children": [child]})
    after = (await ana.get(path)).body["referring_physician"]
    board = (await ana.get("/coordination/board?finding=no_referring_physician")).body["items"]

    assert [each["code"] for each in another.body["lines"]] == [None, "not_found"]
    assert taken.body["lines"] == [{"id": child, "done": True, "code": None}]
    assert (still, after) == (given, None)
    assert [each["child"]["id"] for each in board] == [child]


async def test_the_report_tells_numbers_with_what_they_are_of(
    server: Running, standing: Standing
) -> None:
    ana = standing.people["coordinator"]
    await ten_months_later(server, standing)

    report = (await ana.get("/coordination/report/2027")).body

    figures = {each["code"]: each for each in report["figures"]}
    asked = {each.code for each in server.house.pathway.indicators}
    v24 = next(
        i.code
        for i in server.house.pathway.indicators
        if i.measure.visit == "V24" and i.baseline is not None
    )
    assert set(figures) == asked
    assert (figures[v24]["numerator"], figures[v24]["denominator"]) == (0, 1)
    assert (figures[v24]["percent"], figures[v24]["few"], figures[v24]["baseline"]) == (
        None, True, 63,
    )  # fmt: skip


async def test_what_a_killed_write_left_is_found_by_the_watch(
    server: Running, standing: Standing
) -> None:
    child = ChildId(standing.place.ids["child"])
    house = server.house
    watch, look = house.stores.watch, house.follower.refresh

    async def killed(_: object) -> None:
        raise KeyboardInterrupt

    watch.look_with(killed)
    with pytest.raises(KeyboardInterrupt):
        await house.stores.children.change(
            child, lambda held: type(held)(**{**_fields(held), "referring_physician": None})
        )
    watch.look_with(look)
    stale = await house.stores.follow_ups.follow_up(child)
    server.clock.move(minutes=2)
    await vigil_of(house).look()
    healed = await house.stores.follow_ups.follow_up(child)

    assert stale is not None
    assert healed is not None
    assert (stale.physician is None, healed.physician) == (False, None)


def _fields(held: Any) -> dict[str, Any]:  # noqa: ANN401 -- any dataclass
    return {name: getattr(held, name) for name in held.__dataclass_fields__}


async def test_several_families_are_reminded_at_once_and_once(
    server: Running, standing: Standing
) -> None:
    ana, child, nobody = standing.people["coordinator"], standing.place.ids["child"], new_id()
    await ten_months_later(server, standing)
    form = {
        "id": new_id(), "on": "2027-09-01", "medium": "letter", "outcome": "message_left",
        "children": [child, nobody], "note": "courrier du trimestre",
    }  # fmt: skip

    told = [await ana.post("/coordination/board/reminders", form) for _ in range(2)]
    duties = (await ana.get(f"/children/{child}/duties")).body["items"]

    visits = [each for each in duties if each["reason"] in ("lost", "visit_late", "visit_to_book")]
    assert told[0].body == told[1].body
    assert [(each["done"], each["code"]) for each in told[0].body["lines"]] == [
        (True, None),
        (False, "not_found"),
    ]
    assert [len(each["attempts"]) for each in visits if each["state"] == "open"] == [1] * len(
        visits
    )
    assert "visit_late" in {each["reason"] for each in visits}
    assert {each["note"] for duty in visits for each in duty["attempts"]} == {form["note"]}


async def test_a_visit_to_book_is_a_duty_once_its_family_was_reminded(
    server: Running, standing: Standing
) -> None:
    ana, place = standing.people["coordinator"], standing.place.ids
    path = f"/children/{place['child']}"
    server.clock.move(days=330)
    await ana.sign_in()
    line = (await ana.get(f"{path}/life-line")).body
    (to_book,) = (each for each in line["findings"] if each["code"] == "visit_to_book")
    form = {
        "id": new_id(), "on": "2026-12-01", "medium": "phone", "outcome": "no_answer",
        "children": [place["child"]],
    }  # fmt: skip

    before = (await ana.get(f"{path}/duties")).body["items"]
    told = await ana.post("/coordination/board/reminders", form)
    raised = (await ana.get(f"{path}/duties")).body["items"]
    server.clock.move(days=90)
    await vigil_of(server.house).look()
    await ana.sign_in()
    later = (await ana.get(f"{path}/duties")).body["items"]

    (duty,) = (each for each in raised if each["reason"] == "visit_to_book")
    assert told.body["lines"][0]["done"]
    assert "visit_to_book" not in {each["reason"] for each in before}
    assert (duty["subject"], duty["state"]) == (to_book["subject"], "open")
    assert {each["id"]: each["state"] for each in later}[duty["id"]] == "settled"


async def test_nobody_is_reminded_of_what_is_not_to_be_booked(standing: Standing) -> None:
    ana, child = standing.people["coordinator"], standing.place.ids["child"]
    form = {
        "id": new_id(), "on": "2026-11-20", "medium": "phone", "outcome": "no_answer",
        "children": [child],
    }  # fmt: skip
    left = await ana.ask("PATCH", f"/children/{child}", {"left_territory_on": "2026-11-01"})

    told = await ana.post("/coordination/board/reminders", form)

    assert left.status == 200
    assert told.body["lines"] == [{"id": child, "done": False, "code": "nothing_to_remind"}]


@pytest.mark.parametrize("query", ["", "?finding=visit_late", "?finding=lost", "?age=3", "?age=4"])
async def test_the_table_holds_what_the_page_shows_by_the_same_filter(
    server: Running, standing: Standing, query: str
) -> None:
    ana = standing.people["coordinator"]
    await ten_months_later(server, standing)

    page = (await ana.get(f"/coordination/board{query}")).body["items"]
    totals = (await ana.get(f"/coordination/board/totals{query}")).body
    table = await ana.get(f"/coordination/board/csv{query}")

    rows = list(csv.DictReader(io.StringIO(table.body.removeprefix("\ufeff"), newline="")))
    shown = {(line["child"]["id"], f["code"]) for line in page for f in line["findings"]}
    assert {(row["Dossier"], row["Constat"]) for row in rows} == shown
    assert totals["children"] == len(page)
    assert {code for code, count in totals["findings"].items() if count} == {c for _, c in shown}
