"""A bot in the recorded bitcoin market at a venue with everything that a venue can have: it balances, and a replay is the same."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from oms.brokers.paper import PaperBroker
from oms.cli.market_maker import MarketMaker
from oms.feeds.merging import merge
from oms.feeds.recording import Recording
from oms.model.decimals import ZERO
from oms.model.enums import ExecType
from oms.model.ids import Symbol
from oms.model.instrument import Instrument
from oms.model.market import Quote
from oms.runtime.manual_clock import ManualClock
from oms.runtime.order_manager import OrderManager
from oms.simulation.accounts import MarginAccount
from oms.simulation.faults import Faults, Outages, RandomOutages, Rejects
from oms.simulation.fee_schedules import PaidIn, Tiers, Together
from oms.simulation.fees import PerUnit
from oms.simulation.latency import Latency, LogNormal, Uniform
from oms.simulation.slippage import SquareRoot
from oms.stores.memory import MemoryEventStore
from oms.testing.checks import check_journal
from oms.testing.conservation import check_conservation
from oms.testing.fill_audit.audit import FillAudit

pytestmark = [pytest.mark.market_data, pytest.mark.slow]

BTCUSDT = Symbol("BTCUSDT")
FILES = ("crypto_btcusdt_binance_2024-08-08_quotes.csv.gz", "crypto_btcusdt_binance_2024-08-08_trades.csv.gz")
INSTRUMENT = Instrument(symbol=BTCUSDT, currency="USDT", tick="0.01", lot="0.00001")
MONEY = {"USDT": Decimal(20_000)}
UPDATES, MS = 20_000, 1_000_000


def venue(seed: int, first_ns: int, audit: FillAudit) -> PaperBroker:
    """A venue with fees in two currencies, impact, an account, slow wires and bad moments."""
    outage = Outages([(first_ns + 20_000 * MS, first_ns + 23_000 * MS)])
    return PaperBroker(
        [INSTRUMENT],
        fees=Together(
            [
                Tiers(((0, 1, 3), (50_000, 0, 2), (500_000, -1, 2))),
                PaidIn(PerUnit("0.3"), "BNB", {"USDT": 600}),
            ]
        ),
        slippage=SquareRoot(days={BTCUSDT: ("0.03", 30_000)}),
        account=MarginAccount(MONEY, initial="0.1", maintenance="0.05"),
        latency=Latency(to_venue=LogNormal(8 * MS, "0.4"), from_venue=Uniform(3 * MS, 9 * MS), seed=seed),
        faults=Faults(
            [
                outage,
                RandomOutages(slot_ns=500 * MS, probability="0.01", seed=seed),
                Rejects("0.02", seed=seed),
            ]
        ),
        witness=audit,
    )


def played(market_data: Path, seed: int) -> tuple[str, OrderManager, MemoryEventStore, PaperBroker]:
    """Let the bot trade, wait for whatever is under way, and give what the manager holds to be true."""
    market = merge(*(Recording(market_data / name, BTCUSDT) for name in FILES))
    updates = list(islice(market, UPDATES))
    audit = FillAudit([INSTRUMENT], slips=True, balances=MONEY)
    clock, store, broker = (
        ManualClock(updates[0].time_ns),
        MemoryEventStore(),
        venue(seed, updates[0].time_ns, audit),
    )
    om = OrderManager(brokers=[broker], store=store, clock=clock)
    bot = MarketMaker(om, BTCUSDT, size=Decimal("0.05"), max_qty=Decimal("0.3"), pace=40)
    for update in updates:
        while (due_ns := broker.due_ns) is not None and due_ns <= update.time_ns:
            clock.advance_to(due_ns)
            om.poll()
        clock.advance_to(update.time_ns)
        om.update(update)
        if type(update) is Quote:
            bot.on_quote(update)
    bot.stop()
    while (due_ns := broker.due_ns) is not None:
        clock.advance_to(due_ns)
        om.poll()
    for _ in range(120):
        clock.advance_by(1)
        om.poll()
    assert audit.check(broker) == ()
    assert audit.fills > 50
    return om.state_hash(), om, store, broker


def test_a_run_with_every_model_balances_and_is_the_same_again(market_data: Path) -> None:
    state, om, store, broker = played(market_data, seed=5)
    events = list(store.read())

    assert check_conservation(events, broker, balances=MONEY) == ()
    assert check_journal(events) == ()
    funds = broker.funds()
    assert funds is not None
    assert {one.currency: one.fees > ZERO for one in funds.balances} == {"BNB": True, "USDT": True}
    trades = [report for report in broker.executed if report.exec_type is ExecType.TRADE]
    assert len(trades) > 50
    assert om.position(BTCUSDT) is not None

    again, _, stored, _ = played(market_data, seed=5)
    assert again == state
    assert list(stored.read()) == events
    other, *_ = played(market_data, seed=6)
    assert other != state
