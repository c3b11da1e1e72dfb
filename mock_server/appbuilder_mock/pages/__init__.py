"""Pages for people: what this server is with a live view at `/`, the API reference at `/docs`.

Everything comes from this package: no page loads anything from elsewhere, and the headers forbid
it. Values that callers sent are inserted as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from appbuilder_mock.control.access import check_host
from appbuilder_mock.errors import not_found
from appbuilder_mock.pages.home import home
from appbuilder_mock.pages.reference import reference
from appbuilder_mock.pages.words import LANGUAGES, language_of

HERE = Path(__file__).resolve().parent

STYLES = ("base.css", "viewer.css", "conversation.css", "reference.css")
SCRIPTS = (
    *("live.js", "dom.js", "places.js", "lists.js", "conversation.js", "actions.js"),
    "reference.js",
)
ASSETS = {
    **dict.fromkeys(STYLES, "text/css"),
    **dict.fromkeys(SCRIPTS, "text/javascript"),
    "icon.svg": "image/svg+xml",
}

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Renderer = Callable[[Request, str], str]


def page(render: Renderer) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that shows a page in the reader's language."""

    async def endpoint(request: Request) -> Response:
        check_host(request)
        asked = request.query_params.get("lang", "")
        preferred = request.headers.get("accept-language", "")
        language = asked if asked in LANGUAGES else language_of(preferred)
        headers = {**HEADERS, "Content-Language": language, "Vary": "Accept-Language"}
        return Response(render(request, language), media_type="text/html", headers=headers)

    return endpoint


async def asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        raise not_found("asset", name, param="name")
    return Response((HERE / name).read_bytes(), media_type=ASSETS[name], headers=HEADERS)


ROUTES = [
    Route("/", page(home), methods=["GET"]),
    Route("/docs", page(reference), methods=["GET"]),
    Route("/_mock/assets/{name}", asset, methods=["GET"]),
]
