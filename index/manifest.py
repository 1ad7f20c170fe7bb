"""What a generation says of itself: its manifest, and whether its files are those it names.

A small file is hashed whole before it is opened. A large array is checked block by block, as it is
read (see `mapped`): here it must only be of its size, until it is asked whether all is well. Writes,
reads and checks; does not know what the files mean, nor which generation is served.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.errors import said
from index import disk
from index.errors import DamagedIndex, IncompatibleIndex
from index.mapped import blocks_of, blocks_sha256, write_blocks

# Raised whenever the files of a generation change their meaning.
FORMAT = 7
MANIFEST = "manifest.json"
# Larger arrays are checked as they are read: hashing this much takes 65 ms.
LARGE = 1 << 26
# Hashing leaves the interpreter to the others.
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is. `files` maps each file's name to its sha256, or to that of the digests of its
    blocks where they are beside it; `sizes` to its bytes.

    `vectors` is how the nearest are found, and with which recall: see `vectors`. `level` is the match of
    questions that this index cannot answer: see `calibration`. `texts` is the folder it was built from,
    absolute.
    """

    generation: str
    format: int
    model: str
    fingerprint: str
    dimension: int
    counts: Mapping[str, int]
    level: Mapping[str, float]
    vectors: Mapping[str, str | int | float]
    texts: str
    built_at: str
    files: Mapping[str, str]
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the manifest says of files: see `Manifest`."""

    files: dict[str, str]
    sizes: dict[str, int]


def seal(folder: Path) -> Sealed:
    """Hashes the files of a draft, and writes beside each LARGE array the digests of its
    blocks.
    """
    with ThreadPoolExecutor(_THREADS) as threads:
        large = [path for path in sorted(folder.glob("*.npy")) if path.stat().st_size >= LARGE]
        list(threads.map(write_blocks, large))
        paths = sorted(folder.iterdir())
        vouched = [blocks_of(path) if path in large else path for path in paths]
        return Sealed(
            {path.name: sha256 for path, sha256 in zip(paths, threads.map(sha256_of, vouched), strict=True)},
            {path.name: path.stat().st_size for path in paths},
        )


def sha256_of(path: Path) -> str:
    """The hash of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest, with its own hash, beside the files that it names."""
    body = asdict(manifest)
    disk.write_bytes(folder / MANIFEST, _written(body))


def verify(folder: Path, *, whole: bool = False) -> Manifest:
    """The manifest, once every file has the hash it names; the large ones, only if the `whole` is asked
    for. Raises DamagedIndex or IncompatibleIndex.
    """
    manifest = read_manifest(folder)
    for _, problem in file_problems(folder, manifest, whole=whole):
        raise DamagedIndex(f"{problem} ; lancez : sourcier build")
    return manifest


def verify_whole(folder: Path) -> Manifest:
    """The manifest, once every byte is as written. Raises DamagedIndex or IncompatibleIndex."""
    return verify(folder, whole=True)


def file_problems(folder: Path, manifest: Manifest, *, whole: bool = True) -> Iterator[tuple[str, str]]:
    """Each file that is missing, unreadable, altered, or not of the manifest: its name, and a French
    sentence that says so. Without the `whole`, a large one need only be of its size.
    """
    with ThreadPoolExecutor(_THREADS) as threads:
        found = threads.map(lambda name: _file_problem(folder / name, manifest, whole), manifest.files)
        yield from (
            (name, f"{folder.name}/{name} {problem}")
            for name, problem in zip(manifest.files, found, strict=True)
            if problem is not None
        )
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


def _file_problem(path: Path, manifest: Manifest, whole: bool) -> str | None:
    try:
        if path.stat().st_size != manifest.sizes[path.name]:
            if path.is_dir():
                return "est illisible (c'est un dossier)"
            return f": {path.stat().st_size} octets, {manifest.sizes[path.name]} dans le manifeste"
        if blocks_of(path).name not in manifest.files:
            found = sha256_of(path)
        elif whole:
            found = blocks_sha256(path)
        else:
            return None
    except FileNotFoundError:
        return "manque"
    except OSError as error:
        return f"est illisible ({said(error)})"
    return None if found == manifest.files[path.name] else ": le sha256 n'est pas celui du manifeste"


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
