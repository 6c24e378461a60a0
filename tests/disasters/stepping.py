"""Something done at the bytecodes of a piece of code, wherever in it or in what it calls they are."""

from __future__ import annotations

import opcode
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

OURS: Final = str(Path(__file__).parent)
"""Bytecodes of this folder are not counted: whoever watches is no part of what is tested."""
NOP: Final = opcode.opmap["NOP"]
"""What a `try` begins with: no handler covers it, and nothing can strike there, as no interrupt is looked for before it."""
ELSEWHERE: Final = f"{OURS}/venue.py"
"""Nor are those of the venue, and of all that it calls: it is another process that only happens to be in this one."""


Act = Callable[[int, str], None]
"""What is done before a bytecode: it is given the number of that, from 1, and where it stands, as `file:line`."""


def step(code: Callable[[], object], act: Act, only: int | None = None) -> int:
    """Run code and do something before each of its bytecodes, or before one of them; what that raises is raised there.

    Only bytecodes of Python code count, of the library and of all that it calls: a step inside of SQLite or of the operating
    system is none, and nor is one that does nothing. Gives how many there were.
    """
    count = 0

    def in_frame(frame: FrameType, event: str, _: object) -> Callable[..., Any] | None:
        nonlocal count
        if event == "opcode" and frame.f_code.co_code[frame.f_lasti] != NOP:
            count += 1
            if only is None or count == only:
                file, _, name = frame.f_code.co_filename.rpartition("/")
                act(count, f"{file.rpartition('/')[2]}/{name}:{frame.f_lineno}")
        return in_frame

    is_elsewhere = False

    def in_venue(_: FrameType, event: str, __: object) -> Callable[..., Any]:
        nonlocal is_elsewhere
        if event == "return":
            is_elsewhere = False
        return in_venue

    def on_call(frame: FrameType, _: str, __: object) -> Callable[..., Any] | None:
        nonlocal is_elsewhere
        if is_elsewhere:
            return None
        if frame.f_code.co_filename == ELSEWHERE:
            is_elsewhere = True
            frame.f_trace_lines = False
            return in_venue
        if frame.f_code.co_filename.startswith(OURS):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return in_frame

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        code()
    finally:
        sys.settrace(before)
    return count


def in_a_process(code: Callable[[], None]) -> int:
    """Run code in a process of its own, made by forking, and give its exit status; an exception is status 1."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        code()
    except BaseException:  # noqa: BLE001  # nothing may get out into what this process was forked from
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
