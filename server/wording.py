"""The words for families, put together from the release, the pathway and the network."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from care_circle.definition.pathway import COCON, Pathway, Told
from care_circle.tellings import telling_of
from notifications import gsm7
from notifications.language import Language
from notifications.notice import Rule
from notifications.saying import Saying
from server.config import Config
from server.senders import speech
from server.senders.render import shortest
from server.senders.template_reading import load
from server.senders.templates import BadTemplates, Complaint, Form, Templates

TOKEN_LENGTH = 22
NOTICES = "notices"
"""The folder of a pathway that holds the words of its own lines."""


def texts_of(pathway: Pathway) -> dict[tuple[str, Rule], Mapping[str, str]]:
    """Give what a pathway words itself: by code and rule, then by language."""
    return {
        (each.code, telling_of(each).rule): each.sms
        for each in pathway.reminders
        if each.to is not Told.COORDINATOR and each.sms is not None
    }


def wording(config: Config, pathway: Pathway, *, folder: Path | None = None) -> Templates:
    """Give all the words there are for families, judged with the settings of the house.

    Raises:
        BadTemplates: With every fault of every file, or a text that would never fit one
            message beside this house's link and telephone number.
    """
    notices = (folder or config.pathway or COCON) / NOTICES
    over = (notices if notices.is_dir() else None, config.templates)
    found = _loaded(tuple(each for each in over if each is not None), _frozen(texts_of(pathway)))
    faults = tuple(too_long(found, link=f"{config.links}/r/", phone=config.phone))
    if faults:
        raise BadTemplates(faults)
    return found


def too_long(templates: Templates, *, link: str, phone: str) -> Iterator[Complaint]:
    """Find the texts that no way of saying brings into one message, at their longest."""
    values = {"link": link + "x" * TOKEN_LENGTH, "phone": phone, "sender": "", "place_label": ""}
    for language, name, ways in templates.texts():
        if not any(_fits(saying, values, language) for saying in ways):
            place = f"{language.code}/{name}.{Form.SMS}.j2"
            yield Complaint(place, len(ways), "with this link and this telephone it is too long")


def _fits(saying: Saying, values: Mapping[str, str], language: Language) -> bool:
    day, time = speech.longest(language)
    try:
        gsm7.message(
            shortest(saying, {**values, "date": day, "time": time}, language), language.sms
        )
    except gsm7.TooLong:
        return False
    return True


_Frozen = tuple[tuple[tuple[str, Rule], tuple[tuple[str, str], ...]], ...]


def _frozen(texts: Mapping[tuple[str, Rule], Mapping[str, str]]) -> _Frozen:
    return tuple((key, tuple(said.items())) for key, said in texts.items())


@cache
def _loaded(over: tuple[Path, ...], texts: _Frozen) -> Templates:
    """Read the files once in the life of a process: they are read at its start only."""
    return load(*over, texts={key: dict(said) for key, said in texts})
