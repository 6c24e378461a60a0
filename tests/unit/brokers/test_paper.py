from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PaperBroker
from oms.errors import ValidationError
from oms.model.capabilities import ALL_ORDER_TYPES
from oms.model.enums import SessionPhase, Side, TriggerPriceType
from oms.model.instructions import INSTRUCTIONS
from oms.model.market import MarkPrice, Quote, TradePrint
from oms.model.reports import NotSent, Report, Sent
from oms.model.sessions import SessionChange
from oms.model.terms import Limit, Stop
from oms.model.time_in_force import AtTheClose, Day
from oms.model.venue_profile import ReplaceSupport
from oms.ports.broker import Broker
from oms.ports.market_data import MarketListener
from oms.ports.reference_data import ReferenceData
from oms.simulation.admission import ORDER_TYPES
from oms.simulation.list_admission import CONTINGENCIES
from tests.unit.simulation.venue import INSTRUMENT, NOON_NS, Venue, X, order, spoken


class Said:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    def put(self, report: Report) -> None:
        self.reports.append(report)

    @property
    def words(self) -> list[str]:
        return [spoken(report) for report in self.reports]


QUOTE = Quote(X, NOON_NS, Decimal(99), Decimal(5), Decimal(101), Decimal(5))


def test_it_is_a_broker_that_hears_the_market_and_knows_its_instruments() -> None:
    paper = PaperBroker([INSTRUMENT], name="sim")

    broker: Broker = paper
    listener: MarketListener = paper
    reference_data: ReferenceData = paper
    assert broker.name == "sim"
    assert isinstance(listener, MarketListener)
    assert list(reference_data.instruments()) == [INSTRUMENT]


def test_it_can_do_everything_and_has_no_money() -> None:
    capabilities = PaperBroker([INSTRUMENT]).capabilities()

    assert capabilities.simulated
    assert capabilities.order_types == ORDER_TYPES
    # Two terms with all times in force; seven with all but the three for auctions; one without IOC and FOK as well.
    assert len(ORDER_TYPES) == 2 * 10 + 7 * 7 + 5
    assert capabilities.trigger_prices == set(TriggerPriceType)
    assert capabilities.instructions == INSTRUCTIONS
    assert capabilities.profile.replace is ReplaceSupport.IN_PLACE
    assert capabilities.profile.chains_replaces
    assert capabilities.amendable == {"order_qty", "price", "stop_px", "display_qty", "time_in_force"}


def test_it_can_be_told_to_take_less() -> None:
    last = frozenset({TriggerPriceType.LAST})
    capabilities = PaperBroker(
        [INSTRUMENT], order_types=ALL_ORDER_TYPES, trigger_prices=last, instructions=frozenset()
    ).capabilities()

    assert capabilities.order_types == ALL_ORDER_TYPES
    assert capabilities.trigger_prices == last
    assert not capabilities.instructions
    with pytest.raises(ValidationError, match=r"Stop AtTheClose.*part of what the exchange works"):
        PaperBroker([INSTRUMENT], order_types=frozenset({(Stop, AtTheClose), (Limit, Day)}))


def test_it_works_lists_of_orders_unless_it_is_to_play_one_that_does_not() -> None:
    assert PaperBroker([INSTRUMENT]).capabilities().contingencies == CONTINGENCIES
    assert PaperBroker([INSTRUMENT], contingencies=None).capabilities().contingencies is None


def test_a_list_is_sent_and_its_answers_reach_the_sink() -> None:
    paper, said = PaperBroker([INSTRUMENT]), Said()
    request = Venue().list_request("first: a buy 5 @100 gtc > b sell * @110 gtc")

    assert isinstance(paper.submit_list(request), NotSent)
    paper.start(said)
    assert paper.submit_list(request) == Sent()
    assert said.words == ["a new", "b new"]


def test_a_mark_price_is_heard() -> None:
    said = Said()
    broker = PaperBroker([INSTRUMENT])
    broker.start(said)
    broker.submit(order("a", Side.SELL, "3", Stop(95, TriggerPriceType.MARK)))

    broker.on_market(MarkPrice(X, NOON_NS, 95))

    assert said.words == ["a new", "a triggered", "a canceled cum 0"]


def test_a_request_is_sent_and_its_answers_reach_the_sink() -> None:
    said = Said()
    broker = PaperBroker([INSTRUMENT])
    broker.start(said)
    venue = Venue()  # makes the requests
    venue.tell("buy a 8 @101 day")

    broker.on_market(QUOTE)
    assert broker.submit(order("a", Side.BUY, "8", "101")) == Sent()
    broker.on_market(TradePrint(X, NOON_NS, Decimal(100), Decimal(1)))
    assert broker.cancel(venue.cancel_request("b", "a")) == Sent()
    assert broker.replace(venue.replace_request("c", "a", Decimal(9), Limit(101))) == Sent()

    assert said.words == [
        "a new",
        "a 5@101 taker leaves 3",
        "a 1@101 maker leaves 2",
        "b canceled cum 6",
        "c replace refused 0",
    ]


def test_a_session_that_closes_is_passed_on() -> None:
    said = Said()
    broker = PaperBroker([INSTRUMENT])
    broker.start(said)
    broker.submit(order("a", Side.BUY, "8", "50"))

    broker.on_session(SessionChange(NOON_NS, SessionPhase.CLOSED, "20240108"))
    broker.submit(order("b", Side.BUY, "8", "50"))

    assert said.words == ["a new", "b rejected 2"]


def test_nothing_is_sent_before_the_start_and_after_the_stop() -> None:
    said = Said()
    broker = PaperBroker([INSTRUMENT])
    request = order("a", Side.BUY, "3", "100")
    venue = Venue()
    not_sent = NotSent("the paper broker is not started")

    assert broker.submit(request) == not_sent
    broker.start(said)
    broker.submit(request)
    broker.stop()
    broker.stop()
    broker.on_market(TradePrint(X, NOON_NS, Decimal(99), Decimal(1)))
    assert broker.cancel(venue.cancel_request("b", "a")) == not_sent
    assert broker.replace(venue.replace_request("b", "a", Decimal(1), Limit(1))) == not_sent

    assert said.words == ["a new"]


def test_its_name_is_checked() -> None:
    with pytest.raises(ValidationError, match="broker"):
        PaperBroker([INSTRUMENT], name="my broker")
