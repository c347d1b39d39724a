"""Use cases on monthly statements: read, validate, mark as paid."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.definition.early_care_terms import EarlyCareTerms
from care_circle.definition.pathway import Pathway
from care_circle.early_care import statement as rules
from care_circle.early_care.claiming import state_on
from care_circle.early_care.due import Side
from care_circle.early_care.fee import Fee, drop_struck, fee_of, settle_fee
from care_circle.early_care.statement import Line, Owed, Seen, Statement
from care_circle.early_care.statement_csv import table_of
from care_circle.early_care.store import Fees, Forfaits, SignedVisits, Statements
from care_circle.month import BadMonth, Month
from care_circle.services.guard import Guard
from care_circle.store import People
from care_circle.surroundings import Surroundings
from crypto.ids import CareSessionId, DocumentId, ForfaitId, ProfessionalId

_MONTHS_BACK = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsService:
    """Statements of what professionals did; every read and write is recorded.

    All methods raise NotFound where the actor may not know of the statement, and Forbidden
    where the role does not do this. What is open is put together when it is asked for, from
    the few forfaits and fees that are tagged as owing; nothing is scanned.
    """

    statements: Statements
    forfaits: Forfaits
    fees: Fees
    visits: SignedVisits
    people: People
    guard: Guard
    surroundings: Surroundings
    pathway: Pathway
    terms: EarlyCareTerms

    async def statement(self, actor: Actor, professional: ProfessionalId, month: str) -> Statement:
        """Read a statement: locked as it was validated, else as it stands now.

        Raises:
            BadMonth: It is no month, or one to come.
        """
        await self._reach(actor, Action.READ_STATEMENT, professional)
        return await self._standing(professional, self._month(month))

    async def of_professional(
        self, actor: Actor, professional: ProfessionalId
    ) -> tuple[Statement, ...]:
        """Give somebody's statements, the newest first: the validated, and what is open."""
        await self._reach(actor, Action.READ_STATEMENT, professional)
        await self._catch_up(professional, self._months_back())
        known = {each.month: each for each in await self.statements.of_professional(professional)}
        lines: dict[Month, list[Line]] = {}
        for month, line in await self._placed(professional):
            lines.setdefault(month, []).append(line)
        drafts = [rules.draft(professional, month, held) for month, held in lines.items()]
        found = (*known.values(), *(each for each in drafts if each.month not in known))
        return tuple(sorted(found, key=lambda each: each.month, reverse=True))

    async def validate(
        self, actor: Actor, professional: ProfessionalId, month: str, seen: Seen
    ) -> Statement:
        """Lock a statement of a month that is over, as it was seen.

        Raises:
            BadMonth: It is no month, or one to come.
            MonthNotOver: It lasts still.
            NothingToState: It has no line.
            StatementMoved: It is not what was seen.
            StatementLocked: It was validated as something else.
        """
        await self._reach(actor, Action.VALIDATE_STATEMENT, professional)
        when = self._month(month)
        drafted = await self._standing(professional, when)
        today, now = self.surroundings.today(), self.surroundings.now()
        locked = await self.statements.change(
            professional, when, lambda held: rules.lock(held, drafted, seen, today=today, now=now)
        )
        await self._settle(locked)
        return locked

    async def pay(
        self, actor: Actor, professional: ProfessionalId, month: str, *, on: date
    ) -> Statement:
        """Mark a validated statement as paid.

        Raises:
            BadMonth: It is no month, or one to come.
            NotValidated: Nobody validated it.
            PaidOn: The day is in the future, or before its month was over.
        """
        await self.guard.person(
            actor, Action.PAY_STATEMENT, professional, kind="statement", thing=professional
        )
        await self.people.professional(professional)
        when, today, now = self._month(month), self.surroundings.today(), self.surroundings.now()
        return await self.statements.change(
            professional,
            when,
            lambda held: rules.pay(held, by=actor.professional, on=on, now=now, today=today),
        )

    async def to_pay(
        self, actor: Actor, *, after: str = "", limit: int = 100
    ) -> tuple[Statement, ...]:
        """Page through the statements that are validated and not paid."""
        await self.guard.network(actor, Action.LIST_STATEMENTS, kind="statement")
        return await self.statements.to_pay(after=after, limit=limit)

    async def table(self, actor: Actor, professional: ProfessionalId, month: str) -> str:
        """Give a statement as a table, in CSV.

        Raises:
            BadMonth: It is no month, or one to come.
        """
        found = await self.statement(actor, professional, month)
        labels = {each.code: each.label.fr for each in self.pathway.visits}
        labels |= {each.code: each.label.fr for each in self.terms.disciplines}
        return table_of(found, await self.people.professional(professional), labels)

    def may_be_validated(self, statement: Statement) -> bool:
        """Tell whether a statement waits for nothing but its professional's word."""
        over = statement.month.is_over(self.surroundings.today())
        return over and bool(statement.lines) and not statement.is_locked

    async def _reach(self, actor: Actor, action: Action, professional: ProfessionalId) -> None:
        await self.guard.person(actor, action, professional, kind="statement", thing=professional)
        await self.people.professional(professional)

    def _month(self, text: str) -> Month:
        month = Month.written(text)
        if month > Month.of(self.surroundings.today()):
            raise BadMonth
        return month

    def _months_back(self) -> tuple[Month, ...]:
        months = [Month.of(self.surroundings.today())]
        while len(months) <= _MONTHS_BACK:
            months.append(months[-1].previous)
        return tuple(months)

    async def _standing(self, professional: ProfessionalId, month: Month) -> Statement:
        stored = await self.statements.statement(professional, month)
        if stored is not None:
            return stored
        # The hours between midnight in UTC and midnight here belong to two months.
        await self._catch_up(professional, (month.previous, month))
        placed = await self._placed(professional)
        return rules.draft(professional, month, [line for when, line in placed if when == month])

    async def _catch_up(self, professional: ProfessionalId, months: tuple[Month, ...]) -> None:
        """Bring what was stated, signed or struck meanwhile to the work that it is about."""
        for statement in await self.statements.unsettled(professional):
            await self._settle(statement)
        # A struck visit makes room for the one that was written in its place.
        for document in await self.visits.struck(professional):
            if await self.fees.fee(document.id) is not None:
                await self.fees.change(document.id, partial(drop_struck, document=document))
        for month in months:
            for document in await self.visits.signed_in(professional, month):
                fee = fee_of(document, self.pathway, zone=self.surroundings.zone)
                if fee is not None:
                    await self._keep(fee)

    async def _keep(self, fee: Fee) -> None:
        """Keep a fee; where a colleague's stands for the visit, see that its document does too."""
        standing = await self.fees.keep(fee)
        if standing.id == fee.id:
            return
        document = await self.visits.document(standing.id)
        if document.strike is not None:
            await self.fees.change(standing.id, partial(drop_struck, document=document))
            await self.fees.keep(fee)

    async def _owed(self, professional: ProfessionalId) -> tuple[Owed, ...]:
        forfaits = await self.forfaits.owing(professional)
        fees = map(rules.owed_by_fee, await self.fees.owing(professional))
        sessions = (rules.owed_by_forfait(each, professional) for each in forfaits)
        return (*(owed for some in sessions for owed in some), *(fee for fee in fees if fee))

    async def _placed(self, professional: ProfessionalId) -> tuple[tuple[Month, Line], ...]:
        """Give what is owed, each line with the first month not locked that may hold it.

        A locked statement is asked itself: the work it holds may not know of it yet.
        """
        asked: dict[Month, Statement | None] = {}
        placed: list[tuple[Month, Line]] = []
        for owed in await self._owed(professional):
            month = owed.earliest
            while True:
                if month not in asked:
                    asked[month] = await self.statements.statement(professional, month)
                statement = asked[month]
                if statement is None:
                    placed.append((month, owed.line))
                    break
                if statement.holds(owed.line.key):
                    break
                month = month.next
        return tuple(placed)

    async def _settle(self, statement: Statement) -> None:
        """Tell all work on a locked statement that it is; may be done again after a fault."""
        held: dict[ForfaitId, set[tuple[CareSessionId, Side]]] = {}
        for line in statement.lines:
            if line.forfait is not None:
                entry = (CareSessionId(line.key.thing), line.key.side)
                held.setdefault(line.forfait, set()).add(entry)
            else:
                stated = partial(settle_fee, side=line.key.side, month=statement.month)
                await self.fees.change(DocumentId(line.key.thing), stated)
        for forfait, lines in held.items():
            noted = partial(state_on, lines=frozenset(lines), month=statement.month)
            await self.forfaits.change(forfait, noted)
        await self.statements.change(
            statement.professional, statement.month, lambda kept: rules.settled(kept or statement)
        )
