"""What families are told, read from a pathway: each text judged where it stands.

A text may hold listed variables and no word that tells of health, is one line, fits one
message, and leads somewhere: to a link or to a telephone.
"""

from collections.abc import Container, Iterator
from functools import partial

from care_circle.definition.pathway import Occasion, Reminder, Told
from care_circle.definition.source import DefinitionError, Gathering, Node
from care_circle.labels import Mark
from notifications import gsm7
from notifications.gsm7 import Alphabet
from notifications.notice import Rule
from notifications.saying import BadSaying, Saying, faults, variables_of


def read_reminder(node: Node) -> Reminder:
    """Read one line of what is told."""
    return Reminder(
        code=node.at("code").text(),
        on=node.at("on").choice(Occasion),
        to=node.at("to").choice(Told),
        mark=node.at("mark").choice(Mark),
        days=node.optional("days", Node.whole) or 0,
        time=node.optional("time", Node.text),
        sms=node.optional("sms", _texts),
        label=node.optional("label", Node.label),
        visit=node.optional("visit", Node.text),
        form=node.optional("form", Node.text),
    )


def check_reminders(node: Node, *, visits: Container[str], forms: Container[str]) -> None:
    """Find all that a shape cannot say of what families are told.

    Raises:
        DefinitionError: With every line that is wrong.
    """
    gathering = Gathering()
    for item in node.listed("reminders"):
        gathering.of(partial(_check, item.identified(), visits, forms))
    gathering.end()


def _check(here: Node, visits: Container[str], forms: Container[str]) -> None:
    gathering = Gathering()
    for key, known in (("visit", visits), ("form", forms)):
        said = here.maybe(key)
        if said is not None and said.text() not in known:
            gathering.of(partial(_refuse, said, f"there is no {key} {said.text()!r}"))
    sms = here.maybe("sms")
    if sms is None and here.at("to").text() != Told.COORDINATOR:
        gathering.of(partial(_refuse, here, "a reminder to a family needs an 'sms'"))
    if here.at("on").text() == Occasion.BEFORE and (here.optional("days", Node.whole) or 0) >= 0:
        gathering.of(partial(_refuse, here, "days before an appointment are negative"))
    for language, text in {} if sms is None else sms.keyed().items():
        for problem in _problems(text.text(), here.at("on").choice(Occasion)):
            gathering.of(partial(_refuse, text.named(here.name), f"{language}: {problem}"))
    gathering.end()


def _problems(text: str, occasion: Occasion) -> Iterator[str]:
    """Find what is wrong with a text, whatever language it is in."""
    rule = Rule.WAITING if occasion is Occasion.FAILED else Rule(occasion.value)
    yield from (fault.problem for fault in faults(text, allowed=variables_of(rule)))
    if "\n" in text.strip("\n"):
        yield "a text message is one line"
    try:
        saying = Saying.of(text)
    except BadSaying:
        return
    if not {"link", "phone"} & {*saying.names}:
        yield "a text message names {link} or {phone}"
    try:
        gsm7.message("".join(saying.said), _alphabet("".join(saying.said)))
    except gsm7.TooLong:
        yield "the words alone take more than one message"


def _alphabet(said: str) -> Alphabet:
    """Give the alphabet that a text needs; its language must declare it before it is used."""
    try:
        gsm7.transliterate(said)
    except gsm7.NotGsm7:
        return Alphabet.UCS_2
    return Alphabet.GSM_7


def _texts(node: Node) -> dict[str, str]:
    return {language: text.text().strip("\n") for language, text in node.keyed().items()}


def _refuse(node: Node, problem: str) -> DefinitionError:
    raise node.wrong(problem)
