"""The paper broker behind wires that take time and break, and a whole manager in front of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from oms.brokers.paper import PROFILE, PaperBroker
from oms.errors import ValidationError
from oms.model.enums import RequestKind, Side
from oms.model.terms import Limit, Stop
from oms.model.venue_profile import FIX_BROKER
from oms.simulation.accounts import MarginAccount
from oms.simulation.faults import Fate, FaultModel, Faults, Outages, RandomOutages, Rejects, ReportFate
from oms.simulation.fee_schedules import PaidIn, Together
from oms.simulation.fees import PerUnit
from oms.simulation.latency import Constant, Latency
from oms.simulation.venue_acts import BustTrade
from oms.testing.conservation import check_conservation
from tests.unit.brokers.house import INSTRUMENT, MS, START_NS, House, X, shown

MONEY = {"USD": Decimal(10_000), "BNB": Decimal(100)}

TEN_AND_FIVE = Latency(to_venue=Constant(10 * MS), from_venue=Constant(5 * MS))


def house(
    latency: Latency | None = TEN_AND_FIVE, faults: FaultModel | None = None, *, pending: bool = False
) -> House:
    profile = FIX_BROKER if pending else PROFILE
    return House(PaperBroker([INSTRUMENT], latency=latency, faults=faults, profile=profile))


def test_an_order_arrives_later_and_its_reports_come_later_still() -> None:
    desk = house()
    order = desk.buy(3, "101")
    assert (shown(order), desk.heard()) == ("PENDING_NEW 0/3", [])

    desk.to(14)
    assert desk.heard() == []
    desk.to(20)
    assert desk.heard() == ["15 new", "15 traded"]
    assert shown(order) == "FILLED 3/3 @101"


def test_an_order_meets_the_market_of_its_arrival() -> None:
    desk = house()
    order = desk.buy(3, "103")
    desk.quote(9, ask="102x5")
    desk.quote(10, ask="103x5")  # it arrives before the update of that moment
    desk.to(15)

    assert shown(order) == "FILLED 3/3 @102"


def test_a_cancel_that_comes_too_late_is_refused_after_the_fill() -> None:
    desk = house()
    order = desk.buy(3, "100")
    desk.to(20)
    desk.om.cancel(order)
    desk.trade(29, "99.5", 9)

    desk.to(40)
    # The fill is made at 29 and heard at 34; the cancel arrives at 30, and its refusal is heard at 35.
    assert desk.heard() == ["15 new", "34 traded", "35 cancel rejected"]
    assert order.status.name == "FILLED"


def test_a_cancel_that_arrives_in_time_wins() -> None:
    desk = house()
    order = desk.buy(3, "100")
    desk.to(20)
    desk.om.cancel(order)
    desk.trade(31, "99.5", 9)
    desk.to(40)

    assert desk.heard() == ["15 new", "35 canceled"]
    assert order.status.name == "CANCELED"


def test_a_cancel_may_overtake_its_order_only_where_messages_may() -> None:
    fast_cancels = Latency(
        to_venue=Constant(10 * MS), from_venue=Constant(5 * MS), by_request={RequestKind.CANCEL: Constant(MS)}
    )
    desk = house(fast_cancels)
    order = desk.buy(3, "100")
    desk.om.cancel(order)
    desk.to(20)
    assert desk.heard() == ["15 new", "15 canceled"]

    overtaking = Latency(
        to_venue=Constant(10 * MS),
        from_venue=Constant(5 * MS),
        by_request={RequestKind.CANCEL: Constant(MS)},
        keeps_order=False,
    )
    desk = house(overtaking)
    order = desk.buy(3, "100")
    desk.om.cancel(order)
    desk.to(20)
    # An order that nobody knows yet cannot be canceled (FIX B.1.f); it works afterwards.
    assert desk.heard() == ["6 cancel rejected", "15 new"]
    assert order.status.name == "NEW"


def test_decisions_on_late_market_data_set_out_late() -> None:
    desk = house(
        Latency(to_venue=Constant(10 * MS), from_venue=Constant(5 * MS), market_data=Constant(20 * MS))
    )
    desk.buy(3, "101")
    desk.to(50)

    assert desk.heard() == ["35 new", "35 traded"]


def test_the_venue_says_what_it_has_before_it_decides() -> None:
    desk = house(
        Latency(to_venue=Constant(10 * MS), from_venue=Constant(5 * MS), deciding=Constant(20 * MS)),
        pending=True,
    )
    order = desk.buy(5, "100")
    desk.to(15)
    assert order.status.name == "PENDING_NEW"
    desk.to(40)
    assert desk.heard() == ["15 pending new", "35 new"]

    desk.om.cancel(order)
    desk.to(55)
    assert order.status.name == "PENDING_CANCEL"
    # FIX B.1.b: an order that is being canceled still trades.
    desk.trade(60, "99.5", 2)
    desk.to(65)
    assert shown(order) == "PENDING_CANCEL 2/5 @100"
    desk.to(100)
    assert desk.heard() == ["55 pending cancel", "65 traded", "75 canceled"]
    assert shown(order) == "CANCELED 2/5 @100"


def test_a_replace_that_is_pending_loses_to_the_last_fill() -> None:
    # FIX C.2.a.
    desk = house(Latency(deciding=Constant(20 * MS)), pending=True)
    order = desk.buy(5, "100")
    desk.to(20)
    desk.om.replace(order, price="99.5")
    assert order.status.name == "PENDING_REPLACE"
    desk.trade(30, "99.5", 5)
    desk.to(60)

    assert desk.heard() == [
        "0 pending new",
        "20 new",
        "20 pending replace",
        "30 traded",
        "40 replace rejected",
    ]
    assert order.status.name == "FILLED"


def test_two_replaces_are_pending_and_decided_in_order() -> None:
    # FIX D.2.a.
    desk = house(Latency(deciding=Constant(20 * MS)), pending=True)
    order = desk.buy(5, "100")
    desk.to(20)
    desk.om.replace(order, order_qty=6)
    desk.to(30)
    desk.om.replace(order, order_qty=7)
    desk.to(60)

    assert desk.heard() == [
        "0 pending new", "20 new", "20 pending replace", "30 pending replace", "40 replaced", "50 replaced"
    ]  # fmt: skip
    assert shown(order) == "NEW 0/7"


def test_pending_reports_come_at_once_where_nothing_takes_time() -> None:
    desk = house(None, pending=True)
    order = desk.buy(5, "100")
    desk.om.cancel(order)

    assert desk.heard() == ["0 pending new", "0 new", "0 pending cancel", "0 canceled"]


# ------------------------------------------------------------ what goes wrong


def test_a_part_of_the_requests_is_refused() -> None:
    desk = house(None, Rejects(1, kinds={RequestKind.CANCEL, RequestKind.REPLACE}, text="try later"))
    order = desk.buy(5, "100")
    desk.om.cancel(order)
    desk.om.replace(order, order_qty=4)

    assert desk.heard() == ["0 new", "0 cancel rejected", "0 replace rejected"]
    assert shown(order) == "NEW 0/5"

    always = house(None, Rejects(1, code="2"))
    refused = always.buy(5, "100")
    assert always.heard() == ["0 rejected"]
    assert refused.status.name == "REJECTED"


def test_a_list_is_refused_as_a_whole_and_arrives_as_a_whole() -> None:
    refusing = house(None, Rejects(1, text="no"))
    group = refusing.om.bracket("X", Side.BUY, 5, entry=Limit(100), target=Limit(110), stop=Stop(90))
    assert [shown(order) for order in group.orders] == ["REJECTED 0/5"] * 3

    slow = house()
    group = slow.om.bracket("X", Side.BUY, 5, entry=Limit(101), target=Limit(110), stop=Stop(90))
    assert [shown(order) for order in group.orders] == ["PENDING_NEW 0/5"] * 3
    slow.to(15)
    assert [shown(order) for order in group.orders] == ["FILLED 5/5 @101", "NEW 0/5", "NEW 0/5"]


def test_refusals_are_drawn_by_the_request_alone() -> None:
    rejects = Rejects("0.3", seed=4)
    names = [f"request-{number}" for number in range(300)]
    refused = {name for name in names if rejects.refusal(RequestKind.NEW, name, 0)}

    assert 60 < len(refused) < 120
    assert refused == {name for name in reversed(names) if rejects.refusal(RequestKind.CANCEL, name, 99)}
    assert not Rejects(0).refusal(RequestKind.NEW, "a", 0)


def test_refusals_may_have_their_times() -> None:
    rejects = Rejects(1, windows=[(20, 30), (5, 10)])
    refused = [at for at in (4, 5, 9, 10, 19, 20, 29, 30) if rejects.refusal(RequestKind.NEW, "a", at)]

    assert refused == [5, 9, 20, 29]


def outage(
    from_ms: int, until_ms: int, requests: Fate = Fate.NOT_SENT, reports: ReportFate = ReportFate.DELAYED
) -> Outages:
    window = (START_NS + from_ms * MS, START_NS + until_ms * MS)
    return Outages([window], requests=requests, reports=reports)


def test_nothing_is_sent_while_the_connection_is_down() -> None:
    desk = house(None, outage(10, 20))
    desk.to(10)
    order = desk.buy(5, "100")

    assert order.status.name == "REJECTED"
    desk.to(20)
    assert shown(desk.buy(5, "100")) == "NEW 0/5"


def test_a_request_that_was_lost_is_in_doubt_until_the_venue_is_asked() -> None:
    desk = house(None, outage(10, 20, requests=Fate.LOST))
    desk.to(10)
    order = desk.buy(5, "100")
    assert (shown(order), desk.om.in_doubt()) == ("PENDING_NEW 0/5", [])

    for seconds in range(1, 40):
        desk.to(seconds * 1000)
    # The request timed out, the venue was asked, and has never heard of it.
    assert (shown(order), desk.om.in_doubt()) == ("REJECTED 0/5", [])


def test_a_request_without_an_answer_may_have_arrived() -> None:
    desk = house(None, outage(10, 20, requests=Fate.UNANSWERED, reports=ReportFate.LOST))
    desk.to(10)
    order = desk.buy(3, "101")
    assert (shown(order), desk.om.in_doubt()) == ("PENDING_NEW 0/3", [order])

    for seconds in range(1, 40):
        desk.to(seconds * 1000)
    # The venue was asked after the outage: it has the order, and more has executed than was reported.
    assert (shown(order), desk.om.in_doubt()) == ("NEW 0/3", [])
    desk.om.reconcile(asked_by="ops")
    desk.to(41_000)
    assert shown(order) == "FILLED 3/3 @101"

    never = house(None, outage(10, 20, requests=Fate.LOST_UNANSWERED))
    never.to(10)
    lost = never.buy(3, "101")
    assert never.om.in_doubt() == [lost]
    for seconds in range(1, 40):
        never.to(seconds * 1000)
    assert (shown(lost), never.om.in_doubt()) == ("REJECTED 0/3", [])


def test_reports_of_an_outage_come_when_it_ends() -> None:
    desk = house(None, outage(10, 50))
    order = desk.buy(3, "100")
    desk.trade(20, "99.5", 9)
    assert order.status.name == "NEW"
    desk.to(60)

    assert desk.heard() == ["0 new", "50 traded"]
    assert order.status.name == "FILLED"


def test_reports_that_are_lost_are_found_when_the_broker_is_asked() -> None:
    desk = house(None, outage(10, 50, reports=ReportFate.LOST))
    order = desk.buy(3, "100")
    desk.trade(20, "99.5", 9)
    desk.to(60)
    assert order.status.name == "NEW"

    desk.om.reconcile(asked_by="ops")
    desk.to(70)
    assert desk.heard() == ["0 new", "60 traded"]
    assert shown(order) == "FILLED 3/3 @100"


def test_fees_and_refunds_that_are_lost_are_told_again_with_the_executions() -> None:
    # A coin in BNB for each of 3, and 2 dollars that a bust gives back in a report of its own.
    fees = Together([PaidIn(PerUnit(1), "BNB", {"USD": 1}), PerUnit(2)])
    broker = PaperBroker(
        [INSTRUMENT], fees=fees, faults=outage(10, 50, reports=ReportFate.LOST), account=MarginAccount(MONEY)
    )
    desk = House(broker)
    desk.buy(5, "100")
    desk.trade(20, "99.5", 3)
    desk.trade(25, "99.5", 1)
    busted = broker.executed[1].exec_id
    assert busted is not None
    broker.act(BustTrade(busted), desk.start_ns + 30 * MS)
    desk.to(60)
    assert desk.om.position(X) is None

    for _ in range(2):  # told once: the second answer has nothing new
        desk.om.reconcile(asked_by="ops")
        desk.to(70)
        position = desk.om.position(X)
        assert position is not None
        assert position.net_qty == 3
        assert position.fees == {"BNB": 3, "USD": 6}
    assert check_conservation(desk.store.read(), broker, balances=MONEY) == ()


def test_random_outages_follow_from_the_time_alone() -> None:
    outages = RandomOutages(slot_ns=10, probability="0.25", seed=3)
    out = [slot for slot in range(400) if not outages.is_reachable(slot * 10)]

    assert 70 < len(out) < 130
    assert all(not outages.is_reachable(slot * 10 + 9) for slot in out)
    first = out[0]
    heard_ns = outages.heard_from(first * 10 + 3)
    assert heard_ns is not None
    assert heard_ns % 10 == 0
    assert outages.is_reachable(heard_ns)
    assert (
        RandomOutages(slot_ns=10, probability="0.25", reports=ReportFate.LOST, seed=3).heard_from(first * 10)
        is None
    )


def test_several_things_go_wrong_at_once() -> None:
    faults = Faults([Outages([(10, 20)], requests=Fate.LOST), Outages([(20, 30)]), Rejects(1, text="no")])

    assert [faults.fate(at) for at in (9, 10, 20, 30)] == [None, Fate.LOST, Fate.NOT_SENT, None]
    assert faults.heard_from(15) == 30
    assert [faults.is_reachable(at) for at in (9, 10, 29, 30)] == [True, False, False, True]
    refused = faults.refusal(RequestKind.NEW, "a", 5)
    assert refused is not None
    assert refused.text == "no"
    lossy = Faults([Outages([(20, 30)], reports=ReportFate.LOST), Outages([(10, 20)])])
    assert lossy.heard_from(15) is None


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Rejects(2), "0 to 1"),
        (lambda: Rejects(1, kinds={"new"}), "RequestKind"),  # type: ignore[arg-type]  # that is the test
        (lambda: Outages([(5, 5)]), "which do not overlap"),
        (lambda: Outages([(5, 9), (8, 10)]), "which do not overlap"),
        (lambda: RandomOutages(slot_ns=0, probability=0), "above 0"),
        (lambda: RandomOutages(slot_ns=1, probability=1), "at most 0.9"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: object, why: str) -> None:
    assert callable(make)
    with pytest.raises(ValidationError, match=why):
        make()
