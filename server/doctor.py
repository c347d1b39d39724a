"""Looks at configuration and surroundings and says in plain sentences what it finds."""

import importlib.util
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from server.accounts.users import opened
from server.config import Config
from server.finding import Finding
from server.ways_examined import ways_examined


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
    async for finding in ways_examined(config):
        yield finding
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
