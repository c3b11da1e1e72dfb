"""The text of a tool's result for the model."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Any

import attrs
import pytest
from appbuilder_assistants._tools.outputs import render
from appbuilder_assistants.types import FunctionCall


class Sky(enum.Enum):
    CLEAR = "晴"
    BOTH = (1, "云")


@dataclass
class Weather:
    city: str
    sky: Sky


@attrs.define
class Report:
    weather: list[Weather]
    _by: str = "我"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("晴，25 度", "晴，25 度"),
        ("", ""),
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        (Sky.CLEAR, "晴"),
        (Sky.BOTH, '[1, "云"]'),
        (["晴", 1], '["晴", 1]'),
        ((), "[]"),
        ({"云", "晴"}, '["云", "晴"]'),
        ({Sky.CLEAR: 1, 2: None}, '{"晴": 1, "2": null}'),
        (Weather("北京", Sky.CLEAR), '{"city": "北京", "sky": "晴"}'),
        (
            Report([Weather("北京", Sky.CLEAR)]),
            '{"weather": [{"city": "北京", "sky": "晴"}], "by": "我"}',
        ),
        (FunctionCall("f", "{}"), '{"name": "f", "arguments": "{}"}'),
    ],
)
def test_a_result(value: Any, text: str) -> None:
    """A text stays as it is; anything else is JSON, with Chinese as it is written."""
    assert render(value, "t") == text


endless: list[Any] = []
endless.append(endless)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (dt.date(2024, 6, 1), TypeError, "a date cannot be represented in JSON"),
        ({"at": b"\0"}, TypeError, "a bytes cannot be represented in JSON"),
        ({(1, 2): 3}, TypeError, "a key that is a tuple"),
        (Weather, TypeError, "the class Weather"),
        ([float("nan")], ValueError, "not JSON compliant"),
        (endless, ValueError, "recursion"),
    ],
    ids=["date", "bytes", "tuple key", "class", "nan", "endless"],
)
def test_a_result_without_a_form(value: Any, error: type[Exception], message: str) -> None:
    """It is the program's mistake: the error names the tool, what came and what to do."""
    with pytest.raises(
        error,
        match=r"tool t: its result cannot be given to the model: .* return a str, or what JSON",
    ) as caught:
        render(value, "t")

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("天\ud800气", "天\ufffd气"),
        ("\ud83c\udf27", "🌧"),
        ({"\udc00": ["\ud800"]}, '{"\ufffd": ["\ufffd"]}'),
    ],
    ids=["half", "both halves", "nested"],
)
def test_halves_of_characters_are_replaced(value: Any, text: str) -> None:
    """A result that quotes what a page or a model gave does not end the run."""
    assert render(value, "t") == text


class Forecast:
    """As pydantic's models write themselves."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        return {"city": "北京", "day": "2024-06-01" if mode == "json" else object()}


def test_a_model_writes_itself() -> None:
    assert render([Forecast()], "t") == '[{"city": "北京", "day": "2024-06-01"}]'
