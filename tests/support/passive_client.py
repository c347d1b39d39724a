"""A client that follows any group of RFC 9420 and says nothing.

The official passive-client vectors use what Ronde's `Group` refuses: pre-shared keys,
proposals by reference, PrivateMessages, changes of the group's extensions. This one
follows them with the core's own lower functions. For tests only: it has no policy.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crypto.mls import key_schedule, transcript, tree_math
from crypto.mls.codec import encode
from crypto.mls.commit import Commit, ProposalRef
from crypto.mls.framing import (
    AuthenticatedContent,
    PublicMessage,
    Sender,
    membership_tag,
    verify_content,
)
from crypto.mls.group_context import GroupContext
from crypto.mls.group_info import GroupInfo, read_tree, verify_group_info
from crypto.mls.key_package import KeyPackageSecrets, check_key_package
from crypto.mls.key_schedule import EpochSecrets
from crypto.mls.leaf_node import LeafPlace, check_leaf
from crypto.mls.message import unpack, unpack_welcome
from crypto.mls.private_message import MessageSecrets, PrivateMessage, unprotect
from crypto.mls.proposal import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    InjectPsk,
    Proposal,
    Remove,
    Update,
)
from crypto.mls.psk import ExternalPskId, PreSharedKey, PreSharedKeyId, psk_secret
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.registry import SenderType
from crypto.mls.suite import Secret, Suite, suite_of
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_kem import TreeKeys, climb, merge_path, open_path
from crypto.mls.tree_validation import check_tree, check_unique
from crypto.mls.update_path import UpdatePath
from crypto.mls.welcome import open_group_info, open_group_secrets


class Followed(Exception):
    """Something in a message is not as the members of the group would have made it."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A proposal with the one who made it."""

    proposal: Proposal
    sender: Sender


@dataclass(frozen=True, kw_only=True)
class Next:
    """What the proposals of a commit come to, before its path."""

    tree: RatchetTree
    context: GroupContext
    newcomers: frozenset[int]


@dataclass(kw_only=True)
class Keyring:
    """The pre-shared keys a client can name: given ones, and those of epochs it saw."""

    external: Mapping[bytes, bytes]
    resumption: dict[tuple[bytes, int], Secret] = field(default_factory=dict)

    def secret(self, suite: Suite, names: Sequence[PreSharedKeyId]) -> Secret:
        """Chain the keys so named."""
        return psk_secret(suite, [PreSharedKey(id=name, secret=self._find(name)) for name in names])

    def _find(self, name: PreSharedKeyId) -> Secret:
        if isinstance(name, ExternalPskId):
            return Secret(self.external[name.psk_id])
        return self.resumption[name.group_id, name.epoch]


@dataclass(kw_only=True)
class PassiveClient:
    """One member's view, moved on by each commit."""

    suite: Suite
    keyring: Keyring
    tree: RatchetTree
    context: GroupContext
    keys: TreeKeys
    secrets: EpochSecrets
    interim: bytes
    heard: dict[bytes, Sent] = field(default_factory=dict)

    @property
    def authenticator(self) -> bytes:
        """The epoch authenticator."""
        return self.secrets.authenticator

    @staticmethod
    def join(
        welcome: bytes, own: KeyPackageSecrets, tree: bytes | None, external: Mapping[bytes, bytes]
    ) -> "PassiveClient":
        """Enter by a Welcome, verifying what section 12.4.3.1 asks for."""
        message = unpack_welcome(welcome)
        suite = suite_of(message.cipher_suite)
        keyring = Keyring(external=external)
        given = open_group_secrets(suite, message, own)
        psk = keyring.secret(suite, given.psks)
        info = open_group_info(suite, message, joiner=given.joiner_secret, psk_secret=psk)
        held = info.tree_bytes() or tree
        assert held is not None, "no tree came with the Welcome"
        public = read_tree(held)
        _check_info(suite, info, public)
        secrets = _epoch(suite, given.joiner_secret, psk, info.context)
        _check_tag(suite, secrets, info.context, info.confirmation_tag)
        confirmed = info.context.confirmed_transcript_hash
        client = PassiveClient(
            suite=suite,
            keyring=keyring,
            tree=public,
            context=info.context,
            keys=_keys_of_joiner(suite, public, own, info.signer, given.path_secret),
            secrets=secrets,
            interim=transcript.interim_hash(suite, confirmed, info.confirmation_tag),
        )
        client._remember()
        return client

    def hear(self, message: bytes) -> None:
        """Keep a proposal until a commit names it."""
        opened = self._open(message)
        body = opened.content.body
        assert not isinstance(body, bytes | Commit), "not a proposal"
        reference = opened.proposal_reference(self.suite)
        self.heard[reference] = Sent(proposal=body, sender=opened.content.sender)

    def follow(self, message: bytes) -> None:
        """Move to the epoch that a commit begins, or raise and stay."""
        opened = self._open(message)
        commit = opened.commit()
        sender = opened.content.sender
        proposals = [self._named(each, sender) for each in commit.proposals]
        external = sender.type == SenderType.NEW_MEMBER_COMMIT
        after = self._apply(proposals)
        leaf = after.tree.first_blank() if external else sender.index
        after = replace(after, tree=after.tree.room_for(leaf))
        keys, commit_secret, tree = self._take_path(commit.path, after, leaf)
        confirmed = transcript.confirmed_hash(self.suite, self.interim, opened)
        context = replace(
            after.context,
            tree_hash=root_hash(self.suite, tree),
            confirmed_transcript_hash=confirmed,
        )
        psk = self.keyring.secret(self.suite, _psks(proposals))
        init = self._init_secret(proposals)
        joiner = key_schedule.joiner_secret(self.suite, init, commit_secret, context)
        secrets = _epoch(self.suite, joiner, psk, context)
        tag = opened.auth.confirmation_tag or b""
        _check_tag(self.suite, secrets, context, tag)
        self.tree, self.context, self.keys, self.secrets = tree, context, keys, secrets
        self.interim = transcript.interim_hash(self.suite, confirmed, tag)
        self.heard.clear()
        self._remember()

    def _remember(self) -> None:
        name = (self.context.group_id, self.context.epoch)
        self.keyring.resumption[name] = self.secrets.resumption_psk

    def _open(self, message: bytes) -> AuthenticatedContent:
        """Take a content out of either kind of message and verify who sent it."""
        content = unpack(message)
        if isinstance(content, PublicMessage):
            opened = content.authenticated()
            self._check_membership(content, opened)
        elif isinstance(content, PrivateMessage):
            opened = unprotect(self.suite, content, self._message_secrets())
        else:
            raise Followed("neither a PublicMessage nor a PrivateMessage")
        place = (opened.content.group_id, opened.content.epoch)
        if place != (self.context.group_id, self.context.epoch):
            raise Followed("another group or another epoch")
        verify_content(self.suite, opened, self._key_of(opened), context=self.context)
        return opened

    def _check_membership(self, message: PublicMessage, opened: AuthenticatedContent) -> None:
        if message.content.sender.type != SenderType.MEMBER:
            return
        key = self.secrets.membership_key
        tag = membership_tag(self.suite, opened, key, context=self.context)
        if tag != message.membership_tag:
            raise Followed("a membership tag that no member made")

    def _message_secrets(self) -> MessageSecrets:
        return MessageSecrets(
            encryption=self.secrets.encryption,
            sender_data=self.secrets.sender_data,
            leaf_count=self.tree.width,
        )

    def _key_of(self, opened: AuthenticatedContent) -> bytes:
        sender, body = opened.content.sender, opened.content.body
        if sender.type == SenderType.MEMBER:
            return self.tree.member(sender.index).signature_key
        if sender.type == SenderType.NEW_MEMBER_COMMIT and isinstance(body, Commit) and body.path:
            return body.path.leaf_node.signature_key
        if sender.type == SenderType.NEW_MEMBER_PROPOSAL and isinstance(body, Add):
            return body.key_package.leaf_node.signature_key
        raise Followed("a sender the vectors do not have")

    def _named(self, proposal: Proposal | ProposalRef, committer: Sender) -> Sent:
        if isinstance(proposal, ProposalRef):
            return self.heard[proposal.reference]
        return Sent(proposal=proposal, sender=committer)

    def _apply(self, proposals: Sequence[Sent]) -> Next:
        """Apply proposals in the order of section 12.3."""
        context = replace(self.context, epoch=self.context.epoch + 1)
        for sent in proposals:
            if isinstance(sent.proposal, GroupContextExtensions):
                context = replace(context, extensions=sent.proposal.extensions)
        tree = self._with_updates(context, proposals)
        for sent in proposals:
            if isinstance(sent.proposal, Remove):
                tree = tree.remove(sent.proposal.removed)
        newcomers = set()
        for sent in proposals:
            if isinstance(sent.proposal, Add):
                package = sent.proposal.key_package
                extensions = context.extensions
                check_key_package(self.suite, package, group_extensions=extensions, lifetimes=None)
                tree, leaf = tree.add(package.leaf_node)
                newcomers.add(leaf)
        check_unique(tree)
        return Next(tree=tree, context=context, newcomers=frozenset(newcomers))

    def _with_updates(self, context: GroupContext, proposals: Sequence[Sent]) -> RatchetTree:
        tree = self.tree
        for sent in proposals:
            if isinstance(sent.proposal, Update):
                leaf = sent.sender.index
                place = LeafPlace(group_id=context.group_id, leaf=leaf)
                node, extensions = sent.proposal.leaf_node, context.extensions
                check_leaf(self.suite, node, place, group_extensions=extensions, lifetimes=None)
                tree = tree.update(leaf, node)
        return tree

    def _take_path(
        self, path: UpdatePath | None, after: Next, sender: int
    ) -> tuple[TreeKeys, Secret, RatchetTree]:
        keys = self.keys.within(after.tree)
        if path is None:
            return keys, key_schedule.no_path(self.suite), after.tree
        place = LeafPlace(group_id=self.context.group_id, leaf=sender)
        extensions = after.context.extensions
        check_leaf(self.suite, path.leaf_node, place, group_extensions=extensions, lifetimes=None)
        tree = merge_path(self.suite, after.tree, sender, path, after.newcomers)
        provisional = replace(after.context, tree_hash=root_hash(self.suite, tree))
        opened = open_path(
            self.suite,
            path,
            tree,
            sender=sender,
            keys=keys,
            context=encode(provisional),
            newcomers=after.newcomers,
        )
        return opened.keys, opened.commit_secret, tree

    def _init_secret(self, proposals: Sequence[Sent]) -> Secret:
        for sent in proposals:
            if isinstance(sent.proposal, ExternalInit):
                output = sent.proposal.kem_output
                return key_schedule.receive_external_init(self.suite, self.secrets, output)
        return self.secrets.init


def _psks(proposals: Sequence[Sent]) -> list[PreSharedKeyId]:
    return [sent.proposal.psk for sent in proposals if isinstance(sent.proposal, InjectPsk)]


def _epoch(suite: Suite, joiner: Secret, psk: Secret, context: GroupContext) -> EpochSecrets:
    secret = key_schedule.epoch_secret(suite, joiner, psk, context)
    return key_schedule.derive_epoch(suite, secret)


def _check_tag(suite: Suite, secrets: EpochSecrets, context: GroupContext, tag: bytes) -> None:
    confirmed = context.confirmed_transcript_hash
    if transcript.confirmation_tag(suite, secrets.confirmation_key, confirmed) != tag:
        raise Followed("a confirmation tag of another epoch")


def _check_info(suite: Suite, info: GroupInfo, tree: RatchetTree) -> None:
    verify_group_info(suite, info, tree.member(info.signer).signature_key)
    if root_hash(suite, tree) != info.context.tree_hash:
        raise Followed("a tree of another group")
    check_tree(
        suite,
        tree,
        group_id=info.context.group_id,
        group_extensions=info.context.extensions,
        lifetimes=None,
    )


def _keys_of_joiner(
    suite: Suite, tree: RatchetTree, own: KeyPackageSecrets, signer: int, secret: Secret | None
) -> TreeKeys:
    ours = encode(own.key_package.leaf_node)
    leaf = next(number for number, node in tree.members() if encode(node) == ours)
    private = {tree_math.leaf_node(leaf): own.encryption_key}
    if secret is not None:
        above = [place for place, _ in tree.filtered_path(signer) if tree_math.covers(place, leaf)]
        private |= climb(suite, tree, above, secret)[0]
    return TreeKeys(leaf=leaf, private=private)
