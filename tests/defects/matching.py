"""Defects of what matches, and the stories in which the audit of fills is to see each of them.

    python -m tests.defects.matching NUMBER

builds one in, plays the stories, and prints what the audit says first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from tests.defects.child import Seeder, edited
from tests.defects.defects import Defect

# The answer is what whoever starts this program waits for.
# ruff: noqa: T201


def _of(name: str, module: str, old: str, new: str) -> Defect:
    return Defect(name, f"oms.simulation.{module}", old, new)


MATCHING_DEFECTS: tuple[Defect, ...] = (
    _of(
        "what is taken of a quote is not used up",
        "shown",
        "        self._taken = _ADD(self._taken, qty)",
        "        return",
    ),
    _of(
        "what is taken of a quote is used up twice",
        "shown",
        "self._taken = _ADD(self._taken, qty)",
        "self._taken = _ADD(_ADD(self._taken, qty), qty)",
    ),
    _of(
        "what is taken of a level is back with each message",
        "shown_levels",
        "            if self._side.size_at(px) != size:",
        "            if True:",
    ),
    _of(
        "what is taken of a named order is not used up",
        "shown_orders",
        "                taken[entry.entry_id] = _ADD(taken.get(entry.entry_id, ZERO), part)",
        "                pass",
    ),
    _of(
        "an order that is about to trade with others is there to be taken",
        "shown_orders",
        "            self._aggressing[message.entry_id] = min(reached, message.size)",
        "            pass",
    ),
    _of(
        "what takes gets a worse price than the best that is left",
        "taking",
        "            executions.execute(book, order, qty, px, LastLiquidityInd.REMOVED, time_ns, reports)",
        "            executions.execute("
        "book, order, qty, found[-1][0], LastLiquidityInd.REMOVED, time_ns, reports)",
    ),
    _of(
        "what takes does not look at its limit",
        "venue_order",
        "        return px <= self.price if self.is_buy else px >= self.price",
        "        return True",
    ),
    _of(
        "a trade fills each of our orders anew",
        "matching",
        "                size = _SUBTRACT(size, self.fill_first(book, ladder, lots, time_ns, reports))",
        "                self.fill_first(book, ladder, lots, time_ns, reports)",
    ),
    _of(
        "the later order of a price comes first",
        "ladder",
        "        return next(iter(self.orders.values()))",
        "        return next(reversed(self.orders.values()))",
    ),
    _of(
        "the worse price comes first",
        "ladder",
        "        return self._levels.peekitem(0)[1]",
        "        return self._levels.peekitem(-1)[1]",
    ),
    _of(
        "a named order that came before ours does not come first",
        "matching",
        "            if not ladder.is_beyond(px) and ladder.best().first().queue_place > traded.place:",
        "            if False:",
    ),
    _of(
        "a further part of an order keeps its place",
        "matching",
        "        book.replenish(order)",
        "        order.show_part()",
    ),
    _of(
        "more of an order trades than it shows",
        "matching",
        "most if shown is None else min(shown, most)",
        "most",
    ),
    _of(
        "a larger total keeps its place",
        "order_desk",
        "    return limit_px(terms) != limit_px(order.terms) or _SUBTRACT(order_qty, order.cum_qty) > order.leaves_qty",
        "    return limit_px(terms) != limit_px(order.terms)",
    ),
    _of(
        "the volume of a bar fills each of our orders",
        "bar_matching",
        "            self._book, ladder, self._left, self._time_ns, self._reports, px=px, liquidity=liquidity\n"
        "        )\n        self._left = _SUBTRACT(self._left, qty)",
        "            self._book, ladder, self._left, self._time_ns, self._reports, px=px, liquidity=liquidity\n"
        "        )",
    ),
    _of(
        "an order takes part in a bar that began before it came",
        "late_orders",
        "        if order.since_ns > start_ns",
        "        if order.since_ns < start_ns",
    ),
    _of(
        "trading goes on in a halt",
        "halts",
        "    book.is_halted = True",
        "    book.is_halted = False",
    ),
    _of(
        "what an auction takes of others is not used up",
        "uncross",
        "                book.take(one.price, qty, is_buy=not is_buy)",
        "",
    ),
    _of(
        "an auction has two prices",
        "uncross",
        "            executions.execute(book, one.order, qty, struck.px, None, time_ns, reports)",
        "            px = one.order.price or struck.px\n"
        "            executions.execute(book, one.order, qty, px, None, time_ns, reports)",
    ),
    _of(
        "one side of an auction gets more than the other gives",
        "uncross",
        "        shown = [Interest(px, lots) for",
        "        shown = [Interest(px, lots + lots) for",
    ),
    _of(
        "an auction trades parts of a lot",
        "uncross",
        "if (lots := book.whole(left))]",
        "if (lots := left)]",
    ),
    _of(
        "an execution is booked twice",
        "executions",
        "        order.execute(qty)",
        "        order.execute(qty) or order.leaves_qty < qty or order.execute(qty)",
    ),
    _of(
        "a fee is reported and not paid",
        "charging",
        "                self.pay_fee(order.account, fee.amount, fee.currency)",
        "                pass",
    ),
    _of(
        "what an account pays is rounded",
        "charging",
        "        purse.pay(_MULTIPLY(_MULTIPLY(signed, px), book.instrument.multiplier), book.instrument.currency)",
        "        purse.pay(_MULTIPLY(signed, px).quantize(Decimal('0.1')), book.instrument.currency)",
    ),
    _of(
        "a busted execution stays in the account",
        "venue_acts",
        "        charging.move(book, order, trade.last_qty.copy_negate(), trade.last_px)",
        "        pass",
    ),
)
"""Each is a small edit of one module of the simulated exchange."""


def stories() -> Iterator[tuple[str, ...]]:
    """Give the stories of the simulated exchange as they are told elsewhere, without what must follow."""
    from tests.unit.simulation import (
        test_bar_stories,
        test_depth_stories,
        test_exchange_stories,
        test_halt_stories,
        test_iceberg_stories,
    )

    for module in (
        test_exchange_stories,
        test_depth_stories,
        test_bar_stories,
        test_iceberg_stories,
        test_halt_stories,
    ):
        for told in (table for table in vars(module).values() if isinstance(table, dict)):
            for story in told.values():
                if isinstance(story, tuple) and all(isinstance(line, str) for line in story):
                    yield tuple(line.partition(" -> ")[0] for line in story)


def first_complaint() -> str:
    """Play everything, and give what the audit says first; nothing where it sees nothing."""
    from oms.model.reports import ExecutionReport
    from oms.simulation.accounts import MarginAccount
    from oms.simulation.fees import MakerTaker
    from oms.simulation.venue_acts import BustTrade
    from tests.unit.simulation.venue import Venue
    from tests.unit.simulation.witnessed import AuditError

    def play(venue: Venue, lines: Iterable[str]) -> str:
        try:
            for line in lines:
                venue.tell(line)
        except AuditError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001  # a defect may break more than the sums
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return ""

    for story in stories():
        found = play(Venue(), story)
        if found:
            return found
    venue = Venue(fees=MakerTaker(maker_bps="-0.1", taker_bps="1.7"), account=MarginAccount({"USD": 10_000}))
    found = play(venue, ("quote 99x5 101.01x5", "buy a 3 @102 gtc", "sell b 2 @99 gtc", "buy c 1 mkt ioc"))
    if found:
        return found
    trades = [one for one in venue.reports if isinstance(one, ExecutionReport) and one.last_qty]
    try:
        venue.exchange.acts.act_on_trade(BustTrade(str(trades[0].exec_id)), trades, venue.time_ns)
    except AuditError as error:
        return str(error)
    return ""


def main(arguments: Sequence[str]) -> int:
    """Build a defect in, and print what the audit says; nothing is built in where no number is given."""
    if arguments:
        defect = MATCHING_DEFECTS[int(arguments[0])]
        source = edited(defect)
        for name in [name for name in sys.modules if name == "oms" or name.startswith("oms.")]:
            del sys.modules[name]
        sys.meta_path.insert(0, Seeder(defect, source))
    print(first_complaint())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
