"""A device's memory on disk: one file, sealed under a passphrase, replaced as a whole."""

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from channels.headless_forms import base64_of, bytes_of
from crypto.session_state import Session
from crypto.session_store import decode_session, encode_session
from crypto.vault import DEFAULT_COST, BadVault, Cost, VaultKey, new_key, unlock


class FileExists(Exception):
    """There is a device in this file already; a second one needs a file of its own."""


class NoFile(Exception):
    """There is no device in this file: `enrol` makes one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What survives a device's process: the server it talks to, its token, its session."""

    server: str
    token: str = field(repr=False)
    session: Session = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes that the vault seals."""
        plain = {
            "server": self.server,
            "token": self.token,
            "session": base64_of(encode_session(self.session)),
        }
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
            return Memory(server=plain["server"], token=plain["token"], session=session)
        except (ValueError, KeyError, TypeError):
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

    def keep(self, session: Session) -> None:
        """Replace the session, durably."""
        self.memory = replace(self.memory, session=session)
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
