"""The official vectors of RFC 9420, suite 1: keys along paths."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from crypto.mls import tree_math
from crypto.mls.codec import decode, encode
from crypto.mls.group_context import GroupContext
from crypto.mls.leaf_node import LeafPlace, verify_leaf
from crypto.mls.ratchet_tree import RatchetTree
from crypto.mls.suite import Secret, Suite, suite_of
from crypto.mls.tree_hash import root_hash
from crypto.mls.tree_kem import TreeKeys, climb, merge_path, new_path, open_path, seal_path
from crypto.mls.tree_validation import check_parent_hashes
from crypto.mls.update_path import UpdatePath
from tests.support.mls_vectors import Row, rows, unhex

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A TreeKEM row, read: the public tree and what each member holds."""

    suite: Suite
    tree: RatchetTree
    context: GroupContext
    keys: dict[int, TreeKeys]
    signature_keys: dict[int, bytes]

    def open(self, path: UpdatePath, sender: int, keys: TreeKeys) -> tuple[TreeKeys, Secret]:
        """Process a path as one member: its new keys and the commit secret."""
        merged = merge_path(self.suite, self.tree, sender, path, NOBODY)
        opened = open_path(
            self.suite,
            path,
            merged,
            sender=sender,
            keys=keys,
            context=self.provisional(merged),
            newcomers=NOBODY,
        )
        return opened.keys, opened.commit_secret

    def provisional(self, merged: RatchetTree) -> bytes:
        """Return the context that the secrets of a path are sealed in."""
        return encode(replace(self.context, tree_hash=root_hash(self.suite, merged)))

    def others(self, sender: int) -> Iterator[TreeKeys]:
        """Go through the members but the sender."""
        return (keys for leaf, keys in self.keys.items() if leaf != sender)


def scene_of(row: Row) -> Scene:
    """Read a TreeKEM row."""
    suite = suite_of(row["cipher_suite"])
    tree = decode(RatchetTree.read, unhex(row["ratchet_tree"]))
    context = GroupContext(
        cipher_suite=row["cipher_suite"],
        group_id=unhex(row["group_id"]),
        epoch=row["epoch"],
        tree_hash=root_hash(suite, tree),
        confirmed_transcript_hash=unhex(row["confirmed_transcript_hash"]),
    )
    return Scene(
        suite=suite,
        tree=tree,
        context=context,
        keys={given["index"]: keys_of(suite, given) for given in row["leaves_private"]},
        signature_keys={
            given["index"]: unhex(given["signature_priv"]) for given in row["leaves_private"]
        },
    )


def keys_of(suite: Suite, given: dict[str, Any]) -> TreeKeys:
    """Read what one member of a TreeKEM row holds."""
    private = {2 * given["index"]: Secret(unhex(given["encryption_priv"]))}
    for step in given["path_secrets"]:
        node_secret = suite.derive_secret(unhex(step["path_secret"]), "node")
        private[step["node"]] = suite.derive_key_pair(node_secret).private
    return TreeKeys(leaf=given["index"], private=private)


@pytest.mark.parametrize("row", rows("treekem"))
def test_each_private_key_belongs_to_the_public_key_in_the_tree(row: Row) -> None:
    scene = scene_of(row)
    message = b"to whom it may concern"

    opened = [
        scene.suite.open_with_label(
            private,
            "test",
            b"",
            scene.suite.seal_with_label(node.encryption_key, "test", b"", message),
        )
        for keys in scene.keys.values()
        for place, private in keys.private.items()
        if (node := scene.tree.node(place)) is not None
    ]

    held = [place for keys in scene.keys.values() for place in keys.private]
    assert opened == [message] * len(held)
    assert set(scene.keys) == {leaf for leaf, _ in scene.tree.members()}
    for leaf, private in scene.signature_keys.items():
        assert scene.suite.signature_public(private) == scene.tree.member(leaf).signature_key


@pytest.mark.parametrize("row", rows("treekem"))
def test_everyone_learns_the_commit_secret_of_every_path(row: Row) -> None:
    scene = scene_of(row)

    for given in row["update_paths"]:
        sender, path = given["sender"], decode(UpdatePath.read, unhex(given["update_path"]))
        merged = merge_path(scene.suite, scene.tree, sender, path, NOBODY)
        for keys in scene.others(sender):
            learned, commit_secret = scene.open(path, sender, keys)
            above = [
                place
                for place, _ in merged.filtered_path(sender)
                if tree_math.covers(place, keys.leaf)
            ]
            secret = Secret(unhex(given["path_secrets"][keys.leaf]))
            expected = climb(scene.suite, merged, above, secret)

            assert commit_secret == unhex(given["commit_secret"])
            assert expected == ({place: learned.private[place] for place in above}, commit_secret)

        assert encode(path) == unhex(given["update_path"])
        assert root_hash(scene.suite, merged) == unhex(given["tree_hash_after"])
        check_parent_hashes(scene.suite, merged)


@pytest.mark.parametrize("row", rows("treekem"))
def test_everyone_learns_the_commit_secret_of_a_path_of_ours(row: Row) -> None:
    scene = scene_of(row)

    for sender in (given["sender"] for given in row["update_paths"]):
        place = LeafPlace(group_id=scene.context.group_id, leaf=sender)
        draft = scene.tree.member(sender)
        made = new_path(scene.suite, scene.tree, place, draft, scene.signature_keys[sender])
        path = seal_path(scene.suite, made, scene.provisional(made.tree), NOBODY)
        merged = merge_path(scene.suite, scene.tree, sender, path, NOBODY)

        verify_leaf(scene.suite, merged.member(sender), place)
        check_parent_hashes(scene.suite, merged)
        learned = [scene.open(path, sender, keys)[1] for keys in scene.others(sender)]

        assert encode(merged) == encode(made.tree)
        assert learned == [made.commit_secret] * (len(scene.keys) - 1)
