"""What the tests of incremental builds share: random edits of a folder, and when two indexes are equal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

from index import generation
from index.files import STORE

_SENTENCES = [
    "Le groupement hospitalier de territoire (GHT) réunit les hôpitaux publics du Cher.",
    "Chaque CPTS organise les soins de ville, sans rendez-vous.",
    "L'agence régionale de santé (ARS) finance la communauté.",
    "La maternité de Bourges a vu naître 1 214 enfants en 2021.",
    "Une infirmière en pratique avancée suit les malades chroniques.",
    "Le service d'accès aux soins répond au 15, jour et nuit.",
    "L'ARS a ouvert une antenne en Île-de-France.",
    "Les élus de l'Île-de-France soutiennent le porte-parole des usagers.",
    "LE CONGRÈS NATIONAL DES HÔPITAUX DE PROXIMITÉ",
    "Un rendez-vous manqué coûte cher à l'hôpital.",
    "Le bloc opératoire ferme à dix-huit heures.",
    "La pharmacie à usage intérieur prépare les chimiothérapies.",
]
_FOOTER = "Fédération des hôpitaux du Cher, 2021"


def text_of(random: Random) -> str:
    """A short text: a title, headings, sentences drawn with repetition, sometimes a recurring line."""
    lines = [f"# Dossier {random.randrange(40)}", ""]
    for _ in range(random.randint(1, 4)):
        if random.random() < 0.4:
            lines += [f"## Partie {random.randrange(5)}", ""]
        lines += [" ".join(random.choices(_SENTENCES, k=random.randint(1, 4))), ""]
    if random.random() < 0.4:
        lines += [_FOOTER, ""]
    return "\n".join(lines)


def edit(folder: Path, random: Random) -> None:
    """One thing that a person does to a folder of texts."""
    texts = sorted(path for path in folder.rglob("*.md"))
    choices: list[Callable[[], object]] = [lambda: _new(folder, random).write_text(text_of(random), "utf-8")]
    if len(texts) > 3:
        path = random.choice(texts)
        choices += [
            lambda: path.write_text(text_of(random), "utf-8"),
            lambda: path.write_text("Avant.\n\n" + path.read_text("utf-8"), "utf-8"),
            lambda: path.rename(_new(folder, random)),
            lambda: path.unlink(),
            lambda: _new(folder, random).write_bytes(path.read_bytes()),
            lambda: path.write_text("", "utf-8"),
        ]
    random.choice(choices)()


def _new(folder: Path, random: Random) -> Path:
    path = folder / random.choice(["", "cher", "cher/sud"]) / f"texte-{random.randrange(10**6)}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def content_of(home: Path) -> dict[str, object]:
    """All that the generation served holds, but what its files were and when it was built."""
    folder = generation.current(home)
    manifest = generation.verify(folder)
    content: dict[str, object] = {
        name: (folder / name).read_bytes() for name in manifest.files if name != STORE
    }
    content["counts"], content["level"] = dict(manifest.counts), dict(manifest.level)
    with closing(sqlite3.connect(folder / STORE)) as store:
        for table in ("documents", "passages", "set_aside", "definitions", "unread"):
            content[table] = sorted(store.execute(f"select * from {table}"), key=repr)
        content["files"] = sorted(store.execute("select source, sha256 from files"))
        content["build"] = sorted(store.execute("select * from build where name <> 'begun_ns'"))
    return content
