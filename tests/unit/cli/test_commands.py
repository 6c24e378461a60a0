"""The commands that look into a journal, on a real file."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from oms.cli.__main__ import COMMANDS, build_parser, main
from oms.cli.show import find_order
from oms.errors import UnknownOrderError, ValidationError
from oms.model import events as ev
from oms.model.enums import AnomalyCode
from oms.model.ids import Account, ClOrdId, OrderId, Symbol
from oms.stores.jsonl import JSONLEventStore
from oms.stores.sqlite import SQLiteEventStore
from tests.unit.journals import CANCEL_ID, Journal, venue_id


def journal_of_three_orders() -> Journal:
    journal = Journal()
    journal.add(ev.EpochStarted, how="Start", by="")
    journal.submit(client_ref="my-1")
    journal.report(ev.OrderAcknowledged, venue_order_id=venue_id("V1"))
    journal.report(ev.Traded)
    journal.submit(2, cl_ord_id=ClOrdId("new-2"), symbol=Symbol("MSFT"), client_ref="V1")
    journal.report(ev.OrderRejected, order_id=OrderId(2), text="no funds")
    journal.submit(3, cl_ord_id=ClOrdId("new-3"), account=Account("hedge"))
    journal.report(ev.OrderAcknowledged, order_id=OrderId(3), venue_order_id=venue_id("V2"))
    journal.submit(4, cl_ord_id=ClOrdId("new-4"))
    journal.report(ev.OrderAcknowledged, order_id=OrderId(4), venue_order_id=venue_id("V2"))
    return journal


STORES: dict[str, type[SQLiteEventStore | JSONLEventStore]] = {
    "SQLite": SQLiteEventStore,
    "lines": JSONLEventStore,
}


# Of every kind under the same name: what tells them apart are their first bytes.
@pytest.fixture(scope="module", params=STORES)
def db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("journal") / "orders.db"
    with STORES[request.param](path) as store:
        store.append(journal_of_three_orders().events, 0)
    return str(path)


def journal_of_doubts() -> Journal:
    """An order whose cancel is in doubt, one that is external and flagged, and anomalies: 7, 8 and the acknowledged 6."""
    journal = Journal()
    journal.submit()
    journal.report(ev.OrderAcknowledged)
    journal.add(ev.CancelRequested)
    journal.report(ev.OrderAdopted, order_id=OrderId(2), venue_order_id=venue_id("V9"), cl_ord_id=None)
    journal.report(ev.AnomalyRaised, order_id=OrderId(2), text="too much", raw="ExecutionReport(a)")
    journal.report(
        ev.AnomalyRaised, order_id=OrderId(2), text="still\x1b too much", raw="ExecutionReport(b)\nmore"
    )
    journal.report(
        ev.AnomalyRaised, order_id=None, code=AnomalyCode.UNKNOWN_ORDER, text="whose?", raw="r" * 5000
    )
    journal.add(ev.AnomalyAcknowledged, by="alice", anomaly=6, reason="seen")
    journal.report(ev.RequestInDoubt, cl_ord_id=CANCEL_ID, text="timed out")
    journal.report(ev.OrderStatusRequested, cl_ord_id=CANCEL_ID, text="timed out")
    journal.report(ev.OrderStatusRequested, order_id=OrderId(2), cl_ord_id=ClOrdId(""))
    return journal


@pytest.fixture(scope="module", params=STORES)
def doubtful_db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("journal") / "doubtful.db"
    with STORES[request.param](path) as store:
        store.append(journal_of_doubts().events, 0)
    return str(path)


def test_oms_alone_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    shown = capsys.readouterr().out
    assert [name for command in COMMANDS if (name := command.__name__.rpartition(".")[2]) not in shown] == []  # type: ignore[attr-defined]  # modules


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])

    assert capsys.readouterr().out == f"oms {version('openoms')}\n"


FILTERS = {
    "all": ([], ["1", "2", "3", "4"], "4 of 4 orders shown; in all: 2 NEW, 1 PARTIALLY FILLED, 1 REJECTED"),
    "open": (
        ["--open"],
        ["1", "3", "4"],
        "3 of 4 orders shown; in all: 2 NEW, 1 PARTIALLY FILLED, 1 REJECTED",
    ),
    "of a symbol": (
        ["--symbol", "MSFT"],
        ["2"],
        "1 of 4 orders shown; in all: 2 NEW, 1 PARTIALLY FILLED, 1 REJECTED",
    ),
    "of an account": (
        ["--account", "hedge"],
        ["3"],
        "1 of 4 orders shown; in all: 2 NEW, 1 PARTIALLY FILLED, 1 REJECTED",
    ),
    "none": (["--symbol", "NOPE"], [], "0 of 4 orders shown; in all: 2 NEW, 1 PARTIALLY FILLED, 1 REJECTED"),
}


@pytest.mark.parametrize(("options", "ids", "last"), FILTERS.values(), ids=FILTERS)
def test_orders_lists_what_the_options_let_through(
    db: str, capsys: pytest.CaptureFixture[str], options: list[str], ids: list[str], last: str
) -> None:
    assert main(["orders", db, *options]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:-2]] == ids
    assert lines[-1] == last


@pytest.mark.parametrize("store", STORES.values(), ids=STORES)
def test_orders_of_an_empty_journal_are_none(
    store: type[SQLiteEventStore | JSONLEventStore], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.db"
    store(path).close()

    assert main(["orders", str(path)]) == 0
    assert capsys.readouterr().out == "0 of 0 orders shown\n"


def test_orders_notes_what_is_in_doubt_and_what_is_external(
    doubtful_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["orders", doubtful_db]) == 0

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[2:] == [
        "1 2026-01-05 14:30:00.000 AAPL BUY limit 189.5 DAY NEW IN DOUBT 0/100 paper main timed out",
        "2 2026-01-05 14:30:00.024 AAPL BUY limit 189.5 DAY PENDING NEW external 0/100 paper main",
        "",
        "2 of 2 orders shown; in all: 1 NEW, 1 PENDING NEW; 1 in doubt: see `oms doubts`",
    ]


def test_doubts_lists_the_requests_in_doubt(doubtful_db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doubts", doubtful_db]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "order  symbol  broker  request  ClOrdID   in doubt since (UTC)     asked  last asked (UTC)         last words",
        "-----  ------  ------  -------  --------  -----------------------  -----  -----------------------  ----------",
        "    1  AAPL    paper   cancel   cancel-1  2026-01-05 14:30:00.072      1  2026-01-05 14:30:00.084  timed out",
        "",
        "1 request in doubt, of 1 order",
    ]


def test_where_nothing_is_in_doubt_doubts_says_so(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doubts", db]) == 0

    assert capsys.readouterr().out == "0 requests in doubt\n"


ANOMALIES = {
    "those that nobody has looked at": (
        [],
        ["#7", "#8"],
        "2 of 3 anomalies shown; nobody has acknowledged 2",
    ),
    "all": (["--all"], ["#6", "#7", "#8"], "3 of 3 anomalies shown; nobody has acknowledged 2"),
    "of an order": (["--order", "2"], ["#7"], "1 of 3 anomalies shown; nobody has acknowledged 2"),
    "of an order by its venue id": (
        ["--all", "--order", "V9"],
        ["#6", "#7"],
        "2 of 3 anomalies shown; nobody has acknowledged 2",
    ),
    "none": (["--order", "1"], [], "0 of 3 anomalies shown; nobody has acknowledged 2"),
}


@pytest.mark.parametrize(("options", "numbers", "last"), ANOMALIES.values(), ids=ANOMALIES)
def test_anomalies_lists_what_the_options_let_through(
    doubtful_db: str, capsys: pytest.CaptureFixture[str], options: list[str], numbers: list[str], last: str
) -> None:
    assert main(["anomalies", doubtful_db, *options]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:-2]] == numbers
    assert lines[-1] == last


def test_anomalies_tells_what_was_wrong_and_who_has_looked(
    doubtful_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["anomalies", doubtful_db, "--all"]) == 0

    assert capsys.readouterr().out.splitlines()[:-2] == [
        "event  time (UTC)               code           broker  order  what is wrong    acknowledged by  reason",
        "-----  -----------------------  -------------  ------  -----  ---------------  ---------------  ------",
        "   #6  2026-01-05 14:30:00.036  overfill       paper       2  too much         alice            seen",
        "   #7  2026-01-05 14:30:00.048  overfill       paper       2  still  too much",
        "   #8  2026-01-05 14:30:00.060  unknown order  paper          whose?",
    ]


def test_anomalies_prints_the_reports_whole(doubtful_db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["anomalies", doubtful_db, "--all", "--raw"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "#6  2026-01-05 14:30:00.036  overfill  paper  order 2",
        "  too much",
        "  acknowledged by alice: seen",
        "  ExecutionReport(a)",
        "",
        "#7  2026-01-05 14:30:00.048  overfill  paper  order 2",
        "  still  too much",
        "  ExecutionReport(b) more",
        "",
        "#8  2026-01-05 14:30:00.060  unknown order  paper  no order",
        "  whose?",
        f"  {'r' * 5000}",
        "",
        "3 of 3 anomalies shown; nobody has acknowledged 2",
    ]


def test_a_journal_without_anomalies_has_none(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["anomalies", db, "--raw"]) == 0

    assert capsys.readouterr().out == "0 of 0 anomalies shown; nobody has acknowledged 0\n"


@pytest.mark.parametrize("command", ["orders", "doubts", "anomalies"])
def test_looking_into_a_journal_leaves_it_as_it_was(
    doubtful_db: str, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    before = Path(doubtful_db).read_bytes()

    assert main([command, doubtful_db]) == 0
    capsys.readouterr()

    assert Path(doubtful_db).read_bytes() == before


def test_show_tells_the_story(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", db, "my-1"]) == 0

    shown = capsys.readouterr().out
    assert shown.startswith("Order 1: BUY 100 AAPL limit 189.5 DAY\n")
    assert shown.endswith(
        "PARTIALLY FILLED: 40 of 100 executed in 1 execution, average 189.5; 60 left, with paper.\n"
    )


@pytest.mark.parametrize(
    ("name", "order_id"),
    [("3", 3), ("my-1", 1), ("new-2", 2), ("V1", 2)],
    ids=["our number", "a reference", "a ClOrdID", "a reference that is also another order's venue id"],
)
def test_an_order_is_found_by_any_name_the_surest_first(name: str, order_id: int) -> None:
    assert find_order(journal_of_three_orders().events, name) == order_id


def test_a_name_that_several_orders_have_is_refused_with_their_numbers() -> None:
    with pytest.raises(
        ValidationError, match="several orders have this venue_order_id; pass one of our own numbers: 3, 4"
    ):
        find_order(journal_of_three_orders().events, "V2")


@pytest.mark.parametrize("name", ["9", "None", "", "my-2"])
def test_a_name_that_no_order_has_is_refused(name: str) -> None:
    with pytest.raises(UnknownOrderError, match="it holds orders 1 to 4"):
        find_order(journal_of_three_orders().events, name)


def test_no_name_is_not_the_name_of_an_external_order() -> None:
    """It has no ClOrdID, and its broker was asked about it."""
    with pytest.raises(UnknownOrderError, match="it holds orders 1 to 2"):
        find_order(journal_of_doubts().events, "")


def test_in_an_empty_journal_there_is_nothing_to_show() -> None:
    with pytest.raises(UnknownOrderError, match="it holds no order yet"):
        find_order([], "1")


def no_file(folder: Path) -> Path:
    return folder / "missing.db"


def no_folder(folder: Path) -> Path:
    return folder / "missing" / "orders.db"


def a_folder(folder: Path) -> Path:
    return folder


def a_text(folder: Path) -> Path:
    path = folder / "notes.txt"
    path.write_text("not a journal" * 100, encoding="utf-8")
    return path


def other_lines(folder: Path) -> Path:
    path = folder / "orders.jsonl"
    path.write_text('{"id":1}\n{"id":2}\n', encoding="utf-8")
    return path


def nothing_in_it(folder: Path) -> Path:
    path = folder / "empty.txt"
    path.touch()
    return path


@pytest.mark.parametrize(
    "command",
    [["orders"], ["show"], ["doubts"], ["anomalies"], ["anomalies", "--order", "1"]],
    ids=["orders", "show", "doubts", "anomalies", "anomalies of an order"],
)
@pytest.mark.parametrize(
    "wrong",
    [no_file, no_folder, a_folder, a_text, other_lines, nothing_in_it],
    ids=lambda wrong: wrong.__name__,
)
def test_what_is_no_journal_is_one_line_on_stderr(
    wrong: object, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = wrong(tmp_path)  # type: ignore[operator]  # the functions above

    assert main([*command, str(path), *(["1"] if command == ["show"] else [])]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("oms: ")
    assert err.count("\n") == 1
    assert path.name in err
    assert not (tmp_path / "missing.db").exists()


def test_the_error_says_what_journals_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_text(tmp_path)

    assert main(["state", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"oms: {path} is neither a SQLite file nor one of lines, hence no journal of oms: name another file\n"
    )


@pytest.mark.parametrize(
    "command",
    [["orders"], ["show", "1"], ["doubts"], ["anomalies"], ["state"], ["replay", "--as-of", "2"]],
    ids=lambda command: command[0],
)
def test_what_a_crash_left_of_an_append_is_told_once_on_stderr(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "orders.jsonl"
    with JSONLEventStore(path) as store:
        store.append(journal_of_three_orders().events[:3], 0)
    torn = path.read_bytes() + b'{"type":"Traded","seq'
    path.write_bytes(torn)

    assert main([command[0], str(path), *command[1:]]) == 0

    out, err = capsys.readouterr()
    assert err == (
        f"oms: {path}: 21 bytes at the end, from event 4 on, are no whole append, and are left out\n"
    )
    assert out
    assert path.read_bytes() == torn


@pytest.mark.parametrize(
    ("before", "after", "argument"),
    [(["show"], [], "ORDER"), (["anomalies"], ["--order"], "--order")],
    ids=["show", "anomalies"],
)
def test_an_unknown_order_is_one_line_on_stderr(
    before: list[str], after: list[str], argument: str, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*before, db, *after, "nobody"]) == 2

    assert capsys.readouterr().err == (
        f"oms: {argument} = nobody: no order of this journal has that id, client_ref, ClOrdID or venue id; it holds orders 1 to 4\n"
    )


def test_the_docs_tell_of_every_command_and_option() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`(--[a-z0-9-]+)", page)) | set(
        re.findall(r"^##.* `oms (?:audit )?([a-z-]+)", page, re.MULTILINE)
    )
    offered = set()
    parsers = [build_parser()]
    while parsers:
        groups = parsers.pop()._subparsers
        for action in groups._group_actions if groups else ():  # argparse has no other door
            for name, parser in action.choices.items():  # type: ignore[union-attr]  # of the one that has the commands
                offered.add(name)
                offered.update(option for option in parser._option_string_actions if option.startswith("--"))
                parsers.append(parser)

    assert told == offered - {"--help"} | {"--version"}


def test_an_interrupt_is_no_traceback(monkeypatch: pytest.MonkeyPatch, db: str) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", interrupted)

    assert main(["orders", db]) == 130


@pytest.mark.slow
def test_a_reader_that_has_had_enough_is_no_error(db: str) -> None:
    """`oms orders DB | head -0`: whoever reads hangs up before anything was written."""
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m oms.cli orders "$1" 2>err.txt | true; cat err.txt', sys.executable, db],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(db).parent,
    )

    assert done.stdout == ""
    assert done.stderr == ""


@pytest.mark.slow
def test_a_closed_pipe_gives_the_code_of_a_closed_pipe(db: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "oms.cli", "orders", db], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()

    assert (process.returncode, errors) == (141, b"")


def test_replay_shows_orders_and_positions_as_they_stood_after_an_event(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", db, "--as-of", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "after event 5 of 2026-01-05 14:30:00.024 UTC"
    assert [line.split()[:1] for line in lines[4:5]] == [["1"]]
    assert [line.split() for line in lines[8:9]] == [["main", "AAPL", "40", "189.5", "0"]]
    assert lines[-2] == "1 orders, 1 open; 0 requests unanswered; 0 anomalies"

    assert main(["state", db, "--hash"]) == 0
    end = capsys.readouterr().out.strip()
    last = journal_of_three_orders().events[-1].sequence
    assert main(["replay", db, "--open", "--as-of", str(last)]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1] == f"state hash {end}"
    assert "MSFT" not in shown


def test_replay_takes_a_moment_too(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", db, "--as-of", "2026-01-05T15:30:00.024+01:00"]) == 0
    # Everything that was decided at that moment: the execution, and the next order with its request.
    assert capsys.readouterr().out.startswith("after event 7 ")


@pytest.mark.parametrize(
    ("point", "why"),
    [
        ("yesterday", "a moment with its zone"),
        ("2026-01-05T14:30:00", "a moment with its zone"),
        ("999", "the journal ends at event"),
        ("2020-01-01T00:00:00Z", "the journal begins at 2026-01-05T14:30:00"),
        ("2030-01-01T00:00:00Z", "the journal ends at 2026-01-05T14:30:00"),
    ],
)
def test_replay_says_which_points_there_are(
    db: str, point: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", db, "--as-of", point]) == 2
    assert why in capsys.readouterr().err


def test_show_adds_the_reports_that_led_to_the_events(
    doubtful_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", doubtful_db, "2", "--raw"]) == 0
    shown = capsys.readouterr().out.split("reports as they came:\n")[1].splitlines()
    assert shown == [
        "#6 paper: ExecutionReport: ExecutionReport(a)",
        "#7 paper: ExecutionReport: ExecutionReport(b) more",
    ]
    assert main(["show", doubtful_db, "1", "--raw"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "none is kept"
