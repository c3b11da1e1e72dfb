"""Responses of the right shape with wrong texts or other contents."""

from __future__ import annotations

import re
from typing import Any

from contract_tests.mutants.changes import (
    GONE,
    Json,
    answer,
    body,
    both,
    event,
    header,
    put,
    request,
    whole,
)
from contract_tests.mutants.mutant import Mutant
from contract_tests.mutants.proxy import ProxyResponse


def _shorter(text: str) -> str:
    return text[: len(text) // 2]


def _every_part(edit: Any) -> Any:
    """Edit the text of content in any of its forms."""
    return lambda content: [
        {**part, "text": {**part["text"], "value": edit(part["text"]["value"])}} for part in content
    ]


def _other_parts(page: Json) -> Json:
    """The content of the items, each with the next one's."""
    data = page["data"]
    contents = [item["content"] for item in data[1:] + data[:1]]
    moved = [{**item, "content": content} for item, content in zip(data, contents, strict=True)]
    return {**page, "data": moved}


def _other_plain_name(answer: ProxyResponse) -> ProxyResponse:
    disposition = re.sub(
        r"filename=[^;]*", 'filename="wrong"', answer.headers["content-disposition"]
    )
    return header("content-disposition", disposition)(answer)


_FILE_NAME = "filename*=UTF-8''"

MUTANTS = (
    Mutant(
        "answer-missing",
        "text lost",
        "A run that completed has its answer.",
        answer("createRun", put("final_answer", None)),
    ),
    Mutant(
        "answer-cut",
        "text lost",
        "The final answer is the message in the thread, to its end.",
        answer("createRun", put("final_answer/message/content", _every_part(_shorter))),
    ),
    Mutant(
        "stored-message-cut",
        "text lost",
        "A message is stored to its end.",
        answer("queryMessage", put("content", _every_part(_shorter))),
    ),
    Mutant(
        "chinese-lost",
        "text lost",
        "A text comes back letter by letter, Chinese too.",
        answer(
            "createMessage queryMessage",
            put("content", _every_part(lambda text: text.encode("ascii", "replace").decode())),
        ),
    ),
    Mutant(
        "texts-of-others",
        "text lost",
        "Each message in a list has its own text.",
        answer("listMessages", _other_parts),
    ),
    Mutant(
        "file-cut",
        "text lost",
        "A file comes back to its last byte.",
        whole("downloadFile", body(lambda content: content[:-1])),
    ),
    Mutant(
        "file-end-of-line",
        "text lost",
        "A file comes back byte by byte.",
        whole("readFile", body(lambda content: content.replace(b"\r\n", b"\n"))),
    ),
    Mutant(
        "file-name-lost",
        "text lost",
        "A download has the name of the file.",
        whole("downloadFile", header("content-disposition", f"attachment; {_FILE_NAME}download")),
    ),
    Mutant(
        "plain-file-name-lost",
        "wrong header",
        "A plain file name is also given as `filename`.",
        whole("downloadFile", _other_plain_name),
    ),
    Mutant(
        "plain-name-not-kept",
        "text lost",
        "A name of plain letters and digits is kept.",
        both(
            answer("createFile queryFile", put("filename", "file")),
            answer("listFiles", put("data/*/filename", "file")),
        ),
    ),
    Mutant(
        "purpose-not-kept",
        "text lost",
        "A file is for what its upload says.",
        both(
            answer("createFile queryFile", put("purpose", "fine-tune")),
            answer("listFiles", put("data/*/purpose", "fine-tune")),
        ),
        caught_by="what_was_sent_is_kept",
    ),
    Mutant(
        "instructions-not-kept",
        "text lost",
        "An assistant keeps its instructions.",
        request("createAssistant", put("instructions", "")),
    ),
    Mutant(
        "metadata-not-kept",
        "text lost",
        "A thread keeps the metadata it is given.",
        request("updateThread", put("metadata", GONE)),
    ),
    Mutant(
        "message-files-not-kept",
        "text lost",
        "A message keeps its files.",
        request("createMessage", put("file_ids", GONE)),
    ),
    Mutant(
        "tool-output-lost",
        "text lost",
        "The output that is submitted is kept with the call.",
        request("submitToolOutputs", put("tool_outputs/*/output", "")),
    ),
    Mutant(
        "run-instructions-lost",
        "text lost",
        "The instructions of a run come instead of the assistant's.",
        request("createRun", put("instructions", GONE)),
    ),
    Mutant(
        "update-empties",
        "text lost",
        "A field that an update omits stays as it is.",
        request("updateAssistant", lambda asked: {"instructions": "", **asked}),
    ),
    Mutant(
        "message-update-empties",
        "text lost",
        "An update of a message's files leaves its text.",
        request("updateMessage", lambda asked: {"content": "", **asked}),
    ),
    Mutant(
        "waits-for-nothing",
        "text lost",
        "A run that waits says for what.",
        both(
            answer("createRun", put("required_action", None)),
            event("run_end", put("details/run_object/required_action", None)),
        ),
    ),
)
