"""Walkers of both languages: a client of the Python core, and one of the TypeScript core."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import pytest

from crypto.mls.group import Group
from crypto.mls.processing import RemovedFromGroup
from tests.support.mls_actors import NOW, accept
from tests.support.mls_peer.process import Answer, Peer, PeerRefused, unpacked
from tests.support.mls_walk import CONTEXT, LABEL, LENGTH, Ours, Sent, View, Walker

_NUMBERS = count(1)


class Guide(Walker, Protocol):
    """A walker who can also show the group to others, come in from outside, and be put out."""

    def group_info(self) -> bytes:
        """Describe the group for those outside."""

    def enter(self, group_info: bytes, replaces: int | None) -> bytes:
        """Come in from outside."""

    def learn_removal(self, commit: bytes) -> None:
        """See that a commit puts the client out and leaves it what it had."""

    def encode(self) -> bytes:
        """Return what the vault would keep."""

    def decode(self, group: bytes) -> None:
        """Go on with a group that was written elsewhere."""


@dataclass(kw_only=True)
class InPython(Ours):
    """A client of the Python core."""

    def group_info(self) -> bytes:
        """Describe the group for those outside."""
        return self.joined.group_info()

    def learn_removal(self, commit: bytes) -> None:
        """See that a commit puts the client out and leaves it what it had."""
        before = self.joined.encode()
        with pytest.raises(RemovedFromGroup):
            self.joined.process(commit, accept, NOW)
        assert self.joined.encode() == before

    def encode(self) -> bytes:
        """Return what the vault would keep."""
        return self.joined.encode()

    def decode(self, group: bytes) -> None:
        """Go on with a group that was written elsewhere."""
        self.group = Group.decode(group)


@dataclass(kw_only=True)
class InTypeScript:
    """A client of the TypeScript core, which lives in another process under a handle."""

    name: str
    peer: Peer
    handle: str = field(default_factory=lambda: f"client {next(_NUMBERS)}")

    def key_package(self) -> bytes:
        """Make a key package and keep its secrets."""
        return self._bytes("key_package", "key_package", identity=self.name.encode())

    def hold(self, secrets: bytes) -> None:
        """Take the secrets of a key package that was made elsewhere."""
        self._ask("hold", secrets=secrets)

    def create(self, group_id: bytes) -> None:
        """Begin a group of one."""
        self.key_package()
        self._ask("create", group_id=group_id)

    def join(self, welcome: bytes, tree: bytes | None) -> None:
        """Follow a Welcome made for the last key package."""
        self._ask("join", welcome=welcome, tree=tree)

    def commit(self, adds: Sequence[bytes], removes: Sequence[int]) -> Sent:
        """Commit, and move to the next epoch at once."""
        answer = self._ask("commit", adds=list(adds), removes=list(removes))
        welcome = None if answer["welcome"] is None else unpacked(answer, "welcome")
        return Sent(
            commit=unpacked(answer, "commit"), welcome=welcome, tree=unpacked(answer, "tree")
        )

    def enter(self, group_info: bytes, replaces: int | None) -> bytes:
        """Come in from outside."""
        self.key_package()
        return self._bytes("enter", "commit", group_info=group_info, replaces=replaces)

    def process(self, commit: bytes) -> None:
        """Follow another's commit, from what the vault would have kept."""
        self._ask("process", commit=commit)

    def learn_removal(self, commit: bytes) -> None:
        """See that a commit puts the client out and leaves it what it had."""
        before = self._bytes("encode", "group")
        with pytest.raises(PeerRefused, match=r"^RemovedFromGroup$"):
            self.process(commit)
        assert self._bytes("encode", "group") == before

    def group_info(self) -> bytes:
        """Describe the group for those outside."""
        return self._bytes("group_info", "group_info")

    def encode(self) -> bytes:
        """Return what the vault would keep."""
        return self._bytes("encode", "group")

    def decode(self, group: bytes) -> None:
        """Go on with a group that was written elsewhere."""
        self._ask("decode", group=group)

    def leaf(self) -> int:
        """Tell where the client stands."""
        return int(self._view()["leaf"])

    def view(self) -> View:
        """Tell what the client sees."""
        answer = self._view()
        return View(
            epoch=answer["epoch"],
            tree_hash=unpacked(answer, "tree_hash"),
            transcript=unpacked(answer, "transcript"),
            authenticator=unpacked(answer, "authenticator"),
            exported=unpacked(answer, "exported"),
        )

    def _view(self) -> Answer:
        return self._ask("view", label=LABEL, context=CONTEXT, length=LENGTH)

    def _bytes(self, op: str, name: str, **given: object) -> bytes:
        return unpacked(self._ask(op, **given), name)

    def _ask(self, op: str, **given: object) -> Answer:
        return self.peer.ask(op, name=self.handle, **given)
