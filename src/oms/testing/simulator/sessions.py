"""When the venue of a run opens and closes, and how the manager hears of it: at once, late, or after its next start."""

from __future__ import annotations

from typing import Final

from oms.model.enums import SessionPhase
from oms.model.sessions import SessionChange
from oms.testing.simulator.kept import Phase
from oms.testing.simulator.world import World

_DAY_NS: Final = 86_400 * 1_000_000_000


def change(world: World) -> None:
    """Let the session close, or the next day's open."""
    if world.venue.rules.phase is Phase.CLOSED:
        open_next(world)
    else:
        close(world)


def next_day(world: World) -> None:
    """Let the next trading day begin."""
    if world.venue.rules.phase is not Phase.CLOSED:
        close(world)
    open_next(world)


def close(world: World) -> None:
    """Let the session close, with an auction, and let it be told."""
    rules = world.venue.rules
    rules.pass_time()
    rules.close()
    world.seen["sessions that closed"] += 1
    _tell(world, SessionPhase.CLOSED)


def open_next(world: World) -> None:
    """Let the next day's session open, with an auction, and let it be told."""
    rules = world.venue.rules
    world.leap(_DAY_NS)
    rules.pass_time()
    rules.open()
    world.seen["days"] += 1
    _tell(world, SessionPhase.OPEN)


def _tell(world: World, phase: SessionPhase) -> None:
    world.news.append(SessionChange(world.now_ns, phase, world.venue.rules.trade_date))
    if world.is_sound or world.draws("rules").below(4):
        world.tell_news()
    else:
        world.seen["sessions heard of late"] += 1
        world.hears_late = True
        world.later_in_steps("rules", 5, world.tell_news)
