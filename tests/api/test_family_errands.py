"""Errands behind a link: a visit to book, a form, a message that opens by a second item."""

import asyncio
from datetime import datetime, timedelta

import pytest

from crypto.ids import ChildId
from notifications.errand import close_errand, errand_id
from notifications.notice import Rule
from tests.support.families import Phone
from tests.support.homes import Home, document_form, unlock


async def test_a_visit_to_book_offers_a_call_or_to_say_that_it_is_booked(
    phone: Phone, home: Home
) -> None:
    path = await home.told(Rule.TO_BOOK)
    shown = await phone.open(path)
    called = await phone.say(path, "call_me", "wed_am")
    booked = await phone.say(path, "booked_already")
    duties = await home.duties()

    assert "Un rendez-vous est à prendre" in shown.text
    assert shown.screen.acts == {"call_me", "booked_already", "stop", "not_me"}
    assert "mercredi matin" in called.text
    assert "Vous avez déjà pris rendez-vous" in booked.text
    assert duties["call_back"]["wish"]["half_days"] == ["wed_am"]
    assert set(duties) == {"call_back", "says_booked"}
    for hidden in ("V24", "24 mois", "Quenouille"):
        assert hidden not in shown.html


async def test_a_questionnaire_is_received_or_wanted_on_paper_never_filled_here(
    phone: Phone, home: Home
) -> None:
    path = await home.told(Rule.QUESTIONNAIRE)
    shown = await phone.open(path)
    received = await phone.say(path, "received")
    paper = await phone.say(path, "paper")

    assert shown.screen.acts == {"call_me", "received", "paper", "stop", "not_me"}
    assert "Vous l'avez reçu" in received.text
    assert "sur papier" in paper.text
    assert set(await home.duties()) == {"paper_wanted"}


async def test_an_errand_that_is_over_is_closed_to_its_link(phone: Phone, home: Home) -> None:
    path = await home.told(Rule.TO_BOOK)
    errand = errand_id(Rule.TO_BOOK, ChildId(home.network.child), "V24")
    open_before = await phone.open(path)
    now = home.server.clock()
    await home.server.house.stores.errands.change(errand, lambda held: close_errand(held, now=now))

    home.server.clock.move(seconds=1)
    closed = await phone.open(path)

    assert (open_before.status, closed.status) == (200, 404)


async def test_a_link_to_an_errand_opens_for_two_weeks(phone: Phone, home: Home) -> None:
    path = await home.told(Rule.TO_BOOK)
    home.server.clock.move(days=14)
    last = await phone.open(path)
    home.server.clock.move(seconds=1)

    assert (last.status, (await phone.open(path)).status) == (200, 404)


async def test_what_is_no_appointment_has_no_answer_to_it(phone: Phone, home: Home) -> None:
    path = await home.told(Rule.TO_BOOK)
    form = (await phone.open(path)).screen.form_with("call_me").fields["form"]

    for act in ("coming", "not_coming", "paper", "received"):
        shown = await phone.post(path, f"act={act}&form={form}")
        assert shown.status == 409
    assert (await phone.open(path + "/calendar")).status == 404


async def test_what_was_handed_over_opens_by_the_birth_date_and_by_nothing_else(
    phone: Phone, home: Home
) -> None:
    path, handed = await home.hand()
    shown = await phone.open(path)

    wrong = await unlock(phone, path, day="21", month="8", year="2024")
    right = await unlock(phone, path, day="20", month="8", year="2024")
    again = await phone.open(path)

    assert (handed["item"], handed["code"]) == ("birth_date", None)
    assert "Un message vous attend" in shown.text
    assert "Quel jour votre fille" in shown.text
    assert "Zéphyrine" not in shown.html
    assert (wrong.status, right.status) == (403, 200)
    assert "Ce n'est pas cela" in wrong.text
    assert right.headers["Content-Type"] == "application/pdf"
    assert right.headers["Cache-Control"] == "no-store"
    assert "Ce message a été ouvert" in again.text
    assert "call_me" in again.screen.acts


async def test_what_was_handed_over_waits_as_long_as_the_pathway_says(home: Home) -> None:
    began, days = home.server.clock(), home.server.house.pathway.number("waiting_days")
    assert days is not None

    _, handed = await home.hand()

    until = datetime.fromisoformat(handed["until"])
    assert timedelta(0) <= until - began - timedelta(days=days) < timedelta(hours=1)


async def test_after_five_wrong_tries_the_link_is_shut_and_the_office_calls(
    phone: Phone, home: Home
) -> None:
    path, _ = await home.hand()
    form = document_form(await phone.open(path))

    tries = [await unlock(phone, path, day=str(day), month="8", year="2024") for day in range(1, 6)]
    right = await phone.post(f"{path}/document", f"form={form}&day=20&month=8&year=2024")

    assert [each.status for each in tries] == [403] * 5
    assert right.status == 403
    assert "ne s'ouvre plus ici" in right.text
    assert document_form(right) is None
    assert set(await home.duties()) == {"link_shut"}


async def test_many_guesses_at_once_count_as_many(phone: Phone, home: Home) -> None:
    path, _ = await home.hand()
    form = document_form(await phone.open(path))

    dates = [f"form={form}&day={day}&month=8&year=2024" for day in range(1, 20)]
    tries = await asyncio.gather(*(phone.post(f"{path}/document", date) for date in dates))
    right = await phone.post(f"{path}/document", f"form={form}&day=20&month=8&year=2024")

    assert {each.status for each in tries} == {403}
    assert right.status == 403


async def test_a_code_is_asked_for_where_somebody_near_must_not_read(
    phone: Phone, home: Home
) -> None:
    father = {
        "family_name": "Courtepaille", "phone": "+33639980155", "may_be_told": False,
    }  # fmt: skip
    await home.ana.ask("PUT", f"/children/{home.network.child}/contacts/{'f' * 26}", father)
    path, handed = await home.hand()

    by_date = await unlock(phone, path, day="20", month="8", year="2024")
    by_code = await unlock(phone, path, code=f" {handed['code'][:3]} {handed['code'][3:]}")

    assert handed["item"] == "code"
    assert len(handed["code"]) == 6
    assert (by_date.status, by_code.status) == (403, 200)


async def test_a_document_that_is_not_signed_is_not_handed_over(home: Home) -> None:
    draft = await home.ben.post(
        f"/children/{home.network.child}/documents", {"form": "F31", "answers": {"asq_done": False}}
    )

    refused = await home.ben.post(f"/documents/{draft.body['id']}/handing", {})

    assert (refused.status, refused.code) == (409, "not_to_be_handed")


@pytest.mark.parametrize(
    "body", ["", "form=x", "form={}&day=<script>", "form={}&code=" + "9" * 900]
)
async def test_nonsense_opens_nothing(phone: Phone, home: Home, body: str) -> None:
    path, _ = await home.hand()
    form = document_form(await phone.open(path)) or ""

    shown = await phone.post(f"{path}/document", body.replace("{}", form))

    assert shown.status in (403, 409)
    assert "<script>" not in shown.html
