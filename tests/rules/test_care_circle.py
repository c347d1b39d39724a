"""The circle: who enters and leaves, by which signed statement, over a whole life."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from care_circle.child import ChildNotIncluded
from care_circle.circle import (
    Circle,
    CircleClosed,
    IdentityNotAttested,
    Newcomer,
    NoSeatForRole,
    NotTheSigner,
    StaleChain,
    StatementFromTheFuture,
    WrongStatement,
    admit,
    close,
    open_circle,
    read_statement,
    release,
    verified_roster,
)
from care_circle.convention import NoActiveConvention
from care_circle.role import Role
from crypto.ids import CircleId, new_id
from crypto.membership import BadChain, ChainFault
from tests.support.care import (
    NOW,
    TODAY,
    Somebody,
    addition,
    child,
    convention,
    coordinator,
    genesis,
    removal,
    somebody,
)


@pytest.fixture
def ana() -> Somebody:
    return coordinator()


@pytest.fixture
def ben() -> Somebody:
    return somebody()


@pytest.fixture
def circle(ana: Somebody) -> Circle:
    return opened(ana)


def opened(by: Somebody) -> Circle:
    name = CircleId(new_id())
    return open_circle(name, child(), genesis(name, by), coordinator=by.record, now=NOW)


def let_in(
    circle: Circle,
    who: Somebody,
    by: Somebody,
    statement: bytes | None = None,
    *,
    until: date | None = None,
) -> Circle:
    return admit(
        circle,
        statement or addition(circle, who, by),
        newcomer=Newcomer(professional=who.record, conventions=(convention(who.id, until=until),)),
        by=by.id,
        now=NOW,
        today=TODAY,
    )


def test_a_circle_opens_with_its_coordinator_in_it(ana: Somebody) -> None:
    circle = opened(ana)

    assert circle.roster == {ana.id}
    assert circle.identity_keys() == {ana.id: ana.identity.public}
    assert len(circle.chain) == 1


def test_a_circle_opens_for_an_included_child_and_by_a_coordinator_only(
    ana: Somebody, ben: Somebody
) -> None:
    name = CircleId(new_id())
    first = genesis(name, ana)

    with pytest.raises(ChildNotIncluded):
        open_circle(name, child(included=False), first, coordinator=ana.record, now=NOW)
    with pytest.raises(NoSeatForRole):
        open_circle(name, child(), genesis(name, ben), coordinator=ben.record, now=NOW)
    with pytest.raises(NotTheSigner):
        open_circle(name, child(), first, coordinator=coordinator().record, now=NOW)
    with pytest.raises(BadChain):
        open_circle(CircleId(new_id()), child(), first, coordinator=ana.record, now=NOW)
    with pytest.raises(StatementFromTheFuture):
        open_circle(name, child(), first, coordinator=ana.record, now=NOW - timedelta(minutes=6))


def test_a_professional_with_a_convention_in_force_enters(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    entered = let_in(circle, ben, ana)

    assert entered.roster == {ana.id, ben.id}
    assert entered.members[1].role == "physiotherapist"


def test_without_a_convention_in_force_that_day_nobody_enters(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    with pytest.raises(NoActiveConvention):
        let_in(circle, ben, ana, until=TODAY - timedelta(days=1))

    assert let_in(circle, ben, ana, until=TODAY).roster == {ana.id, ben.id}


def test_a_second_coordinator_enters_by_role(circle: Circle, ana: Somebody) -> None:
    zoe = coordinator()

    entered = admit(
        circle,
        addition(circle, zoe, ana),
        newcomer=Newcomer(professional=zoe.record),
        by=ana.id,
        now=NOW,
        today=TODAY,
    )

    assert entered.roster == {ana.id, zoe.id}


def test_a_secretary_has_no_seat(circle: Circle, ana: Somebody) -> None:
    sam = somebody(Role.SECRETARY)

    with pytest.raises(NoSeatForRole):
        let_in(circle, sam, ana)


def test_the_statement_must_name_this_person_in_their_role_under_their_attested_key(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    eve = somebody()

    with pytest.raises(WrongStatement):
        let_in(circle, ben, ana, addition(circle, ben, ana, role="coordinator"))
    with pytest.raises(WrongStatement):
        let_in(circle, ben, ana, addition(circle, eve, ana))
    with pytest.raises(IdentityNotAttested):
        let_in(circle, replace(ben, record=replace(ben.record, attestation=None)), ana)
    with pytest.raises(IdentityNotAttested):
        let_in(circle, replace(ben, identity=eve.identity), ana)


def test_a_statement_is_brought_by_its_signer_and_once_only(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    statement = addition(circle, ben, ana)

    entered = let_in(circle, ben, ana, statement)

    assert let_in(entered, ben, ana, statement) == entered
    with pytest.raises(NotTheSigner):
        admit(
            circle,
            statement,
            newcomer=Newcomer(professional=ben.record, conventions=(convention(ben.id),)),
            by=ben.id,
            now=NOW,
            today=TODAY,
        )


def test_of_two_statements_made_at_once_the_first_wins(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    eve = somebody()
    for_ben, for_eve = addition(circle, ben, ana), addition(circle, eve, ana)

    entered = let_in(circle, ben, ana, for_ben)

    with pytest.raises(StaleChain):
        let_in(entered, eve, ana, for_eve)


def test_a_forged_statement_does_not_enter_the_chain(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    statement = bytearray(addition(circle, ben, ana))
    statement[-1] ^= 1

    with pytest.raises(BadChain) as refused:
        let_in(circle, ben, ana, bytes(statement))

    assert refused.value.fault is ChainFault.FORGED


def test_leaving_and_coming_back_are_two_periods(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    later = NOW + timedelta(minutes=4)
    entered = let_in(circle, ben, ana)

    left = release(entered, removal(entered, ben, ana, at=later), by=ana.id, now=later)
    back = let_in(left, ben, ana, addition(left, ben, ana, at=later))

    first, second = (stay for stay in back.participations if stay.professional == ben.id)
    assert (first.since, first.until) == (NOW, later)
    assert (second.since, second.until) == (later, None)
    assert left.roster == {ana.id}
    assert left.was_member(ben.id)


def test_the_last_coordinator_stays(circle: Circle, ana: Somebody, ben: Somebody) -> None:
    entered = let_in(circle, ben, ana)
    zoe = coordinator()
    with_zoe = let_in(entered, zoe, ana)
    alone = release(with_zoe, removal(with_zoe, zoe, ana), by=ana.id, now=NOW)

    with pytest.raises(BadChain) as refused:
        removal(alone, ana, ana)

    assert refused.value.fault is ChainFault.LAST_COORDINATOR


def test_a_removal_is_no_admission_and_the_reverse(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    entered = let_in(circle, ben, ana)

    with pytest.raises(WrongStatement):
        let_in(entered, ben, ana, removal(entered, ben, ana))
    with pytest.raises(WrongStatement):
        release(entered, addition(entered, somebody(), ana), by=ana.id, now=NOW)


def test_nobody_enters_a_closed_circle_and_everybody_may_leave_it(
    circle: Circle, ana: Somebody, ben: Somebody
) -> None:
    entered = let_in(circle, ben, ana)

    closed = close(entered, now=NOW)

    assert close(closed, now=NOW + timedelta(days=1)) == closed
    with pytest.raises(CircleClosed):
        let_in(closed, somebody(), ana)
    assert release(closed, removal(closed, ben, ana), by=ana.id, now=NOW).roster == {ana.id}


def test_what_is_no_statement_is_refused(circle: Circle, ana: Somebody, ben: Somebody) -> None:
    with pytest.raises(BadChain):
        read_statement(b"hello")
    with pytest.raises(BadChain):
        let_in(circle, ben, ana, b"hello")


PEOPLE = [coordinator(), coordinator(), somebody(), somebody(), somebody()]
WHO = st.sampled_from(range(len(PEOPLE)))


class CircleLife(RuleBasedStateMachine):
    """A circle's life beside a plain model: a set of members and a list of stays."""

    def __init__(self) -> None:
        super().__init__()
        self.circle = opened(PEOPLE[0])
        self.now: datetime = NOW
        self.conventions = dict.fromkeys(range(len(PEOPLE)), True)
        self.members = {0}
        self.stays = [(0, NOW)]

    @rule(who=WHO)
    def a_convention_lapses_or_is_renewed(self, who: int) -> None:
        self.conventions[who] = not self.conventions[who]

    @rule(hours=st.integers(1, 400))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(who=WHO, by=WHO)
    def somebody_is_to_enter(self, who: int, by: int) -> None:
        before = self.circle
        may = self._may_sign(by) and who not in self.members and before.closed_at is None
        may = may and (self._coordinates(who) or self.conventions[who])
        try:
            self.circle = self._admit(PEOPLE[who], PEOPLE[by], convened=self.conventions[who])
        except (BadChain, CircleClosed, NoActiveConvention):
            assert not may
            assert self.circle is before
            return
        assert may
        self.members.add(who)
        self.stays.append((who, self.now))

    @rule(who=WHO, by=WHO)
    def somebody_is_to_leave(self, who: int, by: int) -> None:
        before = self.circle
        last = self._coordinates(who) and {m for m in self.members if self._coordinates(m)} == {who}
        may = self._may_sign(by) and who in self.members and not last
        if who not in self.members:
            return
        try:
            statement = removal(before, PEOPLE[who], PEOPLE[by], at=self.now)
            self.circle = release(before, statement, by=PEOPLE[by].id, now=self.now)
        except BadChain:
            assert not may
            return
        assert may
        self.members.discard(who)

    @precondition(lambda self: len(self.stays) > 3)
    @rule()
    def it_closes(self) -> None:
        self.circle = close(self.circle, now=self.now)

    @invariant()
    def roster_and_stays_are_what_the_signed_chain_says(self) -> None:
        roster = verified_roster(self.circle)
        assert self.circle.roster == set(roster.active) == {PEOPLE[m].id for m in self.members}
        assert self.circle.identity_keys() == {
            seat.professional: seat.identity_key for seat in roster.active.values()
        }
        assert [(stay.professional, stay.since) for stay in self.circle.participations] == [
            (PEOPLE[who].id, since) for who, since in self.stays
        ]

    @invariant()
    def stays_of_one_person_never_overlap(self) -> None:
        for person in PEOPLE:
            mine = [s for s in self.circle.participations if s.professional == person.id]
            for earlier, later in pairwise(mine):
                assert earlier.until is not None
                assert earlier.until <= later.since

    def _may_sign(self, by: int) -> bool:
        return by in self.members and self._coordinates(by)

    def _coordinates(self, who: int) -> bool:
        return PEOPLE[who].record.role is Role.COORDINATOR

    def _admit(self, who: Somebody, by: Somebody, *, convened: bool) -> Circle:
        return admit(
            self.circle,
            addition(self.circle, who, by, at=self.now),
            newcomer=Newcomer(
                professional=who.record,
                conventions=(convention(who.id),) if convened else (),
            ),
            by=by.id,
            now=self.now,
            today=self.now.date(),
        )


TestCircleLife = CircleLife.TestCase
TestCircleLife.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
