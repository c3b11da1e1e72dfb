"""Readings: the answers that a server plays to open questions about the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_type_hints


@dataclass(frozen=True)
class Readings:
    """One word for each open question; the default is the likelier one.

    `after`: what `after` and `before` bound. `in-listing`: the page begins behind the id, in the
    order of the listing. `created-after`: it holds what was created after the id, in either order.

    `assistant-needs`: what the request for a new assistant must say. The official client requires a
    `name`, the documentation a `model`.

    `empty-fields`: what an update does with an empty list, and with an empty text other than an
    assistant's instructions, which it is known to empty.

    `empty-thread-metadata`: what an update with `{}` does to a thread's metadata. An assistant's is
    known to be kept.

    `file-names`: the stored part of a file's name. `sanitized`: the result of the documented
    sanitizer, which drops Chinese characters. `kept`: all of it.

    `listed-purpose`: a file's purpose in lists and look-ups. `kept`: as in the response to the
    upload. `empty`: the empty text, as recorded.

    `message-metadata`: whether messages show the metadata that they were made with.

    `started-at-after-submit`: whether `submit_tool_outputs` sets a run's `started_at` again.
    `tool_output` is known to.

    `unknown-file`: the response to an unknown file id, in look-ups, reads and deletions. `error`:
    as for any other unknown id. `null` and `error-text`, under status 200: null, and an error
    that is a text; the official client turns these two into its ValueError.

    `user-messages`: `of-assistant` has, as one documented answer does, an `assistant_id` where the
    thread has had a run, and no `annotations`.
    """

    after: Literal["in-listing", "created-after"] = "in-listing"
    assistant_needs: Literal["name", "model", "name-and-model", "nothing"] = "name"
    empty_fields: Literal["emptied", "kept"] = "emptied"
    empty_thread_metadata: Literal["kept", "emptied"] = "kept"
    file_names: Literal["sanitized", "kept"] = "sanitized"
    listed_purpose: Literal["kept", "empty"] = "kept"
    message_metadata: Literal["absent", "shown"] = "absent"
    started_at_after_submit: Literal["anew", "kept"] = "anew"
    unknown_file: Literal["error", "null", "error-text"] = "error"
    user_messages: Literal["plain", "of-assistant"] = "plain"

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Readings:
        """The readings of these questions, `{"after": "created-after"}`. Raises ValueError."""
        for question, word in words.items():
            if question not in CHOICES:
                raise ValueError(
                    f"readings: expected one of {', '.join(CHOICES)}, got {question!r}"
                )
            if word not in CHOICES[question]:
                choices = ", ".join(CHOICES[question])
                raise ValueError(f"readings: {question} is one of {choices}, got {word!r}")
        given: dict[str, Any] = {name.replace("-", "_"): word for name, word in words.items()}
        return cls(**given)


def _choices() -> dict[str, tuple[str, ...]]:
    hints = get_type_hints(Readings)
    return {one.name.replace("_", "-"): get_args(hints[one.name]) for one in fields(Readings)}


# Each question with its readings, the default first.
CHOICES = _choices()

# The readings of the public recordings of 2024, beside `error_form="body"` and `wire="2024-06"`.
RECORDED = {"listed-purpose": "empty", "unknown-file": "null"}


def parsed(options: Iterable[str]) -> dict[str, str]:
    """Options such as `after=created-after`, as `Readings.of` takes them. Raises ValueError."""
    words = {}
    for option in options:
        question, equals, word = option.partition("=")
        if not equals:
            raise ValueError(f"readings: expected QUESTION=READING, got {option!r}")
        words[question.strip()] = word.strip()
    return words
