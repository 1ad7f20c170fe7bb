"""HTML: the page's visible text as a person reads it, with its mark-up told as spans.

inscriptis lays the text out (lists, tables, line breaks) and says where each element's text
lies. Nothing is left out because it looks like navigation: that is marked, with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from charset_normalizer.utils import any_specified_encoding
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree, html

from corpus.documents import Extraction, Fact, Heading, Reason, Span, trimmed
from corpus.errors import UnreadableFile
from corpus.reading.decoding import decode

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Furniture by what the element is for, whatever it says.
_ALWAYS = {
    "nav": Reason.MENU,
    "footer": Reason.MENU,
    "form": Reason.COMMENTS,
    "button": Reason.MENU,
    "select": Reason.MENU,
    "noscript": Reason.MARKUP,
    "dialog": Reason.MENU,
    "#role=navigation": Reason.MENU,
    "#role=search": Reason.MENU,
    "#role=contentinfo": Reason.MENU,
}
# Furniture only when nearly all of their text is links: a list of links, a sidebar of teasers.
_WHEN_LINKS = ("ul", "ol", "div", "section", "aside", "p", "header", "table")
_LINK_SHARE = 0.8
_FEWEST_LINKS = 3
_RULES = {name: [name] for name in (*_HEADINGS, *_ALWAYS, *_WHEN_LINKS, "a", "article", "main")}
_AUTHOR_NAMES = frozenset({"author", "article:author", "dc.creator", "dcterms.creator"})
_DATE_NAMES = frozenset({"date", "article:published_time", "dc.date", "dcterms.created", "last-modified"})


def read_html(data: bytes) -> Extraction:
    """Visible text, headings h1–h6, author and date of the head, furniture by element."""
    source = decode(data, any_specified_encoding(data[:4096]))
    return extract_html(source)


def extract_html(source: str) -> Extraction:
    """As `read_html`, from decoded HTML; the DOCX reader comes through here too."""
    if not source.strip():
        return Extraction("")
    try:
        # Without huge_tree, libxml2 drops in silence what lies 256 elements deep. A declared
        # encoding in decoded text would make it refuse the text or decode it again.
        tree = html.document_fromstring(
            re.sub(r"^\s*<\?xml[^>]*\?>", "", source), parser=html.HTMLParser(huge_tree=True)
        )
        layout = Inscriptis(tree, ParserConfig(annotation_rules=_RULES))
        text: str = layout.get_text()
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, RecursionError) as error:
        raise UnreadableFile(
            f"le HTML ne peut pas être analysé ({type(error).__name__}) ; enregistrez la page à nouveau"
        ) from None
    labels = [
        (annotation.metadata, span)
        for annotation in layout.get_annotations()
        if (span := trimmed(text, annotation.start, annotation.end)).start < span.end
    ]
    headings = tuple(
        Heading(span.start, span.end, _HEADINGS[name], " ".join(text[span.start : span.end].split()))
        for name, span in sorted(labels, key=lambda label: label[1])
        if name in _HEADINGS
    )
    title, facts = _head(tree)
    return Extraction(
        text,
        title=next((h.text for h in headings if h.level == 1), title),
        headings=headings or None,
        furniture=tuple(_furniture(labels)),
        facts=facts,
    )


def _furniture(labels: list[tuple[str, Span]]) -> Iterable[tuple[Span, Reason]]:
    links = [span for name, span in labels if name == "a"]
    content = [span for name, span in labels if name in ("article", "main")]
    for name, span in labels:
        if name in _ALWAYS:
            # Some sites put the whole article inside a form.
            if not any(span.start <= c.start and c.end <= span.end for c in content):
                yield span, _ALWAYS[name]
        elif name in _WHEN_LINKS:
            inside = [a for a in links if span.start <= a.start and a.end <= span.end]
            linked = sum(a.end - a.start for a in inside)
            if len(inside) >= _FEWEST_LINKS and linked >= _LINK_SHARE * (span.end - span.start):
                yield span, Reason.MENU


def _head(tree: html.HtmlElement) -> tuple[str | None, tuple[Fact, ...]]:
    title = " ".join((tree.findtext(".//title") or "").split()) or None
    facts = []
    for meta in tree.iterfind(".//meta"):
        name = (meta.get("name") or meta.get("property") or "").casefold()
        value = " ".join((meta.get("content") or "").split())
        if value and name in _AUTHOR_NAMES:
            facts.append(Fact("author", value))
        elif value and name in _DATE_NAMES:
            facts.append(Fact("date", value))
    return title, tuple(dict.fromkeys(facts))
