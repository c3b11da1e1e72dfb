"""No request can take much memory or time, whatever its body holds, and others are answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any

import appbuilder_mock
import psutil
import pytest
from appbuilder_mock.contract import the_contract
from appbuilder_mock.errors import MockApiError
from appbuilder_mock.handlers.by_operation import HANDLERS
from appbuilder_mock.middleware.json_body import MAX_BODY, MAX_PARTS
from appbuilder_mock.resources.conversation import new_thread
from appbuilder_mock.state import MockState

from tests.mock.process import Process, serving
from tests.mock.wire import Api, final_text

SIZE = 8 * 1024 * 1024  # bytes of a body
JSON = {"Content-Type": "application/json"}
MANY = 300_000
MESSAGE = '{"role":"user","content":"字"}'
OUTPUT = '{"tool_call_id":"c","output":"晴"}'


def filled(before: str, part: str, after: str, *, size: int = SIZE) -> bytes:
    """A body of this size, filled with repetitions of one part."""
    count = (size - len((before + after).encode())) // len(part.encode())
    return (before + part * count + after).encode()


def listed(before: str, item: str, after: str, *, size: int = SIZE) -> bytes:
    return filled(before, f"{item},", item + after, size=size)


TEXT = filled('{"thread_id":"t","role":"user","content":"', "字", '"}')

REFUSED: dict[str, tuple[str, bytes]] = {
    "zeros": ("threads", listed('{"messages":[', "0", "]}")),
    "zeros in a choice": ("threads/runs", listed('{"thread":{"messages":[', "0", "]}}")),
    "lists": ("threads", listed('{"messages":[', "[]", "]}")),
    "objects": ("threads", listed('{"messages":[', "{}", "]}")),
    "texts": ("threads", listed('{"messages":[', '""', "]}")),
    "pairs of a key": ("threads", listed("{", '"k":0', "}")),
    "keys": (
        "threads",
        json.dumps({"metadata": {f"键{number}": "" for number in range(MANY)}}).encode(),
    ),
    "digits": ("threads", filled('{"messages":', "9", "}")),
    "digits behind the point": ("threads", filled('{"messages":0.', "9", "}")),
    "many long numbers": ("threads", listed('{"messages":[', "9" * 4300, "]}")),
    "depth": ("threads", filled("", "[", "")),
    "messages": ("threads", f'{{"messages":[{",".join([MESSAGE] * MANY)}]}}'.encode()),
    "messages of a run": (
        "threads/runs",
        f'{{"assistant_id":"a","thread":{{"messages":[{",".join([MESSAGE] * MANY)}]}}}}'.encode(),
    ),
    "tool outputs": (
        "threads/runs/submit_tool_outputs",
        f'{{"thread_id":"t","run_id":"r","tool_outputs":[{",".join([OUTPUT] * MANY)}]}}'.encode(),
    ),
    "zeros, as many as are read": ("threads", listed('{"messages":[', "0", "]}", size=MAX_PARTS)),
    "zeros in a choice, as many": (
        "threads/runs",
        listed('{"assistant_id":"a","thread":{"messages":[', "0", "]}}", size=MAX_PARTS),
    ),
    "wrong metadata": (
        "assistants",
        json.dumps(
            {"name": "a", "metadata": dict.fromkeys(map(str, range(MAX_PARTS - 4)), 0)}
        ).encode(),
    ),
}

CONTENT = '{"messages":[{"role":"user","content":"'
ACCEPTED = {
    "text": filled(CONTENT, "字", '"}]}'),
    "commas": filled(CONTENT, ",[{", '"}]}'),
    "line ends": filled(CONTENT, "\\n", '"}]}'),
    "escapes": filled(CONTENT, "\\u5b57", '"}]}'),
    "quotes": filled(CONTENT, '\\"', '"}]}'),
    "backslashes": filled(CONTENT, "\\\\", '"}]}'),
    "quotes behind backslashes": filled(CONTENT, '\\\\\\",', '"}]}'),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Process]:
    with serving() as process:
        yield process


def peak(server: Process) -> int:
    """The most memory that the server ever had, in bytes; 0 where no /proc says it."""
    place = Path(f"/proc/{server.popen.pid}/status")
    status = place.read_text(encoding="ascii") if place.exists() else "VmHWM: 0"
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def cpu_seconds(server: Process) -> float:
    """The server's processor time; waiting for a busy machine does not count."""
    times = psutil.Process(server.popen.pid).cpu_times()
    return float(times.user + times.system)


def cost(server: Process, api: Api, path: str, body: bytes, *statuses: int) -> float:
    """The CPU seconds that the server needs to answer with one of these statuses."""
    before = cpu_seconds(server)
    response = api.post(path, content=body, headers=JSON)

    assert response.status_code in statuses, response.text
    assert len(response.content) < 1000 or response.is_success
    return cpu_seconds(server) - before


def check(server: Process, path: str, body: bytes, *statuses: int) -> None:
    """It costs no more than a text of the same length does, by an order of magnitude at most.

    Memory: the body's chunks, their sum, the decoded text, the value, and what is stored or shown
    of it, with one and two bytes more where a character takes up to four, make up to eight copies
    of the body at a time. MAX_PARTS values take 250 bytes each at most.
    """
    with server.api() as api:
        plain = cost(server, api, "threads/messages", TEXT, 404)
        before = peak(server)

        share = max(1.0, len(body) / len(TEXT))
        assert cost(server, api, path, body, *statuses) < 10 * share * max(plain, 0.1)
        assert peak(server) - before < 8 * len(body) + 250 * MAX_PARTS
        assert api.thread()


@pytest.mark.parametrize("name", REFUSED)
def test_refused_bodies(server: Process, name: str) -> None:
    """A list of wrong items is refused for the first, and one too long before it is read."""
    path, body = REFUSED[name]
    check(server, path, body, 400)


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_bodies(server: Process, name: str) -> None:
    """A separator inside a text is no value, however it is escaped."""
    check(server, "threads", ACCEPTED[name], 200)


def test_the_largest_body_of_zeros(server: Process) -> None:
    """32 MiB took 23 GB."""
    body = listed('{"messages":[', "0", "]}", size=MAX_BODY)
    check(server, "threads", body, 400)


def test_as_many_messages_as_are_read(server: Process) -> None:
    """Three parts each: the object, what it begins with, and one more field."""
    count = MAX_PARTS // 3 - 1
    body = f'{{"messages":[{",".join([MESSAGE] * count)}]}}'.encode()
    check(server, "threads", body, 200)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}] * 2, "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}},
        {"required": [f"键{at}" for at in range(20_000)], "allOf": [{"$ref": "#"}] * 50},
        {
            "$defs": {str(at): {"const": at} for at in range(10_000)},
            "properties": {str(at): {"const": at} for at in range(2_000)},
        },
        {"properties": {"a": {"pattern": "a" * 1_000_000}}},
        {"properties": {"a": {"pattern": "((a{9000}){9000}){9000}"}}},
        {"properties": {str(at): {"pattern": "(a{99}){99}"} for at in range(900)}},
        {"properties": {"a": {"pattern": "(x+x+)+y", "const": "x" * 40}}},
    ],
    ids=[
        "references to itself",
        "choices of itself",
        "names",
        "definitions",
        "a long pattern",
        "a pattern of much",
        "many patterns",
        "a pattern that backtracks",
    ],
)
def test_schemas_of_tools(server: Process, schema: dict[str, Any]) -> None:
    """A sample is made for every schema, even if it does not satisfy the schema."""
    function = {"name": "f", "parameters": {"type": "object", **schema}}
    with server.api() as api:
        plain = cost(server, api, "threads/messages", TEXT, 404)
        before = cpu_seconds(server)
        run = api.run(tools=[{"type": "function", "function": function}])

        assert cpu_seconds(server) - before < 10 * max(plain, 0.1)
        [call] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
        assert isinstance(json.loads(call["function"]["arguments"]), dict)


def turns_during(work: Awaitable[object]) -> int:
    """How often another task has its turn while the work is done."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def meanwhile() -> None:
        waiting = asyncio.create_task(others())
        await work
        waiting.cancel()

    asyncio.run(meanwhile())
    return turns


@pytest.mark.parametrize(
    ("operation", "body"), [("createMessage", TEXT), ("createThread", ACCEPTED["escapes"])]
)
def test_others_act_between_the_steps(operation: str, body: bytes) -> None:
    """Reading and validating a large body are two steps, and others have their turn after each."""
    assert turns_during(the_contract().body_in_steps(operation, "application/json", body)) >= 2


def test_others_act_during_a_long_list() -> None:
    """A page of any `limit` is made in steps of 500 objects."""
    state: MockState = appbuilder_mock.create_app().app.state.mock
    thread = new_thread(state.store, {"messages": [{"role": "user", "content": "好"}] * 2001})
    body = {"thread_id": thread["id"], "limit": 10**9}

    assert turns_during(HANDLERS["listMessages"](state, body)) >= 4


def test_a_large_body_while_others_call(server: Process) -> None:
    """The answer to a large text does not hold back those who ask in between."""
    text = "长" * (SIZE // 3)
    with server.api() as api, server.api() as other:
        thread = api.thread(text)
        assistant = api.assistant()
        body = {"assistant_id": assistant, "thread_id": thread, "stream": True}
        with api.http.stream("POST", "/v2/threads/runs", json=body) as stream:
            chunks = stream.iter_raw()
            next(chunks)  # the stream has begun and is megabytes from its end
            assert other.ok("threads/query", thread_id=thread)["id"] == thread
            assert len(b"".join(chunks)) > SIZE
        message = api.ok("threads/messages/list", thread_id=thread, limit=1)["data"][0]
        assert message["content"][0]["text"]["value"] == f'你说:「{text}」 You said: "{text}"'
        assert final_text(api.run(thread={"messages": [{"role": "user", "content": "短"}]}))


def test_the_problem_is_named(server: Process) -> None:
    """The first wrong item's place, behind any number of right ones."""
    good = [{"role": "user", "content": "好"}] * 10_000
    with server.api() as api:
        error = api.error("threads", 400, messages=[*good, {"role": "user"}])

    assert error["param"] == "messages[10000].content"


def test_no_more_digits_than_a_number_has() -> None:
    """The largest float can be written out; a longer number is refused with its length."""
    largest = int(1.7976931348623157e308)

    def read(number: str) -> None:
        body = b'{"name": %s}' % number.encode()
        the_contract().body("createAssistant", "application/json", body)

    with pytest.raises(MockApiError, match="name: expected string"):
        read(str(largest))
    with pytest.raises(MockApiError, match="at most 400 digits, got 401"):
        read("7" * 401)
