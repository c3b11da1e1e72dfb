"""Nothing secret reaches the file of a recorded session."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import appbuilder_mock
import pytest
from appbuilder_mock.recording.secrets import Secrets
from appbuilder_mock.scenarios import (
    ErrorBody,
    Failed,
    Fault,
    Match,
    Reply,
    Rule,
    ToolCall,
    read_scenario,
)

from tests.mock.recording.sessions import asking, recorder, replayed, run_streamed
from tests.mock.scenarios.calls import asked_for
from tests.mock.wire import Api

TOKEN = "bce-v3/ALTAK-1a2b3c/9f8e7d6c5b4a"
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in TOKEN)
IN_ADDRESS = TOKEN.replace("/", "%2F")
USER = {"id": "用户四十二", "name": "张三", "intro": "zhangsan@example.com"}
PLACE = {"loc": "北京市海淀区", "uip": "192.0.2.17", "uipv6": ""}


def recorded(file: Path, *rules: Rule, options: dict[str, Any] | None = None, **body: Any) -> str:
    """The text of the file after a streamed run, and a call that fails."""
    with (
        appbuilder_mock.running(token=TOKEN, scenario=list(rules)) as upstream,
        recorder(file, upstream.url, TOKEN, **(options or {})) as api,
    ):
        run_streamed(api, assistant_id=api.assistant(), **{**asking("你好"), **body})
        api.post("threads/query", {"thread_id": "thread_1"})
    assert read_scenario(file).rules
    return file.read_text(encoding="utf-8")


REPLIES = {
    "as it is": Rule(reply=f"您的 token 是 {TOKEN}"),
    "in pieces": Rule(reply=Reply(f"您的 token 是 {TOKEN}。", chunk_size=3)),
    "escaped": Rule(reply=f'{{{{"a": "{ESCAPED}"}}}}'),
    "in an address": Rule(reply=f"https://h/?x={IN_ADDRESS}"),
    "in arguments": Rule(tool_rounds=[[ToolCall("f", {"a": [TOKEN], TOKEN: 1})]], reply="好"),
    "in broken arguments": Rule(tool_rounds=[[ToolCall("f", f'{{"a": "{ESCAPED}')]], reply="好"),
    "in an error": Rule(failed=Failed("server_error", f"wrong {TOKEN}")),
    "in a failure": Rule(
        match=Match(operation="any"),
        fault=Fault(status=500, error=ErrorBody("x", f"wrong {TOKEN}", param=TOKEN)),
    ),
    "in a page": Rule(match=Match(operation="queryThread"), fault=Fault(status=500, body=TOKEN)),
}


@pytest.mark.parametrize("rule", REPLIES.values(), ids=REPLIES)
def test_the_token(tmp_path: Path, rule: Rule) -> None:
    """In the header of a request it is a secret, and so wherever else it comes up."""
    file = tmp_path / "session.yaml"
    if rule is REPLIES["in a failure"]:
        with (
            appbuilder_mock.running(token=TOKEN, scenario=[rule]) as upstream,
            recorder(file, upstream.url, TOKEN) as api,
        ):
            api.post("threads", {})
        text = file.read_text(encoding="utf-8")
    else:
        text = recorded(file, rule)

    assert "•••" in text
    for form in (TOKEN, TOKEN.rpartition("/")[2], ESCAPED, IN_ADDRESS):
        assert form not in text
    pieces = re.findall(r"[\w-]+", text)
    assert not [one for one in pieces if len(one) > 4 and one in TOKEN.rpartition("/")[2]]


def test_values_under_secret_like_keys(tmp_path: Path) -> None:
    """In arguments, in broken ones, in JSON inside text; numbers as well."""
    text = recorded(
        tmp_path / "session.yaml",
        Rule(
            tool_rounds=[
                [
                    ToolCall(
                        "f", {"password": "hunter2", "deep": [{"apiKey": {"k": "opensesame"}}]}
                    ),
                    ToolCall("g", {"PIN_token": 987654, "city": "北京"}),
                    ToolCall("h", '{"client_secret": "letmein", "x'),
                ]
            ],
            reply='{{"access_token": "swordfish"}} 见 https://h/?api_key=joshua&x=1',
        ),
    )

    for secret in ("hunter2", "opensesame", "987654", "letmein", "swordfish", "joshua"):
        assert secret not in text
    assert "北京" in text


@pytest.mark.parametrize("kept", [False, True])
def test_personal_data(tmp_path: Path, kept: bool) -> None:
    """The values of user_info and user_loc, wherever they come up, unless they are asked for."""
    file = tmp_path / "session.yaml"
    text = recorded(
        file,
        Rule(
            tool_rounds=[[ToolCall("f", {"user_info": {"x": "某人"}})]],
            reply=Reply(chunks=["您好，张三，", "北京市", "海淀区"]),
        ),
        options={"keep_personal": kept},
        user_info=USER,
        user_loc=PLACE,
        **asking("我是张三"),
    )

    for value in ("张三", "北京市海淀区", "某人"):
        assert (value in text.replace(", ", "")) == kept or (kept and value == "北京市海淀区")
    assert ("text:" in text) == kept, "a text that is not complete matches no run"
    with replayed(file) as api:
        assert run_streamed(api, assistant_id=api.assistant(), **asking("我是李四")) or kept


def test_patterns(tmp_path: Path) -> None:
    """The patterns of the user are redacted; a later secret is removed from earlier runs."""
    text = recorded(
        tmp_path / "session.yaml",
        Rule(reply="订单 A-1234 已发货，电话 13800000000"),
        options={"redact": [r"A-\d+", r"\b1\d{10}\b"]},
    )

    assert "订单 ••• 已发货，电话 •••" in text
    with pytest.raises(re.error):
        Secrets(["("])


def test_a_secret_that_is_known_later(tmp_path: Path) -> None:
    """A second user's token was in the answer to the first."""
    file = tmp_path / "session.yaml"
    other = "token-of-another-user"
    with (
        appbuilder_mock.running(token=TOKEN, scenario=[Rule(reply=f"{other} 好")]) as upstream,
        recorder(file, upstream.url, TOKEN) as api,
    ):
        api.run()
        while other not in file.read_text(encoding="utf-8"):
            pass
        with Api(api.url, other) as second:
            second.post("threads", {})
    assert other not in file.read_text(encoding="utf-8")
    with replayed(file) as api:
        assert "••• 好" in json.dumps(api.run(), ensure_ascii=False)


def test_cookies() -> None:
    """Their values are secret, and their names are words like any other."""
    secrets = Secrets()
    secrets.note_headers({"cookie": "session=opensesame; theme=darkblue", "accept": "text/html"})

    assert secrets.text("a session with opensesame, text/html") == "a session with •••, text/html"
    assert repr(secrets) == "Secrets()"


def test_outputs_of_tools_are_not_kept(tmp_path: Path) -> None:
    """A replay gets them from its own tools."""
    file = tmp_path / "session.yaml"
    rule = Rule(tool_rounds=[[ToolCall("f")]], reply="好")
    with (
        appbuilder_mock.running(scenario=[rule]) as upstream,
        recorder(file, upstream.url, upstream.token) as api,
    ):
        run = api.run()
        outputs = [{"tool_call_id": asked_for(run)[0]["id"], "output": "病历"}]
        place = {"thread_id": run["thread_id"], "run_id": run["id"]}
        api.ok("threads/runs/submit_tool_outputs", **place, tool_outputs=outputs)

    assert "病历" not in file.read_text(encoding="utf-8")
