"""Records of older schemas, lifted one step at a time to the layout of today.

When a class of events changes its fields, its `schema` goes up by one, and one function joins `UPCASTERS`: it takes the
record of the schema before, as a plain dict of what `json` gives, and gives that of the next. No function ever changes
after it was released, and none is left out, so that a journal of any age is read by the steps since it was written.
The order of the keys is no step's business.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeAlias

from oms.errors import ValidationError

Record: TypeAlias = dict[str, Any]
"""What `json` gives for a record: texts, integers, truth values, null, lists and dicts."""
Step: TypeAlias = Callable[[Record], Record]
"""Gives the record of the next schema; it may change the one it is given."""

UPCASTERS: Final[Mapping[tuple[str, int], Step]] = {}
"""By the class and the schema that a step begins at. All classes are at schema 1 as yet, so there are no steps."""


def upcast(
    text: str, name: str, schema: int, keys: tuple[str, ...], steps: Mapping[tuple[str, int], Step]
) -> str:
    """Give the text of a record in the layout of a newer schema of its class.

    Args:
        text: The record, of an older schema.
        name: Its class.
        schema: The schema that is wanted.
        keys: The keys of that schema, in their order.
        steps: The steps that there are.

    Raises:
        ValidationError: It is not a record, a step is missing, or what the steps give has not the keys that are wanted.
    """
    record = _parse(text)
    while record["schema"] != schema:
        step = steps.get((name, record["schema"]))
        if step is None:
            raise ValidationError(
                f"{name}.schema", record["schema"], f"a schema from which a step leads to {schema}"
            )
        before = record["schema"]
        try:
            record = step(record)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise ValidationError(name, text, f"a record of schema {before} ({error!r})") from error
        record["schema"] = before + 1
    if set(record) != set(keys):
        wrong = ", ".join(sorted(set(record) ^ set(keys)))
        raise ValidationError(name, wrong, f"the fields of schema {schema}, once lifted to it")
    return _dump({key: record[key] for key in keys})


def _parse(text: str) -> Record:
    try:
        record = json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValidationError("record", text, f"JSON as this library writes it ({error})") from error
    # Every key once, no spaces, and escapes as they are written here: one record has one text in any schema.
    if not isinstance(record, dict) or _dump(record) != text:
        raise ValidationError("record", text, "the text of a record as this library writes it")
    return record


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer; exact numbers are texts")


def _dump(record: Record) -> str:
    return json.dumps(record, separators=(",", ":"))
