"""What waits to be handled: first in, first out, from any thread."""

from __future__ import annotations

from collections import deque
from typing import Final

from oms.engine.inputs import Input, Reported
from oms.model.ids import BrokerName
from oms.model.reports import Report

MAX_COMMANDS: Final = 100_000
"""How many inputs may wait before a further command is refused. Reports are never refused."""


class Inbox(deque[Input]):
    """The queue in front of the engine; appending and taking are atomic."""

    __slots__ = ()


class InboxSink:
    """Where one broker's reports go: into the inbox, under the broker's name."""

    __slots__ = ("_broker", "_inbox")

    def __init__(self, inbox: Inbox, broker: BrokerName) -> None:
        """Report to this inbox in this broker's name."""
        self._inbox = inbox
        self._broker = broker

    def put(self, report: Report) -> None:
        """Take a report, from any thread; never raises, never blocks and never calls back."""
        self._inbox.append(Reported(self._broker, report))
