"""The hash tree, against vectors put together from `hashlib` by hand."""

from hashlib import sha256

import pytest

from oms.codec.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    consistency_proof,
    inclusion_proof,
    inclusion_proofs,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)
from oms.errors import ValidationError


def leaf(datum: bytes) -> bytes:
    return sha256(b"\x00" + datum).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


DATA = [bytes([number]) for number in range(7)]
# Seven leaves, drawn by hand:
#
#              abcdefg
#         abcd         efg
#       ab    cd     ef   g
#      a b    c d    e f
A, B, C, D, E, F, G = (leaf(datum) for datum in DATA)
AB, CD, EF = node(A, B), node(C, D), node(E, F)
ABCD, EFG = node(AB, CD), node(EF, G)
ROOTS = [
    sha256(b"").digest(), A, AB, node(AB, C), ABCD, node(ABCD, E), node(ABCD, EF), node(ABCD, EFG),
]  # fmt: skip
LEAVES = [A, B, C, D, E, F, G]


def test_the_tree_without_leaves_is_the_hash_of_nothing() -> None:
    # printf '' | sha256sum
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert MerkleTree().root() == root_of([]) == EMPTY_ROOT


def test_a_leaf_and_a_node_begin_with_different_bytes() -> None:
    # printf '\0' | sha256sum
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of([A, B]) == sha256(b"\x01" + A + B).digest() != sha256(A + B).digest()


@pytest.mark.parametrize("size", range(8))
def test_the_root_of_a_growing_tree_is_the_one_drawn(size: int) -> None:
    tree = MerkleTree()
    for datum in DATA[:size]:
        tree.append(datum)

    assert (tree.size, tree.root()) == (size, ROOTS[size])
    assert root_of(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "proof"),
    [(0, (B, CD, EFG)), (3, (C, AB, EFG)), (4, (F, G, ABCD)), (6, (EF, ABCD))],
)
def test_an_inclusion_proof_is_the_hashes_beside_the_way_up(index: int, proof: tuple[bytes, ...]) -> None:
    assert inclusion_proof(LEAVES, index) == proof
    assert inclusion_proofs(LEAVES, [index]) == {index: proof}
    assert is_included(LEAVES[index], index, 7, proof, ROOTS[7])


@pytest.mark.parametrize(
    ("old_size", "proof"),
    [
        (1, (B, CD, EFG)),
        (2, (CD, EFG)),
        (3, (C, D, AB, EFG)),
        (4, (EFG,)),
        (6, (EF, G, ABCD)),
        (7, ()),
    ],
)
def test_a_consistency_proof_is_what_both_trees_share_and_what_came(
    old_size: int, proof: tuple[bytes, ...]
) -> None:
    assert consistency_proof(LEAVES, old_size) == proof
    assert is_consistent(old_size, ROOTS[old_size], 7, ROOTS[7], proof)


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        pytest.param(1, 7, (B, CD, EFG), id="another place"),
        pytest.param(0, 4, (B, CD, EFG), id="a smaller tree"),
        pytest.param(0, 7, (B, CD), id="one hash too few"),
        pytest.param(0, 7, (B, CD, EFG, EFG), id="one hash too many"),
        pytest.param(0, 7, (CD, B, EFG), id="another order"),
        pytest.param(-1, 7, (B, CD, EFG), id="a place before the first"),
        pytest.param(7, 7, (B, CD, EFG), id="a place after the last"),
        pytest.param(0, 0, (), id="a place in the tree without leaves"),
    ],
)
def test_a_wrong_inclusion_proof_shows_nothing(index: int, size: int, proof: tuple[bytes, ...]) -> None:
    assert not is_included(A, index, size, proof, ROOTS[7])


@pytest.mark.parametrize(
    ("old_size", "old_root", "new_size", "proof"),
    [
        pytest.param(3, ROOTS[3], 7, (C, D, AB), id="one hash too few"),
        pytest.param(3, ROOTS[3], 7, (C, D, AB, EFG, EFG), id="one hash too many"),
        pytest.param(3, ROOTS[4], 7, (C, D, AB, EFG), id="another old root"),
        pytest.param(3, ROOTS[3], 9, (C, D, AB, EFG), id="another new size"),
        pytest.param(3, ROOTS[3], 7, (), id="nothing"),
        pytest.param(0, ROOTS[0], 7, (), id="an old tree without leaves"),
        pytest.param(8, ROOTS[7], 7, (), id="an old tree larger than the new one"),
        pytest.param(7, ROOTS[6], 7, (), id="two roots of one size"),
        pytest.param(7, ROOTS[7], 7, (A,), id="a hash for a tree that is the same"),
    ],
)
def test_a_wrong_consistency_proof_shows_nothing(
    old_size: int, old_root: bytes, new_size: int, proof: tuple[bytes, ...]
) -> None:
    assert not is_consistent(old_size, old_root, new_size, ROOTS[7], proof)


def test_a_place_or_a_size_that_there_is_not_has_no_proof() -> None:
    for index in (-1, 7):
        with pytest.raises(ValidationError, match="below 7"):
            inclusion_proof(LEAVES, index)
        with pytest.raises(ValidationError, match="below 7"):
            inclusion_proofs(LEAVES, [index])
    for size in (0, 8):
        with pytest.raises(ValidationError, match="from 1 to 7"):
            consistency_proof(LEAVES, size)
