"""Whether a finished run balances: what the manager holds to be true against what the simulated broker did, to the last decimal.

Everything is worked out again from the events of the manager's journal alone, with sums of this module's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from typing import Final, TypeAlias, TypeVar

from attrs import define, field

from oms.brokers.paper import PaperBroker
from oms.model.enums import ExecType, Side
from oms.model.events import (
    Event,
    FeeCharged,
    InstrumentDefined,
    OrderCreated,
    TradeCanceled,
    TradeCorrected,
    Traded,
)
from oms.model.ids import Account, ExecId, OrderId, Symbol
from oms.model.reports import ExecutionReport

_ZERO: Final = Decimal(0)
_EXACT: Final = Context(prec=200)

K = TypeVar("K")
_Fill: TypeAlias = tuple[Symbol, Account, Side, Decimal, Decimal]


@define
class Totals:
    """What the executions and fees of a journal come to.

    Attributes:
        bought: What was bought, by account and symbol; busts and corrections are counted.
        sold: What was sold.
        spent: Purchases less sales, in money, by account and currency.
        fees: What was paid in fees, by account and currency.
    """

    bought: dict[tuple[Account, Symbol], Decimal] = field(factory=dict)
    sold: dict[tuple[Account, Symbol], Decimal] = field(factory=dict)
    spent: dict[tuple[Account, str], Decimal] = field(factory=dict)
    fees: dict[tuple[Account, str], Decimal] = field(factory=dict)

    def position(self, account: Account, symbol: Symbol) -> Decimal:
        """Give what was bought less what was sold."""
        key = account, symbol
        return _EXACT.subtract(self.bought.get(key, _ZERO), self.sold.get(key, _ZERO))


def totals(events: Iterable[Event]) -> Totals:
    """Give what the executions and fees of a journal come to."""
    fills: dict[tuple[OrderId, ExecId], _Fill] = {}
    worth: dict[Symbol, tuple[Decimal, str]] = {}
    result = Totals()
    for event in events:
        match event:
            case InstrumentDefined(instrument=one):
                worth[one.symbol] = one.multiplier, one.currency
            case Traded():
                fills[event.order_id, event.exec_id] = _fill(event, event.last_qty, event.last_px)
                _add(result.fees, (event.account, event.comm_currency), event.commission)
            case TradeCorrected():
                fills.pop((event.order_id, event.exec_ref_id), None)
                fills[event.order_id, event.exec_id] = _fill(event, event.last_qty, event.last_px)
            case TradeCanceled():
                fills.pop((event.order_id, event.exec_ref_id), None)
            case FeeCharged():
                _add(result.fees, (event.account, event.currency), event.amount)
            case _:
                pass
    for symbol, account, side, qty, px in fills.values():
        multiplier, currency = worth[symbol]
        money = _EXACT.multiply(_EXACT.multiply(qty, px), multiplier)
        is_buy = side is Side.BUY
        _add(result.bought if is_buy else result.sold, (account, symbol), qty)
        _add(result.spent, (account, currency), money if is_buy else _EXACT.minus(money))
    return result


def check_conservation(
    events: Iterable[Event],
    broker: PaperBroker,
    *,
    balances: Mapping[str, Decimal] | None = None,
    positions: Mapping[str, Decimal] | None = None,
) -> tuple[str, ...]:
    """Give everything in which a finished run does not balance, as sentences; nothing if all is well.

    What the manager booked is what the exchange executed, execution by execution; and where the broker watches accounts: cash is
    what there was at the start, less what was spent and paid in fees, and the position is what was bought less what was sold.

    Args:
        events: The manager's journal, whole; nothing may be under way any more.
        broker: The only broker of the run.
        balances: What each account began with, by currency; nothing unless given.
        positions: What each account began with, by symbol; nothing unless given.
    """
    events = list(events)
    found = [*_check_executions(events, broker.executed)]
    booked = totals(events)
    accounts = {event.account for event in events if isinstance(event, OrderCreated)}
    for account in sorted(accounts):
        found += _check_account(account, booked, broker, balances or {}, positions or {})
    return tuple(found)


def _check_executions(events: list[Event], executed: Iterable[ExecutionReport]) -> Iterable[str]:
    booked = {
        str(event.exec_id): (event.last_qty, event.last_px) for event in events if isinstance(event, Traded)
    }
    made = {
        str(report.exec_id): (report.last_qty, report.last_px)
        for report in executed
        if report.exec_type is ExecType.TRADE
    }
    for name in sorted(booked.keys() | made.keys()):
        if booked.get(name) != made.get(name):
            yield f"execution {name} is {made.get(name)} at the exchange and {booked.get(name)} in the journal"


def _check_account(
    account: Account,
    booked: Totals,
    broker: PaperBroker,
    balances: Mapping[str, Decimal],
    positions: Mapping[str, Decimal],
) -> Iterable[str]:
    funds = broker.funds(account)
    if funds is None:
        return
    for one in funds.balances:
        key = account, one.currency
        start, fees = balances.get(one.currency, _ZERO), booked.fees.get(key, _ZERO)
        cash = _EXACT.subtract(_EXACT.subtract(start, booked.spent.get(key, _ZERO)), fees)
        if one.cash != cash:
            yield f"{account} has {one.cash} {one.currency}, and the journal makes it {cash}"
        if one.fees != fees:
            yield f"{account} paid {one.fees} {one.currency} in fees, and the journal makes it {fees}"
    symbols = {symbol for of, symbol in booked.bought.keys() | booked.sold.keys() if of == account}
    for symbol in sorted(symbols | funds.positions.keys()):
        held = funds.positions.get(symbol, _ZERO)
        position = _EXACT.add(positions.get(symbol, _ZERO), booked.position(account, symbol))
        if held != position:
            yield f"{account} holds {held} {symbol}, and the journal makes it {position}"


def _fill(event: Traded | TradeCorrected, qty: Decimal, px: Decimal) -> _Fill:
    return event.symbol, event.account, event.side, qty, px


def _add(sums: dict[K, Decimal], key: K, amount: Decimal) -> None:
    sums[key] = _EXACT.add(sums.get(key, _ZERO), amount)
