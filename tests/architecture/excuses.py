"""Where we break our own rules today, and why.

One line a place. An excuse that is no longer needed fails the tests, so this list only ever says what is true.
"""

from attrs import frozen


@frozen
class Excuse:
    """A place that may break a rule."""

    rule: str
    where: str
    why: str


EXCUSES: tuple[Excuse, ...] = (
    Excuse(
        "unsafe constructs",
        "oms.codec.generate: exec",
        "the source it runs is made from our own class definitions while importing, never from anything that is read",
    ),
    Excuse(
        "status comparisons",
        "oms.lifecycle.interpret",
        "a report's OrdStatus is the broker's word for what happened, and reading it is what this module is for",
    ),
    Excuse(
        "status comparisons",
        "oms.lifecycle.executions",
        "a report's OrdStatus is the broker's word: it may bundle the order's end with its last execution",
    ),
    Excuse(
        "many internal imports",
        "oms.brokers.paper",
        "a broker's port names nearly the whole vocabulary, and this adapter only passes it on",
    ),
    Excuse(
        "many internal imports",
        "oms",
        "the front door gathers the names an embedder needs, and does nothing else",
    ),
    Excuse(
        "long modules",
        "oms.runtime.order_manager",
        "the library's whole public surface in one class: more than half of it says what each method gives and raises",
    ),
    Excuse(
        "long modules",
        "oms.model.events",
        "a vocabulary: one short class an event, with nothing in them to divide by",
    ),
    Excuse(
        "many internal imports",
        "oms.model.events",
        "an event may carry any value",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.inputs",
        "the closed union of everything the engine can be told",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.engine",
        "one method an input, so it names every kind of input and event",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.order_entry",
        "the one place where validation, gate, order types and routing meet",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.report_processing",
        "it joins the index, the reading of reports and the state",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.state",
        "everything that an event can move is held here",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.interpret",
        "each kind of report becomes a kind of event",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.executions",
        "it reads a report against an order and the executions known, and each answer is a kind of event",
    ),
    Excuse(
        "many internal imports",
        "oms.routing.router",
        "a request carries the whole order",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.loop",
        "it joins the engine, the bus, the clock and the brokers",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.order_manager",
        "the composition root, and the library's whole public surface in one class",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.trading",
        "a composition root: the bot, the exchange, the journal and the read models",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.run",
        "a composition root: recordings, fees and instrument from the command line",
    ),
    Excuse(
        "imports through a package",
        "oms.cli.market_maker <- oms",
        "the example bot comes in by the front door, as every user does",
    ),
    Excuse(
        "average of internal imports",
        "3.5",
        "the model keeps one module a concept (ids, enums, decimals, ...), so that one vocabulary counts several times",
    ),
)
