"""What families were told over HTTP: listed, counted, told again, seen to; and the pause."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from care_circle.role import Role
from crypto.ids import new_id
from notifications.notice import Carrier, CarrierKind, Notice, State
from server.vigil import vigil_of
from tests.support.actors import Answer, Person, founded, stranger
from tests.support.families import SLOT
from tests.support.network import FAMILY_NAME, MOTHER_EMAIL, MOTHER_PHONE, Network, network_of
from tests.support.server import Running


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A coordinator, a secretary, a physician, and one family that has an appointment."""

    ana: Person
    sam: Person
    ben: Person
    network: Network
    server: Running
    appointment: str

    @property
    def carrier(self) -> Carrier:
        return Carrier(kind=CarrierKind.APPOINTMENT, id=self.appointment)

    async def lines(self, query: str = "", *, of: Person | None = None) -> list[dict[str, Any]]:
        listed = await (of or self.ana).get(f"/notices{query}")
        assert listed.status == 200, listed
        items: list[dict[str, Any]] = listed.body["items"]
        return items

    async def settled_down(self) -> list[dict[str, Any]]:
        """Wait until the worker has tried what may leave now, and raised its alarms."""
        for _ in range(200):
            lines = await self.lines("?state=in_need")
            booked = [each for each in lines if each["rule"] == "booked"]
            if len(booked) == 2 and all(each["next_at"] is None for each in lines):
                return booked
            await asyncio.sleep(0.1)
        raise AssertionError("the worker did not come")

    async def make(self, state: State, notice: str) -> None:
        """Have a notice end as a provider would have it."""

        def decide(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
            return tuple(
                replace(n, state=state, next_at=None, alerted=True, attempts=1)
                if n.id == notice
                else n
                for n in notices
            )

        await self.server.house.outbox.change(self.carrier, decide)

    async def act(self, line: dict[str, Any], act: str, body: object, **more: Any) -> Answer:  # noqa: ANN401 -- handed on to ask
        path = f"/notices/{line['kind']}/{line['carrier']}/{line['id']}/{act}"
        return await self.ana.post(path, body, **more)


@pytest.fixture
async def office(ana: Person, server: Running) -> AsyncIterator[Office]:
    async with stranger(server) as ben, stranger(server) as other:
        network = await network_of(ana)
        member = await network.join(ben, name="Ben")
        await network.settle(member)
        sam = await founded(other, role=Role.SECRETARY, name="Sam")
        path = f"/children/{network.child}/appointments"
        booked = await ana.post(path, {"professional": member.id, "slot": SLOT})
        assert booked.status == 201, booked
        yield Office(
            ana=ana,
            sam=sam,
            ben=ben,
            network=network,
            server=server,
            appointment=booked.body["id"],
        )


async def test_what_failed_is_listed_with_what_helps_and_never_with_an_address(
    office: Office,
) -> None:
    failed = await office.settled_down()
    listed = await office.ana.get("/notices")
    raw = str(listed.body)

    assert {each["medium"] for each in failed} == {"sms", "email"}
    assert {each["state"] for each in failed} == {"dead"}
    assert {(each["answer"], each["remedy"]) for each in failed} == {("not_configured", "house")}
    assert {each["child"] for each in failed} == {office.network.child}
    assert {each["family_name"] for each in failed} == {FAMILY_NAME}
    assert all(each["holder"] == 1 and each["recipient"] for each in failed)
    assert all(each["starts_at"] == SLOT["start"] for each in failed)
    for hidden in (MOTHER_EMAIL, MOTHER_PHONE, "rue des Lilas"):
        assert hidden not in raw


async def test_the_list_is_narrowed_by_state_medium_and_child_and_paged_to_its_end(
    office: Office,
) -> None:
    await office.settled_down()
    planned = await office.lines("?state=planned")
    by_sms = await office.lines("?state=planned&medium=sms")
    child = await office.lines(f"?child={office.network.child}")
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = (await office.ana.get(f"/notices?state=planned&limit=1&after={after}")).body
        seen += [each["id"] for each in page["items"]]
        after = page["next"]

    assert [each["at"] for each in planned] == sorted(each["at"] for each in planned)
    assert {each["state"] for each in planned} == {"planned"}
    assert by_sms == [each for each in planned if each["medium"] == "sms"] != []
    assert seen == [each["id"] for each in planned]
    assert {each["id"] for each in planned} < {each["id"] for each in child}
    assert [each["at"] for each in child] == sorted((e["at"] for e in child), reverse=True)


async def test_counts_agree_with_the_lists(office: Office) -> None:
    await office.settled_down()
    counts = (await office.ana.get("/notices/counts")).body
    listed = {
        each["state"]: await office.lines(f"?state={each['state']}&limit=200")
        for each in counts["states"]
    }

    assert {e["state"]: e["number"] for e in counts["states"]} == {
        state: len(lines) for state, lines in listed.items()
    }
    assert counts["in_need"] == len(await office.lines("?state=in_need"))
    assert counts["in_need"] > 0


async def test_a_week_is_shown_and_a_year_at_the_most(office: Office) -> None:
    await office.settled_down()
    office.server.clock.move(days=20)
    await office.ana.sign_in()

    recent = await office.lines("?state=dead")
    older = await office.lines("?state=dead&from=2026-11-01")
    too_far = await office.ana.get("/notices?from=2025-01-01")
    nonsense = [
        (await office.ana.get(f"/notices?{query}")).status
        for query in ("state=gone", "medium=fax", "from=yesterday", "after=%2E", "limit=0")
    ]

    assert recent == []
    assert {each["rule"] for each in older} >= {"booked"}
    assert (too_far.status, too_far.code) == (422, "too_long_ago")
    assert nonsense == [400] * 5


async def test_what_certainly_failed_is_told_again_once_however_often_it_is_asked(
    office: Office,
) -> None:
    (line, _) = await office.settled_down()
    key = {"Idempotency-Key": new_id()}

    first = await office.act(line, "resend", {"even_if_received": False}, headers=key)
    repeated = await office.act(line, "resend", {"even_if_received": False}, headers=key)
    again = await office.act(line, "resend", {"even_if_received": False})

    ids = {each.body["id"] for each in (first, repeated, again)}
    child = await office.lines(f"?child={office.network.child}")
    assert [each.status for each in (first, repeated, again)] == [200, 200, 200]
    assert ids == {each["id"] for each in child if each["again_of"] == line["id"]}
    assert len(ids) == 1


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN])
async def test_what_may_have_arrived_is_told_again_only_by_whoever_says_so(
    office: Office, state: State
) -> None:
    (line, _) = await office.settled_down()
    await office.make(state, line["id"])

    careless = await office.act(line, "resend", {"even_if_received": False})
    knowing = await office.act(line, "resend", {"even_if_received": True})

    assert (careless.status, careless.code) == (409, "may_have_arrived")
    assert (knowing.status, knowing.body["again"]) == (200, 1)


async def test_what_is_over_taken_back_or_no_longer_so_is_not_told_again(office: Office) -> None:
    (line, other) = await office.settled_down()
    planned = (await office.lines("?state=planned"))[0]
    slot = {**SLOT, "start": "2026-12-02T10:00:00"}

    waiting = await office.act(planned, "resend", {"even_if_received": True})
    await office.ana.ask("PUT", f"/appointments/{office.appointment}/slot", slot)
    stale = await office.act(line, "resend", {"even_if_received": True})
    await office.ana.post(f"/appointments/{office.appointment}/cancellation", {})
    cancelled = await office.act(other, "resend", {"even_if_received": True})
    nowhere = await office.act({**line, "id": new_id()}, "resend", {"even_if_received": True})
    no_kind = await office.act({**line, "kind": "letter"}, "resend", {"even_if_received": True})

    assert {each.code for each in (waiting, stale, cancelled)} == {"nothing_to_resend"}
    assert {each.code for each in (nowhere, no_kind)} == {"not_found"}


async def test_a_call_ends_the_alarm_and_its_duty_and_another_failure_raises_it_again(
    office: Office,
) -> None:
    (first, second) = await office.settled_down()
    await vigil_of(office.server.house).look()
    duties = f"/children/{office.network.child}/duties"
    raised = [
        e
        for e in (await office.ana.get(duties)).body["items"]
        if e["reason"] == "notice_failed" and e["subject"] == office.appointment
    ]

    one = await office.act(first, "settled", {"note": "Vu au téléphone."})
    half = [
        e["state"]
        for e in (await office.ana.get(duties)).body["items"]
        if e["id"] == raised[0]["id"]
    ]
    both = await office.act(second, "settled", {"note": ""})
    (ended,) = [
        e for e in (await office.ana.get(duties)).body["items"] if e["id"] == raised[0]["id"]
    ]
    left = [e for e in await office.lines("?state=in_need") if e["rule"] == "booked"]
    late = next(e for e in await office.lines("?state=planned") if e["rule"] == "before")
    await office.make(State.DEAD, late["id"])
    await office.server.house.stores.watch.soon(office.network.child)
    await vigil_of(office.server.house).look()
    (again,) = [
        e for e in (await office.ana.get(duties)).body["items"] if e["id"] == raised[0]["id"]
    ]

    assert [each["state"] for each in raised] == ["open"]
    assert half == ["open"]
    assert one.body["seen_to"]["note"] == "Vu au téléphone."
    assert (one.body["in_need"], both.body["in_need"]) == (False, False)
    assert ended["state"] == "settled"
    assert ended["attempts"][0]["by"] == office.ana.id
    assert left == []
    assert again["state"] == "open"


async def test_only_what_failed_is_seen_to_and_whoever_said_so_first_stays(office: Office) -> None:
    (line, _) = await office.settled_down()
    planned = (await office.lines("?state=planned"))[0]

    early = await office.act(planned, "settled", {"note": ""})
    first = await office.act(line, "settled", {"note": "un"})
    second = await office.act(line, "settled", {"note": "deux"})
    long = await office.act(line, "settled", {"note": "x" * 1001})

    assert early.code == "nothing_to_settle"
    assert (first.body["seen_to"]["note"], second.body["seen_to"]["note"]) == ("un", "un")
    assert long.status == 400


async def test_each_act_leaves_a_line_of_audit(office: Office) -> None:
    (one, other) = await office.settled_down()

    await office.act(one, "resend", {"even_if_received": False})
    await office.act(other, "settled", {"note": ""})
    written = await office.server.house.audit.read(limit=1000)

    told = {(each.action, each.id) for each in written if each.who == office.ana.id}
    assert {("resend_notice", one["id"]), ("settle_notice", other["id"])} <= told


async def test_while_sending_is_paused_nothing_leaves_and_the_office_sees_who_stopped_it(
    office: Office,
) -> None:
    await office.settled_down()
    paused = await office.ana.ask("PUT", "/sending", {"paused": True, "reason": "Panne"})
    office.server.clock.move(days=3)
    await office.ana.sign_in()
    await office.sam.sign_in()
    seen = (await office.sam.get("/sending")).body
    await asyncio.sleep(2.5)
    held = await office.lines("?state=planned")

    refused = await office.ana.ask("PUT", "/sending", {"paused": False})
    still = (await office.ana.get("/sending")).body["paused"]
    resumed = await office.ana.ask("PUT", "/sending", {"paused": False, "confirmed": True})

    assert paused.status == 200
    assert (seen["paused"], seen["reason"], seen["by"]) == (True, "Panne", office.ana.id)
    assert seen["by_name"]
    due = [e for e in held if e["at"] <= now_text(office)]
    assert len(due) >= 2
    assert (refused.status, refused.code) == (409, "resumption_unconfirmed")
    assert refused.body["instead"]["waiting"] == len(due)
    assert still
    assert resumed.body == {
        "paused": False, "by": None, "by_name": None, "since": None, "reason": "",
    }  # fmt: skip


async def test_a_pause_says_why_and_is_the_coordination_s_to_make(office: Office) -> None:
    mute = await office.ana.ask("PUT", "/sending", {"paused": True, "reason": "  "})
    by_sam = await office.sam.ask("PUT", "/sending", {"paused": True, "reason": "Panne"})
    by_ben = await office.ben.get("/sending")
    first = await office.ana.ask("PUT", "/sending", {"paused": True, "reason": "Panne"})
    office.server.clock.move(minutes=5)
    other = await office.ana.ask("PUT", "/sending", {"paused": True, "reason": "Vol"})

    assert (mute.status, mute.code) == (422, "bad_pause_reason")
    assert by_sam.code == "forbidden"
    assert by_ben.code == "not_found"
    assert (first.body["since"], first.body["reason"]) == (other.body["since"], "Panne")
    assert other.body["reason"] == "Vol"
    written = await office.server.house.audit.read(limit=1000)
    assert [each.action for each in written].count("pause_sending") == 3


def now_text(office: Office) -> str:
    return office.server.clock().isoformat().replace("+00:00", "Z")
