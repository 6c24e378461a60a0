"""What is wrong with an event or a record: slow and thorough, run only when something is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeAlias

from oms.codec.generate import WRITE_ERRORS, Field, Layout, compile_value
from oms.errors import JournalNewerError, OmsError, ValidationError
from oms.model.events import Event

LayoutOf: TypeAlias = Callable[[type[Event]], Layout]


def explain_event(event: Event, types: Mapping[str, type[Event]], layout_of: LayoutOf) -> ValidationError:
    """Give the error for an event that could not be written."""
    cls = type(event)
    if types.get(cls.__name__) is not cls:
        return ValidationError("event", repr(event), "pass an event of oms.model.events")
    wrong = next(item for item in layout_of(cls).fields if not _can_be_written(event, item))
    content: object = getattr(event, wrong.name, None)
    return ValidationError(f"{cls.__name__}.{wrong.name}", _shown(content), f"pass {wrong.shape.meaning}")


def explain_text(text: str, types: Mapping[str, type[Event]], layout_of: LayoutOf) -> OmsError:
    """Give the error for a text that is not a record as this version of the library writes it."""
    try:
        record = _parse(text)
        cls = _class_of(record, types)
        _check_fields(cls.__name__, record, layout_of(cls))
    except OmsError as error:
        return error
    return ValidationError(
        "record", text, "the keys in their order and nothing between them, as this library writes it"
    )


def _can_be_written(event: Event, item: Field) -> bool:
    try:
        compile_value(item.shape).write(getattr(event, item.name))
    except WRITE_ERRORS:
        return False
    return True


def _shown(content: object) -> str:
    try:
        return repr(content)
    except ValueError:  # Python shows no int of more than 4300 digits
        return f"a number of type {type(content).__name__}, too long to be shown"


def _parse(text: str) -> dict[str, object]:
    try:
        record = json.loads(
            text, object_pairs_hook=_once_each, parse_float=_no_float, parse_constant=_no_float
        )
    except OmsError:
        raise
    except (ValueError, RecursionError) as error:
        raise ValidationError("record", text, f"JSON as this library writes it ({error})") from error
    if not isinstance(record, dict):
        raise ValidationError("record", text, "a JSON object")
    return record


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValidationError("record", f"the key {twice!r} more than once", "each key once")
    return record


def _no_float(text: str) -> NoReturn:
    raise ValidationError("record", text, "integers, and exact numbers as text")


def _class_of(record: Mapping[str, object], types: Mapping[str, type[Event]]) -> type[Event]:
    name, schema = record.get("type"), record.get("schema")
    if not isinstance(name, str):
        raise ValidationError("type", repr(name), "the name of a kind of event")
    if type(schema) is not int or schema < 1:
        raise ValidationError("schema", repr(schema), "the number of a layout, from 1")
    cls = types.get(name)
    if cls is None:
        raise JournalNewerError(
            f"an event of type {name!r:.80} is not known to this version of oms: use a newer one"
        )
    if schema > cls.schema:
        raise JournalNewerError(
            f"{name} of schema {schema} is newer than schema {cls.schema}, the last one known to this version of oms: "
            "use a newer one"
        )
    return cls


def _check_fields(name: str, record: dict[str, object], layout: Layout) -> None:
    shapes = {item.name: item.shape for item in layout.fields}
    known = {"type", "schema", "prev_hash", *shapes}
    for key in record:
        if key not in known:
            raise ValidationError(f"{name}.{key:.80}", "an extra field", "only the fields of the event")
    for key in known:
        if key not in record:
            raise ValidationError(f"{name}.{key}", "missing", "every field of the event")
    if record["prev_hash"] != "":
        raise ValidationError(
            f"{name}.prev_hash", repr(record["prev_hash"]), "empty, since records are not chained yet"
        )
    for key, shape in shapes.items():
        text = json.dumps(record[key], separators=(",", ":"))
        if re.fullmatch(shape.pattern, text) is None:
            raise ValidationError(f"{name}.{key}", text, shape.meaning)
