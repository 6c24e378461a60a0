"""The structure of FIXatdl 1.1, as far as our documents use it, and an evaluator of its validation rules.

Transcribed from the specification of 1.1 with errata of 2010-12-21 (its tables of elements and attributes), its sample, and its schemas
(build 2.7.2e20101221: orders, types, and values that an attribute has where it is not written), not from our own writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from xml.etree.ElementTree import Element

CORE = "{http://www.fixprotocol.org/FIXatdl-1-1/Core}"
VAL = "{http://www.fixprotocol.org/FIXatdl-1-1/Validation}"
LAY = "{http://www.fixprotocol.org/FIXatdl-1-1/Layout}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TYPE = f"{XSI}type"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,255}")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
BOOLEAN = re.compile(r"true|false")
ANY = re.compile(r".*")
COUNT = re.compile(r"[1-9][0-9]*")
SIZE = re.compile(r"0|[1-9][0-9]*")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?")
INTS = range(-(2**31), 2**31)
USE = re.compile(r"required|optional")

# element: (required attributes, optional attributes), each with what it must look like.
ATTRIBUTES: dict[str, tuple[dict[str, re.Pattern[str]], dict[str, re.Pattern[str]]]] = {
    f"{CORE}Strategies": (
        {"strategyIdentifierTag": COUNT},
        {
            "versionIdentifierTag": COUNT,
            "draftFlagIdentifierTag": COUNT,
            "changeStrategyOnCxlRpl": BOOLEAN,
            "imageLocation": ANY,
            "tag957Support": BOOLEAN,
            f"{XSI}schemaLocation": ANY,
        },
    ),
    f"{CORE}Strategy": (
        {"name": NAME, "wireValue": ANY, "version": ANY},
        {"uiRep": ANY, "fixMsgType": re.compile("D|E|AB|s"), "providerID": ANY, "providerSubID": ANY},
    ),
    f"{CORE}Description": ({}, {}),
    f"{CORE}EnumPair": ({"enumID": NAME, "wireValue": ANY}, {"index": SIZE}),
    f"{LAY}StrategyLayout": ({}, {}),
    f"{LAY}StrategyPanel": (
        {"orientation": re.compile("VERTICAL|HORIZONTAL")},
        {
            "title": ANY,
            "collapsed": BOOLEAN,
            "collapsible": BOOLEAN,
            "border": re.compile("None|Line"),
            "color": ANY,
        },
    ),
    f"{LAY}ListItem": ({"uiRep": ANY}, {"enumID": NAME}),
    f"{VAL}StrategyEdit": ({"errorMessage": re.compile(r".+")}, {}),
    f"{VAL}Edit": (
        {},
        {
            "field": NAME,
            "field2": NAME,
            "value": ANY,
            "operator": re.compile("EX|NX|EQ|LT|GT|NE|LE|GE"),
            "logicOperator": re.compile("AND|OR|XOR|NOT"),
            "id": ANY,
        },
    ),
}
PARAMETER = (
    {"name": NAME, TYPE: ANY},
    {
        "fixTag": COUNT,
        "use": USE,
        "mutableOnCxlRpl": BOOLEAN,
        "revertOnCxlRpl": BOOLEAN,
        "definedByFIX": BOOLEAN,
    },
)
_BOUNDS = {"minValue": NUMBER, "maxValue": NUMBER, "constValue": NUMBER}
_DECIMAL = {**_BOUNDS, "precision": SIZE}
_LENGTHS = {"minLength": SIZE, "maxLength": SIZE, "constValue": ANY}
# What is 0 in the schemas unless it is written.
LEAST_UNLESS_GIVEN: dict[str, str] = dict.fromkeys(
    ("Qty_t", "Price_t", "PriceOffset_t", "Amt_t", "Percentage_t"), "0"
)
# What each type of parameter adds.
PARAMETER_TYPES: dict[str, dict[str, re.Pattern[str]]] = {
    "Int_t": {name: re.compile("-?[0-9]+") for name in _BOUNDS},
    "Float_t": _DECIMAL,
    "Qty_t": _DECIMAL,
    "Price_t": _DECIMAL,
    "PriceOffset_t": _DECIMAL,
    "Amt_t": _DECIMAL,
    "Percentage_t": {**_DECIMAL, "multiplyBy100": BOOLEAN},
    "Char_t": {"constValue": re.compile(".")},
    "Boolean_t": {"constValue": re.compile("[YN]"), "trueWireValue": ANY, "falseWireValue": ANY},
    "String_t": _LENGTHS,
    "MultipleStringValue_t": {**_LENGTHS, "invertOnWire": BOOLEAN},
    "UTCTimestamp_t": {"minValue": CLOCK, "maxValue": CLOCK, "constValue": CLOCK, "localMktTz": ANY},
}
CONTROL = (
    {"ID": NAME, TYPE: ANY},
    {
        "parameterRef": NAME,
        "label": ANY,
        "initFixField": re.compile("FIX_.+"),
        "initPolicy": re.compile("UseValue|UseFixField"),
        "tooltip": ANY,
        "disableForTemplate": BOOLEAN,
    },
)
# What each type of control adds.
CONTROL_ADDS: dict[str, dict[str, re.Pattern[str]]] = {
    "lay:Clock_t": {"initValue": CLOCK, "initValueMode": re.compile("0|1"), "localMktTz": ANY},
    "lay:CheckBox_t": {"initValue": BOOLEAN, "checkedEnumRef": NAME, "uncheckedEnumRef": NAME},
    "lay:DropDownList_t": {"initValue": NAME},
    "lay:SingleSpinner_t": {
        "initValue": NUMBER,
        "increment": NUMBER,
        "incrementPolicy": re.compile("Tick|LotSize"),
    },
    "lay:TextField_t": {"initValue": ANY},
}
# What each type of parameter may be entered with.
CONTROL_TYPES = {
    "lay:Clock_t": frozenset({"UTCTimestamp_t"}),
    "lay:CheckBox_t": frozenset({"Boolean_t"}),
    "lay:DropDownList_t": frozenset({"String_t", "Char_t"}),
    "lay:SingleSpinner_t": frozenset({"Int_t"}),
    "lay:TextField_t": frozenset(PARAMETER_TYPES),
}
# element: the children that it may have, in order, each with the least and the most of them.
MANY = 10**6
CHILDREN: dict[str, list[tuple[str, int, int]]] = {
    f"{CORE}Strategies": [
        (f"{CORE}Description", 0, 1),
        (f"{VAL}Edit", 0, MANY),
        (f"{CORE}Strategy", 1, MANY),
    ],
    f"{CORE}Strategy": [
        (f"{CORE}Description", 0, 1),
        (f"{CORE}Parameter", 0, MANY),
        (f"{VAL}Edit", 0, MANY),
        (f"{LAY}StrategyLayout", 0, 1),
        (f"{VAL}StrategyEdit", 0, MANY),
    ],
    f"{CORE}Parameter": [(f"{CORE}Description", 0, 1), (f"{CORE}EnumPair", 0, MANY)],
    f"{CORE}EnumPair": [(f"{CORE}Description", 0, 1)],
    f"{CORE}Description": [],
    f"{LAY}StrategyLayout": [(f"{LAY}StrategyPanel", 1, 1)],
    f"{LAY}StrategyPanel": [(f"{LAY}StrategyPanel", 0, MANY), (f"{LAY}Control", 0, MANY)],
    f"{LAY}Control": [(f"{LAY}ListItem", 0, MANY)],
    f"{LAY}ListItem": [],
    f"{VAL}StrategyEdit": [(f"{VAL}Edit", 1, 1)],
    f"{VAL}Edit": [(f"{VAL}Edit", 0, MANY)],
}


def faults(root: Element) -> list[str]:
    """Give what is not as the specification has it."""
    found = [] if root.tag == f"{CORE}Strategies" else [f"the root is {root.tag}"]
    for element in root.iter():
        found += _attribute_faults(element)
        found += _child_faults(element)
    for strategy in root.iter(f"{CORE}Strategy"):
        found += _reference_faults(strategy, is_grouped=root.get("tag957Support") == "true")
    return found


def _attribute_faults(element: Element) -> Iterator[str]:
    if element.tag == f"{CORE}Parameter":
        required, optional = PARAMETER
        optional = {**optional, **PARAMETER_TYPES.get(element.get(TYPE, ""), {})}
        if element.get(TYPE) not in PARAMETER_TYPES:
            yield f"{element.get('name')} is of no type: {element.get(TYPE)}"
    elif element.tag == f"{LAY}Control":
        required, optional = CONTROL
        optional = {**optional, **CONTROL_ADDS.get(element.get(TYPE, ""), {})}
        if element.get(TYPE) not in CONTROL_TYPES:
            yield f"{element.get('ID')} is of no type: {element.get(TYPE)}"
    else:
        required, optional = ATTRIBUTES[element.tag]
    yield from (f"{element.tag} lacks {name}" for name in required.keys() - element.keys())
    for name, text in element.items():
        looks = {**required, **optional}.get(name)
        if looks is None:
            yield f"{element.tag} has {name}"
        elif looks.fullmatch(text) is None:
            yield f"{element.tag} has {name}={text!r}"


def _child_faults(element: Element) -> Iterator[str]:
    left = [child.tag for child in element]
    for tag, least, most in CHILDREN[element.tag]:
        count = 0
        while left and left[0] == tag:
            left.pop(0)
            count += 1
        if not least <= count <= most:
            yield f"{element.tag} has {count} of {tag}"
    if left:
        yield f"{element.tag} has {left[0]} out of its place"
    if element.tag == f"{LAY}StrategyPanel" and len({child.tag for child in element}) > 1:
        yield "a panel has panels and controls"
    if element.tag == f"{VAL}Edit":
        yield from _edit_faults(element)


def _edit_faults(edit: Element) -> Iterator[str]:
    operator, logic = edit.get("operator"), edit.get("logicOperator")
    if (operator is None) is (logic is None):
        yield "an Edit has one operator, of either kind"
    elif logic is not None:
        parts = len(edit)
        if edit.get("field") is not None or (parts != 1 if logic == "NOT" else parts < 2):
            yield f"{logic} of {parts}"
    else:
        against = [name for name in ("value", "field2") if edit.get(name) is not None]
        if edit.get("field") is None or len(edit) or len(against) != (operator not in {"EX", "NX"}):
            yield f"{operator} of {edit.attrib}"


def _reference_faults(strategy: Element, *, is_grouped: bool) -> Iterator[str]:
    parameters = {each.get("name"): each for each in strategy.iter(f"{CORE}Parameter")}
    controls = list(strategy.iter(f"{LAY}Control"))
    if len(parameters) != len(strategy.findall(f"{CORE}Parameter")):
        yield "two parameters have one name"
    if len({control.get("ID") for control in controls}) != len(controls):
        yield "two controls have one ID"
    if sorted(str(control.get("parameterRef")) for control in controls) != sorted(map(str, parameters)):
        yield "controls and parameters are not one to one"
    for each in parameters.values():
        yield from _bound_faults(each)
        if each.get("fixTag") is None and not is_grouped:
            yield f"{each.get('name')} has no way to travel"
        enums = [pair.get("enumID") for pair in each]
        if len(set(enums)) != len(enums) and each[0].tag == f"{CORE}EnumPair":
            yield "two EnumPairs have one ID"
    for control in controls:
        parameter = parameters[control.get("parameterRef")]
        if parameter.get(TYPE) not in CONTROL_TYPES[control.get(TYPE, "")]:
            yield f"{control.get('ID')} cannot hold a {parameter.get(TYPE)}"
        enums = [pair.get("enumID") for pair in parameter.iter(f"{CORE}EnumPair")]
        if [item.get("enumID") for item in control] != enums:
            yield f"{control.get('ID')} lists other choices"
        if enums and control.get("initValue") not in {None, *enums}:
            yield f"{control.get('ID')} begins with no choice"
        if (
            control.get(TYPE) == "lay:Clock_t"
            and control.get("initValue") is not None
            and control.get("localMktTz") is None
        ):
            yield f"{control.get('ID')} begins at a time of no zone"
    for edit in strategy.iter(f"{VAL}Edit"):
        for name in ("field", "field2"):
            if edit.get(name) is not None and edit.get(name) not in parameters:
                yield f"a rule is about {edit.get(name)}"


def _bound_faults(parameter: Element) -> Iterator[str]:
    bounds = [parameter.get(name) for name in ("minValue", "maxValue")]
    if parameter.get(TYPE) == "Int_t" and any(int(each) not in INTS for each in bounds if each is not None):
        yield f"{parameter.get('name')} is bounded by more than 32 bits"
    # A default that nobody wrote down is easily not the one that was meant.
    if parameter.get(TYPE) in LEAST_UNLESS_GIVEN and bounds[0] is None:
        yield f"{parameter.get('name')} does not say its least"


def initial(strategy: Element) -> dict[str, str]:
    """Give what the controls of a ticket send if nobody touches them."""
    wires = {
        (each.get("name"), pair.get("enumID")): pair.get("wireValue", "")
        for each in strategy.iter(f"{CORE}Parameter")
        for pair in each.iter(f"{CORE}EnumPair")
    }
    result = {}
    for control in strategy.iter(f"{LAY}Control"):
        name, text = str(control.get("parameterRef")), control.get("initValue")
        if text is not None:
            result[name] = {"true": "Y", "false": "N"}.get(text, wires.get((name, text), text))
    return result


def refusals(strategy: Element, values: Mapping[str, str]) -> list[str]:
    """Give the messages of the validation rules, bounds and requirements that values on the wire do not meet."""
    found = [
        str(edit.get("errorMessage"))
        for edit in strategy.iter(f"{VAL}StrategyEdit")
        if not _is_true(edit[0], values)
    ]
    for each in strategy.iter(f"{CORE}Parameter"):
        name, text = str(each.get("name")), values.get(str(each.get("name")))
        if text is None:
            found += [f"{name} is required"] if each.get("use") == "required" else []
            continue
        enums = {pair.get("wireValue") for pair in each.iter(f"{CORE}EnumPair")}
        if enums and text not in enums:
            found.append(f"{name} is no choice")
        low = each.get("minValue", LEAST_UNLESS_GIVEN.get(each.get(TYPE, "")))
        high = each.get("maxValue")
        if (low is not None and Decimal(text) < Decimal(low)) or (
            high is not None and Decimal(text) > Decimal(high)
        ):
            found.append(f"{name} is out of bounds")
    return found


def _is_true(edit: Element, values: Mapping[str, str]) -> bool:
    logic = edit.get("logicOperator")
    if logic is not None:
        parts = [_is_true(part, values) for part in edit]
        return {"AND": all(parts), "OR": any(parts), "XOR": sum(parts) == 1, "NOT": not any(parts)}[logic]
    operator, left = edit.get("operator"), values.get(str(edit.get("field")))
    if operator in {"EX", "NX"}:
        return (left is not None) is (operator == "EX")
    right = edit.get("value") if edit.get("field2") is None else values.get(str(edit.get("field2")))
    if left is None or right is None:
        return False
    order = _order(left, right)
    return {
        "EQ": order == 0,
        "NE": order != 0,
        "LT": order < 0,
        "LE": order <= 0,
        "GT": order > 0,
        "GE": order >= 0,
    }[str(operator)]


def _order(left: str, right: str) -> int:
    if NUMBER.fullmatch(left) and NUMBER.fullmatch(right):
        return int(Decimal(left).compare(Decimal(right)))
    return (left > right) - (left < right)
