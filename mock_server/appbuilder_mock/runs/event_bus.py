"""The events of runs, from the engine to the streams that are open."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from appbuilder_mock.wire_format.events import Event

# Events that a stream has yet to send, and its pings. None ends it without an end of the run.
Subscription = asyncio.Queue[Event | bytes | None]


class EventBus:
    """Subscriptions by run. Publishing never waits for a slow reader."""

    def __init__(self) -> None:
        self._subscriptions: defaultdict[str, list[Subscription]] = defaultdict(list)
        self._closed = False

    def subscribe(self, run_id: str) -> Subscription:
        """Receive every event from now on."""
        subscription: Subscription = asyncio.Queue()
        self._subscriptions[run_id].append(subscription)
        if self._closed:
            subscription.put_nowait(None)
        return subscription

    def unsubscribe(self, run_id: str, subscription: Subscription) -> None:
        self._subscriptions[run_id].remove(subscription)
        if not self._subscriptions[run_id]:
            del self._subscriptions[run_id]

    def has_subscribers(self, run_id: str) -> bool:
        return run_id in self._subscriptions

    def publish(self, run_id: str, event: Event) -> None:
        for subscription in self._subscriptions.get(run_id, ()):
            subscription.put_nowait(event)

    def close(self) -> None:
        """End every stream, now and from now on."""
        self._closed = True
        self.end_streams()

    def end_streams(self) -> None:
        """End every stream that is open now."""
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.put_nowait(None)
