"""What serves families, put together: the page behind a link, and what they write back."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from aiohttp import web

from care_circle.services.family_voice import FamilyVoice
from care_circle.services.handing import HandingService
from care_circle.services.replies import RepliesService
from care_circle.store import Documents
from notifications.replies import Replies
from server.config import Config
from server.family import FamilyPages
from server.family_page import PageMaker
from server.family_words import PageWords, load_page_words
from server.house import House
from server.limits import Allowance, RateLimit
from server.logs import logger
from server.papers import Papers
from server.senders import templates
from server.senders.invitation import Organizer
from server.services import CHILDREN
from server.storage.family import EngineHandings, EngineLinkStates

TRIES = Allowance(tries=60, seconds=600)
"""How many links that open nothing a neighbourhood may try: far from guessing one of 2^128."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyHouse:
    """What the family's routes ask."""

    pages: FamilyPages
    papers: Papers
    documents: Documents
    maker: PageMaker
    organizer: Organizer
    tries: RateLimit


FAMILY: web.AppKey[FamilyHouse] = web.AppKey("family", FamilyHouse)
HANDINGS: web.AppKey[HandingService] = web.AppKey("handings", HandingService)
REPLIES: web.AppKey[Replies] = web.AppKey("replies", Replies)


def furnish_family(house: House, config: Config) -> FamilyHouse:
    """Build what families are shown, in the languages that are loaded."""
    loaded, words = _spoken(config.templates)
    return FamilyHouse(
        pages=FamilyPages(
            outbox=house.outbox,
            links=EngineLinkStates(house.engine, house.keyring),
            handings=EngineHandings(house.engine, house.keyring),
            voice=voice_of(house),
            audit=house.audit,
            clock=house.clock,
        ),
        papers=house.pathway_care.papers,
        documents=house.stores.documents,
        maker=PageMaker(words=words, listed=loaded.words, phone=config.phone),
        organizer=Organizer(name=config.mail_name, address=config.mail_from),
        tries=RateLimit(TRIES),
    )


def voice_of(house: House) -> FamilyVoice:
    """Build what does as families say."""
    return FamilyVoice(
        children=house.stores.children,
        appointments=house.stores.appointments,
        duties=house.stores.duties,
        follower=house.follower,
        surroundings=house.follower.surroundings,
    )


def replies_of(house: House) -> RepliesService:
    """Build what takes the SMS that families write back."""
    return RepliesService(children=house.stores.children, voice=voice_of(house), noted=_noted)


def install_family(app: web.Application, house: House, config: Config) -> None:
    """Put what serves families where handlers look for it; it must come after all services."""
    built = furnish_family(house, config)
    app[FAMILY] = built
    app[REPLIES] = replies_of(house)
    app[HANDINGS] = HandingService(
        documents=house.care.documents,
        children=house.stores.children,
        errands=house.stores.errands,
        handings=built.pages.handings,
    )
    app[CHILDREN] = replace(app[CHILDREN], languages=tuple(built.maker.words.languages))


@cache
def _spoken(folder: Path | None) -> tuple[templates.Templates, PageWords]:
    """Read and judge words once a process: ours, and the network's over them."""
    over = () if folder is None else (folder,)
    loaded = templates.load(*over)
    return loaded, load_page_words(loaded.languages, loaded.words, *over)


def _noted(word: str) -> None:
    logger().info("reply_not_acted_on", code=word)
