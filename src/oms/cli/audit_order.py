"""`oms audit prove`, `check-proof` and `export`: what concerns one order."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace

from oms.audit.order_proof import check_proof, prove_order
from oms.audit.raw_journal import open_raw
from oms.cli.audit_files import read_proof_file
from oms.cli.audit_journal import CLEAN, FINDINGS, anchors_of, refuse
from oms.cli.journal import read_journal
from oms.cli.show import find_order
from oms.errors import ValidationError
from oms.projections import memorandum as memo


def prove(args: Namespace) -> int:
    """Print the proof for an order."""
    journal = open_raw(args.db)
    order_id = find_order(read_journal(args.db), args.order)
    anchor = None
    findings, lines = anchors_of(args, journal.store_id)
    if findings:
        return refuse(findings[0], "proves nothing")
    if lines:
        anchor = max((line.anchor for line in lines if line.is_checkpoint), key=lambda it: it.size)
    print(prove_order(journal, order_id, anchor))
    return CLEAN


def check(args: Namespace) -> int:
    """Check a proof, and print the records that it shows."""
    text = read_proof_file(args.proof)
    try:
        shown = check_proof(text)
    except ValidationError as error:
        print(f"not proved: {error}")
        return FINDINGS
    findings, lines = anchors_of(args, shown.store_id)
    if findings:
        return refuse(findings[0], "is not proved")
    if not any(
        (line.anchor.size, line.anchor.root) == (shown.size, shown.root)
        for line in lines
        if line.is_checkpoint
    ):
        print(f"not proved: no anchor in {args.anchor} has the root {shown.root} over {shown.size} records")
        return FINDINGS
    for record in shown.records.values():
        print(record)
    print(
        f"proved: these {len(shown.records)} records of order {shown.order_id} are among the first {shown.size} of the journal, "
        "word for word; whether there are others of this order cannot be told from a proof",
        file=sys.stderr,
    )
    if not args.key:
        print("the signatures of the anchors were not looked at: no --key was given", file=sys.stderr)
    return CLEAN


def export(args: Namespace) -> int:
    """Print the memorandum of an order."""
    order_id = find_order(read_journal(args.db), args.order)
    content = memo.memorandum(read_journal(args.db), order_id)
    match args.format:
        case "json":
            print(memo.to_json(content))
        case "csv":
            csv.writer(sys.stdout, lineterminator="\n").writerows(memo.to_rows(content))
        case _:
            print(memo.to_text(content))
    return CLEAN
