"""Copying the body of a reply to its target, for threads and for asyncio."""

from __future__ import annotations

import asyncio
from io import BytesIO

from appbuilder_assistants._core.calls import NoReply, Save

UNWRITTEN = 512 * 1024
"""Bytes that a thread writes at once at the most, and no more than were written before.

Handing over few costs more than writing them; but a full disk is to be seen early.
"""


def save(step: Save) -> NoReply | None:
    """Write all bytes to the target; return the `NoReply` of a body that broke off."""
    target, live = step.target, step.reply.live
    try:
        try:
            target.begin(step.reply.headers)
            target.write(step.reply.body)
            for chunk in live or ():
                if isinstance(chunk, NoReply):
                    return chunk
                target.write(chunk)
        finally:
            if live is not None:
                live.close()
        target.finish()
        return None
    finally:
        target.abandon()


async def asave(step: Save) -> NoReply | None:
    """As `save`; writing is off the event loop."""
    target, live = step.target, step.reply.live
    try:
        try:
            target.begin(step.reply.headers)
            await asyncio.to_thread(target.write, step.reply.body)
            written, unwritten = 0, BytesIO()
            if live is not None:
                async for chunk in live:
                    if isinstance(chunk, NoReply):
                        return chunk
                    unwritten.write(chunk)
                    if (size := unwritten.tell()) >= min(written, UNWRITTEN):
                        await asyncio.to_thread(target.write, unwritten.getvalue())
                        written, unwritten = written + size, BytesIO()
                if rest := unwritten.getvalue():
                    await asyncio.to_thread(target.write, rest)
        finally:
            if live is not None:
                await live.aclose()
        # No await from here on: a cancellation must not leave a complete file without its path.
        target.finish()
        return None
    finally:
        target.abandon()
