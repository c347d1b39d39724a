"""A walker whose client is ts-mls."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.mls_actors import NOW
from tests.support.mls_peer.process import Answer, Peer, PeerRefused, unpacked
from tests.support.mls_walk import CONTEXT, LABEL, LENGTH, Sent, View, WillNotJoin

DAY = 86_400
# What ts-mls 1.6.4 says to some valid trees: it wants all nodes above an unmerged leaf to
# list the very same leaves, where RFC 9420, section 12.4.3.1 wants them to list that leaf.
UNMERGED_ALIKE = "must list leaf node in its unmerged_leaves"


@dataclass(kw_only=True)
class Theirs:
    """A client of the outside peer."""

    name: str
    peer: Peer

    def key_package(self) -> bytes:
        """Make a key package and keep its secrets."""
        now = int(NOW.timestamp())
        answer = self._ask(
            "key_package",
            identity=self.name.encode(),
            not_before=now - DAY,
            not_after=now + 60 * DAY,
        )
        return unpacked(answer, "key_package")

    def create(self, group_id: bytes) -> None:
        """Begin a group of one."""
        self.key_package()
        self._ask("create", group_id=group_id)

    def join(self, welcome: bytes, tree: bytes | None) -> None:
        """Follow a Welcome made for the last key package.

        Raises:
            WillNotJoin: The tree has nodes above each other with different unmerged leaves.
        """
        try:
            self._ask("join", welcome=welcome, tree=tree)
        except PeerRefused as refusal:
            if UNMERGED_ALIKE in str(refusal):
                raise WillNotJoin from None
            raise

    def commit(self, adds: Sequence[bytes], removes: Sequence[int]) -> Sent:
        """Commit, and move to the next epoch at once."""
        answer = self._ask("commit", adds=list(adds), removes=list(removes))
        welcome = None if answer["welcome"] is None else unpacked(answer, "welcome")
        return Sent(commit=unpacked(answer, "commit"), welcome=welcome, tree=None)

    def process(self, commit: bytes) -> None:
        """Follow another's commit."""
        self._ask("process", commit=commit)

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

    def _ask(self, op: str, **given: object) -> Answer:
        return self.peer.ask(op, name=self.name, **given)
