"""The chat against a mock server: one server a test, scripted by the test."""

from __future__ import annotations

import pytest
from appbuilder_assistants import AppBuilder
from appbuilder_mock import Running
from appbuilder_mock.scenarios import (
    Cut,
    ErrorBody,
    Failed,
    Fault,
    Malformed,
    Match,
    Reply,
    Rule,
    ToolCall,
)
from chat import Chat

# For `pytest --appbuilder-sweep`: the chat's messages about failures. A test that scripts a fault
# of its own, or compares single pieces, still fails there.
pytestmark = pytest.mark.appbuilder_sweep(reported="［")


@pytest.fixture
def chat(appbuilder_client: AppBuilder) -> Chat:
    return Chat(appbuilder_client, weather=lambda city: f"{city}晴")


def said(chat: Chat, question: str) -> str:
    return "".join(chat.ask(question))


def test_answers_come_in_pieces(chat: Chat, appbuilder_mock: Running) -> None:
    appbuilder_mock.script(Rule(match=Match(text="你好"), reply=Reply(chunks=["您", "好"])))

    assert list(chat.ask("你好")) == ["您", "好"]


def test_the_weather_of_two_cities(chat: Chat, appbuilder_mock: Running) -> None:
    """The assistant asks for both at once; the answer has the tool's output."""
    cities = [ToolCall("get_weather", {"city": city}) for city in ("北京", "上海")]
    appbuilder_mock.script(Rule(tool_rounds=[cities], reply="天气：{outputs}"))

    assert said(chat, "天气怎么样？") == "天气：北京晴\n上海晴"
    [call] = appbuilder_mock.assert_received("submitToolOutputs", times=1)
    assert [one["output"] for one in call.body["tool_outputs"]] == ["北京晴", "上海晴"]


@pytest.mark.parametrize("arguments", ['{"city": "北', "{}", "[]"])
def test_arguments_that_cannot_be_read(
    chat: Chat, appbuilder_mock: Running, arguments: str
) -> None:
    rounds = [[ToolCall("get_weather", arguments)]]
    appbuilder_mock.script(Rule(tool_rounds=rounds, reply="{outputs}"))

    assert said(chat, "天气怎么样？").startswith("error: ")


def test_too_many_questions(chat: Chat, appbuilder_mock: Running) -> None:
    """The first one is refused, the second one answered."""
    busy = Fault(status=429, retry_after=60, error=ErrorBody("rate_limit", "请求过于频繁"))
    appbuilder_mock.script(Rule(match=Match(times=1), fault=busy), Rule(reply="您好"))

    assert said(chat, "你好") == "［请 60 秒后再试］"
    assert said(chat, "你好") == "您好"


def test_a_stream_that_breaks_off(chat: Chat, appbuilder_mock: Running) -> None:
    """The run went on: the client looks it up, and the rest of the answer comes as well."""
    appbuilder_mock.script(
        Rule(reply=Reply("一二三", chunk_size=1), fault=Fault(cut=Cut(after_event=4)))
    )

    assert list(chat.ask("数到三")) == ["一", "二三"]


def test_a_stream_that_cannot_be_read(chat: Chat, appbuilder_mock: Running) -> None:
    """The text so far is shown; the next question is answered."""
    broken = Fault(malformed=Malformed(5))
    first = Rule(match=Match(times=1), reply=Reply("一二三", chunk_size=1), fault=broken)
    appbuilder_mock.script(first, Rule(reply="您好"))

    assert said(chat, "数到三") == "一［回答中断了］"
    assert said(chat, "你好") == "您好"


@pytest.mark.parametrize("operation", ["createMessage", "createRun"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=503),
        Fault(status=200, error=ErrorBody(1, "Unknown error")),
        Fault(status=502, body="<html>Bad gateway</html>", content_type="text/html"),
    ],
    ids=["503", "error under 200", "a proxy's page"],
)
def test_a_service_that_fails(
    chat: Chat, appbuilder_mock: Running, operation: str, fault: Fault
) -> None:
    appbuilder_mock.script(Rule(match=Match(operation=operation), fault=fault))

    assert said(chat, "你好") == "［服务暂时不可用］"


def test_an_unreachable_service(chat: Chat, appbuilder_mock: Running) -> None:
    """The question may have arrived, so it is not asked twice."""
    reset = Rule(match=Match(operation="createMessage"), fault=Fault(reset="before_answering"))
    appbuilder_mock.script(reset)

    assert said(chat, "你好") == "［服务暂时不可用］"
    appbuilder_mock.assert_received("createMessage", times=1, content="你好")
    appbuilder_mock.assert_received("createRun", times=0)


WEATHER = [[ToolCall("get_weather", {"city": "北京"})]]
BREAKS = {
    "the stream ends": Fault(cut=Cut(after_event=5)),
    "an event is broken": Fault(malformed=Malformed(5)),
}
REFUSALS = {"busy": Fault(status=503), "reset": Fault(reset="before_answering")}


@pytest.mark.parametrize("fault", BREAKS.values(), ids=BREAKS)
def test_a_stream_with_a_tool_that_breaks(
    chat: Chat, appbuilder_mock: Running, fault: Fault
) -> None:
    """The run does not wait for its tool for ever: the next question is answered."""
    broken = Rule(match=Match(times=1), tool_rounds=WEATHER, fault=fault)
    appbuilder_mock.script(broken, Rule(reply="您好"))

    said(chat, "天气怎么样？")

    assert said(chat, "你好") == "您好"


@pytest.mark.parametrize("fault", REFUSALS.values(), ids=REFUSALS)
def test_tool_outputs_that_do_not_arrive(
    chat: Chat, appbuilder_mock: Running, fault: Fault
) -> None:
    refused = Rule(match=Match(operation="submitToolOutputs", times=1), fault=fault)
    weather = Rule(match=Match(text="天气怎么样？"), tool_rounds=WEATHER)
    appbuilder_mock.script(refused, weather, Rule(reply="您好"))

    assert said(chat, "天气怎么样？") == "［服务暂时不可用］"
    assert said(chat, "你好") == "您好"


def test_a_run_that_fails(chat: Chat, appbuilder_mock: Running) -> None:
    appbuilder_mock.script(Rule(failed=Failed("server_error", "模型不可用")))

    assert said(chat, "你好") == "［没有答案：failed］"
