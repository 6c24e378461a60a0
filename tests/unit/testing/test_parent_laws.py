"""The laws of worked orders tell a sweep that takes more than its participation from one that does not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve

from oms.model.events import OrderCreated
from oms.model.ids import ClOrdId, OrderId
from oms.model.market import TradePrint
from oms.model.terms import Strategy
from oms.testing.simulator.parent_laws import ParentLaws
from oms.testing.venue import TruthfulVenue
from tests.algo_desk import NOON_NS, AlgoDesk, X


class Nowhere:
    """A venue that nothing has reached yet."""

    def of_order(self, order_id: OrderId) -> TruthfulVenue | None:
        return None

    def is_flying(self, cl_ord_id: ClOrdId) -> bool:
        return True


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        pytest.param({}, [], id="nothing said"),
        pytest.param({"max_child": "10"}, [], id="a sweep is one child"),
        pytest.param({"max_participation": "0.5"}, [], id="enough was printed"),
        pytest.param({"max_participation": "0.1"}, ["100 is more than its part of what was printed, 20"], id="too much"),
        pytest.param(
            {"max_participation": "0.1", "force_completion": "Y", "completion_window": "5", "completion_ignores_caps": "Y"}, [], id="it may"
        ),
    ],
)  # fmt: skip
def test_a_sweep_is_held_to_its_participation_alone(more: dict[str, str], wrong: list[str]) -> None:
    """The order of the journal was told nothing of it."""
    desk = AlgoDesk()
    desk.quote("102", "101")
    desk.submit("twap", 100, duration=60, slices=2, on_residual="sweep")
    desk.wait(61)
    desk.quote(ask_size=1000)
    laws, found = ParentLaws(Nowhere()), []
    laws.heard.printed["X"] = Decimal(0)
    for event in desk.store.read():
        if isinstance(event, OrderCreated) and isinstance(event.terms, Strategy):
            event = evolve(event, terms=Strategy("twap", {**dict(event.terms.parameters), **more}))  # noqa: PLW2901
        found += [what.partition(":")[0] for what in laws.take(event)]
        if type(event) is OrderCreated and isinstance(event.terms, Strategy):
            laws.heard.note(TradePrint(X, NOON_NS, "100.5", 200))
    assert found == wrong
