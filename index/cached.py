"""The last searches of one generation: the same question is not searched again.

Belongs to one engine, and ends with it, so that nothing outlives the texts it was found in. Does not search.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from index.engine import Search
from index.filtering import Filters

# Searches kept. One of five hits holds 15 KB on PIAF, one of fifty 150 KB.
MOST_KEPT = 256
# And characters of all their texts: fifty hits, each with a hundred other places, would be as many.
MOST_CHARACTERS = 4_000_000

# The question as it was asked, how many hits, and where.
Key = tuple[str, int, Filters]


class SearchCache:
    """The least recently asked goes first. Safe to use from several threads, which never wait for a
    search of one another: two that ask the same at the same moment both search. A search larger than
    all that may be kept is not.
    """

    def __init__(self, most: int = MOST_KEPT, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most
        self._most_characters = most_characters
        self._guard = threading.Lock()
        self._kept: OrderedDict[Key, Search] = OrderedDict()
        self._characters = 0

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
        characters = _characters_of(searched)
        if characters > self._most_characters:
            return searched
        with self._guard:
            replaced = self._kept.pop(key, None)
            if replaced is not None:
                self._characters -= _characters_of(replaced)
            self._kept[key] = searched
            self._characters += characters
            while len(self._kept) > self._most or self._characters > self._most_characters:
                _, oldest = self._kept.popitem(last=False)
                self._characters -= _characters_of(oldest)
        return searched


def _characters_of(search: Search) -> int:
    return sum(len(hit.passage.text) + sum(len(place.quote) for place in hit.also) for hit in search.hits)
