"""Random walks of groups whose members are of both languages, watched by services of both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from crypto.mls.public_group import PublicGroup
from tests.support.mls_actors import NOW, accept
from tests.support.mls_peer.process import Peer, unpacked
from tests.support.mls_twin.walker import Guide, InPython, InTypeScript
from tests.support.mls_walk import Sent, View

LARGEST = 8
MOVES_HOUSE = 0.3


@dataclass(kw_only=True)
class TwinWalk:
    """A group, its two delivery services, and where chance takes its members."""

    random: Random
    peer: Peer
    service: PublicGroup
    members: list[Guide]
    hired: int = 1
    moves: list[str] = field(default_factory=list)

    @staticmethod
    def begin(seed: int, peer: Peer) -> "TwinWalk":
        """Begin with one client of either language."""
        random = Random(seed)
        first = _client("client 1", random, peer)
        first.create(b"twin walk %d" % seed)
        info = first.group_info()
        peer.ask("watch", name="service", group_info=info)
        service = PublicGroup.from_group_info(info)
        return TwinWalk(random=random, peer=peer, service=service, members=[first])

    def step(self) -> View:
        """Take one step: a commit of some member, or of one from outside."""
        moves = [self.update, self.come_back]
        moves += [self.remove, self.exchange] if len(self.members) > 2 else []
        moves += [self.add, self.add, self.come_in] if len(self.members) < LARGEST else []
        move = self.random.choice(moves)
        self.moves.append(move.__name__)
        if self.random.random() < MOVES_HOUSE:
            self.move_house()
        move()
        return self.agreed()

    def agreed(self) -> View:
        """See that all members and both services are at one place, and tell which."""
        first, *others = (member.view() for member in self.members)
        assert all(other == first for other in others), self.moves
        context = self.service.state.context
        assert (context.epoch, context.tree_hash) == (first.epoch, first.tree_hash)
        assert context.confirmed_transcript_hash == first.transcript
        leaves = {member.leaf(): member.name.encode() for member in self.members}
        assert {each.leaf: each.identity for each in self.service.members} == leaves
        return first

    def update(self) -> None:
        """One renews its keys."""
        self._commit([], [])

    def add(self) -> None:
        """One adds one or two."""
        self._commit(self._newcomers(), [])

    def remove(self) -> None:
        """One removes one or two others."""
        self._commit([], self._others())

    def exchange(self) -> None:
        """One removes and adds at once."""
        self._commit(self._newcomers(), self._others())

    def come_in(self) -> None:
        """One comes in from outside."""
        (newcomer, *_) = self._newcomers()
        commit = newcomer.enter(self.random.choice(self.members).group_info(), None)
        self._deliver(commit, None, newcomer, [])
        self.members.append(newcomer)

    def come_back(self) -> None:
        """One who lost everything takes its own place again, perhaps in the other language."""
        lost = self.random.choice(self.members)
        info = self.random.choice(self.members).group_info()
        back = _client(lost.name, self.random, self.peer)
        commit = back.enter(info, lost.leaf())
        self._deliver(commit, None, back, [lost])
        self.members.append(back)

    def move_house(self) -> None:
        """One goes on in the other language, from what its vault kept."""
        place = self.random.randrange(len(self.members))
        self.members[place] = moved(self.members[place], self.peer)

    def _newcomers(self) -> list[Guide]:
        found = []
        for _ in range(self.random.randint(1, 2)):
            self.hired += 1
            found.append(_client(f"client {self.hired}", self.random, self.peer))
        return found

    def _others(self) -> list[Guide]:
        """Choose some for removal; the first of the members is spared, so that one commits."""
        self.random.shuffle(self.members)
        return self.members[1 : self.random.randint(2, 3)]

    def _commit(self, adds: Sequence[Guide], removes: Sequence[Guide]) -> None:
        committer = self.random.choice([each for each in self.members if each not in removes])
        packages = [each.key_package() for each in adds]
        sent = committer.commit(packages, [each.leaf() for each in removes])
        self._deliver(sent.commit, sent.welcome, committer, removes)
        self._seat(adds, sent)

    def _seat(self, newcomers: Sequence[Guide], sent: Sent) -> None:
        for newcomer in newcomers:
            assert sent.welcome is not None
            newcomer.join(sent.welcome, sent.tree)
            self.members.append(newcomer)

    def _deliver(
        self, commit: bytes, welcome: bytes | None, committer: Guide, removed: Sequence[Guide]
    ) -> None:
        info, leaf = committer.group_info(), committer.leaf()
        self.service = self.service.process(commit, accept, NOW)
        self.service.check_welcome(welcome)
        self.service.check_group_info(info, leaf)
        followed = self.peer.ask(
            "follow",
            name="service",
            commit=commit,
            welcome=welcome,
            group_info=info,
            committer=leaf,
        )
        assert unpacked(followed, "tree_hash") == self.service.state.context.tree_hash
        for member in self.members:
            if member in removed:
                member.learn_removal(commit)
            elif member is not committer:
                member.process(commit)
        self.members = [member for member in self.members if member not in removed]


def moved(member: Guide, peer: Peer) -> Guide:
    """Have a client go on in the other language, and see that its vault's bytes are the same."""
    kept = member.encode()
    gone: Guide = InPython(name=member.name)
    if isinstance(member, InPython):
        gone = InTypeScript(name=member.name, peer=peer)
    gone.decode(kept)
    assert gone.encode() == kept
    return gone


def _client(name: str, random: Random, peer: Peer) -> Guide:
    """Make a client of either language, as chance has it."""
    if random.random() < 0.5:
        return InPython(name=name)
    return InTypeScript(name=name, peer=peer)
