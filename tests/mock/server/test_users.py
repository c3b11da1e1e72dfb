"""Two users of one server."""

from __future__ import annotations

import appbuilder_mock
import pytest

from tests.mock.process import refused, serving
from tests.mock.wire import WEATHER, Api


def test_each_sees_only_their_own_objects() -> None:
    """A user cannot look up, list or delete the objects of the other one."""
    with (
        appbuilder_mock.running(token="one", other_token="two") as server,
        Api(server.url, "one") as one,
        Api(server.url, "two") as two,
    ):
        assistant_id, thread_id = one.assistant(), two.thread()

        assert two.ok("assistants/list")["data"] == []
        two.error("assistants/delete", 404, assistant_id=assistant_id)
        one.error("threads/query", 404, thread_id=thread_id)
        assert one.ok("assistants/query", assistant_id=assistant_id)["id"] == assistant_id
        assert two.ok("threads/query", thread_id=thread_id)["id"] == thread_id
        assert server.state()["threads"] == []
        headers = [("Authorization", f"Bearer {one}") for one in ("two", "one")]
        both = two.post("threads/query", {"thread_id": thread_id}, headers=headers)
        assert both.status_code == 400
        with Api(server.url, "three") as nobody:
            nobody.error("threads/query", 401, thread_id=thread_id)


def test_streams_of_both_end_with_the_server() -> None:
    """A second user's run that waits does not keep the server alive."""
    with (
        serving("--other-token", "two") as server,
        server.api("two") as api,
        api.stream(tools=[WEATHER]) as events,
    ):
        next(event for event in events if event.kind == "tool_calls")

        assert server.stop() == (0, "", "")
        assert [event.kind for event in events] == []


def test_each_has_a_token_of_their_own() -> None:
    with pytest.raises(ValueError, match="a token of its own for each user"):
        appbuilder_mock.running(token="one", other_token="one").__enter__()

    status, _, err = refused("--token", "one", "--other-token", "one")
    assert status == 2
    assert "a token of its own for each user" in err


@pytest.mark.parametrize("token", ["", " ", "two words", " before", "behind ", "令牌", "a\nb"])
def test_a_token_that_no_client_can_send(token: str) -> None:
    """A token that the client refuses is refused when the server starts, for both users."""
    with pytest.raises(ValueError, match="expected a token of printable ASCII characters"):
        appbuilder_mock.running(token=token).__enter__()
    with pytest.raises(ValueError, match="expected a token of printable ASCII characters"):
        appbuilder_mock.running(other_token=token).__enter__()
