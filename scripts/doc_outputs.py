"""Run the examples of the documentation against the mock server, and write the outputs they show.

An example is a block of Python; the block of text right behind it, if there is one, is what the
example prints. `make doc-outputs` writes these outputs anew. A Chinese page (`NAME.zh-CN.md`)
takes its examples from the English page (`NAME.md`), so they are written once. The tests compare
both. Ids and times differ from run to run and are not compared.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import appbuilder_mock

ROOT = Path(__file__).resolve().parent.parent

_EXAMPLE = re.compile(
    r"```python\n(?P<code>.*?)```\n(?:\n```text\n(?P<output>.*?)```\n)?", re.DOTALL
)

# Parts that differ from run to run, and the comparison's replacements.
_VARIABLE = (
    (re.compile(r"\b(asst|thread|msg|chatmsg|run)_[0-9a-f]{32}\b"), r"\1_…"),
    (re.compile(r"\bfile-[0-9a-f]+\b"), "file-…"),
    (re.compile(r"\b1[0-9]{12}\b"), "1…"),
    (re.compile(r"\b1[0-9]{9}\b"), "1…"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "…"),
    (re.compile(r"127\.0\.0\.1:[0-9]+"), "127.0.0.1:8080"),
)


@dataclass(frozen=True)
class Example:
    """A program in a Markdown file, and the output shown behind it (None: none is shown)."""

    code: str
    output: str | None


def examples(path: Path) -> list[Example]:
    """The Python examples of a Markdown file, in order."""
    text = path.read_text(encoding="utf-8")
    return [Example(found["code"], found["output"]) for found in _EXAMPLE.finditer(text)]


def comparable(output: str) -> str:
    """An output without ids, times, ports and trailing blanks."""
    for pattern, replacement in _VARIABLE:
        output = pattern.sub(replacement, output)
    return "\n".join(line.rstrip() for line in output.strip().splitlines())


def output_of(code: str) -> str:
    """Run a program against a mock server of its own, and tests by pytest.

    Raises RuntimeError when it fails, or writes to standard error (a warning, say).
    """
    with TemporaryDirectory() as folder, appbuilder_mock.running(seed="documentation") as server:
        program = Path(folder, "test_example.py")
        program.write_text(code, encoding="utf-8")
        runner = ["-m", "pytest", "-q"] if re.search(r"^def test_", code, re.MULTILINE) else []
        done = subprocess.run(
            [sys.executable, "-W", "error", *runner, str(program)],
            cwd=folder,
            env={
                **os.environ,
                "GATEWAY_URL": server.url,
                "APPBUILDER_TOKEN": server.token,
                "PYTHONUTF8": "1",
            },
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
    if done.returncode or done.stderr:
        said = done.stderr or done.stdout
        raise RuntimeError(f"an example ended with {done.returncode}:\n{said}\n{code}")
    return done.stdout


def with_outputs(path: Path) -> str:
    """The text of an English page, with outputs anew where they differ in more than ids."""

    def renewed(found: re.Match[str]) -> str:
        if found["output"] is None:
            return found[0]
        output = output_of(found["code"])
        if comparable(output) == comparable(found["output"]):
            return found[0]
        lines = "\n".join(line.rstrip() for line in output.strip().splitlines())
        return _block(Example(found["code"], lines + "\n"))

    return _EXAMPLE.sub(renewed, path.read_text(encoding="utf-8"))


def with_examples_of(english: Path, chinese: Path) -> str:
    """The text of a Chinese page, with the examples of the English one in their places.

    Raises ValueError when the two do not have the same number of examples.
    """
    text = chinese.read_text(encoding="utf-8")
    source = examples(english)
    if len(source) != len(examples(chinese)):
        raise ValueError(f"{chinese.name} has {len(examples(chinese))} examples, not {len(source)}")
    blocks = iter(map(_block, source))
    return _EXAMPLE.sub(lambda _: next(blocks), text)


def _block(example: Example) -> str:
    shown = "" if example.output is None else f"\n```text\n{example.output}```\n"
    return f"```python\n{example.code}```\n{shown}"


def pages() -> list[tuple[Path, Path | None]]:
    """Each English page of the documentation, and its Chinese one if there is one."""
    english = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    pairs = [(path, path.with_suffix(".zh-CN.md")) for path in english if ".zh-CN" not in path.name]
    return [(path, chinese if chinese.exists() else None) for path, chinese in pairs]


def main() -> None:
    """Write the outputs, and the examples of the Chinese pages."""
    english = [path for path, _ in pages()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, text in zip(english, pool.map(with_outputs, english), strict=True):
            _write(path, text)
    for path, chinese in pages():
        if chinese:
            _write(chinese, with_examples_of(path, chinese))


def _write(path: Path, text: str) -> None:
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
