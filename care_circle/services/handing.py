"""Handing a signed document to a family: they are told that something waits, never what."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from care_circle.access import Action
from care_circle.actor import Actor
from care_circle.documents.document import Document
from care_circle.leaving.relay import goes_along
from care_circle.services.documents import DocumentsService
from care_circle.store import Children
from care_circle.telling.handing import (
    CODE_DIGITS,
    Handing,
    NobodyToTell,
    NotToBeHanded,
    digest_of,
    needs_code,
)
from care_circle.telling.store import Handings
from care_circle.tellings import tellings_of
from crypto.ids import DocumentId
from notifications.errand import open_errand
from notifications.notice import Rule, Telling
from notifications.store import Errands

_DEFAULT = Telling(code="", rule=Rule.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What was handed over, and the code to tell by word of mouth, where there is one."""

    handing: Handing
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingService:
    """Hands documents to families; whoever may read one may do so."""

    documents: DocumentsService
    children: Children
    errands: Errands
    handings: Handings

    async def hand(self, actor: Actor, document: DocumentId, *, with_code: bool = False) -> Handed:
        """Tell those who may know that a message waits, and let them open it by a second item.

        Handed again on the same day, nobody is told twice and a new code counts.

        Raises:
            NotFound, Forbidden, NoActiveConvention: The document is not for the actor.
            NotToBeHanded: It is unsigned or struck, or stays among professionals; or the pathway
                does not say for how long a family is told that something waits.
            NobodyToTell: Nobody of the family may be told today.
        """
        found, open_for = await self._to_hand(actor, document)
        around = self.documents.surroundings
        child, now = await self.children.child(found.child), around.now()
        recipients = child.recipients(around.today())
        if not recipients:
            raise NobodyToTell
        errand = open_errand(
            self._telling(),
            child=child.id,
            subject=f"document:{document}:{around.today()}",
            recipients=recipients,
            expires_at=now + open_for,
            now=now,
        )
        code = _new_code() if with_code or needs_code(child) else None
        handing = Handing(
            id=errand.id,
            child=child.id,
            document=document,
            by=actor.professional,
            at=now,
            until=errand.expires_at,
            digest=None if code is None else digest_of(errand.id, code),
        )
        await self.handings.put(handing)
        await self.errands.add(errand)
        return Handed(handing=handing, code=code)

    async def _to_hand(self, actor: Actor, document: DocumentId) -> tuple[Document, timedelta]:
        """Give a document that this person may hand over, and for how long it waits."""
        found, pathway = await self.documents.document(actor, document), self.documents.pathway
        days = pathway.number("waiting_days")
        if days is None or not goes_along(found, pathway.form_of(found.form, found.form_version)):
            raise NotToBeHanded
        await self.documents.guard.child(
            actor, Action.HAND_DOCUMENT, found.child, kind="document", thing=document
        )
        return found, timedelta(days=days)

    def _telling(self) -> Telling:
        lines = tellings_of(self.documents.pathway)
        return next((each for each in lines if each.rule is Rule.WAITING), _DEFAULT)


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
