"""The cost of an import: only the named modules are loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import appbuilder_api
import pytest
from appbuilder_api import models


def loaded_after(code: str) -> set[str]:
    """The modules in a fresh interpreter once it has run the code."""
    folder = Path(appbuilder_api.__file__).parent.parent
    start = f"import json, sys; sys.path.insert(0, {str(folder)!r})\n"
    end = "\nprint(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-X", "utf8", "-c", start + code + end]
    done = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    return set(json.loads(done.stdout))


def models_in(modules: set[str]) -> set[str]:
    """The names of the model modules among them."""
    prefix = "appbuilder_api.models."
    return {name.removeprefix(prefix) for name in modules if name.startswith(prefix)}


def test_importing_loads_no_model() -> None:
    """The packages load no model, attrs or httpx."""
    modules = loaded_after("import appbuilder_api.models")

    assert models_in(modules) == set()
    assert modules.isdisjoint({"attrs", "attr", "httpx", "appbuilder_api.types"})


def test_naming_a_model_loads_its_modules() -> None:
    """The model and the models of its fields."""
    modules = loaded_after("from appbuilder_api.models import FinalAnswer")

    assert models_in(modules) == {
        "final_answer",
        "final_answer_message",
        "assistant_content",
        "assistant_text",
    }
    assert "httpx" not in modules


def test_attrs_is_loaded_when_it_is_asked() -> None:
    """Neither reading an object nor building one needs it."""
    code = (
        "from appbuilder_api.models import LastError as E\nE.from_dict({}), E('t', message='错')\n"
    )
    evolving = (
        "import sys\nassert 'attr' not in sys.modules\nfrom attrs import evolve\nevolve(E('t'))"
    )

    assert loaded_after(code).isdisjoint({"attrs", "attr"})
    assert "attr" in loaded_after(code + evolving)


def test_every_name_is_there() -> None:
    """`__all__`, `dir` and attribute access agree; other names are refused."""
    for name in models.__all__:
        assert getattr(models, name).__name__ == name

    assert set(models.__all__) <= set(dir(models))
    with pytest.raises(AttributeError, match="no attribute 'Runn'"):
        _ = models.Runn  # type: ignore[attr-defined]
