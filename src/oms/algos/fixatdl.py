"""The algorithms as FIXatdl 1.1, so that other tools can draw their tickets.

A parameter with a tag of FIX is marked as such; the others travel in StrategyParametersGrp, which the document says is supported.
Bounds that FIXatdl cannot say, since its own include their ends, are StrategyEdits, as are the rules between parameters. The layout is
plain: one column, a control for each parameter, in two panels.

Source: FIX Algorithmic Trading Definition Language 1.1 with errata of 2010-12-21, FIX Trading Community.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from html import escape
from typing import Final, assert_never

from oms.algos.algorithms import ALGORITHMS, Algorithm
from oms.algos.description import Description, defaults
from oms.algos.parameter import Kind, Parameter
from oms.algos.rules import Claim, Compare, Given, Joined, Logic, Operator, Rule, any_of, missing
from oms.algos.working import USUAL
from oms.model.decimals import BOUND, plain

VERSION: Final = "1"
_ROOT: Final = {
    "xmlns": "http://www.fixprotocol.org/FIXatdl-1-1/Core",
    "xmlns:val": "http://www.fixprotocol.org/FIXatdl-1-1/Validation",
    "xmlns:lay": "http://www.fixprotocol.org/FIXatdl-1-1/Layout",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.fixprotocol.org/FIXatdl-1-1/Core fixatdl-core-1-1.xsd",
    "strategyIdentifierTag": "847",
    "changeStrategyOnCxlRpl": "false",
    "tag957Support": "true",
}
# The schemas have 0 as the minValue of a price that says none, and spreads trade below it.
_LOWEST: Final = -BOUND
_BOUNDED: Final = frozenset(
    {Kind.SECONDS, Kind.COUNT, Kind.QTY, Kind.PRICE, Kind.OFFSET, Kind.SHARE, Kind.NUMBER}
)


def document(names: Iterable[str] = ()) -> str:
    """Give the XML document of the algorithms of these names, of all where none is named.

    Raises:
        KeyError: There is none of a name.
    """
    chosen = [ALGORITHMS[name] for name in names] or list(ALGORITHMS.values())
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += _element("Strategies", _ROOT, [line for cls in chosen for line in _strategy(cls)])
    return "\n".join(lines) + "\n"


def _strategy(cls: type[Algorithm]) -> list[str]:
    description = cls.DESCRIPTION
    usual = {**USUAL, **defaults(cls)}
    attributes = {
        "name": description.name,
        "uiRep": description.title,
        "wireValue": str(description.target_strategy),
        "version": VERSION,
        "fixMsgType": "D",
        "providerID": "openoms",
    }
    return _element(
        "Strategy",
        attributes,
        [
            *_element("Description", {}, description.about),
            *(line for each in description.parameters for line in _parameter(each)),
            *_layout(description, usual),
            *(line for rule in _edits(description) for line in _strategy_edit(rule, description)),
        ],
    )


def _parameter(parameter: Parameter) -> list[str]:
    attributes = {"name": parameter.atdl, "xsi:type": parameter.kind.atdl_type}
    if parameter.tag is not None:
        attributes |= {"fixTag": str(parameter.tag), "definedByFIX": "true"}
    attributes["use"] = "required" if parameter.is_required else "optional"
    attributes["mutableOnCxlRpl"] = "true" if parameter.is_mutable else "false"
    if parameter.kind in _BOUNDED:
        least = _LOWEST if parameter.kind is Kind.PRICE and parameter.least is None else parameter.least
        if least is not None:
            attributes["minValue"] = plain(least)
        if parameter.most is not None:
            attributes["maxValue"] = plain(parameter.most)
    inside = _element("Description", {}, parameter.about)
    for choice in parameter.choices or ():
        inside += _element("EnumPair", {"enumID": _enum_id(choice), "wireValue": str(choice.value)})
    return _element("Parameter", attributes, inside)


def _layout(description: Description, usual: dict[str, object]) -> list[str]:
    own = {each.name for each in description.own}
    panels: list[str] = []
    for title, is_own in ((description.title, True), ("How it is worked", False)):
        controls = [
            line
            for each in description.parameters
            if (each.name in own) is is_own
            for line in _control(each, usual[each.name])
        ]
        panels += _element(
            "lay:StrategyPanel", {"title": title, "orientation": "VERTICAL", "collapsible": "true"}, controls
        )
    root = _element("lay:StrategyPanel", {"orientation": "HORIZONTAL", "collapsible": "false"}, panels)
    return _element("lay:StrategyLayout", {}, root)


def _control(parameter: Parameter, usual: object) -> list[str]:
    kind = {
        Kind.TIME: "Clock_t",
        Kind.FLAG: "CheckBox_t",
        Kind.CHOICE: "DropDownList_t",
        Kind.COUNT: "SingleSpinner_t",
    }
    attributes = {
        "ID": f"c_{parameter.atdl}",
        "xsi:type": f"lay:{kind.get(parameter.kind, 'TextField_t')}",
        "label": parameter.name.replace("_", " ").capitalize(),
        "parameterRef": parameter.atdl,
        "tooltip": parameter.about,
    }
    if usual is not None:
        attributes["initValue"] = _initial(parameter, usual)
    items = [
        line
        for choice in parameter.choices or ()
        for line in _element(
            "lay:ListItem", {"enumID": _enum_id(choice), "uiRep": choice.name.replace("_", " ").capitalize()}
        )
    ]
    return _element("lay:Control", attributes, items)


def _initial(parameter: Parameter, usual: object) -> str:
    if isinstance(usual, bool):
        return "true" if usual else "false"
    return _enum_id(usual) if isinstance(usual, Enum) else parameter.text(usual)


def _edits(description: Description) -> Iterable[Rule]:
    for parameter in description.parameters:
        bounds = (
            (parameter.is_open_below, Operator.GT, parameter.least, "more than"),
            (parameter.is_open_above, Operator.LT, parameter.most, "less than"),
        )
        for is_open, operator, bound, words in bounds:
            if is_open and bound is not None:
                claim = any_of(missing(parameter.name), Compare(parameter.name, operator, to=bound))
                yield Rule(claim, f"pass {words} {plain(bound)}")
    yield from description.all_rules


def _strategy_edit(rule: Rule, description: Description) -> list[str]:
    names = {each.name: each.atdl for each in description.parameters}
    message = f"{names[rule.fields[0]]}: {rule.message}"
    return _element("val:StrategyEdit", {"errorMessage": message}, _edit(rule.claim, names, description))


def _edit(claim: Claim, names: dict[str, str], description: Description) -> list[str]:
    match claim:
        case Given(field=field):
            return _element("val:Edit", {"field": names[field], "operator": "EX"})
        case Joined(logic=Logic.NOT, parts=(Given(field=field),)):
            return _element("val:Edit", {"field": names[field], "operator": "NX"})
        case Compare(field=field, operator=operator, other=other, to=to):
            against = {"value": _compared(to)} if other is None else {"field2": names[other]}
            return _element("val:Edit", {"field": names[field], "operator": operator.value, **against})
        case Joined(logic=logic, parts=parts):
            inside = [line for part in parts for line in _edit(part, names, description)]
            return _element("val:Edit", {"logicOperator": logic.value}, inside)
        case _:
            assert_never(claim)


def _compared(to: Decimal | Enum | bool | None) -> str:
    if isinstance(to, bool):
        return "Y" if to else "N"
    return plain(to) if isinstance(to, Decimal) else str(to.value) if to is not None else ""


def _enum_id(choice: Enum) -> str:
    return f"e_{choice.name.title().replace('_', '')}"


def _element(name: str, attributes: dict[str, str], inside: Sequence[str] | str = ()) -> list[str]:
    start = "".join((f"<{name}", *(f' {key}="{escape(text)}"' for key, text in attributes.items())))
    if not inside:
        return [f"{start}/>"]
    if isinstance(inside, str):
        return [f"{start}>{escape(inside, quote=False)}</{name}>"]
    return [f"{start}>", *(f"  {line}" for line in inside), f"</{name}>"]
