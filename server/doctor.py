"""Looks at configuration and surroundings and says in plain sentences what it finds."""

import asyncio
import contextlib
import importlib.util
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from server.accounts.users import opened
from server.config import Config

_PATIENCE = 5
_PORTS = {"smtp": 25, "smtps": 465, "http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, and whether all is well with it."""

    good: bool
    sentence: str


async def examine(config: Config) -> AsyncIterator[Finding]:
    """Examine a valid configuration, one finding after the other."""
    yield await _store(config)
    if config.is_https:
        yield Finding(True, "L'adresse publique est en https : les navigateurs y resteront.")
    else:
        yield Finding(
            _is_local(config),
            "L'adresse publique est en http : réservé à cette machine, pour un essai.",
        )
    yield await _reaches("courriels", config.smtp_url)
    yield await _reaches("SMS", config.sms_url)
    fast = importlib.util.find_spec("uvloop") is not None
    yield Finding(True, "uvloop est là." if fast else "uvloop manque : plus lent, rien de grave.")


async def _store(config: Config) -> Finding:
    try:
        async with opened(config) as house:
            complaints = await house.engine.check()
    except Exception as error:  # noqa: BLE001 -- whatever it is, the operator must hear its name
        return Finding(False, f"La base ne s'ouvre pas ({type(error).__name__}).")
    if complaints:
        return Finding(False, f"La base s'ouvre, mais {len(complaints)} défauts y sont.")
    return Finding(True, "La base s'ouvre, et rien n'y est abîmé.")


def _is_local(config: Config) -> bool:
    return urlsplit(config.public_url).hostname in ("127.0.0.1", "localhost", "::1")


async def _reaches(what: str, url: str | None) -> Finding:
    """Tell whether something listens where messages are to be handed over; sends nothing."""
    if url is None:
        return Finding(True, f"Aucun envoi de {what} n'est réglé : les familles n'en auront pas.")
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError):
        return Finding(False, f"Le serveur d'envoi des {what} ne répond pas.")
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Finding(True, f"Le serveur d'envoi des {what} répond.")
