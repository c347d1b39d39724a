"""A device's memory on disk: one file, sealed under a passphrase, replaced as a whole."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from channels.headless_forms import BadAnswer, base64_of, bytes_of
from crypto import aes256
from crypto.backup import Backup
from crypto.membership import BadChain
from crypto.mls.codec import Malformed
from crypto.mls.suite import BadTag
from crypto.session.state import Session
from crypto.session.store import decode_session, encode_session
from crypto.vault import DEFAULT_COST, BadVault, Cost, VaultKey, new_key, unlock

_PAUSE = 0.1


class FileExists(Exception):
    """There is a device in this file already; a second one needs a file of its own."""


class NoFile(Exception):
    """There is no device in this file: `enrol` makes one."""


class FileBusy(Exception):
    """Another process works with this device just now."""


@contextmanager
def alone(path: Path, *, tries: int = 100) -> Iterator[None]:
    """Hold a device's file for oneself: whoever comes second waits up to ten seconds.

    Two processes that each write back what they know would make one device forget keys
    that it has used, and that is worse than any wait.

    Raises:
        FileBusy: The other process is still at it.
    """
    with path.with_name(path.name + ".lock").open("ab") as lock:
        for attempt in range(tries):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == tries - 1:
                    raise FileBusy from None
                time.sleep(_PAUSE)
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What survives a device's process: the server it talks to, its token, its session.

    `backup` is there once a recovery code was set up or typed in (R10).
    """

    server: str
    token: str = field(repr=False)
    session: Session = field(repr=False)
    backup: Backup | None = field(default=None, repr=False)

    def encode(self) -> bytes:
        """Return the bytes that the vault seals."""
        plain = {
            "server": self.server,
            "token": self.token,
            "session": base64_of(encode_session(self.session)),
        }
        if self.backup is not None:
            plain["backup"] = base64_of(self.backup.encode())
        return json.dumps(plain).encode()

    @staticmethod
    def decode(data: bytes) -> "Memory":
        """Read what `encode` wrote.

        Raises:
            BadVault: The vault held something else.
        """
        try:
            plain = json.loads(data)
            session = decode_session(bytes_of(plain["session"]))
            kept = plain.get("backup")
            backup = None if kept is None else Backup.decode(bytes_of(kept))
            return Memory(
                server=plain["server"], token=plain["token"], session=session, backup=backup
            )
        except (ValueError, KeyError, TypeError, BadAnswer, Malformed, BadChain):
            raise BadVault("no memory of a device") from None


@dataclass(slots=True, kw_only=True)
class DeviceFile:
    """The file and what it holds; every change is on disk before anybody acts on it."""

    path: Path
    key: VaultKey = field(repr=False)
    memory: Memory

    @staticmethod
    def create(
        path: Path, passphrase: str, memory: Memory, *, cost: Cost = DEFAULT_COST
    ) -> "DeviceFile":
        """Begin a file.

        Raises:
            FileExists: There is one already.
        """
        if path.exists():
            raise FileExists
        file = DeviceFile(path=path, key=new_key(passphrase, cost=cost), memory=memory)
        file._write()
        return file

    @staticmethod
    def open(path: Path, passphrase: str) -> "DeviceFile":
        """Open a file.

        Raises:
            NoFile: There is none.
            WrongPassphrase: It was sealed under another one.
            BadVault: It is no file of ours.
        """
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            raise NoFile from None
        state, key = unlock(sealed, passphrase)
        return DeviceFile(path=path, key=key, memory=Memory.decode(state))

    def reload(self) -> None:
        """Read again what another process of ours may have written since.

        Raises:
            BadVault: The file is no longer sealed under the key we opened it with.
        """
        sealed, header = self.path.read_bytes(), self.key.header
        if not sealed.startswith(header):
            raise BadVault("another vault")
        try:
            plain = aes256.open_(self.key.key, header, sealed[len(header) :])
        except BadTag:
            raise BadVault("changed by somebody else") from None
        self.memory = Memory.decode(plain)

    def keep(self, session: Session) -> None:
        """Replace the session, durably."""
        self.memory = replace(self.memory, session=session)
        self._write()

    def keep_backup(self, backup: Backup | None) -> None:
        """Replace what is known of the backup, durably."""
        self.memory = replace(self.memory, backup=backup)
        self._write()

    def sign_in(self, token: str) -> None:
        """Replace the token, durably."""
        self.memory = replace(self.memory, token=token)
        self._write()

    def _write(self) -> None:
        """Write beside, then rename: a crash leaves the old state or the new, never half."""
        beside = self.path.with_name(self.path.name + ".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self.key.seal(self.memory.encode()))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        _sync_folder(self.path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
