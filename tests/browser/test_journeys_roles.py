"""Three people of one circle, each on either kind of device: all agree after every step."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import product
from typing import Final

import pytest

from care_circle.role import Profession, Role
from channels.headless_line import Refused
from tests.support.browser_shell import PATIENCE_S
from tests.support.guests import Guests, has_opened
from tests.support.journey import Journey
from tests.support.players import AtPages, AtTerminal, Player, Seen

HEADLESS, BROWSER = "headless", "browser"
NAMES: Final = (("Ondine", "Marchetti"), ("Hélène", "Faure"), ("Malo", "Kerbrat"))
# Each two of the three meet on every pair of kinds in the first four; all eight in the long run.
FIRST: Final = (
    (BROWSER, BROWSER, BROWSER),
    (BROWSER, HEADLESS, HEADLESS),
    (HEADLESS, BROWSER, HEADLESS),
    (HEADLESS, HEADLESS, BROWSER),
)
DEALS: Final = [
    pytest.param(deal, id="-".join(deal), marks=() if deal in FIRST else pytest.mark.long)
    for deal in product((HEADLESS, BROWSER), repeat=3)
]
LOOKS_EVERY_S: Final = 0.05
pytestmark = pytest.mark.timeout(300)

ASKED = "Qui peut peser l'enfant cette semaine ?"
ANSWERED = "Je le vois jeudi, je m'en charge."
NOTED = "Merci à vous deux."
CORRECTED = "Je le vois vendredi, je m'en charge."
TASK = "Peser à la séance de vendredi"
AFTER = "Rien de tout cela ne regarde plus celui qui est parti."


@pytest.mark.parametrize("deal", DEALS)
async def test_all_agree_after_every_step_whoever_sits_where(
    deal: tuple[str, str, str], story: Journey, guests: Guests
) -> None:
    coordinator, physician, therapist = everybody = await seat(deal, story, guests)
    document = await compose(story, coordinator, physician, therapist)
    steps: list[Callable[[], Awaitable[None]]] = [
        lambda: physician.say(ASKED),
        lambda: therapist.say(ANSWERED),
        lambda: coordinator.say(NOTED),
        lambda: coordinator.give_task(TASK, therapist),
        lambda: therapist.finish_task(TASK),
        lambda: physician.share_document(document, "Visite des 24 mois"),
        lambda: therapist.agree(ASKED),
        lambda: therapist.edit(ANSWERED, CORRECTED),
        lambda: coordinator.take_back(NOTED),
    ]
    for step in steps:
        before = await coordinator.sees()
        await step()
        await agree(*everybody, unlike=before)
    told = [seen[1:] for seen in await coordinator.sees()]

    await coordinator.release(story, therapist)
    await physician.say(AFTER)
    await agree(coordinator, physician)

    assert [one[:2] for one in told[:3]] == [
        ("message", ASKED), ("message", CORRECTED), ("message", ""),
    ]  # fmt: skip
    assert [one[2] for one in told[:3]] == ["1", "edited ", "deleted"]
    assert ("task", TASK, "completed") in told
    assert [one[0] for one in told].count("document") == 1
    assert AFTER in {seen[2] for seen in await coordinator.sees()}
    await has_read_nothing_new(story, therapist, held=await physician.held())


async def seat(deal: tuple[str, str, str], story: Journey, guests: Guests) -> list[Player]:
    """Bring three people into the network; the first of them answers for the others."""
    coordinator = await arrived(story, guests, deal[0], NAMES[0])
    physician = await arrived(story, guests, deal[1], NAMES[1], Profession.PHYSICIAN)
    therapist = await arrived(story, guests, deal[2], NAMES[2], Profession.PHYSIOTHERAPIST)
    for other in (physician, therapist):
        await coordinator.attest(other)
    return [coordinator, physician, therapist]


async def arrived(
    story: Journey,
    guests: Guests,
    kind: str,
    names: tuple[str, str],
    profession: Profession | None = None,
) -> Player:
    """Give somebody the device they were dealt; without a profession they coordinate."""
    role = Role.COORDINATOR if profession is None else Role.PROFESSIONAL
    given, family = names
    attested = profession is None
    if kind == HEADLESS:
        one = await story.join(given, profession, role=role, attested=attested)
        return AtTerminal(companion=one, id=one.id, name=f"{given} Lavigne")
    come = await guests.colleague(
        given, family, role=role, profession=profession, attested=attested
    )
    return AtPages(visitor=come, id=come.id, name=come.name)


async def compose(story: Journey, coordinator: Player, physician: Player, therapist: Player) -> str:
    """Open the circle with all three in it; gives a document that somebody begins there."""
    await story.include_child(physician)
    await coordinator.compose(story, physician, therapist)
    for one in (coordinator, physician, therapist):
        await one.arrive(story)
    return await physician.begin_document(story)


async def agree(*players: Player, unlike: list[Seen] | None = None) -> None:
    """Wait until all see one group and the same discussion, which is not as it was."""
    seen: list[list[Seen]] = []
    until = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < until:
        seen = [await one.sees() for one in players]
        if seen == [seen[0]] * len(seen) and seen[0] not in ([], unlike):
            break
        await asyncio.sleep(LOOKS_EVERY_S)
    assert seen == [seen[0]] * len(seen)
    assert seen[0] not in ([], unlike)
    codes = [await one.code() for one in players]
    while codes != [codes[0]] * len(codes) and asyncio.get_running_loop().time() < until:
        codes = [await one.code() for one in players]
    assert codes == [codes[0]] * len(codes)


async def has_read_nothing_new(story: Journey, gone: Player, *, held: int) -> None:
    """Look at all that a released person's device shows, keeps and ever opened."""
    assert 0 < await gone.held() < held
    if isinstance(gone, AtTerminal):
        with pytest.raises(Refused):
            await gone.sees()
    if isinstance(gone, AtPages):
        assert await has_opened(gone.visitor, ASKED)
        for _ in range(2):
            assert await gone.visitor.page.get_by_text(AFTER).count() == 0
            assert not await has_opened(gone.visitor, AFTER)
            await gone.visitor.goes(f"/circles/{story.circle}")
