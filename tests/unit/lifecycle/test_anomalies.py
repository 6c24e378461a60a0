"""What in a report cannot be taken as it is: fields of a wrong kind, and words that are too long."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from oms.lifecycle.anomalies import MAX_NAME, MAX_PAYLOAD, MAX_RAW, anomaly, clean, ignored, is_plain, shown
from oms.model import events as ev
from oms.model.door import MAX_TIME_NS
from oms.model.enums import (
    AnomalyCode,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    LastLiquidityInd,
    OrdStatus,
)
from oms.model.ids import ClOrdId, ExecId
from oms.model.reports import ExecutionReport, OrderCancelReject
from tests.unit.journals import T0
from tests.unit.lifecycle.readings import AT, LIVE, PAPER, after, envelope, first, report

A_NAME: Final = f"must be a text of at most {MAX_NAME} characters"
LONG: Final = "n" * (MAX_NAME + 1)

FAULTS: Final[dict[str, tuple[dict[str, Any], dict[str, Any], str]]] = {
    **{
        f"{name} of another kind": ({name: 7}, {name: None}, f"{name} {A_NAME}: 7")
        for name in (
            "cl_ord_id", "orig_cl_ord_id", "venue_order_id", "exec_id", "exec_ref_id", "trade_date", "comm_currency",
        )
    },
    "a code of another kind": ({"reject_code": 7}, {"reject_code": ""}, f"reject_code {A_NAME}: 7"),
    "a name that is too long": ({"exec_id": LONG}, {"exec_id": None}, f"exec_id {A_NAME}: {LONG}"),
    "words of another kind": ({"text": 7}, {"text": "7"}, "text must be a text: 7"),
    "a message of another kind": ({"raw": b"8="}, {"raw": "b'8='"}, "raw must be a text: b'8='"),
    "a time of another kind": (
        {"transact_time_ns": 1.5}, {"transact_time_ns": None},
        "transact_time_ns must be an int of nanoseconds since 1970: 1.5",
    ),
    "a time before 1970": (
        {"transact_time_ns": -1}, {"transact_time_ns": None},
        "transact_time_ns must be an int of nanoseconds since 1970: -1",
    ),
    "a time that is too late": (
        {"transact_time_ns": MAX_TIME_NS + 1}, {"transact_time_ns": None},
        f"transact_time_ns must be an int of nanoseconds since 1970: {MAX_TIME_NS + 1}",
    ),
    "a status of another kind": ({"ord_status": "4"}, {"ord_status": None}, "ord_status must be an OrdStatus: 4"),
    "a liquidity of another kind": (
        {"last_liquidity_ind": "1"}, {"last_liquidity_ind": None}, "last_liquidity_ind must be a LastLiquidityInd: 1",
    ),
    "a reason of another kind": (
        {"exec_restatement_reason": "1"},
        {"exec_restatement_reason": None},
        "exec_restatement_reason must be an ExecRestatementReason: 1",
    ),
    "a number of another kind": (
        {"report_seq": 1.5}, {"report_seq": None}, "report_seq must be an int of 0 or more: 1.5",
    ),
    "a number below zero": ({"report_seq": -1}, {"report_seq": None}, "report_seq must be an int of 0 or more: -1"),
    "a number that is too large": (
        {"report_seq": MAX_TIME_NS + 1}, {"report_seq": None},
        f"report_seq must be an int of 0 or more: {MAX_TIME_NS + 1}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "instead", "fault"), FAULTS.values(), ids=FAULTS)
def test_what_the_journal_could_not_hold_is_left_out_and_named(
    fields: dict[str, Any], instead: dict[str, Any], fault: str
) -> None:
    said = report(ExecType.TRADE, **fields)

    assert clean(said) == (attrs.evolve(said, **instead), (fault,))


FULL: Final[dict[str, Any]] = {
    "orig_cl_ord_id": "o" * MAX_NAME,
    "venue_order_id": "v",
    "exec_id": "x",
    "exec_ref_id": "y",
    "trade_date": "20260105",
    "comm_currency": "USD",
    "reject_code": "9",
    "text": "t" * MAX_RAW,
    "raw": "r" * MAX_PAYLOAD,
    "transact_time_ns": MAX_TIME_NS,
    "report_seq": MAX_TIME_NS,
    "ord_status": OrdStatus.NEW,
    "last_liquidity_ind": LastLiquidityInd.ADDED,
    "exec_restatement_reason": ExecRestatementReason.OTHER,
}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(report(ExecType.NEW, **FULL), id="one that says everything"),
        pytest.param(ExecutionReport(ExecType.NEW), id="one that says nothing"),
        pytest.param(report(ExecType.NEW, transact_time_ns=0, report_seq=0), id="one of the first moment"),
    ],
)
def test_what_the_journal_can_hold_stays_as_it_is(said: ExecutionReport) -> None:
    cleaned, faults = clean(said)

    assert cleaned is said
    assert faults == ()


def test_a_refusal_that_the_journal_can_hold_stays_as_it_is() -> None:
    said = OrderCancelReject(ClOrdId("c"), CxlRejResponseTo.CANCEL, ClOrdId("o"))

    assert clean(said)[0] is said


def test_long_words_are_cut_and_no_words_are_empty_ones_and_neither_is_a_fault() -> None:
    said = report(ExecType.NEW, text="t" * (MAX_RAW + 1), raw="r" * (MAX_PAYLOAD + 1), reject_code=None)
    assert clean(said) == (attrs.evolve(said, text="t" * MAX_RAW, raw="r" * MAX_PAYLOAD, reject_code=""), ())

    silent = report(ExecType.NEW, text=None, raw=None)
    assert clean(silent) == (attrs.evolve(silent, text="", raw=""), ())


def test_a_refusal_is_cleaned_too() -> None:
    said = OrderCancelReject(7, CxlRejResponseTo.CANCEL, orig_cl_ord_id=8, venue_order_id=9, reject_code=5)  # type: ignore[arg-type]

    cleaned, faults = clean(said)

    wanted = {"cl_ord_id": None, "orig_cl_ord_id": None, "venue_order_id": None, "reject_code": ""}
    assert cleaned == attrs.evolve(said, **wanted)  # type: ignore[arg-type]
    assert faults == (
        f"cl_ord_id {A_NAME}: 7",
        f"orig_cl_ord_id {A_NAME}: 8",
        f"venue_order_id {A_NAME}: 9",
        f"reject_code {A_NAME}: 5",
    )


# ---------------------------------------------------------------- the short way to tell that nothing is wrong

PLAIN: Final[dict[str, Any]] = {
    "exec_id": "x" * 100,
    "venue_order_id": "v" * 100,
    "trade_date": "20260105",
    "comm_currency": "USD",
    "ord_status": OrdStatus.NEW,
    "last_liquidity_ind": LastLiquidityInd.ADDED,
    "transact_time_ns": MAX_TIME_NS,
    "report_seq": MAX_TIME_NS,
    "text": "t" * MAX_RAW,
    "raw": "r" * MAX_PAYLOAD,
}
NOT_PLAIN: Final[dict[str, Any]] = {
    "cl_ord_id": None,
    "exec_id": 7,
    "venue_order_id": 7,
    "trade_date": 20260105,
    "comm_currency": 7,
    "ord_status": "0",
    "last_liquidity_ind": "1",
    "transact_time_ns": -1,
    "report_seq": -1,
    "text": 7,
    "raw": None,
}


def test_a_usual_report_is_plain() -> None:
    assert is_plain(report(ExecType.TRADE, **PLAIN))
    assert is_plain(report(ExecType.TRADE))
    assert is_plain(report(ExecType.TRADE, transact_time_ns=0, report_seq=0))


@pytest.mark.parametrize("field", NOT_PLAIN)
def test_a_report_with_a_field_of_the_wrong_kind_is_not(field: str) -> None:
    assert not is_plain(report(ExecType.TRADE, **{**PLAIN, field: NOT_PLAIN[field]}))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"transact_time_ns": 1.0}, id="a time that is a float"),
        pytest.param({"transact_time_ns": MAX_TIME_NS + 1}, id="a time that is too late"),
        pytest.param({"report_seq": 1.0}, id="a number that is a float"),
        pytest.param({"report_seq": MAX_TIME_NS + 1}, id="a number that is too large"),
        pytest.param({"text": "t" * (MAX_RAW + 1)}, id="many words"),
        pytest.param({"raw": "r" * (MAX_PAYLOAD + 1)}, id="a long message"),
        pytest.param({"exec_id": "x" * 200, "venue_order_id": "v" * 100}, id="names that are long together"),
    ],
)
def test_a_report_that_is_hard_to_tell_is_not_either(fields: dict[str, Any]) -> None:
    assert not is_plain(report(ExecType.TRADE, **{**PLAIN, **fields}))


@pytest.mark.parametrize(
    ("length", "expected"), [(MAX_NAME, True), (MAX_NAME + 1, False)], ids=["just short enough", "too long"]
)
def test_names_are_short_together(length: int, expected: bool) -> None:
    names = {"exec_id": "x", "venue_order_id": "v", "trade_date": "d", "comm_currency": "c"}

    assert is_plain(report(ExecType.TRADE, cl_ord_id="c" * (length - 4), **names)) is expected


# ---------------------------------------------------------------- what is shown


class Unshowable:
    def __repr__(self) -> str:
        raise ValueError("no")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("as it is", "as it is", id="a text"),
        pytest.param(7, "7", id="a number"),
        pytest.param("a" * (MAX_RAW + 1), "a" * MAX_RAW, id="a long text"),
        pytest.param(
            Unshowable(), "a Unshowable that cannot be shown: ValueError", id="what cannot be shown"
        ),
    ],
)
def test_whatever_was_said_is_shown_as_text(said: object, expected: str) -> None:
    assert shown(said) == expected


def test_what_is_known_from_now_on_is_known_by_its_name_and_its_time() -> None:
    order, named = after(*LIVE), ExecId("s1")

    def trace(exec_id: ExecId | None, time_ns: int | None, *, is_known: bool) -> tuple[ev.Event, ...]:
        said = report(ExecType.SUSPENDED, exec_id=exec_id, transact_time_ns=time_ns)
        return ignored(order, said, AT, "no news", is_known=is_known)

    def expected(exec_id: ExecId | None, venue_ns: int, *, is_known: bool) -> tuple[ev.Event, ...]:
        return (ev.ReportIgnored(*first(), "SUSPENDED", exec_id, "no news", venue_ns, is_known),)

    assert trace(named, T0, is_known=True) == expected(named, T0, is_known=True)
    assert trace(named, None, is_known=True) == expected(named, 0, is_known=True)
    assert trace(named, T0, is_known=False) == expected(named, 0, is_known=False)
    # Without a name it cannot be known.
    assert trace(None, T0, is_known=True) == expected(None, T0, is_known=False)


def test_an_anomaly_keeps_the_first_of_its_words_and_of_the_report() -> None:
    event = anomaly(AT, AnomalyCode.MALFORMED, None, "w" * (MAX_RAW + 1), "r" * (MAX_RAW + 1), 2)

    assert event == ev.AnomalyRaised(
        *envelope(2), AnomalyCode.MALFORMED, PAPER, None, "w" * MAX_RAW, "r" * MAX_RAW
    )
