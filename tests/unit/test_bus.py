"""The bus: fixed lanes, whoever came first; listeners that fail, answer or leave harm nobody."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import permutations

import pytest

from oms.bus import MAX_WAITING, Bus, SubscriberFailed
from oms.errors import StoreError, UnknownBrokerError
from oms.model import events as ev
from oms.model.enums import Side
from oms.model.ids import Account, BrokerName, ClOrdId, OrderId, Symbol
from oms.model.requests import NewOrderSingle
from oms.model.terms import Limit
from oms.model.time_in_force import DAY
from tests.unit.journals import make

PAPER = BrokerName("paper")


def new_order_request(cl_ord_id: str, broker: str = "paper") -> NewOrderSingle:
    """A request to buy something."""
    identity, account = ClOrdId(cl_ord_id), Account("main")
    name, symbol = BrokerName(broker), Symbol("AAPL")
    return NewOrderSingle(name, OrderId(1), identity, 0, symbol, Side.BUY, Decimal(1), Limit(1), DAY, account)


def first() -> ev.OrderExpired:
    return make(ev.OrderExpired)


def second() -> ev.KillSwitchEngaged:
    return make(ev.KillSwitchEngaged, sequence=2, reason="a drill")


class Log(list[str]):
    """What was said, in order."""

    def say(self, word: str) -> Callable[[object], None]:
        """Give a listener that says a word and what it heard."""
        return lambda heard: self.append(f"{word} {type(heard).__name__}")


def attachments(bus: Bus, log: Log) -> list[Callable[[], object]]:
    """One way to attach to each lane."""
    return [
        lambda: bus.record(lambda events: log.append(f"record {len(events)}")),
        lambda: bus.send(PAPER, log.say("send")),
        lambda: bus.project(ev.Event, log.say("project")),
        lambda: bus.observe(ev.Event, log.say("observe")),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=lambda order: "".join(map(str, order)))
def test_lanes_are_gone_through_in_their_order_whoever_attached_first(order: tuple[int, ...]) -> None:
    bus, log = Bus(), Log()
    attach = attachments(bus, log)
    for place in order:
        attach[place]()

    bus.publish([first(), second()], [new_order_request("a"), new_order_request("b")])

    assert log == [
        "record 2",
        *("send NewOrderSingle", "send NewOrderSingle"),
        *("project OrderExpired", "project KillSwitchEngaged"),
        *("observe OrderExpired", "observe KillSwitchEngaged"),
    ]


def test_requests_are_sent_in_their_order_each_to_its_broker() -> None:
    bus = Bus()
    sent: list[tuple[str, ClOrdId]] = []
    for name in ("paper", "real"):
        bus.send(BrokerName(name), lambda request, name=name: sent.append((name, request.cl_ord_id)))  # type: ignore[misc]

    bus.publish([first()], [new_order_request("a"), new_order_request("b", "real"), new_order_request("c")])

    assert sent == [("paper", "a"), ("real", "b"), ("paper", "c")]


def test_requests_without_events_are_sent_and_leave_nothing_to_record() -> None:
    bus, log = Bus(), Log()
    for attach in attachments(bus, log):
        attach()

    bus.publish([], [new_order_request("a")])

    assert log == ["send NewOrderSingle"]


def test_when_the_record_fails_nothing_is_sent_and_nobody_is_told() -> None:
    bus, log = Bus(), Log()
    bus.record(lambda _: log.append("kept"))
    bus.record(fail_to_keep)
    bus.send(PAPER, log.say("send"))
    bus.project(ev.Event, log.say("project"))
    bus.observe(ev.Event, log.say("observe"))
    bus.observe(SubscriberFailed, log.say("failed"))

    with pytest.raises(StoreError):
        bus.publish([first()], [new_order_request("a")])

    assert log == ["kept"]
    assert bus.failures == 0


def fail_to_keep(events: object) -> None:
    raise StoreError(f"the disk is full, {events!r} is lost")


def test_after_a_failed_record_the_bus_delivers_again() -> None:
    bus, log = Bus(), Log()
    failing = [True]
    bus.record(lambda events: fail_to_keep(events) if failing[0] else log.append("kept"))
    bus.observe(ev.Event, log.say("observe"))
    with pytest.raises(StoreError):
        bus.publish([first()], [])

    failing[0] = False
    bus.publish([first()], [])

    assert log == ["kept", "observe OrderExpired"]


def test_a_request_to_a_broker_that_is_not_attached_is_an_error_that_names_those_that_are() -> None:
    bus = Bus()
    bus.send(PAPER, lambda _: None)

    with pytest.raises(UnknownBrokerError, match="real: attached are: paper"):
        bus.publish([first()], [new_order_request("a", "real")])


# ---------------------------------------------------------------- whom it tells

SUBSCRIPTIONS: dict[str, tuple[type[object], list[str]]] = {
    "the class itself": (ev.OrderExpired, ["OrderExpired"]),
    "a base class": (ev.OrderEvent, ["OrderExpired", "OrderCanceled"]),
    "the base of all": (ev.Event, ["OrderExpired", "KillSwitchEngaged", "OrderCanceled"]),
    "everything": (object, ["OrderExpired", "KillSwitchEngaged", "OrderCanceled"]),
    "a class that does not come": (ev.Traded, []),
}


@pytest.mark.parametrize(("kind", "heard"), SUBSCRIPTIONS.values(), ids=SUBSCRIPTIONS)
def test_a_listener_hears_a_class_and_what_derives_from_it(kind: type[object], heard: list[str]) -> None:
    bus = Bus()
    observed: list[str] = []
    projected: list[str] = []
    bus.observe(kind, lambda event: observed.append(type(event).__name__))
    bus.project(kind, lambda event: projected.append(type(event).__name__))

    bus.publish([first(), second(), make(ev.OrderCanceled, sequence=3)], [])

    assert observed == projected == heard


def test_whoever_attaches_later_is_told_from_then_on() -> None:
    bus, log = Bus(), Log()
    bus.observe(ev.Event, log.say("early"))
    bus.publish([first()], [])
    bus.observe(ev.OrderEvent, log.say("late"))
    bus.project(ev.OrderEvent, log.say("late model"))

    bus.publish([first()], [])

    assert log == ["early OrderExpired", "late model OrderExpired", "early OrderExpired", "late OrderExpired"]


def test_a_detached_listener_is_told_nothing_more_and_may_be_detached_twice() -> None:
    bus, log = Bus(), Log()
    detach = bus.observe(ev.Event, log.say("gone"))
    bus.observe(ev.Event, log.say("here"))
    bus.publish([first()], [])

    detach()
    detach()
    bus.publish([first()], [])

    assert log == ["gone OrderExpired", "here OrderExpired", "here OrderExpired"]


def test_the_same_listener_attached_twice_is_told_twice_and_detached_once() -> None:
    bus, log = Bus(), Log()
    listener = log.say("twin")
    detach = bus.observe(ev.Event, listener)
    bus.observe(ev.Event, listener)

    bus.publish([first()], [])
    detach()
    bus.publish([second()], [])

    assert log == ["twin OrderExpired", "twin OrderExpired", "twin KillSwitchEngaged"]


def test_a_listener_that_detaches_itself_while_told_takes_nothing_from_the_others() -> None:
    bus, log = Bus(), Log()

    def once(event: ev.Event) -> None:
        log.append(f"once {type(event).__name__}")
        detach()

    bus.observe(ev.Event, log.say("before"))
    detach = bus.observe(ev.Event, once)
    bus.observe(ev.Event, log.say("after"))

    bus.publish([first(), second()], [])

    assert log == [
        *("before OrderExpired", "once OrderExpired", "after OrderExpired"),
        *("before KillSwitchEngaged", "after KillSwitchEngaged"),
    ]


def test_a_listener_that_attaches_another_while_told_has_it_told_of_what_comes_next() -> None:
    bus, log = Bus(), Log()
    attached: list[object] = []

    def grow(_: ev.Event) -> None:
        if not attached:
            attached.append(bus.observe(ev.Event, log.say("grown")))

    bus.observe(ev.Event, grow)

    bus.publish([first(), second()], [])

    assert log == ["grown KillSwitchEngaged"]


def test_whoever_a_read_model_attaches_or_detaches_is_so_from_the_next_event_on() -> None:
    bus, log = Bus(), Log()
    detach = bus.observe(ev.Event, log.say("leaving"))

    def change(_: ev.OrderEvent) -> None:
        detach()
        bus.observe(ev.Event, log.say("coming"))

    bus.project(ev.OrderEvent, change)

    bus.publish([first()], [])
    bus.publish([second()], [])

    assert log == ["leaving OrderExpired", "coming KillSwitchEngaged"]


def test_several_recorders_keep_a_delivery_one_after_the_other() -> None:
    bus, log = Bus(), Log()
    bus.record(lambda events: log.append(f"first {len(events)}"))
    bus.record(lambda events: log.append(f"second {len(events)}"))

    bus.publish([first(), second()], [])

    assert log == ["first 2", "second 2"]


def test_a_replayed_event_is_told_to_the_read_models_alone() -> None:
    bus, log = Bus(), Log()
    for attach in attachments(bus, log):
        attach()

    bus.replay(first())

    assert log == ["project OrderExpired"]


# ---------------------------------------------------------------- listeners that fail


def fail(event: object) -> None:
    raise ValueError(f"cannot stand a {type(event).__name__}")


def test_a_read_model_that_fails_at_a_replayed_event_does_not_stop_the_replay() -> None:
    bus = Bus()
    heard: list[object] = []
    bus.project(ev.Event, fail)
    bus.project(ev.Event, heard.append)

    bus.replay(first())

    assert heard == [first()]
    assert bus.failures == 1


@pytest.mark.parametrize("lane", ["project", "observe"])
def test_a_listener_that_fails_harms_nobody_and_its_error_is_published(lane: str) -> None:
    bus, log = Bus(), Log()
    failed: list[SubscriberFailed] = []
    bus.observe(SubscriberFailed, failed.append)
    getattr(bus, lane)(ev.OrderEvent, fail)
    bus.project(ev.Event, log.say("project"))
    bus.observe(ev.Event, log.say("observe"))
    event = first()

    bus.publish([event, second()], [])

    assert log == [
        *("project OrderExpired", "project KillSwitchEngaged"),
        *("observe OrderExpired", "observe KillSwitchEngaged"),
    ]
    assert [(told.listener, told.heard is event, str(told.error)) for told in failed] == [
        ("fail", True, "cannot stand a OrderExpired")
    ]
    assert bus.failures == 1


def test_whoever_fails_at_hearing_of_failures_is_only_counted() -> None:
    bus, log = Bus(), Log()
    bus.observe(ev.Event, fail)
    bus.observe(SubscriberFailed, fail)
    bus.observe(SubscriberFailed, log.say("heard"))

    bus.publish([first()], [])

    assert log == ["heard SubscriberFailed"]
    assert bus.failures == 2


def test_a_failure_is_not_told_to_those_who_listen_to_events() -> None:
    bus, log = Bus(), Log()
    bus.observe(ev.Event, log.say("event"))
    bus.observe(object, log.say("everything"))
    bus.project(ev.Event, fail)

    bus.publish([second()], [])

    assert log == ["everything SubscriberFailed", "event KillSwitchEngaged", "everything KillSwitchEngaged"]


def test_a_listener_without_a_name_is_told_of_by_its_looks() -> None:
    class Grumpy:
        def __call__(self, event: object) -> None:
            raise ValueError(event)

        def __repr__(self) -> str:
            return "<somebody grumpy>"

    bus = Bus()
    failed: list[SubscriberFailed] = []
    bus.observe(ev.Event, Grumpy())
    bus.observe(SubscriberFailed, failed.append)

    bus.publish([first()], [])

    assert [told.listener for told in failed] == ["<somebody grumpy>"]


# ---------------------------------------------------------------- publishing while told


def test_what_is_published_from_a_listener_waits_for_the_end_of_the_delivery() -> None:
    bus, log = Bus(), Log()
    for attach in attachments(bus, log):
        attach()

    def answer(_: ev.OrderEvent) -> None:
        bus.publish([second()], [])
        bus.publish([make(ev.SessionChanged, phase=None, trade_date="20260105", changed_ns=0)], [])
        log.append("answered")

    bus.observe(ev.OrderEvent, answer)
    bus.observe(ev.Event, log.say("last"))

    bus.publish([first()], [])

    assert log == [
        *("record 1", "project OrderExpired", "observe OrderExpired", "answered", "last OrderExpired"),
        *("record 1", "project KillSwitchEngaged", "observe KillSwitchEngaged", "last KillSwitchEngaged"),
        *("record 1", "project SessionChanged", "observe SessionChanged", "last SessionChanged"),
    ]


def test_when_the_record_of_what_a_listener_published_fails_what_waits_behind_it_is_dropped() -> None:
    bus, log = Bus(), Log()
    kept: list[int] = []

    def keep(events: object) -> None:
        if kept:
            fail_to_keep(events)
        kept.append(1)

    bus.record(keep)
    bus.observe(ev.OrderEvent, lambda _: bus.publish([second()], []))
    bus.observe(ev.OrderEvent, lambda _: bus.publish([second()], []))
    bus.observe(ev.KillSwitchEngaged, log.say("observe"))

    with pytest.raises(StoreError):
        bus.publish([first()], [])

    assert log == []
    kept.clear()
    bus.publish([second()], [])
    assert log == ["observe KillSwitchEngaged"]


def flood(bus: Bus) -> Callable[[ev.Event], None]:
    """Publish more at once than may follow from one delivery."""

    def listener(event: ev.Event) -> None:
        for _ in range(MAX_WAITING + 1):
            bus.publish([event], [])

    return listener


def echo(bus: Bus) -> Callable[[ev.Event], None]:
    """Publish again whatever is heard."""
    return lambda event: bus.publish([event], [])


@pytest.mark.slow
@pytest.mark.parametrize("answer", [flood, echo], ids=["all at once", "one for each that is heard"])
def test_a_listener_that_publishes_without_end_is_stopped_at_a_named_limit(
    answer: Callable[[Bus], Callable[[ev.Event], None]],
) -> None:
    bus = Bus()
    failed: list[SubscriberFailed] = []
    heard: list[ev.Event] = []
    bus.observe(SubscriberFailed, failed.append)
    bus.observe(ev.Event, answer(bus))
    bus.observe(ev.Event, heard.append)

    bus.publish([first()], [])

    assert {str(told.error) for told in failed} == {
        f"MAX_WAITING of {MAX_WAITING} reached: a listener publishes whenever it is told something"
    }
    assert len(heard) == MAX_WAITING + 1
    heard.clear()
    bus.publish([], [])
    assert heard == []
