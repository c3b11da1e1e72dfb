"""The journal of objects on a target, on disk, so that a kill leaves no orphans."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

# Not under build/: `make clean` would forget what is left on a server.
FOLDER = Path(__file__).parents[2] / ".contract"

# Which field of the answer names what an operation has made.
MAKES = {
    "createAssistant": ("assistant", "id"),
    "createFile": ("file", "id"),
    "createThread": ("thread", "id"),
    "createRun": ("thread", "thread_id"),
}
# Which operation deletes a thing, and the field of its body that names it. In this order: a thread
# takes its messages and runs along, which may use the others.
DELETES = {
    "thread": ("deleteThread", "thread_id"),
    "assistant": ("deleteAssistant", "assistant_id"),
    "file": ("deleteFile", "file_id"),
}


def makes(operation_id: str, asked: Any) -> bool:
    """Whether this body makes something to be deleted: a run on a thread of ours does not."""
    on_thread = isinstance(asked, dict) and asked.get("thread_id")
    return operation_id in MAKES and not (operation_id == "createRun" and on_thread)


Owner = Literal["first", "second"]  # the user who made the object and can delete it


class CreatedObject(NamedTuple):
    """An object on the target."""

    kind: str
    id: str
    owner: Owner = "first"


class Journal:
    """The objects that one process has made on one target.

    Every line is written when it happens. As long as the process lives its file is locked; a file
    that is not locked is that of a killed run. Raises BlockingIOError for a locked one.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file: IO[str] = path.open("a", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise
        self.remaining, self.unanswered = _read(path)
        self.made: list[CreatedObject] = []

    def asks(self, operation_id: str) -> None:
        """A request that makes something is about to be sent."""
        self.unanswered += 1
        self._write({"asks": operation_id})

    def answers(self, operation_id: str) -> None:
        """Such a request was answered, whatever the answer is."""
        self.unanswered -= 1
        self._write({"answers": operation_id})

    def succeeded(self, operation_id: str, asked: Any, answer: Any, owner: Owner = "first") -> None:
        """Note a created or deleted object."""
        if makes(operation_id, asked) and isinstance(answer, dict):
            kind, field = MAKES[operation_id]
            if isinstance(answer.get(field), str):
                self.add(CreatedObject(kind, answer[field], owner))
        for kind, (deletes, field) in DELETES.items():
            if operation_id == deletes and isinstance(asked, dict):
                self.drop(CreatedObject(kind, str(asked.get(field)), owner))

    def add(self, made: CreatedObject) -> None:
        if made.id and made not in self.remaining:
            self.remaining[made] = None
            self.made.append(made)
            self._write({"made": made})

    def drop(self, made: CreatedObject) -> None:
        if made in self.remaining:
            del self.remaining[made]
            self._write({"gone": made})

    def delete_all(
        self, delete: Callable[[str, dict[str, str], Owner], bool]
    ) -> list[CreatedObject]:
        """Delete the remaining objects, each by an operation with its body; return the others.

        An exception of `delete` ends it, and the rest stays in the journal.
        """
        for kind, (operation_id, field) in DELETES.items():
            for made in [one for one in self.remaining if one.kind == kind]:
                if delete(operation_id, {field: made.id}, made.owner):
                    self.drop(made)
        return list(self.remaining)

    def close(self) -> None:
        """Delete the file when no object remains on the target."""
        if not self.remaining:
            self.path.unlink(missing_ok=True)
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def journal_for(url: str, folder: Path = FOLDER) -> Journal:
    """A new journal of this process."""
    return Journal(folder / f"{_name(url)}.{os.getpid()}.jsonl")


def orphaned_journals(url: str, folder: Path = FOLDER) -> Iterator[Journal]:
    """The journals of runs against this address that ended without deleting everything."""
    for path in sorted(folder.glob(f"{_name(url)}.*.jsonl")):
        try:
            journal = Journal(path)
        except BlockingIOError:
            continue  # its run is in progress
        yield journal


def _name(url: str) -> str:
    return re.sub(r"[^a-zA-Z0-9.]+", "-", url)


def _read(path: Path) -> tuple[dict[CreatedObject, None], int]:
    remaining: dict[CreatedObject, None] = {}
    unanswered = 0
    for line in path.read_text("utf-8").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the kill came in the middle of a line
        if "made" in entry:
            remaining[CreatedObject(*entry["made"])] = None
        if "gone" in entry:
            remaining.pop(CreatedObject(*entry["gone"]), None)
        unanswered += ("asks" in entry) - ("answers" in entry)
    return remaining, unanswered
