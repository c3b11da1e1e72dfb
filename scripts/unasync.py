"""Write the wrapper's _sync from its _async, or check that it is up to date.

    python scripts/unasync.py            write it  (`make sync`)
    python scripts/unasync.py --check    exit 1 and show the difference  (`make sync-check`)

The rules are words to replace, so `_async` must be written in words they know: no asyncio, the
driver imported by name. A word that smells of async and has no rule is an error. Needs ruff beside
the interpreter that runs this.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "wrapper" / "appbuilder_assistants"
HEADER = "# Written by scripts/unasync.py from _async/{name}; do not edit.\n\n"

# Tried in this order at every place; a rule must match whole words.
RULES = (
    (r"async (def|for|with)", r"\1"),
    (r"await ", ""),
    (r"appbuilder_assistants\._async", "appbuilder_assistants._sync"),
    # asyncio's words, and ours for the one place that does I/O
    (r"a(drive|finish|first_attempt|raw|release|settle|toolbox|uploading)", r"\1"),
    (r"Callable\[P, Awaitable\[T\]\]", "Callable[P, T]"),
    (r"Callable\[P, Awaitable\[RawResponse\[T\]\]\]", "Callable[P, RawResponse[T]]"),
    (r"Awaitable, Callable", "Callable"),
    (r"__a(enter|exit|iter|next)__", r"__\1__"),
    (r"a(close|iter|next)", r"\1"),
    (r"a(iter_bytes|iter_lines|read)", r"\1"),
    (r"StopAsyncIteration", "StopIteration"),
    # AsyncRuns -> Runs, httpx.AsyncClient -> httpx.Client, AsyncIterator -> Iterator
    (r"Async([A-Z]\w*)", r"\1"),
    # prose
    (
        r"The clients for asyncio\. `_sync` is written from these files by scripts/unasync\.py\.",
        "The clients for threads and scripts.",
    ),
)
# Whole words: no letter before, and none after a letter (but any after the blank of "await ").
PATTERN = re.compile("|".join(rf"\b(?:{old})(?!(?<=\w)\w)" for old, _ in RULES))
UNTRANSLATED = re.compile(r"\w*(?:async|await)\w*", re.IGNORECASE)


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    options = parser.parse_args()
    origin = PACKAGE / "_async"
    wanted = {name: translate(origin / name, name) for name in sources(origin)}
    folder = PACKAGE / "_sync"
    if not options.check:
        write(folder, wanted)
        return 0
    difference = list(compare(folder, wanted))
    sys.stdout.writelines(difference)
    if difference:
        print("\n_sync is not what scripts/unasync.py makes of _async: run make sync, and commit.")
    return 1 if difference else 0


def sources(folder: Path) -> list[str]:
    """The modules of a package and of those within it, by their paths in it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))


def translate(source: Path, name: str) -> str:
    """The text of the synchronous twin of one file."""
    text = PATTERN.sub(replace, source.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), start=1):
        word = UNTRANSLATED.search(line)
        if word:
            sys.exit(f"{source}:{number}: no rule in scripts/unasync.py for {word[0]!r}: {line}")
    text = HEADER.format(name=name) + text
    text = ruff("check", "--select=I", "--fix", text=text, name=name)
    return ruff("format", text=text, name=name)


def replace(match: re.Match[str]) -> str:
    """The replacement of one match: by the first rule that fits it whole."""
    for old, new in RULES:
        if re.fullmatch(old, match[0]):
            return re.sub(old, new, match[0])
    raise AssertionError("unreachable: the pattern is made of the rules")


def ruff(*arguments: str, text: str, name: str) -> str:
    """Pass a text through ruff, under the settings that hold in `_sync`."""
    command = [sys.executable, "-m", "ruff", *arguments, "--quiet"]
    command += ["--stdin-filename", str(PACKAGE / "_sync" / name), "-"]
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(f"ruff refuses the twin of _async/{name}:\n{done.stdout}{done.stderr}")
    return done.stdout


def write(folder: Path, wanted: dict[str, str]) -> None:
    """Make the modules of `folder` exactly those wanted."""
    for name in sources(folder):
        if name not in wanted:
            (folder / name).unlink()
    for name, text in wanted.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def compare(folder: Path, wanted: dict[str, str]) -> Iterator[str]:
    """Lines of a diff that turns `folder` into what is wanted; none if it is that already."""
    found = {name: (folder / name).read_bytes().decode() for name in sources(folder)}
    for name in sorted(found.keys() | wanted.keys()):
        if name not in found or name not in wanted:
            yield f"{'missing' if name in wanted else 'extra'} file: _sync/{name}\n"
        elif found[name] != wanted[name]:
            yield from difflib.unified_diff(
                found[name].splitlines(keepends=True),
                wanted[name].splitlines(keepends=True),
                f"_sync/{name} (as it is)",
                f"_sync/{name} (as it should be)",
            )


if __name__ == "__main__":
    sys.exit(main())
