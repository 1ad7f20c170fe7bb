"""Chromium highlights what a link quotes, there and nowhere else, whatever the text is made of."""

# ruff: noqa: E501 (a quote stands on one line, to be read as it is)
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from bench.links import look, painting
from qa.app import create_app
from qa.chat.links import passage_link
from qa.chat.sources import openwebui_events
from qa.citing import Citation
from tests.qa.helpers import holder_of, index_texts
from tests.running import running

SOURCE = "récits/Été & brume (2).txt"
REFRAIN = "Chacun rentre chez soi avant que la cloche du port ne sonne, et nul ne parle."
# Seconds given to a highlight that should not come.
SOON = 3.0
QUOTES = {
    "accents and apostrophes": "L’été où l’œuvre d’Aïcha naquit, l'île s’éveillait déjà à l'aube, çà et là.",
    "quotation marks": "« Où allez-vous ? » demanda le passeur ; « nulle part », répondit-elle « en riant ».",
    "no-break and narrow spaces": "Il en coûte 3\u202f500\u00a0€\u00a0; soit 12\u00a0%\u202f: « trop\u00a0», dit le maire\u202f!",
    "hyphens and commas": "Peut-être, dit-il, ce va-et-vient, ce porte-à-faux, ces allers-retours, finiront-ils ?",
    "ampersands and signs": "Dupont & Fils, R&D = 50 % + 7/8 #1 @ 20 °C ; a_b*c ~ d^e | f\\g {h} [i] <j> $k ?",
    "a directive": "Le texte dit :~:text=abc,-def & #:~:text=le%20reste sans que rien de cela ne compte.",
    "soft hyphens": "Une longue organi\u00adsation admi\u00adnistrative se met en place, sans que per\u00adsonne ne le voie.",
    "a hyphenated line": "Le conseil muni-\ncipal a délibéré longuement sur la question des pê-\ncheries du littoral nord.",
    "ligatures and old letters": "Les ﬁls du ﬂeuve oﬀrent un cœur d’or à l’œil, ﬁdèles à leur ﬁn, dit le vieux ﬂûtiste.",
    "decomposed accents": "L’e\u0301te\u0301 s’ache\u0300ve : les bate\u0301es reviennent charge\u0301es, la gre\u0300ve reste de\u0301serte.",
    "right to left": "Le mot \u200fשלום\u200f et le mot مرحبا se lisent de droite à gauche, au milieu de la phrase.",
    "emoji": "Les enfants dessinent 🐟, 👩‍⚕️ et 🇫🇷 sur le sable, puis effacent tout avec le pied 😀 en riant.",
    "tabs and double spaces": "Poids\t12 kg\tprix  40 €\tlieu   Brest\tdate\t3 mai\tnombre\t7 caisses\tétat\tbon",
    "a list": "Pour la pêche, on prépare :\n– les filets de l’année ;\n• deux lampes ;\n\t- une voile (à vérifier).",
    "several lines": "La brume descend sur le quai,\nles lampes s’allument une à une,\n\nle vent tombe enfin.",
    "a figure first": "1986. L'année où le phare s'éteignit, 14 marins (dont 3 mousses) rentrèrent à la rame.",
    "punctuation at both ends": "… et puis, plus rien ! Ni le bruit des rames, ni la voix du guetteur, ni la cloche…",
    "the refrain and more": f"{REFRAIN} Le lendemain, la mer rend trois planches et un tonneau vide.",
    "a long paragraph": " ".join(f"Au {n}e jour, l’équipage répare la coque n° {n}." for n in range(2, 14)),
    "an end that recurs": "\n".join(
        f"La barque {n} est revenue à vide, dit le registre.\n– Signé : le gardien." for n in range(4, 9)
    ),
    "runs of spaces": "\n".join(
        f"{town:<30}{n:>12}     quais {'':<20}"
        for n, town in enumerate(["Le Conquet", "Roscoff", "Étel", "Lorient"], 71)
    ),
}
TEXT = "\n\n".join(
    ["Été et brume", REFRAIN, "Avant\n\nOui, toujours.", *QUOTES.values(), REFRAIN, "Après\n\nOui, toujours."]
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application over the text above."""
    folder = tmp_path_factory.mktemp("fragments")
    index_texts(folder, {SOURCE: TEXT})
    with running(create_app(holder_of(folder / "home"))) as served:
        yield served


@pytest.fixture(scope="module")
def painted(browser: Browser) -> Iterator[Page]:
    with painting(browser) as page:
        yield page


def citation(quote: str, heading: str = "Été et brume") -> Citation:
    """The quote where it stands last in the text."""
    start = TEXT.rindex(quote)
    return Citation(1, SOURCE, "Été & brume", (heading,), start, start + len(quote), quote, None, (), 0.5, ())


@pytest.mark.parametrize("kind", QUOTES)
def test_all_of_the_quote_is_highlighted_and_nothing_else(painted: Page, address: str, kind: str) -> None:
    link = passage_link(citation(QUOTES[kind]), address)
    assert ":~:text=" in link
    seen = look(painted, link)
    assert seen.right, (seen, link)


def test_a_short_quote_that_stands_twice_is_told_by_its_heading(painted: Page, address: str) -> None:
    assert TEXT.count("Oui, toujours.") == 2
    seen = look(painted, passage_link(citation("Oui, toujours.", "Après"), address))
    assert seen.right, seen


def test_a_short_quote_not_below_its_heading_is_scrolled_to_and_no_other_highlighted(
    painted: Page, address: str
) -> None:
    seen = look(painted, passage_link(citation("Oui, toujours.", "Ailleurs"), address), SOON)
    assert (seen.missing, seen.beside, seen.on_screen) == (1.0, 0, True)


def test_what_open_webui_adds_to_an_address_takes_nothing_away(painted: Page, address: str) -> None:
    cited = citation(QUOTES["accents and apostrophes"])
    (event,) = openwebui_events([cited], address)
    card = event["data"]["source"]["url"]  # type: ignore[index]
    assert look(painted, card).right
    assert look(painted, f"{card}#:~:text=Lt,l").right
    # Where the text's own words name nothing, the page is scrolled to the passage all the same.
    (event,) = openwebui_events([replace(citation("Après"), quote="…")], address)
    bare = event["data"]["source"]["url"]  # type: ignore[index]
    assert ":~:text=" not in bare
    for opened in (bare, f"{bare}#:~:text=Lt,l"):
        assert look(painted, opened, SOON).on_screen
    # Without the care taken, its addition would undo the directive.
    assert not look(painted, f"{passage_link(cited, address)}#:~:text=Lt,l", SOON).right


def test_the_measure_sees_a_highlight_that_is_elsewhere_or_partial(painted: Page, address: str) -> None:
    quote = QUOTES["quotation marks"]
    place, _, _ = passage_link(citation(quote), address).partition(":~:")
    assert look(painted, f"{place}:~:text=nulle%20part", SOON).missing > 0.8
    elsewhere = look(painted, f"{place}:~:text=demanda%20le%20passeur,trop", SOON)
    assert elsewhere.beside > 1000
    assert not look(painted, place, SOON).right
