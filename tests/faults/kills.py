"""kill -9 at any moment of a build, of a rollback, of `sourcier build`: the index that was acknowledged
last is served, or the one that was being committed; never another, never a mixture.

`python -m tests.faults.kills [KILLS]`; after a kill the index is judged by this process, with nothing of
the dead one but the files. What a crash of the machine loses is not tried here.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from corpus.errors import SourcierError
from index import generation
from index.build import build
from tests.faults.support import STATES, Content, Folder, opened_content, orphans, processes
from tests.faults.victims import (
    DISK,
    Begun,
    Ended,
    Heard,
    Moment,
    killed,
    length_of_a_build,
    rebuild_by_command,
    work,
    work_by_command,
)
from tests.index.support import interacting_encoder

_KEEP = 3
# Of four victims, one is the command.
_COMMANDS = 4


@dataclass(slots=True)
class Tally:
    """What was struck and what was found."""

    kills: int = 0
    inside: int = 0
    new: int = 0
    builds: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    swept: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, heard: Heard, *, by_command: bool) -> None:
        """Counts a kill, and where it landed."""
        self.kills += 1
        self.builds += len(heard.done)
        if heard.open is not None:
            rolling = heard.open.target is not None
            self.inside += not rolling
            self.kinds["rollback" if rolling else "command" if by_command else "build"] += 1
            self.stages[heard.stage] += 1

    def __str__(self) -> str:
        return (
            f"kills: {self.kills}, {self.inside} inside a build "
            f"({_listed(self.kinds)}; {_listed(self.stages)}); "
            f"{self.builds} acknowledged, {self.new} served the index being committed; "
            f"swept: {_listed(self.swept)}; faults: {len(self.faults)}"
        )


@dataclass(slots=True)
class Known:
    """The state that each generation was built from, and the one that is to be served."""

    states: dict[str, int]
    served: str

    def hear(self, heard: Heard) -> None:
        """Takes note of what a victim acknowledged."""
        for begun, ended in heard.done:
            if begun.target is None:
                self.states[ended.served] = begun.state
            self.served = ended.served

    def judge(self, home: Path, heard: Heard, folder: Folder, contents: list[Content]) -> list[str]:
        """What is wrong with the index that is there now; then it is the one to be served."""
        try:
            served = generation.current(home).name
            if served not in self.states:
                if heard.open is None or heard.open.target is not None:
                    return [f"{served} is served, and nobody was building it"]
                self.states[served] = heard.open.state
            elif served not in {self.served, heard.open.target if heard.open else None}:
                return [f"{served} is served, but {self.served} was acknowledged"]
            state = self.states[served]
            content = opened_content(home, folder.content(state))
        except (SourcierError, AssertionError, OSError) as error:
            return [f"unreadable: {error}"]
        self.served = served
        return [] if content == contents[state % len(STATES)] else [f"{served} is not state {state}"]


def run(folder: Path, kills: int, inside: int, texts: int = 40, seed: int = 1) -> Tally:
    """Kills until there were `kills`, `inside` of them inside a build; gives up at twice as many."""
    random, texts_folder, home = Random(seed), Folder(folder / "texts", texts), folder / "home"
    contents = [texts_folder.reference(n, folder / f"reference-{n}") for n in range(len(STATES))]
    texts_folder.become(0)
    first = build(texts_folder.path, home, interacting_encoder()).generation
    known, tally, state = Known({first: 0}, first), Tally(), 0
    whole = length_of_a_build(texts_folder, folder / "measured")
    while (tally.kills < kills or tally.inside < inside) and tally.kills < 2 * kills:
        by_command = random.randrange(_COMMANDS) == 0
        moment = _moment(random, whole, tally.kills)
        victim = work_by_command if by_command else work
        heard = killed(victim, texts_folder, home, state, moment, seed + tally.kills)
        tally.add(heard, by_command=by_command)
        known.hear(heard)
        acknowledged = known.served
        tally.faults += known.judge(home, heard, texts_folder, contents)
        tally.new += known.served != acknowledged
        tally.swept.update(orphans(home))
        state = heard.last_state(state) + 1
        tally.faults += _rebuilt(texts_folder, home, state, known, contents, by_command=by_command)
    return tally


def _rebuilt(
    folder: Folder, home: Path, state: int, known: Known, contents: list[Content], *, by_command: bool
) -> list[str]:
    """The next build: it works, and leaves nothing but generations that were served."""
    folder.become(state)
    if by_command:
        process = processes().Process(target=rebuild_by_command, args=(folder, home))
        process.start()
        process.join()
        if process.exitcode != 0:
            return [f"the next `sourcier build` ended with {process.exitcode}"]
        name = generation.current(home).name
    else:
        name = build(folder.path, home, interacting_encoder()).generation
    heard = Heard([(Begun(state), Ended(name))])
    known.hear(heard)
    faults = known.judge(home, heard, folder, contents)
    if left := orphans(home):
        faults.append(f"not swept: {left}")
    for kept in generation.names(home):
        generation.verify(home / "index" / kept)
        if kept not in known.states:
            faults.append(f"{kept} was never served, and is kept")
    if len(generation.names(home)) > _KEEP:
        faults.append(f"{len(generation.names(home))} generations kept")
    return faults


def _moment(random: Random, whole: Moment, nth: int) -> Moment:
    """Any time of a build and some after, or any call: calls are many, and short."""
    if nth % 2:
        return Moment(random.random() * 2 * DISK, random.randint(1, whole.calls))
    return Moment(random.random() * 1.6 * whole.seconds)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def main(kills: int = 200) -> int:
    """The long version; 1 when a promise broke or too few blows landed."""
    inside = kills * 3 // 4
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder), kills, inside)
    print(tally)
    for fault in tally.faults:
        print(f"  {fault}")
    return int(bool(tally.faults) or tally.kills < kills or tally.inside < inside or not tally.swept["draft"])


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(*map(int, sys.argv[1:])))
