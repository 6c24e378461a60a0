"""`oms audit …`: journals verified, anchored, proved and exported by somebody who need not trust who wrote them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Final

from oms.cli import audit_journal, audit_order
from oms.cli.command import Subparsers
from oms.cli.journal import JOURNAL


def add_parser(subparsers: Subparsers) -> None:
    """Add the command with its own commands."""
    parser = subparsers.add_parser(
        "audit",
        help="verify, anchor, prove and export journals",
        description="Verify, anchor, prove and export journals. Exit codes: 0 clean, 1 findings, 2 unreadable.",
    )
    parts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, run, summary, arguments in _COMMANDS:
        part = parts.add_parser(name, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        arguments(part)
        part.set_defaults(run=run)


def _add_db(parser: ArgumentParser) -> None:
    parser.add_argument("db", metavar="DB", help=JOURNAL)


def _add_order(parser: ArgumentParser) -> None:
    _add_db(parser)
    parser.add_argument(
        "order", metavar="ORDER", help="its number, or your own reference, or any ClOrdID or venue id of it"
    )


def _add_anchor(parser: ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument(
        "--anchor", metavar="FILE", required=required, help="what `oms audit anchor` printed, kept elsewhere"
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        action="append",
        default=[],
        help="a key to check the anchors' signatures with; may be said again",
    )


def _add_verify(parser: ArgumentParser) -> None:
    _add_db(parser)
    _add_anchor(parser)


def _add_signing(parser: ArgumentParser) -> None:
    _add_db(parser)
    parser.add_argument("--key", metavar="FILE", required=True, help="the key to sign with")


def _add_rotate(parser: ArgumentParser) -> None:
    _add_signing(parser)
    parser.add_argument("--new-key", metavar="FILE", required=True, help="the key that signs from now on")


def _add_keygen(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="where to; there must be nothing yet")
    parser.add_argument(
        "--ed25519",
        action="store_true",
        help="a key with a public half, in FILE.pub; needs the extra `audit`",
    )


def _add_prove(parser: ArgumentParser) -> None:
    _add_order(parser)
    _add_anchor(parser)


def _add_check_proof(parser: ArgumentParser) -> None:
    parser.add_argument("proof", metavar="PROOF", help="what `oms audit prove` printed")
    _add_anchor(parser, required=True)


def _add_export(parser: ArgumentParser) -> None:
    _add_order(parser)
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text", help="text, if not said")


_COMMANDS: Final = (
    ("verify", audit_journal.verify, "tell whether a journal is still what was written; nothing is repaired", _add_verify),
    ("anchor", audit_journal.anchor, "print a signed checkpoint of a journal, to be kept elsewhere", _add_signing),
    ("rotate", audit_journal.rotate, "print the line that hands over from one key to another, to be kept with the anchors", _add_rotate),
    ("keygen", audit_journal.keygen, "make a key that signs checkpoints", _add_keygen),
    ("prove", audit_order.prove, "print the proof that the records of one order are in the journal", _add_prove),
    ("check-proof", audit_order.check, "check a proof against anchors, and print the records that it shows", _add_check_proof),
    ("export", audit_order.export, "print all that the journal has about an order: every version, who, when and why", _add_export),
)  # fmt: skip
