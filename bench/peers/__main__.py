"""Compares, in one run: python -m bench.peers [DATASET]   (make bench QUESTIONS=DATASET)

DATASET is in BEIR's layout; without one, the demonstration texts and tests/questions.jsonl. Writes
tables, plots and every round's figures into bench/results. `make peers` installs the peers first.
"""

from __future__ import annotations

import argparse
import os
import platform
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter

from bench.peers.kept import kept_index
from bench.peers.machine import ceilings
from bench.peers.material import Material, chosen, counted
from bench.peers.processes import OURS, SYSTEMS
from bench.peers.records import Ceiling, Results, ServiceRun, Setting
from bench.peers.running import Running
from bench.peers.showing import write
from bench.serving import measure
from index.default_model import MODEL_NAME
from qa.config import load_settings

_STORED = TypeAdapter(Results)


def main() -> None:
    options = _options()
    if options.redraw:
        write(_STORED.validate_json((options.out / "rounds.json").read_bytes()), options.out)
        return
    settings = load_settings()
    model = (settings.models / MODEL_NAME).absolute()
    material = chosen(options.dataset, settings)
    systems = [system for system in SYSTEMS if system.name in options.only]
    running = Running(material, model, settings, options.questions, _tell)
    folders = {system: kept_index(system, material, model, _tell) for system in systems}
    services: list[ServiceRun] = []
    products: list[Ceiling] = []
    for turn in range(options.rounds):
        _tell(f"round {turn + 1} of {options.rounds}")
        for system in systems:
            running.round(system, folders[system])
            if system.name == OURS:
                _tell(f"{system.name} over HTTP: {len(material.questions)} questions")
                services.append(measure(folders[system], [asked.text for asked in material.questions]))
        _tell("matrix products")
        products += ceilings((1, os.cpu_count() or 1))
    setting = _setting(material, min(options.questions, len(material.questions)), options.rounds, model)
    results = Results(setting, tuple(running.results()), tuple(services), tuple(products))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "rounds.json").write_bytes(_STORED.dump_json(results))
    write(results, options.out)


def _tell(doing: str) -> None:
    print(doing, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.peers")
    parser.add_argument("dataset", nargs="?", type=Path, help="a folder in BEIR's layout")
    parser.add_argument("--questions", type=int, default=300, help="put to each system (300)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("bench/results"))
    parser.add_argument("--only", nargs="+", default=[s.name for s in SYSTEMS], metavar="SYSTEM")
    parser.add_argument("--redraw", action="store_true", help="tables and plots of the last run again")
    return parser.parse_args()


def _setting(material: Material, questions: int, rounds: int, model: Path) -> Setting:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return Setting(
        date=date.today().isoformat(),
        processor=names[0] if names else platform.machine(),
        cores=os.cpu_count() or 1,
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        dataset=material.name,
        passages=len(material.passages),
        questions=questions,
        rounds=rounds,
        peers=counted([text for _, text in material.sample], model),
    )


if __name__ == "__main__":
    main()
