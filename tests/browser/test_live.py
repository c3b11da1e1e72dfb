"""The live view in a real browser, while things happen on the server."""

from __future__ import annotations

import json

import appbuilder_mock
import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.view import View
from tests.mock.wire import WEATHER, Api

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>\'"&amp;'

RUN = ".run > .head > [data-part=status]"
STEPS = ".run li"
MESSAGES = ".message .text"


def test_a_new_server(view: View, api: Api) -> None:
    """What it is, how to reach it, and that nothing happened yet."""
    view.until_texts("#connection", ["up to date"])

    assert view.texts(".line code") == [
        f"export GATEWAY_URL={api.url}",
        "export APPBUILDER_TOKEN='mock-token'",
    ]
    assert view.texts(".empty") == [
        "No threads yet. What a program does shows here at once.",
        "No requests yet.",
    ]


def test_a_run_as_it_happens(view: View, api: Api) -> None:
    """A stream that waits for a tool is seen waiting, then completed, on one and the same page."""
    view.js("window.loadedOnce = true")
    assistant = api.assistant(name="天气助手")
    thread = api.thread("北京天气如何？")
    view.until_texts(MESSAGES, ["北京天气如何？"])
    assert view.texts(".thread > header > code") == [thread]

    with api.stream(assistant_id=assistant, thread_id=thread, tools=[WEATHER]) as told:
        for event in told:
            if event.kind == "tool_calls":
                view.until_texts(RUN, ["requires_action"])
                view.until_texts(".waits", ["waits for the output of get_weather"])
                assert view.texts(".run .head b") == ["天气助手"]
                assert view.texts(STEPS) == [
                    'in_progress\nstep-1\ntool_calls\nget_weather\n{"city": "北京"}'
                ]
                [run] = view.texts(".run > .head > code")
                call = event.data["details"]["tool_calls"][0]["id"]
                outputs = [{"tool_call_id": call, "output": "晴，25 度"}]
                where = {"thread_id": thread, "run_id": run}
                api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    view.until_texts(RUN, ["completed"])

    assert view.texts(".waits") == [""]
    assert view.texts(STEPS) == [
        'completed\nstep-1\ntool_calls\nget_weather\n{"city": "北京"}\n→ output\n晴，25 度',
        "completed\nstep-2\nmessage_creation",
    ]
    answer, question = view.texts(MESSAGES)
    assert question == "北京天气如何？"
    assert answer.startswith("你说:「北京天气如何？」")
    assert answer.endswith("工具 get_weather 的结果 Tool result: 晴，25 度")
    assert view.js("return window.loadedOnce")


def test_requests_as_they_come(view: View, api: Api) -> None:
    """Newest first, each with its answer; unfolded, with its body and without the token."""
    api.assistant(name="助手")
    api.post("nowhere", {})
    view.until_texts(".request [data-part=name]", ["POST", "createAssistant"])
    assert view.texts(".request [data-part=status]") == ["404", "200"]
    assert view.texts(".request [data-part=path]") == ["/v2/nowhere", "/v2/assistants"]

    view.all(".request summary")[1].click()
    view.until(lambda: view.texts(".request[open] pre") not in ([], [""]))
    [whole] = view.texts(".request[open] pre")
    assert json.loads(whole)["body"] == {"name": "助手"}
    assert json.loads(whole)["headers"]["authorization"] == "Bearer •••"
    assert api.http.headers["authorization"] not in whole


def test_an_open_stream_is_told_as_open(view: View, api: Api) -> None:
    """Until it ends; what was unfolded meanwhile is brought up to date."""
    with api.stream(tools=[WEATHER]) as told:
        for event in told:
            if event.kind == "tool_calls":
                view.until_texts(".request:first-child [data-part=took]", ["open"])
                view.all(".request summary")[0].click()
                view.until(lambda: '"milliseconds": null' in view.texts(".request pre")[0])
                [thread], [run] = (
                    view.texts(".thread code[data-part=id]")[:1],
                    view.texts(".run > .head > code"),
                )
                api.ok("threads/runs/cancel", thread_id=thread, run_id=run)
    view.until_texts(RUN, ["cancelled"])
    view.until(lambda: '"milliseconds": null' not in view.one(".request[open] pre").text)


def test_hostile_text_stays_text(view: View, api: Api) -> None:
    """In messages, names, arguments, outputs, errors and addresses."""
    function = {"name": HOSTILE, "parameters": {"properties": {"a": {"const": HOSTILE}}}}
    function["parameters"] |= {"type": "object", "required": ["a"]}
    where, call = waiting(api, {"type": "function", "function": function})
    outputs = [{"tool_call_id": call, "output": HOSTILE}]
    view.until_texts(".waits", [f"waits for the output of {HOSTILE}"])
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    api.http.post(f"/v2/{HOSTILE}", params={"q": HOSTILE}, headers={"X-Note": HOSTILE})
    view.until_texts(RUN, ["completed"])
    view.until(lambda: view.texts(".request [data-part=path]")[0].startswith("/v2/<img"))
    view.all(".request summary")[0].click()
    view.until(lambda: "onerror" in view.texts(".request[open] pre")[0])

    assert view.texts(".call code") == [HOSTILE]
    assert [json.loads(one) for one in view.texts(".call .code .text")] == [{"a": HOSTILE}]
    assert view.texts(MESSAGES)[-1] == HOSTILE
    assert view.texts(".call [data-part=output]") == [HOSTILE]
    assert view.all("img[src=x], main script") == []
    assert view.js("return window.hacked") is None


def waiting(api: Api, tool: dict[str, object]) -> tuple[dict[str, str], str]:
    thread = {"messages": [{"role": "user", "content": HOSTILE}]}
    run = api.run(tools=[tool], thread=thread)
    [call] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    return {"thread_id": run["thread_id"], "run_id": run["id"]}, call["id"]


def test_what_a_reader_does_stays(view: View, api: Api) -> None:
    """Selection, scrolling, focus and what was unfolded survive what comes in."""
    thread = api.thread("选中我", "长文本\n" * 200)
    for number in range(8):
        api.thread(f"第 {number} 号")
    view.until(lambda: len(view.all(".thread")) == 9)
    view.one(".message button").click()
    view.one(".message button").send_keys(Keys.NULL)
    view.js(
        "const all = [...document.querySelectorAll('.text')];"
        "const message = all.find((one) => one.innerText === '选中我');"
        "message.scrollIntoView({block: 'center'});"
        "const words = message.firstChild;"
        "getSelection().setBaseAndExtent(words, 1, words, 3)"
    )
    place = "return getSelection().anchorNode.parentElement.getBoundingClientRect().top"
    before = view.js(place)
    height = view.js("return document.documentElement.scrollHeight")

    api.thread("新来的")
    api.ok("threads/messages", thread_id=thread, role="user", content="又一条")
    view.until(lambda: len(view.all(".thread")) == 10)
    assert view.js("return document.documentElement.scrollHeight") > height
    assert view.js("return getSelection().toString()") == "中我"
    assert view.texts(".message button") == ["Show less"]
    assert view.js("return document.activeElement.innerText") == "Show less"
    # What came in stands above; the browser keeps in place what is looked at.
    assert view.js(place) == pytest.approx(before, abs=80)


def test_long_texts_are_folded(view: View, api: Api) -> None:
    api.thread("很长" * 1000, "短")
    view.until(lambda: len(view.all(MESSAGES)) == 2)
    height = "return document.querySelectorAll('.text')[1].offsetHeight"
    folded = view.js(height)

    view.one(".message button").click()
    assert view.js(height) > 3 * folded
    view.one(".message button").click()
    assert view.js(height) == folded


def test_an_idle_page_does_nothing(view: View, api: Api) -> None:
    """It goes on asking, is told that nothing changed, and touches no element."""
    api.run()
    view.until_texts(RUN, ["completed"])
    view.until_looked()
    view.js(
        "window.touched = 0;"
        "const observer = new MutationObserver((all) => { window.touched += all.length });"
        "const everything = {childList: true, characterData: true, attributes: true};"
        "observer.observe(document, {subtree: true, ...everything})"
    )
    view.js("performance.clearResourceTimings()")
    view.until_looked(3)

    assert view.js("return window.touched") == 0
    statuses = "return performance.getEntriesByType('resource').map((one) => one.responseStatus)"
    assert set(view.js(statuses)) == {304}


def test_a_server_that_goes_and_comes_back(view: View) -> None:
    """The page says so, and goes on by itself with what the new server has."""
    view.expected = ["net::ERR_"]
    with appbuilder_mock.running() as first, Api(first.url, first.token) as api:
        view.url = first.url
        view.open("/")
        api.thread("旧的")
        view.until_texts(MESSAGES, ["旧的"])
    view.until(lambda: view.one("#connection").text == "no connection; trying again")
    assert view.texts(MESSAGES) == ["旧的"]

    with appbuilder_mock.running(port=first.port) as second, Api(second.url, second.token) as api:
        api.thread("新的")
        view.until_texts(MESSAGES, ["新的"])
        view.until_texts("#connection", ["up to date"])


def test_reset_empties_the_view(view: View, api: Api) -> None:
    api.thread("你好")
    view.until_texts(MESSAGES, ["你好"])
    api.http.post("/_mock/reset")

    view.until(lambda: len([one for one in view.texts(".empty") if one]) == 2)
    assert view.all(".thread, .request") == []


def test_in_chinese(view: View, api: Api) -> None:
    """States in Chinese beside their names."""
    view.open("/?lang=zh")
    api.waiting_run()

    view.until_texts(RUN, ["等待工具 requires_action"])
    assert view.texts(".waits") == ["等待工具输出： get_weather"]
    assert view.driver.title == "AppBuilder 模拟服务器"


def test_copying(view: View, api: Api) -> None:
    """The whole line, ready for a shell."""
    view.devtools(
        "Browser.grantPermissions",
        permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
        origin=api.url,
    )
    view.all(".line button")[0].click()

    view.until_texts(".line button", ["Copied", "Copy"])
    copied = "const [done] = arguments; navigator.clipboard.readText().then(done)"
    assert view.driver.execute_async_script(copied) == f"export GATEWAY_URL={api.url}"
