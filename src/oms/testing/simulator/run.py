"""One run from its seed, and what is done with one that fails: it is repeated with ever fewer actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

from oms.testing.simulator.draws import Draws
from oms.testing.simulator.ending import end
from oms.testing.simulator.luck import DEEDS
from oms.testing.simulator.parts import Parts
from oms.testing.simulator.scene import Scene, scene_of
from oms.testing.simulator.tamper import check_tampering
from oms.testing.simulator.watch import Violation
from oms.testing.simulator.world import World

MAX_TRIES: Final = 600
"""How often a failing run is repeated at most, in search of a shorter one."""


@frozen
class Ran:
    """A run without a violation.

    Attributes:
        lifecycles: How many orders were sent, and came to their end.
        events: How many events the journal holds.
        digest: The SHA-256 of the whole journal, as text; of nothing where it was not asked for.
    """

    lifecycles: int
    events: int
    digest: str


@frozen
class Failure:
    """A run in which something did not hold.

    Attributes:
        scene: What the run was like.
        numbers: Which of its actions were done; None for all.
        invariant: What did not hold.
        what: In words.
    """

    scene: Scene
    numbers: tuple[int, ...] | None
    invariant: str
    what: str

    def command(self, parts: Parts | None = None) -> str:
        """Give the command that repeats it."""
        of = "" if parts is None or not parts.name else f" --parts {parts.name}"
        only = "" if self.numbers is None else " --only " + ",".join(map(str, self.numbers))
        # What no run of this seed has by itself was asked for.
        works = " --parents 1" if self.scene != scene_of(self.scene.seed) else ""
        return f"python -m oms.testing.simulator --run {self.scene.seed}{works}{of}{only}"


def simulate(
    scene: Scene,
    parts: Parts | None = None,
    seen: Counter[str] | None = None,
    *,
    numbers: Sequence[int] | None = None,
    digests: bool = False,
) -> Ran:
    """Do a run, let it end, and give what it was.

    Args:
        scene: What it is like.
        parts: Where adapter, store and handlers come from; the library's own if not given.
        seen: Where rare things are counted.
        numbers: Which of its actions are done; all if not given.
        digests: The journal is made text, its SHA-256 is given, and copies of it are tampered with.

    Raises:
        Violation: An invariant does not hold, or manager and venue do not agree in the end.
    """
    world = World(scene, parts, seen, digests=digests)
    world.run(DEEDS, numbers)
    lifecycles = end(world)
    if digests:
        check_tampering(world.store, Draws(f"{scene.seed}/tamper"), world.seen)
    ran = Ran(lifecycles, world.store.version, world.watcher.digest.hexdigest())
    world.parts.drop_store(world.store)
    return ran


def failure_of(
    scene: Scene, parts: Parts | None = None, *, numbers: Sequence[int] | None = None
) -> Failure | None:
    """Do a run, and give what does not hold; None where all is well. An exception of the library's own is a failure too."""
    try:
        simulate(scene, parts, numbers=numbers)
    except Exception as error:  # noqa: BLE001  # whatever escapes from the library is what is looked for
        kept = None if numbers is None else tuple(numbers)
        return Failure(scene, kept, name_of(error), str(error))
    return None


def name_of(error: Exception) -> str:
    """Give what did not hold, by name: the invariant, or the class of an exception that should not have come."""
    return error.invariant if isinstance(error, Violation) else type(error).__name__


def shrink(failure: Failure, parts: Parts | None = None) -> Failure:
    """Give the failure with as few actions as can be found: none of those that are left can be left out.

    Only a failure of the same invariant counts, so that one defect is not taken for another.
    """
    best = failure
    tries = 0

    def fails(numbers: Sequence[int]) -> bool:
        nonlocal best, tries
        if tries >= MAX_TRIES:
            return False
        tries += 1
        found = failure_of(failure.scene, parts, numbers=numbers)
        if found is None or found.invariant != failure.invariant:
            return False
        best = found
        return True

    every = range(failure.scene.actions) if failure.numbers is None else failure.numbers
    fewest(list(every), fails)
    return best


def fewest(items: list[int], fails: Callable[[Sequence[int]], bool]) -> list[int]:
    """Give a part of a list that still fails, of which nothing can be left out: delta debugging.

    Source:
        Zeller and Hildebrandt (2002), Simplifying and Isolating Failure-Inducing Input.
    """
    parts = 2
    while items:
        size = max(1, -(-len(items) // parts))
        for start in range(0, len(items), size):
            rest = items[:start] + items[start + size :]
            if fails(rest):
                items, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                return items
            parts = min(2 * parts, len(items))
    return items
