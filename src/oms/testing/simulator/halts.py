"""When the journal has failed under a manager: what may still leave, what is kept, and the person who lets it go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

from oms.errors import ClockError, HaltedError, LimitExceededError, StoreError
from oms.model.requests import OrderCancelReplaceRequest, OrderCancelRequest, Request
from oms.runtime.order_manager import OrderManager
from oms.testing.faulty_store import SimulatedCrashError
from oms.testing.line import Crash, Letter
from oms.testing.simulator.draws import Draws
from oms.testing.simulator.parts import PROBE
from oms.testing.simulator.watch import Violation

CRASHES: Final = (Crash, SimulatedCrashError)
"""What a process dies of."""
MAX_RESUMES: Final = 4
"""How often a person tries to let a manager go on, before closing it."""


class Surroundings(Protocol):
    """What a halt needs of the world it happens in.

    Attributes:
        om: The manager that runs now.
        seen: How often each rare thing has happened.
        is_sound: Nothing goes wrong any more.
    """

    om: OrderManager | None
    seen: Counter[str]
    is_sound: bool

    def draws(self, component: str) -> Draws:
        """Give the draws of a component, for what happens now."""
        ...

    def later_in_steps(self, component: str, steps: int, what: Callable[[], None]) -> None:
        """Let something happen within so many steps."""
        ...

    def mend_journal(self) -> None:
        """Let the journal take events again, as far as it can by now."""
        ...

    def stop(self, om: OrderManager) -> None:
        """Close a manager that has halted; another one is started."""
        ...

    def begin_anew(self, om: OrderManager) -> None:
        """Hold a manager that goes on against the journal."""
        ...

    def crash(self) -> None:
        """Let the process die."""
        ...


class Halts:
    """The halts of all managers of one run.

    Attributes:
        held: The reports that the manager keeps that has halted.
        left: How many cancels have left halted managers.
    """

    def __init__(self, around: Surroundings) -> None:
        """Begin while all is well."""
        self.held: list[Letter] = []
        self.left = 0
        self._around = around
        self._broken = ""
        self._tries = 0

    def begin(self, om: OrderManager) -> None:
        """Take in that a manager has halted: it is closed, or let go on after a while, as the dice say."""
        self._around.seen["appends that failed"] += 1
        self._check_refuses(om)
        self._tries = 0
        if self._around.draws("people").below(2):
            self._around.stop(om)
        else:
            self._plan(om)

    def end(self) -> None:
        """Take in that the manager is gone, with all that it has kept."""
        for letter in self.held:
            letter.delivered -= 1
            letter.is_lost = not letter.delivered
            self._around.seen["reports missed"] += 1
        self.held.clear()

    def do(self, om: OrderManager, what: Callable[[OrderManager], object]) -> None:
        """Ask something of a manager that has halted; errors other than its refusals are raised."""
        try:
            what(om)
        except HaltedError:
            self._around.seen["commands refused while halted"] += 1
        except LimitExceededError:
            self._around.seen["emergency cancels beyond the limit"] += 1
        self.check()

    def keep(self, letter: Letter) -> None:
        """Take in that a report has come, and waits."""
        letter.delivered += 1
        letter.is_lost = False
        self.held.append(letter)
        self._around.seen["reports kept while halted"] += 1

    def watch_request(self, request: Request) -> None:
        """Look at what leaves while the manager is halted: it may be a cancel, or a replace that only takes less."""
        if isinstance(request, OrderCancelRequest):
            self.left += 1
            self._around.seen["emergency cancels"] += 1
        elif isinstance(request, OrderCancelReplaceRequest) and self._takes_less(request):
            self._around.seen["emergency reductions"] += 1
        else:
            self._broken = f"a halted manager has sent {request}"

    def _takes_less(self, request: OrderCancelReplaceRequest) -> bool:
        om = self._around.om
        assert om is not None, "it has sent this"
        order = om.state.index.by_id[request.order_id]
        # What it does not name stays as was asked last before the halt, also where that is unanswered.
        terms = [order.terms, *(asked.terms for asked in order.outstanding_requests)]
        return request.order_qty <= order.order_qty and request.terms in terms

    def check(self) -> None:
        """Raise what was found as requests left."""
        if self._broken:
            raise Violation("I12", self._broken)

    def mass_cancel(self, om: OrderManager) -> None:
        """Ask a halted manager to cancel everything: as many cancels leave as it says."""
        before = self.left
        result = om.mass_cancel(asked_by="ops")
        # Of what is held here nothing has to leave.
        sent = sum(order.cl_ord_id is not None for order in result.requested)
        if self.left - before != sent:
            raise Violation("I12", f"{sent} orders are to be canceled, {self.left - before} cancels left")
        self._around.seen["mass cancels while halted"] += bool(result.requested)

    # ------------------------------------------------------------ the person

    def _check_refuses(self, om: OrderManager) -> None:
        # Nobody knows what was kept, so nothing may leave that increases what is at risk.
        try:
            om.submit(*PROBE)
        except HaltedError:
            self._around.seen["orders refused while halted"] += 1
        else:
            raise Violation("I12", "an order was taken although the journal had failed")
        self.check()

    def _plan(self, om: OrderManager) -> None:
        self._around.later_in_steps("people", 20, lambda: self._resume(om))

    def _resume(self, om: OrderManager) -> None:
        around = self._around
        if around.om is not om or om.halted is None:
            return
        around.mend_journal()
        kept = len(self.held)
        try:
            om.resume("ops", "the journal takes events again")
        except CRASHES:
            around.seen["crashes while resuming"] += 1
            around.crash()
            return
        except HaltedError:
            around.seen["managers that could not be resumed"] += 1
            around.stop(om)
            return
        except (StoreError, ClockError):
            around.seen["resumes that failed"] += 1
        if om.halted is not None:
            self._tries += 1
            if self._tries >= MAX_RESUMES:
                around.stop(om)
            else:
                self._plan(om)
            return
        around.seen["resumes by a person"] += 1
        around.seen["resumes that handle what was kept"] += bool(kept)
        self.held.clear()
        around.begin_anew(om)
