"""What was said through one link: which turn it is, and how often the second item was missed.

Forms are made for a turn, so that each acts once: sent twice it changes nothing, and sent
after something else was said it is told to look again.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from care_circle.telling.answer import Act, HalfDay
from crypto.ids import ChildId

MOST_TRIES = 5
MOST_TURNS = 60
_ALWAYS_HEARD = frozenset({Act.STOP, Act.NOT_ME})


class StaleForm(Exception):
    """Something else was said through this link since the form was shown."""


class LinkShut(Exception):
    """The second item was missed too often, or too much was said: only a call can help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing said, and when."""

    act: Act
    at: datetime
    half_days: tuple[HalfDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """A link that was used; `id` is the fingerprint of its token, `until` when it is forgotten."""

    id: str
    child: ChildId
    until: datetime
    turns: tuple[Turn, ...] = ()
    tries: int = 0

    @property
    def turn(self) -> int:
        """The turn that a form shown now is made for."""
        return len(self.turns)

    @property
    def is_shut(self) -> bool:
        """Tell whether the second item was missed too often."""
        return self.tries >= MOST_TRIES

    def last(self, *acts: Act) -> Turn | None:
        """Give the last thing said of some, if any was."""
        return next((each for each in reversed(self.turns) if each.act in acts), None)


def require_turn(state: LinkState, turn: int, said: Turn) -> None:
    """Insist that a form is for this turn, or that it is the last one sent again.

    Raises:
        StaleForm: Something else was said since.
        LinkShut: Too much was said, though who objects is always heard.
    """
    if state.turn >= MOST_TURNS and said.act not in _ALWAYS_HEARD:
        raise LinkShut
    if turn != state.turn and not _is_again(state, turn, said):
        raise StaleForm


def take_turn(state: LinkState, turn: int, said: Turn) -> LinkState:
    """Note what was said; sent again it is noted once.

    Raises:
        StaleForm: Something else was said since.
        LinkShut: Too much was said.
    """
    require_turn(state, turn, said)
    return state if turn != state.turn else replace(state, turns=(*state.turns, said))


def miss(state: LinkState) -> LinkState:
    """Count a second item that was wrong.

    Raises:
        LinkShut: It was wrong too often before.
    """
    if state.is_shut:
        raise LinkShut
    return replace(state, tries=state.tries + 1)


def _is_again(state: LinkState, turn: int, said: Turn) -> bool:
    if turn != state.turn - 1:
        return False
    last = state.turns[-1]
    return (last.act, last.half_days) == (said.act, said.half_days)
