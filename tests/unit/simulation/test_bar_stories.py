"""The rules where only bars are known as stories; what each line must lead to is worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.errors import ValidationError
from oms.model.bars import Bar
from oms.model.enums import Side
from oms.model.reports import ExecutionReport
from oms.model.terms import Limit
from oms.simulation.bar_path import BarPath
from oms.simulation.rules import MatchingRules
from oms.simulation.self_match import SelfMatch
from oms.simulation.venue_acts import FinishDay, SuspendOrder
from tests.unit.simulation.test_depth_stories import play
from tests.unit.simulation.venue import NOON_NS, Venue, X, bar, order

FIRST = "bar 100,101,99,100x50"

# The high comes before the low.
OHLC: dict[str, tuple[str, ...]] = {
    "a market order trades at the next open": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "bar 102,103,101,102x9 -> a 3@102 taker leaves 0",
    ),
    "what the volume is not enough for waits for the next bar": (
        FIRST,
        "buy a 7 mkt day -> a new",
        "bar 102,103,101,102x5 -> a 5@102 taker leaves 2",
        "bar 104,104,104,104x5 -> a 2@104 taker leaves 0",
    ),
    "an IOC does not wait": (
        FIRST,
        "buy a 7 mkt ioc -> a new",
        "bar 102,103,101,102x5 -> a 5@102 taker leaves 2; a canceled cum 5",
    ),
    "a FOK trades in full or not at all": (
        FIRST,
        "buy a 7 mkt fok -> a new",
        "buy b 5 mkt fok -> b new",
        "bar 102,103,101,102x6 -> a canceled cum 0; b 5@102 taker leaves 0",
    ),
    "an IOC with a limit looks at the open alone": (
        FIRST,
        "buy a 3 @101 ioc -> a new",
        "buy b 3 @103 ioc -> b new",
        "bar 102,103,100,102x9 -> a canceled cum 0; b 3@102 taker leaves 0",
    ),
    "market orders trade in order of arrival": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "sell b 3 mkt day -> b new",
        "bar 102,103,101,102x4 -> a 3@102 taker leaves 0; b 1@102 taker leaves 2",
    ),
    "a market order before the first bar finds nobody": ("buy a 3 mkt day -> a new; a canceled cum 0",),
    "a market order that waits can be canceled": (
        FIRST,
        "buy a 3 mkt gtc -> a new",
        "cancel b a -> b canceled cum 0",
        "bar 102,103,101,102x9",
    ),
    "a market order that waits expires with its session": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "close -> a expired cum 0",
    ),
    "what is to trade at once waits for no open after its session": (
        FIRST,
        "buy a 3 mkt ioc -> a new",
        "buy b 3 mkt fok -> b new",
        "buy c 3 mkt gtc -> c new",
        "close -> a expired cum 0; b expired cum 0",
        "open 9",
        "bar 103,103,103,103x9 -> c 3@103 taker leaves 0",
    ),
    "a bar without trades fills nobody": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "bar 102,102,102,102x0",
        "bar 103,103,103,103x9 -> a 3@103 taker leaves 0",
    ),
    "where the volume is not known it has no limit": (
        FIRST,
        "buy a 3000 mkt day -> a new",
        "bar 102,103,101,102 -> a 3000@102 taker leaves 0",
    ),
    "a resting order trades at its limit, on the way": (
        FIRST,
        "buy a 3 @99.5 gtc -> a new",
        "bar 100,101,99,100x9 -> a 3@99.5 maker leaves 0",
    ),
    "a sale trades on the way up": (
        FIRST,
        "sell a 3 @100.5 gtc -> a new",
        "bar 100,101,99,100x9 -> a 3@100.5 maker leaves 0",
    ),
    "a price that is touched fills nobody": (
        FIRST,
        "buy a 3 @99 gtc -> a new",
        "bar 100,101,99,100x9",
        "bar 99,101,99,100x9",
        "bar 100,101,98.99,100x9 -> a 3@99 maker leaves 0",
    ),
    "a gap fills at the open": (
        FIRST,
        "buy a 3 @99 gtc -> a new",
        "bar 100,101,100,100x9",
        "bar 97,98,96,98x9 -> a 3@97 maker leaves 0",
    ),
    "a gap up fills a sale at the open": (
        FIRST,
        "sell a 3 @101 gtc -> a new",
        "bar 100,101,100,100x9",
        "bar 103,104,102,103x9 -> a 3@103 maker leaves 0",
    ),
    "an order that comes with a limit beyond the next open takes": (
        FIRST,
        "buy a 3 @105 gtc -> a new",
        "bar 102,103,101,102x9 -> a 3@102 taker leaves 0",
    ),
    "a post-only order adds, at its limit": (
        FIRST,
        "buy a 3 @99 gtc post -> a new",
        "bar 97,98,96,98x9 -> a 3@99 maker leaves 0",
    ),
    "the volume fills once, the better price first": (
        FIRST,
        "buy b 4 @99.2 gtc -> b new",
        "buy a 3 @99.5 gtc -> a new",
        "bar 100,101,99,100x5 -> a 3@99.5 maker leaves 0; b 2@99.2 maker leaves 2",
        "bar 100,101,99,100x9 -> b 2@99.2 maker leaves 0",
    ),
    "the volume fills once, over both sides and along the path": (
        FIRST,
        "sell a 3 @100.5 gtc -> a new",
        "buy b 3 @99.5 gtc -> b new",
        "bar 100,101,99,100x4 -> a 3@100.5 maker leaves 0; b 1@99.5 maker leaves 2",
    ),
    "who rests comes before who waits, at the open": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "buy b 3 @105 gtc -> b new",
        "bar 102,103,101,102x4 -> b 3@102 taker leaves 0; a 1@102 taker leaves 2",
    ),
    "a stop trades at its stop price": (
        FIRST,
        "sell a 3 stop99 gtc -> a new",
        "bar 100,101,98,100x9 -> a triggered; a 3@99 taker leaves 0",
    ),
    "a stop is released where its price is touched": (
        FIRST,
        "buy a 3 stop101 gtc -> a new",
        "bar 100,101,98,100x9 -> a triggered; a 3@101 taker leaves 0",
    ),
    "through a gap a stop trades at the open": (
        FIRST,
        "sell a 3 stop99 gtc -> a new",
        "bar 97,98,96,98x9 -> a triggered; a 3@97 taker leaves 0",
    ),
    "stops are released as the way comes to them, and share the volume": (
        FIRST,
        "sell a 2 stop99 gtc -> a new",
        "sell b 2 stop99.5 gtc -> b new",
        "bar 100,101,98,98x3 -> b triggered; b 2@99.5 taker leaves 0; a triggered; a 1@99 taker leaves 1",
        "bar 97,97,97,97x9 -> a 1@97 taker leaves 0",
    ),
    "who rests on the way to a stop trades before it": (
        FIRST,
        "buy a 2 stop101 gtc -> a new",
        "sell b 2 @100.5 gtc -> b new",
        "sell c 2 @101.5 gtc -> c new",
        "bar 100,101.4,98,98x5 -> b 2@100.5 maker leaves 0; a triggered; a 2@101 taker leaves 0",
        "bar 98,102,98,98x1 -> c 1@101.5 maker leaves 1",
    ),
    "a limit order is released and trades at the stop price": (
        FIRST,
        "sell a 3 stop99@98.5 gtc -> a new",
        "bar 100,101,98,100x9 -> a triggered; a 3@99 taker leaves 0",
    ),
    "a limit order that a gap has left behind rests": (
        FIRST,
        "sell a 3 stop99@98.5 gtc -> a new",
        "bar 98,99,97,98x9 -> a triggered; a 3@98.5 maker leaves 0",
    ),
    "a limit order that is released at its limit rests": (
        FIRST,
        "sell a 3 stop99@99 gtc -> a new",
        "bar 100,101,98,98x9 -> a triggered",
        "bar 98,100,98,98x9 -> a 3@99 maker leaves 0",
    ),
    "an order that the way touches from the other side is released too": (
        FIRST,
        "sell a 3 mit101 gtc -> a new",
        "bar 100,102,98,98x9 -> a triggered; a 3@101 taker leaves 0",
    ),
    "a trail follows the high before the low": (
        FIRST,
        "sell a 3 trail2 gtc -> a new",
        "bar 100,105,99,104x9 -> a triggered; a 3@103 taker leaves 0",
    ),
    "two trades in a row are two prices of the path": (
        FIRST,
        "sell a 3 stop99/last2 gtc -> a new",
        "bar 100,101,98,99x9 -> a triggered; a 3@99 taker leaves 0",
    ),
    "market to limit rests at the open": (
        FIRST,
        "buy a 7 mtl gtc -> a new",
        "bar 102,103,102,102x5 -> a 5@102 taker leaves 2",
        "bar 103,104,101,103x9 -> a 2@102 maker leaves 0",
    ),
    "all or none needs the volume for all": (
        FIRST,
        "buy a 6 @99.5 gtc aon -> a new",
        "bar 100,101,99,100x5",
        "bar 100,101,99,100x6 -> a 6@99.5 maker leaves 0",
    ),
    "who only reduces trades no more than there is": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "bar 102,103,101,102x9 -> a 3@102 taker leaves 0",
        "sell b 2 mkt gtc reduce -> b new",
        "sell c 5 mkt gtc reduce -> c new",
        "sell d 1 mkt gtc reduce -> d new",
        "bar 102,103,101,102x9 -> b 2@102 taker leaves 0; c 1@102 taker leaves 4; d canceled cum 0; c canceled cum 1",
    ),
    "of two stops the way comes to the nearer one first": (
        FIRST,
        "sell a 2 stop99.5 gtc -> a new",
        "sell b 2 stop99 gtc -> b new",
        "bar 100,101,98,98x9 -> a triggered; a 2@99.5 taker leaves 0; b triggered; b 2@99 taker leaves 0",
    ),
    "beside quotes a bar moves who waits for trades, and trades with nobody": (
        "quote 99x5 101x5",
        "buy a 3 @98 gtc -> a new",
        "sell b 2 stop97 gtc -> b new",
        "bar 100,101,96,100x50 -> b triggered; b 2@99 taker leaves 0",
    ),
    "nothing trades in the bars of a closed session": (
        FIRST,
        "buy a 3 @99 gtc -> a new",
        "close",
        "bar 97,98,96,98x9",
        "open",
        "bar 98,98,98,98x9 -> a 3@98 maker leaves 0",
    ),
    "what was in a bar before an order came is nothing to it": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "buy b 3 @99.5 gtc -> b new",
        "bar 102,103,99,102x9 since3",
        "bar 101,101,99,101x9 -> a 3@101 taker leaves 0; b 3@99.5 maker leaves 0",
    ),
    "who came at the start of a bar takes part in it": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "buy b 3 mkt day -> b new",
        "bar 102,103,99,102x9 since2 -> a 3@102 taker leaves 0",
        "bar 103,103,103,103x9 -> b 3@103 taker leaves 0",
    ),
    "a stop of another limit since the start of a bar looks at the next": (
        FIRST,
        "sell a 3 stop99@98 gtc -> a new",
        "bar 100,100,100,100x9",
        "replace b a 3:stop99@97 -> b replaced 3@97 stop 99 cum 0 leaves 3",
        "bar 100,100,97.5,97.8x9 since2",
        "bar 97.5,98,97.5,98x9 -> b triggered; b 3@97.5 taker leaves 0",
    ),
    "a stop for more since the start of a bar looks at the next": (
        FIRST,
        "sell a 3 stop99 gtc -> a new",
        "bar 100,100,100,100x9",
        "replace b a 5:stop99 -> b replaced 5 stop 99 cum 0 leaves 5",
        "bar 100,100,97.5,97.8x9 since2",
        "bar 97.5,98,97.5,98x9 -> b triggered; b 5@97.5 taker leaves 0",
    ),
    "a stop for less takes part in the bar": (
        FIRST,
        "sell a 3 stop99 gtc -> a new",
        "bar 100,100,100,100x9",
        "replace b a 2:stop99 -> b replaced 2 stop 99 cum 0 leaves 2",
        "bar 100,100,97.5,97.8x9 since2 -> b triggered; b 2@99 taker leaves 0",
    ),
    # Both look at the next bar, where the later one of the two had its limit replaced before.
    "a stop of another limit keeps its place": (
        FIRST,
        "sell a 5 stop99@98 gtc -> a new",
        "sell b 5 stop99@98 gtc -> b new",
        "replace c a 5:stop99@97 -> c replaced 5@97 stop 99 cum 0 leaves 5",
        "bar 100,100,98.5,98.5x9 -> c triggered; c 5@99 taker leaves 0; b triggered; b 4@99 taker leaves 1",
    ),
    "a stop that came after the start of a bar looks at the next": (
        FIRST,
        "sell a 3 stop99 gtc -> a new",
        "bar 100,100,98,100x9 since2",
        "bar 100,101,98,100x9 -> a triggered; a 3@99 taker leaves 0",
    ),
    "so does one in full": (
        FIRST,
        "buy a 3 @99 gtc aon -> a new",
        "bar 100,100,98,100x9 since2",
        "bar 100,101,98,100x9 -> a 3@99 maker leaves 0",
    ),
    "who came too late for a bar takes at the open of the next": (
        FIRST,
        "buy a 3 @105 gtc -> a new",
        "bar 100,100,98,100x9 since2",
        "bar 102,102,102,102x9 -> a 3@102 taker leaves 0",
    ),
    "who came late stands behind who was there": (
        FIRST,
        "buy a 3 @99 gtc -> a new",
        "buy b 3 @99 gtc -> b new",
        "bar 100,100,98,100x5 since2 -> a 3@99 maker leaves 0",
        "bar 100,100,98,100x5 -> b 3@99 maker leaves 0",
    ),
    "who is changed in the middle of a bar comes then": (
        FIRST,
        "buy a 3 @98 gtc -> a new",
        "replace b a 3@99 -> b replaced 3@99 cum 0 leaves 3",
        "bar 100,100,97,100x9 since2",
        "bar 100,100,97,100x9 -> b 3@99 maker leaves 0",
    ),
    "what was heard in one bar is not heard again in another": (
        FIRST,
        "buy a 9 @101 gtc -> a new",
        "bar 100,100,100,100x5 -> a 5@100 taker leaves 4",
        "bar 100,100,100,100x5 since2",
        "bar 100,100,100,100x2 -> a 2@100 maker leaves 2",
    ),
    "beside trades a bar trades with nobody": (
        "trade 101x10",
        "buy a 9 @100 gtc -> a new",
        "trade 99.5x4 -> a 4@100 maker leaves 5",
        "bar 99.5,99.5,99.5,99.5x4",
        "buy b 2 mkt day -> b new; b canceled cum 0",
    ),
    "who waits for an open takes what is shown, once quotes are heard": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "quote 99x5 101x5 -> a 3@101 taker leaves 0",
        "bar 100,100,100,100x9",
    ),
    "who waits for an open is worked at the next bar, once trades are heard": (
        FIRST,
        "buy a 3 mkt day -> a new",
        "trade 100x5",
        "bar 100,100,100,100x9 -> a canceled cum 0",
    ),
    "beside quotes a stop looks at no bar that began before it came": (
        "quote 99x5 101x5",
        "sell a 2 stop97 gtc -> a new",
        "bar 100,101,96,100x50 since2",
        "bar 100,101,96,100x50 -> a triggered; a 2@99 taker leaves 0",
    ),
    "of a volume whole lots are ours": (
        FIRST,
        "buy a 9 @101 gtc -> a new",
        "bar 100,100,100,100x2.5 -> a 2@100 taker leaves 7",
        "bar 100,100,100,100x0.5",
    ),
}
OLHC: dict[str, tuple[str, ...]] = {
    "the volume goes to who rests below first": (
        FIRST,
        "sell a 3 @100.5 gtc -> a new",
        "buy b 3 @99.5 gtc -> b new",
        "bar 100,101,99,100x4 -> b 3@99.5 maker leaves 0; a 1@100.5 maker leaves 2",
    ),
    "a trail is not reached after the high": (
        FIRST,
        "sell a 3 trail2 gtc -> a new",
        "bar 100,105,99,104x9",
    ),
}
TOUCHED: tuple[str, ...] = (
    FIRST,
    "buy a 3 @99 gtc -> a new",
    "buy b 3 @98.5 gtc -> b new",
    "bar 100,101,99,100x9 -> a 3@99 maker leaves 0",
    "buy c 3 @100 ioc -> c new",
    "bar 100,101,98.5,100x5 -> c 3@100 taker leaves 0; b 2@98.5 maker leaves 1",
)


@pytest.mark.parametrize("story", OHLC.values(), ids=OHLC.keys())
def test_the_exchange_does_with_bars_what_the_story_says(story: tuple[str, ...]) -> None:
    play(Venue(rules=MatchingRules(bar_path=BarPath.OHLC)), story)


@pytest.mark.parametrize("story", OLHC.values(), ids=OLHC.keys())
def test_the_exchange_goes_another_way_if_it_is_told_to(story: tuple[str, ...]) -> None:
    play(Venue(rules=MatchingRules(bar_path=BarPath.OLHC)), story)


def test_a_touch_fills_where_the_rules_say_so() -> None:
    play(Venue(rules=MatchingRules(bar_path=BarPath.OHLC, fills_on_touch=True)), TOUCHED)


@pytest.mark.parametrize("mode", SelfMatch)
def test_who_waits_for_an_open_meets_nobody_of_ours_before(mode: SelfMatch) -> None:
    story = (
        FIRST,
        "buy a 5 @90 gtc -> a new",
        "sell b 5 mkt day -> b new",
        "bar 100,101,99,100x50 -> b 5@100 taker leaves 0",
        "bar 100,101,89,100x50 -> a 5@90 maker leaves 0",
    )
    play(Venue(rules=MatchingRules(bar_path=BarPath.OHLC, self_match=mode)), story)


@pytest.mark.parametrize("wrong", [{"bar_path": "ohlc"}, {"fills_on_touch": 1}])
def test_rules_of_another_kind_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        MatchingRules(**wrong)  # type: ignore[arg-type]  # what is wrong is what is tested


def test_the_parts_of_an_order_trade_in_one_bar_before_who_came_after_it_began() -> None:
    exchange = Venue().exchange
    exchange.on_market(bar(NOON_NS, "100,100,100,100x1"))
    exchange.new_order(
        order("parts", Side.SELL, Decimal(4), Limit(Decimal(101), Decimal(1)), time_ns=NOON_NS)
    )
    exchange.new_order(order("late", Side.SELL, Decimal(1), Limit(Decimal(101)), time_ns=NOON_NS + 1))

    def names(start_ns: int) -> list[str | None]:
        reports = exchange.on_market(Bar(X, start_ns + 2, start_ns, 100, 102, 100, 100, 2))
        return [one.cl_ord_id for one in reports if isinstance(one, ExecutionReport)]

    assert names(NOON_NS) == ["parts", "parts"]
    # The part shown since the first bar is before who came in it, the next one behind.
    assert names(NOON_NS + 2) == ["parts", "late"]


@pytest.mark.parametrize(("act", "renewal"), [(FinishDay, ["b restated 3 cum 0"]), (SuspendOrder, [])])
def test_what_is_to_trade_at_once_and_is_held_back_ends_with_its_session(
    act: type[FinishDay | SuspendOrder], renewal: list[str]
) -> None:
    venue = Venue()
    play(
        venue, (FIRST, "buy a 3 mkt ioc -> a new", "buy b 3 mkt gtc -> b new", "sell c 3 stop95 ioc -> c new")
    )
    for name in ("a", "b", "c"):
        venue.exchange.acts.act_on_order(act(name), venue.time_ns)

    assert venue.tell("close") == ["a expired cum 0"]
    # What waits for a price has not begun to trade.
    assert venue.tell("open 9") == [*renewal, *(["c restated 3 cum 0"] if renewal else [])]
