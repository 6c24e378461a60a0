"""What becomes of a request and of a question on a line that loses, delays and breaks."""

from __future__ import annotations

from oms.model.reports import SendResult, Sent, Unknown
from oms.testing.line import Answering, Arrival, Fate, Reply
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.scene import Scene


def fate_of(draws: Draws, scene: Scene, *, is_connected: bool) -> Fate:
    """Give what becomes of a request."""
    if not is_connected:
        return Fate(Arrival.NEVER, draws.one_of((Reply.NOT_SENT, Reply.RAISES, Reply.UNKNOWN)))
    arrival, reply = Arrival.AT_ONCE, Reply.SENT
    if draws.happens(scene.requests_lost):
        arrival = Arrival.NEVER
    elif draws.happens(scene.requests_late):
        arrival = Arrival.LATER
    if draws.happens(scene.send_crashes):
        reply = Reply.CRASHES
    elif draws.happens(scene.words_lost):
        reply = draws.one_of((Reply.UNKNOWN, Reply.RAISES, Reply.NOT_SENT))
    elif draws.happens(100):
        reply = draws.one_of((Reply.ANSWERED, Reply.REFUSED))
    return Fate(arrival, reply)


def how_to_answer(draws: Draws, scene: Scene, *, is_connected: bool) -> Answering:
    """Give how a question is answered."""
    if not is_connected:
        return Answering.RAISES
    if draws.happens(scene.not_yet):
        return draws.one_of((Answering.NOT_YET, Answering.NOT_YET, Answering.UNKNOWN, Answering.RAISES))
    return Answering.BY_REPORT if draws.happens(200) else Answering.TRUTHFULLY


def in_words(reply: Reply) -> SendResult:
    """Give what the sender of a request hears of it."""
    return Sent() if reply in (Reply.SENT, Reply.ANSWERED, Reply.REFUSED) else Unknown("no answer")
