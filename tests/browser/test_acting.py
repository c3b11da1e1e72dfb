"""Actions in the live view: send, answer, look around, search, reset."""

from __future__ import annotations

import json

from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser.view import View
from tests.mock.wire import WEATHER, Api

RUN = ".run > .head > [data-part=status]"
MESSAGES = ".message .text"
TITLES = "#threads .title"


def test_a_message_and_a_tool_answered_from_here(view: View, api: Api) -> None:
    """A new thread with a new assistant; then one whose tool waits, is answered, and cancelled."""
    view.wait_for(lambda: view.all("#begin option"))
    view.one("#begin textarea").send_keys("你好", Keys.ENTER)
    view.wait_for(lambda: len(view.texts(MESSAGES)) == 2)
    assert view.texts(MESSAGES)[0] == "你好"
    assert view.texts(RUN) == ["completed"]

    assistant = api.assistant(name="天气助手", tools=[WEATHER])
    view.wait_for(lambda: "天气助手" in view.one("#thread select").text)
    Select(view.one("#thread select")).select_by_value(assistant)
    view.one("#thread > .composer textarea").send_keys("第一行", Keys.SHIFT, Keys.ENTER)
    view.one("#thread > .composer textarea").send_keys(Keys.NULL, "第二行")
    view.one("#thread > .composer button").click()
    view.wait_for_texts(RUN, ["completed", "requires_action"])
    assert view.texts(MESSAGES)[2] == "第一行\n第二行"

    view.all(".waiting textarea")[0].send_keys("晴，25 度")
    view.wait_for_polls()  # typed text stays while the page polls
    view.js("document.querySelectorAll('.run')[1].querySelector('.waiting button').click()")
    view.wait_for_texts(RUN, ["completed", "completed"])
    assert view.texts(MESSAGES)[-1].endswith("晴，25 度")
    assert view.texts(".waiting") == []

    view.one("#thread > .composer textarea").send_keys("再来", Keys.ENTER)
    view.wait_for(lambda: view.texts(RUN)[2:] == ["requires_action"])
    view.js("document.querySelectorAll('.run')[2].querySelector('[data-cancel]').click()")
    view.wait_for(lambda: view.texts(RUN)[2:] == ["cancelled"])
    operations = {one["operation_id"] for one in requests(api)}
    assert operations >= {"createRun", "createThread", "submitToolOutputs", "cancelRun"}


def requests(api: Api) -> list[dict[str, object]]:
    data: list[dict[str, object]] = api.http.get("/_mock/requests").json()["data"]
    return data


def test_a_refusal_is_shown(view: View, api: Api) -> None:
    """The refusal is beside the form, which keeps its text."""
    view.expected = ["400 (Bad Request)", "409 (Conflict)"]
    where, _ = api.waiting_run()
    view.open(f"/?lang=en#/threads/{where['thread_id']}")
    view.wait_for_texts(RUN, ["requires_action"])
    view.one("#thread > .composer textarea").send_keys("还有", Keys.ENTER)

    view.wait_for(lambda: "run_active" in problem(view) or "409" in problem(view))
    assert view.js("return document.querySelector('#thread > .composer textarea').value") == "还有"


def problem(view: View) -> str:
    return "".join(view.texts("#thread > .composer [data-problem]"))


def test_requests_as_they_come(view: View, api: Api) -> None:
    """Newest first, each with its answer; one in full, with both bodies and without the token."""
    api.assistant(name="助手")
    thread = api.thread("你好")
    api.post("nowhere", {})
    view.wait_for_texts("#requests b", ["POST", "createThread", "createAssistant"])
    assert view.texts("#requests .chip") == ["404", "200", "200"]
    assert view.texts("#requests [data-part=path]") == [
        *("/v2/nowhere", "/v2/threads", "/v2/assistants"),
    ]

    view.all("#requests a")[1].click()
    view.wait_for(lambda: len(view.texts("#request pre")) == 3)
    sent, answered, headers = view.texts("#request pre")
    assert json.loads(sent) == {"messages": [{"role": "user", "content": "你好"}]}
    assert json.loads(answered)["id"] == thread
    assert "authorization: Bearer •••" in headers
    assert api.http.headers["authorization"] not in headers
    assert view.js("return location.hash") == "#/requests/2"

    view.one("#request [data-part=thread]").click()
    view.wait_for_texts(MESSAGES, ["你好"])
    view.one("#only-thread").click()
    view.wait_for_texts("#requests b", ["createThread"])


def test_addresses(view: View, api: Api) -> None:
    """Each thread, run and request has its own: it can be opened, and gone back from."""
    first, second = api.run(), api.run()
    for run in (second, first):
        view.open(f"/?lang=en#/threads/{run['thread_id']}/runs/{run['id']}")
        view.wait_for_texts(".run.target > .head code", [run["id"]])
    view.one("#thread .run > .head > a").click()
    assert view.js("return location.hash") == f"#/threads/{first['thread_id']}/runs/{first['id']}"
    view.one("#thread .heading a").click()
    view.wait_for(lambda: not view.all(".run.target"))
    view.driver.back()
    view.wait_for(lambda: view.all(".run.target"))
    view.open("/?lang=en#/threads/thread_unknown")
    view.wait_for(lambda: view.one("#gone").is_displayed())
    view.one(".top h1 a").click()
    view.wait_for(lambda: view.one("#welcome").is_displayed())


def test_search_and_older_threads(view: View, api: Api) -> None:
    """Thirty at first, more by a button, and any of them by what was said in it."""
    for number in range(35):
        api.thread(f"第 {number} 个问题")
    view.wait_for(lambda: len(view.texts(TITLES)) == 30)
    assert view.texts(TITLES)[0] == "第 34 个问题"

    view.one("#more-threads").click()
    view.wait_for(lambda: len(view.texts(TITLES)) == 35)
    assert not view.one("#more-threads").is_displayed()
    view.one("#search").send_keys("第 3 个")
    view.wait_for_texts(TITLES, ["第 3 个问题"])
    view.one("#search").send_keys("没有")
    view.wait_for(lambda: view.one("#nothing-found").is_displayed())


def test_reset(view: View, api: Api) -> None:
    """By a button, which asks first."""
    view.open(f"/?lang=en#/threads/{api.thread('你好')}")
    view.wait_for_texts(MESSAGES, ["你好"])
    view.one("#reset").click()
    view.driver.switch_to.alert.dismiss()
    view.wait_for_polls()
    assert view.texts(TITLES) == ["你好"]

    view.one("#reset").click()
    view.driver.switch_to.alert.accept()
    view.wait_for(lambda: view.texts(TITLES) == [])
    assert view.one("#welcome").is_displayed()
    assert view.all("#requests a") == []
    assert api.http.get("/_mock/state").json()["threads"] == []
