"""HTTP as httptools reads it. Importing this raises ImportError where httptools is missing."""

from __future__ import annotations

from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from appbuilder_mock.server.protocol import ProtocolWithH11, WithConnection

LONGEST_HEAD = 64 * 1024  # bytes, and those of one read more; h11 has the same bound


class ProtocolWithHttptools(WithConnection, HttpToolsProtocol):
    """As strict as h11, with a bound for heads, one Host, and targets that name a host.

    uvicorn alone would keep a header that never ends, take trailers for headers, and split a target
    before `OriginForm` has seen its host.
    """

    _unread = 0  # bytes that have ended neither a head nor a piece of a body
    _in_head = False

    def data_received(self, data: bytes) -> None:
        if self._is_idle() and b"upgrade:" in data.lower():
            self._hand_over_to_h11(data)
            return
        self._unread += len(data)
        super().data_received(data)
        if self._unread > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response(f"expected a head of at most {LONGEST_HEAD} bytes")

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return not self._unread and (cycle is None or cycle.response_complete)

    def _hand_over_to_h11(self, data: bytes) -> None:
        """A request that offers another protocol, or seems to: httptools would skip its body."""
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        successor = ProtocolWithH11(self.config, self.server_state, self.app_state, self.loop)
        successor.connection_made(self.transport)
        self.transport.set_protocol(successor)
        successor.data_received(data)

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Raises ValueError, which makes the answer 400."""
        self._unread, self._in_head = 0, False
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            raise ValueError(f"expected one Host, got {hosts}")
        target, self.url = self.url, b"/"
        raw_path, _, query = target.partition(b"?")
        path = unquote(raw_path.decode("ascii"))
        super().on_headers_complete()
        # The task that this made begins later.
        scope = self.scope
        scope["raw_path"], scope["path"], scope["query_string"] = raw_path, path, query

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()
