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
    *(
        Excuse(
            "many internal imports",
            f"oms.feeds.{name}",
            "rows on the one side, every kind of message on the other",
        )
        for name in ("depth_rows", "formats")
    ),
    Excuse(
        "many internal imports",
        "oms.risk.gate",
        "every limit in one place: what is asked, for what, at which terms, against which limits, and the reasons",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.market",
        "what moves a market and trades by it names quotes, terms and the parts of a run",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.put_off",
        "what is held, its brokers and its limits come together where one of them makes an order wait",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.parent_book",
        "every event of a parent and of its children, and what a report that was set aside says of them",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.venue_acts",
        "what a venue does of its own accord touches orders, positions, accounts and sessions",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.models",
        "the explicit list of the models that can be named on the command line",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.venues",
        "the explicit list of the calendars and profiles that can be named on the command line",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.run_options",
        "the options of a whole run, and how each model of it is written",
    ),
    Excuse("many internal imports", "oms.cli.demo", "where a market, a venue and a bot come together"),
    Excuse(
        "many internal imports",
        "oms.order_types.registry",
        "the explicit list of every kind of terms and what works it",
    ),
    Excuse(
        "many internal imports",
        "oms.projections.sentences",
        "the explicit list of the sentence of each kind of event",
    ),
    Excuse("many internal imports", "oms.model.market", "all that is heard of a market, as one union"),
    Excuse(
        "many internal imports",
        "oms.ports.working_handler",
        "an algorithm is shown the market and asks for whole orders",
    ),
    Excuse(
        "many internal imports",
        "oms.model.contingency",
        "a leg holds nearly every kind of value that an order is asked for with",
    ),
    *(
        Excuse(
            "many internal imports", f"oms.model.{name}", "what a venue takes is told of every kind of value"
        )
        for name in ("capabilities", "contingencies")
    ),
    *(
        Excuse(
            "many internal imports", f"oms.order_types.{name}", "how an order is checked, held and released"
        )
        for name in ("market_to_limit", "pegged", "placing", "stop", "trigger_line")
    ),
    Excuse(
        "many internal imports",
        "oms.projections.watch_list",
        "it brings the events of orders, their plans and their markets together",
    ),
    Excuse(
        "many internal imports",
        "oms.projections.slippage_monitor",
        "it brings what is watched, its rules and what is said of it together",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.watching",
        "it brings the journal, the bus, the market and the loop together",
    ),
    Excuse("many internal imports", "oms.algos.reacting", "what the fields of algorithms may be"),
    Excuse(
        "many internal imports",
        "oms.algos.schedules",
        "it brings each algorithm and its arithmetic together",
    ),
    *(
        Excuse(
            "many internal imports",
            f"oms.algos.{name}",
            "parameters are held against the order, the instrument and the time, and each fault is a reason",
        )
        for name in ("admission", "order_checks", "venue_checks")
    ),
    *(
        Excuse(
            "many internal imports",
            f"oms.algos.{name}",
            "where parameters, the market and the arithmetic become whole orders",
        )
        for name in (
            "handling",
            "residual",
            "handlers",
            "halt_clock",
            "schedule_handler",
            "schedule_round",
            "reacting_handler",
            "iceberg_handler",
            "scale_handler",
            "sniper_handler",
            "pov_handler",
            "pov_round",
        )
    ),
    *(
        Excuse(
            "many internal imports",
            f"oms.engine.{name}",
            "it brings orders, their algorithms, the market and the order entry together",
        )
        for name in ("parent_amends", "parent_entry", "parent_limits", "parents")
    ),
    Excuse(
        "many internal imports",
        "oms.engine.leg_ways",
        "where an order goes follows from its group, its algorithm, its account and its rule",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.reduce_only_room",
        "how much an order may be for follows from the position, its parent and all that reduces beside it",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.routes",
        "what there is to know of a way out names each kind of thing",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.fingerprint",
        "the canonical form of all that a state holds",
    ),
    Excuse(
        "many internal imports",
        "oms.order_types.handler_answers",
        "what the fields of an algorithm's answers may be",
    ),
    Excuse(
        "many internal imports",
        "oms.order_types.strategy",
        "it stands in for handlers of every kind",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.expiring",
        "whose time is past, as it is asked for and once it is there: one rule for both",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.holding",
        "what the order entry does, for an order that is held: it decides nothing of its own",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.leg_gate",
        "it asks about a leg whatever would be asked about its order",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.native_groups",
        "a group goes through all that an order goes through, before it is one",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.pegging",
        "it brings orders, quotes and the order entry together",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.snapshot_rows",
        "the annotations of its rows name nearly every kind of value",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.held_orders",
        "it brings orders, their triggers and the market together",
    ),
    Excuse(
        "many internal imports",
        "oms.model.order",
        "an order holds nearly every kind of value",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.replay",
        "an entrance: it brings the journal, two read models and the words together",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.time_travel",
        "it shows all that a manager shows, and repeats none of it",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.retention",
        "the manager's side of leaving memory: a policy, a look into the archive, and the input that asks for it",
    ),
    Excuse(
        "many internal imports",
        "oms.routing.decisions",
        "a decision is made of prices, places and their ranks, and says of each why",
    ),
    Excuse(
        "many internal imports",
        "oms.algos.smart_handler",
        "an order over several brokers: places, parts, children and what is asked of the engine",
    ),
    Excuse(
        "many internal imports",
        "oms.algos.smart_refusals",
        "who gets no part of such an order: children, places, and what is asked of brokers before it begins",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.parent_failover",
        "where a child goes is told by its parent, its algorithm, its rule and the children before it",
    ),
    Excuse(
        "many internal imports",
        "oms.algos.smart_rests",
        "what rests of such an order: values of orders, prices and places",
    ),
    *(
        Excuse(
            "many internal imports",
            f"oms.engine.{name}",
            "where an order may go is told by instruments, brokers, their rules and what is known of them",
        )
        for name in (
            "rerouting",
            "routes",
            "venue_book",
            "venue_choice",
            "venue_desk",
            "venue_markets",
            "ways",
        )
    ),
    Excuse(
        "many internal imports",
        "oms.engine.order_rows",
        "an order holds nearly every kind of value",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.retiring",
        "what leaves with an order is spread over every index of the state",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.leg_events",
        "a leg is told of every kind of event, and what it means depends on its terms, its tree and its time in force",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.group_records",
        "an anomaly of a group names its order, its leg, its broker and its quantity",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.groups",
        "it compares what legs should have at work with what their orders have, and speaks every word that closes the gap",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.group_book",
        "what every event does to a leg: it names each kind of event and each thing that is kept of it, and decides nothing",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.leg_entry",
        "the order entry's counterpart for what is held in a group: it speaks of orders as that does, and asks the same checks",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.snapshot",
        "the state's counterpart: it names every kind of thing that the state holds, and decides nothing",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.reduce_only",
        "what follows from events of every kind: it names what happened, what is asked for and why not, and what is flagged",
    ),
    Excuse(
        "unsafe constructs",
        "oms.codec.generate: exec",
        "the source it runs is made from our own class definitions while importing, never from anything that is read",
    ),
    Excuse(
        "status comparisons",
        "oms.lifecycle.answers",
        "a report's OrdStatus is the broker's word: a refusal shows the order as the broker sees it, which may be news",
    ),
    Excuse(
        "status comparisons",
        "oms.lifecycle.changes",
        "a report's OrdStatus is the broker's word: a replaced order that is shown as working is resumed",
    ),
    Excuse(
        "status comparisons",
        "oms.lifecycle.course",
        "a report's OrdStatus is the broker's word: a rejection that shows the order as live is of another order",
    ),
    Excuse(
        "status comparisons",
        "oms.lifecycle.status_answers",
        "a report's OrdStatus is the broker's word: a status answer is nothing but an OrdStatus",
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
        "long functions",
        "oms.runtime.order_manager:OrderManager.__init__",
        "the composition root: each argument has one line where it is taken and one that says what it is for",
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
        "long modules",
        "oms.engine.engine",
        "one method an input, most of them a line or two, and the table that finds them",
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
        "oms.engine.adoption",
        "an order is made of everything that a report says",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.answers",
        "each kind of answer to each kind of request is named once",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.doubt",
        "it joins the state, the machine, the questions and the requests",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.emergencies",
        "what happened while nothing was recorded is told from commands, requests, orders and events alike",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.halting",
        "each kind of input is let through, kept or refused by name",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.resuming",
        "it joins the journal, a new engine, the handles and everything that was kept",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.fees",
        "a fee is matched by every identity there is, and each outcome is a kind of event",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.conclusions",
        "each kind of difference is settled in its own way, by the book or the broker",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.reconciler",
        "it joins the state, the questions, the comparison and what follows from it",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.statements",
        "every line of every list is told apart here",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.reconciliation",
        "an order and a position are held against everything that a broker may say of them",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.reconcile",
        "a command joins the journal, the file, the comparison and what is printed of it",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.statement_check",
        "executions, orders and positions are held against every part of the state",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.synthetic",
        "an execution is made of everything that is known of its order",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.incoming",
        "everything that a broker may say is told apart here",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.invariants",
        "everything that an event can move is looked at",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.summary",
        "what a run came to is told from all that it is made of",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.fill_audit.audit",
        "it hears all that an exchange hears and says",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.fill_audit.showing",
        "it names every kind of message that a market has, and the book that it is kept in",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.fill_audit.sources",
        "each kind of message of a market is a source of fills of its own",
    ),
    Excuse(
        "many internal imports",
        "oms.engine.operator",
        "a person's word may be about anything: each command is checked against the whole state",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.exchange",
        "the venue's port names every request and report",
    ),
    Excuse(
        "many internal imports",
        "oms.runtime.market_translation",
        "it names every kind of message that a market has",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.bar_matching",
        "a bar leads to all that trades, waits and is released",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.book",
        "our orders, the market and the prices of an instrument meet here",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.matching",
        "whatever makes an order trade, wait, follow or end meets here",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.executions",
        "an execution moves everything that a venue keeps: fees, slippage, positions and lists",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.affording",
        "what can be paid follows from the order, its book, its fees, and what its account has and holds",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.charging",
        "orders, prices, fees and accounts come to money here",
    ),
    Excuse(
        "many internal imports",
        "oms.simulation.order_desk",
        "it answers every kind of request in the venue's own words",
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
        "oms.engine.replaces",
        "it holds an order against a command and what its broker can do: nearly the whole vocabulary",
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
        "oms.cli.__main__",
        "each command is a module, and all of them are named here",
    ),
    Excuse(
        "many internal imports",
        "oms.cli.trading",
        "a composition root: the bot, the exchange, the journal and the read models",
    ),
    *(
        Excuse(
            "many internal imports",
            f"oms.cli.{name}",
            "words of the command line on the one side, what a venue and its wires do on the other",
        )
        for name in ("unasked", "wires")
    ),
    Excuse(
        "many internal imports",
        "oms.cli.run",
        "a composition root: recordings, fees and instrument from the command line",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.amendments",
        "a bust is read against the report, the order, the executions and the venue, and each answer is a kind of event",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.changes",
        "it reads everything that a venue may change about an order",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.course",
        "each way an order may fare is a kind of event",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.machine",
        "it brings the tables, the facts and the order together",
    ),
    Excuse(
        "many internal imports",
        "oms.model.commands",
        "a command may name any value that a person can mean",
    ),
    Excuse(
        "many internal imports",
        "oms.projections.verdict",
        "why an order stands where it stands may be any of its facts",
    ),
    Excuse(
        "foreign imports",
        "oms.calendars.exchange <- exchange_calendars",
        "the adapter to that package; it comes with the extra `calendars`, and is imported when a calendar is made",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.campaign <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.group_machine <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.group_trees <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.group_machine",
        "it drives a whole engine, and speaks every word that a group can hear",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.parent_told <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.parent_acts <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.parent_acts",
        "it speaks every word that an order at work can hear",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.parent_sent",
        "it holds what leaves to what each algorithm was told, and to the events that say so",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.parent_machine <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.venue_machine",
        "it drives a whole engine, also from a journal and from a snapshot",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.venue_machine <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.parent_machine",
        "it drives a whole engine, and speaks every word that an order at work can hear",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.list_machine <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.list_machine",
        "it drives a whole engine against a whole venue, and speaks every word that a list can hear",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.held_machine <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.held_machine",
        "it drives a whole manager, and names every kind of order and of market that it is driven with",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.obedient_broker",
        "a broker names every request and what it answers",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.histories <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.order_machine <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.report_strategies <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "foreign imports",
        "oms.testing.strategies <- hypothesis",
        "the kit's strategies and machines are Hypothesis's; it comes with the extra `testing`, and nothing else needs it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.desk",
        "it drives a whole manager, and holds it against all that is known of it",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.order_machine",
        "each rule of the machine is one thing that can happen, anywhere in the house",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.decisions",
        "what a venue may decide is most of what can be said",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.strategies",
        "one strategy for each kind of value that an order is made of",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.histories",
        "a history is an order, requests, reports and a truth",
    ),
    Excuse(
        "many internal imports",
        "oms.lifecycle.status_answers",
        "a status answer may show any fact, and each is a kind of event",
    ),
    Excuse(
        "imports through a package",
        "oms.cli.market_maker <- oms",
        "the example bot comes in by the front door, as every user does",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.bot",
        "it asks everything of a manager that can be asked",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.ending",
        "it holds a whole manager against a whole venue",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.luck",
        "each function is one thing that can happen, anywhere in the house",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.parts",
        "everything that a run is put together from",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.venue",
        "the line names every kind of request, answer and report",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.watch",
        "everything that is known of a journal and of a manager is looked at",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.kinds",
        "it draws terms, times, instructions and offsets, each a concept of the model",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.rare",
        "what is counted is named after the choices and kinds that there are",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.rules",
        "what a venue keeps to touches times, instructions, executions and decisions",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.parents",
        "what a bot asks of algorithms touches terms, sides, instruments and draws",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.parent_draws",
        "what an algorithm may be told is drawn from its description, its rules, and the grids of an instrument",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.parent_laws",
        "what leaves for an order is held against its terms, the journal, the market and the venue's own book",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.marks",
        "what is counted of a run touches every kind of event, trigger and choice",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.news",
        "each kind of news about a market is a class of its own",
    ),
    Excuse(
        "many internal imports",
        "oms.testing.simulator.world",
        "it puts a manager, a journal, a clock and a venue together",
    ),
    Excuse(
        "many internal imports",
        "oms.order_types.cash",
        "what an order in money is turned into depends on its terms, its time in force, the quote, and what its venue takes",
    ),
    Excuse(
        "average of internal imports",
        "4.7",
        "the model keeps one module a concept (ids, enums, decimals, ...), so that one vocabulary counts several times",
    ),
)
