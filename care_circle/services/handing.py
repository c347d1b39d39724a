"""Handing a signed document or the relay file to a family: told that it waits, never what."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from care_circle.access import Action, NotFound
from care_circle.actor import Actor
from care_circle.child import Child
from care_circle.consent import Standing, standing
from care_circle.documents.document import Document
from care_circle.leaving.relay import Dossier, goes_along
from care_circle.leaving.store import RelayKind
from care_circle.services.documents import DocumentsService
from care_circle.services.relay import RelayService
from care_circle.store import Children
from care_circle.telling.handing import (
    CODE_DIGITS,
    Handing,
    NobodyToTell,
    NotToBeHanded,
    SecondItem,
    digest_of,
    handed_again,
    needs_code,
    withdrawn,
)
from care_circle.telling.store import Handings
from care_circle.tellings import tellings_of
from crypto.ids import ChildId, DocumentId
from notifications.errand import Errand, close_errand, open_errand, tell_errand
from notifications.notice import Recipient, Rule, Telling
from notifications.store import Errands, NoSuchErrand

_DEFAULT = Telling(code="", rule=Rule.WAITING)
_REFUSED = (Standing.OPPOSED, Standing.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What was handed over, and the code to tell by word of mouth, where there is one."""

    handing: Handing
    code: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What handing something over would do today, and what was handed before, the newest first.

    `days`: for how long it would wait; None where it does not go to the family at all.
    """

    child: Child = field(repr=False)
    recipients: tuple[Recipient, ...]
    item: SecondItem
    days: int | None
    handings: tuple[Handing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """What is handed: a document, or with None the relay file, of which `documents` are part."""

    child: ChildId
    document: DocumentId | None
    goes: bool
    documents: tuple[DocumentId, ...] = ()

    @property
    def subject(self) -> str:
        return f"relay:{self.child}" if self.document is None else f"document:{self.document}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingService:
    """Hands documents to families; whoever may read one, or make the relay file, may do so.

    All methods raise NotFound, Forbidden or NoActiveConvention as reading the document does,
    or making the relay file.
    """

    documents: DocumentsService
    relay: RelayService
    children: Children
    errands: Errands
    handings: Handings

    async def look(self, actor: Actor, document: DocumentId) -> Outlook:
        """Say what handing a document over would do, and what came of it before."""
        return await self._outlook(await self._document(actor, document))

    async def look_at_relay(self, actor: Actor, child: ChildId) -> Outlook:
        """Say what handing the relay file over would do, and what came of it before."""
        await self.relay.enter(actor, child)
        return await self._outlook(_Thing(child=child, document=None, goes=True))

    async def hand(self, actor: Actor, document: DocumentId, *, with_code: bool = False) -> Handed:
        """Tell those who may know that a message waits, and let them open it by a second item.

        Handed again on the same day, nobody is told twice and a new code counts; once it was
        withdrawn, they are told anew.

        Raises:
            NotToBeHanded: It is unsigned or struck, or stays among professionals; or the pathway
                does not say for how long something waits.
            NobodyToTell: Nobody of the family may be told today.
        """
        return await self._hand(actor, await self._document(actor, document), with_code=with_code)

    async def hand_relay(self, actor: Actor, child: ChildId, *, with_code: bool = False) -> Handed:
        """Do as `hand` with the relay file: of what goes along today, as it is when opened.

        Raises:
            NotToBeHanded: The pathway does not say for how long something waits.
            NobodyToTell: Nobody of the family may be told today.
        """
        dossier = await self.relay.dossier(actor, child)
        names = tuple(each.document.id for each in dossier.readings)
        thing = _Thing(child=child, document=None, goes=True, documents=names)
        await self.documents.guard.child(actor, Action.HAND_DOCUMENT, child, kind="relay_file")
        return await self._hand(actor, thing, with_code=with_code)

    async def withdraw(self, actor: Actor, document: DocumentId) -> Outlook:
        """Take back a document that still waits: its links open nothing any more."""
        return await self._withdraw(await self._document(actor, document))

    async def withdraw_relay(self, actor: Actor, child: ChildId) -> Outlook:
        """Take back a relay file that still waits."""
        await self.relay.enter(actor, child)
        await self.documents.guard.child(actor, Action.HAND_DOCUMENT, child, kind="relay_file")
        return await self._withdraw(_Thing(child=child, document=None, goes=True))

    async def document_of(self, handing: Handing) -> Document:
        """Give the document that was handed over, for whoever opened it, as it is now.

        Raises:
            NotFound: It was struck since, or no document was handed over.
        """
        if handing.document is None:
            raise NotFound
        found, pathway = (
            await self.documents.documents.document(handing.document),
            self.documents.pathway,
        )
        if not goes_along(found, pathway.form_of(found.form, found.form_version)):
            raise NotFound
        return found

    async def relay_of(self, handing: Handing) -> Dossier:
        """Gather the relay file that was handed over, for whoever opened it."""
        return await self.relay.handed(handing.child, by=handing.by, only=handing.documents)

    async def was_read(self, dossier: Dossier, data: bytes) -> None:
        """Record that the family was given a relay file."""
        await self.relay.made(dossier, RelayKind.FAMILY, data)

    async def _document(self, actor: Actor, document: DocumentId) -> _Thing:
        found, pathway = await self.documents.document(actor, document), self.documents.pathway
        await self.documents.guard.child(
            actor, Action.HAND_DOCUMENT, found.child, kind="document", thing=document
        )
        goes = goes_along(found, pathway.form_of(found.form, found.form_version))
        return _Thing(child=found.child, document=document, goes=goes)

    async def _outlook(self, thing: _Thing) -> Outlook:
        child = await self.children.child(thing.child)
        return Outlook(
            child=child,
            recipients=await self._recipients(child),
            item=SecondItem.CODE if needs_code(child) else SecondItem.BIRTH_DATE,
            days=self._days(thing),
            handings=await self._of(thing),
        )

    def _days(self, thing: _Thing) -> int | None:
        return self.documents.pathway.number("waiting_days") if thing.goes else None

    async def _of(self, thing: _Thing) -> tuple[Handing, ...]:
        held = await self.handings.of_child(thing.child)
        ours = (each for each in held if each.document == thing.document)
        return tuple(sorted(ours, key=lambda each: (each.at, each.id), reverse=True))

    async def _recipients(self, child: Child) -> tuple[Recipient, ...]:
        """Name those to tell; nobody where a holder refused, of whom no errand stays open."""
        today = self.documents.surroundings.today()
        said = await self.children.consent(child.id)
        signatures = self.documents.pathway.signatures
        if standing(said, child.holders(today), signatures) in _REFUSED:
            return ()
        return child.recipients(today)

    async def _hand(self, actor: Actor, thing: _Thing, *, with_code: bool) -> Handed:
        child = await self.children.child(thing.child)
        errand = await self._errand(thing, child)
        code = _new_code() if with_code or needs_code(child) else None
        handing = Handing(
            id=errand.id,
            child=child.id,
            document=thing.document,
            by=actor.professional,
            at=errand.opened_at,
            until=errand.expires_at,
            digest=None if code is None else digest_of(errand.id, code),
            documents=thing.documents,
            forgotten_at=self._forgotten(errand),
        )
        await self.handings.put(handing.id, partial(handed_again, handing=handing))
        await self._tell(errand)
        return Handed(handing=handing, code=code)

    async def _errand(self, thing: _Thing, child: Child) -> Errand:
        days, around = self._days(thing), self.documents.surroundings
        if days is None:
            raise NotToBeHanded
        recipients = await self._recipients(child)
        if not recipients:
            raise NobodyToTell
        now = around.now()
        return open_errand(
            self._telling(),
            child=child.id,
            subject=f"{thing.subject}:{around.today()}:{await self._turn(thing)}",
            recipients=recipients,
            expires_at=now + timedelta(days=days),
            now=now,
        )

    async def _turn(self, thing: _Thing) -> int:
        """Count what was taken back: what is handed after it is told anew."""
        return sum(each.withdrawn_at is not None for each in await self._of(thing))

    def _forgotten(self, errand: Errand) -> datetime | None:
        kept = self.documents.pathway.number("said_kept_days")
        return None if kept is None else errand.expires_at + timedelta(days=kept)

    async def _tell(self, errand: Errand) -> None:
        """Open an errand, or let the one that tells of it already wait as long."""
        held = await self.errands.add(errand)
        if held.expires_at == errand.expires_at:
            return
        await self.errands.change(
            errand.id,
            lambda found: tell_errand(
                found, errand.recipients, now=errand.opened_at, expires_at=errand.expires_at
            ),
        )

    async def _withdraw(self, thing: _Thing) -> Outlook:
        now = self.documents.surroundings.now()
        for each in await self._of(thing):
            if each.stands(now):
                await self._take_back(each, now)
        return await self._outlook(thing)

    async def _take_back(self, handing: Handing, now: datetime) -> None:
        await self.handings.put(handing.id, lambda held: withdrawn(held or handing, now=now))
        try:
            await self.errands.change(handing.id, partial(close_errand, now=now))
        except NoSuchErrand:
            return

    def _telling(self) -> Telling:
        lines = tellings_of(self.documents.pathway)
        return next((each for each in lines if each.rule is Rule.WAITING), _DEFAULT)


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
