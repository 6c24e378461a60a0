"""An order is looked at once so much has been printed as it asked for last, and of what it asked for before nothing holds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from oms.algos.handlers import with_algorithms
from oms.model.commands import SubmitOrder
from oms.model.ids import OrderId
from oms.model.market import TradePrint
from oms.model.parent import Parent
from oms.model.reasons import Reason
from oms.model.terms import Strategy
from oms.model.work import Wake
from oms.ports.working_handler import NextWake, Plan, Steps, View
from tests.fakes import S
from tests.unit.engine.desk import SYMBOL
from tests.unit.engine.test_parents import Work


class Awaiting:
    """An algorithm of somebody's own: with each look it waits for the next of its volumes, and keeps at which it was looked at."""

    wants_events = False
    needs_prints = False
    amend: Any = None

    def __init__(self, *volumes: int | None) -> None:
        self.volumes = list(volumes)
        self.seen: list[int] = []

    def check(self, order: SubmitOrder, instrument: object) -> Sequence[Reason]:
        return ()

    def worst_px(self, order: SubmitOrder, reference_px: Decimal | None) -> Decimal | None:
        return reference_px

    def on_event(self, order: object, event: object) -> Sequence[Any]:
        return ()

    def begin(self, order: SubmitOrder, order_id: OrderId, view: View) -> Plan:
        return Plan(start_ns=view.now_ns, end_ns=view.now_ns + 100 * S)

    def step(self, parent: Parent, view: View, why: frozenset[Wake]) -> Steps:
        if Wake.VOLUME in why:
            self.seen.append(int(view.printed_qty))
        volume = self.volumes.pop(0) if self.volumes else None
        # It waits for the next quote, too.
        return Steps(wake=NextWake(at_volume=None if volume is None else Decimal(volume), on_quote=True))


@pytest.mark.parametrize(
    ("volumes", "seen"),
    [
        pytest.param((5,), [5], id="once"),
        pytest.param((5, 8), [8], id="another"),
        pytest.param((5, None), [], id="none any more"),
        pytest.param((5, None, 7), [7], id="another later"),
        pytest.param((5, 8, 5), [5], id="the first again"),
    ],
)
def test_an_order_is_looked_at_once_what_it_asked_for_last_is_printed(
    volumes: tuple[int | None, ...], seen: list[int]
) -> None:
    handler = Awaiting(*volumes)
    work = Work(handlers=with_algorithms(others={"own": handler}))
    work.submit(qty=7, terms=Strategy("own"))
    for _ in volumes[1:]:
        work.quote()
    for _ in range(10):
        work.now_ns += S
        work.tell(TradePrint(SYMBOL, work.now_ns, "100", 1))

    assert handler.seen == seen
