"""What a generation says of itself: its manifest, and whether its files are those it names.

Writes, reads and checks; does not know what the files mean, nor which generation is served.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import said
from index import disk
from index.errors import DamagedIndex, IncompatibleIndex

# Raised whenever the files of a generation change their meaning.
FORMAT = 6
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is. `files` maps each file's name to its sha256.

    `level` is the match of questions that this index cannot answer: see `calibration`. `texts`
    is the folder it was built from, absolute.
    """

    generation: str
    format: int
    model: str
    fingerprint: str
    dimension: int
    counts: Mapping[str, int]
    level: Mapping[str, float]
    texts: str
    built_at: str
    files: Mapping[str, str]


def sha256_of(path: Path) -> str:
    """The hash of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest, with its own hash, beside the files that it names."""
    body = asdict(manifest)
    disk.write_bytes(folder / MANIFEST, _written(body))


def verify(folder: Path) -> Manifest:
    """The manifest, once every file has the hash it names. Raises DamagedIndex or IncompatibleIndex."""
    manifest = read_manifest(folder)
    for _, problem in file_problems(folder, manifest):
        raise DamagedIndex(f"{problem} ; lancez : sourcier build")
    return manifest


def file_problems(folder: Path, manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Each file that is missing, unreadable, altered, or not of the manifest: its name, and a French
    sentence that says so.
    """
    for name, expected in manifest.files.items():
        try:
            if sha256_of(folder / name) != expected:
                yield name, f"{folder.name}/{name} : le sha256 n'est pas celui du manifeste"
        except FileNotFoundError:
            yield name, f"{folder.name}/{name} manque"
        except OSError as error:
            yield name, f"{folder.name}/{name} est illisible ({said(error)})"
    try:
        present = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        # A build may drop it meanwhile.
        yield MANIFEST, f"{folder.name} est illisible ({said(error)})"
        return
    # A file that nothing vouches for could be read for one of the index. Hidden ones never are.
    for name in present:
        if name not in manifest.files and name != MANIFEST:
            yield name, f"{folder.name}/{name} n'est pas un fichier de cette génération"


def read_manifest(folder: Path) -> Manifest:
    """The manifest, checked against its own hash, the format and the folder's name; no file is hashed.

    Raises DamagedIndex or IncompatibleIndex.
    """
    damaged = DamagedIndex(f"{folder.name}/{MANIFEST} est illisible ; lancez : sourcier build")
    try:
        data = (folder / MANIFEST).read_bytes()
        body = json.loads(data)
        claimed = body.pop("sha256")
        if claimed != _own_hash(body):
            raise damaged
        if body["format"] > FORMAT:
            raise IncompatibleIndex(
                f"{folder.name} est au format {body['format']}, d'une version plus récente de Sourcier ; "
                f"celle-ci lit le format {FORMAT} : mettez-la à jour, ou lancez : sourcier build"
            )
        if body["format"] < FORMAT:
            raise IncompatibleIndex(
                f"{folder.name} est au format {body['format']}, cette version lit le format {FORMAT} ; "
                "lancez : sourcier build"
            )
        manifest = Manifest(**body)
        # One value may be written in two ways, 1e-06 and 1E-06: neither stands for the other here.
        if data != _written(body):
            raise damaged
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise damaged from None
    if manifest.generation != folder.name:
        raise DamagedIndex(
            f"{folder.name}/{MANIFEST} est celui de {manifest.generation} ; lancez : sourcier build"
        )
    return manifest


def _written(body: Mapping[str, object]) -> bytes:
    return _encoded(json.dumps({**body, "sha256": _own_hash(body)}, ensure_ascii=False, indent=1))


def _own_hash(body: Mapping[str, object]) -> str:
    return hashlib.sha256(_encoded(json.dumps(body, ensure_ascii=False, sort_keys=True))).hexdigest()


def _encoded(text: str) -> bytes:
    # The name of a folder may hold bytes that are no UTF-8.
    return text.encode("utf-8", "surrogatepass")
