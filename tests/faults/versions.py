"""Three versions of one folder of texts, built one after another: generations alike but for their words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from index.build import build
from index.embedded import EmbeddedEngine
from tests.conftest import FakeEncoder

# Every sentence of a version says its month: a hit that says another one is a mixture.
MONTHS = ("mars", "juin", "octobre")
QUESTION = "Que vend le marché de Brest ?"
_TOWNS = ("Brest", "Lille", "Nantes", "Dijon", "Nice", "Tours", "Metz", "Rouen", "Caen", "Nancy")
_PLACES = ("marché", "musée", "théâtre", "port", "jardin", "moulin")


def version(month: str, count: int = 60) -> dict[str, str]:
    """`count` texts of a month, at most 60, by source. No two versions have texts of one length."""
    number = MONTHS.index(month)
    return {
        f"{town.lower()}/{place}.md": f"# Le {place} de {town}\n\n"
        + f"Ce cahier a été relu en {month}, puis rangé. " * (number + 1)
        + f"\n\n## Les ventes\n\nLe {place} de {town} vend {12 + number} pommes en {month}. "
        + f"La Régie des Places de {town} (RPT) tient ses comptes en {month}.\n"
        for town, place in [(town, place) for place in _PLACES for town in _TOWNS][:count]
    }


def only_in(month: str) -> tuple[str, str]:
    """A text that one version alone has: its source, and what it says."""
    return f"secrets/{month}.md", f"# Le trésor\n\nUne loutre dort dans le grenier en {month}.\n"


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Makes a folder hold these texts and no other."""
    for path in folder.rglob("*.md"):
        if str(path.relative_to(folder)) not in texts:
            path.unlink()
    for source, text in texts.items():
        path = folder / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def build_versions(texts: Path, home: Path, encoder: FakeEncoder, count: int = 60) -> dict[str, str]:
    """Builds the three versions, written to `texts` in turn, the last one served: generation → month."""
    built = {}
    for month in MONTHS:
        write(texts, {**version(month, count), **dict([only_in(month)])})
        built[build(texts, home, encoder).generation] = month
    return built


def said(engine: EmbeddedEngine) -> tuple[object, ...]:
    """All that an index answers with: its documents, and the hits of a question with their scores."""
    return (
        engine.manifest.generation,
        tuple((summary.id, summary.sha256) for summary in engine.documents()),
        tuple((hit.passage, hit.score) for hit in engine.search(QUESTION, 10).hits),
    )
