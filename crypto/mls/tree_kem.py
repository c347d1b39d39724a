"""New keys along a path, and who gets to know them: RFC 9420, sections 7.4 to 7.6."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from crypto.mls import tree_math
from crypto.mls.codec import Malformed, Reader, Writer
from crypto.mls.leaf_node import LeafNode, LeafPlace, sign_leaf
from crypto.mls.ratchet_tree import ParentNode, RatchetTree
from crypto.mls.refused import Refused
from crypto.mls.registry import LeafNodeSource
from crypto.mls.suite import BadTag, KeyPair, Secret, Suite, equal
from crypto.mls.tree_hash import parent_hash
from crypto.mls.update_path import UpdatePath, UpdatePathNode

_LABEL = "UpdatePathNode"
_PRIVATE_KEY_LENGTH = 32


class InvalidPath(Refused):
    """An update path does not fit the tree, or its keys do not fit their secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeKeys:
    """The private keys one member holds: its leaf's and those above it, by place."""

    leaf: int
    private: Mapping[int, Secret] = field(repr=False)

    def within(self, tree: RatchetTree) -> "TreeKeys":
        """Forget the keys of nodes that a tree no longer has."""
        count = tree_math.node_count(tree.width)
        kept = {
            place: key
            for place, key in self.private.items()
            if place < count and tree.node(place) is not None
        }
        return TreeKeys(leaf=self.leaf, private=kept)

    def without(self, places: Sequence[int]) -> "TreeKeys":
        """Forget the keys at some places."""
        kept = {place: key for place, key in self.private.items() if place not in places}
        return TreeKeys(leaf=self.leaf, private=kept)

    def with_keys(self, new: Mapping[int, Secret]) -> "TreeKeys":
        """Replace or add keys."""
        return TreeKeys(leaf=self.leaf, private={**self.private, **new})

    def suffice(self, tree: RatchetTree) -> bool:
        """Tell whether we can open all that is sealed to the nodes above our leaf.

        A parent that does not list us as unmerged is taken to be known to us: section 4.2.
        """
        above = tree_math.direct_path(tree_math.leaf_node(self.leaf), tree.width)
        nodes = {place: tree.parent_node(place) for place in above}
        return all(
            place in self.private
            for place, node in nodes.items()
            if node is not None and self.leaf not in node.unmerged_leaves
        )

    def fit(self, suite: Suite, tree: RatchetTree) -> bool:
        """Tell whether these are private halves of keys in the tree, the leaf's among them."""
        if tree.leaf(self.leaf) is None or tree_math.leaf_node(self.leaf) not in self.private:
            return False
        count = tree_math.node_count(tree.width)
        return all(
            place < count and suite.encryption_public(key) == _key_at(tree, place)
            for place, key in self.private.items()
        )

    def write(self, writer: Writer) -> None:
        """Append a form for the owner's own vault; it is not part of RFC 9420."""
        inner = Writer()
        for place, key in sorted(self.private.items()):
            inner.uint32(place).opaque(key)
        writer.uint32(self.leaf).opaque(inner.bytes())

    @staticmethod
    def read(reader: Reader) -> "TreeKeys":
        """Take the form that `write` made.

        Raises:
            Malformed: The places do not rise.
        """
        leaf, keys = reader.uint32(), reader.vector(_read_key)
        if any(place >= next_place for (place, _), (next_place, _) in pairwise(keys)):
            raise Malformed("keys out of order")
        return TreeKeys(leaf=leaf, private=dict(keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPath:
    """A path its maker has laid but not yet sealed; `secrets` are path secrets by place."""

    tree: RatchetTree
    keys: TreeKeys
    secrets: Mapping[int, Secret] = field(repr=False)
    commit_secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPath:
    """What a member learns from a path: the commit secret, and its keys from now on."""

    keys: TreeKeys
    commit_secret: Secret


def lay_path(
    suite: Suite, tree: RatchetTree, leaf: int, public_keys: Sequence[bytes]
) -> tuple[RatchetTree, bytes]:
    """Put new keys above a leaf; return the tree and the parent hash the leaf must carry.

    Parent hashes are computed from the root down, so that each covers all keys above.

    Raises:
        InvalidPath: There are more or fewer keys than nodes in the filtered path.
    """
    steps = tree.filtered_path(leaf)
    if len(steps) != len(public_keys):
        raise InvalidPath("a path of the wrong length")
    above = b""
    parents = {}
    for (place, other), key in zip(reversed(steps), reversed(public_keys), strict=True):
        parents[place] = ParentNode(encryption_key=key, parent_hash=above)
        above = parent_hash(suite, tree, parents[place], other)
    return tree.set_path(leaf, tree.leaf(leaf), parents), above


def new_path(
    suite: Suite, tree: RatchetTree, place: LeafPlace, draft: LeafNode, signature_key: bytes
) -> NewPath:
    """Make fresh keys for a leaf and its filtered path, and sign the new leaf.

    `draft` gives the leaf its signature key, credential and capabilities.
    """
    steps = tree.filtered_path(place.leaf)
    secrets, commit_secret = _fresh_secrets(suite, [node for node, _ in steps])
    pairs = {node: _node_pair(suite, secret) for node, secret in secrets.items()}
    own = suite.generate_key_pair()
    public = [pair.public for pair in pairs.values()]
    laid, leaf_parent_hash = lay_path(suite, tree, place.leaf, public)
    unsigned = replace(
        draft,
        encryption_key=own.public,
        source=LeafNodeSource.COMMIT,
        lifetime=None,
        parent_hash=leaf_parent_hash,
    )
    signed = sign_leaf(suite, unsigned, signature_key, place)
    private = {node: pair.private for node, pair in pairs.items()}
    return NewPath(
        tree=laid.replace_leaf(place.leaf, signed),
        keys=TreeKeys(leaf=place.leaf, private={2 * place.leaf: own.private, **private}),
        secrets=secrets,
        commit_secret=commit_secret,
    )


def seal_path(suite: Suite, path: NewPath, context: bytes, newcomers: frozenset[int]) -> UpdatePath:
    """Seal each path secret to those who are to know it: section 7.5.

    `context` is the encoded provisional group context; newcomers, by leaf, are left out
    because the Welcome tells them.
    """
    tree, nodes = path.tree, []
    for place, other in tree.filtered_path(path.keys.leaf):
        keys = [_public_key(tree, each) for each in _recipients(tree, other, newcomers)]
        secret = path.secrets[place]
        sealed = [suite.seal_with_label(key, _LABEL, context, secret) for key in keys]
        public = _public_key(tree, place)
        nodes.append(UpdatePathNode(encryption_key=public, encrypted_path_secret=tuple(sealed)))
    return UpdatePath(leaf_node=tree.member(path.keys.leaf), nodes=tuple(nodes))


def merge_path(
    suite: Suite, tree: RatchetTree, leaf: int, path: UpdatePath, newcomers: frozenset[int]
) -> RatchetTree:
    """Put a committer's path into the tree after its proposals: sections 7.5 and 12.4.2.

    All that can be checked without a private key is checked here, but for the leaf itself.

    Raises:
        InvalidPath: Wrong length, wrong number of ciphertexts, a key used before, or a
            parent hash that the leaf does not carry.
        BadTag: Nobody could open one of the ciphertexts.
        BadKey: Nobody could seal to one of the keys.
    """
    keys = [node.encryption_key for node in path.nodes]
    _check_fresh(suite, tree, [path.leaf_node.encryption_key, *keys])
    laid, leaf_parent_hash = lay_path(suite, tree, leaf, keys)
    for node, (_, other) in zip(path.nodes, tree.filtered_path(leaf), strict=True):
        _check_sealed(suite, node, len(_recipients(tree, other, newcomers)))
    if path.leaf_node.source != LeafNodeSource.COMMIT:
        raise InvalidPath("a leaf that was not made for this commit")
    if not equal(path.leaf_node.parent_hash or b"", leaf_parent_hash):
        raise InvalidPath("a leaf that does not vouch for the keys above it")
    return laid.replace_leaf(leaf, path.leaf_node)


def open_path(
    suite: Suite,
    path: UpdatePath,
    tree: RatchetTree,
    *,
    sender: int,
    keys: TreeKeys,
    context: bytes,
    newcomers: frozenset[int],
) -> OpenedPath:
    """Learn one's part of a path already merged into `tree`.

    Raises:
        InvalidPath: A key does not come from its secret, or none was sealed to us.
        BadTag: What was sealed to us cannot be opened.
    """
    steps = tree.filtered_path(sender)
    index = next(
        (at for at, (_, side) in enumerate(steps) if tree_math.covers(side, keys.leaf)), -1
    )
    if index < 0:
        raise InvalidPath("a path that passes us by")
    recipients = _recipients(tree, steps[index][1], newcomers)
    ours = next((at for at, place in enumerate(recipients) if place in keys.private), -1)
    if ours < 0:
        raise InvalidPath("a path sealed to none of our keys")
    sealed = path.nodes[index].encrypted_path_secret[ours]
    secret = suite.open_with_label(keys.private[recipients[ours]], _LABEL, context, sealed)
    new, commit_secret = climb(suite, tree, [place for place, _ in steps[index:]], secret)
    overwritten = tree_math.direct_path(2 * sender, tree.width)
    return OpenedPath(keys=keys.without(overwritten).with_keys(new), commit_secret=commit_secret)


def climb(
    suite: Suite, tree: RatchetTree, places: Sequence[int], secret: Secret
) -> tuple[dict[int, Secret], Secret]:
    """Derive private keys upwards from a path secret: (keys by place, commit secret).

    Raises:
        InvalidPath: A derived public key is not the one in the tree (section 7.5).
    """
    keys = {}
    for place in places:
        pair = _node_pair(suite, secret)
        if not equal(pair.public, _public_key(tree, place)):
            raise InvalidPath("a key that does not come from its secret")
        keys[place] = pair.private
        secret = suite.derive_secret(secret, "path")
    return keys, secret


def _fresh_secrets(suite: Suite, places: Sequence[int]) -> tuple[dict[int, Secret], Secret]:
    secret = suite.random_secret()
    secrets = {}
    for place in places:
        secrets[place] = secret
        secret = suite.derive_secret(secret, "path")
    return secrets, secret


def _node_pair(suite: Suite, path_secret: Secret) -> KeyPair:
    return suite.derive_key_pair(suite.derive_secret(path_secret, "node"))


def _recipients(tree: RatchetTree, place: int, newcomers: frozenset[int]) -> tuple[int, ...]:
    """Resolution of a copath node without those added by the same commit."""
    resolution = tree.resolution(place)
    if not newcomers:
        return resolution
    late = {2 * leaf for leaf in newcomers}
    return tuple(each for each in resolution if each not in late)


def _check_fresh(suite: Suite, tree: RatchetTree, keys: Sequence[bytes]) -> None:
    if len(set(keys)) != len(keys) or not set(keys).isdisjoint(tree.encryption_keys()):
        raise InvalidPath("a key that was used before")
    for key in keys:
        suite.check_public_key(key)


def _check_sealed(suite: Suite, node: UpdatePathNode, recipients: int) -> None:
    """Refuse what nobody could open, as far as its outside tells."""
    if len(node.encrypted_path_secret) != recipients:
        raise InvalidPath("a path secret sealed to too many or too few")
    length = suite.hash_length + suite.tag_length
    for sealed in node.encrypted_path_secret:
        if len(sealed.ciphertext) != length or not suite.is_usable_key(sealed.kem_output):
            raise BadTag


def _key_at(tree: RatchetTree, place: int) -> bytes | None:
    node = tree.node(place)
    return None if node is None else node.encryption_key


def _public_key(tree: RatchetTree, place: int) -> bytes:
    key = _key_at(tree, place)
    if key is None:
        raise InvalidPath("a path through a blank node")
    return key


def _read_key(reader: Reader) -> tuple[int, Secret]:
    return reader.uint32(), Secret(reader.fixed(_PRIVATE_KEY_LENGTH))
