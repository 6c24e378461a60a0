"""The blotter, fed by journals written by hand."""

# pyright: reportPrivateUsage=false
# What a notebook calls is private by its name only.

from copy import copy
from decimal import Decimal
from typing import Final

import pytest

from oms.model import events as ev
from oms.model.enums import OrdStatus, Side
from oms.model.ids import Account, ClOrdId, OrderId, Symbol
from oms.model.reasons import Reason, ReasonCode
from oms.model.terms import Limit, Market
from oms.model.time_in_force import IOC
from oms.projections.blotter import MAX_HTML_ROWS, Blotter
from tests.unit.journals import MS, REPLACE_ID, T0, Journal, make

OFF_TICK: Final = Reason(ReasonCode.OFF_TICK, "price", "1.005", "1 or 1.01")
SECOND: Final = OrderId(2)


def blotter_of(journal: Journal) -> Blotter:
    blotter = Blotter()
    for event in journal.events:
        if isinstance(event, ev.OrderEvent):
            blotter.apply(event)
    return blotter


def two_orders() -> Journal:
    journal = Journal()
    journal.submit(client_ref="my-1")
    journal.report(ev.Traded)
    journal.add(
        ev.OrderCreated, order_id=SECOND, symbol=Symbol("MSFT"), account=Account("hedge"), terms=Market()
    )
    journal.add(ev.OrderDenied, also=True, order_id=SECOND, reasons=(OFF_TICK,))
    return journal


def test_a_row_holds_what_the_events_said() -> None:
    journal = Journal()
    journal.submit(client_ref="my-1")
    journal.report(ev.OrderAcknowledged)
    journal.add(ev.ReplaceRequested, how="ReplaceOrder", order_qty=Decimal(120), terms=Limit(190))
    journal.report(ev.OrderReplaced, order_qty=Decimal(120), terms=Limit(190))
    journal.report(ev.Traded)
    journal.add(ev.CancelRequested, how="CancelOrder", orig_cl_ord_id=REPLACE_ID)
    journal.report(ev.CancelRejected, text="too late to cancel")

    [row] = blotter_of(journal).to_dicts()

    assert row == {
        "order_id": 1,
        "symbol": "AAPL",
        "side": "BUY",
        "order_qty": Decimal(120),
        "terms": "limit 190",
        "time_in_force": "DAY",
        "account": "main",
        "client_ref": "my-1",
        "broker": "paper",
        "cl_ord_id": "replace-1",
        "status": "PARTIALLY_FILLED",
        "cum_qty": Decimal(40),
        "leaves_qty": Decimal(80),
        "avg_px": Decimal("189.50"),
        "created_ns": T0,
        "updated_ns": T0 + 48 * MS,
        "reasons": [],
        "last_text": "too late to cancel",
        "replaces": 1,
        "cancels_asked": 1,
        "fees": {},
        "is_external": False,
        "cash_order_qty": None,
    }


def test_every_row_agrees_with_its_order() -> None:
    journal = two_orders()

    for row in blotter_of(journal):
        order = journal.orders[row.order_id]
        assert (row.status, row.cum_qty, row.leaves_qty, row.avg_px) == (
            order.status,
            order.cum_qty,
            order.leaves_qty,
            order.avg_px,
        )


REMARKS: Final[dict[str, tuple[list[ev.OrderEvent], str]]] = {
    "a denial": ([make(ev.OrderDenied, reasons=(OFF_TICK,))], "OFF_TICK: price = 1.005; allowed: 1 or 1.01"),
    "a rejection": ([make(ev.OrderRejected, text="no funds")], "no funds"),
    "a cancel refused here": ([make(ev.CancelDenied, reasons=(OFF_TICK,))], str(OFF_TICK)),
    "a replace refused here": (
        [make(ev.ReplaceDenied, reasons=(OFF_TICK, OFF_TICK))],
        f"{OFF_TICK}; {OFF_TICK}",
    ),
    "a restatement": ([make(ev.OrderRestated, text="split 2:1")], "split 2:1"),
    "a wordless end after words": (
        [make(ev.OrderSuspended, text="halted"), make(ev.OrderCanceled)],
        "halted",
    ),
    "nothing": ([make(ev.OrderAcknowledged)], ""),
    "a repeat": ([make(ev.ReportIgnored, text="already acknowledged")], ""),
}


@pytest.mark.parametrize(("events", "remark"), REMARKS.values(), ids=REMARKS)
def test_the_last_words_about_an_order_stay(events: list[ev.OrderEvent], remark: str) -> None:
    blotter = Blotter()
    for event in (make(ev.OrderCreated), *events):
        blotter.apply(copy(event))

    [row] = blotter

    assert row.remark == remark


def test_a_restatement_changes_quantity_and_terms() -> None:
    blotter = Blotter()
    blotter.apply(make(ev.OrderCreated))
    blotter.apply(make(ev.OrderRestated, order_qty=Decimal(200), terms=Limit("94.75")))

    [row] = blotter

    assert (row.order_qty, row.terms) == (Decimal(200), Limit("94.75"))


def test_a_replace_changes_how_long_the_order_works() -> None:
    blotter = Blotter()
    blotter.apply(make(ev.OrderCreated))
    blotter.apply(make(ev.OrderReplaced, time_in_force=IOC))
    # None leaves it as it is.
    blotter.apply(make(ev.OrderReplaced))

    assert [row.time_in_force for row in blotter] == [IOC]


def test_an_adopted_order_has_a_row_that_says_so() -> None:
    journal = Journal()
    journal.report(ev.OrderAdopted, cl_ord_id=None, text="bob: given by telephone")
    [row] = blotter_of(journal)

    assert (row.is_external, row.broker, row.cl_ord_id, row.remark, row.leaves_qty) == (
        True,
        "paper",
        None,
        "bob: given by telephone",
        Decimal(100),
    )


CASH: Final[dict[str, tuple[list[ev.OrderEvent], bool]]] = {
    "of no known size": ([make(ev.OrderAcknowledged)], True),
    "of a size that is left": (
        [make(ev.OrderAcknowledged, order_qty=Decimal(26), leaves_qty=Decimal(26))],
        True,
    ),
    "filled": ([make(ev.OrderAcknowledged, order_qty=Decimal(26))], False),
    "denied": ([make(ev.OrderDenied)], False),
    "rejected": ([make(ev.OrderRejected)], False),
    "canceled": ([make(ev.OrderCanceled)], False),
    "expired": ([make(ev.OrderExpired)], False),
    "reinstated": ([make(ev.OrderCanceled), make(ev.OrderReinstated)], True),
}


@pytest.mark.parametrize(("events", "is_open"), CASH.values(), ids=CASH)
def test_an_order_in_cash_is_open_until_its_size_is_known_or_it_has_ended(
    events: list[ev.OrderEvent], is_open: bool
) -> None:
    blotter = Blotter()
    for event in (make(ev.OrderCreated, order_qty=Decimal(0), cash_order_qty=Decimal(5000)), *events):
        blotter.apply(event)

    assert [row.is_open for row in blotter] == [is_open]


def test_rows_are_found_by_what_they_are() -> None:
    blotter = blotter_of(two_orders())

    def found(**filters: object) -> list[int]:
        return [row.order_id for row in blotter.rows(**filters)]  # type: ignore[arg-type]

    assert found() == [1, 2]
    assert found(symbol="MSFT") == [2]
    assert found(account="main") == [1]
    assert found(open_only=True) == [1]
    assert found(symbol="MSFT", open_only=True) == []


def test_orders_are_counted_by_status() -> None:
    blotter = blotter_of(two_orders())

    assert blotter.counts() == {OrdStatus.DENIED: 1, OrdStatus.PARTIALLY_FILLED: 1}
    assert len(blotter) == 2


def test_a_row_is_found_by_its_order() -> None:
    blotter = blotter_of(two_orders())
    row = blotter.get(SECOND)

    assert row is not None
    assert row.symbol == "MSFT"
    assert blotter.get(OrderId(3)) is None


def test_an_order_from_before_it_listened_is_left_out() -> None:
    blotter = Blotter()
    blotter.apply(make(ev.Traded))

    assert list(blotter) == []


def test_a_copied_row_stays_while_the_order_moves() -> None:
    blotter = Blotter()
    blotter.apply(make(ev.OrderCreated))
    [row] = blotter
    kept = copy(row)

    blotter.apply(make(ev.OrderSubmitted, cl_ord_id=ClOrdId("c1")))

    assert (kept.cl_ord_id, row.cl_ord_id) == (None, "c1")


def test_the_table_is_aligned_and_leaves_empty_columns_out() -> None:
    journal = two_orders()
    journal.submit(3, side=Side.SELL_SHORT, time_in_force=IOC, order_qty=Decimal("0.00010000"))

    assert blotter_of(journal).table().split("\n") == [
        "order  created (UTC)            symbol  side        terms        tif  status            executed  average  broker  account  ref   remark",
        "-----  -----------------------  ------  ----------  -----------  ---  ----------------  --------  -------  ------  -------  ----  -------------------------------------------",
        "    1  2026-01-05 14:30:00.000  AAPL    BUY         limit 189.5  DAY  PARTIALLY FILLED    40/100    189.5  paper   main     my-1",
        "    2  2026-01-05 14:30:00.012  MSFT    BUY         market       DAY  DENIED               0/100                   hedge          OFF_TICK: price = 1.005; allowed: 1 or 1.01",
        "    3  2026-01-05 14:30:00.012  AAPL    SELL SHORT  limit 189.5  IOC  PENDING NEW       0/0.0001           paper   main",
    ]


def test_the_table_notes_what_is_in_doubt_or_external_and_what_is_in_cash() -> None:
    journal = Journal()
    journal.submit(order_qty=Decimal(0), cash_order_qty=Decimal(5000))
    journal.report(ev.OrderAdopted, order_id=SECOND)
    journal.report(ev.OrderAdopted, order_id=OrderId(3))
    blotter = blotter_of(journal)

    lines = blotter.table(in_doubt={OrderId(1), OrderId(3)}).split("\n")

    assert lines == [
        "order  created (UTC)            symbol  side  terms        tif  status       note                          executed  broker  account",
        "-----  -----------------------  ------  ----  -----------  ---  -----------  ------------------  ------------------  ------  -------",
        "    1  2026-01-05 14:30:00.000  AAPL    BUY   limit 189.5  DAY  PENDING NEW  IN DOUBT            0 for 5000 in cash  paper   main",
        "    2  2026-01-05 14:30:00.012  AAPL    BUY   limit 189.5  DAY  PENDING NEW  external                         0/100  paper   main",
        "    3  2026-01-05 14:30:00.024  AAPL    BUY   limit 189.5  DAY  PENDING NEW  IN DOUBT, external               0/100  paper   main",
    ]


def test_a_notebook_is_shown_an_escaped_table_of_the_newest_orders() -> None:
    blotter = Blotter()
    for number in range(1, MAX_HTML_ROWS + 2):
        blotter.apply(make(ev.OrderCreated, order_id=OrderId(number), client_ref='<b>&"x"'))

    html = blotter._repr_html_()

    assert html.count("<tr>") == 1 + MAX_HTML_ROWS
    assert f"{MAX_HTML_ROWS + 1} orders, the newest {MAX_HTML_ROWS} shown" in html
    assert "&lt;b&gt;&amp;&quot;x&quot;" in html
    assert "<b>" not in html


def test_an_empty_blotter_says_so() -> None:
    assert "0 orders" in Blotter()._repr_html_()
    assert Blotter().to_dicts() == []
    assert Blotter().table().startswith("order  created (UTC)")
