"""Nothing that is read can run code: no pickle, no code of a model's, no text evaluated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("corpus", "index", "qa", "bench")
# Each of them runs what the bytes it reads tell it to.
UNSAFE_LIBRARIES = frozenset(
    {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle"}
)
UNSAFE_CALLS = frozenset(
    {
        *("eval", "exec", "builtins.eval", "builtins.exec"),
        *("yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all"),
    }
)
# Only ever given as False, in a call or in options for one.
NEVER = frozenset({"allow_pickle", "trust_remote_code"})
SAFE_YAML = frozenset({"yaml.SafeLoader", "yaml.CSafeLoader", "yaml.BaseLoader", "yaml.CBaseLoader"})


def violations(root: Path) -> list[str]:
    """One line for each thing below `root` that could run what it reads."""
    return [
        f"{path.relative_to(root)}:{line} {what}"
        for room in ROOMS
        for path in sorted((root / room).rglob("*.py"))
        for line, what in _unsafe(ast.parse(path.read_text("utf-8")))
    ]


def _unsafe(tree: ast.Module) -> Iterator[tuple[int, str]]:
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    if _library(alias.name) in UNSAFE_LIBRARIES:
                        yield node.lineno, f"imports {alias.name}"
            case ast.ImportFrom(module=str(module)) if _library(module) in UNSAFE_LIBRARIES:
                yield node.lineno, f"imports {module}"
            case ast.Call():
                for what in _unsafe_call(node, _dotted(node.func, names), names):
                    yield node.lineno, what
            case ast.Dict():
                for key, value in zip(node.keys, node.values, strict=True):
                    name = key.value if isinstance(key, ast.Constant) else None
                    if isinstance(name, str) and name in NEVER and not _is(value, False):
                        yield node.lineno, f"{name} is not False"


def _unsafe_call(node: ast.Call, called: str, names: dict[str, str]) -> Iterator[str]:
    given = {each.arg: each.value for each in node.keywords if each.arg is not None}
    for name in sorted(NEVER & given.keys()):
        if not _is(given[name], False):
            yield f"{name} is not False"
    if called in UNSAFE_CALLS:
        yield f"calls {called}"
    if called in ("__import__", "importlib.import_module"):
        for argument in node.args[:1]:
            module = str(argument.value) if isinstance(argument, ast.Constant) else ""
            if _library(module) in UNSAFE_LIBRARIES:
                yield f"imports {module}"
    if called == "numpy.load" and "allow_pickle" not in given:
        yield "numpy.load does not say allow_pickle=False"
    if called == "torch.load" and not _is(given.get("weights_only"), True):
        yield "torch.load does not say weights_only=True"
    if called in ("yaml.load", "yaml.load_all"):
        loader = given.get("Loader") or (node.args[1] if len(node.args) > 1 else None)
        if loader is None or _dotted(loader, names) not in SAFE_YAML:
            yield f"{called} has no safe loader"


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What each name that is imported stands for, in full."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (_library(alias.name),) * 2
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of what is called; nothing, where it has none."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value, names)):
        return f"{before}.{node.attr}"
    return ""


def _library(module: str) -> str:
    return module.partition(".")[0]


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def test_nothing_that_is_read_can_run_code() -> None:
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("import pickle", "imports pickle"),
        ("def f():\n    from pickle import loads", "imports pickle"),
        ("import json, shelve as s", "imports shelve"),
        ("import marshal", "imports marshal"),
        ("from dill import load", "imports dill"),
        ("import joblib.numpy_pickle", "imports joblib.numpy_pickle"),
        ("import importlib\nimportlib.import_module('pickle')", "imports pickle"),
        ("__import__('marshal').loads(b'')", "imports marshal"),
        ("import numpy as np\nnp.load('a.npy')", "numpy.load does not say allow_pickle=False"),
        ("import numpy\nnumpy.load('a.npy', 'r')", "numpy.load does not say allow_pickle=False"),
        ("from numpy import load as lit\nlit('a.npy')", "numpy.load does not say allow_pickle=False"),
        ("import numpy as np\nnp.load('a.npy', **options)", "numpy.load does not say allow_pickle=False"),
        ("import numpy as np\nnp.load('a.npy', allow_pickle=True)", "allow_pickle is not False"),
        ("import numpy as np\nnp.save('a.npy', a, allow_pickle=wanted)", "allow_pickle is not False"),
        ("options = {'allow_pickle': True}", "allow_pickle is not False"),
        ("Model('a', trust_remote_code=True)", "trust_remote_code is not False"),
        ("Model('a', kwargs={'trust_remote_code': flag})", "trust_remote_code is not False"),
        ("import torch\ntorch.load('a.pt')", "torch.load does not say weights_only=True"),
        ("import torch\ntorch.load('a.pt', weights_only=False)", "torch.load does not say weights_only=True"),
        ("import yaml\nyaml.load(text)", "yaml.load has no safe loader"),
        ("import yaml\nyaml.load(text, yaml.Loader)", "yaml.load has no safe loader"),
        ("from yaml import load, FullLoader\nload(t, Loader=FullLoader)", "yaml.load has no safe loader"),
        ("import yaml\nyaml.unsafe_load(text)", "calls yaml.unsafe_load"),
        ("eval('1')", "calls eval"),
        ("import builtins as b\nb.exec('1')", "calls builtins.exec"),
    ],
)
@pytest.mark.parametrize("room", ROOMS)
def test_a_planted_danger_is_found(tmp_path: Path, room: str, lines: str, found: str) -> None:
    (tmp_path / room).mkdir()
    planted = tmp_path / room / "planted.py"
    planted.write_text("import json\n")
    assert violations(tmp_path) == []
    planted.write_text(f"{lines}\n")
    at = lines.count("\n") + 1
    assert violations(tmp_path) == [f"{room}/planted.py:{at} {found}"]


@pytest.mark.parametrize(
    "lines",
    [
        "import numpy as np\nnp.load('a.npy', mmap_mode='r', allow_pickle=False)",
        "Model('a', trust_remote_code=False)",
        "options = {'allow_pickle': False, 'a': 1, **others}",
        "import torch\ntorch.load('a.pt', weights_only=True)",
        "import yaml\nyaml.load(text, Loader=yaml.CSafeLoader)\nyaml.safe_load(text)",
        "from yaml import load, SafeLoader\nload(text, SafeLoader)",
        "model.eval()",
        "import json\njson.load(file)",
        "from importlib import import_module\nimport_module('json')",
    ],
)
def test_what_is_safe_is_left_alone(tmp_path: Path, lines: str) -> None:
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa" / "planted.py").write_text(f"{lines}\n")
    assert violations(tmp_path) == []
