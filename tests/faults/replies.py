"""Two sets of texts that are alike, and what is wrong with a reply of a service that swaps them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Texts = Mapping[str, str]
TOWNS = ("Brest", "Lille", "Nantes", "Dijon", "Nice", "Tours")
# Every sentence of a version says its season: a page of both is a mixture.
SEASONS = ("printemps", "automne")


def version(season: str) -> Texts:
    """One set of texts. The other season's have the same names, other lengths and other places."""
    shift = f"Ce cahier a été relu au {season}, puis rangé. " * (1 + SEASONS.index(season))
    return {
        f"villes/{town.lower()}.md": f"# {town}\n\n{shift}\n\n"
        f"## Le marché\n\nLe marché de {town} vend des pommes au {season}. "
        f"Il ouvre à l'aube, au {season} comme à chaque saison.\n\n"
        f"## La bibliothèque\n\nUne archiviste garde la bibliothèque de {town} au {season}. "
        f"Elle prête douze livres à chacun, au {season} seulement.\n"
        for town in TOWNS
    }


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back from one address; `source` where it was one document that was asked for."""

    kind: str
    status: int
    body: str
    data: Any = None
    source: str = ""


def faults_of(reply: Reply, versions: Mapping[str, Texts]) -> list[str]:
    """What is wrong with one reply; nothing, if all of it is of one generation that was served."""
    if reply.status != 200:
        return [f"{reply.kind}: status {reply.status}: {reply.body[:200]}"]
    if reply.kind in ("text", "page"):
        wholes = [texts[reply.source] for texts in versions.values()]
        seasons = [season for season in SEASONS if season in reply.body]
        if len(seasons) != 1 or (reply.kind == "text" and reply.body not in wholes):
            return [f"{reply.kind}: not the text of one generation: {seasons}"]
        return []
    texts = versions.get(reply.data["generation"])
    if texts is None:
        return [f"{reply.kind}: generation {reply.data['generation']} was never served"]
    if reply.kind == "state":
        return [] if reply.data["counts"]["documents"] == len(texts) else ["state: not of its generation"]
    if reply.kind == "documents":
        lengths = {document["source"]: document["characters"] for document in reply.data["documents"]}
        if lengths != {source: len(text) for source, text in texts.items()}:
            return ["documents: not those of the generation named"]
        return []
    if reply.kind == "facts":
        text = texts[reply.source]
        slices = [_is_slice(span, text) for span in reply.data["set_aside"]]
        is_own = reply.data["sha256"] == hashlib.sha256(text.encode()).hexdigest()
        if not (slices and all(slices) and is_own and reply.data["characters"] == len(text)):
            return ["facts: not those of the generation named"]
        return []
    return _citation_faults(reply, texts)


def _citation_faults(reply: Reply, texts: Texts) -> list[str]:
    citations = reply.data["hits" if reply.kind == "search" else "citations"]
    if not citations:
        return [f"{reply.kind}: no citation"]
    found = []
    for citation in citations:
        spans = [citation, *citation["highlights"]]
        spans = [{"source": citation["source"], **span} for span in spans] + citation["also"]
        if not all(_is_slice(span, texts.get(span["source"], "")) for span in spans):
            found.append(
                f"{reply.kind}: {citation['source']} is not cited "
                f"as generation {reply.data['generation']} has it"
            )
    text = reply.data["answer"]["text"] if reply.kind == "ask" else None
    for sentence in text.split("\n\n") if text else []:
        quote, _, number = sentence.removesuffix("]").rpartition(" [")
        if quote not in citations[int(number) - 1]["quote"]:
            found.append("ask: a sentence of the answer is not in its citation")
    return found


def _is_slice(span: Mapping[str, Any], text: str) -> bool:
    return bool(span["quote"]) and text[span["start"] : span["end"]] == span["quote"]
