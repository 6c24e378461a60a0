"""What can happen to an order that is worked here, as rules of a machine: what the market, the clock, the line and people do."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

try:
    from hypothesis import strategies as st
    from hypothesis.stateful import precondition, rule
except ImportError as error:  # pragma: no cover  # the suite itself needs Hypothesis
    raise ImportError("oms.testing needs Hypothesis: pip install 'openoms[testing]'") from error

from oms.engine.inputs import TimerDue, VenueQuote
from oms.model.commands import CancelOrder, EngageKillSwitch, ReleaseKillSwitch, ReplaceOrder
from oms.model.decimals import ZERO
from oms.model.enums import SecurityTradingStatus, SessionPhase
from oms.model.ids import BrokerName, OrderId
from oms.model.instrument import Instrument
from oms.model.market import PrintCorrection, Quote, TradePrint
from oms.model.market_news import FeedGap, PriceLimits
from oms.model.parent import Parent
from oms.model.reports import NotSent, Refused, SendResult, Unknown
from oms.model.security_status import SecurityStatus
from oms.model.sessions import SessionChange
from oms.model.terms import Strategy
from oms.model.time_in_force import Day
from oms.model.work_commands import PauseWork, ResumeWork
from oms.testing import parent_told
from oms.testing.parent_sent import SentLaws
from oms.testing.venue_machine import PICKS, VenueMachine

S: Final = 1_000_000_000
HERE: Final = BrokerName("venue")
THERE: Final = BrokerName("other")
AAPL: Final = Instrument(symbol="AAPL", currency="USD", tick="0.01", lot=1, broker=HERE)
FIRST: Final = OrderId(1)
_TICK: Final = Decimal("0.01")
_BANDS: Final = tuple(
    tuple(None if px is None else Decimal(px) for px in band)
    for band in ((None, None), ("99.5", "100"), ("100.02", None), ("90", "110"), (None, "99.98"))
)
_LOTS: Final = st.integers(1, 30)
_SOON: Final = st.sampled_from([0, 0, 5, 12])
_STYLES: Final = ["market", "marketable_limit", "passive_then_cross"]
_WORDS: Final = [NotSent("no connection"), Refused("not possible", "2"), Unknown("no answer")]


class ParentActs(VenueMachine):
    """What happens to one order; a subclass says what must be true.

    Attributes:
        algorithm: What works it.
        brokers: Where its children may go.
        laws: What is looked at as something leaves.
        largest: The largest total that was asked for.
        prints: What others have traded, as far as it may be corrected.
        word: What the line says to the next order that is sent; None where it arrives.
        is_buy: Which way it goes.
        usual_limit: Around which price its limits are.
    """

    algorithm = "twap"
    brokers: tuple[BrokerName, ...] = (HERE,)
    is_buy: bool
    usual_limit: Decimal

    def __init__(self) -> None:
        """Begin before the order."""
        super().__init__()
        self.laws = SentLaws(self.venue)
        self.largest = ZERO
        self.prints: list[TradePrint] = []
        self.word: SendResult | None = None

    @property
    def parent(self) -> Parent | None:
        """The order at work; None before it was taken."""
        return self.engine.state.parents.by_id.get(FIRST)

    # ------------------------------------------------------------ what the market, the clock and people do

    def _quote(self, broker: BrokerName, quote: Quote) -> None:
        is_split = len(self.brokers) > 1
        self.laws.quotes[broker if is_split else ""] = quote
        self.tell(VenueQuote(broker, quote) if is_split else quote)

    @rule(
        pick=PICKS,
        bid=st.sampled_from(["99.95", "99.99", "99.99", "100.03", "100.02", None]),
        bid_size=_LOTS,
        ask_size=_LOTS,
    )
    def quote(self, pick: int, bid: str | None, bid_size: int, ask_size: int) -> None:
        """The market quotes: as before, beyond the limit, crossed, or nobody bids."""
        ask = "100.01" if bid in ("99.99", "100.02", None) else Decimal(str(bid)) + _TICK
        size = 0 if bid is None else bid_size
        broker = self.brokers[pick % len(self.brokers)]
        self._quote(broker, Quote(AAPL.symbol, self.now_ns, bid, size, ask, ask_size))

    @rule(size=st.integers(1, 200), ticks=st.integers(-6, 6))
    def trade(self, size: int, ticks: int) -> None:
        """Others trade."""
        self.prints.append(TradePrint(AAPL.symbol, self.now_ns, 100 + ticks * _TICK, size))
        self.tell(self.prints[-1])

    @precondition(lambda self: self.prints)
    @rule(pick=PICKS, size=st.integers(0, 300))
    def correct_print(self, pick: int, size: int) -> None:
        """A print was of another size, or is void."""
        was = self.prints.pop(pick % len(self.prints))
        now = TradePrint(AAPL.symbol, was.time_ns, was.price, size) if size else None
        self.laws.heard.printed[AAPL.symbol] += max(size - was.size, ZERO)
        self.tell(PrintCorrection(self.now_ns, was, now))

    @rule(band=st.sampled_from(_BANDS), seconds=_SOON)
    def limit_prices(self, band: tuple[Decimal | None, Decimal | None], seconds: int) -> None:
        """The market may trade between other prices, or at any; and time passes."""
        self.laws.heard.bands[AAPL.symbol] = band
        self.tell(PriceLimits(AAPL.symbol, self.now_ns, *band))
        self._pass(seconds)

    @rule(wanted=st.integers(0, 2))
    def lose_the_market(self, wanted: int) -> None:
        """Market data was lost; seldom."""
        if not wanted:
            self.tell(FeedGap(AAPL.symbol, self.now_ns))

    @rule(word=st.sampled_from(_WORDS), wanted=st.integers(0, 3))
    def break_the_line(self, word: SendResult, wanted: int) -> None:
        """The next order does not arrive, as is known or not; seldom."""
        self.word = self.word if wanted else word

    @rule(pick=PICKS, wanted=st.integers(0, 2))
    def lose(self, pick: int, wanted: int) -> None:
        """A request never arrives, or the answer to it; seldom."""
        found = [slip for slip in self.venue.slips.values() if slip.asked or slip.said]
        if found and not wanted:
            self.venue.lose(found[pick % len(found)])

    @rule(seconds=st.sampled_from([1, 3, 7, 12, 40]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now_ns += seconds * S
        self.tell(TimerDue())

    @rule(
        rounds=st.lists(
            st.tuples(st.integers(1, 9), st.integers(1, 200), PICKS, st.integers(0, 30)),
            min_size=1,
            max_size=6,
        )
    )
    def go_on(self, rounds: list[tuple[int, int, int, int]]) -> None:
        """Time passes in a market as it should be, and the venue does what it was asked for; some of it executes."""
        for seconds, size, pick, part in rounds:
            self.wait(seconds)
            for number in range(len(self.brokers)):
                self.quote(number, "99.99", 1 + size % 17, 1 + size % 13)
            self.trade(size, 0)
            for slip in [one for one in self.venue.slips.values() if one.asked]:
                self.venue.decide(slip, grants=True)
            if part:
                self.fill(pick, part)
            for slip in [one for one in self.venue.slips.values() if one.said]:
                self._hear_out(slip)

    def _pass(self, seconds: int) -> None:
        self.wait(seconds)
        for number in range(len(self.brokers)):
            self.quote(number, "99.99", 10, 10)

    @rule(is_on=st.sampled_from([False, False, True]), seconds=_SOON)
    def halt(self, is_on: bool, seconds: int = 0) -> None:  # drawn by Hypothesis
        """Trading is halted, or goes on; and time passes."""
        status = SecurityTradingStatus.TRADING_HALT if is_on else SecurityTradingStatus.RESUME
        heard = self.laws.heard
        heard.halts[AAPL.symbol] += is_on
        (heard.halted.add if is_on else heard.halted.discard)(AAPL.symbol)
        self.tell(SecurityStatus(AAPL.symbol, self.now_ns, status))
        self._pass(seconds)

    @rule(phase=st.sampled_from([SessionPhase.OPEN] * 3 + [SessionPhase.HALTED, SessionPhase.CLOSED]))
    def change_session(self, phase: SessionPhase) -> None:
        """The session opens, closes or has a break: as it closes the venue ends what is good for the day, and has said all by then."""
        is_over = phase is SessionPhase.CLOSED
        if is_over:
            for slip in [one for one in self.venue.slips.values() if one.is_open]:
                self.venue.end(slip)
            while said := next((one for one in self.venue.slips.values() if one.said), None):
                self._hear(said)
        self.tell(SessionChange(self.now_ns, phase, "20260105", None))
        parent = self.parent
        if is_over and parent is not None and isinstance(parent.order.time_in_force, Day):
            assert parent.stopped is not None or parent.is_over, "a day order outlives its day"

    @rule(is_on=st.booleans(), wanted=st.integers(0, 3))
    def throw_kill_switch(self, is_on: bool, wanted: int) -> None:  # drawn by Hypothesis
        """Somebody engages the kill switch, seldom, or releases it."""
        if not (is_on and wanted):
            self.tell((EngageKillSwitch if is_on else ReleaseKillSwitch)("a test", "somebody"))

    @rule(is_on=st.sampled_from([False, False, True]), seconds=_SOON)
    def pause(self, is_on: bool, seconds: int) -> None:  # drawn by Hypothesis
        """Somebody pauses the order, or lets it go on; and time passes."""
        self.tell((PauseWork if is_on else ResumeWork)(FIRST, "a test", "somebody"))
        self._pass(seconds)

    @rule(qty=st.integers(1, 70))
    def amend(self, qty: int) -> None:
        """Somebody wants another total."""
        self.tell(ReplaceOrder(FIRST, order_qty=qty))
        self.largest = max(self.largest, Decimal(qty))

    @rule(ticks=st.integers(-6, 4))
    def amend_limit(self, ticks: int) -> None:
        """Somebody wants another limit, tighter or looser."""
        sign = 1 if self.is_buy else -1
        self.tell(ReplaceOrder(FIRST, price=self.usual_limit + sign * ticks * _TICK))

    @rule(data=st.data())
    def amend_parameters(self, data: st.DataObject) -> None:
        """Somebody wants another value of one of its parameters."""
        parent = self.parent
        if parent is None or parent.order.is_ended:
            return
        terms, order = parent.order.terms, parent.order
        assert isinstance(terms, Strategy)
        told = dict(terms.parameters)
        drawn = parent_told.amendment(self.algorithm, told, AAPL, order.order_qty, order.side, self.now_ns)
        self.tell(ReplaceOrder(FIRST, parameters=data.draw(drawn)))

    @rule(style=st.sampled_from(_STYLES))
    def amend_style(self, style: str) -> None:
        """Somebody wants its children sent otherwise: the slices stay."""
        parent = self.parent
        before = {} if parent is None else dict(parent.slices)
        self.tell(ReplaceOrder(FIRST, parameters={"child_style": style}))
        if parent is not None and parent.amend is None:
            assert all(before.get(one.number) == one for one in parent.slices.values()), "another plan"

    @rule(wanted=st.integers(0, 9), pick=PICKS)
    def cancel(self, wanted: int, pick: int) -> None:
        """Somebody cancels the order, or one of its children; seldom."""
        parent = self.parent
        if parent is not None and wanted == 0:
            self.tell(CancelOrder(FIRST, "somebody"))
        elif parent is not None and wanted == 1 and parent.open:
            self.tell(CancelOrder(list(parent.open)[pick % len(parent.open)], "somebody"))
