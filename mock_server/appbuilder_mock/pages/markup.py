"""HTML that is escaped by the way it is built."""

from __future__ import annotations

from html import escape


class Html(str):
    """Markup; every other text is escaped where it becomes part of one."""

    __slots__ = ()


VOID = ("br", "hr", "input", "link", "meta")


def safe(part: object) -> Html:
    return part if isinstance(part, Html) else Html(escape(str(part)))


def joined(parts: object, between: str = "") -> Html:
    assert not isinstance(parts, str)
    return Html(safe(between).join(safe(part) for part in parts))  # type: ignore[attr-defined]


def el(tag: str, *children: object, **attributes: object) -> Html:
    """An element; an attribute's name may end in `_`, and one that is None or False is omitted."""
    written = "".join(
        f" {name.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    end = "" if tag in VOID else f"</{tag}>"
    return Html(f"<{tag}{written}>{joined(children)}{end}")
