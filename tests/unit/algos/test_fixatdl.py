"""The algorithms as FIXatdl 1.1: well-formed, of its structure, and with the same rules as ours."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from oms.algos.algorithms import ALGORITHMS, Algorithm
from oms.algos.fixatdl import document
from oms.algos.parameter import Kind, Parameter
from oms.algos.wire import read, to_fix
from oms.errors import ParametersError
from tests.unit.algos.atdl_structure import CORE, LAY, VAL, faults, initial, refusals
from tests.unit.algos.test_parameters import BREAKING, EXAMPLES, NAMES, RIGHT

ROOTS = {name: ET.fromstring(document([name])) for name in ALGORITHMS}
STRATEGIES = {name: root.find(f"{CORE}Strategy") for name, root in ROOTS.items()}


def strategy(name: str) -> ET.Element:
    found = STRATEGIES[name]
    assert found is not None
    return found


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_document_is_of_the_structure_of_fixatdl(name: str) -> None:
    assert faults(ROOTS[name]) == []


def test_one_document_holds_them_all() -> None:
    text = document()

    assert [each.get("name") for each in ET.fromstring(text)] == list(ALGORITHMS)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<Strategies xmlns=')
    assert max(map(len, text.splitlines())) < 600
    assert "`" in text
    assert text == document(ALGORITHMS)


def test_a_parameter_is_described_with_its_names_bounds_and_choices() -> None:
    rate = strategy("pov").find(f"{CORE}Parameter[@name='TargetPercentVolume']")
    method = strategy("iceberg").find(f"{CORE}Parameter[@name='DisplayMethod']")
    mode = strategy("iceberg").find(f"{CORE}Parameter[@name='IcebergMode']")

    assert rate is not None
    assert method is not None
    assert mode is not None
    assert {**rate.attrib, "{http://www.w3.org/2001/XMLSchema-instance}type": "Percentage_t"} == rate.attrib
    assert [rate.get(key) for key in ("fixTag", "definedByFIX", "use", "minValue", "maxValue")] == [
        "849",
        "true",
        "required",
        "0",
        "1",
    ]
    assert [(pair.get("enumID"), pair.get("wireValue")) for pair in method.iter(f"{CORE}EnumPair")] == [
        ("e_Initial", "1"),
        ("e_New", "2"),
        ("e_Random", "3"),
    ]
    assert (mode.get("mutableOnCxlRpl"), rate.get("mutableOnCxlRpl")) == ("false", "true")


def wire(algorithm: Algorithm) -> dict[str, str]:
    document, sent = strategy(algorithm.DESCRIPTION.name), to_fix(algorithm)
    by_tag = {each.get("fixTag"): each.get("name", "") for each in document.iter(f"{CORE}Parameter")}
    return {
        **initial(document),
        **{by_tag[str(tag)]: value for tag, value in sent.fields},
        **{entry.name: entry.value for entry in sent.group},
    }


@pytest.mark.parametrize("algorithm", [algorithm for algorithm, _ in EXAMPLES], ids=NAMES)
def test_what_is_right_here_is_right_to_the_ticket(algorithm: Algorithm) -> None:
    assert refusals(strategy(algorithm.DESCRIPTION.name), wire(algorithm)) == []
    # What the ticket sends of its own accord is what is meant where nothing is given.
    assert read(algorithm.DESCRIPTION.name, wire(algorithm)) == algorithm


@pytest.mark.parametrize("algorithm", [algorithm for algorithm, _ in EXAMPLES], ids=NAMES)
def test_what_is_sent_travels_where_the_document_says(algorithm: Algorithm) -> None:
    tags = {
        each.get("name"): each.get("fixTag")
        for each in strategy(algorithm.DESCRIPTION.name).iter(f"{CORE}Parameter")
    }
    sent = to_fix(algorithm)

    assert {str(tag) for tag, _ in sent.fields} <= set(tags.values())
    assert [entry.name for entry in sent.group if tags[entry.name] is not None] == []


@pytest.mark.parametrize("algorithm", [algorithm for algorithm, _ in EXAMPLES], ids=NAMES)
def test_a_field_that_is_cleared_is_what_it_began_as(algorithm: Algorithm) -> None:
    name = algorithm.DESCRIPTION.name
    full, began = wire(algorithm), initial(strategy(name))
    for field in [field for field, text in began.items() if full[field] == text]:
        cleared = {key: text for key, text in full.items() if key != field}

        assert (field, refusals(strategy(name), cleared)) == (field, [])
        assert read(name, cleared) == algorithm


@pytest.mark.parametrize(
    ("name", "changes", "message"), BREAKING, ids=[f"{name}: {message}" for name, _, message in BREAKING]
)
def test_what_breaks_a_rule_here_breaks_it_in_the_ticket(
    name: str, changes: dict[str, str | None], message: str
) -> None:
    given = {key: text for key, text in {**RIGHT[name], **changes}.items() if text is not None}
    names = {each.name: each.atdl for each in ALGORITHMS[name].DESCRIPTION.parameters}
    values = {**initial(strategy(name)), **{names[key]: text for key, text in given.items()}}

    assert message in [refusal.split(": ", 1)[-1] for refusal in refusals(strategy(name), values)]
    with pytest.raises(ParametersError):
        read(name, given)


NUMERIC = {Kind.SECONDS, Kind.QTY, Kind.OFFSET, Kind.SHARE, Kind.NUMBER, Kind.COUNT}
BOUNDED = [
    (name, each)
    for name, cls in ALGORITHMS.items()
    for each in cls.DESCRIPTION.parameters
    if each.kind in NUMERIC and each.least is not None
]


@pytest.mark.parametrize(
    ("name", "parameter"), BOUNDED, ids=[f"{name} {each.name}" for name, each in BOUNDED]
)
def test_the_bounds_of_a_number_are_those_of_the_ticket(name: str, parameter: Parameter) -> None:
    assert parameter.least is not None
    nudge = Decimal(1) if parameter.kind is Kind.COUNT else Decimal("0.001")
    ends = [parameter.least, *(() if parameter.most is None else (parameter.most,))]
    for number in {end + step for end in ends for step in (-nudge, Decimal(0), nudge)}:
        text = format(number, "f")
        mine = True
        try:
            parameter.typed(text)
        except ValueError:
            mine = False
        told = refusals(strategy(name), {parameter.atdl: text})
        theirs = not any(
            refusal == f"{parameter.atdl} is out of bounds"
            or refusal.startswith(
                (
                    f"{parameter.atdl}: pass more than {parameter.least}",
                    f"{parameter.atdl}: pass less than {parameter.most}",
                )
            )
            for refusal in told
        )
        assert mine is theirs, text


PRICES = [
    (name, each)
    for name, cls in ALGORITHMS.items()
    for each in cls.DESCRIPTION.parameters
    if each.kind is Kind.PRICE
]


@pytest.mark.parametrize(("name", "parameter"), PRICES, ids=[f"{name} {each.name}" for name, each in PRICES])
def test_a_price_below_zero_is_right_to_the_ticket(name: str, parameter: Parameter) -> None:
    # Spreads trade there. The schemas bound a price at zero where a document says no bound.
    for text in ("-0.01", "0", "-999999999999999999"):
        assert parameter.typed(text) == Decimal(text)
        assert f"{parameter.atdl} is out of bounds" not in refusals(strategy(name), {parameter.atdl: text})


def test_the_layout_is_two_columns_of_controls() -> None:
    [root] = strategy("twap").iter(f"{LAY}StrategyLayout")

    assert [panel.get("title") for panel in root.iter(f"{LAY}StrategyPanel")] == [
        None,
        "TWAP",
        "How it is worked",
    ]
    assert len(list(strategy("twap").iter(f"{VAL}StrategyEdit"))) > 10


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name="twap"', 'name="1twap"'),
        ('xsi:type="Qty_t"', 'xsi:type="Quantity_t"'),
        ('use="optional"', 'use="maybe"'),
        ('operator="NX"', 'operator="NOPE"'),
        ('parameterRef="EndTime"', 'parameterRef="Price"'),
        ('field="EndTime"', 'field="Nobody"'),
        ('logicOperator="OR"', 'logicOperator="NOT"'),
        ("<Description>when it ends</Description>", '<EnumPair enumID="e_X" wireValue="x"/>'),
        ('tag957Support="true"', 'tag957Support="false"'),
        ('ID="c_Price"', 'ID="c_EndTime"'),
        ('wireValue="1000" version="1"', 'wireValue="1000"'),
        ('maxValue="2147483647"', 'maxValue="2147483648"'),
        ('xsi:type="Qty_t" use="optional" mutableOnCxlRpl="true" minValue="0"', 'xsi:type="Qty_t"'),
        ('xsi:type="UTCTimestamp_t"', 'xsi:type="UTCTimestamp_t" minValue="20260105-08:00:00"'),
        (
            'parameterRef="StartTime"',
            'parameterRef="StartTime" initValue="20260105-08:00:00" localMktTz="UTC"',
        ),
        ('parameterRef="StartTime"', 'parameterRef="StartTime" initValue="08:00:00"'),
        ('parameterRef="NoTakeLiq"', 'parameterRef="NoTakeLiq" initPolicy="UseBoth"'),
        ('initValue="false"', 'initValue="N"'),
        ('parameterRef="Slices"', 'parameterRef="Slices" initValue="many"'),
        ('parameterRef="Slices"', 'parameterRef="Slices" checkedEnumRef="e_Run"'),
    ],
)
def test_the_check_of_the_structure_sees_what_is_wrong(old: str, new: str) -> None:
    text = document(["twap"])
    assert old in text

    assert faults(ET.fromstring(text.replace(old, new, 1))) != []
