"""The API reference at `/docs`, written from nothing but openapi.yaml, in one language.

Every operation has the anchor `#<operationId>`, every object `#object-<name>`. In Chinese, the
texts of the spec are those of its `x-description-zh`, `x-summary-zh` and `x-title-zh`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request

from appbuilder_mock.contract import the_contract
from appbuilder_mock.pages.markup import Html, el, joined
from appbuilder_mock.pages.operation import examples, headers, operation_article, operation_link
from appbuilder_mock.pages.prose import inline, prose
from appbuilder_mock.pages.schemas import Schema, evidence, field_table, plain_value
from appbuilder_mock.pages.spec import Spec, in_language
from appbuilder_mock.pages.words import other, words


def reference(request: Request, language: str) -> str:
    return _reference(language)


@functools.cache
def _reference(language: str) -> str:
    return written(the_contract().document, language)


def written(document: dict[str, Any], language: str) -> str:
    """The page about an OpenAPI document."""
    spec = Spec(in_language(document, language), words(language))
    labels = spec.labels
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{labels['reference']}: {spec.document['info']['title']}"),
        el("link", rel="icon", href="/_mock/assets/icon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href="/_mock/assets/base.css"),
        el("link", rel="stylesheet", href="/_mock/assets/reference.css"),
        el("script", src="/_mock/assets/reference.js", type="module"),
    )
    body = el(
        "body",
        el("a", labels["operations"], class_="skip", href="#operations"),
        _header(labels, language),
        el("main", _contents(spec), el("div", *_sections(spec)), class_="reference"),
    )
    return "<!doctype html>\n" + el("html", head, body, lang=language)


def _header(labels: dict[str, str], language: str) -> Html:
    links = (
        el("a", labels["home"], href=f"/?lang={language}", class_="main-link"),
        el("a", labels["other_language"], href=f"/docs?lang={other(language)}"),
    )
    return el("header", el("h1", labels["reference"]), el("nav", *links), class_="top")


def _contents(spec: Spec) -> Html:
    groups = [
        el(
            "div",
            el("strong", tag),
            el("ul", *(el("li", operation_link(one.id)) for one in operations)),
            data_group=True,
        )
        for tag, _, operations in spec.by_tag()
    ]
    rest = (
        el("li", el("a", spec.labels[name], href=f"#{name}"), data_about=True)
        for name in ("errors", "objects")
    )
    # Open on a narrow screen, too: a page without a script cannot know how wide it is.
    listed = el(
        "details", el("summary", spec.labels["operations"]), *groups, el("ul", *rest), open_=True
    )
    search = el(
        "input",
        id="search",
        type="search",
        hidden=True,  # its script shows it
        placeholder=spec.labels["search_reference"],
        aria_label=spec.labels["search_reference"],
    )
    listed = joined([search, listed])
    return el("nav", listed, class_="contents", aria_label=spec.labels["operations"])


def _sections(spec: Spec) -> Iterator[Html]:
    yield el("p", spec.labels["nothing_found"], id="nothing-found", class_="object", hidden=True)
    operations = [
        joined(
            [
                el("div", prose(about), data_about=True),
                *(operation_article(spec, one) for one in of_tag),
            ]
        )
        for _, about, of_tag in spec.by_tag()
    ]
    answers = (_shared_answer(spec, *one) for one in spec.components("responses").items())
    objects = (_object(spec, *one) for one in spec.components("schemas").items())
    for name, parts in (
        ("about", [el("div", _about(spec), data_about=True)]),
        ("operations", operations),
        ("errors", list(answers)),
        ("objects", list(objects)),
    ):
        yield el("section", el("h2", spec.labels[name]), *parts, id=name)


def _about(spec: Spec) -> Html:
    info = spec.document["info"]
    servers = (
        el("li", el("code", one["url"]), " ", inline(one.get("description", "")))
        for one in spec.document.get("servers", ())
    )
    schemes = spec.components("securitySchemes").values()
    return joined(
        [
            el("p", el("strong", info["title"]), " ", el("span", info["version"], class_="badge")),
            prose(info.get("description", "")),
            el("p", spec.labels["spec"], " ", el("a", "/openapi.yaml", href="/openapi.yaml")),
            el("h4", spec.labels["servers"]),
            el("ul", *servers),
            el("h4", spec.labels["authorization"]),
            *(prose(one.get("description", "")) for one in schemes),
        ]
    )


def _shared_answer(spec: Spec, name: str, answer: Schema) -> Html:
    statuses = (joined([el("code", status), " "]) for status in spec.statuses_of(name))
    return el(
        "article",
        el("h3", *statuses, name),
        evidence(answer),
        prose(answer.get("description", "")),
        headers(spec, answer),
        *(examples(spec, media) for media in answer.get("content", {}).values()),
        id=f"answer-{name}",
        class_="object",
    )


def _object(spec: Spec, name: str, schema: Schema) -> Html:
    if "properties" in schema:
        fields = field_table(schema, spec.labels, required="always")
    else:
        fields = plain_value(schema, spec.labels)
    return el(
        "article",
        el("h3", el("a", name, href=f"#object-{name}", class_="heading-link")),
        evidence(schema),
        prose(schema.get("description", "")),
        fields,
        examples(spec, schema),
        id=f"object-{name}",
        class_="object",
    )
