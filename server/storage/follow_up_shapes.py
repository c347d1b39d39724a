"""What follow-ups, their marks and the office's duties are called in the store.

Open are ids, codes of what was found and where people work; sealed by the child's own key
is the line of life itself, and all that somebody said of a duty.
"""

from collections.abc import Iterator

from care_circle.follow_up.board import Filter
from care_circle.follow_up.duty import Duty, DutyState
from care_circle.follow_up.follow_up import FollowUp
from care_circle.follow_up.store import Building, Mark
from server.storage.care_shapes import ALL, child_key, member_key
from server.storage.keys import Keyring
from server.storage.shape import Shape

OPEN = "open"
"""The key of open duties."""


def follow_up_shape(keyring: Keyring) -> Shape[FollowUp]:
    """Shape follow-ups: found by what is found, by where, and by both; due at the next change."""
    return Shape(
        kind="follow_up",
        type=FollowUp,
        id_of=lambda follow_up: follow_up.child,
        tags_of=lambda follow_up: tuple(_tags(keyring, follow_up)),
        due_of=lambda follow_up: follow_up.due,
        sealed=frozenset({"life", "age_years"}),
        scope_of=lambda follow_up: follow_up.child,
    )


def mark_shape() -> Shape[Mark]:
    """Shape marks: due when whoever made them should have lifted them."""
    return Shape(
        kind="follow_up_mark",
        type=Mark,
        id_of=lambda mark: mark.id,
        due_of=lambda mark: mark.due,
    )


def building_shape() -> Shape[Building]:
    """Shape the one note of how far the making of all follow-ups has come."""
    return Shape(
        kind="follow_up_building",
        type=Building,
        id_of=lambda building: building.id,
        due_of=lambda building: building.due,
    )


def duty_shape() -> Shape[Duty]:
    """Shape duties: found by child, and by the circle's coordinators while they are open."""
    return Shape(
        kind="duty",
        type=Duty,
        id_of=lambda duty: duty.id,
        tags_of=lambda duty: tuple(_duty_tags(duty)),
        sealed=frozenset({"subject", "since", "attempts", "ending"}),
        scope_of=lambda duty: duty.child,
    )


def board_key(keyring: Keyring, wanted: Filter) -> str:
    """Give the key that leads to the fewest follow-ups among which all that fit are."""
    places = tuple(_places(keyring, wanted))
    if wanted.finding is None:
        return places[0] if places else member_key(wanted.member) if wanted.member else ALL
    return f"{wanted.finding}|{places[0]}" if places else wanted.finding.value


def keys_of(keyring: Keyring, wanted: Filter) -> frozenset[str]:
    """Give the keys that a follow-up has all of exactly if it fits."""
    finding = () if wanted.finding is None else (wanted.finding.value,)
    member = () if wanted.member is None else (member_key(wanted.member),)
    return frozenset((*_places(keyring, wanted), *finding, *member))


def open_key(child: str) -> str:
    """Give the key of a child's open duties."""
    return f"open:{child}"


def _tags(keyring: Keyring, follow_up: FollowUp) -> Iterator[str]:
    where = Filter(
        structure=follow_up.structure,
        department=follow_up.department,
        physician=follow_up.physician,
        age=follow_up.age_years,
    )
    places = tuple(_places(keyring, where))
    yield ALL
    yield from places
    yield from map(member_key, follow_up.roster)
    for code in follow_up.codes:
        yield code.value
        yield from (f"{code}|{place}" for place in places)


def _places(keyring: Keyring, where: Filter) -> Iterator[str]:
    """Give the keys of places and age, the one that leads to the fewest first."""
    if where.physician is not None:
        yield f"physician:{where.physician}"
    if where.structure is not None:
        yield f"structure:{where.structure}"
    if where.age is not None:
        yield "age:" + keyring.blind("follow_up", "age_years", str(where.age))
    if where.department is not None:
        yield f"department:{where.department}"


def _duty_tags(duty: Duty) -> Iterator[str]:
    yield child_key(duty.child)
    if duty.state is DutyState.OPEN:
        yield OPEN
        yield open_key(duty.child)
        yield from map(member_key, duty.coordinators)
