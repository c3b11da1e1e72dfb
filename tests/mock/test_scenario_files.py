"""The format of scenarios: what is read, what is refused with which words, and the schema."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import appbuilder_mock
import jsonschema_rs
import pytest
import yaml
from appbuilder_mock.scenarios import (
    OPERATIONS,
    Cut,
    Drip,
    ErrorBody,
    Failed,
    Fault,
    Malformed,
    Match,
    Pause,
    Reply,
    Rule,
    Scenario,
    ScenarioError,
    ToolCall,
    load_scenario,
    read_scenario,
)
from appbuilder_mock.scenarios.yaml_text import read_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs/scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
SCHEMA = json.loads(
    (Path(appbuilder_mock.__file__).parent / "scenario.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)

TOOLS = """
rules:
  - match: {assistant: 天气助手, regex: 天气|weather, times: 2}
    tool_rounds:
      - - name: get_weather
          arguments: {city: 北京, days: [1, 2.5, null, true]}
        - name: now
      - - {name: send, arguments: '{"to": '}
    reply: {text: "「{text}」: {outputs}", chunk_size: 4, first_delay: 0.2, chunk_delay: 1}
    fault:
      pause: {seconds: 0.5, before_event: 2}
      malformed: {event: 4, raw: "data: {"}
      drip: {bytes: 16, seconds: 0}
      cut: {after_event: 6}
      content_type: text/html
"""
ENDS = """
rules:
  - match: {text: yes, nth: 3}
    failed: {type: server_error, message: 2024-06-01}
  - expired: true
    fault: {reset: before_answering, pause: {seconds: 1}}
  - reply: {chunks: [再, 见]}
  - reply: |
      {{"值": 1}}
    fault: {cut: {after_byte: 0}}
  - match: {}
"""
FAULTS = """
rules:
  - match: {operation: queryRun}
    fault:
      status: 429
      retry_after: 2
      error: {code: 13, message: 限流, type: qps, param: run_id}
  - match: {operation: any}
    fault: {status: 200, body: "<html>", retry_after: "Wed, 21 Oct 2015 07:28:00 GMT"}
  - fault: {status: 599}
  - match: {operation: createThread}
    fault: {reset: before_reading}
"""
READ: dict[str, tuple[Rule, ...]] = {
    TOOLS: (
        Rule(
            match=Match(assistant="天气助手", regex="天气|weather", times=2),
            tool_rounds=[
                [
                    ToolCall("get_weather", {"city": "北京", "days": [1, 2.5, None, True]}),
                    ToolCall("now"),
                ],
                [ToolCall("send", '{"to": ')],
            ],
            reply=Reply("「{text}」: {outputs}", chunk_size=4, first_delay=0.2, chunk_delay=1),
            fault=Fault(
                pause=Pause(0.5, before_event=2),
                malformed=Malformed(4, "data: {"),
                drip=Drip(16, 0),
                cut=Cut(after_event=6),
                content_type="text/html",
            ),
        ),
    ),
    ENDS: (
        Rule(match=Match(text="yes", nth=3), failed=Failed("server_error", "2024-06-01")),
        Rule(expired=True, fault=Fault(reset="before_answering", pause=Pause(1))),
        Rule(reply=Reply(chunks=["再", "见"])),
        Rule(reply='{{"值": 1}}\n', fault=Fault(cut=Cut(after_byte=0))),
        Rule(),
    ),
    FAULTS: (
        Rule(
            match=Match(operation="queryRun"),
            fault=Fault(status=429, retry_after=2, error=ErrorBody(13, "限流", "qps", "run_id")),
        ),
        Rule(
            match=Match(operation="any"),
            fault=Fault(status=200, body="<html>", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        ),
        Rule(fault=Fault(status=599)),
        Rule(match=Match(operation="createThread"), fault=Fault(reset="before_reading")),
    ),
}


def data_of(text: str) -> Any:
    """The values that an editor validates by the schema."""
    node = read_yaml(text)
    assert node is not None
    return node.plain()


def refusal(text: str | bytes) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(text, source="天气.yaml")
    return caught.value


@pytest.mark.parametrize("text", READ)
def test_file_and_python_say_the_same(text: str) -> None:
    """Every key of the format, as YAML, as JSON in two layouts, and as Python."""
    expected = Scenario(READ[text])
    data = {"$schema": "scenario.schema.json", **data_of(text)}

    assert load_scenario(text) == expected
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
    """A new operation of openapi.yaml belongs in OPERATIONS and in the schema's enum."""
    spec = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    named = {post["operationId"] for path in spec["paths"].values() for post in path.values()}
    enum = SCHEMA["$defs"]["match"]["properties"]["operation"]["enum"]

    assert set(OPERATIONS) == named
    assert set(enum) == named | {"any"}


def test_schema_is_a_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


R = "rules:\n  - "  # a rule begins at 2:5

WRONG = [
    # Rules
    (R + "mach: {}", 2, 5, 'unknown key "mach"; did you mean "match"?'),
    (R + "match:\n      txt: 你好", 3, 7, 'unknown key "txt"; did you mean "text"?'),
    (R + "match: {nth: 0}", 2, 18, "expected a whole number, 1 or more, got the number 0"),
    (R + "match: {times: true}", 2, 20, "expected a whole number, 1 or more, got true"),
    (R + "match: {nth: 1, times: 2}", 2, 28, "nth and times cannot go together"),
    (R + "match: {text: a, regex: b}", 2, 29, "text and regex cannot go together"),
    (R + "match: {regex: '(天'}", 2, 20, "not a regular expression: missing )"),
    (R + "match: {operation: queryrun}", 2, 24, 'did you mean "queryRun"?'),
    (R + "match: {operation: queryRun}\n    reply: x", 3, 12, "about a run"),
    (R + "match: 你好", 2, 12, "expected an object with operation, assistant"),
    (R + "reply：你好", 2, 5, "not by a full-width colon"),
    (R + "reply: 5", 2, 12, "expected text, got the number 5; put it in quotes"),
    (R + "reply:", 2, 5, "expected a value, got nothing (null)"),
    (R + "reply: {text}", 2, 12, 'put text that begins with a brace in quotes: "{text} …"'),
    (R + "reply: {text} 你好", 2, 19, "put text that begins with { [ or"),
    (R + "reply: 「{txt}」", 2, 12, '"{txt}" is no placeholder; known: {text}'),
    (R + "reply: a } b", 2, 12, '"}" is no placeholder'),
    (R + "reply: '{text.__class__}'", 2, 12, "is no placeholder"),
    (R + "reply: {chunks: [a, 5]}", 2, 25, "chunks[1]: expected text, got the number 5"),
    (R + "reply: {chunks: []}", 2, 13, "expected at least one item"),
    (R + "reply: {chunks: [a], chunk_size: 1}", 2, 38, "chunk_size goes with text"),
    (R + "reply: {chunk_delay: 1}", 2, 12, "expected one of text and chunks"),
    (R + "reply: {text: a, first_delay: -1}", 2, 35, "expected seconds, from 0 to 86400"),
    (R + "reply: {text: a, first_delay: true}", 2, 35, "expected seconds, from 0 to 86400"),
    (R + "reply: a\n    expired: true", 3, 14, "ends in one way, by reply or expired"),
    (R + "expired: false", 2, 14, "expected true, got false"),
    (R + "failed: {type: a}", 2, 13, "missing message; add it"),
    (R + "tool_rounds: [{name: a}]", 2, 19, "expected a list, got an object"),
    (R + "tool_rounds: [[]]", 2, 19, "expected at least one item"),
    (R + "tool_rounds: [[{name: ''}]]", 2, 27, "got empty text"),
    (R + "tool_rounds: [[{name: a, arguments: [1]}]]", 2, 30, "expected an object or JSON text"),
    (R + "fault: {}", 2, 12, "expected one or more of status"),
    (R + "fault: {status: 204}", 2, 21, "expected 200 or 400 to 599, got 204"),
    (R + "fault: {status: 200}", 2, 21, "needs an error or a body"),
    (R + "fault: {retry_after: 1}", 2, 26, "retry_after needs a status"),
    (
        R + "fault: {status: 500, retry_after: -1}",
        2,
        39,
        "expected text or a whole number, 0 or more",
    ),
    (R + "fault: {status: 500}\n    reply: x", 3, 12, "with fault.status no run is carried out"),
    (R + "fault: {status: 500, reset: before_reading}", 2, 33, "status and reset cannot"),
    (R + "fault: {reset: before}", 2, 20, 'did you mean "before_reading"?'),
    (R + "fault: {reset: before_answering, drip: {bytes: 1, seconds: 1}}", 2, 38, "no answer"),
    (R + "fault: {cut: {}}", 2, 18, "expected one of after_event and after_byte"),
    (R + "fault: {status: 500, cut: {after_event: 1}}", 2, 45, "no events to count"),
    (R + "fault: {content_type: 文本}", 2, 27, "expected printable ASCII"),
    (R + 'fault: {content_type: "a\\nb: c"}', 2, 27, "expected printable ASCII"),
    (
        R + "match: {operation: queryRun}\n    fault: {malformed: {event: 1}}",
        *(3, 13, "queryRun has no events to count; only createRun has"),
    ),
    # YAML
    ("", 1, 1, "the scenario is empty"),
    ("# 空的\n", 1, 1, "the scenario is empty"),
    ("\ufeff", 1, 1, "the scenario is empty"),
    ("你好", 1, 1, 'expected an object with rules; got the text "你好"'),
    ("a: 1", 1, 1, 'unknown key "a"; Known: rules'),
    ("rules: {}", 1, 8, "expected a list, got an object"),
    ("rules:\n\t- reply: x", 2, 1, "indent with spaces, not tabs"),
    (R + "reply: a: b", 2, 13, 'put text that holds ": " in quotes'),
    (R + "reply: @你好", 2, 12, "put text that begins with this character in quotes"),
    (R + "reply: '你好", 2, 12, "close the quotes"),
    (R + "match: {text: a", 2, 12, "not valid YAML"),
    (R + "reply: a\n   match: {}", 3, 4, "check the indentation"),
    (
        R + "reply: a\n    match: {}\n    reply: b",
        4,
        5,
        'key "reply" is written twice; the first is in line 2',
    ),
    (R + "reply: .nan", 2, 12, ".nan is not a finite number"),
    (R + "reply: 1e999", 2, 12, "a number too large"),
    (R + "reply: &a x\n  - reply: *a", 3, 12, 'aliases ("a") are not taken'),
    (R + "reply: !!python/name:os.system", 2, 12, "are not taken; remove it"),
    (R + "reply: \x07", 2, 12, "character U+0007 cannot stand in YAML"),
    (R + "1: x", 2, 5, "expected a key that is text"),
    ("---\nrules: []\n---\nrules: []", 3, 1, "a second document begins here"),
    (b"rules:\n  - reply: \xc4\xe3", 2, 12, "not UTF-8 text"),
    # JSON
    ('{"rules": [\n  {"reply": 5}]}', 2, 13, "expected text, got the number 5"),
    ('{"rules": [],}', 1, 13, "a comma before }; remove it"),
    ("{rules: []}", 1, 2, "expected a key in double quotes"),
    ('{"rules" []}', 1, 10, "expected a colon after the key \"rules\", got '['"),
    ('{"rules": []', 1, 13, "expected a comma or }, but the text ends"),
    ('{"rules": []} x', 1, 15, "expected the end of the text"),
    ('{"rules": [], "rules": []}', 1, 15, 'key "rules" is written twice'),
    ('{"rules": NaN}', 1, 11, "'NaN' is no JSON value"),
    ('{"rules": 1e999}', 1, 11, "a number too large"),
    ('{"rules": "', 1, 11, "not valid JSON: Unterminated string"),
    ('{"rules": [{"reply": "\\ud83d"}]}', 1, 22, "half a surrogate pair"),
    ("[]", 1, 1, "expected an object with rules; got a list"),
]


@pytest.mark.parametrize(("text", "line", "column", "reason"), WRONG)
def test_wrong_file(text: str | bytes, line: int, column: int, reason: str) -> None:
    """A wrong file is refused with its name, the place and the reason in words."""
    error = refusal(text)

    assert str(error).startswith(f"天气.yaml:{line}:{column}: ")
    assert reason in str(error)
    assert (error.source, error.line, error.column) == ("天气.yaml", line, column)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested more than 50 levels"),
        ("x: " + "[" * 100_000, "nested more than 50 levels"),
        ("- " * 100_000, "nested more than 50 levels"),
        ("rules: [" + "1," * 20_000 + "1]", "more than 10000 values"),
        ('{"rules": [' + "1," * 20_000 + "1]}", "more than 10000 values"),
        ("#" * 1_000_001, "expected at most 1000000 characters"),
        ("rules: " + "9" * 10_000, "a number too large or too long"),
        (R + "match: {regex: '" + "(" * 20_000 + "'}", "not a regular expression"),
    ],
    ids=range(8),
)
def test_hostile_file(text: str, reason: str) -> None:
    """Texts that would take forever, or all memory, are refused early."""
    assert reason in str(refusal(text))


def test_bytes_and_byte_order_mark() -> None:
    """As some editors save it, in both formats."""
    for text in (R + "reply: 你好 😀\r\n", '\r\n{"rules": [{"reply": "你好 \\ud83d\\ude00"}]}'):
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
KEYS = sorted(set(re.findall(r"[a-z_]+(?=:)", TOOLS + ENDS + FAULTS)) | {"typo"})


def places(value: Any) -> list[Any]:
    """The objects and lists in a value, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, (dict, list)) else []
    return own + [place for part in inner for place in places(part)]


@settings(deadline=None)
@given(st.data())
def test_schema_and_parser_agree(data: st.DataObject) -> None:
    """Whatever a file is changed to, either both take it or both refuse it."""
    text = data.draw(st.sampled_from([TOOLS, ENDS, FAULTS]))
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

    assert VALIDATOR.is_valid(scenario) == (refused is None), refused
