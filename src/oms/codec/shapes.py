"""How each kind of value stands in a record, found from the annotations of the model's classes.

Numbers with decimals are JSON strings, so that no reader makes floats of them; enumerations stand by their values; a
union's member is an object that begins with its class; what may be None is `null`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal
from enum import Enum
from functools import cache
from itertools import cycle
from json.encoder import encode_basestring_ascii
from types import NoneType, UnionType
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints

from attrs import evolve, fields, has

from oms.codec.generate import Codec, Field, Layout, Shape, compile_codec, compile_value, pattern_of
from oms.codec.sharing import Shared
from oms.model.events import Cause
from oms.model.ids import Account, BrokerName, Symbol
from oms.model.terms import Terms
from oms.model.time_in_force import TimeInForce

DECIMAL_BOUND: Final = Decimal("1E40")
"""Numbers are written below this size. The library's own lie below 10^18; a sum of executions may lie above."""


_INT: Final = Shape(
    name="int",
    meaning="an integer",
    pattern=r"(?:0|-?[1-9][0-9]*+)",
    capture=r"(0|-?[1-9][0-9]*+)",
    write="str({v})",
    fragment="{{v}}",
    guard="type({v}) is _int",
    read="_int({v})",
    names={"_int": int},
)

# Visible ASCII; the rest is escaped.
_INSIDE: Final = r"[ !#-\[\]-~]*+(?:\\.[ !#-\[\]-~]*+)*+"
_TEXT: Final = Shape(
    name="str",
    meaning="a text",
    pattern=f'"{_INSIDE}"',
    capture=f'"({_INSIDE})"',
    write="_escaped({v})",
    read="{v}",
    is_text=True,
    names={"_escaped": encode_basestring_ascii},
)

# What `str` gives where the context does not say otherwise: whoever embeds the library may have set one that writes a small E.
_written: Final = Context(capitals=1).to_sci_string

# What it gives for every finite Decimal below the bound: the exponent of a zero, or of a very small number, is free.
_NUMBER: Final = (
    r"-?+(?:[0-9]{1,40}+(?:\.[0-9]++)?+(?:E-[0-9]{1,19}+|E\+[0-9]{1,2}+(?![0-9]))?|0E\+[0-9]{1,19}+)"
)
_IS_NUMBER: Final = re.compile(_NUMBER).fullmatch


def _number(text: str) -> Decimal:
    if _IS_NUMBER(text) is None:
        raise ValueError(text)
    return Decimal(text)


_DECIMAL: Final = Shape(
    name="Decimal",
    meaning='a finite decimal number as text, such as "189.50"',
    pattern=f'"{_NUMBER}"',
    capture='"([0-9E.+-]*+)"',  # What it is, is found out when it is read for the first time.
    write="f'\"{_written({v})}\"'",
    fragment='"{_written({v})}"',
    guard="type({v}) is _Decimal and _low < {v} < _high",  # false for NaN, or an error where the context traps it
    read="_numbers[{v}]",
    names={
        "_numbers": Shared(_number),
        "_Decimal": Decimal,
        "_low": -DECIMAL_BOUND,
        "_high": DECIMAL_BOUND,
        "_written": _written,
    },
)

# Nearly every event has one of each, and there are few of them.
_NAME: Final = evolve(
    _TEXT, read="_known_names[{v}]", names={**_TEXT.names, "_known_names": Shared(lambda text: text)}
)

_SCALARS: Final[dict[object, Shape]] = {
    int: _INT,
    str: _TEXT,
    Decimal: _DECIMAL,
    Symbol: _NAME,
    Account: _NAME,
    BrokerName: _NAME,
}

_WORD: Final = '"?+[0-9A-Za-z_ ]*+"?+'

# What nearly every event says, and never changes.
_SHARED: Final = frozenset({Cause, *get_args(Terms), *get_args(TimeInForce)})


def shape_of(annotation: object) -> Shape:
    """Give how values of an annotation are written.

    Raises:
        TypeError: The codec does not know the annotation; a bug, found when the first event of its class is made text.
    """
    scalar = _SCALARS.get(annotation)
    if scalar is not None:
        return scalar
    if annotation is bool:
        return _choice("bool", {True: "true", False: "false"})
    if isinstance(annotation, NewType):
        return shape_of(annotation.__supertype__)
    if get_origin(annotation) in (Union, UnionType):
        return _shape_of_union(get_args(annotation))
    if get_origin(annotation) is tuple:
        return _shape_of_tuple(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _choice(
            annotation.__name__, {member: encode_basestring_ascii(member.value) for member in annotation}
        )
    if isinstance(annotation, type) and has(annotation):
        return _shape_of_record(annotation)
    raise TypeError(f"the codec has no way to write {annotation!r}")


def fields_of(cls: type) -> tuple[Field, ...]:
    """Give the fields of an attrs class in the order of the class, which is their order in the record.

    What the class derives from its other fields itself is left out.
    """
    hints = get_type_hints(cls)
    return tuple(
        Field(item.name, shape_of(hints[item.name]), kw_only=item.kw_only)
        for item in fields(cls)
        if item.init
    )


def _choice(name: str, texts: dict[Any, str]) -> Shape:
    pattern = "|".join(map(re.escape, texts.values()))
    # Captured as any word, quotes and all, and looked up: cheaper than an expression with many branches.
    are_words = all(re.fullmatch(_WORD, text) for text in texts.values())
    return Shape(
        name=name,
        meaning=f"one of {', '.join(texts.values())}",
        pattern=f"(?:{pattern})",
        capture=f"({_WORD if are_words else pattern})",
        write=f"_{name}_texts[{{v}}]",
        read=f"_{name}_values[{{v}}]",
        names={f"_{name}_texts": texts, f"_{name}_values": {text: member for member, text in texts.items()}},
    )


def _optional(shape: Shape) -> Shape:
    if shape.layout is not None:  # a record is captured whole here, since all of it may be missing
        shape = _whole(shape)
    return Shape(
        name=f"optional_{shape.name}",
        meaning=f"null or {shape.meaning}",
        pattern=f"(?:null|{shape.pattern})",
        capture=f"(?:null|{shape.capture})",
        write=f'("null" if {{v}} is None else {shape.write})',
        guard=f"({{v}} is None or {shape.guard})" if shape.guard else "",
        read=f"(None if {{v}} is None else {shape.read})",
        is_text=shape.is_text,
        names=shape.names,
    )


@cache
def _record(cls: type, *, is_tagged: bool) -> tuple[Layout, Codec]:
    tag = (f'"type":"{cls.__name__}"',) if is_tagged else ()
    layout = Layout(cls, (*tag, *fields_of(cls)))
    return layout, compile_codec(layout)


def _shape_of_record(cls: type) -> Shape:
    layout, codec = _record(cls, is_tagged=False)
    shape = Shape(
        name=cls.__name__,
        meaning=f"an object with {', '.join(item.name for item in layout.fields)}",
        pattern=pattern_of(layout),
        write=f"_write_{cls.__name__}({{v}})",
        names={f"_write_{cls.__name__}": codec.write},
        layout=layout,
    )
    if cls not in _SHARED:
        return shape
    read, names = f"_known_{cls.__name__}", {**shape.names, f"_known_{cls.__name__}": Shared(codec.read)}
    return evolve(shape, capture=f"({shape.pattern})", read=f"{read}[{{v}}]", names=names)


def _whole(shape: Shape) -> Shape:
    """A record captured as one text, to be read by its own reader."""
    assert shape.layout is not None
    _, codec = _record(shape.layout.cls, is_tagged=False)
    return _compound(shape.name, shape.meaning, shape.pattern, codec.write, codec.read)


def _compound(
    name: str,
    meaning: str,
    pattern: str,
    write: Callable[[Any], str],
    read: Callable[[str], object],
    *,
    is_shared: bool = False,
) -> Shape:
    # A look-up in what is known, or a call.
    reader, call = (Shared(read), "[{v}]") if is_shared else (read, "({v})")
    return Shape(
        name=name,
        meaning=meaning,
        pattern=pattern,
        capture=f"({pattern})",
        write=f"_write_{name}({{v}})",
        read=f"_read_{name}{call}",
        names={f"_write_{name}": write, f"_read_{name}": reader},
    )


def _shape_of_union(members: tuple[Any, ...]) -> Shape:
    classes = tuple(member for member in members if member is not NoneType)
    shape = shape_of(classes[0]) if len(classes) == 1 else _tagged_union(classes)
    return shape if len(classes) == len(members) else _optional(shape)


def _tagged_union(classes: tuple[type, ...]) -> Shape:
    records = {cls: _record(cls, is_tagged=True) for cls in classes}
    writers = {cls: codec.write for cls, (_, codec) in records.items()}
    readers = {cls.__name__: codec.read for cls, (_, codec) in records.items()}

    def write(member: object) -> str:
        return writers[type(member)](member)

    def read(text: str) -> object:
        # {"type":"Limit", …
        return readers[text[9 : text.index('"', 9)]](text)

    names = [cls.__name__ for cls in classes]
    pattern = "|".join(pattern_of(layout) for layout, _ in records.values())
    return _compound(
        "_or_".join(names),
        f"an object of type {' or '.join(names)}",
        f"(?:{pattern})",
        write,
        read,
        is_shared=_SHARED.issuperset(classes),
    )


def _shape_of_tuple(items: tuple[Any, ...]) -> Shape:
    is_open = items[-1] is Ellipsis
    shapes = [shape_of(item) for item in items if item is not Ellipsis]
    shapes = [_whole(shape) if shape.layout else shape for shape in shapes]
    codecs = [compile_value(shape) for shape in shapes]
    finders = [re.compile(shape.capture).match for shape in shapes]
    length = None if is_open else len(shapes)

    def write(values: object) -> str:
        if type(values) is not tuple or len(values) != (length or len(values)):
            raise TypeError(f"{values!r} is not a tuple of {length or 'any'} items")
        return f"[{','.join(codec.write(item) for codec, item in zip(cycle(codecs), values, strict=False))}]"

    def read(text: str) -> tuple[object, ...]:
        # The text has matched the pattern, so the items stand one comma apart.
        values, place = [], 1
        for find, codec in cycle(
            zip(finders, codecs, strict=True)
        ):  # pragma: no branch  # it never ends by itself
            if place >= len(text) - 1:
                break
            found = find(text, place)
            assert found is not None
            values.append(codec.read(found[1]))
            place = found.end() + 1
        return tuple(values)

    inner = ",".join(shape.pattern for shape in shapes)
    pattern = rf"\[(?:{inner}(?:,{inner})*+)?+\]" if is_open else rf"\[{inner}\]"
    name = f"{'tuple' if is_open else 'group'}_of_{'_and_'.join(shape.name for shape in shapes)}"
    meaning = f"a list of {' and '.join(shape.meaning for shape in shapes)}"
    return _compound(name, meaning, pattern, write, read)
