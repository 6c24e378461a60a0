"""Reading events with `msgspec`, which the extra `fast` brings: the same events from the same texts.

It is sooner where most of what is read is said for the first time; what the reader without it has read before, that one
does not make anew, so that on a long journal it is the sooner of the two. The stores' own reading does not use it.

Off unless `switch_on` is called. A text is read into a structure made from the layout of its class, and the structure
written again: only if that gives the same bytes, and each number is one that may be written, the event is made from it.
For any other text, one with escaped letters among them, the reader without `msgspec` has the word. So nothing is read
that would be refused without it, and nothing refused that would be read.

Writing stays as it is: the code made for each class writes in about the time it takes to fill such a structure.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import GenericAlias, ModuleType, NoneType, UnionType
from typing import Any, Final, Literal, NewType, Union, get_args, get_origin, get_type_hints

from attrs import fields, has

from oms.codec import event_codec
from oms.codec.generate import READ_ERRORS, compile_function
from oms.codec.shapes import DECIMAL_BOUND
from oms.errors import OmsError
from oms.model.events import Event

_ENVELOPE: Final = ("sequence", "epoch", "cause")


def switch_on() -> None:
    """Read events with `msgspec` from now on, in the whole process.

    Raises:
        OmsError: It is not installed.
    """
    _msgspec()
    event_codec.read_with(make_reader)


def switch_off() -> None:
    """Read events without `msgspec` again."""
    event_codec.read_with(None)


def make_reader(
    cls: type[Event], read_slowly: Callable[[str], Event | None]
) -> Callable[[str], Event | None]:
    """Give a reader of one class of events.

    Args:
        cls: The class.
        read_slowly: The reader that has the word where this one has none.
    """
    msgspec = _msgspec()
    structure = _event_structure(cls)
    take_apart: Callable[[bytes], Any] = msgspec.json.Decoder(structure).decode
    put_together: Callable[[object], bytes] = msgspec.json.Encoder().encode
    build = _builder(cls)
    unreadable = (msgspec.MsgspecError, ArithmeticError, RecursionError, *READ_ERRORS)

    def read(text: str) -> Event | None:
        try:
            content = text.encode("ascii")
            found = take_apart(content)
            if put_together(found) == content:
                event: Event = build(found)
                return event
        except unreadable:
            pass
        return read_slowly(text)

    return read


def _msgspec() -> ModuleType:
    try:
        return import_module("msgspec")
    except ImportError as error:
        raise OmsError(
            "reading with msgspec needs it to be installed: pip install 'openoms[fast]'"
        ) from error


def _event_structure(cls: type[Event]) -> type:
    hints = get_type_hints(cls)
    names = [item.name for item in fields(cls) if item.init]
    rest = [name for name in names if name not in _ENVELOPE]
    parts: list[tuple[str, Any]] = [("schema", Literal[cls.schema])]
    parts += [(name, _structure(hints[name])) for name in _ENVELOPE]
    parts += [("prev_hash", Literal[""]), *((name, _structure(hints[name])) for name in rest)]
    return _define(cls.__name__, parts, tag=cls.__name__)


def _define(name: str, parts: list[tuple[str, Any]], *, tag: str | None) -> type:
    tagging = {} if tag is None else {"tag": tag, "tag_field": "type"}
    made: type = _msgspec().defstruct(name, parts, forbid_unknown_fields=True, gc=False, **tagging)
    return made


def _structure(annotation: Any) -> Any:  # noqa: ANN401  # an annotation
    """Give the type that `msgspec` reads where the model has an annotation."""
    if isinstance(annotation, NewType):
        return _structure(annotation.__supertype__)
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        members = get_args(annotation)
        is_tagged = len([member for member in members if member is not NoneType]) > 1
        return Union[tuple(_member(member, is_tagged=is_tagged) for member in members)]  # noqa: UP007  # made here
    if origin is tuple:
        items = tuple(item if item is Ellipsis else _structure(item) for item in get_args(annotation))
        return GenericAlias(tuple, items)
    return _member(annotation, is_tagged=False)


def _member(annotation: Any, *, is_tagged: bool) -> Any:  # noqa: ANN401  # an annotation
    if isinstance(annotation, type) and has(annotation):
        return _record(annotation, is_tagged=is_tagged)
    return annotation if isinstance(annotation, type) else _structure(annotation)


@cache
def _record(cls: type, *, is_tagged: bool) -> type:
    hints = get_type_hints(cls)
    parts = [(item.name, _structure(hints[item.name])) for item in fields(cls) if item.init]
    return _define(cls.__name__, parts, tag=cls.__name__ if is_tagged else None)


def _builder(cls: type) -> Callable[[Any], Any]:
    """Give a function that makes a value of the model of a structure."""
    names: dict[str, object] = {"_low": -DECIMAL_BOUND, "_high": DECIMAL_BOUND}
    guards: list[str] = []
    expression = _construction(cls, "_s", "", names, guards)
    return compile_function(expression, names, " and ".join(guards))


def _construction(cls: type, owner: str, prefix: str, names: dict[str, object], guards: list[str]) -> str:
    """Give the expression that makes a value; collects what it refers to, and what has to be true of its numbers."""
    hints = get_type_hints(cls)
    names[f"_cls_{cls.__name__}"] = cls
    positional: list[str] = []
    named: list[str] = []
    for item in fields(cls):
        if not item.init:
            continue
        assert item.name.isidentifier()
        place, annotation = f"{owner}.{item.name}", hints[item.name]
        if annotation is Decimal:
            # What the codec itself would not write is left to the reader that knows why; NaN raises here.
            guards.append(f"_low < {place} < _high")
        elif isinstance(annotation, type) and has(annotation):
            place = _construction(annotation, place, f"{prefix}{item.name}__", names, guards)
        elif (convert := _converter(annotation)) is not None:
            names[f"_{prefix}{item.name}"] = convert
            place = f"_{prefix}{item.name}({place})"
        (named if item.kw_only else positional).append(f"{item.name}={place}" if item.kw_only else place)
    return f"_cls_{cls.__name__}({', '.join(positional + named)})"


def _converter(annotation: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401  # an annotation
    """Give what makes a value of what was read; None where it is the value already."""
    if isinstance(annotation, NewType):
        return _converter(annotation.__supertype__)
    if annotation is Decimal:
        return _checked
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return _union_converter(get_args(annotation))
    if origin is tuple:
        return _tuple_converter(get_args(annotation))
    if isinstance(annotation, type) and has(annotation):
        return _builder(annotation)
    return None


def _checked(number: Decimal) -> Decimal:
    if not -DECIMAL_BOUND < number < DECIMAL_BOUND:
        raise ValueError(number)
    return number


def _union_converter(members: tuple[Any, ...]) -> Callable[[Any], Any] | None:
    kinds = [member for member in members if member is not NoneType]
    if len(kinds) == 1:
        convert = _converter(kinds[0])
        if convert is None:
            return None
        return lambda found: None if found is None else convert(found)
    builders = {_record(kind, is_tagged=True): _builder(kind) for kind in kinds}
    return lambda found: None if found is None else builders[type(found)](found)


def _tuple_converter(items: tuple[Any, ...]) -> Callable[[Any], Any] | None:
    converters = [_converter(item) for item in items if item is not Ellipsis]
    if not any(converters):
        return None
    if items[-1] is Ellipsis:
        [convert] = converters
        assert convert is not None
        return lambda found: tuple(convert(item) for item in found)
    return lambda found: tuple(
        item if convert is None else convert(item) for item, convert in zip(found, converters, strict=True)
    )
