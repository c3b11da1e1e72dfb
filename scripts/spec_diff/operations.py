"""Two versions of openapi.yaml compared: operations, their requests and their responses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.spec_diff.changes import Change, Level
from scripts.spec_diff.forms import bare, resolve
from scripts.spec_diff.schemas import Comparison, Difference

Document = Mapping[str, Any]
Operations = dict[str, dict[str, Any]]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SENT = {"narrower", "field gone"}
"""Differences that break who sends: what they send is refused, or goes unheard."""
ANSWERED = {"wider", "field gone"}
"""Differences that break who reads: something comes that never came, or comes no more."""


def spec_changes(old: Document, new: Document) -> list[Change]:
    """Every change, the breaking ones first."""
    if old == new:
        return []
    found = sorted(set(SpecComparison(old, new).changes()), key=lambda one: (-one.level, one))
    words = Change("openapi.yaml", "words, examples, evidence or links", Level.WORDS)
    return found or [words]


class SpecComparison:
    """Compares two documents."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self._schemas = Comparison(old, new)
        self._seen: dict[tuple[str, Difference], list[str]] = defaultdict(list)

    def changes(self) -> Iterator[Change]:
        olds, news = by_path(self.old), by_path(self.new)
        for place in olds.keys() - news.keys():
            yield Change(place, f"{olds[place]['operationId']} is gone", Level.BREAKING)
        for place in news.keys() - olds.keys():
            yield Change(place, f"{news[place]['operationId']} is new", Level.ADDITION)
        for place in sorted(olds.keys() & news.keys()):
            yield from self._operation(place, olds[place], news[place])
        yield from self._servers()
        yield from self._from_schemas()

    def _operation(self, place: str, old: Any, new: Any) -> Iterator[Change]:
        was, now = old.get("operationId", place), new.get("operationId", place)
        if was != now:
            yield Change(place, f"the operationId was {was}, is {now}", Level.BREAKING)
        if old.get("x-repeatable") != new.get("x-repeatable"):
            idempotent = bool(new.get("x-repeatable"))
            what = f"is {'now' if idempotent else 'no longer'} safe to repeat"
            yield Change(now, what, Level.ADDITION if idempotent else Level.BREAKING)
        yield from self._parameters(now, old, new)
        yield from self._request(now, old, new)
        yield from self._answers(now, old.get("responses", {}), new.get("responses", {}))
        yield from self._security(now, old, new)

    def _parameters(self, operation: str, old: Any, new: Any) -> Iterator[Change]:
        olds, news = _parameters(old, self.old), _parameters(new, self.new)
        for key in olds.keys() - news.keys():
            yield Change(f"{operation} {key}", "the parameter is gone", Level.BREAKING)
        for key in news.keys() - olds.keys():
            required = news[key].get("required", False)
            what = "a new parameter" + (", required" if required else "")
            yield Change(f"{operation} {key}", what, _broken_if(required))
        for key in olds.keys() & news.keys():
            was, now = olds[key], news[key]
            yield from _presence(f"{operation} {key}", was, now, sent=True)
            self._compare("sent", operation, was.get("schema", {}), now.get("schema", {}), key)

    def _request(self, operation: str, old: Any, new: Any) -> Iterator[Change]:
        was = _resolved(old.get("requestBody", {}), self.old)
        now = _resolved(new.get("requestBody", {}), self.new)
        yield from _presence(f"{operation} body", was, now, sent=True)
        olds, news = was.get("content", {}), now.get("content", {})
        for media in olds.keys() - news.keys():
            yield Change(f"{operation} body", f"{media} is no longer taken", Level.BREAKING)
        for media in news.keys() - olds.keys():
            yield Change(f"{operation} body", f"{media} is taken too", Level.ADDITION)
        for media in olds.keys() & news.keys():
            schemas = olds[media].get("schema", {}), news[media].get("schema", {})
            self._compare("sent", operation, *schemas, "body")

    def _answers(self, operation: str, olds: Any, news: Any) -> Iterator[Change]:
        for status in olds.keys() - news.keys():
            yield Change(f"{operation} {status}", "the status is gone", Level.BREAKING)
        for status in news.keys() - olds.keys():
            success = status.startswith("2")
            yield Change(f"{operation} {status}", "a new status", _broken_if(success))
        for status in olds.keys() & news.keys():
            was, now = _resolved(olds[status], self.old), _resolved(news[status], self.new)
            yield from self._answer(operation, status, was, now)

    def _answer(self, operation: str, status: str, old: Any, new: Any) -> Iterator[Change]:
        where = f"{operation} {status}"
        olds, news = old.get("content", {}), new.get("content", {})
        for media in olds.keys() - news.keys():
            yield Change(where, f"{media} is no longer answered", Level.BREAKING)
        for media in news.keys() - olds.keys():
            yield Change(where, f"{media} is answered too", Level.ADDITION)
        for media in olds.keys() & news.keys():
            schemas = olds[media].get("schema", {}), news[media].get("schema", {})
            self._compare("answered", operation, *schemas, f"{status} body")
        was, now = old.get("headers", {}), new.get("headers", {})
        for name in was.keys() - now.keys():
            yield Change(where, f"the header {name} is gone", Level.BREAKING)
        for name in now.keys() - was.keys():
            yield Change(where, f"the header {name} is new", Level.ADDITION)
        for name in was.keys() & now.keys():
            headers = _resolved(was[name], self.old), _resolved(now[name], self.new)
            yield from _presence(f"{where} header {name}", *headers, sent=False)
            schemas = headers[0].get("schema", {}), headers[1].get("schema", {})
            self._compare("answered", operation, *schemas, f"header {name}")

    def _security(self, operation: str, old: Any, new: Any) -> Iterator[Change]:
        olds, news = _ways_in(old, self.old), _ways_in(new, self.new)
        for way in olds:
            if way not in news and () not in news:
                what = f"{_way(way)} no longer gives access"
                yield Change(f"{operation} security", what, Level.BREAKING)
        for way in news:
            if way not in olds:
                what = f"{_way(way)} gives access"
                yield Change(f"{operation} security", what, Level.ADDITION)

    def _servers(self) -> Iterator[Change]:
        olds, news = (
            [one["url"] for one in doc.get("servers", ())] for doc in (self.old, self.new)
        )
        for url in olds:
            if url not in news:
                yield Change(f"server {url}", "is gone", Level.BREAKING)
        for url in news:
            if url not in olds:
                yield Change(f"server {url}", "is new", Level.ADDITION)

    def _compare(self, side: str, operation: str, old: Any, new: Any, place: str) -> None:
        for found in self._schemas.differences(old, new, f"{operation} {place}"):
            self._seen[side, found].append(operation)

    def _from_schemas(self) -> Iterator[Change]:
        """Changes found in schemas: once for all operations that share one."""
        for (side, found), operations in self._seen.items():
            breaking = found.kind in (SENT if side == "sent" else ANSWERED)
            named = sorted(set(operations))
            shown = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if named[3:] else "")
            what = f"{found.what} ({side}: {shown})"
            yield Change(found.where, what, Level.BREAKING if breaking else Level.ADDITION)


def by_path(document: Document) -> Operations:
    """The operations by method and path, with the parameters of the whole path."""
    found = {}
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                operation = dict(item[method])
                shared = item.get("parameters", [])
                operation["parameters"] = [*shared, *operation.get("parameters", [])]
                found[f"{method.upper()} {path}"] = {"operationId": path, **operation}
    return found


def _parameters(operation: Any, document: Document) -> dict[str, Any]:
    every = [_resolved(one, document) for one in operation.get("parameters", ())]
    return {f"{one['in']} parameter {one['name']}": one for one in every}


def _resolved(value: Any, document: Document) -> Any:
    return resolve(value["$ref"], document) if "$ref" in value else value


def _broken_if(broken: bool) -> Level:
    return Level.BREAKING if broken else Level.ADDITION


def _presence(where: str, old: Any, new: Any, *, sent: bool) -> Iterator[Change]:
    """Whether a parameter, a body or a header must be there."""
    was, now = old.get("required", False), new.get("required", False)
    if was != now:
        what = "now required" if now else "no longer required"
        yield Change(where, what, _broken_if(now if sent else was))


def _ways_in(operation: Any, document: Document) -> list[tuple[str, ...]]:
    """The security schemes: each way as the schemes it needs, by their content and not by name."""
    schemes = document.get("components", {}).get("securitySchemes", {})
    ways = operation.get("security", document.get("security", [])) or [{}]
    return [
        tuple(
            f"{name} {bare(schemes.get(name, {}))} {sorted(scopes)}"
            for name, scopes in sorted(way.items())
        )
        for way in ways
    ]


def _way(way: tuple[str, ...]) -> str:
    return " with ".join(way) or "no token"
