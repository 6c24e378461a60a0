"""A simulated exchange that is spoken to in lines of text, so that a story fits in a table.

A line is what happens, an arrow, and the reports that must follow, separated by semicolons:

    quote 99x5 101x5                                a bid of 99 for 5 beside an ask of 101 for 5; `-` for nobody
    trade 100x4 sell                                a print; `buy`, `sell` or nothing for its aggressor
    halt                                            and `resume`
    bar 100,105,98,102x50                           open, high, low and close, and the volume if it is known
    bar 100,105,98,102x50 since3                    it began 3 milliseconds ago, rather than just now
    book 99x5,98x4 101x5                            a book by level; `-` for an empty side
    levels 99x0 101x7,103x2                         changes of levels
    new E1 sell 5@101                               an order of somebody else by name, and what becomes of it
    change E1 sell 3@101 traded 2
    delete E1 sell 101 traded 3
    buy a 7 @101 gtc -> a new; a 5@101 taker leaves 2
    short a 7 mkt ioc
    cancel b a -> b canceled cum 5                  request b cancels order a
    replace b a 5@100 -> b replaced 5@100 cum 0 leaves 5      with another time in force after it, if any
    close -> a expired cum 0                        and `open` and `pause`; with a day after it where it is not 8
    wait 5                                          milliseconds, and the clock says so
    mark 95                                         a mark price
    bust a -> a trade_cancel                        the latest execution of it
    sell a 3 stop95/mid gtc -> a new                see `terms_of` for what can be asked
    sell a 3 @101 gtc post reduce                   and `aon`, `min2`
    buy a $505 mkt ioc -> a new; a 5@101 taker leaves 0     an amount of money; `leaves money` while it is for that alone
    trade 94x1 -> a triggered; a 3@93 taker leaves 0
    replace b a 5:stop96 -> b replaced 5 stop 96 cum 0 leaves 5

    list first: a buy 9 @100 gtc > b sell * stop95 gtc | c sell * @110 gtc -> a new; b new; c new

A list is an entry before `>` and its exits after it, with `&` between them, or legs with `|` between them; `*` is all that is
left. Before the colon: `first`, `complete`, `cancel` (the siblings) and `rearm`, where it is not the default.

Beside the usual times in force there are `gtd8` and `gtd9`, the days, `gft5`, 5 milliseconds, `gft5x2`, twice that, and `gtt`, 10 milliseconds past noon.
"""

from __future__ import annotations

import re
from decimal import Decimal

from attrs import evolve

from oms.model.bars import Bar
from oms.model.contingencies import order_qtys
from oms.model.contingency import Arm, Contingency, Leg, Oco, Oto, Remainder, Siblings, legs_of
from oms.model.decimals import plain
from oms.model.depth import BookOrder, BookSnapshot, BookUpdate, Levels
from oms.model.enums import (
    ExecType,
    LastLiquidityInd,
    MDUpdateAction,
    PegOffsetType,
    PegPriceType,
    SecurityTradingStatus,
    SessionPhase,
    Side,
    TriggerPriceType,
)
from oms.model.ids import Account, BrokerName, ClOrdId, ListId, OrderId, Symbol
from oms.model.instructions import Instructions
from oms.model.instrument import Instrument
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.offset import Offset
from oms.model.reports import ExecutionReport, OrderCancelReject, Report
from oms.model.requests import NewOrderList, NewOrderSingle, OrderCancelReplaceRequest, OrderCancelRequest
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.model.terms import (
    Limit,
    LimitIfTouched,
    Market,
    MarketIfTouched,
    MarketToLimit,
    Pegged,
    Stop,
    StopLimit,
    Terms,
    TrailingStop,
    TrailingStopLimit,
)
from oms.model.time_in_force import (
    CLS,
    DAY,
    FOK,
    GFA,
    GTC,
    IOC,
    OPG,
    GoodForTime,
    GoodTillDate,
    GoodTillTime,
    TimeInForce,
)
from oms.simulation.accounts import AccountModel
from oms.simulation.fees import FeeModel
from oms.simulation.rules import USUAL_RULES, MatchingRules
from oms.simulation.slippage import SlippageModel
from oms.simulation.venue_acts import BustTrade
from tests.unit.simulation.witnessed import WitnessedExchange

X = Symbol("X")
INSTRUMENT = Instrument(symbol="X", currency="USD", tick="0.01", lot=1)
NOON_NS = 1_704_715_200_000_000_000
"""2024-01-08 12:00 UTC."""

WHO = {LastLiquidityInd.ADDED: "maker", LastLiquidityInd.REMOVED: "taker", None: "auction"}
_PHASES = {"open": SessionPhase.OPEN, "close": SessionPhase.CLOSED, "pause": SessionPhase.HALTED}
SIDES = {"buy": Side.BUY, "sell": Side.SELL, "short": Side.SELL_SHORT}
TIMES_IN_FORCE: dict[str, TimeInForce] = {
    "day": DAY,
    "gtc": GTC,
    "ioc": IOC,
    "fok": FOK,
    "opg": OPG,
    "cls": CLS,
    "gfa": GFA,
    "gtd8": GoodTillDate("20240108"),
    "gtd9": GoodTillDate("20240109"),
    "gft5": GoodForTime("0.005"),
    "gft5x2": GoodForTime("0.010"),
    "gtt": GoodTillTime(NOON_NS + 10_000_000),
}


def order(
    cl_ord_id: str,
    side: Side,
    qty: str | Decimal,
    price: str | Decimal | Terms | None,
    time_in_force: TimeInForce = GTC,
    *,
    symbol: str = "X",
    time_ns: int = NOON_NS,
    instructions: Instructions | None = None,
) -> NewOrderSingle:
    """Make a request for a new order; a price of None makes it a market order, terms are taken as they are."""
    terms: Terms = Market() if price is None else Limit(price) if isinstance(price, str | Decimal) else price
    cash = Decimal(qty[1:]) if isinstance(qty, str) and qty.startswith("$") else None
    return NewOrderSingle(
        BrokerName("paper"),
        OrderId(1),
        ClOrdId(cl_ord_id),
        time_ns,
        Symbol(symbol),
        side,
        Decimal(qty) if cash is None else Decimal(0),
        terms,
        time_in_force,
        Account("main"),
        cash,
        instructions=instructions,
    )


class Venue:
    """The exchange, and what it was told of each order, so that requests can be made from few words."""

    def __init__(
        self,
        instrument: Instrument = INSTRUMENT,
        *,
        fees: FeeModel | None = None,
        slippage: SlippageModel | None = None,
        account: AccountModel | None = None,
        rules: MatchingRules = USUAL_RULES,
    ) -> None:
        self.exchange = WitnessedExchange(
            [instrument], fees=fees, slippage=slippage, account=account, rules=rules
        )
        self.time_ns = NOON_NS
        self.reports: list[Report] = []
        self._requests: dict[str, NewOrderSingle] = {}

    def tell(self, line: str) -> list[str]:
        """Let one thing happen, a millisecond after the last one, and give what the venue says."""
        self.time_ns += 1_000_000
        reports = self.do(line.split())
        self.reports += reports
        return [spoken(report) for report in reports]

    def do(self, words: list[str]) -> list[Report]:
        match words:
            case ["quote", bid, ask]:
                (bid_px, bid_size), (ask_px, ask_size) = shown(bid), shown(ask)
                return self.exchange.on_quote(Quote(X, self.time_ns, bid_px, bid_size, ask_px, ask_size))
            case [("halt" | "resume") as what]:
                status = (
                    SecurityTradingStatus.TRADING_HALT if what == "halt" else SecurityTradingStatus.RESUME
                )
                return self.exchange.on_market(SecurityStatus(X, self.time_ns, status))
            case ["bar", what]:
                return self.exchange.on_market(bar(self.time_ns, what))
            case ["bar", what, since]:
                span_ns = int(since.removeprefix("since")) * 1_000_000
                return self.exchange.on_market(
                    evolve(bar(self.time_ns, what), start_ns=self.time_ns - span_ns)
                )
            case ["book", bids, asks]:
                return self.exchange.on_market(BookSnapshot(X, self.time_ns, levels(bids), levels(asks)))
            case ["levels", bids, asks]:
                return self.exchange.on_market(BookUpdate(X, self.time_ns, levels(bids), levels(asks)))
            case [("new" | "change" | "delete") as what, entry_id, side, now, *traded]:
                return self.exchange.on_market(entry(self.time_ns, what, entry_id, side, now, *traded[1:]))
            case ["trade", what, *aggressor]:
                px, size = map(Decimal, what.split("x"))
                taker = SIDES[aggressor[0]] if aggressor else None
                return self.exchange.on_trade(TradePrint(X, self.time_ns, px, size, taker))
            case [("open" | "close" | "pause") as what, *day]:
                phase = _PHASES[what]
                date = f"2024010{day[0] if day else 8}"
                return self.exchange.on_session(SessionChange(self.time_ns, phase, date))
            case ["wait", milliseconds]:
                self.time_ns += (int(milliseconds) - 1) * 1_000_000
                return self.exchange.on_clock(self.time_ns)
            case [side, cl_ord_id, qty, price, time_in_force, *asked] if side in SIDES:
                request = order(
                    cl_ord_id,
                    SIDES[side],
                    qty,
                    terms_of(price),
                    TIMES_IN_FORCE[time_in_force],
                    time_ns=self.time_ns,
                    instructions=instructions_of(asked),
                )
                self.remember(request)
                return self.exchange.new_order(request)
            case ["list", *words]:
                request_to_list = self.list_request(" ".join(words))
                return self.exchange.new_list(request_to_list)
            case ["cancel", cl_ord_id, orig]:
                return self.exchange.cancel(self.cancel_request(cl_ord_id, orig))
            case ["replace", cl_ord_id, orig, what, *tif]:
                qty, _, price = what.partition(":") if ":" in what else what.partition("@")
                terms = terms_of(price if ":" in what or price == "mkt" else f"@{price}")
                request_to_turn = self.replace_request(cl_ord_id, orig, Decimal(qty), terms)
                if tif:
                    request_to_turn = evolve(request_to_turn, time_in_force=TIMES_IN_FORCE[tif[0]])
                return self.exchange.replace(request_to_turn)
            case ["bust", cl_ord_id]:
                made = [one for one in self.reports if isinstance(one, ExecutionReport)]
                last = [
                    one.exec_id
                    for one in made
                    if one.cl_ord_id == cl_ord_id and one.exec_type is ExecType.TRADE
                ]
                return self.exchange.acts.act_on_trade(BustTrade(str(last[-1])), made, self.time_ns)
            case ["mark", price]:
                return self.exchange.on_mark(MarkPrice(X, self.time_ns, Decimal(price)))
            case _:
                raise AssertionError(f"no such thing happens: {words}")

    def remember(self, request: NewOrderSingle) -> None:
        """Know an order, so that requests about it can be made."""
        self._requests.setdefault(request.cl_ord_id, request)

    def list_request(self, text: str) -> NewOrderList:
        """Read a list, and know its orders."""
        policies, _, tree_text = text.partition(":")
        names: list[str] = []
        tree = tree_of(tree_text, policies.split(), names)
        orders = tuple(
            order(
                name,
                leg.side,
                qty,
                leg.terms,
                leg.time_in_force,
                time_ns=self.time_ns,
                instructions=leg.instructions,
            )
            for name, leg, qty in zip(names, legs_of(tree), order_qtys(tree), strict=True)
        )
        for one in orders:
            self.remember(one)
        return NewOrderList(BrokerName("paper"), ListId("l"), self.time_ns, tree, orders)

    def cancel_request(self, cl_ord_id: str, orig: str) -> OrderCancelRequest:
        first = self._first(cl_ord_id, orig)
        return OrderCancelRequest(
            first.broker,
            first.order_id,
            ClOrdId(cl_ord_id),
            self.time_ns,
            ClOrdId(orig),
            None,
            first.symbol,
            first.side,
            first.order_qty,
            first.account,
        )

    def replace_request(
        self, cl_ord_id: str, orig: str, qty: Decimal, terms: Terms
    ) -> OrderCancelReplaceRequest:
        first = self._first(cl_ord_id, orig)
        return OrderCancelReplaceRequest(
            first.broker,
            first.order_id,
            ClOrdId(cl_ord_id),
            self.time_ns,
            ClOrdId(orig),
            None,
            first.symbol,
            first.side,
            qty,
            terms,
            first.time_in_force,
            first.account,
        )

    def _first(self, cl_ord_id: str, orig: str) -> NewOrderSingle:
        # A request speaks of the order's own side and symbol; one for an order that never was speaks of some.
        first = self._requests.get(orig) or order(orig, Side.BUY, "1", "1")
        self._requests.setdefault(cl_ord_id, first)
        return first


PRICE_TYPES = {
    "": TriggerPriceType.LAST,
    "ba": TriggerPriceType.BID_ASK,
    "mid": TriggerPriceType.MID,
    "mark": TriggerPriceType.MARK,
    "last2": TriggerPriceType.DOUBLE_LAST,
    "ba2": TriggerPriceType.DOUBLE_BID_ASK,
}
PEGS = {"": PegPriceType.PRIMARY, "mid": PegPriceType.MID, "market": PegPriceType.MARKET}
UNITS = {"t": PegOffsetType.TICKS, "bp": PegOffsetType.BASIS_POINTS, "%": PegOffsetType.PERCENTAGE}
ASKED = re.compile(
    r"(stop|mit|trail|mtl|mkt|peg|)(m?[\d.]*(?:t|bp|%)?)(?:>([\d.]+))?(?:@([\d.]+))?(?:/(.+))?"
)


def terms_of(text: str) -> Terms:
    """Read what is asked: `mkt`, `@100`, `stop95`, `stop95@94`, `mit105`, `mit105@106`, and the price type after a slash.

    `@100/show5` shows 5 of it at a time. `trail5t>105@0.5/ba` trails bid or ask by 5 ticks (`bp`, `%`, or a price) once 105 was there, and leaves a limit 0.5 beyond.
    `pegm0.02>0.05@101/mid` is pegged 0.02 below the mid, no worse than 101, and follows moves of 0.05; `mtl` is market to limit.
    """
    match = ASKED.fullmatch(text)
    assert match, text
    if (match.group(5) or "").startswith("show"):
        return Limit(match.group(4), match.group(5).removeprefix("show"))
    kind, number, start, limit, source = match.groups()
    on = TriggerPriceType.LAST if kind == "peg" else PRICE_TYPES[source or ""]
    match kind:
        case "mkt":
            return Market()
        case "stop":
            return Stop(number, on) if limit is None else StopLimit(number, limit, on)
        case "mit":
            return MarketIfTouched(number, on) if limit is None else LimitIfTouched(number, limit, on)
        case "trail":
            if limit is None:
                return TrailingStop(offset(number), on, start)
            return TrailingStopLimit(offset(number), Offset(limit), on, start)
        case "mtl":
            return MarketToLimit()
        case "peg":
            signed = number.replace("m", "-")
            return Pegged(PEGS[source or ""], signed or 0, limit, start or 0)
        case _:
            return Limit(limit)


def instructions_of(words: list[str]) -> Instructions | None:
    """Read what is asked beside price and time."""
    if not words:
        return None
    least = [word.removeprefix("min") for word in words if word.startswith("min")]
    return Instructions(
        post_only="post" in words,
        reduce_only="reduce" in words,
        all_or_none="aon" in words,
        min_qty=least[0] if least else None,
    )


def tree_of(text: str, policies: list[str], names: list[str]) -> Contingency:
    """Read a group, and add the names of its orders."""
    if ">" in text:
        first, _, rest = text.partition(">")
        entry = tree_of(first, policies, names)
        assert isinstance(entry, Leg)
        exits = [tree_of(part, policies, names) for part in rest.split("&")]
        arm = (
            Arm.FIRST_FILL
            if "first" in policies
            else Arm.COMPLETE
            if "complete" in policies
            else Arm.EACH_FILL
        )
        return Oto(entry, exits, arm, Remainder.REARM if "rearm" in policies else Remainder.CANCEL)
    if "|" in text:
        legs = [tree_of(part, policies, names) for part in text.split("|")]
        return Oco(legs, Siblings.CANCEL if "cancel" in policies else Siblings.REDUCE)  # type: ignore[arg-type]
    name, side, qty, terms, tif, *asked = text.split()
    names.append(name)
    return Leg(
        "X",
        SIDES[side],
        terms_of(terms),
        TIMES_IN_FORCE[tif],
        None,
        None if qty == "*" else qty,
        instructions_of(asked),
    )


def offset(text: str) -> Offset:
    """Read an offset and its unit."""
    unit = text.lstrip("0123456789.")
    return Offset(text.removesuffix(unit) if unit else text, UNITS.get(unit, PegOffsetType.PRICE))


def shown(text: str) -> tuple[Decimal | None, Decimal]:
    """Read one side of a quote."""
    if text == "-":
        return None, Decimal(0)
    px, size = text.split("x")
    return Decimal(px), Decimal(size)


def bar(time_ns: int, text: str) -> Bar:
    """Read a bar."""
    prices, _, volume = text.partition("x")
    opening, high, low, closing = map(Decimal, prices.split(","))
    return Bar(X, time_ns, time_ns - 1, opening, high, low, closing, Decimal(volume) if volume else None)


def entry(time_ns: int, what: str, entry_id: str, side: str, now: str, executed: str = "0") -> BookOrder:
    """Read what becomes of an order of somebody else."""
    size, px = now.split("@") if "@" in now else ("0", now)
    action = MDUpdateAction[what.upper()]
    return BookOrder(X, time_ns, action, entry_id, SIDES[side], Decimal(px), Decimal(size), Decimal(executed))


def levels(text: str) -> Levels:
    """Read one side of a book, or its changes."""
    pairs = [one.split("x") for one in text.split(",")] if text != "-" else []
    return tuple((Decimal(px), Decimal(size)) for px, size in pairs)


def spoken(report: Report) -> str:
    """Give a report in the words of the stories."""
    if isinstance(report, OrderCancelReject):
        return f"{report.cl_ord_id} {report.response_to.name.lower()} refused {report.reject_code}"
    assert isinstance(report, ExecutionReport)
    said = f"{report.cl_ord_id} {report.exec_type.name.lower()}"
    match report.exec_type:
        case ExecType.TRADE:
            who = WHO[report.last_liquidity_ind]
            assert report.last_px is not None
            px = plain(report.last_px)
            left = report.leaves_qty if report.order_qty else "money"
            return f"{report.cl_ord_id} {report.last_qty}@{px} {who} leaves {left}"
        case ExecType.REPLACED:
            limit = "" if report.price is None else f"@{report.price}"
            stop = "" if report.stop_px is None else f" stop {report.stop_px}"
            return f"{said} {report.order_qty}{limit}{stop} cum {report.cum_qty} leaves {report.leaves_qty}"
        case ExecType.RESTATED:
            return f"{said} {report.order_qty} cum {report.cum_qty}"
        case ExecType.CANCELED | ExecType.EXPIRED:
            return f"{said} cum {report.cum_qty}"
        case ExecType.REJECTED:
            return f"{said} {report.reject_code}"
        case _:
            return said
