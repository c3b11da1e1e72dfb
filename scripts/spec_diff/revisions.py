"""The trees to compare, from git: which commit clients rely on, and its files."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

VERSION_FILE = "wrapper/appbuilder_assistants/_version.py"
RELEASE_TAGS = "v[0-9]*"
ADVICE = "Name another commit with: make spec-diff BASE=<git ref>"


class NoBase(Exception):
    """There is no commit to compare with; the message says why and what to do."""


@dataclass(frozen=True)
class Base:
    """A commit to compare with, and why it is the one."""

    commit: str
    why: str


class Repository:
    """A clone of this repository."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def base(self, ref: str | None = None) -> Base:
        """The commit that `ref` names; without one, what the programs that exist rely on.

        That is the latest release tag. Before the first: the last commit with another version
        than this tree's; and where there was no other version, the last that changed the file of
        the version. Raises NoBase.
        """
        self._git("rev-parse", "--git-dir")
        if ref:
            return Base(self._commit(ref), "as asked for")
        tag = self._git_or_none("describe", "--tags", "--abbrev=0", "--match", RELEASE_TAGS, "HEAD")
        if tag:
            return Base(self._commit(tag), f"the latest release tag, {tag}")
        if self._git("rev-parse", "--is-shallow-repository") == "true":
            raise NoBase(
                "This clone is shallow and holds no release tag, so the commit to compare with "
                "may be missing. Fetch the whole history with: git fetch --unshallow --tags. "
                f"{ADVICE}"
            )
        return self._base_by_version()

    def _base_by_version(self) -> Base:
        now = (self.root / VERSION_FILE).read_text("utf-8")
        commits = self._git("log", "--format=%H", "--", VERSION_FILE).split()
        if not commits:
            raise NoBase(f"There is no release tag and no commit with {VERSION_FILE}. {ADVICE}")
        after = None
        for commit in commits:
            if version_line(self._git("show", f"{commit}:{VERSION_FILE}")) != version_line(now):
                last = f"{after}^" if after else "HEAD"
                why = "no release tag yet; the last commit with another version than now"
                return Base(self._commit(last), why)
            after = commit
        return Base(commits[0], f"no release tag yet; the last commit that changed {VERSION_FILE}")

    def unpack(self, commit: str, folder: Path) -> None:
        """Write the files of a commit into a folder."""
        archive = self._run("archive", "--format=tar", commit)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")

    def _commit(self, ref: str) -> str:
        commit = self._git_or_none(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        )
        if commit is None:
            raise NoBase(
                f"There is no commit `{ref}` in this clone. If it is elsewhere, fetch it first "
                f"(git fetch --tags; git fetch --unshallow). {ADVICE}"
            )
        return commit

    def _git_or_none(self, *arguments: str) -> str | None:
        try:
            return self._git(*arguments)
        except NoBase:
            return None

    def _git(self, *arguments: str) -> str:
        return self._run(*arguments).decode("utf-8").strip()

    def _run(self, *arguments: str) -> bytes:
        # A hook's variables would lead to another repository.
        own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), *arguments], capture_output=True, check=True, env=own
            )
        except FileNotFoundError:
            raise NoBase("git is not installed, and the comparison needs it.") from None
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip()
            raise NoBase(f"git {arguments[0]} failed: {said}. {ADVICE}") from None
        return done.stdout


def version_line(module: str) -> str:
    return next((line for line in module.splitlines() if line.startswith("__version__")), "")
