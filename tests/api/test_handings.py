"""What is handed to a family: seen before and after, taken back, forgotten; the relay file too."""

from crypto.ids import ErrandId
from server.family_house import FAMILY
from server.vigil import vigil_of
from tests.support.families import Phone
from tests.support.homes import Home, unlock
from tests.support.network import child_form

BIRTH = {"day": "20", "month": "8", "year": "2024"}


async def test_whoever_hands_over_sees_before_whom_it_reaches_and_after_that_it_was_opened(
    phone: Phone, home: Home
) -> None:
    place = f"/documents/{await home.sign()}/handing"
    before = (await home.ben.get(place)).body
    path, handed = await home.give(place)
    waiting = (await home.ben.get(place)).body["handings"]
    await unlock(phone, path, **BIRTH)
    after = (await home.ben.get(place)).body["handings"]

    assert before["recipients"] == [
        {
            "given_name": "Apolline",
            "family_name": child_form()["contacts"][0]["family_name"],
            "relation": "GUARD",
            "media": ["email", "sms"],
        }
    ]
    assert (before["item"], before["days"], before["handings"]) == ("birth_date", 14, [])
    assert [(each["id"], each["opened_at"]) for each in waiting] == [(handed["id"], None)]
    assert (after[0]["by"], after[0]["opened_at"] is None) == (home.ben.id, False)
    assert "code" not in after[0]


async def test_what_was_taken_back_opens_nothing_and_is_told_anew_when_it_is_given_again(
    phone: Phone, home: Home
) -> None:
    place = f"/documents/{await home.sign()}/handing"
    path, first = await home.give(place)
    home.server.clock.move(seconds=1)
    withdrawn = await home.ben.delete(place)
    home.server.clock.move(seconds=1)
    shut = await phone.open(path)
    again, second = await home.give(place)

    assert withdrawn.body["handings"][0]["withdrawn_at"] is not None
    assert shut.status == 404
    assert second["id"] != first["id"]
    assert (await unlock(phone, again, **BIRTH)).status == 200


async def test_given_again_on_the_same_day_nobody_is_told_twice_and_the_new_code_counts(
    phone: Phone, home: Home
) -> None:
    place = f"/documents/{await home.sign()}/handing"
    path, first = await home.give(place, with_code=True)
    same, second = await home.give(place, with_code=True)

    old = await unlock(phone, path, code=first["code"])
    new = await unlock(phone, path, code=second["code"])

    assert (first["id"], path) == (second["id"], same)
    assert first["code"] == second["code"] or old.status == 403
    assert new.status == 200


async def test_the_relay_file_is_handed_over_like_a_document_and_that_it_left_is_recorded(
    phone: Phone, home: Home
) -> None:
    await home.sign()
    child = f"/children/{home.network.child}"
    path, handed = await home.give(f"{child}/relay/handing")

    wrong = await unlock(phone, path, day="21", month="8", year="2024")
    right = await unlock(phone, path, **BIRTH)
    files = (await home.ben.get(f"{child}/relay/files")).body["items"]
    state = (await home.ben.get(f"{child}/relay/handing")).body

    assert handed["document"] is None
    assert (wrong.status, right.status) == (403, 200)
    assert right.headers["Content-Type"] == "application/pdf"
    assert [(each["kind"], each["by"]) for each in files] == [("family", home.ben.id)]
    assert state["handings"][0]["opened_at"] is not None


async def test_a_relay_file_handed_over_holds_what_went_along_that_day_and_still_does(
    home: Home,
) -> None:
    kept, struck = await home.sign(), await home.sign()
    _, handed = await home.give(f"/children/{home.network.child}/relay/handing")
    await home.sign()
    strike = f"/documents/{struck}/strike"
    assert (
        await home.ben.post(strike, {"reason": "doublon"}, headers={"If-Match": '"2"'})
    ).status == 200

    service = home.server.app[FAMILY].handing
    held = await service.handings.handing(ErrandId(handed["id"]))
    assert held is not None
    dossier = await service.relay_of(held)

    assert [each.document.id for each in dossier.readings] == [kept]


async def test_a_document_that_was_struck_since_opens_no_more(phone: Phone, home: Home) -> None:
    document = await home.sign()
    path, _ = await home.give(f"/documents/{document}/handing")
    strike = f"/documents/{document}/strike"
    await home.ben.post(strike, {"reason": "doublon"}, headers={"If-Match": '"2"'})

    opened = await unlock(phone, path, **BIRTH)

    assert opened.status == 404


async def test_nobody_is_told_where_a_holder_refused(home: Home) -> None:
    place = f"/documents/{await home.sign()}/handing"
    today = str(home.server.clock().date())
    refusal = {
        "contact": home.network.contacts[0], "word": "refused", "on": today, "language": "fr",
        "document": "C-1",
    }  # fmt: skip
    said = await home.ana.post(f"/children/{home.network.child}/consent", refusal)
    assert said.status < 300, said

    handed = await home.ben.post(place, {})

    assert (handed.status, handed.code) == (409, "nobody_to_tell")


async def test_links_and_what_was_handed_over_are_forgotten_when_the_pathway_says(
    phone: Phone, home: Home
) -> None:
    path, handed = await home.hand()
    await unlock(phone, path, **BIRTH)
    vigil, pathway = vigil_of(home.server.house), home.server.house.pathway
    waiting, kept = pathway.number("waiting_days"), pathway.number("said_kept_days")
    assert waiting is not None
    assert kept is not None

    home.server.clock.move(days=waiting + kept, seconds=-1)
    early = await vigil.forget()
    home.server.clock.move(hours=1)
    late = await vigil.forget()

    assert (early, late) == (0, 2)
    assert await vigil.handings.handing(ErrandId(handed["id"])) is None


async def test_a_number_to_verify_is_settled_once_the_address_was_changed(
    phone: Phone, home: Home
) -> None:
    path, _ = await home.hand()
    await phone.say(path, "not_me")
    child, contact = home.network.child, home.network.contacts[0]
    raised = set(await home.duties())
    same = child_form()["contacts"][0]
    await home.ana.ask("PUT", f"/children/{child}/contacts/{contact}", same | {"given_name": "A"})
    still = set(await home.duties())
    mail = same | {"email": "autre@famille.example"}
    await home.ana.ask("PUT", f"/children/{child}/contacts/{contact}", mail)
    other = set(await home.duties())
    await home.ana.ask(
        "PUT", f"/children/{child}/contacts/{contact}", mail | {"phone": "+33639980199"}
    )

    assert raised == still == other == {"number_to_verify"}
    assert await home.duties() == {}
