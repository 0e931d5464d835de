"""A Merkle tree over hashes (RFC 6962 shape), pure: root, the path of one leaf, and its check.

Leaves and nodes are hashed with different first bytes, so a node can never pass for a leaf.
"""

from __future__ import annotations

from collections.abc import Sequence

from haihe.records.chain import Hash

LEAF = b"\x00"
NODE = b"\x01"


class Tree:
    """Takes leaves one at a time and keeps one hash a level: constant memory for any length."""

    def __init__(self, hash_of: Hash) -> None:
        self._hash = hash_of
        self._complete: list[tuple[int, bytes]] = []  # (height, root) of complete subtrees
        self.leaves = 0

    def add(self, leaf: bytes) -> None:
        """Append one leaf (the hash of an event)."""
        height, node = 0, self._hash(LEAF + leaf)
        while self._complete and self._complete[-1][0] == height:
            node = self._hash(NODE + self._complete.pop()[1] + node)
            height += 1
        self._complete.append((height, node))
        self.leaves += 1

    def root(self) -> bytes:
        """The root over all leaves so far; of no leaves, the hash of nothing."""
        if not self._complete:
            return self._hash(b"")
        node = self._complete[-1][1]
        for _, left in reversed(self._complete[:-1]):
            node = self._hash(NODE + left + node)
        return node


def root(leaves: Sequence[bytes], hash_of: Hash) -> bytes:
    """The root over `leaves`."""
    tree = Tree(hash_of)
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def path(leaves: Sequence[bytes], index: int, hash_of: Hash) -> list[tuple[str, bytes]]:
    """From leaf `index` up to the root: the neighbour at each level and its side.

    Raises IndexError if there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"there are {len(leaves)} leaves, none at {index}")
    level = [hash_of(LEAF + leaf) for leaf in leaves]
    steps: list[tuple[str, bytes]] = []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            steps.append(("left" if neighbour < index else "right", level[neighbour]))
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [hash_of(NODE + b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
        index //= 2
    return steps


def leads_to(leaf: bytes, steps: Sequence[tuple[str, bytes]], hash_of: Hash) -> bytes:
    """The root that `leaf` and its path give: equal to the sealed root if the leaf was sealed."""
    node = hash_of(LEAF + leaf)
    for side, neighbour in steps:
        pair = neighbour + node if side == "left" else node + neighbour
        node = hash_of(NODE + pair)
    return node
