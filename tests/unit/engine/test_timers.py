"""When requests fall due: in the order of their limits, and never once they are answered, in doubt or arrived."""

from attrs import evolve

from oms.engine.timers import Timers
from oms.model.enums import RequestKind
from oms.model.ids import ClOrdId
from oms.model.outstanding import NO_REQUESTS, OutstandingRequest

A, B, C = ClOrdId("a"), ClOrdId("b"), ClOrdId("c")


def sent(identity: ClOrdId, sent_ns: int) -> dict[ClOrdId, OutstandingRequest]:
    return {identity: OutstandingRequest(identity, RequestKind.NEW, sent_ns, None, None)}


def test_nothing_waits_at_first() -> None:
    timers = Timers()
    assert (timers.next_due_ns, timers.pop_due(10**30), timers.waiting()) == (None, None, [])


def test_requests_fall_due_in_the_order_of_their_limits_and_then_of_their_sending() -> None:
    timers = Timers()
    timers.follow(NO_REQUESTS, sent(A, 0), 30)
    timers.follow(NO_REQUESTS, sent(B, 0), 30)
    timers.follow(NO_REQUESTS, sent(C, 10), 5)
    assert timers.waiting() == [(15, C), (30, A), (30, B)]
    assert timers.next_due_ns == min(due_ns for due_ns, _ in timers.waiting())
    assert timers.pop_due(14) is None
    assert [timers.pop_due(30) for _ in range(4)] == [C, A, B, None]
    assert timers.next_due_ns is None
    assert not timers.waiting()


def test_an_answered_request_waits_no_longer() -> None:
    timers = Timers()
    timers.follow(NO_REQUESTS, sent(A, 0), 30)
    timers.follow(sent(A, 0), NO_REQUESTS, 30)
    assert (timers.next_due_ns, timers.pop_due(30), timers.waiting()) == (None, None, [])


def test_a_request_in_doubt_or_known_to_have_arrived_waits_no_longer_whatever_follows() -> None:
    timers = Timers()
    both = sent(A, 0) | sent(B, 0)
    timers.follow(NO_REQUESTS, both, 30)
    noted = {A: evolve(both[A], in_doubt=True), B: evolve(both[B], pending=True)}
    timers.follow(both, noted, 30)
    timers.follow(noted, both, 30)
    assert (timers.pop_due(30), timers.waiting()) == (None, [])


def test_one_more_request_of_an_order_leaves_the_limit_of_the_first_as_it_is() -> None:
    timers = Timers()
    timers.follow(NO_REQUESTS, sent(A, 0), 30)
    timers.follow(sent(A, 0), sent(A, 0) | sent(B, 7), 30)
    assert timers.waiting() == [(30, A), (37, B)]


def test_the_time_of_the_next_is_never_later_than_the_first_that_waits() -> None:
    timers = Timers()
    timers.follow(NO_REQUESTS, sent(A, 0), 30)
    timers.follow(NO_REQUESTS, sent(B, 9), 30)
    timers.follow(sent(A, 0), NO_REQUESTS, 30)
    assert timers.next_due_ns is not None
    assert timers.next_due_ns <= 39
    assert timers.pop_due(38) is None
    assert timers.next_due_ns == 39
