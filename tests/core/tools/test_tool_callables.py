"""Methods, partial applications and callable objects as tools, and a tool as a function."""

from __future__ import annotations

import functools

from appbuilder_assistants import tool


class Station:
    """Not a tool itself."""

    def read(self, city: str) -> str:
        """读数"""
        return f"{city}: 1"

    def __call__(self, city: str) -> str:
        return city


def test_other_things_that_can_be_called() -> None:
    """Methods, partial applications and callable objects."""
    method = tool(Station().read)
    part = tool(functools.partial(Station.read, Station()), description="另一个")
    thing = tool(Station(), name="station")

    assert (method.name, method.description) == ("read", "读数")
    assert (part.name, part.description) == ("read", "另一个")
    assert thing.name == "station"
    for made in (method, part, thing):
        assert list(made.parameters["properties"]) == ["city"]
        assert made.bind('{"city": "北京"}')().startswith("北京")


def test_a_tool_is_still_its_function() -> None:
    """It is called, named and documented as before, and can be made another tool."""

    @tool(name="weather", description="天气")
    def get_weather(city: str) -> str:
        """查询天气"""
        return f"{city}：晴"

    other = tool(get_weather, name="other")

    assert get_weather("北京") == other(city="北京") == "北京：晴"
    assert get_weather.__name__ == "get_weather"  # type: ignore[attr-defined]
    assert get_weather.__doc__ == "查询天气"
    assert repr(get_weather) == "Tool('weather')"
    assert get_weather.to_dict() == {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "天气",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    }
    assert (other.name, other.description) == ("other", "查询天气")


def test_which_tools_are_async() -> None:
    """A coroutine function is one however it is wrapped."""

    async def ask(city: str) -> str:
        return city

    class Asker:
        async def __call__(self, city: str) -> str:
            return city

    assert tool(ask).is_async
    assert tool(functools.partial(ask)).is_async
    assert tool(Asker(), name="asker").is_async
    assert not tool(Station().read).is_async
