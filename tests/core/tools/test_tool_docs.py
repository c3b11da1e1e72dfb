"""The description and the parameters in a docstring."""

from __future__ import annotations

import pytest
from appbuilder_assistants._tools.docstrings import read_doc

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
    """Text that is not a section stays text, and an odd section is ignored."""
    read = read_doc(doc)

    assert read.summary == summary
    assert read.parameters == {}


@pytest.mark.parametrize(
    "more",
    [
        "Side Effects:\n    it rains",
        "Usage:\n    call it",
        "说明：\n    别的",
        "A closing paragraph.",
        "## Usage\n\ncall it",
        "-----",
    ],
)
@pytest.mark.parametrize(
    "section",
    [
        "Args:\n    city: 城市\n    days: 天数",
        "Args:\ncity: 城市\ndays: 天数",
        "Parameters\n----------\ncity : str\n    城市\ndays : int\n    天数",
        ":param city: 城市\n:param days: 天数",
    ],
    ids=["google", "google without indentation", "numpy", "sphinx"],
)
def test_a_section_ends_where_it_ends(section: str, more: str) -> None:
    """The text that follows is not the last parameter's."""
    read = read_doc(f"求和\n\n{section}\n\n{more}\n")

    assert read.summary == "求和"
    assert (read.parameters["city"], read.parameters["days"]) == ("城市", "天数")


@pytest.mark.parametrize(
    "section",
    [
        "Args:\n    city: 城市\n\nKeyword Args:\n    days: 天数",
        "Args:\n    city: 城市\n\nOther Parameters:\n    days: 天数",
        "入参：\n    city：城市\n    days：天数",
        "Args:\n    city - 城市\n    days - 天数",
        "Args:\n    - city: 城市\n    - days: 天数",
        "Args:\n    **city**: 城市\n    **days**: 天数",
        "Args:\n    city (Callable[[int], str] (x)): 城市\n    days (tuple(int, int)): 天数",
        ":arg city: 城\n市\n:keyword days: 天数",
        "@param city: 城市\n@param days: 天数",
    ],
)
def test_other_forms(section: str) -> None:
    read = read_doc(f"求和\n\n{section}\n")

    assert read.summary == "求和"
    assert (read.parameters["city"], read.parameters["days"]) == ("城市", "天数")
