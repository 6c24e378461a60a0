"""What one run is like: how long it is, who takes part, and how often what goes wrong. All of it follows from the seed."""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from oms.model.enums import Choice
from oms.model.venue_profile import EXCHANGE, FIX_BROKER, ExternalOrders, LateFills, VenueProfile
from oms.testing.faulty_store import NO_FAULTS, StoreFault, StorePlan
from oms.testing.simulator.draws import Draws

_MS: Final = 1_000_000


class Replay(Choice):
    """What a venue says again when a connection is made anew."""

    NOTHING = "nothing"
    MISSED = "what has not arrived"
    DAY = "everything, what has arrived too"


class Deed(Choice):
    """The kinds of actions that a run is made of."""

    SUBMIT = "submit"
    CANCEL = "cancel"
    REPLACE = "replace"
    DECIDE = "the venue decides"
    AMEND = "the venue takes back what it has said"
    BATCH = "several commands in one batch"
    MARKET = "the market moves"
    GROUP = "a bracket is placed"
    UNGROUP = "a group is canceled"
    WORK = "an order is given to an algorithm"
    NEWS = "the market halts, closes, is lost, or may trade between other prices"
    TEND = "such an order is changed, paused, resumed or canceled"
    MASS_CANCEL = "mass cancel"
    ASK = "ask for a status"
    KILL = "engage or release the kill switch"
    OPERATE = "a person settles a doubt, adopts an order or looks at an anomaly"
    MASS_STATUS = "the broker says everything that it holds"
    TELEPHONE = "an order is given by telephone"
    LIE = "the broker says what is not true"
    DISCONNECT = "the connection breaks"
    CRASH = "the process dies"
    RIVAL = "a second process opens the same journal"
    STORE = "the store fails for a while"
    CLOCK = "the clock jumps"
    WAIT = "nothing happens for a while"
    NEXT_DAY = "the next trading day begins"
    SESSION = "the session closes, or the next one opens"


@frozen(kw_only=True)
class Scene:
    """One run's circumstances; rates are times in a thousand.

    Attributes:
        seed: What everything follows from.
        actions: How many there are.
        step_ns: How far they are apart, in nanoseconds.
        profile: How the venue behaves.
        replay: What it says again after a reconnect.
        weights: How often each kind of action is drawn.
        latency_ns: How long a message takes at least, in nanoseconds.
        jitter_ns: How much longer it may take, which puts messages out of order.
        drops: How many reports are lost.
        repeats: How many arrive twice.
        requests_lost: How many requests never arrive.
        requests_late: How many arrive later than their sender hears of them.
        words_lost: Of how many requests their sender does not hear whether they arrived.
        not_yet: How often an order that is there is not found at first.
        store_faults: How many appends and reads of the journal meet each of its faults.
        start_faults: The same, while a manager starts.
        send_crashes: In how many sends the process dies.
        listener_fails: How often a listener raises.
        snapshot_every: After how many events a snapshot is taken; never if None.
        lists: The venue can be asked for everything.
        holds: The venue takes market and limit orders alone, so that all others are held here.
        may_lose: What was lost and can be asked for is not said again in the end.
        works_lists: The venue works brackets by itself, as one list.
        works: Orders are given to algorithms too.
        has_two_brokers: The venue is reached by two brokers, and orders are routed between them.
        has_sessions: The venue has sessions with an auction at each end, and takes orders of every kind and time in force.
        knows_reduce_only: There it sees to it by itself that orders only reduce a position that are to do no more.
    """

    seed: int
    actions: int
    step_ns: int
    profile: VenueProfile
    replay: Replay
    weights: tuple[tuple[Deed, int], ...]
    latency_ns: int
    jitter_ns: int
    drops: int = 0
    repeats: int = 0
    requests_lost: int = 0
    requests_late: int = 0
    words_lost: int = 0
    not_yet: int = 0
    store_faults: StorePlan = NO_FAULTS
    start_faults: StorePlan = NO_FAULTS
    send_crashes: int = 0
    listener_fails: int = 0
    snapshot_every: int | None = None
    may_lose: bool = False
    lists: bool = False
    holds: bool = False
    works_lists: bool = False
    works: bool = False
    has_two_brokers: bool = False
    has_sessions: bool = False
    knows_reduce_only: bool = False


_MOST: Final = {
    "drops": 300,
    "repeats": 500,
    "requests_lost": 100,
    "requests_late": 200,
    "words_lost": 300,
    "not_yet": 500,
    "send_crashes": 10,
    "listener_fails": 20,
}
"""The highest rate of each fault."""
_STORE_FAULTS: Final = {
    StoreFault.FAILS_BEFORE: 2,
    StoreFault.FAILS_AFTER: 2,
    StoreFault.HANGS: 1,
    StoreFault.HANGS_AFTER: 1,
    StoreFault.TEARS: 1,
    StoreFault.FULL: 1,
    StoreFault.READ_ONLY: 1,
    StoreFault.GONE: 1,
    StoreFault.CRASHES_BEFORE: 2,
    StoreFault.CRASHES_AFTER: 2,
}
_START_FAULTS: Final = {
    StoreFault.FAILS_AFTER: 100,
    StoreFault.CRASHES_BEFORE: 100,
    StoreFault.CRASHES_AFTER: 100,
    StoreFault.READ_FAILS: 50,
    StoreFault.READ_BREAKS: 50,
}
_ALWAYS: Final = (
    (Deed.SUBMIT, 240),
    (Deed.DECIDE, 560),
    (Deed.CANCEL, 60),
    (Deed.REPLACE, 60),
)
_AT_TIMES: Final = (
    (Deed.AMEND, 60),
    (Deed.BATCH, 20),
    (Deed.MARKET, 100),
    (Deed.GROUP, 20),
    (Deed.UNGROUP, 5),
    (Deed.MASS_CANCEL, 3),
    (Deed.ASK, 10),
    (Deed.KILL, 6),
    (Deed.OPERATE, 15),
    (Deed.MASS_STATUS, 3),
    (Deed.TELEPHONE, 10),
    (Deed.LIE, 60),
    (Deed.DISCONNECT, 8),
    (Deed.CRASH, 6),
    (Deed.RIVAL, 3),
    (Deed.STORE, 3),
    (Deed.CLOCK, 8),
    (Deed.WAIT, 6),
    (Deed.NEXT_DAY, 2),
)
_OF_LISTS: Final = ((Deed.GROUP, 60), (Deed.UNGROUP, 5))
_OF_ALGORITHMS: Final = (
    (Deed.WORK, 40),
    (Deed.TEND, 12),
    (Deed.MARKET, 200),
    (Deed.NEWS, 12),
    (Deed.WAIT, 4),
)
_ALGORITHMS_FIRST: Final = (
    (Deed.WORK, 300),
    (Deed.TEND, 100),
    (Deed.MARKET, 400),
    (Deed.NEWS, 40),
    (Deed.WAIT, 6),
)
_OF_SESSIONS: Final = ((Deed.SESSION, 12), (Deed.MARKET, 60), (Deed.REPLACE, 60), (Deed.OPERATE, 15))
_OF_TWO_BROKERS: Final = ((Deed.DISCONNECT, 30), (Deed.MARKET, 300))
_OF_ONE_BROKER: Final = frozenset(
    {Deed.GROUP, Deed.UNGROUP, Deed.MASS_STATUS, Deed.TELEPHONE, Deed.LIE, Deed.KILL}
)
"""What is not drawn where there are two: what a broker says of everything that it holds, or of what is not true, is of one."""
_PROFILES: Final = (
    FIX_BROKER,
    EXCHANGE,
    evolve(FIX_BROKER, name="broker that keeps to itself", external_orders=ExternalOrders.HELD),
    evolve(EXCHANGE, name="exchange with late fills", late_fills=LateFills.EXPECTED, chains_replaces=True),
)


def scene_of(seed: int, *, works: bool = False) -> Scene:
    """Give the circumstances of the run with this seed; `works` gives orders to algorithms in each run, not in a third of them.

    With `works`, a third of the runs reach the venue by two brokers.

    A third of the runs have every fault, a third one kind of fault alone, and in a third each has one chance in four; so
    with what is done only at times.
    """
    draws = Draws(f"{seed}/scene")
    way = draws.below(3)
    alone = draws.one_of((*_MOST, "store", "starts", *(deed for deed, _ in _AT_TIMES)))

    def is_on(what: object) -> bool:
        is_drawn = draws.below(4) == 0
        return way == 0 or (what is alone if way == 1 else is_drawn)

    rates = {name: draws.below(most + 1) for name, most in _MOST.items() if is_on(name)}
    deeds = tuple((deed, weight) for deed, weight in _AT_TIMES if is_on(deed))
    store = StorePlan(per_mille=_STORE_FAULTS) if is_on("store") else NO_FAULTS
    starts = StorePlan(per_mille=_START_FAULTS) if is_on("starts") else NO_FAULTS
    works_lists = Draws(f"{seed}/scene of lists").below(3) == 0
    of_algorithms = _ALGORITHMS_FIRST if works else _OF_ALGORITHMS
    has_two_brokers = works and Draws(f"{seed}/scene of brokers").below(3) == 0
    works = works or Draws(f"{seed}/scene of algorithms").below(3) == 0
    of_sessions = Draws(f"{seed}/scene of sessions")
    has_sessions, knows_reduce_only = of_sessions.below(3) == 0, of_sessions.below(2) == 0
    scene = Scene(
        seed=seed,
        actions=draws.between(50, 300),
        step_ns=draws.one_of((_MS, 20 * _MS, 200 * _MS, 1_000 * _MS)),
        profile=draws.one_of(_PROFILES),
        replay=draws.one_of(tuple(Replay)),
        # Brackets are drawn more often where they go out as lists, whatever else is; so with algorithms, which live on the market.
        weights=(
            *_ALWAYS,
            *deeds,
            *(_OF_LISTS if works_lists else ()),
            *(of_algorithms if works else ()),
            *(_OF_SESSIONS if has_sessions else ()),
        ),
        latency_ns=draws.one_of((0, _MS, 10 * _MS)),
        jitter_ns=draws.one_of((0, _MS, 100 * _MS, 3_000 * _MS)),
        store_faults=store,
        start_faults=starts,
        snapshot_every=draws.one_of((*(7 * (None,)), 50)),
        may_lose=draws.below(2) == 0,
        lists=draws.below(3) == 0,
        holds=draws.below(3) == 0,
        works_lists=works_lists,
        works=works,
        has_sessions=has_sessions,
        knows_reduce_only=knows_reduce_only,
        has_two_brokers=False,
        **rates,
    )
    return _with_two_brokers(scene) if has_two_brokers else scene


def _with_two_brokers(scene: Scene) -> Scene:
    weights = tuple(pair for pair in scene.weights if pair[0] not in _OF_ONE_BROKER)
    return evolve(
        scene, weights=(*weights, *_OF_TWO_BROKERS), lists=False, works_lists=False, has_two_brokers=True
    )
