"""What is read out of a docstring."""

from __future__ import annotations

import pytest
from appbuilder_assistants._core.tool_docs import read_doc

GOOGLE = """查询天气

    多说一句。

    Args:
        city (str): 城市名，
            例如 北京
        days: how many,
            from 1

    Returns:
        city: not a parameter
    """
NUMPY = """查询天气

    多说一句。

    Parameters
    ----------
    city : str
        城市名，
        例如 北京
    days, more : int
        how many,
        from 1

    Returns
    -------
    str
        text
    """
SPHINX = """查询天气

    多说一句。

    :param str city: 城市名，
        例如 北京
    :param days: how many,
        from 1
    :returns: text
    :raises ValueError: never
    """
CHINESE = """查询天气

    多说一句。

    参数：
        city：城市名，例如 北京
        days（可选）：how many, from 1

    返回：
        文本
    """


@pytest.mark.parametrize("doc", [GOOGLE, NUMPY, SPHINX, CHINESE])
def test_the_usual_forms(doc: str) -> None:
    """All give the text before the sections, and each parameter's."""
    read = read_doc(doc)

    assert read.summary == "查询天气\n\n多说一句。"
    assert read.parameters["city"] == "城市名，例如 北京"
    assert read.parameters["days"] == "how many, from 1"
    assert set(read.parameters) <= {"city", "days", "more"}


@pytest.mark.parametrize(
    ("doc", "summary"),
    [
        (None, ""),
        ("", ""),
        ("One line: with a colon.", "One line: with a colon."),
        ("Note that this is text.\n\nSee: elsewhere", "Note that this is text.\n\nSee: elsewhere"),
        ("Args:", ""),
        ("天气\n\nArgs:\n    not a parameter", "天气"),
    ],
)
def test_other_texts(doc: str | None, summary: str) -> None:
    """What is not a section is text, and an odd section says nothing."""
    read = read_doc(doc)

    assert read.summary == summary
    assert read.parameters == {}
