"""Every execution by its identity: broker, account, instrument, trade date and ExecID.

ExecIDs alone nearly always differ, so they are the key, and only where one is used again are the others looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from oms.model import events as ev

Execution: TypeAlias = ev.Traded | ev.TradeCorrected | ev.TradeCanceled
"""What was said last about an execution."""


class ExecutionIndex:
    """Executions, each once.

    Attributes:
        by_exec_id: The executions under each ExecID: nearly always one, else a list of them.
    """

    __slots__ = ("by_exec_id",)

    def __init__(self) -> None:
        """Begin empty."""
        self.by_exec_id: dict[str, Execution | list[Execution]] = {}

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

    def latest(
        self, exec_id: str, broker: str, account: str, symbol: str, trade_date: str
    ) -> Execution | None:
        """Give the last word about an execution, by its first identity or that of any amendment of it; None if unknown."""
        known = self.find(exec_id, broker, account, symbol, trade_date)
        while known is not None:
            # What is found under an event's own identity is itself or a later event, so that this comes to an end.
            later = self.find(known.exec_id, broker, account, symbol, trade_date)
            if later is None or later is known:
                break
            known = later
        return known

    def amend(self, said: ev.TradeCorrected | ev.TradeCanceled) -> None:
        """Take in a bust or correction: it is the last word now, whichever identity of the execution it names."""
        known = self.latest(said.exec_ref_id, *_scope(said))
        if known is not None:
            self.put(known.exec_id, said)
        self.put(said.exec_ref_id, said)
        self.put(said.exec_id, said)

    def put(self, exec_id: str, said: Execution) -> None:
        """Take in what is now said about an execution."""
        found = self.by_exec_id.get(exec_id)
        if found is None:
            self.by_exec_id[exec_id] = said
            return
        others = found if isinstance(found, list) else [found]
        kept = [known for known in others if _scope(known) != _scope(said)]
        self.by_exec_id[exec_id] = [*kept, said] if kept else said

    def items(self) -> Iterator[tuple[str, Execution]]:
        """Give every execution under each identity it has, in the order of their first reports."""
        for exec_id, found in self.by_exec_id.items():
            for known in found if isinstance(found, list) else (found,):
                yield exec_id, known


def _scope(execution: Execution) -> tuple[str, str, str, str]:
    return execution.broker, execution.account, execution.symbol, execution.trade_date
