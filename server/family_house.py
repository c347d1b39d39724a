"""What serves families, put together: the page behind a link, and what they write back."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from aiohttp import web

from care_circle.definition.pathway import Pathway
from care_circle.services.family_voice import FamilyVoice
from care_circle.services.handing import HandingService
from care_circle.services.replies import RepliesService
from notifications.replies import Replies
from server.config import Config
from server.family.opening import ERRAND_STAYS_OPEN, KEPT_AFTER, FamilyPages
from server.family.page import PageMaker
from server.family.words import PageWords, load_page_words
from server.house import House
from server.limits import Allowance, RateLimit
from server.logs import logger
from server.papers import Papers
from server.senders.invitation import Organizer
from server.senders.template_reading import load
from server.senders.templates import Templates
from server.services import CHILDREN
from server.storage.family import EngineHandings, EngineLinkStates

TRIES = Allowance(tries=60, seconds=600)
"""How many links that open nothing a neighbourhood may try: far from guessing one of 2^128."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyHouse:
    """What the family's routes ask."""

    pages: FamilyPages
    papers: Papers
    handing: HandingService
    maker: PageMaker
    organizer: Organizer
    tries: RateLimit


FAMILY: web.AppKey[FamilyHouse] = web.AppKey("family", FamilyHouse)
HANDINGS: web.AppKey[HandingService] = web.AppKey("handings", HandingService)
REPLIES: web.AppKey[Replies] = web.AppKey("replies", Replies)


def furnish_family(house: House, config: Config) -> FamilyHouse:
    """Build what families are shown, in the languages that are loaded."""
    loaded, words = _spoken(config.templates)
    handing, pathway = handing_of(house), house.pathway
    return FamilyHouse(
        pages=FamilyPages(
            outbox=house.outbox,
            links=EngineLinkStates(house.engine, house.keyring),
            handings=handing.handings,
            voice=voice_of(house),
            audit=house.audit,
            clock=house.clock,
            errands_open=_days(pathway, "waiting_days", ERRAND_STAYS_OPEN),
            kept_after=_days(pathway, "said_kept_days", KEPT_AFTER),
        ),
        papers=house.pathway_care.papers,
        handing=handing,
        maker=PageMaker(words=words, listed=loaded.words, phone=config.phone),
        organizer=Organizer(name=config.mail_name, address=config.mail_from),
        tries=RateLimit(TRIES),
    )


def handing_of(house: House) -> HandingService:
    """Build what hands documents and relay files to families."""
    return HandingService(
        documents=house.care.documents,
        relay=house.pathway_care.relay,
        children=house.stores.children,
        errands=house.stores.errands,
        handings=EngineHandings(house.engine, house.keyring),
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
    app[HANDINGS] = built.handing
    app[CHILDREN] = replace(app[CHILDREN], languages=tuple(built.maker.words.languages))


def _days(pathway: Pathway, parameter: str, unsaid: timedelta) -> timedelta:
    days = pathway.number(parameter)
    return unsaid if days is None else timedelta(days=days)


@cache
def _spoken(folder: Path | None) -> tuple[Templates, PageWords]:
    """Read and judge words once a process: ours, and the network's over them."""
    over = () if folder is None else (folder,)
    loaded = load(*over)
    return loaded, load_page_words(loaded.languages, loaded.words, *over)


def _noted(word: str) -> None:
    logger().info("reply_not_acted_on", code=word)
