"""A tree of legs made again from what was written down of it."""

from __future__ import annotations

from collections.abc import Iterator

from oms.errors import ValidationError
from oms.model.contingency import Contingency, GroupNode, Leg, Oco, OcoNode, Oto, OtoNode
from oms.model.door import shown


def tree_of(nodes: tuple[GroupNode, ...]) -> Contingency:
    """Make the tree again that `oms.model.contingency.nodes_of` wrote down.

    Raises:
        ValidationError: These nodes make no tree.
    """
    rest = iter(nodes)
    tree = _tree(rest)
    if next(rest, None) is not None:
        raise ValidationError("nodes", len(nodes), "the nodes of one tree")
    return tree


def _tree(rest: Iterator[GroupNode]) -> Contingency:
    match node := next(rest, None):
        case Leg():
            return node
        case OcoNode(legs=count, siblings=siblings):
            legs = tuple(_tree(rest) for _ in range(count))
            return Oco(legs, siblings)  # type: ignore[arg-type]  # an Oco in it is refused as it is built
        case OtoNode(exits=count, arm=arm, remainder=remainder):
            entry = _tree(rest)
            return Oto(entry, tuple(_tree(rest) for _ in range(count)), arm, remainder)  # type: ignore[arg-type]  # likewise
        case _:
            raise ValidationError("nodes", shown(node), "the nodes of one tree")
