"""Whether browsers highlight what the links quote: python -m bench.links [--texts DIR] [--citations 200]

Indexes the texts, serves them, draws passages spread over all documents, then sentences where
there are too few passages, and opens the link of each in Chromium. A link is right when the page
stands at its quote, all of which is highlighted, and nothing beside it.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

import numpy as np
from matplotlib.image import imread
from playwright.sync_api import Browser, Page, Route, sync_playwright

from corpus.documents import Passage
from index.build import build
from index.engine import Engine
from index.models import load_encoder
from index.opening import open_engine
from qa.app import create_app
from qa.chat.links import passage_link
from qa.citing import Citation
from qa.config import load_settings
from qa.serving import EngineHolder
from tests.running import running

# Painted over what the browser highlights: a colour that nothing else on the page has.
_HIGHLIGHT = "::target-text { background: #f0f !important; color: #f0f !important; }"
# Chromium searches after the page has loaded, by turns; where other work has the machine, for long.
_PATIENCE, _PAUSE = 10.0, 0.1  # seconds
_WIDTH, _HEIGHT = 1000, 700  # pixels
_AROUND = 400  # pixels looked at above and below the quote
# Nothing of a browser's own traffic: it would fail to leave this machine, noisily.
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)

# Where the mark's text is drawn, line by line, without the white space around it; and its parts
# between tabs, since Chromium paints no highlight on a tab. Left, top, right, bottom in the page.
_LINES = r"""() => {
  const node = document.getElementById('passage').firstChild, text = node.data;
  const start = text.length - text.trimStart().length, end = text.trimEnd().length;
  const drawn = (from, to) => {
    const range = document.createRange();
    range.setStart(node, from);
    range.setEnd(node, to);
    return Array.from(range.getClientRects(), r =>
      [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY])
      .filter(r => r[2] - r[0] >= 2);
  };
  const parts = [...text.slice(start, end).matchAll(/[^\t]+/g)].flatMap(m =>
    drawn(start + m.index, start + m.index + m[0].length));
  return {lines: drawn(start, end), parts, scrolled: scrollY};
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """`missing`: the share of the quote's width that is not highlighted; `beside`: how many
    highlighted pixels are not of the quote; `on_screen`: the page was scrolled to the quote."""

    missing: float
    beside: int
    on_screen: bool

    @property
    def right(self) -> bool:
        """All of the quote is highlighted, and it alone."""
        return self.missing < 0.005 and self.beside == 0 and self.on_screen


@contextmanager
def painting(browser: Browser) -> Iterator[Page]:
    """A page in which what the browser highlights is painted in one colour."""
    with browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light") as context:
        context.route("**/assets/style.css", _painted)
        yield context.new_page()


def _painted(route: Route) -> None:
    reply = route.fetch()
    route.fulfill(response=reply, body=f"{reply.text()}\n{_HIGHLIGHT}")


def look(page: Page, address: str, patience: float = _PATIENCE) -> Seen:
    """Opens a link as a person does, and says what is highlighted once it is, or after `patience` seconds."""
    # From another page: only a new document is searched for the directive.
    page.goto("about:blank")
    page.goto(address)
    deadline = time.monotonic() + patience
    # Before any picture: one of a whole page takes back the scroll that it falls on (8 of 180).
    while not (on_screen := _is_on_screen(page)) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    while True:
        missing, beside = _painted_now(page)
        seen = Seen(missing, beside, on_screen)
        if seen.right or time.monotonic() > deadline:
            return seen
        time.sleep(_PAUSE)


def _is_on_screen(page: Page) -> bool:
    drawn_at = page.evaluate(_LINES)
    return any(0 <= line[1] - drawn_at["scrolled"] < _HEIGHT for line in drawn_at["lines"])


def _painted_now(page: Page) -> tuple[float, int]:
    """What `Seen` says of the highlight."""
    drawn_at = page.evaluate(_LINES)
    lines, parts = drawn_at["lines"], drawn_at["parts"]
    height = page.evaluate("document.documentElement.scrollHeight")
    first, last = min(line[1] for line in lines), max(line[3] for line in lines)
    above, below = int(max(0, first - _AROUND)), int(min(height, last + _AROUND))
    clip = {"x": 0, "y": above, "width": _WIDTH, "height": below - above}
    image = imread(io.BytesIO(page.screenshot(full_page=True, clip=clip)))  # type: ignore[arg-type]
    painted = (image[..., 0] > 0.8) & (image[..., 1] < 0.2) & (image[..., 2] > 0.8)
    width = covered = 0
    for left, top, right, bottom in parts:
        # A pixel less on each side: edges are blended. Any pixel of a column will do: coloured
        # signs are drawn over the highlight.
        part = painted[round(top) - above : round(bottom) - above, round(left) + 1 : round(right) - 1]
        covered += int(part.any(axis=0).sum())
        width += part.shape[1]
    for left, top, right, bottom in lines:
        painted[
            max(0, round(top) - above - 4) : round(bottom) - above + 4,
            max(0, round(left) - 4) : round(right) + 4,
        ] = False
    return 1 - covered / max(width, 1), int(np.count_nonzero(painted))


def drawn(engine: Engine, count: int, seed: int = 5) -> list[Citation]:
    """Passages, each document in its turn; then sentences, which are shorter, in the same way."""
    chance = random.Random(seed)
    passages, sentences = [], []
    for document in engine.documents():
        own = engine.passages_of(document.id)
        parts = [_citation(p, document.title, s.start, s.end) for p in own for s in p.sentences]
        passages.append([_citation(p, document.title, p.start, p.end) for p in own])
        # Shorter ones are named after the line before them, which a sentence is not below.
        sentences.append([part for part in parts if len(part.quote) >= 40])
        chance.shuffle(passages[-1])
        chance.shuffle(sentences[-1])
    in_turn = chain(*zip_longest(*passages), *zip_longest(*sentences))
    return [citation for citation in in_turn if citation is not None][:count]


def _citation(passage: Passage, title: str, start: int, end: int) -> Citation:
    quote = passage.text[start - passage.start : end - passage.start]
    return Citation(1, passage.document_id, title, passage.headings, start, end, quote, None, (), 0.0, ())


def main() -> None:
    settings = load_settings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--texts", type=Path, default=Path("corpus/texts"))
    parser.add_argument("--citations", type=int, default=200)
    given = parser.parse_args()
    encoder = load_encoder(settings.model, settings.models)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        build(given.texts, home, encoder)
        engine = open_engine(home, encoder)
        citations = drawn(engine, given.citations)
        engine.close()
        with running(create_app(EngineHolder(home, lambda: open_engine(home, encoder)))) as address:
            misses = _misses(citations, address)
    whole = len(citations)
    longest = max(len(passage_link(citation, "")) for citation in citations)
    print(f"{whole - misses} of {whole} links highlight their quote and it alone: {1 - misses / whole:.1%}")
    print(f"longest link: {longest} characters")


def _misses(citations: Sequence[Citation], address: str) -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not installed: apt-get install chromium")
    misses = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        with painting(browser) as page:
            for citation in citations:
                link = passage_link(citation, address)
                seen = look(page, link)
                if not seen.right:
                    misses += 1
                    print(f"{seen}\n  {link.removeprefix(address)}\n  {citation.quote[:200]!r}")
        browser.close()
    return misses


if __name__ == "__main__":
    main()
