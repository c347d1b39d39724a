"""A file of the tool in use before, in a real browser: looked at, reported on, taken over."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from care_circle.role import Role
from tests.support.browser_pages import NARROW, TABLET, WIDE, Visitor, accept, invite, visitor
from tests.support.imports import child, table
from tests.support.journey import Journey

pytestmark = pytest.mark.timeout(300)
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}
PAGE = "/coordination/import"
REPORT = re.compile(r"/coordination/import/[a-z0-9]{26}")
TOO_LARGE = 5 * 1024 * 1024 + 1


@pytest.fixture(params=["wide"])
async def odile(
    request: pytest.FixtureRequest, story: Journey, browser: Browser
) -> AsyncIterator[Visitor]:
    """Bring a coordinator whose device is this browser."""
    async with visitor(browser, story.url, "Odile", "Berger", **LOOKS[request.param]) as one:
        token = await invite(story, one, role=Role.COORDINATOR, profession=None)
        await accept(story, one, token)
        yield one
        assert one.troubles == []


def named(content: bytes | str, name: str = "export.csv") -> FilePayload:
    data = content if isinstance(content, bytes) else content.encode()
    return {"name": name, "mimeType": "text/csv", "buffer": data}


async def choose(page: Page, file: FilePayload, *, source: str = "spico") -> None:
    await page.get_by_label("D'où vient ce fichier").select_option(source)
    await page.get_by_label("Le fichier", exact=True).set_input_files(file)


async def send(one: Visitor, rows: Sequence[Mapping[str, str]]) -> None:
    """Send a file and come to its report."""
    await one.goes(PAGE)
    await choose(one.page, named(table(rows)))
    await one.presses("Lire le fichier")
    await one.page.wait_for_url(REPORT)
    await one.page.get_by_role("heading", name="Rapport d'import").wait_for()
    await one.settles()


async def take_over(one: Visitor, words: str) -> None:
    await one.page.get_by_role("button", name=words).click()
    await one.page.get_by_role("dialog").get_by_role("button", name=re.compile("Reprendre")).click()
    await one.sees(re.compile("Terminé"))


def line(page: Page, name: str) -> Any:  # noqa: ANN401 -- a locator
    return page.locator(".import-line").filter(has_text=name)


async def names_kept(story: Journey) -> list[str]:
    found = await story.ana.line.ask("GET", "/children?limit=200")
    return sorted(each["identity"]["birth_given_names"][0] for each in found["items"])


async def test_a_file_is_read_line_by_line_and_what_is_chosen_of_it_taken_over(
    odile: Visitor, story: Journey
) -> None:
    rows = [
        child(),
        child(id="D-2", given="Basile", born="31/02/2024"),
        child(id="D-3", given="Colombe", born="04/03/2024"),
        child(id="D-4", given="Dorine", born="05/03/2024"),
    ]
    page = odile.page

    await send(odile, rows)
    before = await names_kept(story)
    refused = await line(page, "Basile").inner_text()
    await line(page, "Dorine").get_by_role("checkbox").uncheck()
    await take_over(odile, "Reprendre 2 lignes")

    assert before == []
    assert "ce jour n'existe pas" in refused.replace("\u2019", "'")
    assert await names_kept(story) == ["Colombe", "Zéphyrine"]
    await page.get_by_role("link", name="Ouvrir la fiche").first.click()
    await page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))


async def test_the_same_file_again_has_nothing_to_take_over(odile: Visitor, story: Journey) -> None:
    await send(odile, [child()])
    await take_over(odile, "Reprendre 1 ligne")

    await send(odile, [child()])

    await expect(line(odile.page, "Zéphyrine").get_by_text("Déjà là")).to_have_count(1)
    await expect(odile.page.get_by_role("button", name=re.compile("Reprendre"))).to_have_count(0)
    assert await names_kept(story) == ["Zéphyrine"]


async def test_a_possible_double_is_joined_to_the_child_that_is_chosen(
    odile: Visitor, story: Journey
) -> None:
    await send(odile, [child()])
    await take_over(odile, "Reprendre 1 ligne")

    await send(odile, [child(id="AUTRE-1")])
    asked = line(odile.page, "Zéphyrine").get_by_role("group", name="Est-ce la même personne")
    await asked.get_by_label(re.compile(r"Oui\s: Zéphyrine")).check()
    await take_over(odile, "Reprendre 1 ligne")

    await odile.sees("Reliée à la fiche choisie")
    assert await names_kept(story) == ["Zéphyrine"]


async def test_a_possible_double_becomes_a_new_child_where_somebody_says_so(
    odile: Visitor, story: Journey
) -> None:
    await send(odile, [child()])
    await take_over(odile, "Reprendre 1 ligne")

    await send(odile, [child(id="AUTRE-1")])
    await odile.page.get_by_label(re.compile("créer une nouvelle fiche")).check()
    await take_over(odile, "Reprendre 1 ligne")

    assert await names_kept(story) == ["Zéphyrine", "Zéphyrine"]


async def test_what_differs_is_shown_field_by_field(odile: Visitor) -> None:
    await send(odile, [child()])
    await take_over(odile, "Reprendre 1 ligne")

    await send(odile, [child(weight="1090")])
    row = line(odile.page, "Zéphyrine").get_by_role("row").filter(has_text="Poids de naissance")

    await expect(row.get_by_role("cell")).to_have_text(["1040", "1090", "remplacée"])


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (named(b""), "Ce fichier est vide"),
        (named(b"x" * TOO_LARGE), "dépasse 5"),
        (named(b"PK\x03\x04classeur", "export.xlsx"), "enregistrez-le au format CSV"),
        (named("Fruit;Couleur\npomme;rouge\n"), "Aucune colonne de ce fichier n'est connue"),
    ],
)
async def test_a_file_that_is_none_is_refused_before_it_is_sent(
    odile: Visitor, file: FilePayload, said: str
) -> None:
    sent: list[str] = []
    odile.page.on("request", lambda asked: sent.append(asked.method + asked.url))
    await odile.goes(PAGE)

    await choose(odile.page, file)
    await odile.presses("Lire le fichier")
    field = odile.page.get_by_label("Le fichier", exact=True)
    await odile.page.locator(".field-error").filter(has_text=said).wait_for()

    assert await field.get_attribute("aria-invalid") == "true"
    assert not [each for each in sent if each.startswith("POST") and "/imports" in each]


async def test_a_column_that_is_missing_is_named_by_the_server(odile: Visitor) -> None:
    await odile.goes(PAGE)

    await choose(odile.page, named("N° de dossier;Nom de naissance\nD-1;Quenouille\n"))
    await odile.presses("Lire le fichier")

    await odile.page.locator(".field-error").filter(has_text="Date de naissance").wait_for()


async def test_a_report_is_narrowed_by_outcome_and_stays_so_after_a_reload(odile: Visitor) -> None:
    rows = [child(), child(id="D-2", given="Basile", born="31/02/2024")]
    await send(odile, rows)

    await odile.page.get_by_role("group", name="Filtrer").get_by_text("Refusée").click()
    await odile.page.wait_for_url(re.compile("status=refused"))
    await odile.page.reload()
    await odile.settles()

    shown = odile.page.locator(".import-line")
    await expect(shown).to_have_count(1)
    await expect(shown).to_contain_text("Basile")


async def test_former_files_are_listed_and_a_report_can_be_erased(odile: Visitor) -> None:
    await send(odile, [child()])

    await odile.presses("L'effacer maintenant")
    await odile.page.get_by_role("dialog").get_by_role("button", name="Effacer").click()
    await odile.page.wait_for_url("**/coordination/import")
    await odile.settles()

    await expect(odile.page.locator("section").last).to_contain_text("Effacé")


@pytest.mark.parametrize("odile", list(LOOKS), indirect=True)
async def test_imports_are_clean_at_every_size(
    odile: Visitor, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["odile"]
    await odile.goes(PAGE)
    found = await odile.faults("import", look)

    await send(odile, [child()])
    await take_over(odile, "Reprendre 1 ligne")
    await send(
        odile,
        [
            child(weight="1090"),
            child(id="D-9"),
            child(id="D-2", given="Basile", born="31/02/2024"),
            child(id="D-3", given="Colombe", born="04/03/2024", Couleur="bleu"),
        ],
    )
    await odile.page.get_by_label(re.compile(r"Oui\s: Zéphyrine")).wait_for()
    found += await odile.faults("import-report", look, full_page=True)

    assert found == []


async def test_a_report_is_chosen_and_taken_over_by_keyboard_alone(
    odile: Visitor, story: Journey
) -> None:
    await send(odile, [child(), child(id="D-3", given="Colombe", born="04/03/2024")])
    page = odile.page

    await line(page, "Colombe").get_by_role("checkbox").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Reprendre 1 ligne").focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await dialog.wait_for()
    await dialog.get_by_role("button", name=re.compile("Reprendre")).focus()
    await page.keyboard.press("Enter")
    await odile.sees(re.compile("Terminé"))

    assert await names_kept(story) == ["Zéphyrine"]
