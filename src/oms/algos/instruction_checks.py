"""Which instructions an order keeps that is worked in parts: what its children cannot keep for it is refused as it is given."""

from __future__ import annotations

from oms.algos.reacting import Iceberg, Scale
from oms.algos.told import Told
from oms.model.commands import SubmitOrder
from oms.model.decimals import plain
from oms.model.reasons import Reason, ReasonCode


def against_instructions(order: SubmitOrder, known: Told) -> tuple[Reason, ...]:
    """Give every reason against the instructions of an order.

    `reduce_only` holds for each child, and so for all of them. `post_only` does where children only wait.

    Args:
        order: It.
        known: What its algorithm is told.
    """
    asked = order.instructions
    if asked is None:
        return ()
    reasons = []
    if asked.all_or_none:
        reasons.append(_refused("all_or_none", "true", "an order that is not worked in parts"))
    if asked.min_qty is not None:
        reasons.append(_refused("min_qty", plain(asked.min_qty), "min_child, the smallest part that is sent"))
    if asked.post_only and not _only_waits(known):
        reasons.append(
            _refused("post_only", "true", "no_take_liquidity, or iceberg and scale, whose children wait")
        )
    return tuple(reasons)


def _only_waits(known: Told) -> bool:
    if known.description in (Iceberg.DESCRIPTION, Scale.DESCRIPTION):
        return True
    return known.values.get("no_take_liquidity") is True


def _refused(field: str, value: str, allowed: str) -> Reason:
    return Reason(ReasonCode.UNSUPPORTED, field, value, allowed)
