"""The last searches of one generation: the same question is not searched again.

Belongs to one engine, and ends with it, so that nothing outlives the texts it was found in. Does not search.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from index.engine import Search
from index.filtering import Filters

# Searches kept. One of five hits holds 15 KB on PIAF, one of fifty 150 KB.
MOST_KEPT = 256

# The question as it was asked, how many hits, and where.
Key = tuple[str, int, Filters]


class SearchCache:
    """The least recently asked goes first. Safe to use from several threads, which never wait for a
    search of one another: two that ask the same at the same moment both search.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._kept: OrderedDict[Key, Search] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key, search: Callable[[], Search]) -> Search:
        """What was found for the key, or what `search` finds now. What fails is not kept."""
        with self._guard:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        searched = search()
        with self._guard:
            # It took no time to find again.
            self._kept[key] = replace(searched, seconds={})
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return searched
