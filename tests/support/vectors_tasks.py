"""Vectors of tasks: what was signed rules, and whose changes count."""

from collections.abc import Iterator
from dataclasses import replace

from channels.content import Content, Task, TaskChange, encode
from channels.content_parts import ChecklistItem
from crypto.ids import DocumentId, ProfessionalId, TaskId
from crypto.membership import COORDINATOR, Roster, admit, dismiss, found, verify_chain
from crypto.statement import HistoryGrant
from tests.support.devices import NOW
from tests.support.ronde_vectors import b64
from tests.support.vector_people import ANA, BEN, CIRCLE, EVE, Vector, id_of

TASK, PAPER = TaskId(id_of("task")), DocumentId(id_of("document"))
ANA_ID, BEN_ID, EVE_ID = ANA.professional, BEN.professional, EVE.professional
GIVEN = Task(
    task=TASK,
    title="Appeler la PMI",
    details="Avant jeudi",
    checklist=(ChecklistItem(text="Numéro"),),
    due="2027-03-09",
    assignees=(BEN_ID,),
    document=PAPER,
)
OLD = replace(GIVEN, due=None, assignees=None, document=None)
CARD: dict[str, object] = {
    "state": "requested",
    "due": "2027-03-09",
    "assignees": [BEN_ID],
    "document": PAPER,
}
DONE = TaskChange(task=TASK, state="completed", due="2027-03-09", assignees=(BEN_ID,))
TICKED = (ChecklistItem(text="Numéro", done=True),)
REWORDED = TaskChange(task=TASK, title="Ne rien faire", details="", checklist=TICKED)


def entry(
    by: ProfessionalId,
    content: Content,
    card: dict[str, object] | None = None,
    *,
    coordinates: bool = False,
) -> dict[str, object]:
    cards = [] if card is None else [card]
    return {"by": by, "body": b64(encode(content)), "coordinates": coordinates, "card": cards}


def tasks() -> Iterator[Vector]:
    given = entry(ANA_ID, GIVEN, CARD)
    yield from _cards(given)
    yield from _places(given)
    yield from _words(given)
    yield _offices()


def _task(name: str, comment: str, *entries: dict[str, object]) -> Vector:
    return Vector(
        name=f"task-{name}",
        source="channels/content_tasks.py",
        comment=comment,
        given={"entries": list(entries)},
        steps=[{"do": "follow_task"}],
    )


def _cards(given: dict[str, object]) -> Iterator[Vector]:
    yield _task("given", "The card that the server shows is the one that was signed.", given)
    lies: tuple[tuple[str, dict[str, object]], ...] = (
        ("due", {"due": "2027-12-31"}),
        ("due-lifted", {"due": ""}),
        ("assignees", {"assignees": [EVE_ID]}),
        ("document", {"document": ""}),
        ("state", {"state": "completed"}),
    )
    for name, lie in lies:
        comment = "The server shows another card; what was signed rules."
        yield _task(f"given-lie-{name}", comment, entry(ANA_ID, GIVEN, CARD | lie))
    yield _task("given-card-lost", "The server shows none at all.", entry(ANA_ID, GIVEN))
    yield _task("given-unsigned", "An old client signed the words alone.", entry(ANA_ID, OLD, CARD))
    done = entry(BEN_ID, DONE, CARD | {"state": "completed"})
    yield _task("done", "Whom it was given to has done it.", given, done)
    kept = entry(BEN_ID, DONE, CARD)
    yield _task("done-lie", "The server goes on showing it as asked for.", given, kept)
    yield _task("done-card-lost", "The server lost the card.", given, entry(BEN_ID, DONE))
    moved = TaskChange(task=TASK, document="")
    lifted = entry(ANA_ID, moved, CARD | {"document": ""})
    yield _task("document-lifted", "Its giver takes the document off.", given, lifted)


def _places(given: dict[str, object]) -> Iterator[Vector]:
    by_eve = entry(EVE_ID, DONE, CARD | {"state": "completed"})
    yield _task("moved-by-another", "It is not for her to end it.", given, by_eve)
    late = entry(ANA_ID, replace(DONE, state="cancelled"), CARD | {"state": "cancelled"})
    done = entry(BEN_ID, DONE, CARD | {"state": "completed"})
    yield _task("two-at-once", "Of two changes the first of the log counts.", given, done, late)
    dated = entry(EVE_ID, TaskChange(task=TASK, due=""), CARD | {"due": ""}, coordinates=True)
    yield _task("dated-by-office", "An office over words is none over days.", given, dated)
    taken = TaskChange(task=TASK, assignees=(EVE_ID,))
    hers = CARD | {"assignees": [EVE_ID]}
    yield _task("taken", "Anybody takes a task on.", given, entry(EVE_ID, taken, hers))
    odd = entry(BEN_ID, replace(DONE, state="on-hold"), CARD)
    yield _task("state-unknown", "A state of a later version moves nothing.", given, odd)


def _words(given: dict[str, object]) -> Iterator[Vector]:
    for name, by in (("giver", ANA_ID), ("assignee", BEN_ID)):
        yield _task(f"worded-by-{name}", "Theirs to say otherwise.", given, entry(by, REWORDED))
    office = entry(EVE_ID, REWORDED, coordinates=True)
    yield _task("worded-by-office", "A coordinator's to say otherwise.", given, office)
    yield _task("worded-by-another", "Not hers to say.", given, entry(EVE_ID, REWORDED))
    ticked = entry(EVE_ID, TaskChange(task=TASK, checklist=TICKED))
    yield _task("ticked-by-another", "Nor hers to tick.", given, ticked)
    same = entry(EVE_ID, TaskChange(task=TASK, title=GIVEN.title, note="Je peux aider"))
    yield _task("commented", "Words said again as they are change nothing.", given, same)
    taking = entry(EVE_ID, replace(REWORDED, assignees=(EVE_ID,)), CARD | {"assignees": [EVE_ID]})
    comment = "Taking it on counts, rewriting it in the same breath does not."
    yield _task("taken-and-worded", comment, given, taking)


def _offices() -> Vector:
    """Ben comes as a coordinator, goes, and comes back as a physiotherapist."""
    chain = [found(CIRCLE, ANA.identity.public, signer=ANA.device, now=NOW).encode()]

    def roster() -> Roster:
        return verify_chain(chain, CIRCLE)

    def let_in(role: str) -> bytes:
        return admit(
            roster(),
            BEN_ID,
            role=role,
            identity_key=BEN.identity.public,
            history=HistoryGrant(),
            signer=ANA.device,
            now=NOW,
        ).encode()

    chain.append(let_in(COORDINATOR))
    chain.append(dismiss(roster(), BEN_ID, signer=ANA.device, now=NOW).encode())
    chain.append(let_in("physiotherapist"))
    return Vector(
        name="task-offices",
        source="channels/content_tasks.py",
        comment="Whether somebody coordinates is told by as much of the chain as they saw.",
        given={"chain": [b64(one) for one in chain], "circle": CIRCLE, "professional": BEN_ID},
        steps=[{"do": "coordinated"}],
    )
