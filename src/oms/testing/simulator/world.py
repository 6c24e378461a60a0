"""One run: a manager, its journal and clock, a bot and a venue, in one thread, with everything in a heap by its time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Final

from oms.errors import HaltedError, StoreError
from oms.model import events as ev
from oms.model.enums import SessionPhase
from oms.model.requests import Request
from oms.model.sessions import SessionChange
from oms.runtime.order_manager import OrderManager
from oms.testing.faulty_store import KEEPS, NO_FAULTS, StoreFault, StorePlan
from oms.testing.line import Letter
from oms.testing.simulator.clock import WanderingClock
from oms.testing.simulator.draws import Draws, Turn
from oms.testing.simulator.halts import CRASHES, Halts
from oms.testing.simulator.journal import RunJournal
from oms.testing.simulator.lists import STATEMENTS
from oms.testing.simulator.parts import ACCOUNTS, INSTRUMENTS, LIMITS, PROBE, OwnParts, Parts, capabilities_of
from oms.testing.simulator.scene import Deed, Scene
from oms.testing.simulator.venue import FaultyVenue
from oms.testing.simulator.watch import Audience, Violation, Watcher
from oms.testing.simulator.ways import ROUTING, Connection, brokers_over

START_NS: Final = 1_767_623_400_000_000_000
"""2026-01-05 14:30:00 UTC."""
REQUEST_TIMEOUT_S: Final = 5
_NOTHING_IS_KEPT: Final = StorePlan(per_mille={StoreFault.READ_ONLY: 1000})
CHECK_EVERY: Final = 100
"""How many actions there are between two comparisons of everything."""
MAX_HAPPENINGS: Final = 1_000_000
"""How much may happen in one run, before it is taken for a loop."""

_SETUP: Final = -1


class World:
    """Everything there is in one run.

    Attributes:
        scene: What it is like.
        now_ns: The true time, in nanoseconds UTC.
        clock: What the manager takes for the time.
        venue: The venue, with the truth.
        store: What survives a crash.
        journal: What the manager that runs now has of it.
        om: The manager that runs now; None while none does.
        watcher: What looks at every step.
        seen: How often each rare thing has happened.
        store_is_down: No append is kept.
        is_sound: Nothing goes wrong any more.
        halts: What becomes of a manager under which the journal has failed.
        news: How sessions have changed that the manager has not heard of.
        hears_late: It hears of that after a while.
    """

    def __init__(
        self,
        scene: Scene,
        parts: Parts | None = None,
        seen: Counter[str] | None = None,
        *,
        digests: bool = False,
    ) -> None:
        """Begin, with a manager that is open.

        Args:
            scene: What the run is like.
            parts: Where adapter, store and handlers come from; the library's own if not given.
            seen: Where rare things are counted.
            digests: The journal is made text as it grows, for its SHA-256.
        """
        self.scene = scene
        self.parts = OwnParts() if parts is None else parts
        self.seen: Counter[str] = Counter() if seen is None else seen
        self.now_ns = START_NS
        self.clock = WanderingClock(lambda: self.now_ns)
        can = capabilities_of(self.parts, scene)
        self.venue = FaultyVenue(scene, can, self)
        self.store = self.parts.make_store()
        self.watcher = Watcher(self.parts.make_handlers(), self.venue, self.seen, digests=digests)
        self.store_is_down = False
        self.is_sound = True
        self.om: OrderManager | None = None
        self.halts = Halts(self)
        self.news: deque[SessionChange] = deque()
        self.hears_late = False
        self._audience = Audience(0)
        self._heap: list[tuple[int, int, Turn, Callable[[], None]]] = []
        self._happenings = 0
        self._at_ns = 0
        self._leap_ns = 0
        self._turn = Turn(scene.seed, _SETUP)
        self.journal = self._journal(NO_FAULTS)
        if scene.has_sessions:
            self.news.append(SessionChange(START_NS, SessionPhase.OPEN, self.venue.rules.trade_date))
        self.restart()
        self.is_sound = False
        self.renew_plan()

    # ------------------------------------------------------------ time and chance

    def draws(self, component: str) -> Draws:
        """Give the draws of a component, for the action that what happens now goes back to."""
        return self._turn.of(component)

    def later(self, delay_ns: int, what: Callable[[], None]) -> None:
        """Let something happen in so many nanoseconds."""
        self._happenings += 1
        if self._happenings > MAX_HAPPENINGS:
            raise Violation("I15", f"{MAX_HAPPENINGS} things have happened in one run")
        heappush(self._heap, (self._at_ns + delay_ns, self._happenings, self._turn, what))

    def leap(self, by_ns: int) -> None:
        """Let time pass in which nothing arrives."""
        self._leap_ns += by_ns
        self.now_ns += by_ns

    def run(
        self, deeds: Sequence[tuple[Deed, Callable[[World], None]]], numbers: Iterable[int] | None = None
    ) -> None:
        """Do every action in its turn, and everything that follows from it.

        Args:
            deeds: What the actions are.
            numbers: Which of the run's actions; all of them if not given.

        Raises:
            Violation: An invariant does not hold.
        """
        how = dict(deeds)
        chosen = range(self.scene.actions) if numbers is None else sorted(numbers)
        for number in chosen:
            self._happenings += 1
            turn = Turn(self.scene.seed, number)
            deed = how[turn.of("script").weighted(self.scene.weights)]
            entry = (number * self.scene.step_ns, self._happenings, turn, self._action(number, deed))
            heappush(self._heap, entry)
        self.drain()

    def _action(self, number: int, deed: Callable[[World], None]) -> Callable[[], None]:
        def act() -> None:
            self.do(OrderManager.poll)
            if self.news and not self.hears_late:
                self.tell_news()
            deed(self)
            if number % CHECK_EVERY == 0 and self.om is not None and self.om.halted is None:
                self.look()
                self.watcher.check_all(self.om)

        return act

    def drain(self) -> None:
        """Let everything happen that is to happen."""
        heap = self._heap
        while heap:
            at_ns, _, self._turn, what = heappop(heap)
            self._at_ns = at_ns
            self.now_ns = START_NS + at_ns + self._leap_ns
            what()
            self.look()

    def look(self) -> None:
        """Hold what has happened since the last look against what must be true."""
        # What a halted manager holds may be more than what was kept.
        is_whole = self.om is not None and self.om.halted is None
        self.watcher.step(self.store, self.om if is_whole else None)
        if self._audience.fault:
            raise Violation("I14", self._audience.fault)

    # ------------------------------------------------------------ the manager

    def do(self, what: Callable[[OrderManager], object]) -> bool:
        """Do something with the manager; where the process dies of it or the journal fails, another one starts later.

        Gives whether it was done.
        """
        om = self.om
        if om is None:
            return False
        was_halted = om.halted is not None
        try:
            if was_halted:
                self.halts.do(om, what)
                return False
            what(om)
        except CRASHES:
            self.crash()
            return False
        except (StoreError, HaltedError):
            if om.halted is None:
                raise
        # A cancel leaves also where the journal fails with it, and raises nothing.
        if om.halted is None:
            return True
        self.halts.begin(om)
        return False

    def later_in_steps(self, component: str, steps: int, what: Callable[[], None]) -> None:
        """Let something happen within so many steps."""
        self.later(self.draws(component).below(steps * self.scene.step_ns), what)

    def stop(self, om: OrderManager) -> None:
        """Let a person close a manager that has halted; another one is started after a while."""
        try:
            om.close()
        except (StoreError, *CRASHES):
            self.seen["closings that failed"] += 1
        self._leave()

    def mend_journal(self) -> None:
        """Let the journal take events again, unless the store fails for a while; it may fail as it does at a start."""
        if not self.store_is_down:
            self.journal.repair()
        self.journal.plan = self._plan(self.scene.start_faults)

    def begin_anew(self, om: OrderManager) -> None:
        """Hold a manager that goes on after a halt against the journal."""
        self._count_faults()
        self.renew_plan()
        self.watcher.step(self.store, None)
        self.watcher.begin_anew(om)
        self.watcher.check_replay(om)

    def crash(self) -> None:
        """Let the process die: nothing is left of it but what the journal has kept."""
        self.seen["crashes"] += 1
        self._leave()

    def _leave(self) -> None:
        self.om = None
        self.halts.end()
        self._audience = Audience(0)
        if self.venue.connection is not None:
            self.venue.connection.hang_up()
        self._count_faults()
        acknowledged = self.journal.acknowledged
        self.store = self.parts.reopen_store(self.store)
        if self.store.version < acknowledged:
            raise Violation("I8", f"{acknowledged} events were acknowledged, {self.store.version} are left")
        self.later(self.draws("process").below(2 * self.scene.step_ns * 10), self.restart)

    def restart(self) -> None:
        """Start a manager, unless one runs already."""
        if self.om is not None:
            return
        self.look()
        try:
            self.om = self._open()
        except CRASHES:
            self.seen["double crashes"] += 1
            self.crash()
            return
        except StoreError:
            self.seen["starts refused by the journal"] += 1
            self._leave()
            return
        self.seen["starts"] += 1
        self.seen["starts from a snapshot"] += bool(self.om.began_from.version)
        self.renew_plan()
        self.look_recovered()
        self.tell_news()
        self.venue.reconnect()

    def tell_news(self) -> None:
        """Tell the manager what it has not heard of sessions, in its order; what it does not take stays to be told."""
        self.hears_late = False
        while self.news and self.do(lambda om: om.session(self.news[0])):
            self.news.popleft()

    def look_recovered(self) -> None:
        """Hold a manager that has just started against the journal."""
        assert self.om is not None
        self.begin_anew(self.om)

    def _open(self) -> OrderManager:
        connection = self.venue.connect()
        has_two = self.scene.has_two_brokers
        brokers = brokers_over(connection) if has_two else [self.parts.make_broker(connection)]
        self.journal = self._journal(self._plan(self.scene.start_faults))
        om = OrderManager(
            brokers=brokers,
            store=self.journal,
            instruments=INSTRUMENTS,
            clock=self.clock,
            account=ACCOUNTS[0],
            handlers=self.parts.make_handlers(),
            request_timeout_s=REQUEST_TIMEOUT_S,
            snapshot_every=self.scene.snapshot_every,
            routing=ROUTING if has_two else None,
            limits=LIMITS if self.scene.has_sessions else None,
        )
        if self.scene.listener_fails:
            om.on(ev.Event, self._listen)
        self._audience = Audience(om.state.version)
        om.on(ev.Event, self._audience)
        return om

    def _listen(self, event: ev.Event) -> None:
        if not self.is_sound and self.draws("listener").happens(self.scene.listener_fails):
            self.seen["listeners that raised"] += 1
            raise RuntimeError("a listener failed")

    def rival(self) -> None:
        """Let a second process open the journal while the first still runs, which must be fenced out."""
        older = self.om
        if older is None:
            return
        self.om = None
        self.halts.end()
        self.restart()
        if self.om is None:
            return
        version, books = self.store.version, len(self.venue.books)
        try:
            older.submit(*PROBE)
        except (StoreError, *CRASHES):
            self.seen["older managers fenced out"] += 1
        except HaltedError:
            pass
        else:
            raise Violation("I13", "an older manager was not fenced out")
        if (self.store.version, len(self.venue.books)) != (version, books):
            raise Violation("I13", "an older manager has written or sent")

    # ------------------------------------------------------------ the journal

    def _journal(self, plan: StorePlan) -> RunJournal:
        return RunJournal(self.store, plan, lambda sides: self.draws("store").below(sides))

    def _plan(self, usual: StorePlan) -> StorePlan:
        if self.is_sound:
            return NO_FAULTS
        return _NOTHING_IS_KEPT if self.store_is_down else usual

    def renew_plan(self) -> None:
        """Let the journal fail as it is to by now."""
        self.journal.plan = self._plan(self.scene.store_faults)

    def _count_faults(self) -> None:
        for fault, times in self.journal.fired.items():
            self.seen[f"journal: {fault.value}"] += times
            if fault in KEEPS:
                self.seen["appends kept though nobody was told"] += times
        self.journal.fired.clear()

    # ------------------------------------------------------------ what the venue asks of its surroundings

    def watch_request(self, request: Request, connection: Connection) -> None:
        """Look at a request that has left a manager."""
        newest = self.venue.connection
        if self.om is not None and self.om.halted is not None:
            # What takes risk away leaves while the journal fails, and is journaled when a person has mended it.
            self.halts.watch_request(request)
            return
        self.watcher.on_request(
            request, self.store, connection.epoch, connection.epoch if newest is None else newest.epoch
        )

    def deliver(self, letter: Letter) -> None:
        """Let a report arrive, and be handled; where nobody listens it is missed."""
        connection = self.venue.connection
        listener = None if connection is None else connection.listener(letter.way)
        is_cut = not self.venue.is_connected or letter.way in self.venue.shut
        if self.om is None or listener is None or is_cut:
            letter.is_lost = True
            self.seen["reports missed"] += 1
            return
        version = self.store.version
        listener(letter.report)
        if self.om.halted is not None:
            self.halts.keep(letter)
            return
        if not self.do(OrderManager.poll):
            return
        letter.delivered += 1
        letter.is_lost = False
        if self.store.version == version and not isinstance(letter.report, STATEMENTS):
            raise Violation("I17", f"a report has left no trace: {letter.report}")

    def looks(self) -> list[object]:
        """Give what a repeated report must not change: every order and every position."""
        om = self.om
        if om is None:
            return []
        books: list[object] = [(o.snapshot(), o.marks, o.day_cum_qty) for o in om.orders()]
        return [*books, *((p.account, p.symbol, p.net_qty, p.cost, dict(p.fees)) for p in om.positions)]
