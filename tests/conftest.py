"""Fixtures every test may ask for."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from typing_extensions import override
from xdist.remote import Producer  # type: ignore[import-untyped]  # ships no types
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # the same

from server.storage.engine import Engine
from server.storage.opening import open_engine
from tests.support.engines import TickingClock, database_address, fresh_database, secantus

# How long an example takes tells of the machine and of who else is busy on it, not of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # the same
    """Keeps a file on one worker, for what its tests share; those in a browser share nothing."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith("tests/browser/") else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Hand out the tests of a browser one by one: no worker idles while the last file ends."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def mongodb_server() -> Iterator[str]:
    """Give the address of a real MongoDB if one is named, else of a stand-in."""
    named = os.environ.get("RONDE_TEST_MONGODB_URI")
    if named:
        yield named
        return
    with secantus("--storage-path", ":memory:") as server:
        yield server.address


@pytest.fixture
def sqlite_address(tmp_path: Path) -> str:
    return str(tmp_path / "ronde.sqlite3")


@pytest.fixture
def mongodb_address(mongodb_server: str) -> Iterator[str]:
    with fresh_database(mongodb_server) as name:
        yield database_address(mongodb_server, name)


@pytest.fixture(params=["sqlite", "mongodb"])
def store_address(request: pytest.FixtureRequest) -> str:
    """Name an empty store, on each engine in turn."""
    address: str = request.getfixturevalue(f"{request.param}_address")
    return address


@pytest.fixture
async def engine(store_address: str) -> AsyncIterator[Engine]:
    """Open an empty store, on each engine in turn."""
    opened = await open_engine(store_address, TickingClock())
    yield opened
    await opened.close()
