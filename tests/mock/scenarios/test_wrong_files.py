"""Scenario files that are refused: the place, the reason, and limits."""

from __future__ import annotations

import pytest
from appbuilder_mock.scenarios import (
    ScenarioError,
    load_scenario,
)


def refusal(text: str | bytes) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(text, source="天气.yaml")
    return caught.value


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
