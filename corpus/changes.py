"""Which texts are new, changed, renamed, gone, by what their bytes are. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Changes:
    """How a folder of texts differs from what was indexed, by source, sorted.

    `renamed` are pairs, from and to, of the same bytes; `failed` are the files that could not be
    read, whatever else they are; `unchanged` counts the others.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    failed: tuple[str, ...] = ()
    unchanged: int = 0

    def __bool__(self) -> bool:
        """Whether anything was added, changed, removed or renamed."""
        return bool(self.added or self.changed or self.removed or self.renamed)

    def with_failed(self, sources: tuple[str, ...]) -> Changes:
        """These changes, and the files that could not be read."""
        return replace(self, failed=sources)


def compare(before: Mapping[str, str], now: Mapping[str, str]) -> Changes:
    """What happened between two states of a folder, each the contents' hash by source.

    A source that is gone and a new one of the same bytes are one renaming.
    """
    gone: dict[str, list[str]] = {}
    for source in sorted(before.keys() - now.keys(), reverse=True):
        gone.setdefault(before[source], []).append(source)
    renamed, added = [], []
    for source in sorted(now.keys() - before.keys()):
        if same := gone.get(now[source]):
            renamed.append((same.pop(), source))
        else:
            added.append(source)
    both = before.keys() & now.keys()
    changed = tuple(sorted(source for source in both if before[source] != now[source]))
    return Changes(
        tuple(added),
        changed,
        tuple(sorted(source for sources in gone.values() for source in sources)),
        tuple(renamed),
        unchanged=len(both) - len(changed),
    )
