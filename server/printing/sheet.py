"""A sheet of paper as values: a title, who it is about, and blocks one below the other.

Whoever prints composes a sheet; how it looks is the template's business alone. Nothing
here is markup: every text is shown as it stands, whatever signs are in it.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question and what was answered; `note` stands small beside it."""

    label: str
    value: str = field(repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Answers under a heading."""

    heading: str
    rows: tuple[Pair, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Paragraphs under a heading."""

    heading: str
    paragraphs: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table under a heading; `right` numbers the columns that hold figures, from 0."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    right: tuple[int, ...] = ()
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis: where (0 to 1 along it) and what is written there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A curve through a child's own measures, in a frame of 1 by 1, origin at the lower left.

    `told` says the same in words, for whoever hears the page instead of seeing it.
    """

    heading: str
    told: str = field(repr=False)
    points: tuple[tuple[float, float], ...] = field(repr=False)
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


Block = Pairs | Prose | Grid | Drawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is printed: `about` stands in the head of the first page, `state` beside the title.

    `language` is a BCP 47 code; `reference` is written in the foot of every page with the
    moment of printing.
    """

    title: str
    language: str
    state: str
    about: tuple[Pair, ...] = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    signed: tuple[str, ...] = field(default=(), repr=False)
    reference: str
    printed_at: datetime
