"""The pages of the resources: their methods, as the client has them, and the objects in these."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from appbuilder_assistants import AppBuilder
from appbuilder_assistants._core.responses.error_forms import BY_STATUS
from appbuilder_mock.pages.prose import one_line
from appbuilder_mock.pages.python_call import listing_call, python_call, python_name
from appbuilder_mock.pages.schemas import Schema, examples_of, fields_of, limits_of, type_of
from appbuilder_mock.pages.spec import DocumentedOperation, Spec, in_language
from appbuilder_mock.pages.words import words as page_words

from scripts.operations_table import methods
from scripts.reference.docstrings import described, prose_of
from scripts.reference.markdown import (
    annotation,
    code,
    default,
    fenced,
    from_html,
    signature,
    table,
)
from scripts.reference.words import Words, joined_lines, lacks

PREFIX = "#/components/schemas/"


def resource_pages(document: dict[str, Any], words: Words) -> dict[str, str]:
    """The text of each page by its name, which is the resource's path with dashes."""
    spec = Spec(in_language(document, words.language), page_words(words.language))
    by_operation: dict[str, list[tuple[str, Callable[..., Any]]]] = {}
    for name, one in methods(AppBuilder(token="none")):
        method = cast(Callable[..., Any], one)
        claimed = re.search(r"\((\w+)\)$", inspect.getdoc(method) or "")
        if claimed and "." in name:
            by_operation.setdefault(claimed[1], []).append((name, method))
    pages = []
    for tag, about, operations in spec.by_tag():
        found = [
            (one, name, method)
            for one in operations
            for name, method in sorted(by_operation.get(one.id, ()), key=_order(one))
        ]
        resource = operations[0].resource or tag
        pages.append(_Page(spec, words, resource, about, found))
    homes: dict[str, str] = {}
    for page in pages:
        for name in page.objects():
            homes.setdefault(name, page.name)
    return {page.name: page.text(homes) for page in pages}


def index_page(words: Words, pages: Mapping[str, str]) -> str:
    """The list of all pages; the first heading of each is its name."""
    lines = [f"# {words['title']}", _head(words, "README"), words["intro"], words["examples_run"]]
    lines += [words["any_method"]]
    for title, are_resources in ((words["resources"], True), (words["other_pages"], False)):
        listed = []
        for name, text in pages.items():
            first, _, rest = text.partition("\n")
            if ("## `client." in text) == are_resources:
                names = re.findall(r"(?m)^## `client\.(.+)`$", rest)
                about = ": " + ", ".join(f"`{one.rpartition('.')[2]}`" for one in names)
                listed.append(
                    f"- [{first.removeprefix('# ')}]({words.file(name)})"
                    + (about if are_resources else "")
                )
        lines += [f"## {title}", "\n".join(listed)]
    return "\n\n".join(lines) + "\n"


def _head(words: Words, page: str) -> str:
    return f"{words['written_by']} [{words['other_language']}]({words.other_file(page)})"


def _order(operation: DocumentedOperation) -> Callable[[tuple[str, object]], tuple[bool, str]]:
    """The operation's own method first."""
    return lambda named: (named[0] != operation.python_method, named[0])


def _named(path: str) -> str:
    """A field on the wire, and what it is in Python where it has another name there."""
    name = path.rpartition(".")[2]
    own = python_name(name)
    return code(path) if own == name else f"{code(path)} ({code('.' + own)})"


class _Page:
    """One resource's page."""

    def __init__(
        self,
        spec: Spec,
        words: Words,
        resource: str,
        about: str,
        found: list[tuple[DocumentedOperation, str, Callable[..., Any]]],
    ) -> None:
        self.name = resource.replace(".", "-")
        self._spec = spec
        self._words = words
        self._resource = resource
        self._about = about
        self._methods = found
        self._homes: Mapping[str, str] = {}
        self._in_requests: set[str] = set()

    def objects(self) -> list[str]:
        """The names of the objects that the requests and responses hold, and those within."""
        found: dict[str, None] = {}

        def visit(part: Any) -> None:
            if isinstance(part, list):
                for one in part:
                    visit(one)
            elif isinstance(part, dict):
                name = str(part.get("$ref", "")).removeprefix(PREFIX)
                if name and name not in found and not name.startswith("#"):
                    found[name] = None
                    visit(self._spec.resolved(part))
                for key, value in part.items():
                    if key not in ("examples", "example", "links"):
                        visit(value)

        for operation, _, _ in self._methods:
            visit(self._body(operation).get("properties", {}))
        self._in_requests = {*found}
        for operation, _, _ in self._methods:
            visit(self._answer(operation).get("content", {}))
        return [name for name in found if name not in ("ErrorEnvelope", "ErrorDetail")]

    def text(self, homes: Mapping[str, str]) -> str:
        self._homes = homes
        title = f"# `client.{self._resource}`"
        parts = [title, _head(self._words, self.name), self._about, self._words["any_method"]]
        for operation, name, method in self._methods:
            parts += self._method(operation, name, method)
        here = [name for name, home in homes.items() if home == self.name]
        if here:
            parts += [f"## {self._words['objects']}"]
            for name in here:
                parts += self._object(name)
        return "\n\n".join(part for part in parts if part) + "\n"

    def _method(
        self, operation: DocumentedOperation, name: str, method: Callable[..., Any]
    ) -> Iterator[str]:
        words = self._words
        idempotent = operation.definition.get("x-repeatable")
        path = code(f"{operation.method.upper()} {operation.path}")
        yield f"## `client.{name}`"
        yield fenced(signature(name.rpartition(".")[2], method))
        if words.language == "en":
            yield prose_of(method)
        else:
            yield words.text(name) or joined_lines(operation.definition.get("description", ""))
        retried = words["idempotent" if idempotent else "not_idempotent"]
        yield f"`{operation.id}` · {path} · {retried}"
        parameters = [one for key, one in inspect.signature(method).parameters.items()][1:]
        if parameters:
            rows = [self._parameter(operation, name, method, one) for one in parameters]
            yield table([words["parameter"], words["type"], words["meaning"]], rows)
        returned = annotation(inspect.signature(method).return_annotation)
        yield f"**{words['returns']}**: {self._linked(returned)}"
        yield f"**{words['errors']}**"
        yield table([words["error"], words["meaning"]], self._errors(operation))
        yield f"**{words['example']}**"
        yield fenced(self._example(operation, name))

    def _parameter(
        self,
        operation: DocumentedOperation,
        name: str,
        method: Callable[..., Any],
        parameter: inspect.Parameter,
    ) -> list[str]:
        words = self._words
        schema = self._asked(operation).get(parameter.name)
        of_spec = self._spec.resolved(schema).get("description") if schema else None
        own = words.option(name, parameter.name)
        if words.language == "en":
            text = described(method).get(parameter.name) or own or of_spec
        else:
            text = own or (schema or {}).get("description") or of_spec
        if not text:
            lacks(f"options has no text ({words.language}) for {parameter.name} of {name}")
        kind = self._linked(annotation(parameter.annotation))
        limits = self._limits(schema) if schema else []
        needed = parameter.default is parameter.empty
        shown = words["required"] if needed else words["default"].format(default(parameter))
        shown = f" ({shown})" if needed or parameter.default is not None else ""
        return [code(parameter.name) + shown, self._together([kind, *limits]), text or ""]

    def _asked(self, operation: DocumentedOperation) -> dict[str, Schema]:
        """The fields of the request, in its body and its query, by their names in Python."""
        query = map(self._spec.resolved, operation.definition["parameters"])
        asked = {one["name"]: {**one.get("schema", {}), **one} for one in query}
        found = {**self._body(operation).get("properties", {}), **asked}
        return {python_name(name): schema for name, schema in found.items()}

    def _body(self, operation: DocumentedOperation) -> Schema:
        body = self._spec.resolved(operation.definition.get("requestBody", {}))
        for media in body.get("content", {}).values():
            return self._spec.resolved(media.get("schema", {}))
        return {}

    def _answer(self, operation: DocumentedOperation) -> Schema:
        responses = operation.definition["responses"]
        good = [one for status, one in responses.items() if status.startswith("2")]
        return self._spec.resolved(good[0]) if good else {}

    def _errors(self, operation: DocumentedOperation) -> Iterator[list[str]]:
        for status, given in operation.definition["responses"].items():
            if status.startswith("2"):
                continue
            number = int(status)
            kind = "ServerError" if number >= 500 else "ApiStatusError"
            kind = BY_STATUS[number].__name__ if number in BY_STATUS else kind
            page = self._words.file("errors")
            text = one_line(self._spec.resolved(given).get("description", ""))
            yield [f"{status} [`{kind}`]({page}#{kind.lower()})", text]

    def _example(self, operation: DocumentedOperation, name: str) -> str:
        written = self._words.example(name)
        if written:
            return written
        bodies = [
            value
            for media in self._spec.resolved(operation.definition.get("requestBody", {}))
            .get("content", {})
            .values()
            for _, value in examples_of(media)
            if isinstance(value, dict)
        ]
        body = bodies[0] if bodies else {}
        if name == operation.python_method:
            program = python_call(operation, body)
        else:
            needed = self._body(operation).get("required", ())
            program = listing_call(name, {key: body[key] for key in body if key in needed})
        assert program is not None
        return program

    def _object(self, name: str) -> Iterator[str]:
        words = self._words
        schema = self._spec.components("schemas")[name]
        needed = words["required" if name in self._in_requests else "always"]
        yield f"### {name}"
        yield joined_lines(schema.get("description", ""))
        rows = [
            [
                _named(field.path) + (f" ({needed})" if field.required else ""),
                self._together([self._type(field.schema), *self._limits(field.schema)]),
                field.schema.get("description")
                or self._spec.resolved(field.schema).get("description", ""),
            ]
            for field in fields_of(schema)
        ]
        if rows:
            yield table([words["field"], words["type"], words["meaning"]], rows)
        else:
            yield self._together([self._type(schema), *self._limits(schema)])

    def _type(self, schema: Schema) -> str:
        return from_html(type_of(schema, self._spec.labels), self._link)

    def _limits(self, schema: Schema) -> list[str]:
        return [from_html(one, self._link) for one in limits_of(schema, self._spec.labels)]

    def _together(self, parts: list[str]) -> str:
        return self._spec.labels["between_limits"].join(parts)

    def _link(self, name: str) -> str:
        home = self._homes.get(name)
        if home is None:
            return code(name)
        page = "" if home == self.name else self._words.file(home)
        return f"[{name}]({page}#{name.lower()})"

    def _linked(self, kind: str) -> str:
        """An annotation, with links to the objects that it names."""
        names = [one for one in re.findall(r"\w+", kind) if one in self._homes]
        if names == [kind]:
            return self._link(kind)
        return code(kind) + "".join(f", {self._link(one)}" for one in names)
