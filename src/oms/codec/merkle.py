"""A hash tree over the records of a journal, as RFC 6962, section 2.1, describes it: SHA-256, a byte before each hash.

One record can be shown to be part of a journal of a known root without showing the others, and one root to be of a
journal that continues that of another. The datum of a leaf is the 32 bytes of a record's own hash in the chain.

The tree over n leaves is that over the largest power of two below n, beside that over the rest. Proofs are lists of the
hashes that are missing, the deepest first. A size and its root are trusted together: a root alone does not tell how many
leaves it is over, and trees of neighboring sizes can have proofs of one shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from oms.errors import ValidationError

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of the tree without leaves."""

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(datum: bytes) -> bytes:
    """Give the hash of a leaf."""
    return sha256(_LEAF + datum).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of a node over two others."""
    return sha256(_NODE + left + right).digest()


class MerkleTree:
    """A growing tree, of which only the roots of its whole parts are kept: at most one for each power of two."""

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        """Begin without leaves."""
        self._size = 0
        self._peaks: list[bytes] = []  # of the whole trees that it is made of, the largest first

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self._size

    def append(self, datum: bytes) -> None:
        """Add a leaf."""
        whole = sha256(_LEAF + datum).digest()
        size = self._size
        while size & 1:
            whole = sha256(_NODE + self._peaks.pop() + whole).digest()
            size >>= 1
        self._peaks.append(whole)
        self._size += 1

    def root(self) -> bytes:
        """Give the root over all leaves so far: 32 bytes."""
        if not self._peaks:
            return EMPTY_ROOT
        *others, root = self._peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Give the root over leaf hashes."""
    return _root(leaves, 0, len(leaves)) if leaves else EMPTY_ROOT


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Give the proof that a leaf is part of the tree over all of them.

    Args:
        leaves: The leaf hashes.
        index: Which leaf, from 0.

    Raises:
        ValidationError: There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValidationError("index", index, f"pass a number from 0 and below {len(leaves)}")
    proof: list[bytes] = []
    start, end = 0, len(leaves)
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            proof.append(_root(leaves, middle, end))
            end = middle
        else:
            proof.append(_root(leaves, start, middle))
            start = middle
    return tuple(reversed(proof))


def inclusion_proofs(leaves: Sequence[bytes], indexes: Sequence[int]) -> dict[int, tuple[bytes, ...]]:
    """Give the proofs of several leaves at once, in time that grows with the tree once and not for each of them.

    Raises:
        ValidationError: There is no such leaf.
    """
    levels = _levels(leaves)
    proofs = {}
    for index in indexes:
        if not 0 <= index < len(leaves):
            raise ValidationError("index", index, f"pass a number from 0 and below {len(leaves)}")
        proof, place = [], index
        for level in levels:
            sibling = place ^ 1
            if sibling < len(level):
                proof.append(level[sibling])
            place >>= 1
        proofs[index] = tuple(proof)
    return proofs


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows that a leaf hash stands at a place of the tree with a root.

    Args:
        leaf: The leaf's hash.
        index: Its place, from 0.
        size: How many leaves the tree has.
        proof: As `inclusion_proof` gives it; anything is taken and judged.
        root: The root that is trusted.
    """
    if not 0 <= index < size:
        return False
    found, place, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Give the proof that the tree over the first `old_size` leaves is the beginning of that over all of them.

    Raises:
        ValidationError: The old tree has no leaves, or more than the new one.
    """
    if not 0 < old_size <= len(leaves):
        raise ValidationError("old_size", old_size, f"pass a number from 1 to {len(leaves)}")
    proof: list[bytes] = []
    start, end, is_whole = 0, len(leaves), True
    while old_size != end:
        middle = start + _left_size(end - start)
        if old_size <= middle:
            proof.append(_root(leaves, middle, end))
            end = middle
        else:
            proof.append(_root(leaves, start, middle))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(_root(leaves, start, end))
    return tuple(reversed(proof))


def is_consistent(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that one tree is the beginning of another.

    Args:
        old_size: How many leaves the one has, at least 1.
        old_root: Its root.
        new_size: How many leaves the other has.
        new_root: Its root.
        proof: As `consistency_proof` gives it; anything is taken and judged.
    """
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    # The old tree is whole where all its bits were: then its root is known and not part of the proof.
    hashes = [old_root, *proof] if place == 0 else list(proof)
    if not hashes:
        return False
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root


def _left_size(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def _root(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    # As deep as the tree: a few dozen levels.
    if end - start == 1:
        return leaves[start]
    middle = start + _left_size(end - start)
    return node_hash(_root(leaves, start, middle), _root(leaves, middle, end))


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The hashes of each height; the last of an odd number goes up as it is."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node_hash(*below[place : place + 2]) for place in range(0, len(below) - 1, 2)]
        levels.append([*above, *below[2 * len(above) :]])
    return levels
