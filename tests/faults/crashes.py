"""A model of what a crash leaves of a folder: what was synced is there, of the rest nobody can tell.

Records what happens below a folder, in order, and makes up the states that a crash may leave. As
POSIX has it: a file's bytes are safe once it is synced, its name once its folder is; meanwhile
each making, renaming or removal may be there or not, and bytes whole, in part, as zeros or not at
all. Knows nothing of indexes.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from index import disk

_ROOT = 0
_CALLS = ("write_bytes", "save_array", "append", "finish", "sync", "rename", "replace", "make_folder")


@dataclass(frozen=True, slots=True)
class Made:
    """A file or folder came to be, empty."""

    folder: int
    name: str
    inode: int
    is_folder: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """It has this name of the same folder now, whatever had that name before."""

    folder: int
    name: str
    inode: int


@dataclass(frozen=True, slots=True)
class Removed:
    """Nothing has this name any more."""

    folder: int
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """All that a file holds now."""

    inode: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Synced:
    """What a file holds, or the names that a folder holds, are safe. `what` is its name."""

    inode: int
    what: str


Naming = Made | Moved | Removed
Operation = Naming | Written | Synced


@dataclass(slots=True)
class Tree:
    """Files and folders by inode; a folder's inodes by name."""

    files: dict[int, bytes] = field(default_factory=dict)
    folders: dict[int, dict[str, int]] = field(default_factory=lambda: {_ROOT: {}})

    def name(self, operation: Naming) -> None:
        """Does one operation on names."""
        names = self.folders[operation.folder]
        if isinstance(operation, Removed):
            names.pop(operation.name, None)
            return
        if isinstance(operation, Moved):
            for old in [name for name, inode in names.items() if inode == operation.inode]:
                del names[old]
        names[operation.name] = operation.inode

    def write(self, path: Path, inode: int = _ROOT) -> None:
        """Makes a true folder of the names and files that are there."""
        path.mkdir()
        for name, each in self.folders[inode].items():
            if each in self.folders:
                self.write(path / name, each)
            else:
                (path / name).write_bytes(self.files[each])


class Recorder:
    """What happens below `root`: its tree at first, then the operations.

    What does not go through `index.disk` (SQLite's writing, removals) is seen to have happened
    when the next call of it comes. Renames out of their folder are not known.
    """

    def __init__(self, root: Path) -> None:
        self.start = Tree()
        self.operations: list[Operation] = []
        self._root = root
        self._inodes = {root: _ROOT}
        self._stamps: dict[int, tuple[int, int, int]] = {}
        self._contents: dict[int, bytes] = {}
        self._observe()
        for operation in self.operations:
            if isinstance(operation, Made):
                self.start.name(operation)
                if operation.is_folder:
                    self.start.folders[operation.inode] = {}
            elif isinstance(operation, Written):
                self.start.files[operation.inode] = operation.content
        self.operations.clear()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Records in the block."""
        with ExitStack() as stack:
            for name in _CALLS:
                call = getattr(disk, name)
                stack.enter_context(mock.patch.object(disk, name, self._recorded(name, call)))
            yield
        self._observe()

    def _recorded(self, name: str, call: Callable[..., None]) -> Callable[..., None]:
        def run(path: Path, *others: Any) -> None:
            self._observe()
            call(path, *others)
            if name == "sync":
                self.operations.append(Synced(self._inodes[path], path.name))
            elif name in ("rename", "replace"):
                self._move(path, others[0])
            self._observe()

        return run

    def _move(self, source: Path, target: Path) -> None:
        if source.parent != target.parent:
            raise ValueError(f"{source} → {target}: the model knows no renames between folders")
        inode = self._inodes[source]
        self.operations.append(Moved(self._inodes[source.parent], target.name, inode))
        for path in [path for path in self._inodes if path.is_relative_to(source)]:
            self._inodes[target / path.relative_to(source)] = self._inodes.pop(path)

    def _observe(self) -> None:
        """Notes what differs from what was seen last."""
        present = {Path(at, name) for at, *names in os.walk(self._root) for some in names for name in some}
        for path in sorted(self._inodes.keys() - present - {self._root}, reverse=True):
            self.operations.append(Removed(self._inodes[path.parent], path.name))
            del self._inodes[path]
        for path in sorted(present):
            if path not in self._inodes:
                self._inodes[path] = len(self._contents) + 1
                self._contents[self._inodes[path]] = b""
                parent = self._inodes[path.parent]
                self.operations.append(Made(parent, path.name, self._inodes[path], path.is_dir()))
            if path.is_file():
                self._observe_content(path)

    def _observe_content(self, path: Path) -> None:
        inode, status = self._inodes[path], path.stat()
        stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
        if self._stamps.get(inode) != stamp:
            self._stamps[inode] = stamp
            self._contents[inode] = path.read_bytes()
            self.operations.append(Written(inode, self._contents[inode]))


def after_crash(start: Tree, operations: Sequence[Operation], chance: random.Random) -> tuple[Tree, int]:
    """A state that a crash after these operations may leave, and how many of them it undid."""
    tree = deepcopy(start)
    contents: dict[int, list[bytes]] = {}
    naming: list[Naming] = []
    for operation in operations:
        if isinstance(operation, Made):
            tree.folders |= {operation.inode: {}} if operation.is_folder else {}
        if isinstance(operation, Written):
            contents.setdefault(operation.inode, []).append(operation.content)
        elif not isinstance(operation, Synced):
            naming.append(operation)
        elif operation.inode in tree.folders:
            for safe in (each for each in naming if each.folder == operation.inode):
                tree.name(safe)
            naming = [each for each in naming if each.folder != operation.inode]
        elif operation.inode in contents:
            tree.files[operation.inode] = contents.pop(operation.inode)[-1]
    # Crashes that lose nearly nothing, or nearly all, are as likely as those between.
    kept = chance.choice([0.0, 0.1, 0.5, 0.9, 1.0])
    there = [each for each in naming if chance.random() < kept]
    lost = len(naming) - len(there)
    for each in _in_some_order(there, chance):
        tree.name(each)
    for inode, written in contents.items():
        whole = chance.random() < kept
        lost += not whole
        tree.files[inode] = written[-1] if whole else _torn(tree.files.get(inode, b""), written[-1], chance)
    for inode in {each for names in tree.folders.values() for each in names.values()}:
        if inode not in tree.folders:
            tree.files.setdefault(inode, b"")
    return tree, lost


def _in_some_order(naming: Sequence[Naming], chance: random.Random) -> list[Naming]:
    """Renames may come to the disk in any order, but for those of one file; it is made before, and
    removed after them.
    """
    moves = [each for each in naming if isinstance(each, Moved)]
    shuffled = chance.sample(moves, len(moves))
    by_inode = {inode: iter([m for m in moves if m.inode == inode]) for inode in {m.inode for m in moves}}
    return [
        *(each for each in naming if isinstance(each, Made)),
        *(next(by_inode[move.inode]) for move in shuffled),
        *(each for each in naming if isinstance(each, Removed)),
    ]


def _torn(before: bytes, after: bytes, chance: random.Random) -> bytes:
    """What may be found in a file that was being written: what it held, nothing, a part, or zeros."""
    cut = chance.randrange(len(after) + 1)
    return chance.choice([before, b"", after[:cut], bytes(len(after)), after[:cut] + bytes(len(after) - cut)])
