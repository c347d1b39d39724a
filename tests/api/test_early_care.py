"""Early care over HTTP: from the prescription to the statement that is paid."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crypto.ids import new_id
from tests.support.actors import Person
from tests.support.early_care_town import DISCIPLINE, REASON, Town, settled_town
from tests.support.server import Running


@pytest.fixture
async def town(server: Running, ana: Person) -> AsyncIterator[Town]:
    async with settled_town(server, ana) as made:
        yield made


async def test_a_prescription_becomes_a_forfait_a_session_and_a_line_that_is_paid(
    town: Town,
) -> None:
    forfait = await town.opened()
    claimed = await town.claim(forfait, part="assessment")
    month = town.month
    before = await town.statement(month)
    await town.pass_days(31)
    validated = await town.validate(month)
    waiting = await town.ana.get("/statements/to_pay")
    paid = await town.pay(month)

    assert (claimed.status, claimed.body["done"], claimed.body["left"]) == (200, 1, 10)
    assert [line["work"] for line in before.body["lines"]] == ["session"]
    assert (before.body["state"], before.body["may_be_validated"]) == ("open", False)
    assert (validated.status, validated.body["state"]) == (200, "validated")
    assert validated.body["lines"] == before.body["lines"]
    assert [each["id"] for each in waiting.body["items"]] == [validated.body["id"]]
    assert (paid.status, paid.body["state"]) == (200, "paid")
    assert paid.body["lines"] == before.body["lines"]
    assert (await town.ana.get("/statements/to_pay")).body["items"] == []


async def test_of_two_who_claim_the_last_session_exactly_one_wins(town: Town) -> None:
    forfait = await town.opened(sessions=1)
    await town.admit(town.lea)
    await town.ana.ask("PUT", f"/forfaits/{forfait}/professional", {})

    both = await asyncio.gather(
        town.claim(forfait), town.claim(forfait, by=town.lea, session=new_id())
    )

    assert sorted(answer.status for answer in both) == [200, 409]
    refused = next(answer for answer in both if answer.status == 409)
    assert (refused.code, refused.body["mended_by"]) == ("quota_used_up", "physician")


async def test_a_prescription_waits_for_its_forfait_and_says_until_when(town: Town) -> None:
    written = await town.prescribe(sessions=None, months=None, urgent=True)
    waiting = await town.ana.get("/prescriptions/waiting")
    path = f"/prescriptions/{written.body['id']}"
    opened = await town.ana.post(f"{path}/forfait", {})
    again = await town.ana.post(f"{path}/forfait", {})
    late = await town.doc.person.post(f"{path}/cancellation", {"reason": "trop tard"})

    today = town.ana.server.clock().date()
    assert (written.status, written.body["reason"], written.body["state"]) == (
        *(201, REASON, "signed"),
    )
    assert (written.body["sessions"], written.body["months"], written.body["urgent"]) == (
        *(20, 12, True),
    )
    assert written.body["open_by"] == str(today + timedelta(days=7))
    assert [each["id"] for each in waiting.body["items"]] == [written.body["id"]]
    assert waiting.body["items"][0]["reason"] == ""
    assert (opened.status, again.body) == (201, opened.body)
    assert opened.headers["Location"] == f"/api/v1/forfaits/{opened.body['id']}"
    assert (late.code, late.body["mended_by"]) == ("prescription_used", "coordinator")
    assert (await town.ana.get("/prescriptions/waiting")).body["items"] == []


async def test_one_forfait_of_a_discipline_is_open_at_a_time(town: Town) -> None:
    await town.opened()

    second = await town.open()
    other = await town.open(discipline="orthoptics", sessions=5)

    assert (second.status, second.code, second.body["mended_by"]) == (
        *(409, "forfait_open", "coordinator"),
    )
    assert other.status == 201


async def test_a_forfait_is_renewed_once_after_its_review(town: Town) -> None:
    first = await town.opened(sessions=0)
    await town.claim(first, part="assessment")
    early = await town.open(sessions=0)
    await town.review()
    second = await town.open(whose=town.kim, sessions=0)
    await town.claim(second.body["id"], part="assessment", start=f"{town.today}T08:00:00")
    await town.review()
    third = await town.open(sessions=0)
    ended = await town.ana.get(f"/forfaits/{first}")

    assert (early.code, early.body["mended_by"]) == ("review_missing", "professional")
    assert (second.status, second.body["number"], second.body["renews"]) == (201, 2, first)
    assert (third.code, third.body["mended_by"]) == ("no_renewal_left", "coordinator")
    assert (ended.body["state"], ended.body["closing"]["renewed"]) == ("ended", True)


async def test_refusals_say_why_and_who_can_mend_it(town: Town) -> None:
    forfait = await town.opened(sessions=2)
    today = town.ana.server.clock().date()
    eve = str(today - timedelta(days=1))
    await town.claim(forfait)

    told = {
        "before": await town.claim(forfait, start=f"{eve}T09:00:00"),
        "future": await town.claim(forfait, start=f"{today}T23:00:00"),
        "slot": await town.claim(forfait, start=f"{today}T09:30:00"),
        "place": await town.claim(forfait, place="Chez Zoé", start=f"{today}T08:00:00"),
        "note": await town.claim(forfait, note="x" * 301, start=f"{today}T08:00:00"),
        "stranger": await town.claim(forfait, by=town.lea),
        "physician": await town.claim(forfait, by=town.doc),
        "id": await town.claim(forfait, session="Rodomontade-0417"),
    }

    assert {why: (each.code, each.body.get("mended_by")) for why, each in told.items()} == {
        "before": ("no_convention_that_day", "coordinator"),
        "future": ("session_in_the_future", "professional"),
        "slot": ("slot_claimed", "professional"),
        "place": ("bad_answers", None),
        "note": ("bad_answers", None),
        "stranger": ("not_found", None),
        "physician": ("not_of_the_discipline", "coordinator"),
        "id": ("bad_session", "professional"),
    }
    assert told["place"].body["errors"] == [{"pointer": "/answers/place", "detail": "not_a_choice"}]


async def test_whoever_has_no_convention_any_more_claims_what_was_held_while_they_had(
    town: Town,
) -> None:
    forfait = await town.opened()
    held_on = town.ana.server.clock().date()
    await town.end_convention(town.kim, held_on)
    await town.pass_days(2)

    today = town.ana.server.clock().date()
    then = await town.claim(forfait, start=f"{held_on}T09:00:00")
    now = await town.claim(forfait, start=f"{today}T09:00:00")
    mine = await town.kim.person.get("/forfaits/mine")
    chart = await town.kim.person.get(f"/forfaits/{forfait}")

    assert (then.status, then.body["done"]) == (200, 1)
    assert (now.status, now.code) == (403, "no_convention_that_day")
    assert [each["id"] for each in mine.body["items"]] == [forfait]
    assert chart.code == "no_active_convention"


async def test_a_convention_of_today_does_not_cover_the_gap_before_it(town: Town) -> None:
    forfait = await town.opened()
    last_day = town.ana.server.clock().date()
    await town.end_convention(town.kim, last_day)
    await town.pass_days(5)
    await town.network.sign_convention(town.kim.id)

    in_the_gap = last_day + timedelta(days=2)
    then = await town.claim(forfait, start=f"{in_the_gap}T09:00:00")
    now = await town.claim(forfait)

    assert (then.status, then.code) == (403, "no_convention_that_day")
    assert (now.status, now.body["done"]) == (200, 1)


async def test_a_session_is_undone_today_and_corrected_tomorrow(town: Town) -> None:
    forfait, first, second = await town.opened(), new_id(), new_id()
    today = town.ana.server.clock().date()
    await town.claim(forfait, session=first)
    await town.claim(forfait, session=second, start=f"{today}T08:00:00")
    path = f"/forfaits/{forfait}/sessions"
    undone = await town.kim.person.post(f"{path}/{first}/undoing")
    await town.pass_days(1)
    late = await town.kim.person.post(f"{path}/{second}/undoing")
    corrected = await town.kim.person.post(
        f"{path}/{second}/correction", {"cause": "not_held", "words": "malade"}
    )
    missing = await town.kim.person.post(f"{path}/{new_id()}/undoing")

    assert (undone.body["done"], undone.body["sessions"][0]["taken_back"]["cause"]) == (
        *(1, "undone"),
    )
    assert (late.status, late.code) == (409, "too_late_to_undo")
    assert (corrected.status, corrected.body["done"]) == (200, 0)
    assert (missing.status, missing.code) == (404, "not_found")


async def test_warnings_come_before_the_end_with_the_days_that_are_left(town: Town) -> None:
    forfait = await town.opened(sessions=4, months=1)
    today = town.ana.server.clock().date()
    first = await town.claim(forfait, part="assessment")
    last = first
    for hour in ("06", "07", "08"):
        last = await town.claim(forfait, start=f"{today}T{hour}:00:00", minutes=30)

    assert first.body["warnings"] == []
    assert last.body["warnings"] == ["quota", "left"]
    assert (last.body["review_form"], last.body["days_left"]) == ("F39", 30)
    assert last.body["next_part"] == "session"


async def test_words_are_for_the_circle_and_counts_for_the_office(
    town: Town, server: Running
) -> None:
    forfait = await town.opened()
    await town.claim(forfait, note="elle a attrapé le hochet")
    sam = await town.secretary()

    seen = await sam.get(f"/forfaits/{forfait}")
    inside = await town.doc.person.get(f"/children/{town.network.child}/forfaits")
    asked = await sam.get(f"/children/{town.network.child}/prescriptions")

    assert (seen.status, seen.body["done"], seen.body["sessions"][0]["note"]) == (200, 1, "")
    assert inside.body["items"][0]["sessions"][0]["note"] == "elle a attrapé le hochet"
    assert [each["reason"] for each in asked.body["items"]] == [""]


async def test_a_statement_is_taken_away_as_a_table(town: Town) -> None:
    forfait = await town.opened()
    await town.claim(forfait)
    path = f"/professionals/{town.kim.id}/statements/{town.month}/csv"

    table = await town.kim.person.get(path)
    by_colleague = await town.lea.person.get(path)

    assert (table.status, table.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert table.headers["Content-Disposition"] == 'attachment; filename="releve.csv"'
    rows = list(csv.reader(io.StringIO(table.body.removeprefix("\ufeff"), newline=""), strict=True))
    assert [row[5] for row in rows] == ["Acte", "Kinésithérapie", "Total"]
    assert rows[1][7] == town.network.child
    assert by_colleague.code == "not_found"


async def test_what_is_stated_is_corrected_by_a_credit_line(town: Town) -> None:
    forfait, session = await town.opened(), new_id()
    await town.claim(forfait, session=session)
    november = town.month
    await town.pass_days(31)
    december = town.month
    early = await town.validate(december)
    locked = await town.validate(november)
    moved = await town.kim.person.post(
        f"/professionals/{town.kim.id}/statements/{november}/validation",
        {"lines": 2, "total_cents": 0},
    )
    await town.kim.person.post(
        f"/forfaits/{forfait}/sessions/{session}/correction", {"cause": "entered_twice"}
    )
    after, following = await town.statement(november), await town.statement(december)
    listed = await town.kim.person.get(f"/professionals/{town.kim.id}/statements")

    assert (early.code, moved.code) == ("month_not_over", "statement_locked")
    assert after.body["lines"] == locked.body["lines"]
    assert [(line["side"], line["cause"]) for line in following.body["lines"]] == [
        ("credit", "entered_twice")
    ]
    assert following.body["lines"][0]["id"] == session
    assert [(each["month"], each["state"]) for each in listed.body["items"]] == [
        *((december, "open"), (november, "validated"))
    ]


async def test_a_month_to_come_or_no_month_has_no_statement(town: Town) -> None:
    told = [await town.statement(month) for month in ("2031-01", "2026-13", "novembre")]

    assert {(each.status, each.code) for each in told} == {(422, "bad_month")}


async def test_a_claim_sent_again_gets_the_same_answer(town: Town) -> None:
    forfait, session = await town.opened(), new_id()

    first = await town.claim(forfait, session=session)
    again = await town.claim(forfait, session=session)
    other = await town.claim(forfait, session=session, done=False, minutes=None)

    assert (again.status, again.body) == (200, first.body)
    assert (other.status, other.code) == (409, "session_id_taken")


async def test_nobody_but_a_physician_prescribes(town: Town) -> None:
    form = {"discipline": DISCIPLINE, "reason": REASON}
    path = f"/children/{town.network.child}/prescriptions"

    by_physio = await town.kim.person.post(path, form)
    too_many = await town.prescribe(sessions=21)
    unknown = await town.prescribe(discipline="jonglerie")

    assert (by_physio.code, by_physio.body["mended_by"]) == ("not_a_prescriber", "physician")
    assert (too_many.code, unknown.code) == ("beyond_the_terms", "unknown_discipline")
