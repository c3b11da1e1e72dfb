"""One operation in the API reference: its request, its responses and its errors."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from urllib.parse import urlencode

from appbuilder_mock.handlers.by_operation import HANDLERS
from appbuilder_mock.pages.markup import Html, el, joined
from appbuilder_mock.pages.prose import inline, one_line, prose
from appbuilder_mock.pages.python_call import FILE, python_call
from appbuilder_mock.pages.schemas import (
    Schema,
    as_json,
    evidence,
    examples_of,
    field_table,
    object_link,
    type_of,
)
from appbuilder_mock.pages.spec import DocumentedOperation, Spec

ERROR = "#/components/schemas/ErrorEnvelope"  # possible everywhere; shown once


def operation_article(spec: Spec, operation: DocumentedOperation) -> Html:
    definition, id_ = operation.definition, operation.id
    return el(
        "article",
        el("h3", el("a", id_, href=f"#{id_}", class_="heading-link")),
        el("code", el("strong", operation.method.upper()), " ", operation.path, class_="path"),
        el("p", el("strong", inline(definition.get("summary", "")))),
        el(
            "div",
            _idempotency(spec, definition),
            "" if id_ in HANDLERS else el("span", spec.labels["by_example"], class_="badge"),
            evidence(definition),
            class_="badges",
        ),
        prose(definition.get("description", "")),
        _parameters(spec, definition["parameters"]),
        _request(spec, operation),
        *_answers(spec, definition["responses"]),
        id=id_,
        class_="operation",
    )


def operation_link(id_: str) -> Html:
    return el("a", id_, href=f"#{id_}")


def folded(summary: object, *inside: object, open_: bool = False) -> Html:
    return el("details", el("summary", summary), *inside, open_=open_)


def examples(spec: Spec, part: Schema) -> Html:
    return joined(
        folded(
            joined([spec.labels["example"], f": {summary}" if summary else ""]),
            el("pre", value if isinstance(value, str) else as_json(value), tabindex=0),
        )
        for summary, value in examples_of(part)
    )


def headers(spec: Spec, answer: Schema) -> Html:
    given = {name: spec.resolved(one) for name, one in answer.get("headers", {}).items()}
    items = (
        el("li", el("code", name), " ", inline(one.get("description", "")), " ", evidence(one))
        for name, one in given.items()
    )
    return folded(spec.labels["headers"], el("ul", *items)) if given else Html()


def _idempotency(spec: Spec, definition: Schema) -> Html:
    if "x-repeatable" not in definition:
        return Html()
    if definition["x-repeatable"]:
        return el("span", spec.labels["idempotent"], class_="badge yes")
    return el("span", spec.labels["not_idempotent"], class_="badge no")


def _parameters(spec: Spec, parameters: list[Schema]) -> Html:
    if not parameters:
        return Html()
    resolved = {f"{one['name']} ({one['in']})": one for one in map(spec.resolved, parameters)}
    fields = {
        "properties": {
            name: {**spec.resolved(one.get("schema", {})), **one} for name, one in resolved.items()
        },
        "required": [name for name, one in resolved.items() if one.get("required")],
    }
    table = field_table(fields, spec.labels, required="required")
    return joined([el("h4", spec.labels["parameters"]), table])


def _request(spec: Spec, operation: DocumentedOperation) -> Html:
    if "requestBody" not in operation.definition:
        return Html()
    parts: list[Html] = []
    for media_type, media in spec.resolved(operation.definition["requestBody"])["content"].items():
        schema = media["schema"]
        parts += [
            el("h4", spec.labels["request"], " ", el("code", media_type), " ", _name(schema)),
            field_table(spec.resolved(schema), spec.labels, required="required"),
            examples(spec, media),
        ]
        command = _shell(operation, media_type, media, spec.resolved(schema))
        calls = [folded(spec.labels["try"], el("pre", command, tabindex=0), open_=True)]
        if not command:
            calls = []
        for summary, body in examples_of(media)[:2] or [("", {})]:
            if program := python_call(operation, body if isinstance(body, dict) else {}):
                label = joined([spec.labels["try_python"], f": {summary}" if summary else ""])
                calls.append(folded(label, el("pre", program, tabindex=0), open_=True))
        parts.append(el("div", *calls, class_="calls"))
    return joined(parts)


def _answers(spec: Spec, responses: Schema) -> Iterator[Html]:
    """The good answers in full, the errors as a table that points to their descriptions."""
    errors = []
    for status, given in responses.items():
        answer = spec.resolved(given)
        if not status.startswith("2"):
            errors.append(_error_row(status, given, answer))
            continue
        yield el("h4", spec.labels["answer"], " ", el("code", status))
        yield prose(answer.get("description", ""))
        for media_type, media in answer.get("content", {}).items():
            yield _media(spec, media_type, media)
        yield headers(spec, answer)
        yield _next(spec, answer.get("links", {}))
    if errors:
        yield el("h4", spec.labels["errors"])
        yield el("table", el("tbody", *errors))


def _error_row(status: str, given: Schema, answer: Schema) -> Html:
    code = el("code", status)
    if "$ref" in given:
        code = el("a", code, href=f"#answer-{given['$ref'].rsplit('/', 1)[-1]}")
    description = inline(one_line(answer.get("description", "")))
    return el("tr", el("td", code), el("td", description), el("td", evidence(answer)))


def _media(spec: Spec, media_type: str, media: Schema) -> Html:
    schema = media.get("schema", {})
    if schema.get("contentMediaType") == media_type:  # a stream: its schema is that of its events
        schema = schema["contentSchema"]["items"]
    parts: list[Html] = [el("p", el("code", media_type), " ", type_of(schema, spec.labels))]
    for branch in schema.get("oneOf") or schema.get("anyOf") or [schema]:
        resolved = spec.resolved(branch)
        if branch.get("$ref") == ERROR or "properties" not in resolved:
            continue
        title = _name(branch) or branch.get("title") or media_type
        table = field_table(resolved, spec.labels, required="always")
        # Named schemas can be looked up; the others stand nowhere else.
        parts.append(folded(joined([spec.labels["fields_of"], " ", title]), table))
    parts.append(examples(spec, media))
    return joined(parts)


def _next(spec: Spec, links: Schema) -> Html:
    items = (
        el("li", operation_link(one["operationId"]), " ", inline(one.get("description", "")))
        for one in map(spec.resolved, links.values())
        if "operationId" in one
    )
    return folded(spec.labels["next"], el("ul", *items)) if links else Html()


def _name(schema: Schema) -> Html:
    return object_link(schema["$ref"]) if "$ref" in schema else Html()


def _shell(operation: DocumentedOperation, media_type: str, media: Schema, schema: Schema) -> str:
    """A command that sends the first example, or a file; empty where there is no example."""
    bodies = [body for _, body in examples_of(media)]
    if media_type == "multipart/form-data":
        content = [f"-F {name}=@{FILE}" for name in schema.get("properties", {})]
    elif bodies:
        body = shlex.quote(json.dumps(bodies[0], ensure_ascii=False))
        content = ["-H 'Content-Type: application/json'", f"-d {body}"]
    else:
        return ""
    parameters = operation.definition["parameters"]
    query = {one["name"]: one["example"] for one in parameters if "example" in one}
    address = operation.path + (f"?{urlencode(query)}" if query else "")
    first = f'curl -X {operation.method.upper()} "$GATEWAY_URL{address}"'
    return " \\\n  ".join([first, '-H "Authorization: Bearer $APPBUILDER_TOKEN"', *content])
