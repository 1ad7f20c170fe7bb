"""What the documents say is the case: the README's example, its commands and its settings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from corpus.reading.plain import read_plain

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_citation_of_the_example_is_the_slice_of_its_file() -> None:
    example = json.loads(re.findall(r"```json\n(.*?)```", README, re.DOTALL)[0])
    slices = 0
    for citation in example["citations"]:
        text = read_plain((ROOT / "corpus" / "texts" / citation["source"]).read_bytes()).text
        for span in (citation, *citation["highlights"]):
            assert text[span["start"] : span["end"]] == span["quote"]
            slices += 1
    assert slices == 3


def test_the_answer_of_the_example_is_made_of_its_highlights() -> None:
    example = json.loads(re.findall(r"```json\n(.*?)```", README, re.DOTALL)[0])
    assert example["answer"]["text"] == example["citations"][0]["highlights"][0]["quote"] + " [1]"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make (\w+)", README))))
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./]+\.md)\)", README))))
def test_every_document_the_readme_links_to_exists(path: str) -> None:
    assert (ROOT / path).is_file()


def test_every_module_of_the_three_packages_is_in_the_architecture() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    modules = [
        path.stem
        for package in ("corpus", "index", "qa")
        for path in (ROOT / package).glob("*.py")
        if path.stem not in ("__init__", "errors", "french")
    ]
    assert [m for m in modules if f"`{m}`" not in architecture] == []


def test_every_dependency_has_its_reason() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    block = project[project.index("dependencies = [") : project.index("[project.optional")]
    names = re.findall(r'"([A-Za-z0-9_.-]+?)[>=]', block)
    assert [name for name in names if name not in architecture] == ["numpy"]


def test_every_package_of_the_constraints_is_pinned() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line[0] != "#"]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert lines[0] == "torch==2.13.0"


def test_the_measurements_have_no_blank_left_to_fill() -> None:
    assert "@@" not in (ROOT / "bench" / "RESULTS.md").read_text("utf-8")
