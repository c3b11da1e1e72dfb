"""Write the code that follows from openapi.yaml, or check that it is up to date.

    python scripts/generate.py            write it  (`make generate`)
    python scripts/generate.py --check    exit 1 and show the difference if it is not what would be
                                          written now  (`make generate-check`)

openapi-python-client writes the models, generated/appbuilder_api; scripts/generation the wrapper's
plain surface, of which `make sync` makes the sync half.

A schema that `x-refines` another one keeps more out of a request, and has no field of its own: in
Python both are the other one's class.

Needs openapi-python-client and ruff beside the interpreter that runs this.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # this file is run by its path
WRITTEN = Path("generated", "appbuilder_api")


def main() -> int:
    """Do what the command line asks and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, only compare")
    parser.add_argument(
        "--spec", type=Path, default=ROOT / "openapi.yaml", help="default: %(default)s"
    )
    parser.add_argument("--output", type=Path, help="write the models alone, to this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        models = fresh / WRITTEN
        problem = generate(options.spec, models)
        if problem:
            print(problem, file=sys.stderr)
            return 1
        pairs = [(options.output or ROOT / WRITTEN, models)]
        if not options.output:
            document = yaml.safe_load(options.spec.read_text(encoding="utf-8"))
            pairs += [(ROOT / one, fresh / one) for one in write_wrapper(document, fresh)]
        if not options.check:
            for old, new in pairs:
                replace(old, new)
            return 0
        difference = [line for old, new in pairs for line in compare(old, new)]
    sys.stdout.writelines(difference)
    if not difference:
        return 0
    print(f"\nThe generated code is not what {options.spec} and the templates give:")
    print("run make generate, look at what changed, and commit it.")
    return 1


def write_wrapper(document: dict[str, Any], folder: Path) -> tuple[Path, ...]:
    """Write the wrapper's generated modules below a folder; the places that hold only these."""
    from scripts.generation.render import PLACES, modules

    for path, text in modules(document, ROOT).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return PLACES


def generate(spec: Path, folder: Path) -> str:
    """Run the generator into a new folder; what it complained about, or nothing."""
    if find_spec("openapi_python_client") is None:
        return (
            f"openapi-python-client is not installed for {sys.executable}: it needs Python 3.11 or "
            "newer. `make generate` runs this in an environment that has it."
        )
    from scripts.generator_limits import problems

    try:
        document = yaml.safe_load(spec.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        return f"{spec}: {error}"
    if found := problems(document):
        return "\n".join([f"{spec}: no code can be written for", *found])
    # The generator's hooks run the first ruff on the PATH: let it be the one of this interpreter.
    # Not .resolve(): in a virtual environment the interpreter is a link out of it.
    tools = Path(sys.executable).parent
    path = os.pathsep.join([str(tools), os.environ.get("PATH", os.defpath)])
    folder.parent.mkdir(parents=True, exist_ok=True)
    read = folder.parent / "openapi.yaml"
    read.write_text(yaml.safe_dump(without_refinements(document), sort_keys=False), "utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate"]
    command += ["--path", str(read), "--output-path", str(folder)]
    command += ["--config", str(ROOT / "generated" / "config.yaml")]
    command += ["--custom-template-path", str(ROOT / "generated" / "templates")]
    command += ["--meta", "none", "--fail-on-warning"]
    done = subprocess.run(
        command,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.stdout + done.stderr if done.returncode else ""


def without_refinements(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the refined schema wherever it names a refinement."""
    prefix = "#/components/schemas/"
    schemas = document["components"]["schemas"]
    refined = {
        prefix + name: prefix + schema["x-refines"]
        for name, schema in schemas.items()
        if "x-refines" in schema
    }

    def rewritten(part: Any) -> Any:
        if isinstance(part, list):
            return [rewritten(one) for one in part]
        if not isinstance(part, dict):
            return part
        return {
            key: refined.get(value, value)
            if key == "$ref" and isinstance(value, str)
            else rewritten(value)
            for key, value in part.items()
            if f"{prefix}{key}" not in refined or part is not schemas
        }

    found: dict[str, Any] = rewritten(document)
    return found


def replace(old: Path, new: Path) -> None:
    """Make a folder or file the same as another. Equal files are not touched."""
    before, after = contents(old), contents(new)
    for name in before.keys() - after.keys():
        (old / name).unlink()
    for name, text in after.items():
        if before.get(name) != text:
            (old / name).parent.mkdir(parents=True, exist_ok=True)
            whole = old.parent / f".{old.name}.new"  # a killed `make generate` leaves no half file
            whole.write_bytes(text)
            whole.replace(old / name)


def compare(old: Path, new: Path) -> Iterator[str]:
    """Lines of a diff that turns `old` into `new`; none if they hold the same bytes."""
    before, after = contents(old), contents(new)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) == after.get(name):
            continue
        if name not in before or name not in after:
            yield f"{'missing' if name in after else 'extra'} file: {name}\n"
            continue
        yield from difflib.unified_diff(
            before[name].decode(errors="replace").splitlines(keepends=True),
            after[name].decode(errors="replace").splitlines(keepends=True),
            f"{name or old.name} (as it is)",
            f"{name or old.name} (as it should be)",
        )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file's bytes, without Python's caches; those of a file itself under no name."""
    if folder.is_file():
        return {"": folder.read_bytes()}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


if __name__ == "__main__":
    sys.exit(main())
