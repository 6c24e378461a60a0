"""How the columns of brokers' files are called, and which of them make which kind of statement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from oms.errors import ValidationError
from oms.model.enums import Choice


class Kind(Choice):
    """What a file of a broker's tells."""

    EXECUTIONS = "executions"
    ORDERS = "orders"
    POSITIONS = "positions"


NAMES: Final[dict[str, tuple[str, ...]]] = {
    "OrderID": ("venueorderid", "brokerorderid", "exchangeorderid", "orderno", "ordernumber"),
    "ClOrdID": ("clientorderid", "clordid", "customerorderid", "clientid", "orderref"),
    "ExecID": ("executionid", "tradeid", "fillid", "tradeno", "tradenumber"),
    "ExecRefID": ("execrefid", "originalexecid", "originaltradeid"),
    "ExecType": ("executiontype", "reporttype", "tradetype"),
    "Symbol": ("ticker", "instrument", "security", "product"),
    "Side": ("buysell", "direction", "bs"),
    "LastQty": ("lastshares", "fillqty", "filledqty", "execqty", "tradeqty", "executedquantity", "tradequantity", "lastquantity"),
    "LastPx": ("fillprice", "execprice", "tradeprice", "lastprice", "executionprice"),
    "TransactTime": ("time", "timestamp", "datetime", "tradetime", "exectime", "executiontime"),
    "TradeDate": ("date", "tradeday"),
    "OrderQty": ("orderquantity", "originalqty", "totalqty", "totalquantity"),
    "CumQty": ("cumulativeqty", "cumquantity", "executedqty", "totalfilled"),
    "LeavesQty": ("remainingqty", "openqty", "remainingquantity", "leavesquantity"),
    "Price": ("limitprice", "limit", "px"),
    "StopPx": ("stopprice", "stop", "triggerprice"),
    "OrdStatus": ("status", "orderstatus", "state"),
    "Account": ("acct", "accountid", "accountno", "accountnumber"),
    "Commission": ("fee", "fees", "comm", "commissions"),
    "CommCurrency": ("feecurrency", "commissioncurrency", "commcurr"),
    "Position": ("netqty", "netposition", "netquantity", "positionqty", "holding", "holdings"),
}  # fmt: skip
"""Our name of each column, which is FIX's where it has one, and what others call it: without case, spaces and underscores."""

_BY_NAME: Final = {called: ours for ours, others in NAMES.items() for called in (ours.lower(), *others)}
# Alone these say too little: they are what others beside them make of them.
_LOOSE: Final[dict[str, dict[Kind, str]]] = {
    "qty": {Kind.EXECUTIONS: "LastQty", Kind.ORDERS: "OrderQty", Kind.POSITIONS: "Position"},
    "quantity": {Kind.EXECUTIONS: "LastQty", Kind.ORDERS: "OrderQty", Kind.POSITIONS: "Position"},
    "price": {Kind.EXECUTIONS: "LastPx"},
}
NEEDED: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.EXECUTIONS: ("ExecID", "LastQty", "LastPx"),
    Kind.ORDERS: ("OrdStatus", "OrderQty"),
    Kind.POSITIONS: ("Symbol", "Position"),
}
"""What a file must have to be of a kind; the first two of these also have to name the order."""


def columns_of(
    header: Sequence[str], renamed: Mapping[str, str], kind: Kind | None
) -> tuple[Kind, dict[str, int]]:
    """Give what a file tells, and the place of each of its columns, by our names.

    Args:
        header: What the file calls them.
        renamed: Our name for some of those, as its owner says.
        kind: What it tells, where its owner says so.

    Raises:
        ValidationError: A column that was named is not there, two columns are the same, or too few are known.
    """
    unknown = [name for name in renamed if name not in header]
    if unknown:
        raise ValidationError("--columns", unknown[0], f"the file has {', '.join(header)}")
    found, loose = _known(header, renamed)
    told = kind or _kind(found, loose)
    for called, place in loose.items():
        ours = _LOOSE[called].get(told)
        if ours is not None and ours not in found:
            found[ours] = place
        elif called.title() in NAMES:
            found.setdefault(called.title(), place)
    missing = [name for name in NEEDED[told] if name not in found]
    if told is not Kind.POSITIONS and not {"OrderID", "ClOrdID"} & found.keys():
        missing.append("OrderID or ClOrdID")
    if missing:
        allowed = (
            f"a file of {told.value} needs {', '.join(missing)}: say --columns THEIRS={missing[0].split()[0]}"
        )
        raise ValidationError("header", ", ".join(header), allowed)
    return told, found


def _known(header: Sequence[str], renamed: Mapping[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    found: dict[str, int] = {}
    loose: dict[str, int] = {}
    for place, name in enumerate(header):
        called = re.sub(r"[^0-9a-z]", "", name.lower())
        if name not in renamed and called in _LOOSE:
            loose[called] = place
            continue
        ours = renamed.get(name) or _BY_NAME.get(called)
        if ours is None:
            continue
        if ours in found:
            allowed = f"one column for {ours}, not {header[found[ours]]!r} too: say --columns THEIRS={ours}"
            raise ValidationError("header", name, allowed)
        found[ours] = place
    return found, loose


def _kind(found: Mapping[str, int], loose: Mapping[str, int]) -> Kind:
    if "ExecID" in found:
        return Kind.EXECUTIONS
    if {"OrderID", "ClOrdID", "OrdStatus"} & found.keys():
        return Kind.ORDERS
    if "Symbol" in found and ("Position" in found or {"qty", "quantity"} & loose.keys()):
        return Kind.POSITIONS
    known = ", ".join([*found, *loose]) or "none"
    raise ValidationError(
        "header",
        known,
        "columns that tell executions, orders or positions: say --kind and --columns THEIRS=OURS",
    )
