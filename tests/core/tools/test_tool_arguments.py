"""The arguments that a function gets of a model, and those that are refused."""

from __future__ import annotations

from typing import Any, Literal, Optional

import pytest
from appbuilder_assistants._tools.arguments import BadArguments

from tests.core.tools.examples import Options, Place, Trip, Unit, one, problems


@pytest.mark.parametrize(
    ("annotation", "value", "described"),
    [
        (str, 3, "x: expected a string, got 3"),
        (str, None, "x: expected a string, got null"),
        (str, "\ud800", "the arguments: expected no halves of characters, got"),
        (int, True, "x: expected an integer, got true"),
        (int, 1.5, "x: expected an integer, got 1.5"),
        (int, "3", 'x: expected an integer, got "3"'),
        (float, "3", 'x: expected a number, got "3"'),
        (bool, 1, "x: expected true or false, got 1"),
        (Literal[1], True, "x: expected one of 1, got true"),
        (Unit, "K", 'x: expected one of "°C", "°F", got "K"'),
        (Optional[str], 3, "x: expected a string or null, got 3"),  # noqa: UP045
        (list[int], [1, "二"], 'x[1]: expected an integer, got "二"'),
        (list[int], {"a": 1}, 'x: expected a list, got {"a": 1}'),
        (set[int], [1, 1], "x: expected a list without repetitions, got [1, 1]"),
        (tuple[int, int], [1], "x: expected a list of 2 items, got [1]"),
        (dict[str, int], {"北京": "a"}, 'x.北京: expected an integer, got "a"'),
        (dict[str, int], {"a b": "a"}, 'x."a b": expected an integer, got "a"'),
        (Place, {"city": 3}, "x.city: expected a string, got 3"),
        (Place, {"city": ""}, "x: the city has no name"),
        (Optional[Place], {"city": 3}, "x.city: expected a string, got 3"),  # noqa: UP045
        (Trip, {"start": {"city": "a"}, "days": 0}, "x: '_days' must be >= 1: 0"),
        (Trip, {"days": 1}, "x.start: missing, expected an object"),
        (Options, {"unit": "°C", "多": 1}, "x.多: unknown, expected unit or note"),
        (str, list(range(99)), "x: expected a string, got [0, 1, 2, 3, 4"),
    ],
)
def test_a_value_that_does_not_fit(annotation: Any, value: Any, described: str) -> None:
    """The problem names the path, what was expected and what came, and is short."""
    (problem,) = problems(annotation, value)

    assert problem.startswith(described)
    assert len(problem) < 150


def test_every_problem_is_listed() -> None:
    """A model that got several things wrong need not learn of them one by one."""
    assert problems(list[Place], [{"city": 1, "height": "a"}, {}]) == (
        "x[0].city: expected a string, got 1",
        'x[0].height: expected a number, got "a"',
        "x[1].city: missing, expected a string",
    )


@pytest.mark.parametrize(
    ("text", "described"),
    [
        ("{", "the arguments are not JSON"),
        ('{"x": NaN}', "NaN is no number there"),
        ('{"x": -Infinity}', "-Infinity is no number there"),
        ('{"x": 1e999}', "1e999 is too large a number"),
        ("[" * 100_000, "the arguments are not JSON"),
        ("__import__('os').abort()", "the arguments are not JSON"),
        ("[1]", "the arguments: expected an object, got [1]"),
        ("null", "the arguments: expected an object, got null"),
        ("", "x: missing, expected a number"),
        ("{}", "x: missing, expected a number"),
        ('{"x": 1, "y": 2}', "y: unknown, expected x"),
    ],
)
def test_arguments_that_are_no_object_of_json(text: str, described: str) -> None:
    """The text of a model is read as JSON and nothing else."""
    with pytest.raises(BadArguments) as caught:
        one(float).bind(text)

    assert described in str(caught.value)


def test_a_model_may_say_nothing() -> None:
    """An empty text stands for no arguments; what is left out has Python's own default."""
    sentinel = object()

    assert one(Any, default=sentinel).bind("")() is sentinel
