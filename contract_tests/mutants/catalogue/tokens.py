"""Servers that let in a request without the right token, or to another user's objects."""

from __future__ import annotations

from contract_tests.mutants.changes import request_headers
from contract_tests.mutants.mutant import Mutant
from contract_tests.target.target import OTHER_TOKEN, TOKEN

Headers = dict[str, str]


def _let_in(headers: Headers) -> Headers:
    return {**headers, "authorization": f"Bearer {TOKEN}"}


def _let_in_without_token(headers: Headers) -> Headers:
    return headers if "authorization" in headers else _let_in(headers)


def _let_in_by_any_scheme(headers: Headers) -> Headers:
    given = headers.get("authorization", "").rpartition(" ")[2]
    return _let_in(headers) if given == TOKEN else headers


def _let_in_by_its_beginning(headers: Headers) -> Headers:
    given = headers.get("authorization", "").removeprefix("Bearer ")
    return _let_in(headers) if given and (given + TOKEN).startswith(TOKEN) else headers


def _take_for_the_owner(headers: Headers) -> Headers:
    return _let_in(headers) if headers.get("authorization", "").endswith(OTHER_TOKEN) else headers


MUTANTS = (
    Mutant(
        "any-token",
        "auth not checked",
        "A bad token is refused.",
        request_headers("*", _let_in),
    ),
    Mutant(
        "no-token",
        "auth not checked",
        "A missing token is refused.",
        request_headers("*", _let_in_without_token),
    ),
    Mutant(
        "any-token-for-deletion",
        "auth not checked",
        "A bad token deletes nothing.",
        request_headers("deleteThread", _let_in),
    ),
    Mutant(
        "any-token-for-download",
        "auth not checked",
        "A bad token downloads nothing.",
        request_headers("downloadFile", _let_in),
    ),
    Mutant(
        "any-scheme",
        "auth not checked",
        "The token counts after the word Bearer only.",
        request_headers("*", _let_in_by_any_scheme),
    ),
    Mutant(
        "beginning-of-token",
        "auth not checked",
        "The whole token counts.",
        request_headers("*", _let_in_by_its_beginning),
    ),
    Mutant(
        "other-user-reads",
        "auth not checked",
        "Another user's thread is not found.",
        request_headers("queryThread", _take_for_the_owner),
    ),
    Mutant(
        "other-user-deletes",
        "auth not checked",
        "Another user's assistant cannot be deleted.",
        request_headers("deleteAssistant", _take_for_the_owner),
    ),
    Mutant(
        "other-user-lists",
        "auth not checked",
        "Another user's files are not in the list.",
        request_headers("listFiles", _take_for_the_owner),
    ),
    Mutant(
        "other-user-runs",
        "auth not checked",
        "Another user's assistant cannot be run.",
        request_headers("createRun", _take_for_the_owner),
    ),
)
