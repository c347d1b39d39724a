"""The mailbox that mails come back to: a Maildir folder of this machine, or IMAP over TLS.

What was read and understood is taken out, since a return quotes addresses; what was not is
left where an operator finds it, marked as read. Both are slow and block, so they run in a
thread beside the loop.
"""

import asyncio
import contextlib
import imaplib
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from typing_extensions import override

from server.logs import logger
from server.senders.addresses import ProviderAddress
from server.senders.bounce import LONGEST

MOST_AT_ONCE = 100
_TIMEOUT_S = 30

Handle = Callable[[bytes], Awaitable[bool]]
"""Takes one mail, and says whether it was understood; an error leaves it for the next time."""


class BounceBox(Protocol):
    """A mailbox of returns."""

    async def empty(self, handle: Handle) -> int:
        """Hand each new mail on, and say how many there were; at most a hundred at a time."""
        ...

    async def check(self) -> str | None:
        """Say in one stable word what is wrong with it; None is well."""
        ...


def box_of(address: ProviderAddress) -> BounceBox:
    """Open the mailbox that settings name; nothing is read yet."""
    if address.scheme == "maildir":
        return MaildirBox(folder=Path("/") / address.path)
    return ImapBox(
        host=address.host,
        port=address.port,
        user=address.user or "",
        password=address.password or "",
        box=address.path or "INBOX",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MaildirBox(BounceBox):
    """A Maildir: what is new stands in `new`, what was seen in `cur` with an `S`."""

    folder: Path = field(repr=False)

    @override
    async def empty(self, handle: Handle) -> int:
        """Take what is understood out, and move what is not among the seen."""
        paths = await asyncio.to_thread(self._new)
        for path in paths:
            raw = await asyncio.to_thread(_read, path)
            understood = raw is not None and await handle(raw)
            await asyncio.to_thread(self._put_away, path, understood)
        return len(paths)

    @override
    async def check(self) -> str | None:
        """Look whether the folder is there, and ours to empty."""
        there = await asyncio.to_thread((self.folder / "new").is_dir)
        return None if there else "bounces_no_folder"

    def _new(self) -> list[Path]:
        found = sorted((self.folder / "new").iterdir(), key=lambda path: path.name)
        return [path for path in found if path.is_file()][:MOST_AT_ONCE]

    def _put_away(self, path: Path, understood: bool) -> None:  # noqa: FBT001 - called by a thread
        if understood:
            path.unlink(missing_ok=True)
            return
        with contextlib.suppress(FileNotFoundError):
            path.rename(self.folder / "cur" / f"{path.name.partition(':')[0]}:2,S")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapBox(BounceBox):
    """A mailbox over IMAP, TLS at once; `trust` overrides the system's roots."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    box: str = "INBOX"
    trust: ssl.SSLContext | None = None

    @override
    async def empty(self, handle: Handle) -> int:
        """Fetch what is unseen; delete what is understood, and leave the rest as seen."""
        loop = asyncio.get_running_loop()

        def handled(raw: bytes) -> bool:
            return asyncio.run_coroutine_threadsafe(_bool(handle, raw), loop).result()

        return await asyncio.to_thread(self._empty, handled)

    @override
    async def check(self) -> str | None:
        """Sign in and look at the mailbox."""
        try:
            await asyncio.to_thread(self._look)
        except (imaplib.IMAP4.error, OSError) as failure:
            return f"bounces_{type(failure).__name__}".lower()
        return None

    def _look(self) -> None:
        with self._opened():
            pass

    def _empty(self, handled: Callable[[bytes], bool]) -> int:
        with self._opened() as line:
            _, found = line.search(None, "UNSEEN", "SMALLER", str(LONGEST))
            numbers = (found[0] or b"").split()[:MOST_AT_ONCE]
            for number in numbers:
                named = number.decode("ascii")
                _, parts = line.fetch(named, "(BODY.PEEK[])")
                raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
                flags = r"(\Seen \Deleted)" if raw and handled(raw) else r"(\Seen)"
                line.store(named, "+FLAGS", flags)
            line.expunge()
        return len(numbers)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4_SSL]:
        context = self.trust or ssl.create_default_context()
        line = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=context, timeout=_TIMEOUT_S)
        try:
            line.login(self.user, self.password)
            kind, _ = line.select(f'"{self.box}"')
            if kind != "OK":
                raise imaplib.IMAP4.error
            yield line
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                line.logout()


async def _bool(handle: Handle, raw: bytes) -> bool:
    try:
        return await handle(raw)
    except Exception as error:
        logger().error("bounce_failed", cause=error)
        raise


def _read(path: Path) -> bytes | None:
    """Read a mail; None for one that is too long or gone."""
    try:
        return path.read_bytes() if path.stat().st_size <= LONGEST else None
    except OSError:
        return None
