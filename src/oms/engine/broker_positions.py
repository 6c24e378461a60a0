"""What was traded at each broker, net: what its word on positions is held against; and how much in all, which no volume of others is.

Executions are only noted as they come and added up when somebody asks, since nearly nobody does.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from oms.model import events as ev
from oms.model.decimals import EXACT, ZERO
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, Symbol

Holding: TypeAlias = tuple[Account, Symbol]


class BrokerPositions:
    """Net quantities, and what has executed in all.

    Attributes:
        noted: What has executed, was corrected or busted since it was added up last.
        listened: The instruments of which somebody wants to be told each execution, with those that nobody was told of yet.
    """

    __slots__ = ("_executed", "_held", "listened", "noted")

    def __init__(self) -> None:
        """Begin flat."""
        self.noted: list[ev.Traded | ev.TradeCorrected | ev.TradeCanceled] = []
        self.listened: dict[Symbol, list[ev.Traded | ev.TradeCorrected | ev.TradeCanceled]] = {}
        self._held: dict[BrokerName, dict[Holding, Decimal]] = {}
        self._executed: dict[Symbol, dict[BrokerName, Decimal]] = {}

    def of(self, broker: BrokerName) -> Mapping[Holding, Decimal]:
        """Give what was traded at a broker, net; positive is long. What was traded and is flat is zero."""
        self.add_up()
        return self._held.get(broker, {})

    def of_all(self) -> Mapping[BrokerName, Mapping[Holding, Decimal]]:
        """Give what was traded at every broker."""
        self.add_up()
        return self._held

    def executed(self, symbol: Symbol) -> Mapping[BrokerName, Decimal]:
        """Give how much was bought and sold of an instrument at each broker, of all accounts together."""
        self.add_up()
        return self._executed.get(symbol, {})

    def all_executed(self) -> Mapping[Symbol, Mapping[BrokerName, Decimal]]:
        """Give how much was bought and sold of every instrument."""
        self.add_up()
        return self._executed

    def put_executed(self, symbol: Symbol, broker: BrokerName, qty: Decimal) -> None:
        """Take over how much was bought and sold before."""
        self._executed.setdefault(symbol, {})[broker] = qty

    def put(self, broker: BrokerName, holding: Holding, net_qty: Decimal) -> None:
        """Take over what was added up before."""
        self._held.setdefault(broker, {})[holding] = net_qty

    def add_up(self) -> None:
        """Add up what was noted, and let go of it."""
        for event in self.noted:
            held = self._held.setdefault(event.broker, {})
            holding = (event.account, event.symbol)
            qty = ZERO if isinstance(event, ev.TradeCanceled) else event.last_qty
            if not isinstance(event, ev.Traded):
                qty = EXACT.subtract(qty, event.old_qty)
            add = EXACT.add if event.side is Side.BUY else EXACT.subtract
            held[holding] = add(held.get(holding, ZERO), qty)
            executed = self._executed.setdefault(event.symbol, {})
            executed[event.broker] = EXACT.add(executed.get(event.broker, ZERO), qty)
            if event.symbol in self.listened:
                self.listened[event.symbol].append(event)
        self.noted.clear()
