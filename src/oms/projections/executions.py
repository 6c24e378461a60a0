"""Every execution, with what was said of it later. Fed by events alone; totals are made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, TypeAlias

from oms.model.decimals import EXACT, ONE, ZERO, plain
from oms.model.define import record, value
from oms.model.enums import LastLiquidityInd, Side
from oms.model.events import Event, FeeCharged, InstrumentDefined, TradeCanceled, TradeCorrected, Traded
from oms.model.ids import Account, BrokerName, ExecId, OrderId, Symbol
from oms.model.instrument import Instrument
from oms.projections import wording

_Amendment: TypeAlias = TradeCorrected | TradeCanceled

_HEADINGS: Final = (
    "time (UTC)", ">order", "symbol", "side", ">size", ">price", ">notional", "role", ">fee", "exec id", "broker",
    "account", "remark",
)  # fmt: skip


@record
class ExecutionRow:
    """One execution, as it stands after all that was said of it.

    Attributes:
        order_id: The order it belongs to.
        exec_id: The venue's first identity of it; corrections and busts have their own.
        symbol: What was traded.
        side: Bought or sold.
        account: For whom.
        broker: Where.
        trade_date: The venue's trading day, YYYYMMDD.
        time_ns: When we heard of it, in nanoseconds UTC.
        transact_time_ns: When it happened at the venue, in nanoseconds UTC; 0 where the venue gave no time.
        last_qty: Its size now; 0 if it was busted.
        last_px: Its price now.
        notional: `last_qty` x `last_px` x multiplier, in `currency`.
        currency: The instrument's; empty where the instrument was never defined.
        commission: What it cost, in `comm_currency`; negative is a rebate. A bust alone does not give it back.
        comm_currency: The currency of `commission`.
        last_liquidity_ind: Added or removed, None where the venue does not say.
        corrections: How often it was corrected.
        is_busted: It did not happen after all.
        fees: What it cost beyond its own report, by currency; negative is a rebate.
    """

    order_id: OrderId
    exec_id: ExecId
    symbol: Symbol
    side: Side
    account: Account
    broker: BrokerName
    trade_date: str
    time_ns: int
    transact_time_ns: int
    last_qty: Decimal
    last_px: Decimal
    notional: Decimal
    currency: str
    commission: Decimal
    comm_currency: str
    last_liquidity_ind: LastLiquidityInd | None
    corrections: int
    is_busted: bool
    fees: dict[str, Decimal]


@value(kw_only=True)
class ExecutionTotals:
    """Sums over executions.

    Attributes:
        executions: How many stand.
        busted: How many were busted; these count nowhere else but in the fees.
        corrected: How many of those that stand were corrected.
        bought_qty: Bought in all; adding up several instruments, as far as that means anything.
        sold_qty: Sold in all.
        notional: Size x price x multiplier, by the instruments' currency.
        fees: What was paid, by currency, with what was charged for orders as a whole; negative is a rebate.
        makers: How many added liquidity.
        takers: How many removed it.
    """

    executions: int
    busted: int
    corrected: int
    bought_qty: Decimal
    sold_qty: Decimal
    notional: dict[str, Decimal]
    fees: dict[str, Decimal]
    makers: int
    takers: int


class Executions:
    """Every execution, in the order in which we heard of them."""

    __slots__ = ("_amendments", "_by_order", "_charged", "_instruments", "_traded")

    def __init__(self) -> None:
        """Begin with none."""
        self._traded: list[Traded] = []
        self._by_order: dict[OrderId, list[Traded]] = {}
        # By the sequence number of the execution's own event; nearly every execution has none.
        self._amendments: dict[int, list[_Amendment]] = {}
        self._instruments: dict[Symbol, Instrument] = {}
        # By order; nearly every order has none.
        self._charged: dict[OrderId, list[FeeCharged]] = {}

    def apply(self, event: Event) -> None:
        """Take any event in; those that are not about executions or instruments change nothing."""
        take = _TAKES.get(type(event))
        if take is not None:
            take(self, event)

    def on_instrument(self, event: InstrumentDefined) -> None:
        """Take in what a price is worth, and in which currency."""
        self._instruments[event.instrument.symbol] = event.instrument

    def on_traded(self, event: Traded) -> None:
        """Take an execution in."""
        self._traded.append(event)
        same_order = self._by_order.get(event.order_id)
        if same_order is None:
            self._by_order[event.order_id] = [event]
        else:
            same_order.append(event)

    def on_canceled(self, event: TradeCanceled) -> None:
        """Mark an execution as busted."""
        self._amend(event)

    def on_corrected(self, event: TradeCorrected) -> None:
        """Mark an execution as corrected."""
        self._amend(event)

    def on_fee(self, event: FeeCharged) -> None:
        """Take in what an execution or an order cost beyond its report."""
        self._charged.setdefault(event.order_id, []).append(event)

    def rows(
        self, *, order_id: OrderId | None = None, symbol: str | None = None, account: str | None = None
    ) -> list[ExecutionRow]:
        """Give the executions as they stand now; each filter that is given must hold."""
        traded = self._traded if order_id is None else self._by_order.get(order_id, [])
        return [
            self._row(event)
            for event in traded
            if (symbol is None or event.symbol == symbol) and (account is None or event.account == account)
        ]

    def totals(
        self, *, order_id: OrderId | None = None, symbol: str | None = None, account: str | None = None
    ) -> ExecutionTotals:
        """Give the sums over the executions that `rows` gives for the same filters."""
        charged = [
            fee
            for fee in self._fees(order_id)
            if (symbol is None or fee.symbol == symbol) and (account is None or fee.account == account)
        ]
        return _add_up(self.rows(order_id=order_id, symbol=symbol, account=account), charged)

    def totals_by_symbol(self) -> dict[Symbol, ExecutionTotals]:
        """Give the sums for each symbol, in the symbols' order."""
        by_symbol: dict[Symbol, list[ExecutionRow]] = {}
        for row in self:
            by_symbol.setdefault(row.symbol, []).append(row)
        charged: dict[Symbol, list[FeeCharged]] = {}
        for fee in self._fees(None):
            charged.setdefault(fee.symbol, []).append(fee)
        return {
            symbol: _add_up(by_symbol.get(symbol, []), charged.get(symbol, []))
            for symbol in sorted({*by_symbol, *charged})
        }

    def to_dicts(self, rows: Iterable[ExecutionRow] | None = None) -> list[dict[str, object]]:
        """Give rows (all, unless some are given) as dicts, fit for a data frame.

        Numbers stay `Decimal`, times nanoseconds UTC; enumerations are texts.
        """
        return [_to_dict(row) for row in (self if rows is None else rows)]

    def table(self, rows: Iterable[ExecutionRow] | None = None) -> str:
        """Give rows (all, unless some are given) as an aligned text table."""
        return wording.table(_HEADINGS, (_cells(row) for row in (self if rows is None else rows)))

    def __iter__(self) -> Iterator[ExecutionRow]:
        """Give the executions as they stand now."""
        return map(self._row, self._traded)

    def __len__(self) -> int:
        """Count the executions, busted ones too."""
        return len(self._traded)

    def _fees(self, order_id: OrderId | None) -> list[FeeCharged]:
        if order_id is not None:
            return self._charged.get(order_id, [])
        return [fee for fees in self._charged.values() for fee in fees]

    def _fees_of(self, event: Traded, amendments: Iterable[_Amendment]) -> dict[str, Decimal]:
        charged = self._charged.get(event.order_id)
        if charged is None:
            return {}
        # A fee may name the execution by the identity of a correction.
        names = {event.exec_id, *(amendment.exec_id for amendment in amendments)}
        return _sums(fee for fee in charged if fee.exec_id in names and fee.trade_date == event.trade_date)

    def _amend(self, event: _Amendment) -> None:
        for traded in self._by_order.get(event.order_id, ()):
            if traded.broker == event.broker and traded.trade_date == event.trade_date:
                amendments = self._amendments.get(traded.sequence, [])
                # A correction may be named by the first identity or by that of a correction before it.
                if event.exec_ref_id in {traded.exec_id, *(amendment.exec_id for amendment in amendments)}:
                    self._amendments[traded.sequence] = [*amendments, event]
                    return

    def _row(self, event: Traded) -> ExecutionRow:
        qty, px, corrections, is_busted = event.last_qty, event.last_px, 0, False
        amendments = self._amendments.get(event.sequence, ())
        for amendment in amendments:
            if isinstance(amendment, TradeCorrected):
                qty, px = amendment.last_qty, amendment.last_px
                corrections += 1
            else:
                qty, is_busted = ZERO, True
        instrument = self._instruments.get(event.symbol)
        multiplier = ONE if instrument is None else instrument.multiplier
        return ExecutionRow(
            event.order_id,
            event.exec_id,
            event.symbol,
            event.side,
            event.account,
            event.broker,
            event.trade_date,
            event.time_ns,
            event.transact_time_ns,
            qty,
            px,
            EXACT.multiply(EXACT.multiply(qty, px), multiplier),
            "" if instrument is None else instrument.currency,
            event.commission,
            event.comm_currency,
            event.last_liquidity_ind,
            corrections,
            is_busted,
            self._fees_of(event, amendments),
        )


_TAKES: Final[dict[type[Event], Any]] = {
    InstrumentDefined: Executions.on_instrument,
    Traded: Executions.on_traded,
    TradeCanceled: Executions.on_canceled,
    TradeCorrected: Executions.on_corrected,
    FeeCharged: Executions.on_fee,
}


def _sums(charged: Iterable[FeeCharged]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for fee in charged:
        total[fee.currency] = EXACT.add(total.get(fee.currency, ZERO), fee.amount)
    return total


def _add_up(rows: Iterable[ExecutionRow], charged: Iterable[FeeCharged]) -> ExecutionTotals:
    executions = busted = corrected = makers = takers = 0
    qty = {True: ZERO, False: ZERO}
    notional: dict[str, Decimal] = {}
    fees = _sums(charged)
    for row in rows:
        if row.commission:
            fees[row.comm_currency] = EXACT.add(fees.get(row.comm_currency, ZERO), row.commission)
        if row.is_busted:
            busted += 1
            continue
        executions += 1
        corrected += bool(row.corrections)
        is_bought = row.side is Side.BUY
        qty[is_bought] = EXACT.add(qty[is_bought], row.last_qty)
        notional[row.currency] = EXACT.add(notional.get(row.currency, ZERO), row.notional)
        makers += row.last_liquidity_ind is LastLiquidityInd.ADDED
        takers += row.last_liquidity_ind is LastLiquidityInd.REMOVED
    return ExecutionTotals(
        executions=executions,
        busted=busted,
        corrected=corrected,
        bought_qty=qty[True],
        sold_qty=qty[False],
        notional=notional,
        fees=fees,
        makers=makers,
        takers=takers,
    )


def _to_dict(row: ExecutionRow) -> dict[str, object]:
    return {
        "order_id": row.order_id,
        "exec_id": row.exec_id,
        "symbol": row.symbol,
        "side": row.side.name,
        "account": row.account,
        "broker": row.broker,
        "trade_date": row.trade_date,
        "time_ns": row.time_ns,
        "transact_time_ns": row.transact_time_ns,
        "last_qty": row.last_qty,
        "last_px": row.last_px,
        "notional": row.notional,
        "currency": row.currency,
        "commission": row.commission,
        "comm_currency": row.comm_currency,
        "role": wording.of_liquidity(row.last_liquidity_ind),
        "corrections": row.corrections,
        "is_busted": row.is_busted,
        "fees": row.fees,
    }


def _cells(row: ExecutionRow) -> tuple[str, ...]:
    corrected = f"corrected {row.corrections} x" if row.corrections else ""
    return (
        wording.day_and_time(row.time_ns),
        str(row.order_id),
        row.symbol,
        wording.of_side(row.side),
        plain(row.last_qty),
        plain(row.last_px),
        f"{wording.rounded(row.notional)} {row.currency}".rstrip(),
        wording.of_liquidity(row.last_liquidity_ind),
        _costs(row),
        row.exec_id,
        row.broker,
        row.account,
        ", ".join(filter(None, (corrected, "busted" if row.is_busted else ""))),
    )


def _costs(row: ExecutionRow) -> str:
    costs = dict(row.fees)
    if row.commission:
        costs[row.comm_currency] = EXACT.add(costs.get(row.comm_currency, ZERO), row.commission)
    return ", ".join(f"{plain(amount)} {currency}".rstrip() for currency, amount in sorted(costs.items()))
