"""Documents on their pages: filled, signed, compared, settled between two, and what they show."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, expect

from care_circle.appointment import Status
from care_circle.documents.document import Document, Version
from care_circle.role import Profession
from crypto.ids import AppointmentId, DocumentId, new_id
from tests.support.browser_pages import (
    NARROW,
    TABLET,
    WIDE,
    Visitor,
    come_in,
    sign_in_over,
    visitor,
)
from tests.support.care_answers import WHOLE
from tests.support.discussion import Room, gathered
from tests.support.guests import Guests
from tests.support.journey import Companion, Journey
from tests.support.server import Running

pytestmark = pytest.mark.timeout(300)

Answers = dict[str, Any]

LOOKS: Final[dict[str, dict[str, Any]]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}
_END_SESSION: Final = """async () => {
  const {id} = await (await fetch("/api/v1/session")).json();
  await fetch(`/api/v1/sessions/${id}`, {method: "DELETE"});
}"""


@pytest.fixture
async def room(story: Journey, guests: Guests) -> Room:
    return await gathered(story, guests)


async def test_a_new_document_says_where_its_first_answers_are_from(room: Room) -> None:
    page = room.page
    visit = await signed(room.story, room.ben)
    await room.lea.goes(f"/circles/{room.story.circle}/write")
    await page.get_by_role("button", name="Visite des 3 ans").click()
    await page.wait_for_url(re.compile("/documents/"))
    await page.get_by_role("group", name="Marche seul").get_by_text("Oui").click()
    age = page.get_by_role("textbox", name="Âge de la marche")
    taken = await age.input_value()
    said = await answer_of(page, "Âge de la marche").inner_text()

    await age.fill("15")
    await room.lea.sees("Enregistré à")
    await page.reload()
    await room.lea.settles()
    typed = await age.input_value()
    await page.get_by_role("button", name="Effacer : Examen spécialisé fait").first.click()
    await room.lea.sees("Enregistré à")
    await page.reload()
    await room.lea.settles()

    assert visit
    assert taken == "14"
    assert "repris de « Visite des 24 mois d'âge corrigé »" in said.replace("\u00a0", " ")
    assert typed == "15"
    await expect(page.get_by_role("button", name="Reprendre Non")).to_have_count(1)


async def test_rows_are_added_removed_and_put_back_without_a_mouse(room: Room) -> None:
    page = room.page
    await plan(room)
    add = page.get_by_role("button", name="Ajouter : Objectifs")
    await add.focus()

    await page.keyboard.press("Enter")
    await page.keyboard.type("Tenir assis")
    await add.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Dire deux mots")
    await page.get_by_role("button", name="Retirer : Objectifs 1").focus()
    await page.keyboard.press("Enter")
    left = await goals(page)
    await page.keyboard.press("Enter")
    await room.lea.sees("Enregistré à")

    assert left == ["Dire deux mots"]
    assert await goals(page) == ["Tenir assis", "Dire deux mots"]
    kept = await newest(room)
    assert [row["goal"] for row in kept["goals"]] == ["Tenir assis", "Dire deux mots"]


async def test_what_is_wrong_in_a_row_is_said_in_that_row(room: Room) -> None:
    page = room.page
    await plan(room)
    for _ in range(2):
        await page.get_by_role("button", name="Ajouter : Objectifs").click()
    await page.get_by_label("Objectif", exact=True).first.fill("Tenir assis")
    await room.lea.presses("Signer le document")

    await page.locator(".error-summary li").first.wait_for()
    lines = await page.locator(".error-summary li").all_inner_texts()
    await page.get_by_role("link", name=re.compile("^Objectifs 2, Objectif")).click()
    await page.keyboard.type("Dire deux mots")
    await room.lea.sees("Enregistré à")

    assert any(line.startswith("Objectifs 2, Objectif") for line in lines)
    assert not any(line.startswith("Objectifs 1,") for line in lines)
    assert await goals(page) == ["Tenir assis", "Dire deux mots"]


async def test_a_number_follows_from_what_is_typed_as_the_server_has_it(room: Room) -> None:
    page = room.page
    await begun(room, "F26", {"visit_kind": "remote"}, visit="V24")
    months = answer_of(page, "Âge corrigé").locator("output")
    empty = await months.inner_text()

    await page.get_by_label("Date de la consultation").fill("2026-02-10")
    await expect(months).to_have_text(re.compile(r"^15\s+mois$"))
    await room.lea.sees("Enregistré à")

    assert not re.search(r"\d", empty)
    assert (await newest(room))["corrected_months"] == 15


async def test_a_day_before_birth_is_told_at_its_field_and_not_sent(room: Room) -> None:
    page = room.page
    await begun(room, "F26", {"visit_kind": "remote"}, visit="V24")

    await page.get_by_label("Date de la consultation").fill("2024-01-01")
    await page.get_by_label("Poids").fill("11,4")
    await room.lea.sees("sauf ce qui est à corriger")

    said = await answer_of(page, "Date de la consultation").inner_text()
    kept = await newest(room)
    assert "Ce jour est trop tôt" in said
    assert "visit_date" not in kept
    assert kept["weight_kg"] == 11.4


async def test_two_who_write_at_once_choose_question_by_question(room: Room) -> None:
    page = room.page
    document = await begun(room, "F26", {"visit_kind": "remote"}, visit="V24")
    await page.get_by_label("Poids").wait_for()
    theirs = {"visit_kind": "in_person", "weight_kg": 12, "remarks": "Vu avec sa mère."}
    await rewritten(room, document, theirs)

    await page.get_by_label("Poids").fill("11,4")
    await page.get_by_label("Taille").fill("84,5")
    card = page.get_by_role("region", name="Ben Lavigne a enregistré ce document entre-temps")
    await card.wait_for()
    both = await card.inner_text()
    await card.get_by_role("group", name="Poids").get_by_text("La sienne").click()
    await card.get_by_role("button", name="Enregistrer ce choix").click()
    await room.lea.sees("Enregistré à")

    assert "11,4" in both
    assert "12" in both
    kept = await newest(room)
    assert kept == {**theirs, "height_cm": 84.5}


async def test_what_was_written_while_another_signed_is_taken_up_in_a_correction(
    room: Room,
) -> None:
    page = room.page
    today = room.story.clock().date().isoformat()
    document = await begun(room, "F26", WHOLE | {"visit_date": today}, visit="V24")
    await page.get_by_label("Poids").wait_for()
    ask = room.ben.line.ask
    edition = (await ask("GET", f"/documents/{document}"))["edition"]
    await ask("POST", f"/documents/{document}/signature", {}, version=edition)

    await page.get_by_label("Poids").fill("12,5")
    await room.lea.sees("Vos réponses n'y sont pas")
    await room.lea.presses("Reprendre dans une correction")
    await page.get_by_label("Motif de la correction").fill("Pesée refaite")
    await room.lea.presses("Signer la correction")
    await room.lea.sees("Correction signée")

    found = await ask("GET", f"/documents/{document}")
    assert [each["answers"]["weight_kg"] for each in found["versions"]] == [11.4, 12.5]


async def test_a_correction_begins_at_its_top_and_asks_why(room: Room) -> None:
    page = room.page
    document = await amended(room.story, room.ben)
    await room.lea.goes(f"/documents/{document}")

    await room.lea.presses("Corriger")
    begun = page.locator(".banner", has_text="Vous corrigez ce document")
    await expect(begun).to_be_focused()
    place = await page.locator(".progress-choice option:checked").all_inner_texts()
    await room.lea.presses("Signer la correction")

    assert all(each.startswith("Section 1 sur") for each in place)
    await expect(page.get_by_label("Motif de la correction")).to_be_focused()
    await room.lea.sees("Dites pourquoi vous corrigez")


async def test_any_two_versions_stand_side_by_side(room: Room) -> None:
    page = room.page
    document = await amended(room.story, room.ben)
    await room.lea.goes(f"/documents/{document}")

    await page.get_by_text("Comparer deux versions").click()
    await page.locator(".versus tr[class]").first.wait_for()
    lines = await page.locator(".versus tr[class]:not(.versus-part)").all_inner_texts()
    await page.get_by_label("Comparer", exact=True).select_option("2")
    await page.get_by_label("avec", exact=True).select_option("2")
    await room.lea.sees("Les réponses sont les mêmes des deux côtés.")

    words = " ".join(lines)
    assert len(lines) == 2
    assert "Modifié" in words
    assert "Ajouté" in words
    assert "11,4" in words
    assert "11,9" in words


async def test_a_document_of_an_older_form_is_saved_as_what_it_was(
    room: Room, server: Running
) -> None:
    page = room.page
    document = await old_draft(room, server)
    await room.lea.goes(f"/documents/{document}")
    await room.lea.sees("Ce document suit une version plus ancienne du formulaire")

    await page.get_by_label("Poids").fill("11,4")
    await room.lea.sees("Enregistré à")

    found = await room.ben.line.ask("GET", f"/documents/{document}")
    assert found["form_version"] == "1"
    assert 11.4 in found["versions"][-1]["answers"].values()


async def test_a_child_s_measures_are_a_picture_and_a_table_that_lead_to_their_document(
    room: Room,
) -> None:
    page = room.page
    await room.lea.goes(f"/circles/{room.story.circle}/growth")
    await room.lea.sees("Aucune mesure signée pour l'instant")
    document = await signed(room.story, room.ben)
    await room.lea.goes(f"/circles/{room.story.circle}/growth")

    curve = page.get_by_role("img", name=re.compile("^Poids"))
    about = await curve.locator("desc").text_content()
    points = await curve.locator(".curve-point").count()
    table = page.get_by_role("table", name="Poids (kg)")
    rows = await table.locator("tbody tr").count()
    await table.get_by_role("link").first.click()
    await page.wait_for_url(re.compile(f"/documents/{document}"))

    assert "11,4" in str(about)
    assert points == rows


async def test_the_line_of_life_says_what_is_due_and_leads_to_writing_it(room: Room) -> None:
    page = room.page
    await room.lea.goes(f"/circles/{room.story.circle}/pathway")
    await page.get_by_role("heading", name="Ce qui a eu lieu").wait_for()
    shown = await page.locator("main").inner_text()

    await page.get_by_role("button", name=re.compile("^Écrire.*24 mois")).click()
    await page.wait_for_url(re.compile("/documents/"))
    await page.get_by_role("heading", name="Visite des 24 mois").wait_for()
    await room.lea.goes(f"/circles/{room.story.circle}/pathway")
    await page.get_by_role("link", name="Continuer le brouillon").wait_for()

    assert "Naissance" in shown
    assert "Inclusion" in shown
    assert re.search(r"encore \d+\s+jour|en retard de \d+\s+jour", shown)


async def test_a_visit_that_was_held_leads_to_its_own_form_and_again_to_the_same_draft(
    room: Room, server: Running
) -> None:
    slot = {"start": "2030-01-07T10:00:00", "duration_minutes": 30, "place_label": "12 rue Basse"}
    form = {"professional": room.ben.id, "visit": "V24", "slot": slot}
    appointments = f"/circles/{room.story.circle}/appointments"
    made = await room.story.ana.line.ask("POST", f"/children/{room.story.child}/appointments", form)
    await server.house.stores.appointments.change(
        AppointmentId(made["id"]), lambda held: replace(held, status=Status.HONOURED)
    )

    await room.lea.goes(appointments)
    await room.page.get_by_role("button", name="Écrire le compte rendu").click()
    await room.page.wait_for_url(re.compile("/documents/"))
    await room.page.get_by_role("heading", name="Visite des 24 mois").wait_for()
    begun = room.page.url
    await room.lea.goes(appointments)
    await room.page.get_by_role("button", name="Écrire le compte rendu").click()
    await room.page.wait_for_url(re.compile("/documents/"))

    assert room.page.url == begun


async def test_a_browser_that_has_the_pathway_is_not_sent_it_again(room: Room) -> None:
    address = f"/circles/{room.story.circle}/pathway"
    sizes = """() => performance.getEntriesByType("resource")
      .filter(({name}) => name.endsWith("/api/v1/pathway"))
      .map(({transferSize, decodedBodySize}) => [transferSize, decodedBodySize])"""
    await room.lea.goes(address)
    first = await room.page.evaluate(sizes)

    await room.lea.goes(address)
    again = await room.page.evaluate(sizes)

    assert len(first) == len(again) == 1
    assert again[0][1] == first[0][1] > 100_000
    assert again[0][0] < 1_000


async def test_only_forms_one_may_fill_are_offered_the_due_one_first(
    room: Room, guests: Guests
) -> None:
    await room.lea.goes(f"/circles/{room.story.circle}/write")
    heading = room.page.get_by_role("heading", name="Attendu maintenant")
    await expect(heading).to_be_visible()
    names = await room.page.locator(".list-title").all_inner_texts()

    assert "Visite des 24 mois d'âge corrigé" in [each.replace("\xa0", " ") for each in names[:8]]
    assert "Bilan kinésithérapique" not in names
    assert await room.page.get_by_text("dans les soins").count() >= 1
    assert guests.all


async def test_an_expired_session_loses_no_row(room: Room) -> None:
    page = room.page
    await plan(room)
    await page.get_by_role("button", name="Ajouter : Objectifs").click()
    await page.get_by_label("Objectif", exact=True).fill("Tenir")
    await room.lea.sees("Enregistré à")

    await page.evaluate(_END_SESSION)
    await page.get_by_role("dialog", name="Votre session est terminée").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_label("Objectif", exact=True).fill("Tenir assis")
    await room.lea.presses("Se reconnecter")
    await sign_in_over(room.story, room.lea)
    await room.lea.sees("Enregistré à")
    await page.reload()
    await room.lea.settles()

    assert await goals(page) == ["Tenir assis"]


@pytest.fixture(params=LOOKS)
async def reader(
    request: pytest.FixtureRequest, story: Journey, browser: Browser
) -> AsyncIterator[Visitor]:
    looks = LOOKS[request.param]
    async with visitor(browser, story.url, "Hélène", "Faure", **looks) as one:
        yield one


async def test_papers_curves_and_life_are_sound_for_everybody(
    reader: Visitor, story: Journey, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["reader"]
    ben = await story.join("Ben", Profession.PHYSICIAN)
    await story.gather(ben)
    await come_in(story, reader)
    pages = await everything(story, ben, reader)

    wrong: list[str] = []
    for name, path in pages.items():
        await reader.goes(path)
        await unfold(reader.page)
        wrong += await reader.faults(name, look)

    assert wrong == []
    assert reader.troubles == []


async def everything(story: Journey, ben: Companion, reader: Visitor) -> dict[str, str]:
    """Write one of each; gives the pages to look at."""
    circle = f"/circles/{story.circle}"
    document = await amended(story, ben)
    rows = {"goals": [{"goal": "Tenir assis", "owner": reader.id}, {"goal": "Dire deux mots"}]}
    draft = await drafted(story, ben, "F12", rows)
    clash = await drafted(story, ben, "F27", {"visit_kind": "remote"}, visit="V36")
    return {
        "document-signed": f"/documents/{document}",
        "document-rows": f"/documents/{draft}",
        "document-prefilled": f"/documents/{clash}",
        "circle-write": f"{circle}/write",
        "circle-pathway": f"{circle}/pathway",
        "circle-growth": f"{circle}/growth",
    }


async def unfold(page: Page) -> None:
    for fold in await page.locator("main details:not([open]) > summary").all():
        await fold.click()


def answer_of(page: Page, question: str) -> Any:  # noqa: ANN401 -- Playwright's own
    """Find what is drawn for a question."""
    asked = page.locator(".field-label, legend").filter(has_text=re.compile(f"^{question}"))
    return page.locator(".answer").filter(has=asked).first


async def goals(page: Page) -> list[str]:
    return [
        await one.input_value() for one in await page.get_by_label("Objectif", exact=True).all()
    ]


async def newest(room: Room) -> Answers:
    """Read from the server what the document before Léa says."""
    found = await room.ben.line.ask("GET", "/documents/" + room.page.url.rsplit("/", 1)[1])
    answers: Answers = found["versions"][-1]["answers"]
    return answers


async def drafted(
    story: Journey, ben: Companion, form: str, answers: Answers, *, visit: str | None = None
) -> str:
    body = {"form": form, "visit": visit, "answers": answers}
    made = await ben.line.ask("POST", f"/children/{story.child}/documents", body)
    return str(made["id"])


async def begun(room: Room, form: str, answers: Answers, *, visit: str | None = None) -> str:
    """Let Ben begin a document and Léa open it."""
    document = await drafted(room.story, room.ben, form, answers, visit=visit)
    await room.lea.goes(f"/documents/{document}")
    return document


async def plan(room: Room) -> str:
    return await begun(room, "F12", {})


async def rewritten(room: Room, document: str, answers: Answers) -> None:
    """Let Ben save other answers."""
    ask = room.ben.line.ask
    edition = (await ask("GET", f"/documents/{document}"))["edition"]
    await ask("PUT", f"/documents/{document}/draft", {"answers": answers}, version=edition)


async def signed(story: Journey, ben: Companion) -> str:
    """Let Ben write and sign the visit of 24 months."""
    today = story.clock().date().isoformat()
    body = {"form": "F26", "visit": "V24", "answers": WHOLE | {"visit_date": today}}
    made = await ben.line.ask("POST", f"/children/{story.child}/documents", body)
    await ben.line.ask("POST", f"/documents/{made['id']}/signature", {}, version=made["edition"])
    return str(made["id"])


async def amended(story: Journey, ben: Companion) -> str:
    """Let Ben correct what he signed: another weight, and a remark."""
    document = await signed(story, ben)
    ask = ben.line.ask
    found = await ask("GET", f"/documents/{document}")
    answers = found["versions"][-1]["answers"] | {"weight_kg": 11.9, "remarks": "Pesée refaite."}
    body = {"answers": answers, "reason": "Balance déréglée"}
    await ask("POST", f"/documents/{document}/amendments", body, version=found["edition"])
    return document


async def old_draft(room: Room, server: Running) -> str:
    """Keep a draft that was begun on the form's first version."""
    document = DocumentId(new_id())
    version = Version(number=1, answers={}, author=room.ben.id, saved_at=room.story.clock())
    await server.house.stores.documents.add(
        Document(
            id=document,
            child=room.story.child,
            circle=room.story.circle,
            form="v24",
            form_version="1",
            visit="V24",
            author=room.ben.id,
            edition=1,
            versions=(version,),
        )
    )
    return document
