"""The Merkle tree of the custody log: RFC 6962's own vectors, and proofs over trees of any size."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bundles.merkle import EMPTY_ROOT, Frontier, Tree, consistent, included, leaf, node

LEAVES = [leaf(f"{number:064x}") for number in range(130)]
# Inputs and roots of the test vectors of Certificate Transparency (RFC 6962 reference implementation).
VECTORS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:split]), root_of(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_vectors_of_certificate_transparency_hold(size: int) -> None:
    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(data)).digest() for data in VECTORS[:size]]
    assert Tree(leaves).root().hex() == ROOTS[size - 1]


@settings(max_examples=60, deadline=None)
@given(size=st.integers(0, 130), data=st.data())
def test_a_tree_grown_leaf_by_leaf_is_the_tree_built_at_once(size: int, data: st.DataObject) -> None:
    early = data.draw(st.integers(0, size))
    grown = Frontier()
    for one in LEAVES[:early]:
        grown.add(one)
    taken_up = Frontier(grown.size, list(grown.roots))
    for one in LEAVES[early:size]:
        taken_up.add(one)
    assert taken_up.root() == Tree(LEAVES[:size]).root() == root_of(LEAVES[:size])


@settings(max_examples=100, deadline=None)
@given(size=st.integers(1, 130), data=st.data())
def test_each_leaf_proves_its_place_and_no_other(size: int, data: st.DataObject) -> None:
    tree, index, other = Tree(LEAVES[:size]), data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    path = tree.inclusion(index)

    assert included(LEAVES[index], index, size, path, tree.root())
    assert included(LEAVES[index], other, size, path, tree.root()) == (other == index)
    assert included(LEAVES[other], index, size, path, tree.root()) == (other == index)
    assert not included(LEAVES[index], index, size, [*path, LEAVES[0]], tree.root())


@settings(max_examples=100, deadline=None)
@given(size=st.integers(1, 130), data=st.data())
def test_a_longer_tree_proves_that_it_continues_the_shorter_one_and_no_other(size: int, data: st.DataObject) -> None:
    early = data.draw(st.integers(1, size))
    tree, before = Tree(LEAVES[:size]), Tree(LEAVES[:early]).root()
    proof = tree.consistency(early)

    assert consistent((early, before), (size, tree.root()), proof)
    rewritten = Tree([leaf("ff" * 32), *LEAVES[1:early]]).root()
    assert not consistent((early, rewritten), (size, tree.root()), proof)
    assert not consistent((early, before), (size, rewritten), proof)
    assert not consistent((early, before), (size, tree.root()), [*proof, before])
