"""Whatever is claimed, taken back and stated in whatever order: quotas hold, sums agree."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from care_circle.definition.early_care_terms import Part
from care_circle.early_care.claiming import (
    AfterItsEnd,
    BeforeOpening,
    QuotaUsedUp,
    SlotClaimed,
    TooLateToUndo,
)
from care_circle.early_care.due import AlreadyTakenBack, Cause, Side
from care_circle.early_care.forfait import Forfait
from care_circle.early_care.session import SessionInTheFuture
from care_circle.early_care.statement import (
    MonthNotOver,
    NothingToState,
    Statement,
    StatementState,
)
from care_circle.month import Month
from care_circle.services.care_sessions import Reversal
from crypto.ids import CareSessionId
from server.storage.opening import open_engine
from tests.support.early_care_network import FIRST_DAY, CareNetwork, care_network
from tests.support.engines import TickingClock

Answer = TypeVar("Answer")
REFUSALS = (
    *(SessionInTheFuture, BeforeOpening, AfterItsEnd, QuotaUsedUp, SlotClaimed),
    *(TooLateToUndo, AlreadyTakenBack, MonthNotOver, NothingToState),
)
MOST = 12_000
"""Cents: four sessions reach it."""

DAYS_BACK = st.integers(0, 50)
HOURS = st.sampled_from([8, 9, 10, 14])


class StatingMachine(RuleBasedStateMachine):
    """Months of work on one forfait, as one professional might enter, correct and state it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="ronde-stating-"))
        self.names: list[CareSessionId] = []
        self.locked: dict[Month, Statement] = {}

    @initialize(sessions=st.integers(0, 10))
    def open(self, sessions: int) -> None:
        async def opened() -> tuple[CareNetwork, Forfait]:
            self.engine = await open_engine(str(self.folder / "store"), TickingClock())
            network = await care_network(self.engine, most=MOST)
            return network, await network.open(sessions=sessions)

        self.network, self.forfait = self.runner.run(opened())

    @rule(back=DAYS_BACK, hour=HOURS, part=st.sampled_from(Part), done=st.booleans())
    def claim(self, back: int, hour: int, part: Part, *, done: bool) -> None:
        day = self.network.today - timedelta(days=back)
        asked = self.network.claim(self.forfait.id, on=day, hour=hour, part=part, done=done)
        name = self.tried(asked)
        if name is not None:
            self.names.append(name)

    @precondition(lambda self: self.names)
    @rule(which=st.integers(0, 7), cause=st.sampled_from(Cause))
    def correct(self, which: int, cause: Cause) -> None:
        name = self.names[which % len(self.names)]
        kim, reversal = self.network.kim.actor, Reversal(cause=cause)
        self.tried(self.network.sessions.correct(kim, self.forfait.id, name, reversal))

    @precondition(lambda self: self.names)
    @rule()
    def undo_the_last(self) -> None:
        kim, name = self.network.kim.actor, self.names[-1]
        self.tried(self.network.sessions.undo(kim, self.forfait.id, name))

    @rule(days=st.integers(1, 25))
    def let_days_pass(self, days: int) -> None:
        self.network.turn_to(self.network.today + timedelta(days=days))

    @rule(back=st.integers(0, 3))
    def validate(self, back: int) -> None:
        month = Month.of(self.network.today)
        for _ in range(back):
            month = month.previous
        stated = self.tried(self.network.validate(month.text))
        if stated is not None:
            assert self.locked.setdefault(month, stated).lines == stated.lines

    @precondition(lambda self: self.locked)
    @rule()
    def pay_the_last(self) -> None:
        month, network = max(self.locked), self.network
        pay = network.statements.pay
        paid = self.runner.run(pay(network.ana.actor, network.kim.id, month.text, on=network.today))
        assert paid.state is StatementState.PAID
        assert paid.lines == self.locked[month].lines

    @invariant()
    def the_quota_holds(self) -> None:
        held = self.held()
        for part in Part:
            assert held.left_of(part) >= 0
        assert 0 <= held.done <= held.quota
        standing = [each for each in held.sessions if each.stands]
        for one, other in pairwise(sorted((s.held.on, s.held.at) for s in standing)):
            assert one != other

    @invariant()
    def what_is_stated_is_what_stands_and_nothing_is_stated_twice(self) -> None:
        sessions = {each.id: each for each in self.held().sessions}
        statements = list(self.statements())
        lines = [line for statement in statements for line in statement.lines]
        keys = [line.key for line in lines]

        assert len(keys) == len(set(keys))
        for statement in statements:
            assert statement.total_cents == sum(line.amount for line in statement.lines)
        net = dict.fromkeys(sessions, 0)
        for line in lines:
            name = CareSessionId(line.key.thing)
            net[name] += line.amount
            assert line.cents == sessions[name].due.cents
            if line.key.side is Side.CREDIT:
                assert line.cause is not None
        paid = {name: each.due.cents or 0 if each.counts else 0 for name, each in sessions.items()}
        assert net == paid
        assert sum(net.values()) <= MOST

    @invariant()
    def what_is_locked_never_changes(self) -> None:
        for statement in self.statements():
            if statement.month in self.locked:
                assert statement.lines == self.locked[statement.month].lines
                assert statement.is_locked

    @override
    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.runner.run(self.engine.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    def tried(self, asked: Awaitable[Answer]) -> Answer | None:
        """Give the answer, or None if it was one of the refusals that rules foresee."""

        async def trying() -> Answer | None:
            try:
                return await asked
            except REFUSALS:
                return None

        return self.runner.run(trying())

    def held(self) -> Forfait:
        """Read the forfait."""
        return self.runner.run(self.network.pathway_stores.forfaits.forfait(self.forfait.id))

    def statements(self) -> Iterator[Statement]:
        """Read every month from the first to this one."""
        month = Month.of(FIRST_DAY)
        while month <= Month.of(self.network.today):
            yield self.runner.run(self.network.read(month.text))
            month = month.next


def test_quotas_hold_and_statements_agree_whatever_happens() -> None:
    run_state_machine_as_test(
        StatingMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
