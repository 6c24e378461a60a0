"""The memorandum of an order: versions, who, when, why, and what is missing."""

import csv
import io
import json
from decimal import Decimal

import pytest

from oms.codec.event_codec import encode
from oms.errors import UnknownOrderError
from oms.model import events as ev
from oms.model.ids import ClOrdId, OrderId
from oms.model.terms import Limit
from oms.model.time_in_force import GTC
from oms.projections.memorandum import NOT_KEPT, Memorandum, memorandum, to_json, to_rows, to_text
from tests.unit.journals import CANCEL_ID, REPLACE_ID, Journal

FIRST = OrderId(1)


def journal() -> Journal:
    """An order that is replaced, executed in part and canceled; beside it another one."""
    journal = Journal()
    journal.submit(client_ref="=1+1")
    journal.submit(2, cl_ord_id=ClOrdId("new-2"))
    journal.report(ev.OrderAcknowledged)
    journal.add(
        ev.ReplaceRequested, how="ReplaceOrder", by="alice", cl_ord_id=REPLACE_ID, order_qty=Decimal(80),
        terms=Limit("189.75"), time_in_force=GTC,
    )  # fmt: skip
    journal.report(
        ev.OrderReplaced,
        cl_ord_id=REPLACE_ID,
        order_qty=Decimal(80),
        terms=Limit("189.75"),
        time_in_force=GTC,
    )
    journal.report(ev.Traded, last_qty=Decimal(30), last_px=Decimal("189.70"))
    journal.add(
        ev.CancelRequested, how="CancelOrder", by="bob", cl_ord_id=CANCEL_ID, orig_cl_ord_id=REPLACE_ID
    )
    journal.report(ev.OrderCanceled, cl_ord_id=CANCEL_ID, text="")
    return journal


@pytest.fixture(scope="module")
def memo() -> Memorandum:
    return memorandum(journal().events, FIRST)


def test_the_original_and_every_later_version_are_there_with_who_asked(memo: Memorandum) -> None:
    told = [(it.stage, it.who, it.how, str(it.order_qty), it.terms, it.time_in_force) for it in memo.versions]

    assert told == [
        ("original", "bot", "SubmitOrder", "100", "limit 189.5", "DAY"),
        ("asked for", "alice", "ReplaceOrder", "80", "limit 189.75", "GTC"),
        ("in force", "paper", "ExecutionReport", "80", "limit 189.75", "GTC"),
    ]


def test_the_fields_say_who_what_and_when(memo: Memorandum) -> None:
    fields = memo.fields

    assert fields["terms and conditions"] == "100 limit 189.5 DAY"
    assert fields["account"] == "main"
    assert fields["entered or accepted by"] == "bot (SubmitOrder)"
    assert fields["executions"].startswith("30 at 189.7, 2026-01-05 14:30:")
    assert fields["modification and cancellation"].startswith("ReplaceRequested by alice, 2026-01-05 14:30:")
    assert "CancelRequested by bob" in fields["modification and cancellation"]
    assert fields["time of entry"].startswith("2026-01-05 14:30:")
    assert fields["time of cancellation or refusal"].startswith("2026-01-05 14:30:")
    assert fields["stands at"] == "CANCELED, executed 30, open 0"


def test_the_events_are_those_of_the_order_alone(memo: Memorandum) -> None:
    assert memo.events == tuple(
        event for event in journal().events if isinstance(event, ev.OrderEvent) and event.order_id == FIRST
    )
    assert len(memo.events) == 8


def test_as_json_it_holds_every_event_as_it_is_kept(memo: Memorandum) -> None:
    content = json.loads(to_json(memo))

    assert content["order_id"] == 1
    assert content["fields"] == memo.fields
    assert content["not_in_the_journal"] == NOT_KEPT
    assert [version["order_qty"] for version in content["versions"]] == ["100", "80", "80"]
    assert [json.dumps(event, separators=(",", ":")) for event in content["events"]] == list(
        map(encode, memo.events)
    )


def test_as_a_table_it_has_a_row_an_event(memo: Memorandum) -> None:
    heads, *rows = to_rows(memo)

    assert [row[heads.index("event")] for row in rows] == [type(event).__name__ for event in memo.events]
    assert rows[0][heads.index("who")] == "bot"
    assert json.loads(rows[0][heads.index("content")])["client_ref"] == "=1+1"


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_no_cell_is_a_formula(start: str) -> None:
    wrong = Journal()
    wrong.add(ev.OrderCreated, how="SubmitOrder", by=f"{start}cmd|' /C calc'!A0")
    out = io.StringIO()
    csv.writer(out).writerows(to_rows(memorandum(wrong.events, FIRST)))

    cells = [cell for row in csv.reader(io.StringIO(out.getvalue())) for cell in row]
    assert f"'{start}cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]


def test_as_text_it_names_what_the_journal_has_not(memo: Memorandum) -> None:
    text = to_text(memo)

    assert all(missing in text for missing in NOT_KEPT)
    assert "asked for" in text
    assert str(memo.story) in text


def test_an_order_that_never_left_says_so() -> None:
    denied = Journal()
    denied.add(ev.OrderCreated, how="SubmitOrder")
    denied.add(ev.OrderDenied, how="SubmitOrder", reasons=())
    fields = memorandum(denied.events, FIRST).fields

    assert (fields["time of entry"], fields["executions"]) == ("never sent", "none")
    assert fields["modification and cancellation"] == "none asked for"


def test_an_order_that_is_not_there_has_no_memorandum() -> None:
    with pytest.raises(UnknownOrderError):
        memorandum(journal().events, OrderId(7))
