"""Every execution by its identity: broker, account, instrument, trade date and ExecID.

ExecIDs alone nearly always differ, so they are the key, and only where one is used again are the others looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from oms.lifecycle.facts import is_later, is_since
from oms.model import events as ev
from oms.model.decimals import ZERO
from oms.model.ids import ExecId, OrderId
from oms.model.order import Said

Execution: TypeAlias = ev.Traded | ev.TradeCorrected | ev.TradeCanceled
"""What was said last about an execution."""


class ExecutionIndex:
    """Executions, each once.

    Attributes:
        by_exec_id: The executions under each ExecID: nearly always one, else a list of them.
        synthetic: The identities of what was inferred of an order and stands, in whole or in part, oldest first.
    """

    __slots__ = ("by_exec_id", "synthetic")

    def __init__(self) -> None:
        """Begin empty."""
        self.by_exec_id: dict[str, Execution | list[Execution]] = {}
        self.synthetic: dict[OrderId, list[ExecId]] = {}

    def find(self, exec_id: str, broker: str, account: str, symbol: str, trade_date: str) -> Execution | None:
        """Give what was said last about an execution; None if nobody has spoken of it."""
        found = self.by_exec_id.get(exec_id)
        if found is None:
            return None
        for known in found if isinstance(found, list) else (found,):
            if (
                known.trade_date == trade_date
                and known.symbol == symbol
                and known.account == account
                and known.broker == broker
            ):
                return known
        return None

    def all_of(self, order_id: OrderId, exec_id: str) -> tuple[Execution, ...]:
        """Give what was said last about each execution of an order that has an ExecID among its identities."""
        found = self.by_exec_id.get(exec_id, ())
        entries = found if isinstance(found, (list, tuple)) else (found,)
        return tuple(known for known in entries if known.order_id == order_id)

    def of_order(self, order_id: OrderId, exec_id: str, trade_date: str) -> Execution | None:
        """Give what was said last under an ExecID about an order; of several trading days' that of the given one, else the last.

        An amendment may come on another day than the execution, so that its own day does not tell them apart.
        """
        own = self.all_of(order_id, exec_id)
        return next((known for known in own if known.trade_date == trade_date), own[-1] if own else None)

    def latest(self, order_id: OrderId, exec_id: str, trade_date: str) -> Execution | None:
        """Give the last word about an order's execution, by its first identity or any amendment's; None if unknown."""
        known = self.of_order(order_id, exec_id, trade_date)
        while known is not None:
            # What is found under an event's own identity is itself or a later event, so that this comes to an end.
            later = [said for said in self.all_of(order_id, known.exec_id) if _root(said) == _root(known)]
            if later == [known]:
                break
            known = later[-1]
        return known

    def undated(
        self, order_id: OrderId, exec_id: str, trade_date: str, last_qty: Decimal, last_px: Decimal
    ) -> Execution | None:
        """Give an order's execution that is the same but for the day, which one of the two reports does not tell."""
        known = self.of_order(order_id, exec_id, trade_date)
        if type(known) is not ev.Traded or (known.last_qty, known.last_px) != (last_qty, last_px):
            return None
        return None if known.trade_date and trade_date else known

    def executed_since(self, order_id: OrderId, since_ns: int, day: str) -> Decimal:
        """Give how much of an order executed at or after a moment of the venue's, by its own time; it looks at everything."""
        return sum(
            (
                said.last_qty
                for exec_id, said in self.items()
                if said.order_id == order_id
                and said.exec_id == exec_id
                and not isinstance(said, ev.TradeCanceled)
                and is_since(said.transact_time_ns, said.trade_date, since_ns, day)
            ),
            ZERO,
        )

    def executed_after(self, order_id: OrderId, said: Said) -> Decimal:
        """Give how much of an order certainly executed after the venue said something; it looks at everything."""
        return sum(
            (
                known.last_qty
                for exec_id, known in self.items()
                if known.order_id == order_id
                and known.exec_id == exec_id
                and not isinstance(known, ev.TradeCanceled)
                and is_later((known.transact_time_ns, number_of(known)), said)
            ),
            ZERO,
        )

    def amend(self, said: ev.TradeCorrected | ev.TradeCanceled) -> None:
        """Take in a bust or correction: it is the last word now, whichever identity of the execution it names."""
        known = self.latest(said.order_id, said.exec_ref_id, said.trade_date)
        if known is not None:
            self.put(known.exec_id, said)
        self.put(said.exec_ref_id, said)
        self.put(said.exec_id, said)
        if self.synthetic and said.order_id in self.synthetic:
            self._forget_withdrawn(said.order_id)

    def infer(self, event: ev.Traded) -> None:
        """Take in that an execution was inferred."""
        self.synthetic.setdefault(event.order_id, []).append(event.exec_id)

    def synthetic_of(self, order_id: OrderId) -> list[ev.Traded | ev.TradeCorrected]:
        """Give what stands of what was inferred of an order, oldest first."""
        said = (self.latest(order_id, exec_id, "") for exec_id in self.synthetic.get(order_id, ()))
        return [one for one in said if isinstance(one, ev.Traded | ev.TradeCorrected)]

    def _forget_withdrawn(self, order_id: OrderId) -> None:
        kept = [
            exec_id
            for exec_id in self.synthetic[order_id]
            if not isinstance(self.latest(order_id, exec_id, ""), ev.TradeCanceled)
        ]
        if kept:
            self.synthetic[order_id] = kept
        else:
            del self.synthetic[order_id]

    def put(self, exec_id: str, said: Execution) -> None:
        """Take in what is now said about an execution."""
        found = self.by_exec_id.get(exec_id)
        if found is None:
            self.by_exec_id[exec_id] = said
            return
        others = found if isinstance(found, list) else [found]
        # An amendment may have the ExecID that another execution had on its day: both are kept.
        root = _root(said)
        kept = [said if _root(known) == root else known for known in others]
        if all(known is not said for known in kept):
            kept.append(said)
        self.by_exec_id[exec_id] = kept if len(kept) > 1 else said

    def items(self) -> Iterator[tuple[str, Execution]]:
        """Give every execution under each identity it has, in the order of their first reports."""
        for exec_id, found in self.by_exec_id.items():
            for known in found if isinstance(found, list) else (found,):
                yield exec_id, known


def number_of(execution: ev.Traded | ev.TradeCorrected) -> int:
    """Give the place of an execution's own report among the broker's; 0 where it is not known."""
    return execution.venue_seq if isinstance(execution, ev.Traded) else execution.trade_venue_seq


def _root(execution: Execution) -> int:
    return execution.sequence if isinstance(execution, ev.Traded) else execution.trade_sequence
