"""The coordinator's pages in a real browser, with headless colleagues as everybody else."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Page, expect

from care_circle.role import Profession, Role
from channels.headless_line import Refused
from crypto.ids import ChannelId, ProfessionalId
from tests.support.browser_pages import (
    NARROW,
    TABLET,
    WIDE,
    Visitor,
    accept,
    invite,
    sign_in_again,
    visitor,
)
from tests.support.browser_shell import PATIENCE_S
from tests.support.journey import Companion, Journey
from tests.support.server import Running

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE},
    "dark": {"viewport": TABLET, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "has_touch": True, "is_mobile": True},
}
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=["wide"])
async def odile(
    request: pytest.FixtureRequest, story: Journey, browser: Browser
) -> AsyncIterator[Visitor]:
    """Bring a coordinator whose device is this browser; nobody has checked her identity yet."""
    async with visitor(browser, story.url, "Odile", "Berger", **LOOKS[request.param]) as one:
        token = await invite(story, one, role=Role.COORDINATOR, profession=None)
        await accept(story, one, token)
        yield one
        assert one.troubles == []


async def vouch_for_oneself(odile: Visitor) -> None:
    """Do what stands first on a coordinator's page."""
    await odile.goes("/coordination")
    await odile.page.get_by_text("Vous : à faire avant tout le reste").click()
    await odile.page.get_by_label("C'est bien le numéro de mon appareil").check()
    await odile.presses("Confirmer")
    await odile.page.wait_for_url("**/coordination")


async def compare_with(odile: Visitor, professional: ProfessionalId) -> None:
    """Compare somebody's number with them, and say so."""
    await odile.goes(f"/coordination/attest/{professional}")
    await odile.page.get_by_label("Je l'ai comparé avec la personne").check()
    await odile.presses("L'identité est vérifiée")
    await odile.page.wait_for_url(f"**/coordination/professionals/{professional}")


async def register_child(odile: Visitor, physician: Companion) -> None:
    """Fill the form of a child, and end on the file."""
    page = odile.page
    await odile.goes("/coordination/children/new")
    await page.get_by_label("Prénoms").fill("Zéphyrine")
    await page.get_by_label("Nom de naissance").fill("Quenouille")
    await page.get_by_label("Date de naissance").fill("2026-08-20")
    await page.get_by_label("Terme, en semaines").fill("28")
    await page.get_by_label("et jours").fill("3")
    await page.get_by_label("Poids de naissance").fill("1 050")
    parent = page.get_by_role("group", name="Premier parent")
    await parent.get_by_label("Prénom").fill("Apolline")
    await parent.get_by_label("Nom", exact=True).fill("Quenouille")
    await parent.get_by_label("Téléphone").fill("06 39 98 01 02")
    await page.get_by_label("Médecin référent").select_option(physician.id)
    await odile.presses("Inscrire l'enfant")


async def note_agreement(page: Page) -> None:
    await page.get_by_role("button", name="Noter ce qui a été dit").click()
    await page.get_by_role("dialog").get_by_role("button", name="Noter").click()
    await page.get_by_text("La famille est d'accord.").wait_for()


async def include_child(odile: Visitor, physician: Companion) -> None:
    """Bring a child from the empty form to the open door of the circle."""
    await register_child(odile, physician)
    await odile.page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))
    await note_agreement(odile.page)
    await odile.presses("Inclure l'enfant")
    await odile.page.get_by_role("link", name="Composer le cercle").wait_for()


async def compose(odile: Visitor, *people: Companion) -> ChannelId:
    """Choose people and press the one button; ends in the discussion."""
    page = odile.page
    await page.get_by_role("link", name="Composer le cercle").click()
    for one in people:
        await page.get_by_label(f"{one.name} Lavigne").check()
    # What is signed of each stands beside the button that signs it.
    for one in people:
        await page.get_by_role("listitem").filter(has_text=f"{one.name} Lavigne :").wait_for()
    await odile.presses(f"Ouvrir le cercle avec {len(people)} personne")
    await page.get_by_role("button", name="Y aller").click()
    await page.wait_for_url("**/circles/*")
    await odile.settles()
    return await channel_of(people[0])


async def channel_of(one: Companion) -> ChannelId:
    await one.device.synchronise()
    (channel,) = one.device.session.channels
    return channel


async def reads(one: Companion, channel: ChannelId, texts: list[str]) -> None:
    """Wait until somebody has read these messages, and no others."""
    async with asyncio.timeout(PATIENCE_S):
        await one.device.synchronise()
        while await one.texts(channel) != texts:
            await one.device.synchronise()


async def test_a_child_is_registered_included_and_surrounded_by_people_who_read_each_other(
    odile: Visitor, story: Journey
) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo", Profession.NURSE)
    await vouch_for_oneself(odile)
    await compare_with(odile, story.ana.id)

    await include_child(odile, ben)
    channel = await compose(odile, ben, cleo)
    await odile.writes("Bienvenue autour de Zéphyrine.")

    for one in (ben, cleo):
        await reads(one, channel, ["Bienvenue autour de Zéphyrine."])
        assert one.members(channel) == {odile.id, ben.id, cleo.id}
    await ben.say(channel, "Merci, je la vois lundi.")
    await odile.sees("Merci, je la vois lundi.")


async def test_whoever_is_released_reads_nothing_new(odile: Visitor, story: Journey) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo", Profession.NURSE)
    await vouch_for_oneself(odile)
    await compare_with(odile, story.ana.id)
    await include_child(odile, ben)
    child = odile.page.url.rsplit("/", 1)[1]
    channel = await compose(odile, ben, cleo)
    await odile.writes("Dit à trois.")
    await reads(cleo, channel, ["Dit à trois."])

    await odile.goes(f"/coordination/circles/{child}")
    await odile.presses("Actions pour Cleo Lavigne")
    await odile.page.get_by_role("menuitem", name="Retirer du cercle").click()
    await odile.page.get_by_role("dialog").get_by_role("button", name="Retirer").click()
    await odile.sees("La personne a quitté le cercle.")
    (circle,) = ben.device.session.circles
    await odile.goes(f"/circles/{circle}")
    await odile.writes("Dit à deux.")

    await reads(ben, channel, ["Dit à trois.", "Dit à deux."])
    assert ben.members(channel) == {odile.id, ben.id}
    await cleo.device.synchronise()
    with pytest.raises(Refused, match="not_found"):
        await cleo.texts(channel)


async def test_a_circle_cut_off_in_the_middle_is_finished_after_a_reload(
    odile: Visitor, story: Journey
) -> None:
    ben, cleo = await story.join("Ben"), await story.join("Cleo", Profession.NURSE)
    await vouch_for_oneself(odile)
    await compare_with(odile, story.ana.id)
    await include_child(odile, ben)
    page = odile.page
    await page.get_by_role("link", name="Composer le cercle").click()
    for one in (ben, cleo):
        await page.get_by_label(f"{one.name} Lavigne").check()
    await page.route("**/key_packages/claim", lambda route: route.abort())

    await odile.presses("Ouvrir le cercle avec 2 personnes")
    await odile.sees("Ce qui est fait reste fait.")
    await page.unroute("**/key_packages/claim")
    await page.reload()
    await odile.settles()
    await expect(page.get_by_text("pas encore dans la discussion")).to_have_count(2)
    await odile.goes("/coordination")
    await odile.sees("Pas encore dans la discussion")
    await page.get_by_role("link", name=re.compile("Cleo Lavigne.*Cercle de")).click()
    await odile.presses("Terminer ce qui reste à faire")
    await page.get_by_role("button", name="Y aller").click()
    await page.wait_for_url("**/circles/*")

    channel = await channel_of(ben)
    await cleo.device.synchronise()
    for one in (ben, cleo):
        assert one.members(channel) == {odile.id, ben.id, cleo.id}


async def test_another_coordinator_s_circle_is_shown_and_left_to_her(
    odile: Visitor, story: Journey
) -> None:
    await story.gather(await story.join("Ben"))

    await odile.goes(f"/coordination/circles/{story.child}")

    await odile.sees("Une autre coordinatrice tient ce cercle")
    for name in ("Ana Dubreuil", "Ben Lavigne"):
        await expect(odile.page.get_by_role("main")).to_contain_text(name)
    await expect(odile.page.get_by_role("main").get_by_role("button")).to_have_count(0)


async def test_a_closed_circle_takes_nobody_in(odile: Visitor, story: Journey) -> None:
    ben, page = await story.join("Ben"), odile.page
    await vouch_for_oneself(odile)
    await include_child(odile, ben)
    await page.get_by_role("link", name="Composer le cercle").click()
    await page.get_by_role("link", name="Identité vérifiée par Ana").wait_for()
    await odile.presses("Ouvrir le cercle, sans personne d'autre")
    await odile.presses("Fermer ce cercle pour de bon")
    await page.get_by_role("dialog").get_by_role("button", name="Fermer pour de bon").click()

    await odile.sees("Ce cercle est fermé : personne n'y entre plus")
    await expect(page.get_by_role("checkbox")).to_have_count(0)


async def test_somebody_is_registered_invited_checked_and_signs_on_one_page(
    odile: Visitor, story: Journey, browser: Browser
) -> None:
    page = odile.page
    await vouch_for_oneself(odile)
    await odile.goes("/coordination/professionals/new")
    await page.get_by_label("Prénom").fill("Dora")
    await page.get_by_label("Nom", exact=True).fill("Petitjean")
    await page.get_by_label("Profession").select_option("speech_therapist")
    await page.get_by_label("Courriel").fill("dora.petitjean@ronde.example")
    await page.get_by_label("Structure", exact=True).select_option("new")
    await page.get_by_label("Nom de la structure").fill("Cabinet des Tilleuls")
    await page.get_by_label("Lieu, tel que").fill("3 place des Tilleuls")
    await odile.presses("Inscrire et inviter")

    link = await page.get_by_label("Lien d'invitation").input_value()
    await page.get_by_role("dialog").get_by_role("button", name="Fermer").click()
    address, token = link.split("#")
    assert address == f"{story.url}/invitation"
    async with visitor(browser, story.url, "Dora", "Petitjean") as dora:
        await accept(story, dora, token)
    await page.reload()
    await page.get_by_role("link", name="Vérifier l'identité").click()
    await page.get_by_label("Je l'ai comparé avec la personne").check()
    await odile.presses("L'identité est vérifiée")
    await odile.presses("Commencer une convention")
    for paper in ("Convention signée", "Charte", "Fiche", "Relevé"):
        await page.get_by_role("button", name=f"Reçu : {paper}").click()
        await page.get_by_role("button", name=f"Reçu : {paper}").wait_for(state="detached")
    await odile.presses("Noter la signature")
    await page.get_by_role("dialog").get_by_role("button", name="Enregistrer").click()
    await odile.presses("Suivi : L'outil Ronde")

    await odile.sees("Cabinet des Tilleuls")
    await odile.goes("/coordination/professionals")
    row = page.get_by_role("link", name=re.compile("Dora Petitjean"))
    await expect(row).to_contain_text("Convention en vigueur")
    await expect(row).to_contain_text("Identité vérifiée")


async def test_a_second_child_like_the_first_is_asked_about_and_a_twin_comes_in(
    odile: Visitor, story: Journey
) -> None:
    ben, page = await story.join("Ben"), odile.page
    await register_child(odile, ben)
    await page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))

    await register_child(odile, ben)
    asked = page.get_by_role("dialog", name="Un enfant lui ressemble déjà")
    likely = await asked.get_by_role("link").inner_text()
    await asked.get_by_role("button", name="C'est un autre enfant").click()
    await page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))

    assert "Zéphyrine Quenouille" in likely
    await odile.goes("/coordination/children")
    await expect(page.get_by_role("link", name=re.compile("Zéphyrine Quenouille"))).to_have_count(2)


async def test_what_is_missing_for_an_inclusion_leads_to_its_field(
    odile: Visitor, story: Journey
) -> None:
    ben, page = await story.join("Ben"), odile.page
    await register_child(odile, ben)
    await page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))
    await page.get_by_text("La naissance, pour les critères").click()
    await page.get_by_label("Terme, en semaines").fill("34")
    await page.get_by_label("Poids de naissance").fill("2100")
    await odile.presses("Enregistrer")

    await odile.presses("Cardiopathie complexe")
    asked = page.get_by_role("group", name="Cardiopathie complexe")
    await asked.locator(":focus").wait_for()
    await asked.get_by_text("Oui").click()
    await odile.presses("Enregistrer")

    await odile.sees("L'enfant remplit les critères du parcours.")


async def begin_anew(story: Journey, one: Visitor) -> str:
    """Sign in on an empty browser without the recovery code; gives the number to read out."""
    await one.goes("/sign-in")
    await sign_in_again(story, one)
    await one.presses("Je n'ai plus ce code")
    await one.presses("Repartir de zéro")
    await one.page.wait_for_url("**/account/identity")
    return await one.page.locator(".safety-number").inner_text()


async def test_whoever_lost_everything_is_compared_anew_and_comes_back(
    odile: Visitor, story: Journey, browser: Browser
) -> None:
    ben = await story.join("Ben")
    page = odile.page
    await vouch_for_oneself(odile)
    await compare_with(odile, story.ana.id)
    async with visitor(browser, story.url, "Dora", "Lavigne") as dora:
        await accept(story, dora, await invite(story, dora))
        await story.sign_convention(dora.id)
        await compare_with(odile, dora.id)
        await include_child(odile, ben)
        child = page.url.rsplit("/", 1)[1]
        await page.get_by_role("link", name="Composer le cercle").click()
        for name in ("Ben Lavigne", "Dora Lavigne"):
            await page.get_by_label(name).check()
        await odile.presses("Ouvrir le cercle avec 2 personnes")
        await page.get_by_role("button", name="Y aller").wait_for()
    async with visitor(browser, story.url, "Dora", "Lavigne") as again:
        again.secret, again.id = dora.secret, dora.id
        number = await begin_anew(story, again)
        await odile.goes(f"/coordination/attest/{again.id}")
        await page.get_by_label("Le numéro que la personne vous lit").fill(number)
        await odile.presses("L'identité est vérifiée")
        await page.wait_for_url(f"**/coordination/professionals/{again.id}")
        await again.page.reload()
        await odile.goes(f"/coordination/circles/{child}")
        await odile.presses("Faire revenir")
        await odile.sees("La personne est de retour.")
        channel = await channel_of(ben)
        await ben.say(channel, "Bon retour.")

        await again.goes(f"/circles/{next(iter(ben.device.session.circles))}")
        await again.sees("Bon retour.")


async def live_a_little(odile: Visitor, story: Journey, ben: Companion) -> str:
    """Let things wait for the office: an invitation, a child, an appointment nobody settled."""
    ask, now = story.ana.line.ask, story.clock().astimezone(ZoneInfo("Europe/Paris"))
    form = {"family_name": "Petitjean", "given_name": "Emil", "role": "professional"}
    more = {"email": "emil@ronde.example", "profession": "psychologist"}
    await ask("POST", "/professionals", form | more)
    await story.include_child(ben)
    slot: dict[str, Any] = {
        "start": f"{now + timedelta(minutes=5):%Y-%m-%dT%H:%M:00}",
        "zone": "Europe/Paris",
    }
    slot |= {"duration_minutes": 30, "place_label": "12 rue des Tilleuls"}
    booking = {"professional": ben.id, "visit": "V24", "slot": slot}
    await ask("POST", f"/children/{story.child}/appointments", booking)
    await vouch_for_oneself(odile)
    await compare_with(odile, story.ana.id)
    await odile.goes(f"/coordination/children/{story.child}")
    await compose(odile, ben)
    await register_child(odile, ben)
    await odile.page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))
    return odile.page.url.rsplit("/", 1)[1]


@pytest.mark.parametrize("odile", LOOKS, indirect=True)
async def test_every_page_of_the_coordination_is_sound(
    odile: Visitor, story: Journey, request: pytest.FixtureRequest
) -> None:
    look = request.node.callspec.params["odile"]
    ben = await story.join("Ben")
    newcomer = await live_a_little(odile, story, ben)
    pages = {
        "start": "",
        "children": "/children",
        "child-new": "/children/new",
        "child": f"/children/{newcomer}",
        "child-included": f"/children/{story.child}",
        "circle": f"/circles/{story.child}",
        "professionals": "/professionals",
        "professional-new": "/professionals/new",
        "professional": f"/professionals/{ben.id}",
        "attest": f"/attest/{ben.id}",
        "board": "/board",
    }
    wrong: list[str] = []

    for name, path in pages.items():
        await odile.goes("/coordination" + path)
        wrong += await odile.faults(f"coordination-{name}", look)

    assert wrong == []


async def test_what_waits_is_listed_with_the_way_to_mend_it(
    odile: Visitor, story: Journey, server: Running
) -> None:
    ben, page = await story.join("Ben"), odile.page
    await live_a_little(odile, story, ben)

    await odile.goes("/coordination")
    for title in ("Comptes jamais ouverts", "Conventions à suivre", "Enfants à inclure"):
        await page.get_by_role("heading", level=2, name=re.compile(f"^{title}")).wait_for()
    await page.get_by_role("link", name=re.compile("Emil Petitjean.*Pas encore invité")).click()
    await odile.presses("Inviter")
    await page.get_by_label("Lien d'invitation").wait_for()

    server.clock.move(minutes=10)
    await page.clock.set_system_time(server.clock())
    await odile.goes("/coordination")
    await page.get_by_role("link", name=re.compile("La famille est-elle venue")).click()
    await odile.presses("La famille est venue")
    await odile.sees("Aucun rendez-vous à venir.")
    await odile.goes("/coordination/board?finding=appointment_unsettled")
    await odile.sees("Rien n'attend ici")


async def test_a_secretary_keeps_the_register_and_decides_nothing(
    story: Journey, browser: Browser
) -> None:
    ben = await story.join("Ben")
    async with visitor(browser, story.url, "Rose", "Martel") as rose:
        token = await invite(story, rose, role=Role.SECRETARY, profession=None)
        await accept(story, rose, token)
        await register_child(rose, ben)
        await rose.page.wait_for_url(re.compile(r"/coordination/children/[a-z0-9]{26}$"))
        await rose.sees("Accord de la famille")
        buttons = await rose.page.get_by_role("main").get_by_role("button").all_inner_texts()
        await rose.goes(f"/coordination/attest/{ben.id}")
        shut = await rose.page.get_by_role("main").inner_text()

        assert "Noter ce qui a été dit" not in buttons
        assert "Inclure l'enfant" not in buttons
        assert "Corriger l'identité" in buttons
        assert "Ces pages sont celles de la coordination" in shut
        assert rose.troubles == []
