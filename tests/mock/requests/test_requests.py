"""Requests that are refused before they reach a handler, and the messages."""

from __future__ import annotations

import json

import pytest
from appbuilder_mock.middleware.json_body import MAX_BODY

from tests.mock.wire import Api, final_text

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("path", "body", "param", "message"),
    [
        ("assistants", {}, "name", "expected a value, got nothing"),
        ("assistants", {"name": ""}, "name", "expected at least 1 characters"),
        ("assistants", {"name": "有 空格"}, "name", "matches"),
        ("assistants", {"name": "字" * 129}, "name", "expected at most 128 characters"),
        ("assistants", {"name": 5}, "name", "expected string, got 5"),
        ("assistants", {"name": "a", "description": "字" * 513}, "description", "at most 512"),
        ("assistants", {"name": "a", "instructions": "字" * 4097}, "instructions", "at most 4096"),
        ("assistants", {"name": "a", "file_ids": ["f"] * 11}, "file_ids", "at most 10 items"),
        ("assistants", {"name": "a", "response_format": "xml"}, "response_format", '"json_object"'),
        ("assistants", {"name": "a", "metadata": {"k": "字" * 513}}, "metadata.k", "at most 512"),
        ("assistants", {"name": "a", "metadata": {"k" * 65: ""}}, "metadata", "64 characters"),
        (
            "assistants",
            {"name": "a", "metadata": {str(key): "" for key in range(17)}},
            "metadata",
            "at most 16 pairs",
        ),
        (
            "assistants",
            {"name": "a", "tools": [{"type": "code", "function": {"name": "f"}}]},
            "tools[0].type",
            'expected "function", got "code"',
        ),
        ("assistants", [], None, "expected object, got []"),
        ("threads", {"messages": [{"role": "user"}]}, "messages[0].content", "got nothing"),
        ("threads/messages", {"thread_id": "t", "role": "user"}, "content", "got nothing"),
        (
            "threads/runs",
            {"assistant_id": "a", "thread": {"messages": [{"role": "x", "content": ""}]}},
            "thread.messages[0].role",
            'expected "user", got "x"',
        ),
        ("threads/runs", {"assistant_id": "a", "thread": 5}, "thread", "expected object or null"),
        ("threads/runs", {"assistant_id": "a"}, "thread", "Without `thread_id`"),
        (
            "threads/runs",
            {"assistant_id": "a", "thread": {"messages": []}, "thread_id": ""},
            "thread.messages",
            "at least 1 items",
        ),
        (
            "threads/runs",
            {
                "assistant_id": "a",
                "thread_id": "t",
                "tool_output": {"tool_call_id": "c", "output": "晴", "run_id": None},
            },
            "tool_output.run_id",
            "expected string, got null",
        ),
        (
            "threads/runs",
            {
                "assistant_id": "a",
                "thread_id": "t",
                "model_parameters": {"chat_parameters": {"temperature": -0.5}},
            },
            "model_parameters.chat_parameters.temperature",
            "expected at least 0, got -0.5",
        ),
        (
            "threads/runs/submit_tool_outputs",
            {"thread_id": "t", "run_id": "r", "tool_outputs": [{"tool_call_id": "c", "output": 5}]},
            "tool_outputs[0].output",
            "expected string, got 5",
        ),
    ],
)
def test_a_body_that_breaks_the_contract(
    api: Api, path: str, body: object, param: str | None, message: str
) -> None:
    """400 with the path of the field, what was expected and what came."""
    response = api.post(path, body)
    error = response.json()["error"]

    assert response.status_code == 400
    assert error["code"] == "invalid_parameter"
    assert error["param"] == param
    assert message in error["message"]
    assert len(error["message"]) < 600


def test_a_huge_value_is_shown_in_part(api: Api) -> None:
    """Neither one long text nor many short ones make a long message."""
    pairs = {str(key): "" for key in range(10_000)}
    for body in ({"name": "a", "metadata": pairs}, {"name": "字" * 1_000_000}):
        assert len(api.error("assistants", 400, **body)["message"]) < 600


def test_nulls_count_as_omitted(api: Api) -> None:
    """Explicit nulls and empty lists, as the official client sends them."""
    nulls = dict.fromkeys(
        ["description", "model", "response_format", "instructions", "tools", "file_ids", "metadata"]
    )
    assistant = api.ok("assistants", name="a", **nulls)
    run_nulls = dict.fromkeys(
        [
            *("model", "instructions", "thought_instructions", "chat_instructions", "stream"),
            *("tools", "metadata", "tool_output", "model_parameters", "user_info", "user_loc"),
        ]
    )
    thread = {"messages": [{"role": "user", "content": "你好", "file_ids": None}], "metadata": None}
    run = api.run(assistant_id=assistant["id"], thread_id=None, thread=thread, **run_nulls)

    assert (assistant["description"], assistant["tools"]) == ("", [])
    assert assistant["response_format"] == "text"
    assert run["status"] == "completed"


DEEP = b'{"name": "a", "metadata": ' + b'{"k": ' * 101 + b"1" + b"}" * 102


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"name": "a"} {}', "not JSON"),
        (b"name=a", "not JSON"),
        (b'\xef\xbb\xbf{"name": "a"}', "not JSON"),
        ('{"name": "字"}'.encode("gbk"), "not UTF-8"),
        ('{"name": "字"}'.encode("utf-16"), "not UTF-8"),
        (b'{"name": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"name": "\\ud800"}', "half of a surrogate pair"),
        (b'{"name": NaN}', "NaN is not a JSON number"),
        (b'{"name": -Infinity}', "-Infinity is not a JSON number"),
        (b'{"name": 1e999}', "1e999 is too large"),
        (b'{"name": ' + b"9" * 5000 + b"}", "5000 digits"),
        (b"[" * 40_000, "nested deeper"),
        (b'{"a":' * 40_000, "nested deeper"),
        (b"[" * 1_000_000, "more than 50000 values"),
        (b'{"a":' * 100_000, "more than 50000 values"),
        (DEEP, "nested deeper than 100 levels"),
        (b"\x00\x01\x02\xff", "not UTF-8"),
    ],
)
def test_a_body_that_is_nonsense(api: Api, raw: bytes, message: str) -> None:
    """400 that says what is wrong, whatever the bytes are; and the server lives on."""
    response = api.post("assistants", content=raw, headers=JSON)

    assert response.status_code == 400
    assert message in response.json()["error"]["message"]
    assert api.ok("threads")["object"] == "thread"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]
)
def test_a_body_of_another_type(api: Api, content_type: str) -> None:
    """415, though its bytes may be JSON."""
    headers = {"Content-Type": content_type}
    response = api.post("assistants", content=b'{"name": "a"}', headers=headers)

    assert response.status_code == 415
    assert response.json()["error"]["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
def test_a_content_type_with_a_charset(api: Api, content_type: str) -> None:
    """Parameters and case do not matter."""
    headers = {"Content-Type": content_type}
    response = api.post("assistants", content='{"name": "字"}'.encode(), headers=headers)

    assert response.status_code == 200


def test_ten_megabytes_of_chinese(api: Api) -> None:
    """They come back whole, in the message and in the pieces of the answer."""
    text = "汉字" * 1_750_000
    thread_id = api.thread()
    message = api.ok("threads/messages", thread_id=thread_id, role="user", content=text)

    assert len(text.encode()) > 10_000_000
    assert message["content"][0]["text"]["value"] == text
    assert final_text(api.run(thread_id=thread_id)) == f'你说:「{text}」 You said: "{text}"'


def test_a_body_that_is_too_large(api: Api) -> None:
    """413 that names the limit; one byte less is read."""
    frame = json.dumps({"thread_id": "t", "role": "user", "content": ""}).encode()
    room = MAX_BODY - len(frame)
    fits, larger = (frame[:-2] + b"a" * size + frame[-2:] for size in (room, room + 1))
    within = api.post("threads/messages", content=fits, headers=JSON)
    beyond = api.post("threads/messages", content=larger, headers=JSON)

    assert (len(fits), within.status_code) == (MAX_BODY, 404)
    assert beyond.status_code == 413
    assert beyond.json()["error"]["code"] == "body_too_large"
    assert str(MAX_BODY) in beyond.json()["error"]["message"]
