"""The format of scenarios: accepted files, messages of refusals, and the schema."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from appbuilder_mock.scenarios import Rule, Scenario, ScenarioError, load_scenario, read_scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mock.scenarios.scenario_files import (
    CHANCE,
    ENDS,
    FAULTS,
    READ,
    SCHEMA,
    TOOLS,
    VALIDATOR,
    data_of,
)

ROOT = Path(__file__).parents[3]
DOCS = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.parametrize("text", READ)
def test_file_and_python_say_the_same(text: str) -> None:
    """Every key of the format, as YAML, as JSON in two layouts, and as Python."""
    expected = Scenario(READ[text])
    data = {"$schema": "scenario.schema.json", **data_of(text)}

    assert load_scenario(text) == expected
    assert load_scenario(f"{text}otherwise: refuse\nseed: 七") == Scenario(
        READ[text], otherwise="refuse", seed="七"
    )
    assert load_scenario(json.dumps(data)) == expected
    assert load_scenario(json.dumps(data, indent="\t", ensure_ascii=False)) == expected
    assert VALIDATOR.is_valid(data)


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_of_the_docs(text: str) -> None:
    """Every YAML example loads, and the schema takes it."""
    assert load_scenario(text).rules
    assert VALIDATOR.is_valid(data_of(text))


def test_python_examples_of_the_docs() -> None:
    """Every Python example runs and makes a scenario."""
    for code in re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL):
        names: dict[str, Any] = {}
        exec(code, names)

        assert names["scenario"].rules


def test_error_of_the_docs() -> None:
    """The error that the docs show is the one there is."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario("# 天气\nrules:\n  - match: {txt: 你好}\n", source="weather.yaml")

    assert str(caught.value) in DOCS


def test_operations_are_those_of_the_spec() -> None:
    """`make generate` writes a new operation of openapi.yaml into the schema's enum."""
    spec = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    named = {post["operationId"] for path in spec["paths"].values() for post in path.values()}
    enum = SCHEMA["$defs"]["match"]["properties"]["operation"]["enum"]

    assert set(enum) == named | {"any"}


def test_schema_is_a_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


def test_bytes_and_byte_order_mark() -> None:
    """As some editors save it, in both formats."""
    rule = "rules:\n  - "
    for text in (rule + "reply: 你好 😀\r\n", '\r\n{"rules": [{"reply": "你好 \\ud83d\\ude00"}]}'):
        expected = Scenario([Rule(reply="你好 😀")])

        assert load_scenario(b"\xef\xbb\xbf" + text.encode()) == expected
        assert load_scenario("\ufeff" + text) == expected


def test_file_is_named_in_its_errors(tmp_path: Path) -> None:
    file = tmp_path / "场景.yaml"
    with pytest.raises(ScenarioError, match=r"场景\.yaml: cannot be read: No such file"):
        read_scenario(file)
    file.write_text("rules: 好", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"场景\.yaml:1:8: rules: expected a list"):
        read_scenario(str(file))
    file.write_text("rules: []", encoding="utf-8")

    assert read_scenario(file) == Scenario()


VALUES: list[Any] = [
    *(None, True, False, 0, 1, 2.0, 1.5, -1, 10**30, 200, 404, 600, 86400, 86401),
    *("", "好", "{text}", "{x}", "}}", "a\n", "any", "queryRun", "createRun", "before_reading"),
    *([], {}, ["好"], [[{"name": "f"}]], {"event": 1}, {"seconds": 1}, {"after_byte": 0}),
    *({"text": "a"}, {"code": 1, "message": ""}, {"before_event": 1, "seconds": 1}),
]
TEXTS = (TOOLS, ENDS, FAULTS, CHANCE)
KEYS = sorted(set(re.findall(r"[a-z_]+(?=:)", "".join(TEXTS))) | {"typo"})
# Rules that JSON Schema cannot express: the groups of a regex, comparisons of two values.
ONLY_THE_PARSER = re.compile(
    r'"\{\w+\}" is no placeholder; known: \{text\}|a group cannot have|expected a delay for each'
    r"|expected (max|p95) to be|expected \d+ or more, got \d+$|delays and \w+_delay cannot"
)


def places(value: Any) -> list[Any]:
    """The objects and lists in a value, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, (dict, list)) else []
    return own + [place for part in inner for place in places(part)]


@settings(deadline=None)
@given(st.data())
def test_schema_and_parser_agree(data: st.DataObject) -> None:
    """For any change of a file, either both accept it or both refuse it."""
    text = data.draw(st.sampled_from(TEXTS))
    scenario = copy.deepcopy(data_of(text))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(scenario)))
        value = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
        if isinstance(place, list):
            place.append(value)
        elif data.draw(st.booleans()):
            place[data.draw(st.sampled_from(KEYS))] = value
        elif place:
            place.pop(data.draw(st.sampled_from(sorted(place))))
    try:
        load_scenario(json.dumps(scenario))
        refused = None
    except ScenarioError as error:
        refused = error

    if refused is None or not ONLY_THE_PARSER.search(refused.reason):
        assert VALIDATOR.is_valid(scenario) == (refused is None), refused
