"""What takes notices on the other side, and an office that sends them."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.outbox import Desk, desk
from tests.support.providers import MailServer, SmsProvider, mail_server, sms_provider


@pytest.fixture
async def provider() -> AsyncIterator[SmsProvider]:
    """A provider of SMS."""
    async with sms_provider() as running:
        yield running


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    """A mail server with its boxes."""
    async with mail_server() as box:
        yield box


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A line of HTTP."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def office(tmp_path: Path, provider: SmsProvider, post: MailServer) -> AsyncIterator[Desk]:
    """An outbox on a store of its own, with both ways out."""
    path = tmp_path / "ronde.sqlite3"
    async with desk(path, sms_url=provider.url, smtp_port=post.port) as opened:
        yield opened
