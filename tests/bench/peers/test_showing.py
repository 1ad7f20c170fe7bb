from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.peers.records import Results
from bench.peers.showing import write


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_the_tables_say_what_was_measured_and_how_to_repeat_it(
    results: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(results, tmp_path)
    text = (tmp_path / "peers.md").read_text()
    assert "2026-01-01. a processor, 2 cores, 16 GiB, no GPU. a set: 30 passages, 7 questions" in text
    assert "- txtai: txtai 1.0" in text
    assert "Of a question over HTTP, one client, milliseconds: encoding 4.00." in text
    assert "| | sourcier | sourcier, HTTP | sentence-transformers | txtai |" in rows(text)[0].replace(
        "|  |", "| |"
    )
    built = (
        "| index built and saved, passages/s | 5.0 (2.5 to 10.0) |  | 2.5 (1.2 to 5.0) | 1.2 (0.6 to 2.5) |"
    )
    assert built in rows(text)
    assert "| a question, median, ms (less is better) | 0.125 | 0.0625 |" in rows(text)
    assert "| int8, 2 |  | 400 |" in rows(text)
    assert "| float32, 2 | 40 (20 to 50) | 100 |" in rows(text)
    assert "make bench QUESTIONS=" in text
    assert "make bench" not in capsys.readouterr().out


def test_what_failed_is_said(results: Results, tmp_path: Path) -> None:
    write(results, tmp_path)
    assert (
        "- txtai does not answer from several threads: OSError: one thread only"
        in (tmp_path / "peers.md").read_text()
    )


def test_every_figure_is_in_the_file(results: Results, tmp_path: Path) -> None:
    write(results, tmp_path)
    with (tmp_path / "peers.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    assert {
        "system": "sourcier, HTTP",
        "measure": "start to first answer",
        "unit": "s",
        "median": "0.5",
        "lowest": "0.5",
        "highest": "0.5",
    } in found
    with (tmp_path / "machine.csv").open(newline="") as file:
        products = list(csv.DictReader(file))
    assert [row["median_gflops"] for row in products] == ["30.0", "40.0", "100.0", "400.0"]
    assert [row["k"] for row in products] == ["384", "all", "all", "all"]


def test_the_plots_are_whole_and_repeat_to_the_byte(results: Results, tmp_path: Path) -> None:
    names = ["asking", "building", "quality", "weight"]
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        write(results, folder)
    assert sorted(path.stem for path in first.glob("*.svg")) == names
    for name in names:
        drawn = (first / f"{name}.svg").read_bytes()
        assert drawn == (second / f"{name}.svg").read_bytes()
        said = "".join(ET.fromstring(drawn).itertext())
        assert "sentence-transformers" in said
        assert "sourcier" in said
