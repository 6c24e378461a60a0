"""The venue of a run: it keeps the truth of many orders, and what it says goes out late, twice, out of order or not at all.

Each order is a `TruthfulVenue` of its own. A manager speaks over a `Connection`; what it is told comes back over the newest.
"""

from __future__ import annotations

from typing import Final

from oms.model.capabilities import Capabilities
from oms.model.ids import ClOrdId, OrderId, VenueOrderId
from oms.model.order import Order
from oms.model.reports import (
    Absent,
    Acknowledged,
    ExecutionReport,
    Found,
    NotSent,
    QueryResult,
    Refused,
    Report,
    SendResult,
    Sent,
    Undetermined,
    Unknown,
)
from oms.model.requests import (
    ListingRequest,
    NewOrderList,
    NewOrderSingle,
    OrderStatusRequest,
    Request,
    ids_of,
    new_orders,
)
from oms.testing.decisions import Decision, answer_now, may_decide
from oms.testing.dice import Dice
from oms.testing.line import Answering, Arrival, Crash, Fate, Letter, Reply
from oms.testing.simulator.fates import fate_of, how_to_answer, in_words
from oms.testing.simulator.lists import STATEMENTS, everything, listed
from oms.testing.simulator.order_lists import OrderLists
from oms.testing.simulator.rules import Rules
from oms.testing.simulator.scene import Replay, Scene
from oms.testing.simulator.ways import Connection, Surroundings
from oms.testing.venue import TruthfulVenue, is_execution

MAX_REPLAYED: Final = 100
"""How many reports a venue says again after a reconnect: the newest."""


class FaultyVenue:
    """Every order that has reached the venue, what was said of each, and what is on its way.

    Attributes:
        capabilities: What may be asked of it.
        books: Every order, in the order of arrival.
        letters: Everything that was ever said, oldest first.
        executions: What of it were executions, busts and corrections.
        order_lists: The orders that depend on one another.
        rules: What it keeps to, and what has executed under which circumstances.
        connection: The newest; None while no manager is there.
        is_connected: Reports reach whoever listens; requests get nowhere else.
        shut: The brokers over which nothing goes, where there are several.
        is_sound: Nothing goes wrong any more.
    """

    def __init__(self, scene: Scene, capabilities: Capabilities, around: Surroundings) -> None:
        """Begin without orders."""
        self.capabilities = capabilities
        self.books: list[TruthfulVenue] = []
        self.letters: list[Letter] = []
        self.executions: list[ExecutionReport] = []
        self.order_lists = OrderLists(around.seen)
        self.rules = Rules(self, around, has_sessions=scene.has_sessions)
        self.connection: Connection | None = None
        self.is_connected = True
        self.is_sound = False
        self.shut: set[str] = set()
        self._ways: dict[TruthfulVenue, str] = {}
        self._scene = scene
        self._around = around
        self._by_identity: dict[str, TruthfulVenue] = {}
        self._by_order: dict[int, TruthfulVenue] = {}
        self._collected: dict[TruthfulVenue, int] = {}
        self._flying: dict[ClOrdId, Request] = {}
        self._connections = 0

    # ------------------------------------------------------------ connections

    def connect(self) -> Connection:
        """Give a new connection; the one before it stays open and hears nothing more."""
        self.connection = Connection(self, self._connections)
        self._connections += 1
        return self.connection

    def reconnect(self) -> None:
        """Let the connection stand again; what was missed is said again as the venue does."""
        self.is_connected = True
        if self._scene.replay is Replay.NOTHING:
            return
        again = [
            letter
            for letter in self.letters[-MAX_REPLAYED:]
            if not isinstance(letter.report, STATEMENTS)
            and (self._scene.replay is Replay.DAY or not letter.delivered)
        ]
        self._around.seen["replays after a reconnect"] += bool(again)
        for place, letter in enumerate(again):
            self._around.later(place + 1, lambda letter=letter: self._around.deliver(letter))  # type: ignore[misc]

    # ------------------------------------------------------------ requests

    def receive(self, request: Request, connection: Connection) -> SendResult:
        """Take what a manager sends, or lose it."""
        self._around.watch_request(request, connection)
        self.rules.pass_time()
        for one in new_orders(request):
            self.rules.on_sent(one)
        fate = Fate()
        if not self.is_sound:
            fate = fate_of(self._around.draws("requests"), self._scene, is_connected=self._reaches(request))
        if fate.arrival is Arrival.AT_ONCE:
            result = self._arrive_and_answer(request, fate.reply)
        else:
            if fate.arrival is Arrival.LATER:
                self._fly(request)
            else:
                self._around.seen["requests that never arrived"] += 1
            may_say = fate.arrival is Arrival.NEVER and fate.reply is Reply.NOT_SENT
            result = NotSent("no connection") if may_say else in_words(fate.reply)
        if fate.reply is Reply.CRASHES:
            self._around.seen["crashes while sending"] += 1
            raise Crash
        if fate.reply is Reply.RAISES:
            raise ConnectionError("the connection broke")
        return result

    def _reaches(self, request: Request | ListingRequest) -> bool:
        return self.is_connected and request.broker not in self.shut

    def _fly(self, request: Request) -> None:
        for identity in ids_of((request,)):
            self._flying[identity] = request
        scene = self._scene
        delay_ns = scene.latency_ns + self._around.draws("requests").below(2 * scene.jitter_ns + 1)
        if scene.has_sessions and self._around.draws("rules").below(2) == 0:
            # It may come after the session that it was for.
            delay_ns += self._around.draws("rules").below(200 * scene.step_ns)

        def arrive() -> None:
            if self._land(request.cl_ord_id):
                self._around.seen["requests that arrived late"] += 1
                self._work_at_once(self._hear(request))

        self._around.later(delay_ns, arrive)

    def _land(self, cl_ord_id: ClOrdId) -> bool:
        """Take a request out of the air, with all that is in it; False where it is not there."""
        request = self._flying.get(cl_ord_id)
        for identity in () if request is None else ids_of((request,)):
            del self._flying[identity]
        return request is not None

    def _hear(self, request: Request) -> tuple[TruthfulVenue, ...]:
        heard = []
        for one in new_orders(request) or (request,):
            book = self._book_of(one)
            book.now_ns = self._around.now_ns
            book.hear(one)
            if isinstance(one, NewOrderSingle):
                self.rules.on_new(book, one)
            heard.append(book)
        if isinstance(request, NewOrderList):
            self.order_lists.add(request.contingency, heard)
        for book in heard:
            self.collect(book)
        return tuple(heard)

    def _arrive_and_answer(self, request: Request, reply: Reply) -> SendResult:
        self.rules.pass_time()
        heard = self._hear(request)
        result = self._answer(request, heard, reply)
        self._work_at_once(heard)
        return result

    def _answer(self, request: Request, heard: tuple[TruthfulVenue, ...], reply: Reply) -> SendResult:
        if reply not in (Reply.ANSWERED, Reply.REFUSED):
            return in_words(reply)
        book = heard[0]
        said = len(book.said)
        # What is said of one order of a list follows for the others.
        answer_now(book, request.cl_ord_id, is_yes=reply is Reply.ANSWERED)
        fresh = book.said[said:]
        self.collect(book, is_heard=reply is Reply.ANSWERED and bool(fresh))
        if reply is Reply.REFUSED:
            return Refused("not possible", "2")
        if fresh:
            return Acknowledged(fresh[0])
        refusal = book.refusals.get(request.cl_ord_id)
        return Sent() if refusal is None else Acknowledged(refusal)

    def _work_at_once(self, heard: tuple[TruthfulVenue, ...]) -> None:
        """Let what is good at once execute now, or soon after."""
        for book in heard:
            if not self.rules.is_for_now(book):
                continue

            def work(book: TruthfulVenue = book) -> None:
                self.rules.work_at_once(book)
                self.collect(book)

            if self.is_sound or self._around.draws("rules").below(2):
                work()
            else:
                self._around.later(1 + self._around.draws("rules").below(self._scene.step_ns), work)

    def decide(self, book: TruthfulVenue, decision: Decision, dice: Dice, *, takes: bool = False) -> bool:
        """Let the venue decide so, if it may now; what was said is still to be collected."""
        if not (may_decide(book, decision) and self.order_lists.may_decide(book, decision)):
            return False
        fitted = self.rules.fitted(book, decision, self.order_lists.within(book, decision, dice))
        if fitted is None:
            return False
        book.now_ns = self._around.now_ns
        self.rules.decide(book, decision, fitted, takes=takes)
        return True

    def _book_of(self, request: Request) -> TruthfulVenue:
        orig = getattr(request, "orig_cl_ord_id", None)
        name = getattr(request, "venue_order_id", None)
        for identity in (request.cl_ord_id, orig, name):
            book = self._by_identity.get(identity) if identity is not None else None
            if book is not None:
                break
        else:
            # An order whose requests are all still on their way has no name at the venue yet.
            book = self._by_order.get(request.order_id) or self._open_book(f"V{len(self.books) + 1}")
        if request.order_id:
            self._by_order[request.order_id] = book
        self._by_identity[request.cl_ord_id] = book
        self._ways.setdefault(book, request.broker)
        return book

    def _open_book(self, name: str) -> TruthfulVenue:
        book = TruthfulVenue(self.capabilities.profile, now_ns=self._around.now_ns, name=name)
        self.books.append(book)
        self._by_identity[name] = book
        self._collected[book] = 0
        return book

    def book_of_order(self, order: Order) -> TruthfulVenue | None:
        """Give the book of an order of the manager's; None where nothing of it has ever arrived."""
        for identity in (order.venue_order_id, order.cl_ord_id):
            book = None if identity is None else self._by_identity.get(identity)
            if book is not None:
                return book
        return self._by_order.get(order.order_id)

    def of_order(self, order_id: OrderId) -> TruthfulVenue | None:
        """Give the book of an order by its number; None where nothing of it has ever arrived."""
        return self._by_order.get(order_id)

    def is_flying(self, cl_ord_id: ClOrdId) -> bool:
        """Tell whether a request is still on its way."""
        return cl_ord_id in self._flying

    def book_named(self, name: VenueOrderId | None) -> TruthfulVenue | None:
        """Give the book of an order by the venue's own name for it."""
        return None if name is None else self._by_identity.get(name)

    def has_never_heard_of(self, order: Order, cl_ord_id: ClOrdId) -> bool:
        """Tell whether a cancel or replace of an order that is here has never arrived."""
        book = self.book_of_order(order)
        return book is not None and not book.knows(cl_ord_id) and cl_ord_id not in book.refusals

    def telephone(self, request: NewOrderSingle) -> TruthfulVenue:
        """Take an order that was given by telephone."""
        return self._hear(request)[0]

    # ------------------------------------------------------------ questions

    def answer(self, request: OrderStatusRequest) -> QueryResult:
        """Answer a question, truthfully or not at all."""
        how = self._how_to_answer(request)
        if how is Answering.RAISES:
            raise ConnectionError("the connection broke")
        if how is Answering.UNKNOWN:
            return Unknown("no answer")
        book = self._by_identity.get(request.cl_ord_id) or self._book_of(request)
        book.now_ns = self._around.now_ns
        if how is Answering.NOT_YET:
            self._around.seen["not found yet"] += 1
            return Undetermined("busy") if book.knows(request.cl_ord_id) else Absent(is_authoritative=False)
        # An answer that something never arrived makes sure that it never will.
        self._land(request.cl_ord_id)
        answer = book.answer(request.cl_ord_id)
        if how is Answering.BY_REPORT and isinstance(answer, Found):
            book.said.append(answer.report)
            answer = Sent()
        self.collect(book)
        return answer

    def list(self, request: ListingRequest) -> SendResult:
        """Answer a question about everything, with a report that may be late or lost, or not at all."""
        how = self._how_to_answer(request)
        if how is Answering.RAISES:
            raise ConnectionError("the connection broke")
        if how in (Answering.UNKNOWN, Answering.NOT_YET):
            return Unknown("no answer")
        self._around.seen["lists"] += 1
        now_ns = self._around.now_ns
        said = listed(request, self.books, self.executions, now_ns, is_quiet=not self._flying)
        if how is Answering.TRUTHFULLY:
            return Acknowledged(said)
        self._post(Letter(said, is_kept=False))
        return Sent()

    def _how_to_answer(self, request: OrderStatusRequest | ListingRequest) -> Answering:
        if self.is_sound:
            return Answering.TRUTHFULLY
        return how_to_answer(self._around.draws("answers"), self._scene, is_connected=self._reaches(request))

    def evidence_about(self, cl_ord_id: ClOrdId) -> Report | Absent:
        """Give what a person sees on the venue's own screen about a request."""
        self._land(cl_ord_id)
        book = self._by_identity.get(cl_ord_id)
        if book is None:
            return Absent(is_authoritative=True)
        book.now_ns = self._around.now_ns
        answer = book.answer(cl_ord_id)
        self.collect(book)
        if isinstance(answer, Found):
            return answer.report
        return answer if isinstance(answer, Absent) else book.refusals[cl_ord_id]

    def say_everything(self, after_sequence: int | None) -> None:
        """Say everything that is held, in one report; it is complete only where nothing is under way.

        Args:
            after_sequence: The newest event of the manager that asks for it; None where none does.
        """
        now_ns = self._around.now_ns
        said = everything(self.books, now_ns, after_sequence, is_complete=not self._flying)
        self._post(Letter(said, is_kept=False))

    # ------------------------------------------------------------ what is said

    def collect(self, book: TruthfulVenue, *, is_heard: bool = False) -> None:
        """Put what was said of an order since on its way, and of what depends on it.

        The first of it has been heard already if `is_heard`.
        """
        self.rules.follow(book)
        followed = self.order_lists.follow(book)
        self._collect(book, is_heard=is_heard)
        for other in followed:
            self.rules.follow(other)
            self._collect(other)

    def _collect(self, book: TruthfulVenue, *, is_heard: bool = False) -> None:
        said = book.said
        place = self._collected[book]
        if place == len(said):
            return
        self._collected[book] = len(said)
        for report in said[place:]:
            if is_execution(report):
                self.executions.append(report)
            letter = Letter(report, is_kept=is_execution(report), way=self._ways.get(book, ""))
            if is_heard:
                # What answers a send may still die with the process that heard it.
                letter.is_lost = True
                self.letters.append(letter)
                is_heard = False
            else:
                self._post(letter)

    def _post(self, letter: Letter) -> None:
        self.letters.append(letter)
        around, scene = self._around, self._scene
        if self.is_sound:
            around.later(1, lambda: around.deliver(letter))
            return
        draws = around.draws("reports")
        if not self.is_connected or letter.way in self.shut or draws.happens(scene.drops):
            letter.is_lost = True
            around.seen["reports lost"] += 1
            return
        jitter_ns = scene.jitter_ns + 1
        around.later(scene.latency_ns + draws.number() % jitter_ns, lambda: around.deliver(letter))
        if draws.happens(scene.repeats):
            around.seen["reports delivered again"] += 1
            around.later(scene.latency_ns + draws.number() % jitter_ns, lambda: around.deliver(letter))
