"""`oms audit verify`, `anchor`, `rotate` and `keygen`: what concerns a journal as a whole."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable
from typing import Final

from oms.audit import anchors as anchor_file
from oms.audit.keys import KEY_LENGTH, ed25519_key, hmac_key
from oms.audit.raw_journal import open_raw
from oms.audit.verifier import Finding
from oms.audit.verifier import verify as judge
from oms.cli.audit_files import read_anchor_file, read_key_file, write_new
from oms.errors import ValidationError
from oms.runtime.system_clock import SystemClock

CLEAN: Final = 0
"""The exit code where all is as it was written."""
FINDINGS: Final = 1
"""The exit code where something is not."""

_PROGRESS_FROM: Final = 100_000


def verify(args: Namespace) -> int:
    """Judge a journal and print the findings."""
    journal = open_raw(args.db)
    findings, lines = anchors_of(args, journal.store_id)
    verdict = judge(journal, [line.anchor for line in lines if line.is_checkpoint], progress=_progress())
    for found in (*verdict.findings, *findings):
        print(f"record {found.position}: {found.kind}: {found.text}")
    if verdict.findings or findings:
        print(
            f"{len(verdict.findings) + len(findings)} finding(s); the first {verdict.anchored} records are as anchored"
        )
        return FINDINGS
    print(f"{verdict.size} records, each whole and in its place; the last has the hash {verdict.head}")
    if verdict.size > verdict.anchored:
        since = f"after record {verdict.anchored}" if verdict.anchored else "at all"
        print(
            f"not anchored {since}: whoever can write the file could have written those records anew, or cut their end off"
        )
    else:
        print("all of them are as anchored")
    if lines and not args.key:
        print("the signatures of the anchors were not looked at: no --key was given")
    return CLEAN


def anchor(args: Namespace) -> int:
    """Print a checkpoint of a journal that has no findings."""
    key, journal = read_key_file(args.key, is_to_sign=True), open_raw(args.db)
    verdict = judge(journal, progress=_progress())
    if verdict.findings:
        return refuse(verdict.findings[0], "is not anchored")
    print(
        anchor_file.checkpoint(
            key,
            store_id=journal.store_id,
            size=verdict.size,
            epoch=verdict.epoch,
            time_ns=SystemClock().now_ns(),
            head=verdict.head,
            root=verdict.root,
        )
    )
    return CLEAN


def rotate(args: Namespace) -> int:
    """Print the line that hands over from one key to another."""
    store_id = open_raw(args.db).store_id
    old = read_key_file(args.key, is_to_sign=True)
    new = read_key_file(args.new_key, "--new-key", is_to_sign=True)
    print(anchor_file.rotation(old, new, store_id=store_id, time_ns=SystemClock().now_ns()))
    return CLEAN


def keygen(args: Namespace) -> int:
    """Make a key in a file of its own."""
    make = ed25519_key if args.ed25519 else hmac_key
    key = make(os.urandom(KEY_LENGTH))
    write_new(args.file, key.to_text(), mode=0o600)
    if args.ed25519:
        write_new(f"{args.file}.pub", key.to_text(public=True), mode=0o644)
    print(
        f"key {key.key_id} ({key.algorithm}) is in {args.file}: keep it where the journal's owner cannot read it"
    )
    return CLEAN


def anchors_of(args: Namespace, store_id: str) -> tuple[list[Finding], list[anchor_file.Line]]:
    """Give what is wrong with the file of anchors, and its lines on this journal; nothing where there is no file.

    Raises:
        OmsError: A file is not what it should be, or keys were given and no anchors.
    """
    if not args.anchor:
        if args.key:
            given = f"{args.key[0]}, without --anchor"
            allowed = "name the signed anchors too, --anchor FILE, or leave the key out: a journal itself is not signed"
            raise ValidationError("--key", given, allowed)
        return [], []
    lines = read_anchor_file(args.anchor)
    keys = [read_key_file(path) for path in args.key]
    findings = anchor_file.check_anchors(lines, store_id, keys)
    return findings, [line for line in lines if line.content["store_id"] == store_id]


def refuse(found: Finding, what: str) -> int:
    """Say why nothing is done, and give the exit code for it."""
    print(f"the journal {what}: record {found.position}: {found.kind}: {found.text}", file=sys.stderr)
    return FINDINGS


def _progress() -> Callable[[int], None] | None:
    if not sys.stderr.isatty():
        return None

    def tell(count: int) -> None:
        if count >= _PROGRESS_FROM and count % _PROGRESS_FROM == 0:
            print(f"\r{count:,} records", end="", file=sys.stderr, flush=True)

    return tell
