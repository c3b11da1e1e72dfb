"""Errors that are not what the spec says they are."""

from __future__ import annotations

from contract_tests.mutants.changes import GONE, body, error, header, json_body, put, status
from contract_tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "unknown-is-400",
        "wrong status",
        "An id that names nothing is 404.",
        error(404, status(400), "queryRun"),
    ),
    Mutant(
        "conflict-is-400",
        "wrong status",
        "A call that the state of a run does not allow gets 409.",
        error(409, status(400)),
    ),
    Mutant(
        "bad-request-is-422",
        "wrong status",
        "A request that breaks a rule is 400.",
        error(400, status(422)),
    ),
    Mutant(
        "bad-token-is-403",
        "wrong status",
        "A wrong token is 401.",
        error(401, status(403)),
    ),
    Mutant(
        "media-type-is-400",
        "wrong status",
        "A body of another type is 415.",
        error(415, status(400)),
    ),
    Mutant(
        "too-large-is-400",
        "wrong status",
        "A body that is too large is 413.",
        error(413, status(400)),
    ),
    Mutant(
        "quota-is-503",
        "wrong status",
        "Too many calls are 429.",
        error(429, status(503)),
    ),
    Mutant(
        "failure-is-502",
        "wrong status",
        "A failure of the server is 500.",
        error(500, status(502)),
    ),
    Mutant(
        "error-as-text",
        "wrong content type",
        "An error is JSON.",
        error(404, header("content-type", "text/plain; charset=utf-8"), "queryMessage"),
    ),
    Mutant(
        "error-page",
        "wrong content type",
        "A refused token is answered in JSON, not by a page.",
        error(401, body(lambda _: b"<h1>Unauthorized</h1>")),
    ),
    Mutant(
        "error-without-request-id",
        "error without request id",
        "A 404 has a request id.",
        error(404, header("x-appbuilder-request-id", GONE)),
    ),
    Mutant(
        "refusal-without-request-id",
        "error without request id",
        "A refused token is answered with a request id.",
        error(401, header("x-appbuilder-request-id", GONE), "createThread"),
    ),
    Mutant(
        "failure-without-request-id",
        "error without request id",
        "A failure is answered with a request id.",
        error(500, header("x-appbuilder-request-id", GONE)),
    ),
    Mutant(
        "retry-after-in-words",
        "wrong header",
        "After which time to come again is said in seconds, or as a date.",
        error(429, header("retry-after", "soon")),
        caught_by="test_refused_by_the_server",
    ),
    Mutant(
        "error-without-envelope",
        "wrong error",
        "An error is in an envelope.",
        error(404, json_body(lambda body: body["error"]), "deleteFile"),
    ),
    Mutant(
        "error-code-gone",
        "required field gone",
        "An error has a code.",
        error(400, json_body(put("error/code", GONE))),
    ),
    Mutant(
        "error-message-gone",
        "required field gone",
        "A conflict has a message.",
        error(409, json_body(put("error/message", GONE))),
    ),
    Mutant(
        "error-message-empty",
        "wrong error",
        "The words of an error say something.",
        error(0, json_body(put("error/message", ""))),
    ),
    Mutant(
        "error-code-as-object",
        "wrong type",
        "The code of an error is a word or a number.",
        error(404, json_body(put("error/code", lambda code: {"code": code})), "createRun"),
    ),
    Mutant(
        "error-blames-another-field",
        "wrong error",
        "An error blames a field of the request.",
        error(400, json_body(put("error/param", "colour"))),
    ),
)
