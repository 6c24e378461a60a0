"""Laws of the hash tree, against a slow second copy of RFC 6962, section 2.1, written from its definitions."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from oms.codec.merkle import (
    MerkleTree,
    consistency_proof,
    inclusion_proof,
    inclusion_proofs,
    is_consistent,
    is_included,
    leaf_hash,
    root_of,
)

DATA = st.lists(st.binary(max_size=3), min_size=1, max_size=40)


def split(data: list[bytes]) -> int:
    k = 1
    while 2 * k < len(data):
        k *= 2
    return k


def mth(data: list[bytes]) -> bytes:
    """The Merkle tree hash."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = split(data)
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: list[bytes]) -> list[bytes]:
    """The audit path of leaf m."""
    if len(data) == 1:
        return []
    k = split(data)
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: list[bytes], *, b: bool) -> list[bytes]:
    """The consistency proof; `b` is true as long as the old tree is a whole part of the new one."""
    if m == len(data):
        return [] if b else [mth(data)]
    k = split(data)
    if m <= k:
        return [*subproof(m, data[:k], b=b), mth(data[k:])]
    return [*subproof(m - k, data[k:], b=False), mth(data[:k])]


@given(data=st.lists(st.binary(max_size=3), max_size=70))
def test_the_root_is_that_of_the_definition(data: list[bytes]) -> None:
    """Law: the growing tree and the tree over all leaves have the root that the definition gives."""
    tree = MerkleTree()
    for datum in data:
        tree.append(datum)
    assert tree.root() == root_of([leaf_hash(datum) for datum in data]) == mth(data)


@given(data=DATA, share=st.floats(0, 1, exclude_max=True))
def test_an_inclusion_proof_is_that_of_the_definition(data: list[bytes], share: float) -> None:
    """Law: the proof is the audit path, it convinces, and with any bit of it changed it does not."""
    index = int(share * len(data))
    leaves = [leaf_hash(datum) for datum in data]
    proof = inclusion_proof(leaves, index)
    assert list(proof) == path(index, data)
    assert inclusion_proofs(leaves, [index]) == {index: proof}
    assert is_included(leaves[index], index, len(data), proof, mth(data))
    for place in range(len(proof)):
        wrong = [*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:], *proof[place + 1 :]]
        assert not is_included(leaves[index], index, len(data), wrong, mth(data))


@given(data=DATA, share=st.floats(0, 1, exclude_max=True))
def test_a_consistency_proof_is_that_of_the_definition(data: list[bytes], share: float) -> None:
    """Law: the proof is that of the definition, it convinces, and with any bit of it changed it does not."""
    old_size = 1 + int(share * len(data))
    old, new = mth(data[:old_size]), mth(data)
    proof = consistency_proof([leaf_hash(datum) for datum in data], old_size)
    assert list(proof) == subproof(old_size, data, b=True)
    assert is_consistent(old_size, old, len(data), new, proof)
    for place in range(len(proof)):
        wrong = [*proof[:place], bytes([proof[place][0] ^ 1]) + proof[place][1:], *proof[place + 1 :]]
        assert not is_consistent(old_size, old, len(data), new, wrong)


@given(data=DATA, other=DATA, share=st.floats(0, 1, exclude_max=True))
def test_no_proof_of_one_tree_shows_another_beginning(
    data: list[bytes], other: list[bytes], share: float
) -> None:
    """Law: where the beginning was another, the proof of the tree as it is convinces nobody."""
    old_size = 1 + int(share * len(data))
    proof = consistency_proof([leaf_hash(datum) for datum in data], old_size)
    assert is_consistent(old_size, mth(other), len(data), mth(data), proof) == (other == data[:old_size])


@given(
    data=DATA,
    index=st.integers(-1, 45),
    size=st.integers(-1, 45),
    proof=st.lists(st.binary(max_size=40), max_size=8),
)
def test_no_proof_raises(data: list[bytes], index: int, size: int, proof: list[bytes]) -> None:
    """Law: whatever is handed in is judged; made up hashes show nothing unless there was nothing to show."""
    root = mth(data)
    assert is_included(leaf_hash(data[0]), index, size, proof, root) == (
        (index, size, proof, len(data)) == (0, 1, [], 1)
    )
    assert not is_consistent(index, sha256(b"x").digest(), size, root, proof)
