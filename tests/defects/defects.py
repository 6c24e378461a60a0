"""Defects that somebody might build into the library: each a small edit of one module's source.

An edit whose text is no longer there, or there twice, fails the tests: the list only ever says what can be built in.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Defect:
    """One defect.

    Attributes:
        name: What it is, in words.
        module: Where it is.
        old: The text of the source that it is in the place of; it must be there once.
        new: The defect.
    """

    name: str
    module: str
    old: str
    new: str


def _of(name: str, module: str, old: str, new: str) -> Defect:
    return Defect(name, f"oms.{module}", old, new)


DEFECTS: tuple[Defect, ...] = (
    _of(
        "an execution that comes again is booked again",
        "lifecycle.executions",
        "if exec_id in executions.by_exec_id:",
        "if False:",
    ),
    _of(
        "requests are sent before their events are recorded",
        "bus",
        """                if events:
                    record = self._record
                    try:
                        record(events)
                    except BaseException:
                        self.unrecorded = (events, requests)
                        raise
                for request in requests:
                    self._sender(request.broker)(request)
""",
        """                for request in requests:
                    self._sender(request.broker)(request)
                if events:
                    record = self._record
                    record(events)
""",
    ),
    _of(
        "an overfill is clipped to the total",
        "lifecycle.facts",
        """    cum_qty = order._cum_qty + qty
    order._cum_qty = cum_qty
    order._notional = notional
""",
        """    cum_qty = min(order._cum_qty + qty, order._order_qty)
    order._cum_qty = cum_qty
    order._notional = notional
""",
    ),
    _of(
        "an overfill is not flagged",
        "lifecycle.executions",
        "if is_total_known and ours > total:",
        "if False:",
    ),
    _of(
        "a late execution is dropped",
        "lifecycle.executions",
        "if order._life not in _MAY_TRADE:",
        "if order.is_ended or order._life not in _MAY_TRADE:",
    ),
    _of(
        "a bust is taken out of the position twice",
        "projections.positions",
        "        self.opened(event.account, event.symbol).trade(EXACT.minus(qty), event.old_px)\n",
        "        for _ in range(2):\n"
        "            self.opened(event.account, event.symbol).trade(EXACT.minus(qty), event.old_px)\n",
    ),
    _of(
        "a bust that comes again is read again",
        "lifecycle.amendments",
        "    if heard is not None:\n",
        "    if False:\n",
    ),
    _of(
        "a correction's price is overlooked",
        "lifecycle.facts",
        "order._notional += event.last_qty * event.last_px",
        "order._notional += event.last_qty * event.old_px",
    ),
    _of(
        "a correction leaves the old size in the position",
        "projections.positions",
        "        position.trade(EXACT.multiply(event.old_qty, Decimal(-sign)), event.old_px)\n",
        "",
    ),
    _of(
        "sales are bought",
        "projections.positions",
        "event.last_qty if event.side is _BUY else event.last_qty.copy_negate()",
        "event.last_qty",
    ),
    _of(
        "short sales are bought",
        "projections.positions",
        "event.last_qty if event.side is _BUY else event.last_qty.copy_negate()",
        'event.last_qty.copy_negate() if event.side.value == "2" else event.last_qty',
    ),
    _of(
        "an execution is booked to no account of its own",
        "projections.positions",
        "position = self._by_symbol[event.symbol][event.account]",
        "position = next(iter(self._by_symbol[event.symbol].values()))",
    ),
    _of(
        "a fee that comes again is charged again",
        "engine.fees",
        "known = state.fees.get((broker, fee_id))",
        "known = None",
    ),
    _of(
        "a store of another writer's events is written to",
        "stores.memory",
        "if expected_version != len(self._events) or (events and events[0].epoch < self._epoch):",
        "if False:",
    ),
    _of(
        "after a failed append the manager goes on",
        "runtime.loop",
        """            if error is not refusal:
""",
        """            if False:
""",
    ),
    _of(
        "what is not found is taken for what never arrived",
        "engine.answers",
        "elif isinstance(result, Absent) and result.is_authoritative is True:",
        "elif isinstance(result, Absent):",
    ),
    _of(
        "a request that nobody knows of is taken for refused",
        "engine.answers",
        "    elif isinstance(result, Unknown):\n        put_in_doubt(state, order, asked, shown(result.text))\n",
        '    elif isinstance(result, Unknown):\n        refuse(state, order, asked, shown(result.text), "")\n',
    ),
    _of(
        "an unanswered request is given up by the clock",
        "engine.engine",
        '            put_in_doubt(state, order, asked, f"no answer within {state.request_timeout_ns / NS_PER_S:g} s")\n',
        "            from oms.engine.doubt import refuse\n\n"
        '            refuse(state, order, asked, "no answer", "")\n',
    ),
    _of(
        "an order in doubt is not asked about",
        "engine.inquiries",
        "        self.of_requests[identity] = self.doubts[identity] = inquiry\n        self._queue(inquiry)\n",
        "        self.of_requests[identity] = self.doubts[identity] = inquiry\n",
    ),
    _of(
        "the counter of ClOrdIDs begins anew after a restart",
        "engine.state",
        "    state.next_counter = state.reserved\n    state.reserved = event.up_to\n",
        "    state.next_counter = 0\n    state.reserved = event.up_to\n",
    ),
    _of(
        "an order that has ended keeps what was left",
        "lifecycle.facts",
        "    order._text = event.text\n    order._leaves_qty = ZERO\n",
        "    order._text = event.text\n",
    ),
    _of(
        "exposure is forgotten while a request is in doubt",
        "model.exposure",
        "        if order._life in _WORKING:\n",
        "        if order._life in _WORKING and not order.is_in_doubt:\n",
    ),
    _of(
        "a larger total that was asked for does not count before it is accepted",
        "model.exposure",
        "                    if request.order_qty is not None:\n",
        "                    if request.order_qty is not None and request.pending:\n",
    ),
    _of(
        "a snapshot forgets that the kill switch is engaged",
        "engine.snapshot",
        "book.limits, book.kill_reason, tuple(book.sent_ns)",
        "book.limits, None, tuple(book.sent_ns)",
    ),
    _of(
        "a snapshot forgets what is in doubt",
        "engine.snapshot",
        "for asked in (*state.inquiries.of_requests.values(), *state.inquiries.of_orders.values()):",
        "for asked in state.inquiries.of_orders.values():",
    ),
    _of(
        "a report of an unknown order is dropped without a word",
        "engine.report_processing",
        "            _take_unknown(state, broker, report)\n            return\n",
        "            return\n",
    ),
    _of(
        "kept reports are lost when their order turns up",
        "engine.consequences",
        "        state.held.turn_up(EXECUTION, event.broker, event.exec_id)\n        if name is not None:\n",
        "        if name is not None:\n",
    ),
    _of(
        "a report for another side is believed",
        "lifecycle.interpret",
        "    if report.side is not None and report.side is not order._side:\n",
        "    if False:\n",
    ),
    _of(
        "a report for another instrument is believed",
        "lifecycle.interpret",
        "    if report.symbol is not None and report.symbol != order._symbol:\n",
        "    if False:\n",
    ),
    _of(
        "an execution below zero is booked",
        "lifecycle.executions",
        "        or last_qty <= ZERO\n",
        "",
    ),
    _of(
        "after a restart the order of a cancel is not found",
        "engine.consequences",
        "    state.index.by_cl_ord_id[cl_ord_id] = order\n    if state.held.names and",
        "    if state.epoch < 2:\n        state.index.by_cl_ord_id[cl_ord_id] = order\n    if state.held.names and",
    ),
    _of(
        "a refused cancel ends the order",
        "lifecycle.answers",
        "    event = ev.CancelRejected if is_cancel else ev.ReplaceRejected\n    refused = event(*at.envelope(), order.order_id, asked.cl_ord_id, report.text, report.reject_code)\n",
        "    refused: ev.OrderEvent\n    if is_cancel:\n        refused = ev.OrderCanceled(*at.envelope(), order.order_id, asked.cl_ord_id, report.text)\n"
        "    else:\n        refused = ev.ReplaceRejected(*at.envelope(), order.order_id, asked.cl_ord_id, report.text, report.reject_code)\n",
    ),
    _of(
        "a replace takes its own total although the venue says another",
        "lifecycle.changes",
        "    qty = wanted if report.order_qty is None else report.order_qty\n",
        "    qty = wanted\n",
    ),
    _of(
        "time goes back with the clock",
        "engine.engine",
        "now = state.now_ns = now_ns if now_ns > state.last_ns else state.last_ns  # noqa: FURB136",
        "now = state.now_ns = now_ns",
    ),
    _of(
        "a listener that fails breaks the delivery off",
        "bus",
        """                        try:
                            listener(event)
                        except Exception as error:  # noqa: BLE001  # isolated and published: see the module's opening
                            self._fail(listener, event, error)
""",
        """                        listener(event)
""",
    ),
    _of(
        "a snapshot forgets the reports that are kept",
        "engine.snapshot",
        "(*state.held.by_sequence.values(), *state.anomalies.open.values(), *state.fees.values())",
        "(*state.anomalies.open.values(), *state.fees.values())",
    ),
    _of(
        "a child is at work only once it has left",
        "engine.parent_book",
        "        self.count(parent, child)\n        if kind in _EXECUTIONS:\n",
        "        if kind is not ev.OrderCreated:\n            self.count(parent, child)\n        if kind in _EXECUTIONS:\n",
    ),
)
