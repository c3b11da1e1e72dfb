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
STEPS = ".run li .what"
MESSAGES = ".message .text"
TITLES = "#threads .title"


def test_a_new_server(view: View, api: Api) -> None:
    """The page explains itself, the address, and that nothing happened yet."""
    view.wait_for_texts("#connection", ["up to date"])

    assert view.texts(".line code") == [
        f"export GATEWAY_URL={api.url}",
        "export APPBUILDER_TOKEN='mock-token'",
    ]
    assert view.texts(".empty") == [
        "No threads yet. Activity appears here at once.",
        "No requests yet.",
    ]


def test_a_run_as_it_happens(view: View, api: Api) -> None:
    """A stream that waits for a tool is seen waiting, then completed, on one and the same page."""
    view.js("window.loadedOnce = true")
    assistant = api.assistant(name="天气助手", instructions="简短回答")
    thread = api.thread("北京天气如何？")
    view.wait_for_texts(TITLES, ["北京天气如何？"])
    view.one("#threads a").click()
    view.wait_for_texts(MESSAGES, ["北京天气如何？"])
    assert view.texts("#thread .heading code") == [thread]

    with api.stream(assistant_id=assistant, thread_id=thread, tools=[WEATHER]) as events:
        for event in events:
            if event.kind == "tool_calls":
                view.wait_for_texts(RUN, ["requires_action"])
                assert view.texts(".waits") == ["waits for the output of get_weather"]
                assert view.texts(".run > .head b") == ["天气助手"]
                assert view.texts(STEPS) == ["tool_calls\nstep-1\nin_progress"]
                assert view.texts(".call .code") == ['{\n  "city": "北京"\n}']
                view.one(".setup > summary").click()
                assert "简短回答" in view.one(".setup").text
                assert "get_weather 查询一个城市的天气" in view.one(".setup").text
                [run] = view.texts(".run > .head code")
                call = event.data["details"]["tool_calls"][0]["id"]
                outputs = [{"tool_call_id": call, "output": "晴，25 度"}]
                where = {"thread_id": thread, "run_id": run}
                api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    view.wait_for_texts(RUN, ["completed"])

    assert not view.one(".waiting").is_displayed()
    assert view.texts(STEPS) == [
        "tool_calls\nstep-1\ncompleted",
        "message_creation\nstep-2\ncompleted",
    ]
    assert view.texts(".call [data-part=output]") == ["晴，25 度"]
    question, answer = view.texts(MESSAGES)
    assert question == "北京天气如何？"
    assert answer.startswith("简短回答\n你说:「北京天气如何？」")
    assert answer.endswith("工具 get_weather 的结果 Tool result: 晴，25 度")
    assert view.js("return window.loadedOnce")


def test_bars_say_how_long_steps_took(view: View, api: Api) -> None:
    """Each on the run's whole time: the first begins where the run does, the last ends with it."""
    where, call = api.waiting_run()
    outputs = [{"tool_call_id": call, "output": "晴"}]
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    view.open(f"/?lang=en#/threads/{where['thread_id']}")
    view.wait_for_texts(RUN, ["completed"])

    place = (
        "return [...document.querySelectorAll('.bar')].map((bar) => {"
        "const [a, b] = [bar, bar.parentElement].map((one) => one.getBoundingClientRect());"
        "return [a.left - b.left, a.width, b.width]})"
    )
    bars = view.js(place)
    assert len(bars) == 2
    for start, width, whole in bars:
        assert start >= 0
        assert 0 < width <= whole
        assert start < whole - 1
    assert all(took.endswith((" ms", " s")) for took in view.texts(".run .took"))


def test_an_answer_grows(view: View) -> None:
    """While a stream runs its text is seen becoming longer, and then the message in its place.

    A page that shows the end of the thread keeps showing it.
    """
    reply = "{chunks: [一, 二, 三, 四, 五, 六], chunk_delay: 0.6}"
    scenario = f"rules: [{{reply: {reply}}}]"
    with appbuilder_mock.running(scenario=scenario) as server, Api(server.url, "mock-token") as api:
        thread = api.thread(*["之前"] * 20, "数到六")
        view.url = server.url
        view.open(f"/?lang=en#/threads/{thread}")
        view.wait_for(lambda: view.texts(MESSAGES)[20:] == ["数到六"])
        seen = []
        with api.stream(thread_id=thread) as events:
            for event in events:
                if event.name == "message":
                    seen += view.texts(".saying")
        view.wait_for(lambda: view.texts(MESSAGES)[20:] == ["数到六", "一二三四五六"])

    grown = list(dict.fromkeys(seen))
    assert len(grown) >= 2
    assert all("一二三四五六".startswith(one) for one in grown)
    assert view.texts(".saying") == []
    end = "return document.querySelector('.items').getBoundingClientRect().bottom <= innerHeight"
    assert view.js(end)


def test_hostile_text_stays_text(view: View, api: Api) -> None:
    """In messages, names, arguments, outputs, errors and addresses."""
    function = {"name": HOSTILE, "description": HOSTILE}
    function["parameters"] = {  # type: ignore[assignment]
        "type": "object",
        "properties": {"a": {"const": HOSTILE}},
        "required": ["a"],
    }
    thread = {"messages": [{"role": "user", "content": HOSTILE}]}
    run = api.run(tools=[{"type": "function", "function": function}], thread=thread)
    [call] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    where = {"thread_id": run["thread_id"], "run_id": run["id"]}
    view.open(f"/?lang=en#/threads/{run['thread_id']}")
    view.wait_for_texts(".waits", [f"waits for the output of {HOSTILE}"])
    outputs = [{"tool_call_id": call["id"], "output": HOSTILE}]
    api.ok("threads/runs/submit_tool_outputs", **where, tool_outputs=outputs)
    api.http.post(f"/v2/{HOSTILE}", params={"q": HOSTILE}, headers={"X-Note": HOSTILE})
    view.wait_for_texts(RUN, ["completed"])
    view.wait_for(lambda: view.texts("#requests [data-part=path]")[0].startswith("/v2/<img"))

    assert view.texts(TITLES) == [HOSTILE]
    assert view.texts(".call > div > code") == [HOSTILE]
    assert [json.loads(one) for one in view.texts(".call .code .text")] == [{"a": HOSTILE}]
    assert view.texts(MESSAGES)[0] == HOSTILE
    assert view.texts(".call [data-part=output]") == [HOSTILE]
    view.all("#requests a")[0].click()
    view.wait_for(lambda: "onerror" in "".join(view.texts("#request pre")))
    assert view.all("img[src=x], main script") == []
    assert view.js("return window.hacked") is None


def test_actions_of_a_reader_stay(view: View, api: Api) -> None:
    """Selection, focus and unfolded parts survive an update."""
    thread = api.thread("选中我", "长文本\n" * 200)
    view.open(f"/?lang=en#/threads/{thread}")
    view.wait_for(lambda: len(view.all(MESSAGES)) == 2)
    view.one(".message button").click()
    view.one(".message button").send_keys(Keys.NULL)
    view.js(
        "const words = document.querySelector('.message .text').firstChild;"
        "getSelection().setBaseAndExtent(words, 1, words, 3);"
        "scrollTo(0, 300)"
    )

    api.ok("threads/messages", thread_id=thread, role="user", content="又一条")
    view.wait_for(lambda: len(view.all(MESSAGES)) == 3)
    assert view.js("return getSelection().toString()") == "中我"
    assert view.texts(".message button") == ["Show less"]
    assert view.js("return document.activeElement.innerText") == "Show less"
    assert view.js("return scrollY") == pytest.approx(300, abs=80)


def test_long_texts_are_folded(view: View, api: Api) -> None:
    view.open(f"/?lang=en#/threads/{api.thread('短', '很长' * 1000)}")
    view.wait_for(lambda: len(view.all(MESSAGES)) == 2)
    height = "return document.querySelectorAll('.message .text')[1].offsetHeight"
    folded = view.js(height)

    view.one(".message button").send_keys(Keys.ENTER)
    assert view.js(height) > 3 * folded
    view.one(".message button").send_keys(Keys.ENTER)
    assert view.js(height) == folded


def test_an_idle_page_does_nothing(view: View, api: Api) -> None:
    """It keeps polling, is answered that nothing changed, and touches no element."""
    view.open(f"/?lang=en#/threads/{api.run()['thread_id']}")
    view.wait_for_texts(RUN, ["completed"])
    view.wait_for_polls()
    view.js(
        "window.touched = 0;"
        "const observer = new MutationObserver((all) => { window.touched += all.length });"
        "const everything = {childList: true, characterData: true, attributes: true};"
        "observer.observe(document, {subtree: true, ...everything})"
    )
    view.js("performance.clearResourceTimings()")
    view.wait_for_polls(3)

    assert view.js("return window.touched") == 0
    statuses = "return performance.getEntriesByType('resource').map((one) => one.responseStatus)"
    assert set(view.js(statuses)) == {304}


def test_a_server_that_goes_and_comes_back(view: View) -> None:
    """The page says so, and continues by itself with the objects of the new server."""
    view.expected = ["net::ERR_"]
    with appbuilder_mock.running() as first, Api(first.url, first.token) as api:
        view.url = first.url
        view.open("/")
        api.thread("旧的")
        view.wait_for_texts(TITLES, ["旧的"])
    view.wait_for(lambda: view.one("#connection").text == "connection lost; reconnecting")
    assert view.texts(TITLES) == ["旧的"]

    with appbuilder_mock.running(port=first.port) as second, Api(second.url, second.token) as api:
        api.thread("新的")
        view.wait_for_texts(TITLES, ["新的"])
        view.wait_for_texts("#connection", ["up to date"])


def test_in_chinese(view: View, api: Api) -> None:
    """States in Chinese beside their names."""
    where, _ = api.waiting_run()
    view.open(f"/?lang=zh#/threads/{where['thread_id']}")

    view.wait_for_texts(RUN, ["等待工具 requires_action"])
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

    view.wait_for_texts(".line button", ["Copied", "Copy"])
    copied = "const [done] = arguments; navigator.clipboard.readText().then(done)"
    assert view.driver.execute_async_script(copied) == f"export GATEWAY_URL={api.url}"
