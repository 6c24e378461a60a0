"""Who may look on while a simulated exchange works: it sees what the exchange hears and what it says, and changes nothing."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol, TypeAlias

from oms.model.market import MarketData
from oms.model.reports import Report
from oms.model.requests import (
    NewOrderList,
    NewOrderSingle,
    OrderCancelReplaceRequest,
    OrderCancelRequest,
)
from oms.model.sessions import SessionChange

Asked: TypeAlias = NewOrderSingle | NewOrderList | OrderCancelRequest | OrderCancelReplaceRequest
"""What is asked of an exchange."""


class Witness(Protocol):
    """Sees everything in the order in which it happens."""

    @abstractmethod
    def on_request(self, request: Asked) -> None:
        """See a request before it is decided; it may be lost on the way."""

    @abstractmethod
    def on_market(self, heard: MarketData) -> None:
        """See what is heard of a market, before the exchange does anything about it."""

    @abstractmethod
    def on_session(self, change: SessionChange) -> None:
        """See that a session opens or closes, before the exchange does anything about it."""

    @abstractmethod
    def on_report(self, report: Report) -> None:
        """See what the exchange says, when it says it, whoever hears of it."""
