"""Hypothesis strategies for what a broker may say: well-formed reports about an order, and reports with junk in any field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from attrs import fields, frozen

try:
    from hypothesis import strategies as st
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.model.door import MAX_TIME_NS
from oms.model.enums import (
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    LastLiquidityInd,
    OrdStatus,
    Side,
)
from oms.model.ids import Account, ClOrdId, ExecId, Symbol, VenueOrderId
from oms.model.reports import ExecutionReport, FeeReport, OrderCancelReject, Report

_NUMBERS: Final = st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-3))
_EXEC_IDS: Final = st.integers(1, 20).map(lambda number: ExecId(f"E{number}"))
_TIMES: Final = st.none() | st.integers(1_767_225_600, 1_767_830_400).map(
    lambda second: second * 1_000_000_000
)
_DAYS: Final = st.none() | st.sampled_from(["20260105", "20260106"])
_STATUSES: Final = st.none() | st.sampled_from(
    [status for status in OrdStatus if len(status.value) == 1]  # FIX's own, which have codes
)


@frozen
class Identity:
    """What a broker calls an order, and what it is about.

    Attributes:
        cl_ord_ids: Every ClOrdID of its chain, at least one.
        venue_order_id: What the venue calls it; None before it has a name.
    """

    cl_ord_ids: tuple[ClOrdId, ...]
    venue_order_id: VenueOrderId | None
    symbol: Symbol
    side: Side
    account: Account


def execution_reports(
    identity: Identity, exec_types: st.SearchStrategy[ExecType] | None = None
) -> st.SearchStrategy[ExecutionReport]:
    """Execution reports about an order, every field of its own kind; they need not be true, nor agree with one another."""
    ids = st.sampled_from(identity.cl_ord_ids)
    numbers = st.none() | _NUMBERS
    return st.builds(
        ExecutionReport,
        exec_type=st.sampled_from(ExecType) if exec_types is None else exec_types,
        cl_ord_id=st.none() | ids if identity.venue_order_id is not None else ids,
        orig_cl_ord_id=st.none() | ids,
        venue_order_id=st.just(identity.venue_order_id),
        exec_id=st.none() | _EXEC_IDS,
        exec_ref_id=st.none() | _EXEC_IDS,
        ord_status=_STATUSES,
        order_qty=numbers,
        cum_qty=numbers,
        leaves_qty=numbers,
        last_qty=numbers,
        last_px=numbers,
        price=numbers,
        transact_time_ns=_TIMES,
        trade_date=_DAYS,
        last_liquidity_ind=st.none() | st.sampled_from(LastLiquidityInd),
        commission=st.none() | _NUMBERS,
        comm_currency=st.none() | st.sampled_from(["USD", "EUR"]),
        symbol=st.none() | st.just(identity.symbol),
        side=st.none() | st.just(identity.side),
        account=st.none() | st.just(identity.account),
        text=st.sampled_from(["", "as asked", "no reason given"]),
        reject_code=st.sampled_from(["", "1", "5", "6", "99"]),
        exec_restatement_reason=st.none() | st.sampled_from(ExecRestatementReason),
        stop_px=numbers,
        display_qty=numbers,
        report_seq=st.none() | st.integers(1, 100),
    )


def cancel_rejects(identity: Identity) -> st.SearchStrategy[OrderCancelReject]:
    """Refusals of cancels and replaces of an order; errors as in `execution_reports`."""
    return st.builds(
        OrderCancelReject,
        cl_ord_id=st.sampled_from(identity.cl_ord_ids),
        response_to=st.sampled_from(CxlRejResponseTo),
        orig_cl_ord_id=st.none() | st.sampled_from(identity.cl_ord_ids),
        venue_order_id=st.just(identity.venue_order_id),
        ord_status=_STATUSES,
        transact_time_ns=_TIMES,
        text=st.sampled_from(["", "too late"]),
        reject_code=st.sampled_from(["", "0", "1", "3", "99"]),
    )


def fee_reports(identity: Identity) -> st.SearchStrategy[FeeReport]:
    """Fees and rebates of an order and of its executions, in several currencies."""
    return st.builds(
        FeeReport,
        amount=st.builds(lambda number, sign: number * sign, _NUMBERS, st.sampled_from([1, 1, -1])),
        currency=st.sampled_from(["USD", "EUR", "BNB"]),
        fee_id=st.none() | st.integers(1, 9).map(lambda number: f"F{number}"),
        kind=st.sampled_from(["", "commission", "exchange", "clearing"]),
        exec_id=st.none() | _EXEC_IDS,
        cl_ord_id=st.none() | st.sampled_from(identity.cl_ord_ids),
        venue_order_id=st.just(identity.venue_order_id),
        trade_date=_DAYS,
        transact_time_ns=_TIMES,
    )


def reports(identity: Identity) -> st.SearchStrategy[Report]:
    """Any well-formed report about an order: what a broker may say, be it true or not."""
    return st.one_of(execution_reports(identity), cancel_rejects(identity), fee_reports(identity))


class Unshowable:
    """An object at which everything fails that can be done with it."""

    def __repr__(self) -> str:
        """Fail."""
        raise RuntimeError("nobody may look at this")

    def __eq__(self, other: object) -> bool:
        """Fail."""
        raise RuntimeError("nobody may compare this")

    __hash__ = None  # type: ignore[assignment]  # what defines equality alone has no hash


def junk() -> st.SearchStrategy[Any]:
    """Values that belong into no field of a report: of every wrong kind, out of all bounds, and some that cannot be shown."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([0, -1, 10**40, MAX_TIME_NS + 1]),
        st.floats(),
        st.text(max_size=30),
        st.sampled_from(["", "\ud800", "\x00", "7" * 100_000]),
        st.binary(max_size=9),
        st.decimals(),
        st.sampled_from(
            [Decimal("sNaN"), Decimal("-0"), Decimal("1E-30"), Decimal("1E999999"), Decimal("9" * 60)]
        ),
        st.sampled_from(ExecType),
        st.sampled_from(OrdStatus),
        st.lists(st.integers(), max_size=2),
        st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
        st.builds(Unshowable),
    )


def wild_reports(identity: Identity) -> st.SearchStrategy[Any]:
    """Reports with junk in up to four fields, whichever, and now and then something that is no report at all."""
    return st.one_of(reports(identity).flatmap(_spoilt), reports(identity).flatmap(_spoilt), junk())


def _spoilt(report: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  # what comes out is a report in name only
    names = [item.name for item in fields(type(report))]
    said = {name: getattr(report, name) for name in names}
    return st.dictionaries(st.sampled_from(names), junk(), min_size=1, max_size=4).map(
        lambda spoilt: type(report)(**{**said, **spoilt})
    )
