"""Whether the ways out are well, as `doctor` asks: at no cost, and telling nobody anything."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from notifications.delivery import Accepted
from notifications.replies import Reply
from notifications.senders import Mailer, Texter
from server.clock import system_clock
from server.config import Config
from server.finding import Finding
from server.senders.bounce_box import box_of
from server.senders.calling_back import Told
from server.ways_out import Checkable, open_ways

NO_RECEIPTS = "Il ne dit pas si un message arrive : « Envois » en restera à « parti »."
_PATIENCE_S = 20


async def ways_examined(config: Config) -> AsyncIterator[Finding]:
    """Examine each way, one finding after the other."""
    if not config.ways.mail:
        yield _none("courriels")
    if not config.ways.sms:
        yield _none("SMS")
    async with open_ways(config, clock=system_clock, hear=nobody_hears, keep_lines=False) as ways:
        for mailer in ways.mailers:
            yield _with_receipts(
                await _examined(f"Le serveur de courriels « {mailer.name} »", mailer), mailer
            )
        for texter in ways.plain:
            yield _with_receipts(
                await _examined(f"Le prestataire de SMS « {texter.name} »", texter), texter
            )
    if config.ways.bounces is not None:
        trouble = await box_of(config.ways.bounces).check()
        said = "se lit." if trouble is None else f"ne se lit pas ({trouble})."
        yield Finding(trouble is None, f"La boîte des retours {said}")
    elif config.ways.bounce_domain is not None and config.ways.bounce_key is None:
        yield Finding(False, "Des retours ont un domaine, mais ni boîte ni secret pour les lire.")


async def _examined(what: str, way: object) -> Finding:
    """Ask a way whether it is well; one that cannot be asked at no cost says so."""
    if not isinstance(way, Checkable):
        return Finding(True, f"{what} est réglé ; il n'a pas de question sans frais à lui poser.")
    try:
        async with asyncio.timeout(_PATIENCE_S):
            result = await way.check()
    except TimeoutError:
        return Finding(False, f"{what} ne répond pas.")
    if isinstance(result, Accepted):
        return Finding(True, f"{what} répond, et nous connaît.")
    return Finding(False, f"{what} ne répond pas comme il faut ({result.code}).")


def _with_receipts(finding: Finding, way: Mailer | Texter) -> Finding:
    """Say as well of a way that gives no receipts that nobody will see what arrived."""
    if way.capabilities.receipts:
        return finding
    return replace(finding, sentence=f"{finding.sentence} {NO_RECEIPTS}")


def _none(what: str) -> Finding:
    return Finding(True, f"Aucun envoi de {what} n'est réglé : les familles n'en auront pas.")


async def nobody_hears(_provider: str, _said: Told | Reply) -> None:
    """Hear nothing: nobody waits here for what comes back."""
