"""What the programs of faults share: texts that say their state, processes to strike, what an index must be.

Strikes nothing itself.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

import qa.cli
from index import generation
from index.build import build
from index.embedding import EncodedPassage, EncoderInput
from index.lock import LOCK
from index.opening import open_engine
from index.pointer import CURRENT, SERVED, is_marked
from tests.conftest import FakeEncoder
from tests.index.incremental import content_of
from tests.index.support import interacting_encoder

PLACES = (
    *("Brest", "Lille", "Nantes", "Dijon", "Nice", "Tours", "Metz", "Rouen", "Caen", "Reims"),
    *("Angers", "Nancy", "Pau", "Sète", "Vichy", "Troyes", "Albi", "Auch", "Mende", "Rodez"),
    *("Gap", "Digne", "Foix", "Tulle", "Guéret", "Nevers", "Blois", "Chartres", "Évreux", "Laon"),
    *("Arras", "Bar", "Épinal", "Colmar", "Vesoul", "Belfort", "Lons", "Mâcon", "Bourg", "Annecy"),
)
# Of a text, what changes says one of these words: two in one index are a mixture.
STATES = ("aube", "brume", "cendre", "dune", "ébène", "forge", "grotte", "houle")
QUESTION = "Que tient le registre de Lille ?"

Content = dict[str, object]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of texts that is brought from state to state; `texts` is how many places they speak of."""

    path: Path
    texts: int

    def content(self, state: int) -> dict[str, str]:
        """The texts of a state, by source. From one to the next each changes in one section of two, one
        comes and one goes.
        """
        word, places = STATES[state % len(STATES)], PLACES[: max(self.texts, len(STATES))]
        absent = places[state % len(STATES)]
        return {f"villes/{place.lower()}.md": _text(place, word) for place in places if place != absent}

    def become(self, state: int) -> None:
        """Writes the texts of a state, whatever was there, half an edit included."""
        content = self.content(state)
        (self.path / "villes").mkdir(parents=True, exist_ok=True)
        for path in (self.path / "villes").iterdir():
            if f"villes/{path.name}" not in content:
                path.unlink()
        for source, text in content.items():
            (self.path / source).write_text(text, "utf-8")

    def reference(self, state: int, home: Path) -> Content:
        """What a build from nothing in this home makes of a state: see `content_of`."""
        self.become(state)
        build(self.path, home, interacting_encoder())
        return content_of(home)


def _text(place: str, word: str) -> str:
    return (
        f"# {place}\n\n## Le marché de {place}\n\nLe marché de {place} vend des pommes. "
        f"Il ouvre à l'aurore, devant la halle de {place}.\n\n"
        f"## Le registre de {place}\n\nLe registre de {place} tient le compte de la {word}. "
        f"Une archiviste le relit à {place}, la {word} venue.\n"
    )


class SlowEncoder(FakeEncoder):
    """Takes `pause` seconds for a passage, so that a build lasts; its index is that of the fast one."""

    def __init__(self, pause: float) -> None:
        fast = interacting_encoder()
        super().__init__(fast.interaction)
        self.fingerprint = fast.fingerprint
        self._pause = pause

    def encode_passages(self, passages: Sequence[EncoderInput]) -> Iterator[tuple[int, EncodedPassage]]:
        for each in super().encode_passages(passages):
            time.sleep(self._pause)
            yield each


def processes() -> ForkServerContext:
    """Processes that begin at once, with all that they need imported, and with no thread of this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.preloaded"])
    return context


def run_command(encoder: Callable[[], FakeEncoder], *arguments: str) -> int:
    """Runs `sourcier` in this process with this encoder; its exit status."""
    qa.cli._encoder = lambda _: encoder()
    sys.argv = ["sourcier", *arguments]
    try:
        qa.cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def silenced() -> None:
    """What this process prints from now on goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def opened_content(home: Path, texts: Mapping[str, str]) -> Content:
    """What the generation served holds, once it is verified and opened, and each citation of a question is
    known for the slice of one of `texts`. Raises SourcierError or AssertionError.
    """
    with closing(open_engine(home, interacting_encoder())) as engine:
        hits = engine.search(QUESTION, 5).hits
    assert hits, "the index answers nothing"
    for passage in (hit.passage for hit in hits):
        text = texts.get(passage.document_id, "")
        assert passage.text == text[passage.start : passage.end], (
            f"{passage.id} is no slice: {passage.text!r} of {text!r}"
        )
    return content_of(home)


def orphans(home: Path) -> list[str]:
    """What a dead build left beside the generations, the kind of each; `unserved` is a complete one."""
    kinds = {".building-": "draft", ".current-": "pointer", ".dropped-": "dropped"}
    found = []
    for path in (home / "index").iterdir():
        if path.name in (LOCK, CURRENT):
            continue
        start = path.name[: path.name.find("-") + 1]
        if start in kinds:
            found.append(kinds[start])
        elif start != "g-":
            found.append(path.name)
        elif not (is_marked(path, SERVED) or generation.is_served(home, path.name)):
            found.append("unserved")
    return sorted(found)
