"""What a line means for the register: new, the same, a change field by field, or a doubt.

Three voices are compared: what the source says now, what it said when it was last taken
over, and what stands here. What was qualified or edited here since is never overwritten.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from care_circle.importing.fields import KEPT_BESIDE, QUALIFYING, Sort
from care_circle.importing.proposal import Proposal, Told

Values = Mapping[str, str]


class Status(StrEnum):
    """What a line means.

    CONFLICT: nothing of it can be taken over, and something differs. DUPLICATE: somebody has
    to choose between a new record and one of the candidates.
    """

    NEW = "new"
    SAME = "same"
    UPDATE = "update"
    CONFLICT = "conflict"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Why(StrEnum):
    """Why a field that differs is left as it stands here."""

    EDITED_HERE = "edited_here"
    QUALIFIED = "qualified"
    GUARDED = "guarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field that differs; `why` says why it stays, None where it may be taken over."""

    field: str
    ours: str = dataclasses.field(repr=False)
    theirs: str = dataclasses.field(repr=False)
    why: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a record came from: one for each person or place of a source.

    `values` is what the source said of it when it was last taken over. It is kept before the
    record itself, so that two imports, or one that was killed, make the same record.
    """

    id: str
    system: str
    sort: Sort
    source_id: str = dataclasses.field(repr=False)
    target: str
    run: str
    values: dict[str, str] = dataclasses.field(default_factory=dict, repr=False)


class Forgotten(Exception):
    """What came from there was erased here, and does not come back by a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a line means; `candidates` are ids of records, or `line:12` of the same file.

    `settles`: source and register agree on something that was not noted as agreed.
    """

    status: Status
    target: str | None = None
    differences: tuple[Difference, ...] = ()
    candidates: tuple[str, ...] = ()
    settles: bool = False
    notes: tuple[Told, ...] = ()

    @property
    def changes(self) -> dict[str, str]:
        """What may be taken over, by field."""
        return {each.field: each.theirs for each in self.differences if each.why is None}

    @property
    def waits(self) -> bool:
        """Tell whether there is anything to apply without a choice."""
        return self.status in (Status.NEW, Status.UPDATE) or self.settles

    def digest(self) -> str:
        """Give what stands for the whole: SHA-256, hex."""
        told = [(each.field, each.ours, each.theirs, each.why) for each in self.differences]
        whole = [self.status, self.target, told, self.candidates]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


REFUSED = Match(status=Status.REFUSED)
NEW = Match(status=Status.NEW)


def compare(
    theirs: Values,
    ours: Values,
    said_before: Values,
    *,
    qualified: bool = False,
    guarded: frozenset[str] = frozenset(),
) -> tuple[Difference, ...]:
    """Find the fields that differ; what the source leaves empty says nothing.

    `guarded` fields are filled where they are empty, never changed; those of a qualified
    identity neither.
    """
    kept = {*guarded, *(QUALIFYING if qualified else ())}
    found = []
    for code, text in theirs.items():
        here, before = ours.get(code, ""), said_before.get(code)
        if _is_beside(code) or _alike(text, here) or text == before:
            continue
        why = None
        if code in kept and (here or qualified):
            why = Why.QUALIFIED if qualified else Why.GUARDED
        elif here != (before or ""):
            why = Why.EDITED_HERE
        found.append(Difference(field=code, ours=here, theirs=text, why=why))
    return _whole_identity(tuple(found))


def agreed(theirs: Values, ours: Values, said_before: Values) -> dict[str, str]:
    """Give what the source is to be remembered to have said, now that the register is as it is.

    Where both agree it is that; where they differ, what was remembered stays, so that a
    conflict is told again until somebody settles it.
    """
    said = {
        code: text
        for code, text in theirs.items()
        if _is_beside(code) or _alike(text, ours.get(code, ""))
    }
    return {**said_before, **said}


def met(theirs: Values, ours: Values, origin: Origin, differences: tuple[Difference, ...]) -> Match:
    """Say what a line means for the record that came from there before."""
    settles = agreed(theirs, ours, origin.values) != origin.values
    if any(each.why is None for each in differences):
        status = Status.UPDATE
    else:
        status = Status.CONFLICT if differences else Status.SAME
    return Match(status=status, target=origin.target, differences=differences, settles=settles)


def digest_of(proposal: Proposal, match: Match) -> bytes:
    """Give what stands for a line of a report: 32 bytes."""
    return hashlib.sha256(f"{proposal.digest()}{match.digest()}".encode()).digest()


def _whole_identity(found: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Carry a number only with its own traits: one that stays as it is here keeps it out."""
    stays = any(each.why is not None for each in found if each.field in QUALIFYING)
    if not stays:
        return found
    return tuple(
        replace(each, why=each.why or Why.EDITED_HERE)
        if each.field in ("ins_number", "ins_system")
        else each
        for each in found
    )


def _is_beside(code: str) -> bool:
    return code in KEPT_BESIDE or code.endswith(".source_id")


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
