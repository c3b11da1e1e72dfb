"""Changes of the public Python API that are found, and which of them break programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.spec_diff.annotations import covers
from scripts.spec_diff.changes import Level

pytest.importorskip("griffe", reason="griffe needs Python 3.11")

import appbuilder_assistants
from appbuilder_assistants import errors, types

from scripts.spec_diff.python_api import api_changes
from scripts.spec_diff.surface import Surface, surface

ROOT = Path(__file__).parents[3]
FILES = {
    "wrapper/appbuilder_assistants/__init__.py": """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from . import errors, types
    from ._sync.client import AppBuilder, Stream
    from ._version import __version__
__all__ = ["AppBuilder", "Stream", "__version__", "errors", "types"]
""",
    "wrapper/appbuilder_assistants/_version.py": '__version__ = "0.1.0"',
    "wrapper/appbuilder_assistants/types.py": """
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias
if TYPE_CHECKING:
    from appbuilder_api.dicts import OutputDict
    from appbuilder_api.models.output import Output
    from appbuilder_api.models.run import Run
__all__ = ["Format", "Json", "Output", "OutputDict", "Run", "text"]
Json: TypeAlias = dict[str, Any]
class Format(str, Enum):
    TEXT = "text"
def text(run: Run) -> str: ...
""",
    "wrapper/appbuilder_assistants/errors.py": """
__all__ = ["CallError", "NotFoundError"]
class CallError(Exception):
    def __init__(self, message: str = "", code: str | None = None) -> None:
        self.message = message
        self.where = Place(1)
        self.code: str | None = code
        self.seen = 1
class NotFoundError(CallError): ...
class Place: ...
""",
    "wrapper/appbuilder_assistants/_sync/client.py": """
from .runs import Runs, Caller
class AppBuilder:
    runs: Runs
    def __init__(self, token: str | None = None, *, timeout: float = 5.0) -> None: ...
    def close(self) -> None: ...
    def _hidden(self) -> None: ...
class Stream:
    def __init__(self, caller: Caller) -> None: ...
    def __iter__(self) -> object: ...
""",
    "wrapper/appbuilder_assistants/_sync/runs.py": """
from typing import Literal
from appbuilder_assistants.types import Run
class Caller: ...
class Steps:
    def list(self, run_id: str, limit: int = 20) -> list[Run]: ...
class Runs:
    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.steps = Steps(caller)
    def query(self, thread_id: str, run_id: str) -> Run: ...
    def run(self, assistant_id: str, order: Literal["asc", "desc"] | None = None) -> Run: ...
""",
    "generated/appbuilder_api/__init__.py": "",
    "generated/appbuilder_api/models/__init__.py": "",
    "wrapper/appbuilder_assistants/_sync/__init__.py": "",
    "generated/appbuilder_api/types.py": """
class Model:
    def to_dict(self) -> dict[str, object]: ...
""",
    "generated/appbuilder_api/dicts.py": """
from typing import TypedDict
class OutputDict(TypedDict):
    id: str
""",
    "generated/appbuilder_api/models/output.py": """
from attrs import define
from ..types import Model
@define(eq=False)
class Output(Model):
    id: str
    note: str = ""
    text: str = ""
""",
    "generated/appbuilder_api/models/run.py": """
from attrs import define
from ..types import Model
@define(eq=False)
class Run(Model):
    id: str
    status: str
    model: str = ""
    tools: list[str] | None = None
    _fields = ()
""",
}
BREAKS, ADDS = Level.BREAKING, Level.ADDITION
NONE = None

QUERY = "def query(self, thread_id: str, run_id: str) -> Run: ..."
RUN = 'def run(self, assistant_id: str, order: Literal["asc", "desc"] | None = None) -> Run: ...'
INIT = "def __init__(self, token: str | None = None, *, timeout: float = 5.0) -> None: ..."
MODEL = '    model: str = ""\n'

# The source text, and its replacement; the meaning of the change, and of its reverse.
EDITS: dict[str, tuple[str, str, Level | None, Level | None]] = {
    "a public name": ('"Run", "text"', '"Run"', BREAKS, ADDS),
    "a module": ('"__version__", "errors"', '"__version__"', BREAKS, ADDS),
    "a version": ('"0.1.0"', '"0.2.0"', NONE, NONE),
    "a method": (QUERY, "", BREAKS, ADDS),
    "a special method": ("def __iter__(self)", "def _iter(self)", BREAKS, ADDS),
    "a private method": ("def _hidden(self)", "def _other(self)", NONE, NONE),
    "a resource": ("self.steps = ", "self._steps = ", BREAKS, ADDS),
    "a method of a resource's resource": ("def list(self", "def lists(self", BREAKS, BREAKS),
    "async": (QUERY, f"async {QUERY}", BREAKS, BREAKS),
    "parameter removed": (QUERY, QUERY.replace(", run_id: str", ""), BREAKS, BREAKS),
    "parameter renamed": (QUERY, QUERY.replace("run_id", "id"), BREAKS, BREAKS),
    "parameters reordered": (
        QUERY,
        "def query(self, run_id: str, thread_id: str) -> Run: ...",
        BREAKS,
        BREAKS,
    ),
    "parameter added": (
        QUERY,
        QUERY.replace("run_id: str", "run_id: str, n: int = 1"),
        ADDS,
        BREAKS,
    ),
    "parameter added before": (
        RUN,
        RUN.replace("order", "new: int = 1, order"),
        BREAKS,
        BREAKS,
    ),
    "parameter made required": (INIT, INIT.replace(" = 5.0", ""), BREAKS, ADDS),
    "parameter made keyword-only": (QUERY, QUERY.replace("run_id", "*, run_id"), BREAKS, ADDS),
    "default": ("limit: int = 20", "limit: int = 50", BREAKS, BREAKS),
    "parameter's type": (QUERY, QUERY.replace("run_id: str", "run_id: int"), BREAKS, BREAKS),
    "parameter takes less": (RUN, RUN.replace('"asc", ', ""), BREAKS, ADDS),
    "return type": (QUERY, QUERY.replace("-> Run", "-> str"), BREAKS, BREAKS),
    "return type or None": (QUERY, QUERY.replace("-> Run", "-> Run | None"), BREAKS, ADDS),
    "constructor": (INIT, INIT.replace("token: str | None = None", "token: str"), BREAKS, ADDS),
    "constructor that is ours to call": (
        "caller: Caller) -> None: ...",
        "a: Caller) -> None: ...",
        NONE,
        NONE,
    ),
    "field": (MODEL, "", BREAKS, ADDS),  # the server makes such an object, so no position counts
    "field of a request": ('    note: str = ""\n', "", BREAKS, BREAKS),  # what follows it moves
    "last field": ("    tools: list[str] | None = None\n", "", BREAKS, ADDS),
    "field's type": ("    status: str", "    status: int", BREAKS, BREAKS),
    "field or None": ("    tools: list[str] | None", "    tools: list[str]", BREAKS, BREAKS),
    "field made required": (MODEL, "    model: str\n", BREAKS, ADDS),
    "value of an enumeration": ('TEXT = "text"', 'TEXT = "TEXT"', BREAKS, BREAKS),
    "alias": ("= dict[str, Any]", "= dict[str, str]", ADDS, BREAKS),
    "ancestor": ("class NotFoundError(CallError)", "class NotFoundError(Exception)", BREAKS, ADDS),
    "attribute of an error": ("self.message = message", "self._message = message", BREAKS, ADDS),
    "attribute made otherwise": ("Place(1)", "Place(2, 3)", NONE, NONE),
    "attribute of another class": ("Place(1)", "str(1)", BREAKS, BREAKS),
    "attribute's type": ("code: str | None = code", "code: int = 1", BREAKS, BREAKS),
    "attribute's type, from a parameter": ("self.code: str | None", "self.code", NONE, NONE),
    "attribute of no declared type": ("self.seen = 1", "self.seen = 2", NONE, NONE),
    "inherited method": ("def to_dict", "def _to_dict", BREAKS, ADDS),
    "kind": ("def text(run: Run) -> str: ...", "class text: ...", BREAKS, BREAKS),
}


@pytest.fixture
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Surface]:
    def written_and_read(was: str = "", now: str = "") -> Surface:
        tree = tmp_path_factory.mktemp("tree")
        for name, text in FILES.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(text.replace(was, now) if was else text, "utf-8")
        return surface(tree)

    return written_and_read


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_and_the_way_back(edit: str, read: Callable[..., Surface]) -> None:
    """Each edit is found and judged, in both directions."""
    was, now, forth, back = EDITS[edit]
    assert sum(was in text for text in FILES.values()) == 1
    old, new = read(), read(was, now)

    assert worst(api_changes(old, new)) == forth
    assert worst(api_changes(new, old)) == back


def worst(changes: list[Any]) -> Level | None:
    return max((change.level for change in changes), default=None)


def test_a_change_names_its_place(read: Callable[..., Surface]) -> None:
    """By the names that programs use, once, however many names a thing has."""
    renamed = api_changes(read(), read("run_id: str) -> Run", "id: str) -> Run"))
    inherited = api_changes(read(), read("self.message = message", "self._message = message"))

    assert [str(change) for change in renamed] == [
        "breaking  AppBuilder.runs.query(): parameter was added as required: `id`",
        "breaking  AppBuilder.runs.query(): parameter was removed: `run_id`",
    ]
    assert [change.where for change in inherited] == ["errors.CallError.message"]


def test_a_tree_without_the_package(tmp_path: Path) -> None:
    """The tree is refused, and not taken for an empty surface."""
    with pytest.raises(FileNotFoundError, match="no appbuilder_assistants in wrapper or generated"):
        surface(tmp_path)


def test_the_surface_is_that_of_an_import() -> None:
    """Everything that an import finds is read from the source, name by name."""
    read = surface(ROOT)
    seen = {
        *appbuilder_assistants.__all__,
        *(f"types.{name}" for name in types.__all__),
        *(f"errors.{name}" for name in errors.__all__),
    }
    for kind in ("AppBuilder", "AsyncAppBuilder"):
        client = getattr(appbuilder_assistants, kind)("a-token")
        seen |= {f"{kind}.{name}" for name in members(client)}
    for name in types.__all__:
        model = getattr(types, name)
        fields = getattr(model, "_fields", ())
        seen |= {f"types.{name}.{attribute}" for _, attribute, *_ in fields}

    assert len(seen) > 350
    assert seen - read.keys() == set()


def members(thing: object) -> set[str]:
    """The public methods of a client and of its resources."""
    found = set()
    for name in dir(thing):
        if name.startswith("_"):
            continue
        found.add(name)
        value = getattr(thing, name)
        if type(value).__module__.startswith("appbuilder_assistants."):
            found |= {f"{name}.{inner}" for inner in members(value)}
    return found


@pytest.mark.parametrize(
    ("wide", "narrow", "forth", "back"),
    [
        ("str | None", "str", True, False),
        ("Optional[str]", "None | str", True, True),
        ("Union[int, str]", "int", True, False),
        ("str", "Literal['a']", True, False),
        ("Literal['a', 'b']", "Literal['b']", True, False),
        ("Literal['a'] | str", "Literal['b'] | str", True, True),
        ("float", "int", True, False),
        ("Sequence[str | None]", "Sequence[str]", True, False),
        ("dict[str, Any]", "dict[str, int]", True, False),
        ("types.Run", "Run", False, False),
        ("'Run | None'", "Run", True, False),
        ("Any", "str", True, False),
        ("", "str", True, False),
        ("list[str]", "tuple[str]", False, False),
        ("tuple[str]", "tuple[str, str]", False, False),
        ("Thread | ThreadDict", "Thread | Json", True, False),
    ],
)
def test_annotations(wide: str, narrow: str, forth: bool, back: bool) -> None:
    """One lets through what the other does, or not; in doubt, not."""
    assert covers(wide, narrow) is forth
    assert covers(narrow, wide) is back
